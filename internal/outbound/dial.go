package outbound

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"jackfield/internal/fault"
)

// newDialer makes the one dialer of a client. Its guard judges every address that a socket is about to connect to.
func newDialer(o Options) *net.Dialer {
	return &net.Dialer{
		Timeout:   ConnectTimeout,
		KeepAlive: 30 * time.Second,
		Resolver:  o.Resolver,
		Control:   newGuard(o.AllowPrivate, o.AllowAddresses).control,
	}
}

// Dial opens a TCP connection for a protocol that is not HTTP, under the guard that HTTP calls are under. The network is
// tcp, tcp4 or tcp6; the address is host:port. It takes ConnectTimeout at most.
//
// A refused address is an Invalid fault. Other errors are those of package net, so that a driver can tell them apart.
func (c *Client) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "%q is no address of a server: give host and port", address)
	}
	if isMetadataHost(host) {
		return nil, fault.New(fault.Invalid, "host %q is a cloud metadata service; connections to it are always refused", host)
	}
	switch network {
	case "tcp", "tcp4", "tcp6":
	default:
		return nil, fmt.Errorf("network %q is not used for connections", network)
	}
	conn, err := c.dialer.DialContext(ctx, network, address)
	if err == nil {
		return conn, nil
	}
	if b, ok := blocked(err); ok {
		return nil, b.fault(host)
	}
	return nil, err
}

// fault says which address is refused, and who can allow it.
func (e *blockedError) fault(host string) error {
	at := e.addr.String()
	if e.always {
		return fault.Wrap(fault.Invalid, e, "%s leads to %s, a link-local or cloud metadata address; calls to such addresses are always refused", host, at)
	}
	return fault.Wrap(fault.Invalid, e, "%s leads to %s, a private or special address, and calls to those are refused; the operator can allow it with --allow-private-providers %s (JACKFIELD_ALLOW_PRIVATE_PROVIDERS)",
		host, at, netip.PrefixFrom(e.addr, e.addr.BitLen()))
}
