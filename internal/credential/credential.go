// Package credential knows the ways to authenticate at a provider, and which parts of an instance's
// configuration are secret.
//
// A way to authenticate is a Scheme in one table: what it reads from the configuration and how it signs a
// request. A new way is a new file with a new row; callers do not change.
package credential

import (
	"net/http"
	"strings"

	"jackfield/internal/fault"
)

// Configuration is the effective configuration of an instance: given values over the definition's
// defaults, by key.
type Configuration map[string]string

// Types of authentication as they stand in authentication.type of a definition (reference/elements.md §9.1).
const (
	Basic  = "basic"  // user name and password in a Basic header
	APIKey = "apiKey" // keys that the definition's parameters place
	Custom = "custom" // whatever the definition's parameters and hooks do

	OAuth2                  = "oauth2"                  // a token of the authorization code grant
	OAuth2Password          = "oauth2Password"          // a token of the password grant
	OAuth2ClientCredentials = "oauth2ClientCredentials" // a token of the client credentials grant
	JWTOAuth                = "jwtOauth"                // a token of the JWT bearer grant
	OAuth1                  = "oauth1"                  // signature with HMAC-SHA1
	OAuth1Plaintext         = "oauth1Plaintext"         // both secrets as they are
	AWSv2                   = "awsv2"                   // AWS signature version 2, in the query
	AWSv4                   = "awsv4"                   // AWS signature version 4, in headers
	TLS                     = "tls"                     // a client certificate, see Certificate
	PersonalAccessToken     = "personalAccessToken"     // a token that the definition's parameters place, else Bearer
	CustomAPIKey            = "customApiKey"            // keys that the definition's parameters place
	None                    = "none"                    // a provider that asks for nothing
)

// typeKey is the configuration entry by which a connector with several types picks one.
const typeKey = "authentication.type"

// Outcome says what signing did.
type Outcome int

const (
	Signed  Outcome = iota // the credential was applied
	Nothing                // the scheme has nothing to apply: its parameters and hooks carry the credential, or it has no value
	Kept                   // a parameter or hook had set, or emptied, the Authorization header: it stays as it is
	Foreign                // the request goes to a host that the credential does not belong to: it leaves unsigned
)

func (o Outcome) String() string {
	switch o {
	case Signed:
		return "signed"
	case Nothing:
		return "nothing to apply"
	case Kept:
		return "authorization kept"
	case Foreign:
		return "foreign host, not signed"
	}
	return "unknown"
}

// Scheme is one way to authenticate at a provider.
type Scheme struct {
	// Type is the word in a definition.
	Type string
	// Reads lists the configuration keys that the scheme itself uses; a connector made with this type is
	// given entries for them (reference/elements.md §4.6).
	Reads []string

	// apply puts the credential on the request. nil: parameters and hooks carry it.
	apply func(*http.Request, Configuration) (Outcome, error)
}

// schemes is the table. Its order is the order of messages and lists.
var schemes = []Scheme{
	basic,
	{Type: APIKey},
	{Type: Custom},
	{Type: OAuth2, Reads: oauthKeys, apply: bearer(keyToken)},
	{Type: OAuth2Password, Reads: append([]string{"username", "password"}, tokenKeys...), apply: bearer(keyToken)},
	{Type: OAuth2ClientCredentials, Reads: tokenKeys, apply: bearer(keyToken)},
	{Type: JWTOAuth, Reads: append([]string{keyJWTKey}, tokenKeys...), apply: bearer(keyToken)},
	{Type: OAuth1, Reads: oauth1Keys, apply: signOAuth1(methodSHA1)},
	{Type: OAuth1Plaintext, Reads: oauth1Keys, apply: signOAuth1(methodPlaintext)},
	{Type: AWSv2, Reads: []string{keyAWSKey, keyAWSSecret}, apply: signAWSv2},
	{Type: AWSv4, Reads: []string{keyAWSKey, keyAWSSecret, keyAWSRegion}, apply: signAWSv4},
	{Type: TLS, Reads: []string{keyKeystore, keyKeystorePassword}},
	{Type: PersonalAccessToken, apply: bearer(keyPersonalToken)},
	{Type: CustomAPIKey},
	{Type: None},
}

// For returns the scheme of a type, in any case of letters.
func For(authType string) (Scheme, bool) {
	for _, s := range schemes {
		if s.Type == authType || strings.EqualFold(s.Type, authType) {
			return s, true
		}
	}
	return Scheme{}, false
}

// Types lists the types that instances can be made of.
func Types() []string {
	out := make([]string, len(schemes))
	for i, s := range schemes {
		out[i] = s.Type
	}
	return out
}

// TypeOf returns the type in force: the definition's, or what the instance picked where the connector
// offers several (reference/elements.md §4.1 authentication.type).
func TypeOf(definition string, c Configuration) string {
	if picked := c[typeKey]; picked != "" {
		return picked
	}
	return definition
}

// Check returns a fault of kind Invalid when the type is not known.
func Check(authType string) error {
	if _, ok := For(authType); !ok {
		return unknown(authType)
	}
	return nil
}

func unknown(authType string) *fault.Error {
	return fault.New(fault.Invalid, "authentication type %q is not supported; supported are %s", authType, strings.Join(Types(), ", "))
}

// Sign applies an instance's credential to a request that is ready to leave: after parameters and hooks.
// It never overwrites an Authorization header that those set, not even with nothing (a header that a hook
// removed is left as a key without values), and signs only what goes to a host of the credential. The
// errors are faults of kind Invalid.
func Sign(req *http.Request, authType string, c Configuration, hosts Hosts) (Outcome, error) {
	s, ok := For(authType)
	if !ok {
		return Nothing, unknown(authType)
	}
	if s.apply == nil {
		return Nothing, nil
	}
	if _, set := req.Header["Authorization"]; set {
		return Kept, nil
	}
	if !hosts.Own(req) {
		return Foreign, nil
	}
	return s.apply(req, c)
}
