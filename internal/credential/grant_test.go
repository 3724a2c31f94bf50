package credential

import (
	"testing"
	"time"
)

func TestATokenIsRenewedShortlyBeforeItsEnd(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	const start = "1795521600" // now, in seconds
	at := func(seconds int) time.Time { return now.Add(time.Duration(seconds) * time.Second) }
	for _, tt := range []struct {
		name string
		c    Configuration
		now  time.Time
		want bool
	}{
		{"fresh", Configuration{"oauth.user.refresh_time": start, "expires_in": "3600"}, at(0), false},
		{"a minute and a second before its end", Configuration{"oauth.user.refresh_time": start, "expires_in": "3600"}, at(3539), false},
		{"a minute before its end", Configuration{"oauth.user.refresh_time": start, "expires_in": "3600"}, at(3540), true},
		{"short ones by a tenth: before", Configuration{"oauth.user.refresh_time": start, "expires_in": "100"}, at(89), false},
		{"short ones by a tenth: after", Configuration{"oauth.user.refresh_time": start, "expires_in": "100"}, at(90), true},
		{"the interval where the provider says nothing", Configuration{"oauth.user.refresh_time": start, "oauth.user.refresh_interval": "600"}, at(541), true},
		{"an hour where nobody says anything", Configuration{"oauth.user.refresh_time": start}, at(3541), true},
		{"the shorter of both", Configuration{"oauth.user.refresh_time": start, "expires_in": "7200", "oauth.user.refresh_interval": "600"}, at(541), true},
		{"time in milliseconds", Configuration{"oauth.user.refresh_time": start + "000", "expires_in": "100"}, at(90), true},
		{"time in milliseconds, fresh", Configuration{"oauth.user.refresh_time": start + "000", "expires_in": "100"}, at(10), false},
		{"time in ISO", Configuration{"oauth.user.refresh_time": "2026-11-24T12:00:00Z", "expires_in": "100"}, at(90), true},
		{"time an hour ahead, after the clock was set back", Configuration{"oauth.user.refresh_time": start, "expires_in": "100"}, at(-3600), false},
		{"life as a fraction", Configuration{"oauth.user.refresh_time": start, "expires_in": "100.0"}, at(90), true},
		{"life of zero is unknown", Configuration{"oauth.user.refresh_time": start, "expires_in": "0"}, at(100), false},
		{"life below zero is unknown", Configuration{"oauth.user.refresh_time": start, "expires_in": "-5"}, at(100), false},
		{"life beyond all measure", Configuration{"oauth.user.refresh_time": start, "expires_in": "1e300"}, at(1e8), false},
		{"life that is no number", Configuration{"oauth.user.refresh_time": start, "expires_in": "NaN"}, at(3541), true},
		{"age unknown", Configuration{"expires_in": "100"}, at(0), false},
		{"age unreadable", Configuration{"oauth.user.refresh_time": "yesterday"}, at(0), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := Configuration{"oauth.user.token": "t", "oauth.user.refresh_token": "r"}
			for key, value := range tt.c {
				c[key] = value
			}
			if got := NeedsRefresh(c, tt.now); got != tt.want {
				t.Errorf("got %v", got)
			}
			delete(c, "oauth.user.token")
			if !NeedsRefresh(c, tt.now) {
				t.Error("no token, and none is got")
			}
			delete(c, "oauth.user.refresh_token")
			if NeedsRefresh(c, tt.now) {
				t.Error("nothing could renew it, and it is tried")
			}
		})
	}
}

func TestHowATokenIsRenewedDependsOnTypeAndConfiguration(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		authType string
		c        Configuration
		want     Grant
	}{
		{OAuth2, Configuration{"oauth.user.refresh_token": "r"}, GrantRefresh},
		{OAuth2, Configuration{"oauth.api.key": "k", "oauth.api.secret": "s", "username": "u"}, ""},
		{OAuth2ClientCredentials, Configuration{"oauth.api.key": "k"}, GrantClientCredentials},
		{OAuth2ClientCredentials, Configuration{"oauth.api.key": "k", "oauth.user.refresh_token": "r"}, GrantClientCredentials},
		{OAuth2ClientCredentials, nil, ""},
		{OAuth2Password, Configuration{"username": "u", "oauth.user.refresh_token": "r"}, GrantRefresh},
		{OAuth2Password, Configuration{"username": "u"}, GrantPassword},
		{JWTOAuth, Configuration{"jwt.base64.encoded.key": "k"}, GrantJWT},
		{"jwtoauth", Configuration{"jwt.base64.encoded.key": "k"}, GrantJWT},
		{Basic, Configuration{"oauth.user.refresh_token": "r"}, ""},
		{OAuth1, Configuration{"oauth.user.refresh_token": "r"}, ""},
	} {
		if got := RenewalGrant(tt.authType, tt.c); got != tt.want || Renewable(tt.authType, tt.c) != (tt.want != "") {
			t.Errorf("%s %v: %q", tt.authType, tt.c, got)
		}
	}
}
