package usage

import (
	"net/url"
	"strings"
)

// squeeze takes the characters between the words of a name out.
var squeeze = strings.NewReplacer(".", "", "_", "", "-", "", "[", "", "]", "")

// scrubbed stands where a secret was.
const scrubbed = "********"

// secretWords make a query parameter secret when its name contains one of them, ignoring case and the
// characters . _ - between words.
var secretWords = []string{
	"token", "secret", "password", "passwd", "apikey", "accesskey", "privatekey", "developerkey", "signature",
	"authorization", "credential", "jwt", "assertion",
}

// secretNames are parameter names that are secret as a whole.
var secretNames = []string{"code", "key", "sig", "pwd", "pass", "auth", "sid", "sessionid"}

// publicNames contain a secret word, but hold page tokens, which are useful in a log.
var publicNames = []string{"nextpagetoken", "pagetoken"}

// ScrubURI replaces secrets in the query of a request URI by asterisks: values of parameters with a telling
// name, and anything in a value that has the form of a user secret or instance token. The path is kept: ids
// stand there. A URI without a query is returned as it is.
func ScrubURI(uri string) string {
	path, query, found := strings.Cut(uri, "?")
	if !found || query == "" {
		return uri
	}
	pairs := strings.Split(query, "&")
	changed := false
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		if value == "" {
			continue
		}
		if secretName(name) || holdsToken(value) {
			pairs[i] = name + "=" + scrubbed
			changed = true
		}
	}
	if !changed {
		return uri
	}
	return path + "?" + strings.Join(pairs, "&")
}

func secretName(name string) bool {
	if decoded, err := url.QueryUnescape(name); err == nil {
		name = decoded
	}
	name = squeeze.Replace(strings.ToLower(name))
	for _, public := range publicNames {
		if name == public {
			return false
		}
	}
	for _, whole := range secretNames {
		if name == whole {
			return true
		}
	}
	for _, word := range secretWords {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// tokenLength is the length of a user secret or instance token without its final "=".
const tokenLength = 43

// holdsToken reports whether the value, as sent or decoded, has 43 characters of base64 followed by "=".
func holdsToken(value string) bool {
	if len(value) < tokenLength {
		return false
	}
	if tokenIn(value) {
		return true
	}
	// Not every client encodes +: both readings are looked at.
	if decoded, err := url.PathUnescape(value); err == nil && tokenIn(decoded) {
		return true
	}
	decoded, err := url.QueryUnescape(value)
	return err == nil && tokenIn(decoded)
}

func tokenIn(s string) bool {
	run := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '+', c == '/':
			run++
		case c == '=' && run == tokenLength:
			return true
		default:
			run = 0
		}
	}
	return false
}
