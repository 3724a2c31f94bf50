package credential

import "testing"

func TestSecretsOfTheReferenceAreMasked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		entryType, key    string
		masked, sensitive bool
	}{
		{"PASSWORD", "password", true, true},
		{"PASSWORD", "anything.at.all", true, true},
		{"password", "lower case type", true, true},
		{"TEXTFIELD_128", "oauth.api.key", true, true},
		{"TEXTFIELD_128", "oauth.api.secret", true, true},
		{"", "oauth.user.token", true, true},
		{"TEXTFIELD_32", "oauth.user.token.secret", true, true},
		{"TEXTFIELD_64", "oauth.user.refresh_token", true, true},
		{"TEXTAREA", "base64.encoded.jks", true, true},
		{"TEXTFIELD_32", "jks.password", true, true},
		{"TEXTFIELD_128", "aws.api.secret", true, true},
		{"TEXTFIELD_128", "aws.session.token", true, true},
		{"TEXTAREA", "jwt.base64.encoded.key", true, true},
		{"TEXTFIELD_128", "personal.access.token", true, true},
		{"TEXTFIELD_128", "custom.api.key", true, true},
		{"TEXTFIELD_128", "event.notification.signature.key", true, true},
		{"TEXTFIELD_1000", "event.notification.callback.headers", true, true},

		{"TEXTFIELD_32", "username", false, false},
		{"", "client_assertion", false, true},
		{"", "oauth_verifier", false, true},
		{"TEXTFIELD_128", "oauth.authorization.word", false, false},
		{"TEXTFIELD_128", "oauth.secret.hosts", false, false},
		{"TEXTFIELD_128", "aws.api.key", false, true},
		{"TEXTFIELD_128", "api.key", false, true},
		{"TEXTFIELD_128", "apiKey", false, true},
		{"TEXTFIELD_32", "APIkey", false, true},
		{"TEXTFIELD_128", "access.token", false, true},
		{"TEXTFIELD_128", "token_secret", false, true},
		{"TEXTFIELD_128", "consumer_key", false, true},
		{"TEXTFIELD_128", "session.id", false, true},
		{"TEXTFIELD_128", "key", false, true},
		{"TEXTFIELD_128", "password", false, true},

		{"TEXTFIELD_1000", "base.url", false, false},
		{"TEXTFIELD_1000", "oauth.token.url", false, false},
		{"TEXTFIELD_1000", "oauth.token.refresh_url", false, false},
		{"TEXTFIELD_32", "oauth.user.refresh_interval", false, false},
		{"TEXTFIELD_128", "public.key", false, false},
		{"TEXTFIELD_128", "event.helper.key", false, false},
		{"TEXTFIELD_1000", "event.notification.callback.url", false, false},
		{"TEXTFIELD_128", "nextPageToken", false, false},
		{"BOOLEAN", "filter.response.nulls", false, false},
		{"TEXTFIELD_128", "keyword", false, false},
		{"", "", false, false},
		{"", "...", false, false},
	} {
		if got := IsSecret(tt.entryType, tt.key); got != tt.masked {
			t.Errorf("%s %s is masked: %v", tt.entryType, tt.key, got)
		}
		if got := IsSensitive(tt.entryType, tt.key); got != tt.sensitive {
			t.Errorf("%s %s is sensitive: %v", tt.entryType, tt.key, got)
		}
	}
}

func TestTheMaskIsWrittenAndReadBack(t *testing.T) {
	t.Parallel()
	if got := MaskValue("PASSWORD", "password", "x"); got != "********" {
		t.Errorf("got %q", got)
	}
	if got := MaskValue("PASSWORD", "password", ""); got != "" {
		t.Errorf("an empty value shows as %q", got)
	}
	if got := MaskValue("TEXTFIELD_32", "username", "ada"); got != "ada" {
		t.Errorf("got %q", got)
	}
	if !IsUnchanged("PASSWORD", "password", "********") {
		t.Error("the mask does not mean unchanged")
	}
	if IsUnchanged("PASSWORD", "password", "*******") || IsUnchanged("TEXTFIELD_32", "username", "********") {
		t.Error("something else than a masked secret means unchanged")
	}
}
