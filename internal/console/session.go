package console

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/branding"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

const (
	// CookieName is the session cookie: not readable by scripts, never sent from another site.
	CookieName = "jackfield_session"
	// HeaderCSRF carries the session's CSRF token with every call of a page.
	HeaderCSRF = "X-Jackfield-CSRF"

	// codePasswordExpired tells the login page to ask for a new password.
	codePasswordExpired = "password-expired"

	// maxLoginBody is the largest body of a login in bytes: an email and a password.
	maxLoginBody = 16 << 10
)

// sessionBody is what a page knows about its session. Without a login only Authenticated is there.
type sessionBody struct {
	Authenticated bool       `json:"authenticated"`
	CSRF          string     `json:"csrf,omitempty"`
	User          *userBody  `json:"user,omitempty"`
	Account       *namedBody `json:"account,omitempty"`
	Organization  *namedBody `json:"organization,omitempty"`
	Roles         []roleBody `json:"roles,omitempty"`
	Privileges    []string   `json:"privileges,omitempty"` // keys, in order: what the pages offer goes by them
	Notices       []string   `json:"notices,omitempty"`
	SignOutURL    string     `json:"signOutUrl,omitempty"` // after a logout: where the session at the identity provider ends

	Branding *branding.Branding `json:"branding,omitempty"` // absent = the product's own look
}

type userBody struct {
	ID        int64  `json:"id"`
	Email     string `json:"email"`
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
}

type namedBody struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

type roleBody struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

func rolesOf(p *access.Principal) []roleBody {
	var roles []roleBody
	for _, role := range p.Roles {
		roles = append(roles, roleBody{role.Key, role.Name})
	}
	return roles
}

func (c *Console) describe(ctx context.Context, p *access.Principal, token string) sessionBody {
	return sessionBody{
		Authenticated: true,
		CSRF:          c.access.CSRFToken(token),
		User:          &userBody{ID: p.User.ID, Email: p.User.Email, FirstName: p.User.FirstName, LastName: p.User.LastName},
		Account:       &namedBody{ID: p.Account.ID, Name: p.Account.Name},
		Organization:  &namedBody{ID: p.Organization.ID, Name: p.Organization.Name},
		Roles:         rolesOf(p),
		Privileges:    p.Privileges(),
		Notices:       c.notices,
		Branding:      c.brandingOf(ctx, p.Organization.ID),
	}
}

// login is the body of a login, and of the change of a password that has expired.
type login struct{ Username, Password, NewPassword string }

// logIn answers POST /console/session: it checks the password, ends the session the browser had, and sets
// the cookie of a new one.
func (c *Console) logIn(w http.ResponseWriter, r *http.Request) {
	given, err := c.readLogin(w, r)
	if err != nil {
		c.fail(w, err)
		return
	}
	principal, session, err := c.access.Login(r.Context(), c.request(r, given))
	err = c.recordLogin(r, given.Username, principal, err)
	c.enter(w, r, principal, session, err)
}

// renewPassword answers PUT /console/session: who knows a password, which may have expired, replaces it and is logged in with the
// new one.
func (c *Console) renewPassword(w http.ResponseWriter, r *http.Request) {
	given, err := c.readLogin(w, r)
	if err != nil {
		c.fail(w, err)
		return
	}
	principal, session, err := c.access.ChangePassword(r.Context(), c.request(r, given), given.NewPassword)
	err = c.recordLogin(r, given.Username, principal, err)
	c.enter(w, r, principal, session, err)
}

func (c *Console) request(r *http.Request, given login) access.LoginRequest {
	return access.LoginRequest{Email: given.Username, Password: given.Password, Address: address(r), Kind: store.SessionConsole}
}

// readLogin reads the body of a login that comes from the console's own page.
func (c *Console) readLogin(w http.ResponseWriter, r *http.Request) (login, error) {
	if !c.sameOrigin(r) {
		return login{}, fault.New(fault.Forbidden, "A login must come from the console's own page")
	}
	// A form of another site can send every type but this one.
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return login{}, fault.New(fault.UnsupportedMedia, "The body of a login must be application/json")
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxLoginBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return login{}, fault.New(fault.TooLarge, "The body of a login is larger than %d bytes", maxLoginBody)
	case err != nil:
		return login{}, fault.New(fault.Invalid, "The body of the login could not be read")
	}
	var given login
	if err := json.Unmarshal(content, &given); err != nil {
		return login{}, fault.New(fault.Invalid, `The body must be {"username": "…", "password": "…"}`)
	}
	return given, nil
}

// enter ends the session that the browser had and gives it a new one, or says why not.
func (c *Console) enter(w http.ResponseWriter, r *http.Request, principal *access.Principal, session *store.Session, err error) {
	if err != nil {
		c.fail(w, err)
		return
	}
	if old := cookieValue(r); old != "" {
		if err := c.access.Logout(r.Context(), store.SessionConsole, old); err != nil {
			c.log.WarnContext(r.Context(), "the session before a login could not be ended", "error", err)
		}
	}
	http.SetCookie(w, c.cookie(r, session.Token, time.Until(session.ExpiresAt)))
	c.answer(w, c.describe(r.Context(), principal, session.Token))
}

