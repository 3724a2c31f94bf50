// Package server is one running Jackfield: it opens the rooms in order, serves them on one address and stops
// them in the opposite order. cmd/jackfield, the black-box tests and the benchmarks start it.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	netmail "net/mail"
	"net/netip"
	"os"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/api"
	"jackfield/internal/audit"
	"jackfield/internal/branding"
	"jackfield/internal/builder"
	"jackfield/internal/catalog"
	"jackfield/internal/connect"
	"jackfield/internal/connector"
	"jackfield/internal/console"
	"jackfield/internal/database"
	"jackfield/internal/gateway"
	"jackfield/internal/instance"
	"jackfield/internal/job"
	"jackfield/internal/limit"
	"jackfield/internal/mail"
	"jackfield/internal/outbound"
	"jackfield/internal/portfolio"
	"jackfield/internal/provision"
	"jackfield/internal/sandbox"
	"jackfield/internal/signon"
	"jackfield/internal/store"
	"jackfield/internal/tenant"
	"jackfield/internal/usage"
	"jackfield/internal/vault"

	"github.com/prometheus/client_golang/prometheus"
)

// renewalsEnd is how long a stopping server waits for grants that are being renewed.
const renewalsEnd = 20 * time.Second

// Options of a server. Data, Listen and Connectors are required.
type Options struct {
	Data      string // folder of the key file and, on SQLite, of the databases
	Database  string // postgres://…, or "" for SQLite in Data
	Listen    string // host:port; port 0 takes a free one
	PublicURL string // as clients reach the server; "" = from the request
	TLSCert   string // files; both or none
	TLSKey    string

	Key    string // key in text form, instead of the key file
	KeyURI string // KMS that wraps the key file

	AdminEmail    string // of the first administrator
	AdminPassword string // "" = generated and returned once
	// PasswordSetting is the setting that keeps a generated password, sealed; "" = it is kept nowhere.
	PasswordSetting string

	AllowPrivateProviders []netip.Prefix   // ranges that providers may live in besides the public ones
	AllowAddresses        []netip.AddrPort // exact private addresses that may be reached
	TrustedProxies        []netip.Prefix   // whose X-Forwarded-* count

	Connectors       fs.FS                   // the shipped catalogue, a folder each
	Catalog          string                  // the operator's folder of connectors, followed while the server runs; "" = none
	CatalogInterval  time.Duration           // how often that folder is looked at; 0 = 2 s
	Definitions      []*connector.Definition // connectors beside the shipped ones
	BaseURLs         map[string]string       // replaced default addresses, by connector key
	AnonymousCatalog bool                    // reads of the system catalogue need no login
	Unlimited        bool                    // no request budgets at providers
	Limits           limit.Limits            // of accounts that have none of their own
	HookRequests     gateway.HookRequests    // what scripts may ask of others
	ProviderTLS      *tls.Config             // base of TLS to providers; nil trusts the system's roots
	DatabaseFolder   string                  // of SQLite databases that connectors may open; "" = none
	MaxFile          int64                   // bytes of a streamed body; 0 = the gateway's default
	UsageRetention   time.Duration           // 0 = the default of usage
	TraceRetention   time.Duration           // ditto
	Notices          []string                // what the console says above its screens
	Redirects        connect.Redirects       // where results of connect links may be sent
	Brand            connect.Brand           // how pages of connect links look, where the organization has no branding
	ImagesURL        string                  // what addresses of logos begin with in answers; "" = this server's own

	MailServer *mail.Server     // what letters leave by; nil = they stay in the outbox
	MailFrom   *netmail.Address // whom they come from; required with MailServer

	Version string
	Log     *slog.Logger
}

// Server is a running Jackfield.
type Server struct {
	DB        *store.DB
	Access    *access.Service
	Instances *instance.Service
	Provision *provision.Service
	Connect   *connect.Service
	SignOn    *signon.Service
	Tenants   *tenant.Service
	Audit     *audit.Service
	Branding  *branding.Service
	Catalog   *catalog.Catalog
	Builder   *builder.Service
	First     *access.FirstStartResult // the administrator of this installation

	log      *slog.Logger
	url      string
	http     *http.Server
	served   chan error
	closers  []func(context.Context) error // in the order of opening
	metrics  *prometheus.Registry
	mail     *mail.Service
	limits   *limit.Service
	usage    *usage.Recorder
	traces   *usage.Traces
	handler  http.Handler
	listener net.Listener
}

