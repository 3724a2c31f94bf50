package outbound

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"jackfield/internal/fault"
)

// follow sends a request and follows its redirects. It returns how many it followed, also with an error:
// what failed at a later hop had already reached the provider.
func (c *Client) follow(x *exchange, req *http.Request, p *Policy, try int) (*http.Response, int, error) {
	hops := 0
	party := OriginOf(req.URL)
	for {
		start := time.Now()
		resp, err := c.roundTripper(p, party, OriginOf(req.URL)).RoundTrip(req)
		c.report(p, Attempt{Request: req, Response: resp, Err: err, Try: try, Hop: hops, Start: start})
		if err != nil {
			return nil, hops, err
		}
		if resp.StatusCode == http.StatusSwitchingProtocols {
			closeBody(resp.Body)
			return nil, hops, fault.New(fault.Provider, "the provider at %s switched protocols, which was not asked for", req.URL.Host)
		}
		location := resp.Header.Get("Location")
		if p.Redirects < 0 || location == "" || !isRedirect(resp.StatusCode) {
			return resp, hops, nil
		}
		next, err := redirected(req, resp.StatusCode, location, p.SecretHeaders)
		if err != nil {
			discard(resp.Body)
			return nil, hops, err
		}
		if next == nil {
			return resp, hops, nil
		}
		discard(resp.Body)
		if hops++; hops > p.Redirects {
			closeBody(next.Body)
			return nil, hops, fault.New(fault.Provider, "the provider at %s redirects more than %d times (limit of one call)", req.URL.Host, p.Redirects)
		}
		if p.Stream {
			next.Body = x.watch(next.Body)
		}
		req, x.host = next, next.URL.Host
	}
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// redirected makes the request that a redirect asks for. It returns nil without error when the body cannot
// be sent again; the caller then gets the redirect itself, as in net/http.
func redirected(req *http.Request, status int, location string, secret []string) (*http.Request, error) {
	// Careless providers leave spaces in the query; a browser would encode them too.
	to, err := req.URL.Parse(strings.ReplaceAll(location, " ", "%20"))
	if err != nil {
		return nil, fault.Wrap(fault.Provider, err, "the provider at %s redirects to an address that cannot be read", req.URL.Host)
	}
	if err := checkURL(to); err != nil {
		return nil, fault.New(fault.Provider, "the provider at %s redirects to an address that is refused: %s", req.URL.Host, fault.As(err).Message)
	}

	next := req.WithContext(req.Context())
	next.URL, next.Host, next.Response = to, "", nil
	next.Header = req.Header.Clone()
	keepBody := status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect
	switch {
	case keepBody:
		if hasBody(req) {
			if req.GetBody == nil {
				return nil, nil
			}
			if next.Body, err = req.GetBody(); err != nil {
				return nil, fault.Wrap(fault.Internal, err, "cannot send the body of the call again after a redirect")
			}
		}
	default:
		if req.Method != http.MethodHead {
			next.Method = http.MethodGet
		}
		next.Body, next.GetBody, next.ContentLength, next.TransferEncoding = nil, nil, 0, nil
		for _, name := range []string{"Content-Type", "Content-Encoding", "Content-Language", "Content-Location", "Content-Length", "Expect"} {
			next.Header.Del(name)
		}
	}
	if !OriginOf(req.URL).Trusts(OriginOf(to)) {
		dropCredentials(next.Header, secret)
	}
	return next, nil
}

// dropCredentials takes every credential out of a header. A later hop back to the first party does not
// get them back: it is made from this header.
func dropCredentials(h http.Header, secret []string) {
	for name := range h {
		named := slices.ContainsFunc(secret, func(s string) bool { return http.CanonicalHeaderKey(s) == http.CanonicalHeaderKey(name) })
		if named || IsCredentialHeader(name) {
			delete(h, name)
		}
	}
}
