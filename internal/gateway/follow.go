package gateway

import (
	"net/url"
	"path"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/outbound"
)

// followPrefix before a nextPageKey says that what stands there is the address of the next page, and is called as it is.
const followPrefix = "follow "

// follow replaces the address of a call by the provider's own for the next page. The address came through the caller's
// hands, inside of a page token, and the call is signed: it must be below base.url, on the same host.
func (c *Call) follow() error {
	base, err := c.baseURL()
	if err != nil {
		return err
	}
	own, err := url.Parse(base)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "base.url is not a valid address")
	}
	own.RawQuery, own.Fragment = "", ""
	next, err := url.Parse(c.paging.link)
	if err != nil {
		return notOurs(own)
	}
	target := own.ResolveReference(next)
	root := strings.TrimRight(own.Path, "/") + "/"
	if target.User != nil || target.Opaque != "" || outbound.OriginOf(target) != outbound.OriginOf(own) ||
		!strings.HasPrefix(path.Clean(target.Path)+"/", root) || strings.Contains(strings.ToLower(target.EscapedPath()), "%2e") {
		return notOurs(own)
	}
	target.Fragment = ""
	c.vendor.path = target.String()
	return nil
}

func notOurs(own *url.URL) error {
	return fault.New(fault.Invalid, "The next page is not below %s://%s%s: send the value of Elements-Next-Page-Token unchanged, and check base.url",
		own.Scheme, own.Host, own.Path)
}

// followed reports whether a parameter is left out because the address of the next page says it already. Headers and what
// comes from the configuration, such as a key in the query, are sent with every page.
func (c *Call) followed(p *connector.Parameter) bool {
	if c.paging.link == "" || p.VendorType == connector.TypeHeader || p.VendorType == connector.TypePath {
		return false
	}
	return p.Type != connector.TypeConfiguration
}
