package act365

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"html"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// codeLife is how long an authorization code can be used (reference/act365.md §12.2).
const codeLife = 60 * time.Second

// maxGrants bounds the tokens of each kind that are kept; beyond it the oldest go.
const maxGrants = 10_000

// grant is what a code or token stands for.
type grant struct {
	user     *user
	redirect string    // of a code: where it was sent
	expires  time.Time // zero = never
}

// oauthState is guarded by directory.mu.
type oauthState struct {
	codes, access, refresh grants
}

func newOAuthState() oauthState {
	empty := func() grants { return grants{byToken: map[string]grant{}} }
	return oauthState{codes: empty(), access: empty(), refresh: empty()}
}

type grants struct {
	byToken map[string]grant
	oldest  []string
}

// tokenMark begins every token, so that the journal can recognise and drop them.
const tokenMark = "act365sim_"

// issue makes a new random token for the grant.
func (g *grants) issue(to grant) string {
	token := tokenMark + rand.Text()
	g.byToken[token] = to
	g.oldest = append(g.oldest, token)
	if len(g.oldest) > maxGrants {
		delete(g.byToken, g.oldest[0])
		g.oldest = g.oldest[1:]
	}
	return token
}

func (d *directory) byToken(token string, now time.Time) principal {
	d.mu.RLock()
	defer d.mu.RUnlock()
	g, found := d.oauth.access.byToken[token]
	if !found || now.After(g.expires) {
		return principal{}
	}
	return principal{user: g.user, developer: "oauth client"}
}

// serveOAuth answers below …/oauth/v2 (reference/act365.md §§2.2, 12.2).
func (s *Simulator) serveOAuth(r *http.Request, path string, body []byte) reply {
	form, _ := url.ParseQuery(string(body))
	switch {
	case path == "authorize" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		return s.authorizePage(r.URL.Query(), http.StatusOK, "")
	case path == "authorize" && r.Method == http.MethodPost:
		// The form posts to its own address; what it asks for is in the query or in hidden fields.
		asked := r.URL.Query()
		for name, value := range form {
			asked[name] = value
		}
		return s.authorize(asked)
	case path == "token" && r.Method == http.MethodPost:
		if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/x-www-form-urlencoded" {
			return oauthError(http.StatusBadRequest, "invalid_request", "the body has to be form-encoded")
		}
		return s.token(r, form)
	case path == "authorize" || path == "token":
		return refuse(http.StatusMethodNotAllowed, "The method %s is not allowed here.", r.Method).answer(s.options.Errors)
	}
	return refuse(http.StatusNotFound, "There is nothing at this address.").answer(s.options.Errors)
}

func (s *Simulator) authorizePage(asked url.Values, status int, note string) reply {
	if wrong := s.checkAuthorize(asked); wrong != "" {
		return reply{status: http.StatusBadRequest, contentType: "text/html; charset=utf-8", body: errorPage(http.StatusBadRequest, wrong)}
	}
	var page strings.Builder
	fmt.Fprintf(&page, "<!DOCTYPE html>\n<html><head><title>Act! 365 simulator</title></head>\n<body><h1>Let %s use your account?</h1>\n",
		html.EscapeString(asked.Get("client_id")))
	if note != "" {
		fmt.Fprintf(&page, "<p role=\"alert\">%s</p>\n", html.EscapeString(note))
	}
	page.WriteString("<form method=\"post\">\n")
	for _, name := range []string{"response_type", "client_id", "redirect_uri", "state"} {
		fmt.Fprintf(&page, "<input type=\"hidden\" name=\"%s\" value=\"%s\">\n", name, html.EscapeString(asked.Get(name)))
	}
	page.WriteString(loginFields)
	return reply{status: status, contentType: "text/html; charset=utf-8", body: []byte(page.String())}
}

const loginFields = `<label>User name <input name="Username" autocomplete="username"></label>
<label>Password <input name="Password" type="password" autocomplete="current-password"></label>
<button name="Answer" value="approve">Approve</button>
<button name="Answer" value="deny">Deny</button>
</form></body></html>
`

// checkAuthorize says what is wrong with an authorization request. Nothing is sent to an address
// that is not registered, so these errors are shown and not redirected.
func (s *Simulator) checkAuthorize(asked url.Values) string {
	switch {
	case asked.Get("client_id") != s.options.ClientID:
		return "This client_id is not known."
	case !s.isRegistered(asked.Get("redirect_uri")):
		return "This redirect_uri is not registered."
	case asked.Get("response_type") != "code":
		return "The response_type has to be code."
	}
	return ""
}

