package gateway

import (
	"net/url"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
)

var quoteEscaper = strings.NewReplacer("\\", "\\\\", `"`, "\\\"", "\r", "%0D", "\n", "%0A")

// address is the full provider URL: base.url with its placeholders filled, joined with exactly one slash to
// the provider path, and the parameters behind it. A path that is absolute replaces base.url.
func (c *Call) address() (string, error) {
	target, err := c.target()
	if err != nil || len(c.vendor.parameters) == 0 {
		return target, err
	}
	var out strings.Builder
	out.Grow(len(target) + 32*len(c.vendor.parameters))
	out.WriteString(target)
	separator := byte('?')
	if strings.IndexByte(target, '?') >= 0 {
		separator = '&'
	}
	for _, p := range c.vendor.parameters {
		out.WriteByte(separator)
		writeEscaped(&out, p.name)
		out.WriteByte('=')
		writeEscaped(&out, p.value)
		separator = '&'
	}
	return out.String(), nil
}

func (c *Call) target() (string, error) {
	path := c.vendor.path
	if isAbsolute(path) {
		return path, nil
	}
	base, err := c.baseURL()
	if err != nil {
		return "", err
	}
	if path == "" {
		return base, nil
	}
	return strings.TrimRight(base, "/") + "/" + strings.TrimLeft(path, "/"), nil
}

func isAbsolute(path string) bool {
	return strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://")
}

// baseURL fills the placeholders of base.url from element-wide parameters of type configuration → path, else
// from the configuration key of that name (reference/elements.md §4.1).
func (c *Call) baseURL() (string, error) {
	base := c.Configuration("base.url")
	if base == "" {
		return "", fault.New(fault.Invalid, "The instance has no base.url: set it in its configuration")
	}
	if !strings.Contains(base, "{") {
		return base, nil
	}
	for _, name := range connector.PathVariables(base) {
		content := c.Configuration(name)
		for _, p := range c.Resource.Parameters {
			if p.Type == connector.TypeConfiguration && p.VendorType == connector.TypePath && p.VendorName == name {
				content = c.Configuration(p.Name)
			}
		}
		if content == "" {
			return "", fault.New(fault.Invalid, "base.url needs a value for {%s}: set it in the configuration of the instance", name)
		}
		if strings.ContainsAny(content, "/?#@\\ \r\n") && !strings.HasPrefix(base, "{"+name+"}") {
			return "", fault.New(fault.Invalid, "The value of %s must be a single name to stand in base.url", name)
		}
		base = strings.ReplaceAll(base, "{"+name+"}", content)
	}
	return base, nil
}

// encodePairs writes pairs as application/x-www-form-urlencoded, in order.
func encodePairs(pairs []pair) string {
	var out strings.Builder
	for i, p := range pairs {
		if i > 0 {
			out.WriteByte('&')
		}
		out.WriteString(url.QueryEscape(p.name))
		out.WriteByte('=')
		out.WriteString(url.QueryEscape(p.value))
	}
	return out.String()
}

// writeEscaped percent-encodes a query name or value. It keeps what RFC 3986 allows in a query and providers
// like to see as it is ($filter=lastName%20eq%20'x'), but never leaves a "+", which servers read as a blank, or a ";", at which some
// servers begin the next parameter.
func writeEscaped(out *strings.Builder, s string) {
	const hex = "0123456789ABCDEF"
	for i := 0; i < len(s); i++ {
		if b := s[i]; plainInQuery[b] {
			out.WriteByte(b)
		} else {
			out.WriteByte('%')
			out.WriteByte(hex[b>>4])
			out.WriteByte(hex[b&15])
		}
	}
}

var plainInQuery = func() (plain [256]bool) {
	for _, b := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~$'(),:@/!*") {
		plain[b] = true
	}
	return plain
}()
