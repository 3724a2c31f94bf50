package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"jackfield/connectors"
	"jackfield/internal/connect"
	"jackfield/internal/gateway"
	"jackfield/internal/limit"
	"jackfield/internal/server"
)

// serverFlags are the flags that serve and demo share.
type serverFlags struct {
	Data      string `help:"Folder of the key file and, on SQLite, of the databases." default:"./jackfield-data" placeholder:"DIR"`
	Listen    string `help:"Address to serve on." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Database  string `help:"PostgreSQL to use instead of SQLite in the data folder." placeholder:"postgres://…"`
	PublicURL string `name:"public-url" help:"Address that clients reach the server by." placeholder:"URL"`

	Catalog string `help:"Folder of connectors beside the shipped ones. Changes in it are taken over while the server runs." placeholder:"DIR"`

	DatabaseFolder string `help:"Folder of SQLite databases that connectors may open. Every account of this server can reach all of them." placeholder:"DIR"`

	AnonymousCatalog bool `help:"Serve reads of the system catalogue and its documentation to callers without credentials."`

	AdminEmail    string `help:"E-mail of the first administrator, used on first start (default: admin@jackfield.local)."`
	AdminPassword string `help:"Password of the first administrator. One is made and printed once if none is given."`

	AllowPrivateProviders []prefix `help:"Private address ranges that providers may live in." placeholder:"CIDR" sep:","`
	HookRequests          string   `help:"Whether scripts of connectors may make requests of their own: allow or deny." enum:"allow,deny" default:"allow"`
	HookHosts             []string `help:"The only hosts that scripts may reach." placeholder:"HOST[:PORT]|*.HOST" sep:","`
	TrustedProxies        []prefix `help:"Addresses of reverse proxies whose X-Forwarded-* headers count." placeholder:"CIDR" sep:","`

	ConnectRedirects []string `name:"connect-redirects" help:"Addresses that results of connect links may be sent to: origins, with the beginning of a path if you like." placeholder:"https://app.example.com/connected/" sep:","`
	BrandName        string   `name:"brand-name" help:"Name that asks on the pages of connect links, instead of the organization's." placeholder:"NAME"`
	BrandLogo        string   `name:"brand-logo" help:"Logo on these pages: a file, or an https address." placeholder:"FILE | URL"`
	ImagesURL        string   `name:"images-url" help:"What addresses of logos begin with in answers, instead of this server's own; lead them to /console/branding." placeholder:"URL"`
	BrandColor       string   `name:"brand-color" help:"Colour of buttons and links on these pages." placeholder:"#rrggbb"`

	SMTPURL  string `name:"smtp-url" help:"Mail server that letters leave by. Better given as JACKFIELD_SMTP_URL, which shows in no process list. Without one letters stay in the outbox of the console." placeholder:"smtp[s]://USER:PASSWORD@HOST:PORT"`
	MailFrom string `name:"mail-from" help:"Address that letters come from." placeholder:"ADDRESS"`

	TLSCert string `name:"tls-cert" help:"Certificate file (PEM) to serve HTTPS with." placeholder:"FILE"`
	TLSKey  string `name:"tls-key" help:"Key file (PEM) of the certificate." placeholder:"FILE"`

	Key                string `help:"Key that seals secrets, instead of the key file: only by JACKFIELD_KEY, so that it shows in no process list." hidden:""`
	KeyURI             string `name:"key-uri" help:"KMS key that wraps the key file." placeholder:"aws-kms://… | gcp-kms://… | hcvault://…"`
	MaxFile            int64  `help:"Largest file in bytes that streams through." default:"6442450944"`
	LimitRequests      int64  `name:"limit-requests" help:"Most requests of an account within a minute, on each server; 0 = any number. Accounts may have limits of their own." default:"0" placeholder:"N"`
	LimitProviderCalls int64  `name:"limit-provider-calls" help:"Most calls to providers that an account makes at the same time, on each server." default:"0" placeholder:"N"`
	LimitInstances     int64  `name:"limit-instances" help:"Most stored instances of an account." default:"0" placeholder:"N"`
	LimitScriptSeconds int64  `name:"limit-script-seconds" help:"Most seconds that scripts of an account run within a minute, on each server." default:"0" placeholder:"N"`

	UsageRetention time.Duration `help:"How long usage records are kept." default:"720h"`
	TraceRetention time.Duration `help:"How long traces of calls are kept." default:"168h"`
	LogLevel       slog.Level    `help:"Least level of log lines: debug, info, warn, error." default:"info"`
	LogFormat      string        `help:"Form of log lines: text or json." enum:"text,json" default:"text"`

	redirects connect.Redirects // read by Validate
	brand     connect.Brand
	mails     mailFlags
}

// prefix is an address range; a single address is a range of one.
type prefix struct{ netip.Prefix }

// UnmarshalText reads 10.0.0.0/8 or 10.1.2.3.
func (p *prefix) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	if ip, err := netip.ParseAddr(s); err == nil {
		p.Prefix = netip.PrefixFrom(ip, ip.BitLen())
		return nil
	}
	parsed, err := netip.ParsePrefix(s)
	if err != nil {
		return fmt.Errorf("%q is no address range such as 10.0.0.0/8", s)
	}
	p.Prefix = parsed.Masked()
	return nil
}

// Validate checks what one flag alone cannot; kong calls it.
func (f *serverFlags) Validate() error {
	if _, port, err := net.SplitHostPort(f.Listen); err != nil || port == "" {
		return fmt.Errorf("--listen=%s: give host:port, such as 127.0.0.1:8080", f.Listen)
	}
	if f.Database != "" {
		if u, err := url.Parse(f.Database); err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
			return errors.New("--database: give a postgres:// address, or leave it out for SQLite")
		}
	}
	if f.PublicURL != "" {
		if u, err := url.Parse(f.PublicURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return fmt.Errorf("--public-url=%s: give an address such as https://connect.example.com", f.PublicURL)
		}
	}
	if f.ImagesURL != "" {
		if u, err := url.Parse(f.ImagesURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" || u.Fragment != "" {
			return fmt.Errorf("--images-url=%s: give an address such as https://images.example.com", f.ImagesURL)
		}
	}
	var err error
	if f.redirects, err = connect.ParseRedirects(f.ConnectRedirects, false); err != nil {
		return fmt.Errorf("--connect-redirects: %w", err)
	}
	if f.brand, err = connect.ParseBrand(f.BrandName, f.BrandLogo, f.BrandColor); err != nil {
		return err
	}
	if f.mails, err = parseMail(f.SMTPURL, f.MailFrom); err != nil {
		return err
	}
	if (f.TLSCert == "") != (f.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key belong together: give both or none")
	}
	if err := f.hookRequests().Check(); err != nil {
		return fmt.Errorf("--hook-hosts: %w", err)
	}
	if err := f.limits().Check(); err != nil {
		return err
	}
	if f.MaxFile < 1 {
		return errors.New("--max-file: give a number of bytes above 0")
	}
	if f.UsageRetention < time.Hour {
		return errors.New("--usage-retention: give at least 1h")
	}
	if f.TraceRetention < time.Hour {
		return errors.New("--trace-retention: give at least 1h")
	}
	return nil
}

func (f *serverFlags) hookRequests() gateway.HookRequests {
	return gateway.HookRequests{Deny: f.HookRequests == "deny", Hosts: f.HookHosts}
}

func (f *serverFlags) limits() limit.Limits {
	return limit.Limits{
		limit.Requests: f.LimitRequests, limit.ProviderCalls: f.LimitProviderCalls, limit.Instances: f.LimitInstances, limit.ScriptSeconds: f.LimitScriptSeconds,
	}
}

func (f *serverFlags) logger() *slog.Logger {
	options := &slog.HandlerOptions{Level: f.LogLevel}
	if f.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}

func (f *serverFlags) options() server.Options {
	return server.Options{
		Data: f.Data, Database: f.Database, Listen: f.Listen,
		PublicURL: strings.TrimRight(f.PublicURL, "/"), TLSCert: f.TLSCert, TLSKey: f.TLSKey,
		Key: f.Key, KeyURI: f.KeyURI, AdminEmail: f.AdminEmail, AdminPassword: f.AdminPassword,
		AllowPrivateProviders: prefixes(f.AllowPrivateProviders), TrustedProxies: prefixes(f.TrustedProxies),
		HookRequests: f.hookRequests(), Limits: f.limits(),
		Connectors: connectors.FS(), Catalog: f.Catalog, AnonymousCatalog: f.AnonymousCatalog,
		DatabaseFolder: f.DatabaseFolder,
		MaxFile:        f.MaxFile, UsageRetention: f.UsageRetention, TraceRetention: f.TraceRetention,
		ImagesURL: strings.TrimRight(f.ImagesURL, "/"),
		Redirects: f.redirects, Brand: f.brand, MailServer: f.mails.server, MailFrom: f.mails.from,
		Version: version, Log: f.logger(),
	}
}

func prefixes(given []prefix) []netip.Prefix {
	all := make([]netip.Prefix, len(given))
	for i, p := range given {
		all[i] = p.Prefix
	}
	return all
}
