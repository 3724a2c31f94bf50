package credential

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"jackfield/internal/fault"
)

// Limits of an answer of a token endpoint.
const (
	// MaxTokenAnswer bounds the body in bytes. Set it as the limit of the call too.
	MaxTokenAnswer int64 = 256 << 10
	// maxToken bounds one token in bytes: providers' longest are about 8 KB, and it must fit into a header.
	maxToken = 32 << 10
	// maxMembers bounds how many members of an answer are kept.
	maxMembers = 200
	// maxWords bounds the provider's words that are passed on, in bytes.
	maxWords = 500
)

// Token is what a token endpoint gave.
type Token struct {
	Access, Refresh string
	Type            string            // the provider's word: Bearer, mac, …
	Scope           string            // what was granted, when it differs from what was asked
	ExpiresIn       time.Duration     // 0 when the provider did not say
	Members         map[string]string // every scalar member of the answer, tokens included
}

// Configuration lists what an instance keeps of a token, by configuration key. What the provider did not say
// is left out, so that a refresh token that it does not rotate stays (RFC 6749 §6).
func (t Token) Configuration(now time.Time) map[string]string {
	kept := map[string]string{keyToken: t.Access, keyRefreshTime: strconv.FormatInt(now.Unix(), 10)}
	if t.Refresh != "" {
		kept[keyRefreshToken] = t.Refresh
	}
	if t.ExpiresIn > 0 {
		life := strconv.FormatInt(int64(math.Ceil(t.ExpiresIn.Seconds())), 10)
		kept[keyExpiresIn], kept[keyRefreshInterval] = life, life
	}
	return kept
}

// ReadToken reads the answer of a token endpoint: JSON or a form, whatever its Content-Type says. A refusal
// is a fault of kind Invalid with the provider's words, Throttled for status 429, and Provider for what is
// no answer of a token endpoint: 5xx, a page of HTML, an empty body, no token in it. IsRevoked tells a
// refusal that no retry mends. Neither message nor words hold a token.
func ReadToken(status int, header http.Header, body []byte) (Token, error) {
	return readToken(status, header, body, time.Now())
}

func readToken(status int, header http.Header, body []byte, now time.Time) (Token, error) {
	a, err := readAnswer("token endpoint", status, header, body)
	if err != nil {
		return Token{}, err
	}
	if a.refused() {
		return Token{}, a.refusal(now)
	}
	t := Token{
		Access:    a.first("access_token", "accessToken", "authed_user.access_token"),
		Refresh:   a.first("refresh_token", "refreshToken", "authed_user.refresh_token"),
		Type:      a.first("token_type", "tokenType"),
		Scope:     a.first("scope"),
		ExpiresIn: seconds(a.first("expires_in", "expiresIn", "expires", "authed_user.expires_in")),
		Members:   a.members(),
	}
	switch {
	case t.Access == "":
		return Token{}, fault.New(fault.Provider, "the provider's token endpoint answered %d without an access_token", status)
	case !soundToken(t.Access) || !soundToken(t.Refresh):
		return Token{}, fault.New(fault.Provider, "the provider's token endpoint answered with a token that is longer than %d bytes or has control characters", maxToken)
	}
	return t, nil
}

