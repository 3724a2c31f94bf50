package credential

import (
	"slices"
	"time"
)

// Keys that callers read and write (reference/elements.md §4.3).
const (
	KeyClientID     = "oauth.api.key"
	KeyClientSecret = "oauth.api.secret"
	KeyCallbackURL  = "oauth.callback.url"
	KeyScope        = "oauth.scope"
	KeyAccessToken  = keyToken
	KeyTokenSecret  = keyTokenSecret
	KeyRefreshToken = keyRefreshToken
	KeyRefreshTime  = keyRefreshTime
)

// UsesOAuth1 reports whether a type is OAuth 1, in any case of letters.
func UsesOAuth1(authType string) bool { return isOAuth1(authType) }

// Grants reports whether instances of a type hold a grant of the provider: a token that was got by OAuth.
func Grants(authType string) bool { return isOAuth1(authType) || InitialGrant(authType) != "" }

// Authorizes reports whether a user agrees at the provider before an instance of the type can be made.
func Authorizes(authType string) bool {
	return isOAuth1(authType) || InitialGrant(authType) == GrantCode
}

// Expired reports whether the token's life is over, by our clock, or there is none.
func Expired(c Configuration, now time.Time) bool {
	if c[keyToken] == "" {
		return true
	}
	since, ok := epoch(c[keyRefreshTime])
	return ok && !since.After(now) && now.Sub(since) >= lifetime(c)
}

// Outlived reports whether what a connector got by a login of its own is nearly over: by the time of the login, where it said how long
// the login lives. Where it did not, the provider's refusal tells.
func Outlived(c Configuration, now time.Time) bool {
	return (seconds(c[keyExpiresIn]) > 0 || seconds(c[keyRefreshInterval]) > 0) && nearlyOver(c, now)
}

// Seconds reads a number of seconds as providers write it; 0 when it is none.
func Seconds(text string) time.Duration { return seconds(text) }

// KeyKeyStore holds the key store with a client certificate, KeyKeyStorePassword what opens it (reference/elements.md §4.1).
const (
	KeyKeyStore         = keyKeystore
	KeyKeyStorePassword = keyKeystorePassword
)

// OwnedByAuthor reports whether the default of a key is a secret of the connector's author: it belongs to the author's application at the
// provider, not to who uses the connector.
func OwnedByAuthor(key string) bool { return slices.Contains(ownedSecrets, key) }
