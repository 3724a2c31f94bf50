// Package console serves the web console and its session: the embedded build, the login that turns a
// password into a cookie, and the middleware that lets pages of the console use the wire API with that
// cookie instead of secrets. It also serves the pages of connect links, which need no login.
package console

import (
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"jackfield/internal/access"
	"jackfield/internal/audit"
	"jackfield/internal/branding"
	"jackfield/internal/connect"
	"jackfield/internal/signon"
	"jackfield/web"
)

// noPage stands in for a console that is not in the program: somebody built it without web/dist.
const noPage = "<!doctype html><title>Jackfield</title><p>The console is not part of this program. The API works."

// Options of the console. Access is required, Connect too where there are connect links.
type Options struct {
	Access  *access.Service
	Connect *connect.Service // nil = no connect links
	SignOn  *signon.Service  // nil = no login with other identity providers
	Dist    fs.FS            // the built console; nil = the one built into this program
	// Branding is how the pages of an organization look. Nil = everybody sees the product's own look.
	Branding *branding.Service
	Audit    *audit.Service // nil = logins are not put on record

	// Logo returns the SVG of a connector's logo, false when it has none. Nil = no connector has one.
	Logo func(connectorKey string) ([]byte, bool)
	// Notices are what the console tells everybody on its first screens, e.g. that a connector's default
	// address is overridden.
	Notices []string
	// PublicURL is the address people use. With https the session cookie is sent over TLS only.
	PublicURL string
	Log       *slog.Logger
}

// Console answers everything that is not the wire API: the pages at /, their assets, and the session below
// /console/.
type Console struct {
	access  *access.Service
	connect *connect.Service
	signOn  *signon.Service
	brands  *branding.Service
	audit   *audit.Service
	public  string // the address people use; "" = as the request came in
	logo    func(string) ([]byte, bool)
	notices []string
	secure  bool   // the public address is https
	host    string // of the public address; empty when none is set
	log     *slog.Logger

	page   *asset            // index.html
	links  string            // connect.html, the page of connect links
	assets map[string]*asset // by path from the root, without the leading slash
	routes *http.ServeMux
}

// New reads the build and makes the routes.
func New(o Options) *Console {
	if o.Dist == nil {
		o.Dist = web.Dist()
	}
	c := &Console{access: o.Access, connect: o.Connect, signOn: o.SignOn, brands: o.Branding, audit: o.Audit, public: strings.TrimSuffix(o.PublicURL, "/"), logo: o.Logo, notices: o.Notices, log: o.Log}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if public, err := url.Parse(o.PublicURL); err == nil {
		c.secure, c.host = strings.EqualFold(public.Scheme, "https"), public.Host
	}
	if err := c.load(o.Dist); err != nil {
		c.log.Error("the console cannot be shown; the API is not affected", "error", err)
		c.page = newAsset("index.html", []byte(noPage))
	}
	c.routes = http.NewServeMux()
	c.routes.HandleFunc("POST /console/session", c.logIn)
	c.routes.HandleFunc("PUT /console/session", c.renewPassword)
	c.routes.HandleFunc("GET /console/session", c.session)
	c.routes.HandleFunc("DELETE /console/session", c.logOut)
	c.routes.HandleFunc("GET /console/session/secrets", c.secrets)
	c.routes.HandleFunc("GET /console/logos/{file}", c.logoFile)
	c.routes.HandleFunc("GET /elements/jsp/login.jsp", c.oldLogin)
	if c.brands != nil {
		c.routes.HandleFunc("GET "+branding.Path+"{name}", c.brandingFile)
	}
	if c.connect != nil {
		c.routes.HandleFunc("GET "+connect.Path+"{token}", c.connectPage)
		c.routes.HandleFunc("POST "+connect.Path+"{token}", c.connectSubmit)
		c.routes.HandleFunc("POST "+connect.Path+"{token}/visit", c.connectVisit)
		c.routes.HandleFunc("GET "+connect.ReturnPath, c.connectReturn)
		c.routes.HandleFunc("GET "+brandLogo, c.brandLogo)
	}
	if c.signOn != nil {
		c.routes.HandleFunc("GET /console/sign-on", c.signOnOffers)
		c.routes.HandleFunc("GET "+signon.StartPath+"{id}", c.signOnStart)
		c.routes.HandleFunc("GET "+signon.CallbackPath, c.signOnReturn)
		c.routes.HandleFunc("GET "+signon.FinishPath, c.signOnFinish)
	}
	c.routes.HandleFunc("GET /", c.file)
	return c
}

// ServeHTTP serves the console. Mount it at /, with the wire API in front of it.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.routes.ServeHTTP(w, r)
}

// oldLogin leads bookmarks of the original's login page to ours. As an HTML page it carries X-Frame-Options
// (reference/http-conventions.md §1).
func (c *Console) oldLogin(w http.ResponseWriter, r *http.Request) {
	pageHeaders(w.Header())
	http.Redirect(w, r, "/login", http.StatusFound)
}
