package provision

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/store"
	"jackfield/internal/vault"
)

// Limits of callback proxies.
const (
	maxProxyName     = 255     // bytes
	maxProxyURLs     = 100     // patterns of one proxy
	maxProxyURL      = 2 << 10 // bytes of a pattern
	passOnLife       = time.Hour
	callbackPath     = "/elements/oauth/proxy" // below the wire API
	passOnPlaceTable = "oauth_proxies"
)

// CallbackPath is the path of the callback of proxies, below the base of the wire API.
const CallbackPath = callbackPath

// CreateProxy makes a callback proxy: a name under which applications of the account are sent what a provider returns to our own
// address, if one of the proxy's patterns takes theirs.
func (s *Service) CreateProxy(ctx context.Context, p *access.Principal, name string) (*store.OAuthProxy, error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > maxProxyName {
		return nil, fault.New(fault.Invalid, "The name of an OAuth proxy has 1 to %d bytes", maxProxyName)
	}
	made := &store.OAuthProxy{Name: name}
	return made, s.db.For(p.Account.ID).CreateOAuthProxy(ctx, made)
}

// Proxies lists the callback proxies of the account.
func (s *Service) Proxies(ctx context.Context, p *access.Principal) ([]store.OAuthProxy, error) {
	return s.db.For(p.Account.ID).OAuthProxies(ctx)
}

// DeleteProxy removes a callback proxy.
func (s *Service) DeleteProxy(ctx context.Context, p *access.Principal, id int64) error {
	return s.db.For(p.Account.ID).DeleteOAuthProxy(ctx, id)
}

// AllowProxyURL adds a pattern of application addresses to a proxy, RemoveProxyURL takes it away. A pattern is an address, one with *
// for any characters (reference/elements.md §2), or a regular expression; without a scheme it is matched against the host.
func (s *Service) AllowProxyURL(ctx context.Context, p *access.Principal, id int64, pattern string) (*store.OAuthProxy, error) {
	if pattern = strings.TrimSpace(pattern); pattern == "" || len(pattern) > maxProxyURL {
		return nil, fault.New(fault.Invalid, "The parameter applicationUrl is required and has at most %d bytes", maxProxyURL)
	}
	if _, err := patternOf(pattern); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "The applicationUrl %q is neither an address with * nor a regular expression", pattern)
	}
	return s.changeProxy(ctx, p, id, func(urls []string) ([]string, error) {
		if len(urls) >= maxProxyURLs {
			return nil, fault.New(fault.Invalid, "An OAuth proxy has at most %d application addresses", maxProxyURLs)
		}
		return append(without(urls, pattern), pattern), nil
	})
}

// RemoveProxyURL undoes AllowProxyURL. A pattern that is not there is a NotFound fault.
func (s *Service) RemoveProxyURL(ctx context.Context, p *access.Principal, id int64, pattern string) (*store.OAuthProxy, error) {
	return s.changeProxy(ctx, p, id, func(urls []string) ([]string, error) {
		left := without(urls, strings.TrimSpace(pattern))
		if len(left) == len(urls) {
			return nil, fault.New(fault.NotFound, "The OAuth proxy %d has no applicationUrl %q", id, pattern)
		}
		return left, nil
	})
}

func (s *Service) changeProxy(ctx context.Context, p *access.Principal, id int64, change func([]string) ([]string, error)) (changed *store.OAuthProxy, err error) {
	err = s.db.InTx(ctx, func(tx *store.DB) error {
		if err := tx.Lock(ctx, "oauth proxies"); err != nil {
			return err
		}
		all, err := tx.For(p.Account.ID).OAuthProxies(ctx)
		if err != nil {
			return err
		}
		for i := range all {
			if all[i].ID == id {
				changed = &all[i]
			}
		}
		if changed == nil {
			return fault.New(fault.NotFound, "No OAuth proxy found with id %d", id)
		}
		if changed.URLs, err = change(changed.URLs); err != nil {
			return err
		}
		return tx.For(p.Account.ID).SetOAuthProxyURLs(ctx, id, changed.URLs)
	})
	return changed, err
}

func without(urls []string, pattern string) []string {
	var left []string
	for _, u := range urls {
		if u != pattern {
			left = append(left, u)
		}
	}
	return left
}

