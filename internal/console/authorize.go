package console

import (
	"net/http"
	"net/url"
	"strings"

	"jackfield/internal/access"
	"jackfield/internal/fault"
)

// Authorize lets pages of the console use the wire API with their session. Mount it in front of the API.
//
// A call counts as the console's when its cookie is a live session, it carries that session's CSRF token
// (every method: a GET may call a provider), it comes from this site, and it names no user of its own. Its
// caller is then put into the context (access.WithPrincipal); an Element token in Authorization stays and
// says which instance is meant. Every other call goes on as it came: an API client never notices.
//
// The session cookie and the CSRF token end here: they must not travel on to a provider.
func (c *Console) Authorize(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := cookieValue(r)
		if token == "" {
			next.ServeHTTP(w, r)
			return
		}
		trusted := c.trusted(r, token) && namesNobody(r)
		r = withoutSession(r)
		if trusted {
			principal, err := c.access.ConsoleSession(r.Context(), token)
			switch {
			case err == nil:
				r = r.WithContext(access.WithPrincipal(r.Context(), principal))
			case !fault.Is(err, fault.Unauthenticated):
				c.fail(w, err)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// trusted reports whether a call with this session's cookie was made by a page of the console.
func (c *Console) trusted(r *http.Request, token string) bool {
	return c.access.ValidCSRF(token, r.Header.Get(HeaderCSRF)) && c.sameOrigin(r)
}

// namesNobody reports whether Authorization leaves the user open: it is absent or has an Element token
// alone. Credentials that are given always win over the cookie.
func namesNobody(r *http.Request) bool {
	credentials, err := access.ParseAuthorization(strings.Join(r.Header.Values("Authorization"), ","))
	return err == nil && credentials.Empty()
}

// sameOrigin reports whether the call comes from a page of this server. Browsers say so in Sec-Fetch-Site
// where the address is trustworthy, that is https or loopback; elsewhere Origin must name this host.
func (c *Console) sameOrigin(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin":
		return true
	case "":
	default:
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	from, err := url.Parse(origin)
	return err == nil && from.Host != "" && (strings.EqualFold(from.Host, r.Host) || strings.EqualFold(from.Host, c.host))
}

// withoutSession returns the request without the session's cookie and CSRF token. Other cookies stay.
func withoutSession(r *http.Request) *http.Request {
	clean := r.WithContext(r.Context())
	clean.Header = r.Header.Clone()
	clean.Header.Del(HeaderCSRF)
	clean.Header.Del("Cookie")
	for _, cookie := range r.Cookies() {
		if cookie.Name != CookieName {
			clean.AddCookie(cookie)
		}
	}
	return clean
}
