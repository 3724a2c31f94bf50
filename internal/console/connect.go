package console

import (
	"encoding/json"
	"errors"
	"html"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/connect"
	"jackfield/internal/fault"
)

const (
	// connectCookie begins the name of the cookie that binds a way over a provider's page to the browser. The first characters of
	// the state follow, so that several ways at once do not meet.
	connectCookie = "jackfield_connect_"
	// stateName is how many characters of the state are part of that name; all others stay secret.
	stateName = 12
	// connectCookieLife is at least as long as such a way is good for.
	connectCookieLife = 30 * time.Minute
	// maxConnectBody is the largest body of what a customer typed in bytes: key stores are the largest values.
	maxConnectBody = 4 << 20
	// factsPlace is where connect.html takes what it shows.
	factsPlace = `data-facts="{}"`
	// brandLogo is the address of the operator's logo.
	brandLogo = "/console/brand-logo"

	noLinks = `<!doctype html><title>Connect</title><p>The console is not part of this program.<div ` + factsPlace + `></div>`
)

// Pages that belong to no link.
const (
	stateUnknown = "unknown" // the address is that of no link
	stateLost    = "lost"    // a way back from a provider that leads nowhere
	stateFailed  = "failure" // the server failed
	stateDone    = "connected"
)

// connectPage answers GET /connect/{token}: the page of a link, or what became of it.
func (c *Console) connectPage(w http.ResponseWriter, r *http.Request) {
	page, err := c.openLink(r)
	if err != nil {
		c.problemPage(w, stateUnknown, err)
		return
	}
	back := r.URL.Query().Get("result") != ""
	if !back { // a fresh look begins anew
		page.Problem, page.Denied = "", false
	}
	status := http.StatusOK
	switch {
	case page.State == connect.StateUsed && back && page.Recent:
		page.State = stateDone
	case page.State != connect.StateOpen:
		status = http.StatusGone
	}
	c.showLink(w, status, page)
}

// openLink finds the link of a request. Addresses that are none are counted, as wrong passwords are.
func (c *Console) openLink(r *http.Request) (*connect.Page, error) {
	hit, err := c.access.Guess(address(r))
	if err != nil {
		return nil, err
	}
	page, err := c.connect.Open(r.Context(), r.PathValue("token"))
	if err == nil {
		hit()
	}
	return page, err
}

