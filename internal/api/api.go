// Package api is the wire API under /elements/api-v2: one file per noun, each handler short: decode, call a
// lower floor, encode. Which route needs which credential and privilege stands in one table (route.go);
// faults become HTTP in one place (error.go, status.go).
package api

import (
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/apidoc"
	"jackfield/internal/audit"
	"jackfield/internal/branding"
	"jackfield/internal/builder"
	"jackfield/internal/catalog"
	"jackfield/internal/connect"
	"jackfield/internal/gateway"
	"jackfield/internal/instance"
	"jackfield/internal/limit"
	"jackfield/internal/portfolio"
	"jackfield/internal/provision"
	"jackfield/internal/signon"
	"jackfield/internal/store"
	"jackfield/internal/tenant"
	"jackfield/internal/usage"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
)

// Base is the path that all routes are below (reference/http-conventions.md §1).
const Base = "/elements/api-v2"

// MaxBody is the largest body of a platform route in bytes; a larger one is 413.
const MaxBody = 10 << 20

// Options are the rooms below. All are required but Audit, Log and Metrics.
type Options struct {
	DB        *store.DB
	Access    *access.Service
	Instances *instance.Service
	Provision *provision.Service
	Connect   *connect.Service
	SignOn    *signon.Service
	Tenants   *tenant.Service
	Audit     *audit.Service // nil = nothing is put on record
	Branding  *branding.Service
	Catalog   *catalog.Catalog
	Builder   *builder.Service
	Gateway   *gateway.Gateway
	Limits    *limit.Service
	Portfolio *portfolio.Service
	Usage     *usage.Recorder
	Traces    *usage.Traces
	Log       *slog.Logger
	Metrics   prometheus.Registerer
	// PublicURL is where clients reach the server; "" = as the request came in.
	PublicURL string
	// AnonymousCatalog serves reads of the system catalogue without credentials.
	AnonymousCatalog bool
}

// API answers the wire API. It is an http.Handler for paths that begin with Base.
type API struct {
	Options
	routes     *chi.Mux
	metrics    metrics
	converting chan struct{}              // holds one: see convertElement
	operations []apidoc.PlatformOperation // of the platform's own documentation
	audits     map[string]*auditPlan      // of routes that change something, by method and pattern
}

// New builds the API and its routes.
func New(o Options) *API {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a := &API{Options: o, routes: chi.NewRouter(), metrics: newMetrics(o.Metrics), operations: operations(routes), converting: make(chan struct{}, 1)}
	a.audits = auditPlans(routes)
	for _, r := range routes {
		a.routes.MethodFunc(r.method, r.pattern, a.platform(r))
	}
	a.routes.NotFound(func(w http.ResponseWriter, r *http.Request) {
		a.fail(exchangeOf(w, r), unknownPath(r))
	})
	a.routes.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		a.fail(exchangeOf(w, r), notSupported(r))
	})
	return a
}

// ServeHTTP gives the call its request id, answers CORS, and decides whether it is the platform's or a
// connector's (reference/http-conventions.md §1).
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := &exchange{w: w, r: r, id: newRequestID(), started: time.Now(), api: a}
	defer a.finish(e)
	w.Header().Set(gateway.HeaderRequestID, e.id)
	if cors(w, r) {
		return
	}
	path := cleanPath(r.URL.EscapedPath())
	credentials, err := access.ParseAuthorization(strings.Join(r.Header.Values("Authorization"), ","))
	if err != nil {
		a.fail(e, err)
		return
	}
	e.credentials, e.path = credentials, path
	switch {
	case isHubCall(path):
		a.hub(e, strings.TrimPrefix(path, "/hubs/"))
	case reserved(path) || credentials.Element == "":
		a.route(e)
	default:
		a.ambiguous(e)
	}
}

// ambiguous is a path without /hubs/{hub} of a caller that has an Element token: a resource that the connector
// declares wins, then a platform route, then the connector's refusal.
func (a *API) ambiguous(e *exchange) {
	call, err := a.call(e, e.path)
	if err != nil {
		a.fail(e, err)
		return
	}
	if !a.Gateway.Claims(e.r.Context(), call) && a.routes.Match(chi.NewRouteContext(), e.r.Method, e.path) {
		a.route(e)
		return
	}
	a.serveCall(e, call)
}

func (a *API) route(e *exchange) {
	inner := e.r.WithContext(withExchange(e.r.Context(), e))
	inner.URL = &url.URL{Path: e.path, RawPath: e.path, RawQuery: e.r.URL.RawQuery}
	e.r = inner
	a.routes.ServeHTTP(e.w, inner)
}

// isHubCall reports whether a path is /hubs/{any}/{resource…} and not one of the platform's own.
func isHubCall(path string) bool {
	rest, ok := strings.CutPrefix(path, "/hubs/")
	if !ok {
		return false
	}
	_, resource, deep := strings.Cut(rest, "/")
	return deep && resource != "elements"
}

// reserved are first segments that no connector can take over (reference/http-conventions.md §1).
func reserved(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "elements", "instances", "formulas", "hubs", "docs", "usage", "metrics", "audit-logs", "authentication",
		"integrations", "element-products", "common-resources", "vdrs", "catalog-properties":
		return true
	}
	return false
}

// cleanPath drops the base, collapses double slashes and trailing ones, and keeps escapes as they are: an
// escaped slash is part of a value (reference/clients.md §2 rule 3).
func cleanPath(escaped string) string {
	path := strings.TrimPrefix(escaped, Base)
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	path = "/" + strings.Trim(path, "/")
	return path
}

func newRequestID() string {
	var b [12]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // the system has no randomness: nothing is safe then
	}
	return hex.EncodeToString(b[:])
}
