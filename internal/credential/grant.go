package credential

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Grant is a way to get an access token (RFC 6749 §1.3, RFC 7523).
type Grant string

const (
	GrantCode              Grant = "authorization_code"
	GrantRefresh           Grant = "refresh_token"
	GrantClientCredentials Grant = "client_credentials"
	GrantPassword          Grant = "password"
	GrantJWT               Grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

// Keys of what OAuth obtained (reference/elements.md §4.3).
const (
	keyToken           = "oauth.user.token"
	keyTokenSecret     = "oauth.user.token.secret"
	keyRefreshToken    = "oauth.user.refresh_token"
	keyRefreshTime     = "oauth.user.refresh_time"     // epoch seconds (or milliseconds) of our clock
	keyRefreshInterval = "oauth.user.refresh_interval" // seconds
	keyExpiresIn       = "expires_in"                  // seconds, the provider's word
)

// Times of tokens.
const (
	// defaultLifetime is how long a token is used whose provider says nothing (reference/elements.md §4.3).
	defaultLifetime = time.Hour
	// maxLifetime is the longest lifetime that is believed.
	maxLifetime = 10 * 365 * 24 * time.Hour
	// maxMargin is how long before its end a token is renewed at most; short ones by a tenth of their life.
	maxMargin = time.Minute
)

// InitialGrant is the grant by which an instance of a type gets its first token; "" for types that get none.
func InitialGrant(authType string) Grant {
	switch {
	case strings.EqualFold(authType, OAuth2):
		return GrantCode
	case strings.EqualFold(authType, OAuth2ClientCredentials):
		return GrantClientCredentials
	case strings.EqualFold(authType, OAuth2Password):
		return GrantPassword
	case strings.EqualFold(authType, JWTOAuth):
		return GrantJWT
	}
	return ""
}

// RenewalGrant is the grant by which a token is renewed; "" when nothing in the configuration can. A refresh
// token comes first, except where the provider gives none by its rules (RFC 6749 §4.4.3).
func RenewalGrant(authType string, c Configuration) Grant {
	initial := InitialGrant(authType)
	switch {
	case initial == "":
		return ""
	case initial == GrantClientCredentials && c["oauth.api.key"] != "":
		return GrantClientCredentials
	case c[keyRefreshToken] != "":
		return GrantRefresh
	case initial == GrantPassword && c["username"] != "", initial == GrantJWT && c[keyJWTKey] != "":
		return initial
	}
	return ""
}

// Renewable reports whether the token of an instance can be renewed without its owner.
func Renewable(authType string, c Configuration) bool { return RenewalGrant(authType, c) != "" }

// NeedsRefresh reports whether the token should be renewed before the next call: there is none yet, or its
// life of expires_in or oauth.user.refresh_interval (the shorter, default an hour) is nearly over. Ask
// Renewable first, which knows the type; NeedsRefresh is false where nothing could renew whatever the type.
//
// Times are of our own clock, so the provider's does not matter. A refresh time in the future, left by a
// clock that was set back, counts as now; a token of unknown age is used until the provider refuses it.
func NeedsRefresh(c Configuration, now time.Time) bool {
	if c[keyRefreshToken] == "" && c[keyJWTKey] == "" && c["password"] == "" && c["oauth.api.secret"] == "" {
		return false
	}
	return c[keyToken] == "" || nearlyOver(c, now)
}

// nearlyOver reports whether the life of what was got is over but for a margin. What is of unknown age is not.
func nearlyOver(c Configuration, now time.Time) bool {
	since, ok := epoch(c[keyRefreshTime])
	life := lifetime(c)
	return ok && !since.After(now) && now.Sub(since) >= life-min(maxMargin, life/10)
}

// lifetime is how long a token is used.
func lifetime(c Configuration) time.Duration {
	said, interval := seconds(c[keyExpiresIn]), seconds(c[keyRefreshInterval])
	switch {
	case said > 0 && interval > 0:
		return min(said, interval)
	case said > 0:
		return said
	case interval > 0:
		return interval
	}
	return defaultLifetime
}

// seconds reads a number of seconds as providers write it: 3600, "3600", 3600.0, 3.6e3. What is no
// number, or not above zero, is 0: unknown. What is absurd is cut to maxLifetime.
func seconds(text string) time.Duration {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(n) || n <= 0 {
		return 0
	}
	if n >= maxLifetime.Seconds() {
		return maxLifetime
	}
	return time.Duration(n * float64(time.Second))
}

// epoch reads seconds or milliseconds since 1970, as platform and hooks write them.
func epoch(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t, err := time.Parse(time.RFC3339, text)
		return t, err == nil
	}
	const firstMillis = 1e11 // as seconds this would be the year 5138
	switch {
	case math.IsNaN(n) || n <= 0 || n > 1e15:
		return time.Time{}, false
	case n >= firstMillis:
		return time.UnixMilli(int64(n)), true
	}
	return time.Unix(int64(n), 0), true
}
