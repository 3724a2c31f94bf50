package connect

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"jackfield/internal/fault"
)

// Redirects are the addresses that results may be sent to: the operator's list.
type Redirects struct {
	allowed  []redirect
	loopback bool
}

type redirect struct{ scheme, host, path string }

// ParseRedirects reads the operator's list: each an origin (https://app.example.com) or an origin with the beginning of a path,
// which ends at a slash. With loopback, addresses on this machine are allowed as well, on every port.
func ParseRedirects(patterns []string, loopback bool) (Redirects, error) {
	all := Redirects{loopback: loopback}
	for _, pattern := range patterns {
		u, err := target(pattern)
		switch {
		case err != nil:
			return Redirects{}, fmt.Errorf("%q: %w", pattern, err)
		case u.RawQuery != "" || strings.Contains(pattern, "*"):
			return Redirects{}, fmt.Errorf("%q: give an origin such as https://app.example.com, with the beginning of a path if you like", pattern)
		}
		all.allowed = append(all.allowed, redirect{u.Scheme, host(u), u.EscapedPath()})
	}
	return all, nil
}

// target reads an absolute address that a browser and we read alike.
func target(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, fmt.Errorf("it is no absolute address such as https://app.example.com/connected")
	case u.Scheme != "https" && (u.Scheme != "http" || !onLoopback(u)):
		return nil, fmt.Errorf("it must begin with https:// (http:// on this machine alone)")
	case u.User != nil || u.Fragment != "" || strings.Contains(text, "#"):
		return nil, fmt.Errorf("it must have neither user nor fragment")
	case strings.ContainsAny(text, "\\ \t\r\n") || strings.Contains(strings.ToLower(u.EscapedPath()), "%2e") || dotted(u.Path):
		return nil, fmt.Errorf("its path must not go up and have no blanks or backslashes")
	}
	return u, nil
}

func dotted(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// host is the host with its port, also when it is the usual one.
func host(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}

func onLoopback(u *url.URL) bool {
	if strings.EqualFold(u.Hostname(), "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.IsLoopback()
}

// check refuses an address that is not on the list with an Invalid fault. None is always allowed.
func (r Redirects) check(address string) error {
	if address == "" {
		return nil
	}
	if len(address) > MaxRedirectURL {
		return fault.New(fault.Invalid, "redirectUrl has %d bytes: at most %d are allowed", len(address), MaxRedirectURL)
	}
	u, err := target(address)
	if err != nil {
		return fault.New(fault.Invalid, "redirectUrl: %s", err)
	}
	if r.loopback && onLoopback(u) {
		return nil
	}
	for _, allowed := range r.allowed {
		if allowed.scheme == u.Scheme && allowed.host == host(u) && below(u.EscapedPath(), allowed.path) {
			return nil
		}
	}
	if len(r.allowed) == 0 {
		return fault.New(fault.Invalid, "redirectUrl is not allowed on this server: its operator lists the allowed addresses with --connect-redirects")
	}
	return fault.New(fault.Invalid, "redirectUrl %s is not among the addresses that the operator of this server allows (--connect-redirects)", u.Scheme+"://"+u.Host+u.EscapedPath())
}

// below reports whether a path is the prefix or lies under it.
func below(path, prefix string) bool {
	if prefix == "" || prefix == "/" || path == prefix {
		return true
	}
	return strings.HasPrefix(path, strings.TrimSuffix(prefix, "/")+"/")
}

// results are the parameters that tell the maker's application what became of a link. Never a token.
func results(address string, o *Outcome) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	query := u.Query()
	query.Set("status", o.Status)
	if o.InstanceID != 0 {
		query.Set("instanceId", strconv.FormatInt(o.InstanceID, 10))
	}
	if o.Error != "" {
		query.Set("error", o.Error)
	}
	u.RawQuery = query.Encode()
	return u.String()
}
