package outbound

import (
	"net"
	"net/netip"
	"testing"

	"jackfield/internal/fault"
)

func TestDialIsUnderTheGuardOfCalls(t *testing.T) {
	t.Parallel()
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	address := server.Addr().String()

	closed := New(Options{})
	defer closed.Close()
	for _, refused := range []string{address, "169.254.169.254:5432", "metadata.google.internal:5432", "[::1]:5432", "no port"} {
		if conn, err := closed.Dial(t.Context(), "tcp", refused); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v %v", refused, conn, err)
		}
	}
	if _, err := closed.Dial(t.Context(), "unix", "/tmp/socket:0"); err == nil {
		t.Error("a socket file was dialled")
	}

	open := New(Options{AllowAddresses: []netip.AddrPort{netip.MustParseAddrPort(address)}})
	defer open.Close()
	conn, err := open.Dial(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
}
