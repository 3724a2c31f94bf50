package outbound

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"jackfield/internal/fault"
)

// checkRequest refuses what must not be sent. Messages name a header and never its value, which may be a
// credential.
func checkRequest(req *http.Request) error {
	if req.URL == nil {
		return fault.New(fault.Invalid, "the call has no URL")
	}
	if err := checkURL(req.URL); err != nil {
		return err
	}
	if req.Method == "" {
		req.Method = http.MethodGet
	}
	if !httpguts.ValidHeaderFieldName(req.Method) { // a method is a token, like a header's name
		return fault.New(fault.Invalid, "HTTP method %q is not a valid method", req.Method)
	}
	if req.Host != "" && !httpguts.ValidHostHeader(req.Host) {
		return fault.New(fault.Invalid, "the Host header has a character that is not allowed there")
	}
	if req.Header == nil {
		req.Header = make(http.Header)
	}
	size := 0
	for name, values := range req.Header {
		if !httpguts.ValidHeaderFieldName(name) {
			return fault.New(fault.Invalid, "header name %q is not valid", name)
		}
		for _, v := range values {
			if !httpguts.ValidHeaderFieldValue(v) {
				return fault.New(fault.Invalid, "the value of header %q has a character that is not allowed in a header (a line break or another control character)", name)
			}
			size += len(name) + len(v) + 4 // ": " and the line break
		}
	}
	if size > MaxRequestHeader {
		return fault.New(fault.Invalid, "the headers of the call are %d bytes, more than the limit of %s; move data into the body", size, sizeText(MaxRequestHeader))
	}
	return nil
}

// checkURL refuses addresses by their text. What a name resolves to is the guard's business.
func checkURL(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return fault.New(fault.Invalid, "the provider's URL must begin with http:// or https://, not with %q", u.Scheme)
	}
	if u.Opaque != "" || u.Host == "" || u.Hostname() == "" {
		return fault.New(fault.Invalid, "the provider's URL has no host")
	}
	if u.User != nil {
		return fault.New(fault.Invalid, "the provider's URL for host %q must not carry a user name or password", u.Hostname())
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return fault.New(fault.Invalid, "the provider's URL has the port %q, which is not between 1 and 65535", port)
		}
	}
	if !httpguts.ValidHostHeader(u.Host) {
		return fault.New(fault.Invalid, "the provider's host %q has a character that is not allowed in a host", u.Host)
	}
	if isMetadataHost(u.Hostname()) {
		return fault.New(fault.Invalid, "host %q is a cloud metadata service; calls to it are always refused", u.Hostname())
	}
	// A space or control character in the query would end the request line early.
	if strings.ContainsFunc(u.RawQuery, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return fault.New(fault.Invalid, "the query of the provider's URL has a space or control character; percent-encode it")
	}
	return nil
}

func isMetadataHost(host string) bool {
	host = strings.TrimSuffix(host, ".")
	return slices.ContainsFunc(metadataHosts, func(m string) bool { return strings.EqualFold(m, host) })
}

// Origin is the party that a URL speaks to: scheme, host and port. Origins are comparable.
type Origin struct {
	Scheme, Host, Port string
}

// OriginOf returns the party of a URL, with host in lower case and the port always written.
func OriginOf(u *url.URL) Origin {
	o := Origin{
		Scheme: strings.ToLower(u.Scheme),
		Host:   strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")),
		Port:   u.Port(),
	}
	if o.Port == "" {
		switch o.Scheme {
		case "http":
			o.Port = "80"
		case "https":
			o.Port = "443"
		}
	}
	return o
}

// Trusts reports whether a credential given to o may also be given to other: the same party, or the same
// host upgraded from plain HTTP to TLS on the usual ports. A subdomain is another party.
func (o Origin) Trusts(other Origin) bool {
	if o == other {
		return true
	}
	return o.Host == other.Host && o.Scheme == "http" && other.Scheme == "https" && o.Port == "80" && other.Port == "443"
}

// credentialWords mark a header name that carries a credential by its look.
var credentialWords = []string{"auth", "token", "secret", "password", "cookie", "session", "signature", "credential"}

// IsCredentialHeader reports whether a header carries a credential, judged by its name: Authorization,
// Cookie, X-Api-Key, X-Auth-Token and the like. Such headers are dropped on a redirect to another party
// and belong in no trace or log.
func IsCredentialHeader(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, "key") || slices.ContainsFunc(credentialWords, func(w string) bool { return strings.Contains(name, w) })
}

// sizeText writes a number of bytes that is a limit.
func sizeText(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return strconv.FormatInt(n>>30, 10) + " GiB"
	case n >= 1<<20 && n%(1<<20) == 0:
		return strconv.FormatInt(n>>20, 10) + " MiB"
	case n >= 1<<10 && n%(1<<10) == 0:
		return strconv.FormatInt(n>>10, 10) + " KiB"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}
