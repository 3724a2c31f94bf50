package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"jackfield/internal/fault"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// special is a table of addresses that no call reaches by default.
var special = []struct{ addr, what string }{
	{"0.0.0.0", "unspecified"},
	{"0.1.2.3", "this network"},
	{"10.0.0.1", "private"},
	{"10.255.255.255", "private"},
	{"100.64.0.1", "carrier NAT"},
	{"127.0.0.1", "loopback"},
	{"127.255.255.254", "loopback"},
	{"169.254.0.1", "link-local"},
	{"172.16.0.1", "private"},
	{"172.31.255.255", "private"},
	{"192.0.0.1", "protocol assignments"},
	{"192.0.2.1", "documentation"},
	{"192.88.99.1", "6to4 relay"},
	{"192.168.1.1", "private"},
	{"198.18.0.1", "benchmarking"},
	{"198.51.100.1", "documentation"},
	{"203.0.113.1", "documentation"},
	{"224.0.0.251", "multicast"},
	{"239.1.1.1", "multicast"},
	{"240.0.0.1", "reserved"},
	{"255.255.255.255", "broadcast"},
	{"::", "unspecified"},
	{"::1", "loopback"},
	{"::7f00:1", "IPv4-compatible loopback"},
	{"::ffff:127.0.0.1", "mapped loopback"},
	{"::ffff:10.0.0.1", "mapped private"},
	{"::ffff:169.254.169.254", "mapped metadata"},
	{"64:ff9b::7f00:1", "NAT64 of loopback"},
	{"64:ff9b:1::a00:1", "local NAT64 of private"},
	{"100::1", "discard"},
	{"2001::1", "Teredo"},
	{"2001:db8::1", "documentation"},
	{"2002:7f00:1::1", "6to4 of loopback"},
	{"2002:a00:1::1", "6to4 of private"},
	{"3fff::1", "documentation"},
	{"fc00::1", "unique local"},
	{"fd12:3456::1", "unique local"},
	{"fe80::1", "link-local"},
	{"fe80::1%lo", "link-local with zone"},
	{"fec0::1", "site-local"},
	{"ff02::1", "multicast"},
	{"ff0e::1", "multicast"},
}

var metadata = []string{
	"169.254.169.254", "169.254.170.2", "fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192",
	"::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "::a9fe:a9fe", "fe80::1", "fe80::1%lo",
	"2001:0:1:2:3:4:5601:5601", // Teredo with the inverted metadata address
}

func TestSpecialAddressesAreRefused(t *testing.T) {
	t.Parallel()
	g := newGuard(nil, nil)
	for _, tt := range special {
		if err := g.check(netip.AddrPortFrom(netip.MustParseAddr(tt.addr), 443)); err == nil {
			t.Errorf("%s (%s) is let through", tt.addr, tt.what)
		}
	}
	for _, addr := range metadata {
		if err := g.check(netip.AddrPortFrom(netip.MustParseAddr(addr), 80)); err == nil {
			t.Errorf("metadata address %s is let through", addr)
		}
	}
	for _, addr := range []string{"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "::ffff:8.8.8.8", "2606:4700::1111", "2a00:1450:4001::200e"} {
		if err := g.check(netip.AddrPortFrom(netip.MustParseAddr(addr), 443)); err != nil {
			t.Errorf("public address %s: %v", addr, err)
		}
	}
}

func TestAListedRangeIsReachedAndMetadataNever(t *testing.T) {
	t.Parallel()
	everything := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	g := newGuard(everything, []netip.AddrPort{netip.MustParseAddrPort("169.254.169.254:80")})
	for _, addr := range metadata {
		err := g.check(netip.AddrPortFrom(netip.MustParseAddr(addr), 80))
		if b, ok := blocked(err); !ok || !b.always {
			t.Errorf("%s: %v, want always refused", addr, err)
		}
	}
	for _, addr := range []string{"10.0.0.1", "127.0.0.1", "::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"} {
		if err := g.check(netip.AddrPortFrom(netip.MustParseAddr(addr), 80)); err != nil {
			t.Errorf("%s: %v", addr, err)
		}
	}

	g = newGuard([]netip.Prefix{netip.MustParsePrefix("::ffff:10.1.0.0/112"), netip.MustParsePrefix("64:ff9b::/96")},
		[]netip.AddrPort{netip.MustParseAddrPort("[::ffff:127.0.0.1]:4000")})
	tests := map[string]bool{
		"10.1.2.3:80": true, "10.2.0.0:80": false, "[::ffff:10.1.2.3]:80": true,
		"127.0.0.1:4000": true, "127.0.0.1:4001": false, "127.0.0.2:4000": false,
		"[64:ff9b::808:808]:80": true, "[64:ff9b::a01:203]:80": true, "[64:ff9b::a02:203]:80": false, "[64:ff9b::7f00:1]:4000": false,
	}
	for to, want := range tests {
		if err := g.check(netip.MustParseAddrPort(to)); (err == nil) != want {
			t.Errorf("%s: %v, want allowed %v", to, err, want)
		}
	}
}