// patternOf compiles a pattern. Stars make it an address with gaps; anything else that is special makes it a regular expression.
func patternOf(pattern string) (*regexp.Regexp, error) {
	if strings.ContainsAny(pattern, `\^$()[]{}|+`) || strings.Contains(pattern, ".*") {
		return regexp.Compile("^(?:" + pattern + ")$")
	}
	var out strings.Builder
	for i, part := range strings.FieldsFunc(pattern, func(r rune) bool { return r == '*' }) {
		if i > 0 || strings.HasPrefix(pattern, "*") {
			out.WriteString(".*")
		}
		out.WriteString(regexp.QuoteMeta(part))
	}
	if strings.HasSuffix(pattern, "*") {
		out.WriteString(".*")
	}
	return regexp.Compile("^" + out.String() + "$")
}

// takes reports whether an application's address is one of the proxy's. A pattern without a scheme is one of hosts, so that an address
// cannot smuggle an allowed name into its path or user part.
func takes(urls []string, application string) bool {
	u, err := url.Parse(application)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return false
	}
	for _, pattern := range urls {
		compiled, err := patternOf(pattern)
		if err != nil {
			continue
		}
		if strings.Contains(pattern, "://") && compiled.MatchString(application) || !strings.Contains(pattern, "://") && (compiled.MatchString(u.Hostname()) || compiled.MatchString(u.Host)) {
			return true
		}
	}
	return false
}

// callbackOf is the address that the provider sends the user back to: the application's, or ours where a proxy stands for it.
func (s *Service) callbackOf(ctx context.Context, p *access.Principal, proxy instance.Proxy, application string) (string, error) {
	if proxy.Name == "" {
		return application, nil
	}
	if p == nil {
		return "", fault.New(fault.Unauthenticated, "OAuth proxies belong to an account: log in to use one")
	}
	all, err := s.db.For(p.Account.ID).OAuthProxies(ctx)
	if err != nil {
		return "", err
	}
	for _, one := range all {
		if one.Name != proxy.Name {
			continue
		}
		if application != "" && !takes(one.URLs, application) {
			return "", fault.New(fault.Invalid, "The OAuth proxy %s does not take the callback %s: add its applicationUrl first", proxy.Name, application)
		}
		return proxy.Address, nil
	}
	return "", fault.New(fault.NotFound, "No OAuth proxy found with the name %s", proxy.Name)
}

// passedOn is what our callback must know to send the user on. It travels sealed, as the state.
type passedOn struct {
	Proxy       string `json:"proxy"`
	Application string `json:"application"`
	State       string `json:"state"`
	Until       int64  `json:"until"` // Unix seconds
	Account     int64  `json:"account"`
}

func passOnPlace() vault.Place { return vault.Place{Table: passOnPlaceTable, Column: "state"} }

func (s *Service) passOn(p *access.Principal, proxy, application, state string) (string, error) {
	text, err := json.Marshal(passedOn{proxy, application, state, s.gateway.Now().Add(passOnLife).Unix(), p.Account.ID})
	if err != nil {
		return "", err
	}
	sealed, err := s.vault.Seal(text, passOnPlace())
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// PassOn is where our callback sends the user on: the application that asked for the address, with everything that the provider
// returned and the application's own state. A state that we did not make, or an hour ago, is an Invalid fault.
func (s *Service) PassOn(ctx context.Context, returned url.Values) (string, error) {
	wrong := fault.New(fault.Invalid, "The state is not one of ours, or too old: begin the authentication again")
	sealed, err := base64.RawURLEncoding.DecodeString(returned.Get("state"))
	if err != nil {
		return "", wrong
	}
	text, err := s.vault.Open(sealed, passOnPlace())
	if err != nil {
		return "", wrong
	}
	var to passedOn
	if json.Unmarshal(text, &to) != nil || s.gateway.Now().Unix() > to.Until {
		return "", wrong
	}
	all, err := s.db.For(to.Account).OAuthProxies(ctx)
	if err != nil {
		return "", err
	}
	for _, one := range all {
		if one.Name == to.Proxy && takes(one.URLs, to.Application) {
			return joined(to.Application, returned, to.State)
		}
	}
	return "", fault.New(fault.Invalid, "The OAuth proxy %s does not take this application any more", to.Proxy)
}

func joined(application string, returned url.Values, state string) (string, error) {
	u, err := url.Parse(application)
	if err != nil {
		return "", fault.Wrap(fault.Invalid, err, "The application's address cannot be read")
	}
	query := u.Query()
	for name, values := range returned {
		query[name] = values
	}
	query.Set("state", state)
	u.RawQuery = query.Encode()
	return u.String(), nil
}