// isRegistered tells whether a code may be sent to the address. Without registered addresses any
// on loopback is good.
func (s *Simulator) isRegistered(address string) bool {
	if len(s.options.RedirectURIs) > 0 {
		return slices.Contains(s.options.RedirectURIs, address)
	}
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && isLoopbackHost(u.Hostname())
}

func isLoopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func (s *Simulator) authorize(asked url.Values) reply {
	if wrong := s.checkAuthorize(asked); wrong != "" {
		return s.authorizePage(asked, http.StatusBadRequest, "")
	}
	back, _ := url.Parse(asked.Get("redirect_uri"))
	q := back.Query()
	if state := asked.Get("state"); state != "" {
		q.Set("state", state)
	}
	if asked.Get("Answer") != "approve" {
		q.Set("error", "access_denied")
		back.RawQuery = q.Encode()
		return redirect(back)
	}
	d := s.directory
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.byEmail(asked.Get("Username"))
	right := subtle.ConstantTimeCompare([]byte(asked.Get("Password")), []byte(DefaultPassword)) == 1
	if u == nil || !right || u.disabled {
		return s.authorizePage(asked, http.StatusUnauthorized, "The user name or the password is wrong.")
	}
	q.Set("code", d.oauth.codes.issue(grant{
		user: u, redirect: asked.Get("redirect_uri"), expires: s.clock.now().Add(codeLife),
	}))
	back.RawQuery = q.Encode()
	return redirect(back)
}

func redirect(to *url.URL) reply {
	return reply{status: http.StatusFound, contentType: "text/plain; charset=utf-8", header: http.Header{"Location": {to.String()}}}
}

// token answers the grants authorization_code and refresh_token.
func (s *Simulator) token(r *http.Request, form url.Values) reply {
	id, secret, basic := r.BasicAuth()
	if basic {
		id, secret = unescape(id), unescape(secret)
	} else {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	sameID := subtle.ConstantTimeCompare([]byte(id), []byte(s.options.ClientID))
	sameSecret := subtle.ConstantTimeCompare([]byte(secret), []byte(s.options.ClientSecret))
	if sameID&sameSecret != 1 {
		denied := oauthError(http.StatusUnauthorized, "invalid_client", "the client id or the client secret is wrong")
		denied.header.Set("WWW-Authenticate", `Basic realm="act"`)
		return denied
	}
	d, now := s.directory, s.clock.now()
	d.mu.Lock()
	defer d.mu.Unlock()
	switch form.Get("grant_type") {
	case "authorization_code":
		code := form.Get("code")
		g, found := d.oauth.codes.byToken[code]
		delete(d.oauth.codes.byToken, code)
		if !found || now.After(g.expires) || form.Get("redirect_uri") != g.redirect {
			return oauthError(http.StatusBadRequest, "invalid_grant", "the code is unknown, used, too old or for another redirect_uri")
		}
		return s.issueTokens(g.user, now, d.oauth.refresh.issue(grant{user: g.user}))
	case "refresh_token":
		token := form.Get("refresh_token")
		g, found := d.oauth.refresh.byToken[token]
		if !found || g.user.disabled {
			return oauthError(http.StatusBadRequest, "invalid_grant", "the refresh token is unknown or revoked")
		}
		if s.options.RotateRefresh {
			delete(d.oauth.refresh.byToken, token)
			token = d.oauth.refresh.issue(grant{user: g.user})
		}
		return s.issueTokens(g.user, now, token)
	}
	return oauthError(http.StatusBadRequest, "unsupported_grant_type", "the grant_type can be authorization_code or refresh_token")
}

func (s *Simulator) issueTokens(u *user, now time.Time, refresh string) reply {
	d := s.directory
	access := d.oauth.access.issue(grant{user: u, expires: now.Add(s.options.TokenTTL)})
	out := reply{status: http.StatusOK, contentType: jsonType, header: http.Header{"Cache-Control": {"no-store"}}}
	out.body = mustJSON(map[string]any{
		"access_token":  access,
		"token_type":    "Bearer",
		"expires_in":    int64(s.options.TokenTTL / time.Second),
		"refresh_token": refresh,
	})
	return out
}

func oauthError(status int, code, description string) reply {
	return reply{status: status, contentType: jsonType, header: http.Header{"Cache-Control": {"no-store"}},
		body: mustJSON(map[string]string{"error": code, "error_description": description})}
}

// unescape undoes the form encoding that RFC 6749 §2.3.1 asks for inside a Basic header.
func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