// soundToken reports whether a token can travel in a header.
func soundToken(token string) bool {
	return len(token) <= maxToken && utf8.ValidString(token) && !strings.ContainsFunc(token, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// answer is what an OAuth endpoint said, from JSON or from a form.
type answer struct {
	endpoint string // for messages
	status   int
	header   http.Header
	json     gjson.Result
	form     url.Values
}

// readAnswer judges a body by its look: Content-Type is wrong too often.
func readAnswer(endpoint string, status int, header http.Header, body []byte) (answer, error) {
	a := answer{endpoint: endpoint, status: status, header: header}
	text := strings.TrimSpace(strings.TrimPrefix(string(body), "\ufeff"))
	switch {
	case status >= 300 && status < 400:
		return a, fault.New(fault.Provider, "the provider's %s answered with a redirect (status %d), which is not followed since the call carries a secret; correct its URL", endpoint, status)
	case int64(len(body)) > MaxTokenAnswer:
		return a, fault.New(fault.Provider, "the provider's %s answered with more than %d KiB", endpoint, MaxTokenAnswer>>10)
	case status >= 500 && !gjson.Valid(text):
		return a, fault.New(fault.Provider, "the provider's %s answered %d", endpoint, status)
	case text == "" && status >= 400 && status < 500:
		return a, fault.New(fault.Invalid, "the provider's %s refused (status %d) without a word of why", endpoint, status)
	case text == "":
		return a, fault.New(fault.Provider, "the provider's %s answered %d with an empty body", endpoint, status)
	case text[0] == '<':
		return a, fault.New(fault.Provider, "the provider's %s answered %d with a page (HTML or XML) in place of JSON; check its URL", endpoint, status)
	case gjson.Valid(text):
		if a.json = gjson.Parse(text); a.json.IsObject() {
			return a, nil
		}
	case !strings.ContainsAny(text, " \t\r\n{") && utf8.ValidString(text):
		if values, err := url.ParseQuery(text); err == nil && strings.Contains(text, "=") {
			a.form = values
			return a, nil
		}
	}
	if status >= 400 && status < 500 && utf8.ValidString(text) { // a refusal in plain words
		return a, fault.New(fault.Invalid, "the provider's %s refused (status %d)", endpoint, status).WithProvider(clean(text))
	}
	return a, fault.New(fault.Provider, "the provider's %s answered %d with something that is neither a JSON object nor a form", endpoint, status)
}

// get returns a scalar member by name; a name with a dot reaches into a member. "" when there is none.
func (a answer) get(name string) string {
	if a.form != nil {
		return a.form.Get(name)
	}
	if r := a.json.Get(name); scalar(r) {
		return r.String()
	}
	return ""
}

func scalar(r gjson.Result) bool {
	return r.Type == gjson.String || r.Type == gjson.Number || r.Type == gjson.True || r.Type == gjson.False
}

func (a answer) first(names ...string) string {
	for _, name := range names {
		if v := a.get(name); v != "" {
			return v
		}
	}
	return ""
}

func (a answer) members() map[string]string {
	all := map[string]string{}
	for name := range a.form {
		if len(all) < maxMembers {
			all[name] = a.form.Get(name)
		}
	}
	if a.form == nil {
		a.json.ForEach(func(name, value gjson.Result) bool {
			switch {
			case !scalar(value):
			case value.Type == gjson.Number:
				all[name.String()] = value.Raw // as written: ids are longer than a float is exact
			default:
				all[name.String()] = value.String()
			}
			return len(all) < maxMembers
		})
	}
	return all
}

// refused reports whether the answer is an error, whatever its status.
func (a answer) refused() bool {
	if a.status < 200 || a.status >= 300 || a.first("error", "errorCode", "error_code", "oauth_problem") != "" {
		return true
	}
	e := a.json.Get("error")
	return a.form == nil && (e.IsObject() || e.IsArray() || a.json.Get("ok").Type == gjson.False || len(a.json.Get("errors").Array()) > 0)
}

// refusal makes the fault of an answer that is an error.
func (a answer) refusal(now time.Time) error {
	code := a.first("error", "error.code", "error.type", "errorCode", "error_code", "errors.0.code", "oauth_problem", "status", "code")
	words := a.first("error_description", "error.message", "error_message", "errorMessage", "errors.0.message", "message", "oauth_problem_advice", "error_summary", "detail", "title")
	said := clean(code)
	if words = clean(words); words != "" && words != said {
		said = strings.TrimPrefix(said+": "+words, ": ")
	}
	kind, what := fault.Invalid, "refused"
	switch {
	case a.status == http.StatusTooManyRequests:
		kind, what = fault.Throttled, "wants fewer calls"
	case a.status >= 500, code == "server_error", code == "temporarily_unavailable":
		kind, what = fault.Provider, "failed"
	}
	f := fault.New(kind, "the provider's %s %s (status %d)%s", a.endpoint, what, a.status, a.skew(now))
	f.Cause = &refusalError{code: code, revoked: a.status < 500 && isRevocation(code, words)}
	if wait, err := strconv.Atoi(a.header.Get("Retry-After")); kind == fault.Throttled && err == nil && wait > 0 {
		f.RetryAfter = min(time.Duration(wait), 3600) * time.Second
	}
	return f.WithProvider(said)
}

// skew says so when the provider's clock is far from ours, a usual reason to refuse what is signed with a time.
func (a answer) skew(now time.Time) string {
	const far = time.Minute
	date, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		return ""
	}
	switch d := now.Sub(date).Truncate(time.Second); {
	case d > far:
		return "; our clock is " + d.String() + " ahead of the provider's"
	case d < -far:
		return "; our clock is " + (-d).String() + " behind the provider's"
	}
	return ""
}

// refusalError is the cause of a fault that is a provider's refusal.
type refusalError struct {
	code    string
	revoked bool
}

func (e *refusalError) Error() string { return "refused with " + strconv.Quote(clean(e.code)) }

// IsRevoked reports whether a token endpoint said that the grant is gone: revoked, used up, expired. Only the
// customer can mend that, by authenticating again.
func IsRevoked(err error) bool {
	var r *refusalError
	return errors.As(err, &r) && r.revoked
}

// revocations are words for a grant that is gone: of RFC 6749 §5.2, GitHub, HubSpot, Slack, Zoho, OAuth
// problem reporting.
var revocations = []string{
	"invalid_grant", "bad_refresh_token", "invalid_refresh_token", "token_revoked", "token_expired", "expired_token", "invalid_code",
	"account_inactive", "token_rejected", "permission_denied", "consent_required", "interaction_required",
}

func isRevocation(code, words string) bool {
	code = strings.ToLower(strings.TrimSpace(code))
	for _, one := range revocations {
		if code == one {
			return true
		}
	}
	return code == "190" && strings.Contains(strings.ToLower(words), "access token") // Facebook
}

// clean makes the provider's words fit for a message.
func clean(words string) string {
	words = strings.ToValidUTF8(words, "\ufffd")
	words = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, words)
	if len(words) > maxWords {
		words = strings.ToValidUTF8(words[:maxWords], "") + "…"
	}
	return strings.TrimSpace(words)
}