func TestARefusedAddressIsNamedWithTheWayToAllowIt(t *testing.T) {
	t.Parallel()
	c := open(t, Options{})
	var seen int
	c.observe = func(Attempt) { seen++ }
	resp, err := c.Do(t.Context(), request(t, "POST", "http://10.11.12.13:8080/x", "body"), Policy{})
	wantFault(t, resp, err, fault.Invalid, "10.11.12.13:8080", "--allow-private-providers 10.11.12.13/32")
	if seen != 1 {
		t.Errorf("%d tries of a refused address", seen)
	}
	resp, err = c.Do(t.Context(), request(t, "GET", "http://169.254.169.254/latest/meta-data/", ""), Policy{})
	f := gotFault(t, resp, err, fault.Invalid, "169.254.169.254", "always refused")
	if strings.Contains(f.Message, "--allow") {
		t.Errorf("message offers an option that does not help: %s", f.Message)
	}
}

func TestNoSpellingOfLoopbackGetsThrough(t *testing.T) {
	t.Parallel()
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("reached by Host %q", r.Host) })
	port := addrOf(t, s).Port()
	c := open(t, Options{})
	for _, host := range []string{"127.0.0.1", "localhost", "127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "[::]", "127.0.0.1."} {
		req := request(t, "GET", fmt.Sprintf("http://%s:%d/", host, port), "")
		resp, err := c.Do(t.Context(), req, Policy{Attempts: 1})
		if err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s was reached", host)
		}
	}
}

func TestANameThatChangesItsAddressGainsNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "reached") })
	good := addrOf(t, s)
	zone := &zone{}
	c := open(t, Options{Resolver: zone.resolver()}, s)
	target := fmt.Sprintf("http://rebind.test:%d/", good.Port())

	zone.set(good.Addr())
	resp, err := c.Do(t.Context(), request(t, "GET", target, ""), Policy{})
	if got := read(t, resp, err); got != "reached" {
		t.Fatalf("got %q", got)
	}
	for _, bad := range []string{"10.0.0.7", "169.254.169.254", "127.0.0.2"} {
		c.Close() // the kept connection belongs to the address that was judged; a new one is judged anew
		zone.set(netip.MustParseAddr(bad))
		resp, err = c.Do(t.Context(), request(t, "GET", target, ""), Policy{})
		wantFault(t, resp, err, fault.Invalid, bad, "rebind.test")
	}
	c.Close()
	zone.set(netip.MustParseAddr("10.0.0.7"), good.Addr())
	resp, err = c.Do(t.Context(), request(t, "GET", target, ""), Policy{})
	if got := read(t, resp, err); got != "reached" {
		t.Errorf("a name with a bad and a good address gave %q", got)
	}
}

func TestAnUnknownHostIsSaidOnce(t *testing.T) {
	t.Parallel()
	zone := &zone{}
	tries := 0
	c := open(t, Options{Resolver: zone.resolver(), Observe: func(Attempt) { tries++ }})
	resp, err := c.Do(t.Context(), request(t, "GET", "http://nowhere.test/", ""), Policy{})
	wantFault(t, resp, err, fault.Provider, "nowhere.test", "does not exist")
	if tries != 1 {
		t.Errorf("%d tries", tries)
	}
}

func TestOptionTextIsReadStrictly(t *testing.T) {
	t.Parallel()
	got, err := ParseAllowPrivate([]string{" 10.1.2.3/8", "192.168.1.5", "", "fd12::/16", "::ffff:10.0.0.0/104", "0.0.0.0/0"})
	if err != nil {
		t.Fatal(err)
	}
	want := "[10.0.0.0/8 192.168.1.5/32 fd12::/16 10.0.0.0/8 0.0.0.0/0]"
	if fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	for _, bad := range []string{"10.0.0.0/33", "ten", "10.0.0.0/8,10.0.0.1", "fe80::1%eth0", "169.254.0.0/16", "169.254.169.254", "fe80::/64", "100.100.100.200/32"} {
		if _, err := ParseAllowPrivate([]string{bad}); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

// zone is a name server in memory that gives every name the same addresses.
type zone struct {
	mu    sync.Mutex
	addrs []netip.Addr
}

func (z *zone) set(addrs ...netip.Addr) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.addrs = addrs
}

func (z *zone) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go z.serve(there)
		return here, nil
	}}
}

func (z *zone) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	for {
		head := make([]byte, 2) // a stream connection frames each message with its length
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		query := make([]byte, int(head[0])<<8|int(head[1]))
		if _, err := io.ReadFull(conn, query); err != nil {
			return
		}
		answer, err := z.answer(query)
		if err != nil {
			return
		}
		if _, err := conn.Write(append([]byte{byte(len(answer) >> 8), byte(len(answer))}, answer...)); err != nil {
			return
		}
	}
}

func (z *zone) answer(query []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil || len(m.Questions) != 1 {
		return nil, errors.Join(err, errors.New("one question expected"))
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	q := m.Questions[0]
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	if len(z.addrs) == 0 {
		m.RCode = dnsmessage.RCodeNameError
	}
	for _, a := range z.addrs {
		if q.Type == dnsmessage.TypeA && a.Is4() {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
				Body:   &dnsmessage.AResource{A: a.As4()},
			})
		}
	}
	return m.Pack()
}
