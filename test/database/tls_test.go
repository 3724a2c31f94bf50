package database_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"math/big"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"jackfield/internal/database"
	"jackfield/internal/fault"
)

// askForTLS is the number of the message by which a client of PostgreSQL asks for TLS.
const askForTLS = 80877103

// tlsProxy stands before a server and speaks TLS with a certificate that nobody trusts, or says that it knows no TLS.
type tlsProxy struct {
	net.Listener
	conf   *tls.Config // nil = no TLS
	server string
	wait   sync.WaitGroup

	mu        sync.Mutex
	encrypted int // connections
	plain     int
}

func newProxy(t *testing.T, server string, speaksTLS bool) *tlsProxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &tlsProxy{Listener: listener, server: server}
	if speaksTLS {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
		der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		p.conf = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	}
	p.wait.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			p.wait.Go(func() { p.serve(conn) })
		}
	})
	t.Cleanup(func() { listener.Close(); p.wait.Wait() })
	return p
}

func (p *tlsProxy) serve(conn net.Conn) {
	defer conn.Close()
	first := make([]byte, 8)
	if _, err := io.ReadFull(conn, first); err != nil {
		return
	}
	asks := binary.BigEndian.Uint32(first[4:]) == askForTLS
	if asks {
		first = nil
		if p.conf == nil {
			if _, err := conn.Write([]byte("N")); err != nil {
				return
			}
		} else {
			if _, err := conn.Write([]byte("S")); err != nil {
				return
			}
			secure := tls.Server(conn, p.conf)
			if secure.Handshake() != nil { //nolint:noctx // the connection is closed with the test
				return
			}
			conn = secure
		}
	}
	p.mu.Lock()
	if asks && p.conf != nil {
		p.encrypted++
	} else {
		p.plain++
	}
	p.mu.Unlock()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	if _, err := server.Write(first); err != nil {
		return
	}
	p.wait.Go(func() {
		_, _ = io.Copy(server, conn)
		server.Close()
	})
	_, _ = io.Copy(conn, server)
}

func TestSSLModesAskForWhatTheirNameSays(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(cluster(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	secure, plain := newProxy(t, u.Host, true), newProxy(t, u.Host, false)
	for _, tt := range []struct {
		proxy     *tlsProxy
		mode      string
		encrypted bool
		said      string // of the error
	}{
		{secure, "", true, ""},
		{secure, "sslmode=prefer", true, ""},
		{secure, "sslmode=require", true, ""},
		{secure, "sslmode=allow", false, ""},
		{secure, "sslmode=disable", false, ""},
		{secure, "sslmode=verify-ca", false, "no trusted TLS connection"},
		{secure, "sslmode=verify-full", false, "no trusted TLS connection"},
		{secure, "ssl=true", false, "no trusted TLS connection"},
		{plain, "", false, ""},
		{plain, "sslmode=require", false, "offers no TLS"},
		{plain, "sslmode=verify-full", false, "offers no TLS"},
	} {
		c := open(t, database.Options{})
		tt.proxy.mu.Lock()
		before := tt.proxy.encrypted
		tt.proxy.mu.Unlock()
		source := database.Source{URL: "jdbc:postgresql://" + tt.proxy.Addr().String() + u.Path + "?" + tt.mode, Username: u.User.Username()}
		_, err := c.Run(t.Context(), source, database.Statement{Text: `SELECT 1`})
		tt.proxy.mu.Lock()
		encrypted := tt.proxy.encrypted > before
		tt.proxy.mu.Unlock()
		c.Close()
		if tt.said != "" {
			if !fault.Is(err, fault.Provider) || !strings.Contains(err.Error(), tt.said) {
				t.Errorf("%s: %v, want %q", tt.mode, err, tt.said)
			}
			continue
		}
		if err != nil || encrypted != tt.encrypted {
			t.Errorf("%s: encrypted %t, %v", tt.mode, encrypted, err)
		}
	}
}
