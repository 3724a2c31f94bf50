package console

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/signon"
	"jackfield/internal/store"
)

// signOnPath is where the cookies of logins under way are sent to.
var signOnPath = strings.TrimSuffix(signon.StartPath, "/")

// signOnOffers answers GET /console/sign-on?email=: with which providers somebody may log in. Only the domain of the address counts, so
// nobody learns whether it is known here.
func (c *Console) signOnOffers(w http.ResponseWriter, r *http.Request) {
	found, err := c.signOn.Offers(r.Context(), r.URL.Query().Get("email"))
	if err != nil {
		c.fail(w, err)
		return
	}
	type offer struct {
		ID       int64  `json:"id"`
		Name     string `json:"name"`
		Type     string `json:"type"`
		StartURL string `json:"startUrl"` // path
	}
	offers := make([]offer, len(found))
	for i, o := range found {
		offers[i] = offer{o.ID, o.Name, string(o.Kind), o.Start}
	}
	c.answer(w, struct {
		Providers []offer `json:"providers"`
	}{offers})
}

// signOnStart answers GET /console/sign-on/{id}?next=: it leads the browser to the provider.
func (c *Console) signOnStart(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead { // only looks
		w.WriteHeader(http.StatusNoContent)
		return
	}
	hit, err := c.access.Guess(address(r))
	if err != nil {
		c.fail(w, err)
		return
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		id = -1
	}
	begun, err := c.signOn.Start(r.Context(), id, c.publicURL(r), r.URL.Query().Get("next"))
	if err != nil {
		c.lead(w, r, signon.LoginPage(signon.CodeOf(err), id))
		return
	}
	hit()
	http.SetCookie(w, c.signOnCookie(r, begun.Cookie, begun.Value, begun.Life))
	c.lead(w, r, begun.URL)
}

// signOnReturn answers GET /console/sign-on/callback, where OpenID Connect providers send browsers back to.
func (c *Console) signOnReturn(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	c.endSignOn(w, r, query.Get("state"), func() (*signon.Login, error) {
		return c.signOn.Return(r.Context(), query, cookieOf(r))
	})
}

// signOnFinish answers GET /console/sign-on/finish, where the assertion consumer leads browsers to.
func (c *Console) signOnFinish(w http.ResponseWriter, r *http.Request) {
	c.endSignOn(w, r, "", func() (*signon.Login, error) {
		return c.signOn.Finish(r.Context(), r.URL.Query().Get("ticket"), cookieOf(r))
	})
}

// endSignOn ends a login: the browser gets its session and goes where it wanted to, or to the login page.
func (c *Console) endSignOn(w http.ResponseWriter, r *http.Request, state string, end func() (*signon.Login, error)) {
	if r.Method == http.MethodHead { // looks, and must not use the login up
		w.WriteHeader(http.StatusNoContent)
		return
	}
	hit, err := c.access.Guess(address(r))
	if err != nil {
		c.fail(w, err)
		return
	}
	login, err := end()
	var provider int64
	if login != nil {
		if provider = login.Provider; login.State != "" {
			state = login.State
		}
	}
	if state != "" {
		http.SetCookie(w, c.signOnCookie(r, signon.CookieOf(state), "", -1))
	}
	if err == nil {
		err = c.recordSignOn(r, login)
	}
	if err != nil {
		c.lead(w, r, signon.LoginPage(signon.CodeOf(err), provider))
		return
	}
	hit()
	if old := cookieValue(r); old != "" {
		if err := c.access.Logout(r.Context(), store.SessionConsole, old); err != nil {
			c.log.WarnContext(r.Context(), "the session before a login could not be ended", "error", err)
		}
	}
	http.SetCookie(w, c.cookie(r, login.Session.Token, time.Until(login.Session.ExpiresAt)))
	c.lead(w, r, login.Next)
}

// signOutURL is where a browser ends its session at the identity provider that the session came from. That it cannot be told keeps nobody
// from logging out here.
func (c *Console) signOutURL(r *http.Request, token string) string {
	if c.signOn == nil {
		return ""
	}
	to, err := c.signOn.SignOut(r.Context(), token, c.publicURL(r))
	if err != nil {
		c.log.WarnContext(r.Context(), "the session at the identity provider cannot be ended", "error", err)
	}
	return to
}

func (c *Console) lead(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func cookieOf(r *http.Request) func(name string) string {
	return func(name string) string {
		cookie, err := r.Cookie(name)
		if err != nil {
			return ""
		}
		return cookie.Value
	}
}

// signOnCookie binds a login to the browser. The provider leads back from another site, so the cookie is Lax. A negative life
// removes it.
func (c *Console) signOnCookie(r *http.Request, name, value string, life time.Duration) *http.Cookie {
	cookie := &http.Cookie{
		Name: name, Value: value, Path: signOnPath,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: c.secure || overTLS(r), MaxAge: int(life / time.Second),
	}
	if life < 0 {
		cookie.MaxAge = -1
	}
	return cookie
}
