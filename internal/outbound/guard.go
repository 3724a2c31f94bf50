package outbound

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"
)

// never lists what stays refused whatever the operator allows: addresses that mean "this very link" and
// those where a cloud hands out its machine credentials.
var never = []netip.Prefix{
	netip.MustParsePrefix("169.254.0.0/16"),     // link-local; metadata of AWS, Azure, Google, DigitalOcean, ECS
	netip.MustParsePrefix("fe80::/10"),          // link-local
	netip.MustParsePrefix("224.0.0.0/24"),       // link-local multicast
	netip.MustParsePrefix("ff02::/16"),          // link-local multicast
	netip.MustParsePrefix("fd00:ec2::/32"),      // AWS instance services
	netip.MustParsePrefix("fd20:ce::254/128"),   // Google metadata
	netip.MustParsePrefix("100.100.100.200/32"), // Alibaba metadata
	netip.MustParsePrefix("168.63.129.16/32"),   // Azure wire server
	netip.MustParsePrefix("192.0.0.192/32"),     // Oracle metadata
}

// metadataHosts are names of cloud metadata services. Their addresses are refused anyway; refusing the
// name as well covers a resolver that answers with an address of its own.
var metadataHosts = []string{
	"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal",
	"metadata.azure.internal", "metadata.packet.net", "metadata.platformequinix.com", "metadata.tencentyun.com",
}

// Ranges of IPv6 that carry an IPv4 address inside. They are refused like any special range; where an
// operator lists one, the address inside is judged as well.
var (
	nat64Local = netip.MustParsePrefix("64:ff9b:1::/48")
	sixToFour  = netip.MustParsePrefix("2002::/16")
	teredo     = netip.MustParsePrefix("2001::/32")
	compatible = netip.MustParsePrefix("::/96")
)

// blockedError is a refused address.
type blockedError struct {
	addr   netip.Addr
	always bool // no option would allow it
}

func (e *blockedError) Error() string { return "address " + e.addr.String() + " is refused" }

// guard decides which addresses may be dialled. It runs after DNS, on the very address that the socket is
// about to connect to, so a name that changes its answer between check and use gains nothing.
type guard struct {
	ranges *ssrf.Guardian
	exact  []netip.AddrPort
}

func newGuard(allowed []netip.Prefix, exact []netip.AddrPort) *guard {
	var v4, v6 []netip.Prefix
	for _, p := range allowed {
		if p = plainPrefix(p); p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	g := &guard{ranges: ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))}
	for _, a := range exact {
		g.exact = append(g.exact, netip.AddrPortFrom(a.Addr().Unmap(), a.Port()))
	}
	return g
}

// control is the Control function of the dialer.
func (g *guard) control(network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("network %q is not used for calls", network)
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %q cannot be judged: %w", address, err)
	}
	return g.check(to)
}

// check returns a *blockedError when the address may not be reached.
func (g *guard) check(to netip.AddrPort) error {
	// A zone ("fe80::1%eth0") and the mapped form ("::ffff:10.0.0.1") would slip past prefix tests.
	addr := to.Addr().WithZone("").Unmap()
	inner, carries := embedded(addr)
	if isNever(addr) || carries && isNever(inner) {
		return &blockedError{addr: addr, always: true}
	}
	if slices.Contains(g.exact, netip.AddrPortFrom(addr, to.Port())) {
		return nil
	}
	if err := g.ranges.SafeAddr(addr); err != nil {
		return &blockedError{addr: addr}
	}
	if carries && g.ranges.SafeAddr(inner) != nil {
		return &blockedError{addr: inner}
	}
	return nil
}

func isNever(addr netip.Addr) bool {
	return slices.ContainsFunc(never, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// embedded returns the IPv4 address inside an IPv6 one that some gateway would unpack.
func embedded(addr netip.Addr) (netip.Addr, bool) {
	if !addr.Is6() {
		return netip.Addr{}, false
	}
	b := addr.As16()
	switch {
	case ssrf.IPv6NAT64Prefix.Contains(addr), nat64Local.Contains(addr), compatible.Contains(addr):
		return netip.AddrFrom4([4]byte(b[12:16])), true
	case sixToFour.Contains(addr):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	case teredo.Contains(addr): // the client's address is stored inverted (RFC 4380 §4)
		return netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]}), true
	}
	return netip.Addr{}, false
}

// plainPrefix writes an IPv4-mapped prefix as the IPv4 prefix it means.
func plainPrefix(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96).Masked()
	}
	return p.Masked()
}

// ParseAllowPrivate reads the value of --allow-private-providers: ranges in CIDR form or single addresses.
// Ranges that lie inside what is never allowed are an error, so that nobody believes to have opened them.
func ParseAllowPrivate(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range list {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		p, err := netip.ParsePrefix(text)
		if err != nil {
			addr, addrErr := netip.ParseAddr(text)
			if addrErr != nil || addr.Zone() != "" {
				return nil, fmt.Errorf("%q is neither an address nor a range such as 10.0.0.0/8", text)
			}
			p = netip.PrefixFrom(addr, addr.BitLen())
		}
		p = plainPrefix(p)
		for _, n := range never {
			if n.Contains(p.Addr()) && n.Bits() <= p.Bits() {
				return nil, fmt.Errorf("%s is link-local or a cloud metadata address and is never reached", text)
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// blocked returns the refused address in the chain of err.
func blocked(err error) (*blockedError, bool) {
	var b *blockedError
	ok := errors.As(err, &b)
	return b, ok
}