func (c *Console) problemPage(w http.ResponseWriter, state string, err error) {
	f := fault.As(err)
	status, known := statuses[f.Kind]
	page := &connect.Page{State: state, Problem: f.Message, Entries: []connect.Entry{}}
	if !known {
		status, page.State, page.Problem = http.StatusInternalServerError, stateFailed, ""
		c.log.Error("a connect link could not be shown", "error", err)
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
	page.By = c.connect.Brand().Name
	page.Brand = connect.Look{Name: page.By, Color: c.connect.Brand().Color}
	c.showLink(w, status, page)
}

// showLink writes the page. What it shows is part of it: the page asks for nothing else before it stands.
func (c *Console) showLink(w http.ResponseWriter, status int, page *connect.Page) {
	brand := c.connect.Brand()
	switch {
	case page.Brand.Logo != "": // the organization's own
		brand.LogoURL = ""
	case brand.LogoURL != "":
		page.Brand.Logo = brand.LogoURL
	case len(brand.Logo) > 0:
		page.Brand.Logo = brandLogo
	}
	facts, err := json.Marshal(page)
	if err != nil {
		c.fail(w, err)
		return
	}
	h := w.Header()
	pageHeaders(h)
	if origin := brand.LogoOrigin(); origin != "" {
		h.Set("Content-Security-Policy", strings.Replace(policy, "img-src 'self'", "img-src 'self' "+origin, 1))
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex")
	w.WriteHeader(status)
	text := c.links
	if text == "" {
		text = noLinks
	}
	_, _ = io.WriteString(w, strings.Replace(text, factsPlace, `data-facts="`+html.EscapeString(string(facts))+`"`, 1)) // the customer may be gone
}

// typedConfiguration reads what a customer sent, from the page of this server alone.
func (c *Console) typedConfiguration(w http.ResponseWriter, r *http.Request) (map[string]string, error) {
	if !c.sameOrigin(r) {
		return nil, fault.New(fault.Forbidden, "The call does not come from the link's own page: reload the page")
	}
	// A form of another site can send every type but this one.
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, fault.New(fault.UnsupportedMedia, "The body must be application/json")
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxConnectBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, fault.New(fault.TooLarge, "The body is larger than %d MiB", maxConnectBody>>20)
	case err != nil:
		return nil, fault.New(fault.Invalid, "The body could not be read")
	}
	var body struct{ Configuration map[string]string }
	if err := json.Unmarshal(content, &body); err != nil {
		return nil, fault.New(fault.Invalid, `The body must be {"configuration": {"key": "value"}}`)
	}
	return body.Configuration, nil
}

// typedForLink is what a customer sent, for a link that is there.
func (c *Console) typedForLink(w http.ResponseWriter, r *http.Request) (map[string]string, error) {
	typed, err := c.typedConfiguration(w, r)
	if err == nil {
		_, err = c.openLink(r)
	}
	return typed, err
}

// connectSubmit answers POST /connect/{token}: it connects with what the customer typed.
func (c *Console) connectSubmit(w http.ResponseWriter, r *http.Request) {
	typed, err := c.typedForLink(w, r)
	if err != nil {
		c.refuse(w, err)
		return
	}
	outcome, err := c.connect.Submit(connect.From(r.Context(), address(r)), r.PathValue("token"), typed)
	if err != nil {
		c.refuse(w, err)
		return
	}
	c.answer(w, struct {
		Status string `json:"status"`
		Next   string `json:"next,omitempty"`
	}{outcome.Status, outcome.Target()})
}

// connectVisit answers POST /connect/{token}/visit: where the provider's page is, with a cookie for the way back.
func (c *Console) connectVisit(w http.ResponseWriter, r *http.Request) {
	typed, err := c.typedForLink(w, r)
	if err != nil {
		c.refuse(w, err)
		return
	}
	token := r.PathValue("token")
	visit, err := c.connect.Visit(r.Context(), token, typed, c.publicURL(r)+connect.ReturnPath)
	if err != nil {
		c.refuse(w, err)
		return
	}
	http.SetCookie(w, c.returnCookie(r, visit.State, visit.Browser+"."+token, connectCookieLife))
	c.answer(w, struct {
		URL string `json:"url"`
	}{visit.Address})
}

// connectReturn answers GET /elements/oauth/callback, where providers send customers back to.
func (c *Console) connectReturn(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead { // looks, and must not use the state up
		w.WriteHeader(http.StatusNoContent)
		return
	}
	hit, err := c.access.Guess(address(r))
	if err != nil {
		c.problemPage(w, stateLost, err)
		return
	}
	returned := r.URL.Query()
	state := returned.Get("state")
	var browser, token string
	if len(state) > stateName {
		if cookie, err := r.Cookie(connectCookie + state[:stateName]); err == nil {
			browser, token, _ = strings.Cut(cookie.Value, ".")
		}
	}
	outcome, err := c.connect.Return(connect.From(r.Context(), address(r)), browser, returned)
	if err != nil {
		c.problemPage(w, stateLost, err)
		return
	}
	hit()
	http.SetCookie(w, c.returnCookie(r, state, "", -1))
	next := outcome.Target()
	if next == "" {
		next = connect.Path + url.PathEscape(token) + "?result=1"
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// returnCookie binds a way over a provider's page to the browser. The provider's page leads back from another site, so the cookie is
// Lax; it is sent to the one address that needs it.
func (c *Console) returnCookie(r *http.Request, state, value string, life time.Duration) *http.Cookie {
	cookie := &http.Cookie{
		Name: connectCookie + state[:min(len(state), stateName)], Value: value, Path: connect.ReturnPath,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: c.secure || overTLS(r), MaxAge: int(life / time.Second),
	}
	if life < 0 {
		cookie.MaxAge = -1
	}
	return cookie
}

// publicURL is where customers reach the server.
func (c *Console) publicURL(r *http.Request) string {
	switch {
	case c.public != "":
		return c.public
	case overTLS(r):
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// refuse answers a customer's call with the error, with the provider's own words apart. A link that does not work any more is gone.
func (c *Console) refuse(w http.ResponseWriter, err error) {
	f := fault.As(err)
	if f.Kind != fault.Forbidden && f.Provider == "" {
		c.fail(w, err)
		return
	}
	status, known := statuses[f.Kind]
	if !known {
		c.fail(w, err)
		return
	}
	if f.Kind == fault.Forbidden {
		status = http.StatusGone
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct {
		Message  string `json:"message"`
		Provider string `json:"providerMessage,omitempty"`
	}{f.Message, f.Provider}) // the customer may be gone
}

// brandLogo serves the operator's logo.
func (c *Console) brandLogo(w http.ResponseWriter, r *http.Request) {
	brand := c.connect.Brand()
	if len(brand.Logo) == 0 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Security-Policy", logoPolicy)
	a := newAsset("brand-logo", brand.Logo)
	a.media, a.cache = brand.LogoMedia, cacheLogo
	a.serve(w, r)
}