// Start opens everything and serves. What it cannot honour (a newer schema, an unreadable key, a taken port) is
// an error of one line, and everything opened so far is closed again.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{log: o.Log, metrics: prometheus.NewRegistry(), served: make(chan error, 1)}
	if err := s.open(ctx, o); err != nil {
		return nil, errors.Join(err, s.close(context.WithoutCancel(ctx)))
	}
	go func() { s.served <- s.http.Serve(s.listener) }()
	return s, nil
}

func (s *Server) open(ctx context.Context, o Options) error {
	// The port comes first: it is what most often cannot be had, and nothing is changed yet.
	if err := s.listen(ctx, o); err != nil {
		return err
	}
	if err := os.MkdirAll(o.Data, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	keys, err := vault.Open(ctx, vault.Options{Path: KeyPath(o.Data), Key: o.Key, URI: o.KeyURI})
	if err != nil {
		return err
	}
	s.DB, err = store.Open(ctx, store.Options{URL: o.Database, Dir: o.Data, Vault: keys, Log: o.Log})
	if err != nil {
		return err
	}
	s.closing(func(context.Context) error { return s.DB.Close() })

	scripts, err := sandbox.Open(sandbox.Options{Log: o.Log})
	if err != nil {
		return err
	}
	s.closing(func(context.Context) error { return scripts.Close() })
	s.metrics.MustRegister(scriptMetrics(scripts)...)
	s.Catalog = catalog.New(catalog.Options{DB: s.DB, BaseURLs: o.BaseURLs, Check: func(d *connector.Definition) []connector.Problem {
		return builder.Check(context.WithoutCancel(ctx), scripts, d)
	}})
	s.closing(func(context.Context) error { s.Catalog.Close(); return nil })
	if o.Connectors != nil {
		if err := s.Catalog.LoadShipped(o.Connectors); err != nil {
			return err
		}
	}
	if err := s.Catalog.Add(o.Definitions...); err != nil {
		return err
	}
	if err := s.followFolder(o); err != nil {
		return err
	}

	s.openMail(o)
	s.Access = access.New(s.DB, access.Options{Vault: keys, Mail: s.mail, PublicURL: s.url, Log: o.Log})
	s.closing(func(context.Context) error { s.Access.Close(); return nil })
	s.First, err = s.Access.FirstStart(ctx, access.FirstStart{
		Email: o.AdminEmail, Password: o.AdminPassword, PasswordSetting: o.PasswordSetting,
	})
	if err != nil {
		return err
	}
	s.limits = limit.New(limit.Options{DB: s.DB, Default: o.Limits, Log: o.Log})
	s.closing(func(context.Context) error { s.limits.Close(); return nil })
	s.metrics.MustRegister(s.limits.Collectors()...)
	s.Instances = instance.New(instance.Options{DB: s.DB, Definitions: s.definition, Limits: s.limits, Uses: s.Access.Uses(), Log: o.Log})
	s.closing(func(context.Context) error { s.Instances.Close(); return nil })
	s.usage = usage.New(s.DB, usage.Options{Log: o.Log, Retention: o.UsageRetention})
	s.closing(s.usage.Close)
	s.metrics.MustRegister(s.usage.Collectors()...)
	s.traces = usage.NewTraces(s.DB, usage.TraceOptions{Log: o.Log, Retention: o.TraceRetention})
	s.closing(s.traces.Close)
	s.metrics.MustRegister(s.traces.Collectors()...)

	client := outbound.New(outbound.Options{
		AllowPrivate: o.AllowPrivateProviders, AllowAddresses: o.AllowAddresses, MaxStream: o.MaxFile,
		UserAgent: "Jackfield/" + o.Version, Observe: s.observeProviders(), TLS: o.ProviderTLS,
	})
	s.closing(func(context.Context) error { client.Close(); return nil })
	databases, err := database.New(database.Options{Dial: client.Dial, Folder: o.DatabaseFolder, Private: o.Data})
	if err != nil {
		return err
	}
	s.closing(func(context.Context) error { databases.Close(); return nil })
	corridor := gateway.New(gateway.Options{
		Access: s.Access, Instances: s.Instances, Catalog: s.Catalog, Sandbox: scripts, Outbound: client, Databases: databases,
		Limits: s.limits, Mail: s.mail, Usage: s.usage, Traces: s.traces, Log: o.Log, MaxFile: o.MaxFile, Unlimited: o.Unlimited, Hooks: o.HookRequests,
	})
	s.closing(func(ctx context.Context) error {
		// A grant that the provider is giving now would be lost: it gets its time whatever the rest of the house has left.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewalsEnd)
		defer cancel()
		return corridor.Close(ctx)
	})
	s.Provision = provision.New(provision.Options{
		DB: s.DB, Instances: s.Instances, Gateway: corridor, Catalog: s.Catalog, Vault: keys, Log: o.Log,
	})
	s.Audit = audit.New(s.DB)
	s.Branding = branding.New(s.DB, o.ImagesURL)
	s.closing(func(context.Context) error { s.Branding.Close(); return nil })
	s.Tenants = tenant.New(tenant.Options{DB: s.DB, Access: s.Access, Instances: s.Instances, Provision: s.Provision, Log: o.Log})
	s.SignOn = signon.New(signon.Options{DB: s.DB, Access: s.Access, Tenants: s.Tenants, Outbound: client, Vault: keys, Log: o.Log})
	s.Connect = connect.New(connect.Options{
		DB: s.DB, Access: s.Access, Catalog: s.Catalog, Instances: s.Instances, Provision: s.Provision, Redirects: o.Redirects, Brand: o.Brand,
		Branding: s.Branding, Audit: s.Audit, Log: o.Log,
	})
	s.Builder = builder.New(builder.Options{DB: s.DB, Catalog: s.Catalog, Scripts: scripts})

	if err := s.openJobs(ctx, o); err != nil {
		return err
	}
	s.serve(o, corridor)
	return nil
}

// openJobs starts durable work. It gets going behind the server's start and delays nothing.
func (s *Server) openJobs(ctx context.Context, o Options) error {
	jobs, err := job.Open(ctx, job.Options{DB: s.DB, Log: o.Log, Periodic: []job.Periodic{{
		Name: "usage-retention", Every: time.Hour,
		Run: s.forget,
	}}})
	if err != nil {
		return err
	}
	s.closing(jobs.Close)
	return nil
}

func (s *Server) definition(ctx context.Context, accountID, connectorID int64) (*connector.Definition, error) {
	view, err := s.Catalog.For(ctx, accountID)
	if err != nil {
		return nil, err
	}
	if c, ok := view.ByID(connectorID); ok {
		return c.Definition, nil
	}
	return nil, nil
}

func (s *Server) listen(ctx context.Context, o Options) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", o.Listen, err)
	}
	s.url = "http://" + listener.Addr().String()
	if o.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(o.TLSCert, o.TLSKey)
		if err != nil {
			return errors.Join(fmt.Errorf("the TLS certificate cannot be used: %w", err), listener.Close())
		}
		listener = tls.NewListener(listener, &tls.Config{
			Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		})
		s.url = "https://" + listener.Addr().String()
	}
	if o.PublicURL != "" {
		s.url = o.PublicURL
	}
	s.listener = listener
	s.closing(func(context.Context) error {
		if err := listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	return nil
}

func (s *Server) serve(o Options, corridor *gateway.Gateway) {
	wire := api.New(api.Options{
		DB: s.DB, Access: s.Access, Instances: s.Instances, Provision: s.Provision, Connect: s.Connect, SignOn: s.SignOn, Tenants: s.Tenants, Catalog: s.Catalog, Builder: s.Builder,
		Audit: s.Audit, Branding: s.Branding,
		PublicURL: o.PublicURL, AnonymousCatalog: o.AnonymousCatalog, Gateway: corridor, Limits: s.limits, Portfolio: portfolio.New(portfolio.Options{DB: s.DB}), Usage: s.usage, Traces: s.traces, Log: o.Log, Metrics: s.metrics,
	})
	screens := console.New(console.Options{
		Branding: s.Branding, Audit: s.Audit,
		Access: s.Access, Connect: s.Connect, SignOn: s.SignOn, Log: o.Log, Notices: o.Notices, Logo: s.logo, PublicURL: o.PublicURL,
	})
	s.handler = s.routes(o, wire, screens)
	s.http = &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
	}
	s.closing(s.shutdown)
}

func (s *Server) logo(key string) ([]byte, bool) {
	c, ok := s.Catalog.System(key)
	if !ok || c.Logo() == nil {
		return nil, false
	}
	return c.Logo(), true
}

// URL is where clients reach the server, without a slash at the end.
func (s *Server) URL() string { return s.url }

// Handler serves everything without the listener.
func (s *Server) Handler() http.Handler { return s.handler }

// Served reports when serving ended by itself.
func (s *Server) Served() <-chan error { return s.served }

func (s *Server) closing(f func(context.Context) error) { s.closers = append(s.closers, f) }

// Close stops accepting, lets running calls end until ctx does, and closes every room.
func (s *Server) Close(ctx context.Context) error { return s.close(ctx) }

func (s *Server) close(ctx context.Context) error {
	var failures []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		failures = append(failures, s.closers[i](ctx))
	}
	s.closers = nil
	return errors.Join(failures...)
}

// shutdown waits for running calls, and cuts those that are still there when ctx ends.
func (s *Server) shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return s.http.Close()
	}
	return err
}
