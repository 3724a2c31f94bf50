package server

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"jackfield/internal/api"
	"jackfield/internal/console"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// KeyPath is the key file of a data folder.
func KeyPath(data string) string { return filepath.Join(data, "jackfield.key") }

// routes puts the wire API, the console and the probes on one handler.
func (s *Server) routes(o Options, wire *api.API, screens *console.Console) http.Handler {
	s.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	metrics := promhttp.HandlerFor(prometheus.Gatherer(s.metrics), promhttp.HandlerOpts{})
	authorized := screens.Authorize(wire)
	root := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case path == api.Base || strings.HasPrefix(path, api.Base+"/"):
			authorized.ServeHTTP(w, r)
		case path == "/healthz":
			answer(w, http.StatusOK, "ok")
		case path == "/readyz":
			s.ready(w, r)
		case path == "/metrics":
			metrics.ServeHTTP(w, r)
		case path == "/elements/api-docs": // probed: must not carry X-Frame-Options
			answer(w, http.StatusOK, "The API is below "+api.Base)
		default:
			screens.ServeHTTP(w, r)
		}
	})
	return forwarded(o.TrustedProxies, hostCheck(o, s.listener.Addr(), root))
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // a probe that went away is no failure
}

// ready reports whether calls can be served: the database answers.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.DB.Ping(ctx); err != nil {
		s.log.Warn("not ready", "error", err)
		answer(w, http.StatusServiceUnavailable, "the database does not answer")
		return
	}
	answer(w, http.StatusOK, "ready")
}

// hostCheck refuses names that do not belong to a server on loopback. A page in the user's browser could
// otherwise reach it through a name that its owner points at 127.0.0.1 (DNS rebinding).
func hostCheck(o Options, address net.Addr, next http.Handler) http.Handler {
	tcp, ok := address.(*net.TCPAddr)
	if !ok || !tcp.IP.IsLoopback() {
		return next
	}
	public := ""
	if u, err := url.Parse(o.PublicURL); err == nil {
		public = u.Hostname()
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !localHost(r.Host, public) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusMisdirectedRequest)
			_ = json.NewEncoder(w).Encode(map[string]string{ // a caller that went away is no failure
				"message": "This server listens on loopback and does not answer for the host " + r.Host + ": set --public-url to serve it under that name",
			})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func localHost(host, public string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if name == "localhost" || (public != "" && name == strings.ToLower(public)) {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback()
}

// forwarded applies X-Forwarded-For, -Proto and -Host when the peer is a trusted proxy, and removes them
// otherwise, so that nothing behind it can be fooled.
func forwarded(trusted []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !trusts(trusted, r.RemoteAddr) {
			if host := r.Header.Get("X-Forwarded-Host"); host != "" && api.ShowsForwardedHost(r.URL.Path) {
				r = r.WithContext(api.WithShownHost(r.Context(), host))
			}
			for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "Forwarded", "X-Real-Ip"} {
				delete(r.Header, name)
			}
			next.ServeHTTP(w, r)
			return
		}
		if client := clientOf(trusted, r.Header.Values("X-Forwarded-For")); client != "" {
			r.RemoteAddr = net.JoinHostPort(client, "0")
		}
		if host := r.Header.Get("X-Forwarded-Host"); host != "" {
			r.Host = host
		}
		next.ServeHTTP(w, r)
	})
}

// clientOf is the last address of the chain that is not a trusted proxy: what stands before it may be made up.
func clientOf(trusted []netip.Prefix, headers []string) string {
	chain := strings.Split(strings.Join(headers, ","), ",")
	for i := len(chain) - 1; i >= 0; i-- {
		ip, err := netip.ParseAddr(strings.TrimSpace(chain[i]))
		if err != nil {
			return ""
		}
		if !contains(trusted, ip) {
			return ip.String()
		}
	}
	return ""
}

func trusts(trusted []netip.Prefix, remote string) bool {
	address, err := netip.ParseAddrPort(remote)
	return err == nil && contains(trusted, address.Addr())
}

func contains(prefixes []netip.Prefix, ip netip.Addr) bool {
	ip = ip.Unmap()
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(ip) })
}