// session answers GET /console/session. Not being logged in is an answer, not an error.
func (c *Console) session(w http.ResponseWriter, r *http.Request) {
	token := cookieValue(r)
	if token == "" {
		c.answer(w, sessionBody{})
		return
	}
	principal, err := c.access.ConsoleSession(r.Context(), token)
	switch {
	case fault.Is(err, fault.Unauthenticated):
		http.SetCookie(w, c.cookie(r, "", -1))
		c.answer(w, sessionBody{})
	case err != nil:
		c.fail(w, err)
	default:
		c.answer(w, c.describe(r.Context(), principal, token))
	}
}

// logOut answers DELETE /console/session: the session ends here and in the browser.
func (c *Console) logOut(w http.ResponseWriter, r *http.Request) {
	token := cookieValue(r)
	var ended sessionBody
	if token != "" {
		if !c.trusted(r, token) {
			c.fail(w, foreignPage())
			return
		}
		ended.SignOutURL = c.signOutURL(r, token)
		c.recordLogout(r, token)
		if err := c.access.Logout(r.Context(), store.SessionConsole, token); err != nil {
			c.fail(w, err)
			return
		}
		http.SetCookie(w, c.cookie(r, "", -1))
	}
	c.answer(w, ended)
}

// secrets answers GET /console/session/secrets: the caller's own secrets, for a command line that works.
func (c *Console) secrets(w http.ResponseWriter, r *http.Request) {
	token := cookieValue(r)
	if token == "" {
		c.fail(w, fault.New(fault.Unauthenticated, "Not logged in"))
		return
	}
	if !c.trusted(r, token) {
		c.fail(w, foreignPage())
		return
	}
	principal, err := c.access.ConsoleSession(r.Context(), token)
	if err != nil {
		c.fail(w, err)
		return
	}
	user, organization, err := c.access.Secrets(r.Context(), principal)
	if err != nil {
		c.fail(w, err)
		return
	}
	c.answer(w, struct {
		UserSecret         string `json:"userSecret"`
		OrganizationSecret string `json:"organizationSecret"`
	}{user, organization})
}

func foreignPage() error {
	return fault.New(fault.Forbidden, "The call does not come from the console's own page: reload the page")
}

// cookie makes the session cookie. A negative life removes it.
func (c *Console) cookie(r *http.Request, token string, life time.Duration) *http.Cookie {
	cookie := &http.Cookie{
		Name: CookieName, Value: token, Path: "/",
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: c.secure || overTLS(r),
		MaxAge: int(life / time.Second),
	}
	if life < 0 {
		cookie.MaxAge = -1
	}
	return cookie
}

// overTLS reports whether the browser's connection is encrypted, here or at the proxy in front. The server
// has removed the header unless a trusted proxy set it.
func overTLS(r *http.Request) bool {
	return r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

func cookieValue(r *http.Request) string {
	cookie, err := r.Cookie(CookieName)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// address is the caller's IP address. The server has already put the one behind a trusted proxy there.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (c *Console) answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if err := json.NewEncoder(w).Encode(body); err != nil {
		c.log.Debug("the answer could not be written", "error", err)
	}
}

// statuses of the few faults that the console's own routes know. The wire API has its own, complete table.
var statuses = map[fault.Kind]int{
	fault.Invalid:          http.StatusBadRequest,
	fault.Unauthenticated:  http.StatusUnauthorized,
	fault.Forbidden:        http.StatusForbidden,
	fault.NotFound:         http.StatusNotFound,
	fault.Conflict:         http.StatusConflict,
	fault.TooLarge:         http.StatusRequestEntityTooLarge,
	fault.UnsupportedMedia: http.StatusUnsupportedMediaType,
	fault.Throttled:        http.StatusTooManyRequests,
	fault.Unavailable:      http.StatusServiceUnavailable,
	fault.Provider:         http.StatusBadGateway,
}

// fail answers with the error, in the shape of the wire API.
func (c *Console) fail(w http.ResponseWriter, err error) {
	f := fault.As(err)
	status, known := statuses[f.Kind]
	message := f.Message
	if !known {
		status, message = http.StatusInternalServerError, "The server failed: its log says why"
		c.log.Error("the console's session failed", "error", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	if f.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
	w.WriteHeader(status)
	code := ""
	if errors.Is(err, access.ErrPasswordExpired) {
		code = codePasswordExpired
	}
	_ = json.NewEncoder(w).Encode(struct {
		Message string `json:"message"`
		Code    string `json:"code,omitempty"`
	}{message, code}) // the client may be gone: nobody is left to tell
}
