package credential

import (
	"strings"
	"unicode"
)

// Mask stands for a secret value in every answer. A client that sends it back means "unchanged"
// (reference/instances.md §1).
const Mask = "********"

// passwordType is the type of a configuration entry that is always secret (reference/elements.md §3).
const passwordType = "PASSWORD"

// maskedKeys are secret whatever the type of their entry (reference/instances.md §1, events.md on
// signature key and callback headers).
var maskedKeys = map[string]bool{
	"oauth.api.key":                       true,
	"oauth.api.secret":                    true,
	"oauth.user.refresh_token":            true,
	"aws.api.secret":                      true,
	"aws.session.token":                   true,
	"personal.access.token":               true,
	"custom.api.key":                      true,
	"base64.encoded.jks":                  true,
	"jks.password":                        true,
	"jwt.base64.encoded.key":              true,
	"event.notification.signature.key":    true,
	"event.notification.basic.password":   true,
	"event.notification.callback.headers": true,
}

// IsSecret reports whether a configuration entry is shown as Mask: its type is PASSWORD, or its key is one
// of the platform's own secrets. What is masked is also sealed at rest.
func IsSecret(entryType, key string) bool {
	return strings.EqualFold(entryType, passwordType) || maskedKeys[key] || strings.HasPrefix(key, "oauth.user.token")
}

// IsSensitive reports whether a value is sealed at rest and scrubbed from logs, usage records and errors:
// everything that IsSecret, and entries that carry a credential by their name although the definition
// declares them as plain text (api.key, access.token, consumer_secret). Those are still shown in answers,
// as the original showed them, since clients compare what they read with what they wrote.
func IsSensitive(entryType, key string) bool {
	return IsSecret(entryType, key) || namesCredential(key)
}

// MaskValue returns what an answer shows for a configuration value. An empty value shows as empty.
func MaskValue(entryType, key, value string) string {
	if value != "" && IsSecret(entryType, key) {
		return Mask
	}
	return value
}

// IsUnchanged reports whether a value that a client wrote for a secret entry means "keep what you have".
func IsUnchanged(entryType, key, value string) bool {
	return value == Mask && IsSecret(entryType, key)
}

// credentialNames are last words of names that carry a credential.
var credentialNames = map[string]bool{
	"secret": true, "secrets": true, "password": true, "passwd": true, "pwd": true, "passphrase": true, "token": true,
	"apikey": true, "apisecret": true, "jks": true, "keystore": true, "certificate": true, "credential": true, "credentials": true,
	"signature": true, "authorization": true, "jwt": true, "usersecret": true, "accesstoken": true, "refreshtoken": true,
	"clientsecret": true, "secretkey": true, "privatekey": true, "accesskey": true, "sessionid": true, "cookie": true,
	"assertion": true, "verifier": true,
}

// keyOwners are words that make a following "key" a credential: "api.key" is one, "public.key" is not.
var keyOwners = map[string]bool{
	"api": true, "access": true, "consumer": true, "secret": true, "private": true, "signature": true, "signing": true,
	"encryption": true, "client": true, "session": true, "developer": true, "application": true, "app": true, "shared": true,
	"encoded": true, "license": true, "subscription": true,
}

// pageWords are words that make a following "token" a place in a list.
var pageWords = map[string]bool{"page": true, "next": true, "continuation": true, "sync": true, "delta": true, "skip": true}

// namesCredential judges a name of a configuration entry, query parameter or field by its last words.
func namesCredential(name string) bool {
	w := words(name)
	if len(w) == 0 {
		return false
	}
	last, before := w[len(w)-1], ""
	if len(w) > 1 {
		before = w[len(w)-2]
	}
	switch {
	case last == "token" && pageWords[before]:
		return false
	case credentialNames[last]:
		return true
	case before == "":
		return last == "key"
	}
	return last == "key" && keyOwners[before] || last == "id" && before == "session"
}

// words splits a name at everything that is no letter or digit and before capitals, into lower case.
func words(name string) []string {
	var out []string
	start := 0
	cut := func(end int) {
		if end > start {
			out = append(out, strings.ToLower(name[start:end]))
		}
	}
	lower := false
	for i, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			cut(i)
			start = i + len(string(r))
			lower = false
		case unicode.IsUpper(r) && lower:
			cut(i)
			start = i
			lower = false
		default:
			lower = unicode.IsLower(r) || unicode.IsDigit(r)
		}
	}
	cut(len(name))
	return out
}
