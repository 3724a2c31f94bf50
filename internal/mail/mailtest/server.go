// Package mailtest is a mail server for tests.
package mailtest

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"sync"
	"testing"
)

// Options of a server.
type Options struct {
	Listen    string // "" = a free port of loopback
	Encrypted bool   // from the first byte on
	NoTLS     bool   // STARTTLS is not offered
	User      string // who must log in; "" = nobody
	Password  string
	// Refuse may answer a command ("RCPT", "DATA", …) with a reply of its own, such as "550 no such user"; "" = as usual.
	Refuse func(verb string) string
}

// Letter is one that the server took.
type Letter struct {
	From, To string
	Data     string // head and text as they came
	TLS      bool
	LoggedIn bool
}

// Server takes letters.
type Server struct {
	Address string      // host:port
	TLS     *tls.Config // for clients: trusts the server
	Letters chan Letter // what it took; holds many
	o       Options
	config  *tls.Config
	listen  net.Listener
	open    sync.WaitGroup
	mu      sync.Mutex
	conns   map[net.Conn]bool
}

// Start starts a server that ends with the test.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", o.Listen)
	if err != nil {
		t.Fatal(err)
	}
	certified := httptest.NewTLSServer(nil) // it has a certificate for 127.0.0.1
	defer certified.Close()
	roots := x509.NewCertPool()
	roots.AddCert(certified.Certificate())
	s := &Server{
		Address: listener.Addr().String(), TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, Letters: make(chan Letter, 100),
		o: o, config: &tls.Config{Certificates: certified.TLS.Certificates, MinVersion: tls.VersionTLS12}, listen: listener, conns: map[net.Conn]bool{},
	}
	s.open.Go(s.accept)
	t.Cleanup(s.Close)
	return s
}

// Close stops the server and cuts its connections.
func (s *Server) Close() {
	_ = s.listen.Close() // also a second time
	s.mu.Lock()
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.open.Wait()
}

func (s *Server) accept() {
	for {
		c, err := s.listen.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[c] = true
		s.mu.Unlock()
		s.open.Go(func() {
			s.talk(c)
			_ = c.Close()
			s.mu.Lock()
			delete(s.conns, c)
			s.mu.Unlock()
		})
	}
}

// talk is one connection.
func (s *Server) talk(c net.Conn) {
	var letter Letter
	if s.o.Encrypted {
		c, letter.TLS = tls.Server(c, s.config), true
	}
	in := textproto.NewReader(bufio.NewReader(c))
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(c, format+"\r\n", args...) }
	say("220 mail.example.org ready")
	for {
		line, err := in.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		verb = strings.ToUpper(verb)
		if s.o.Refuse != nil {
			if reply := s.o.Refuse(verb); reply != "" {
				say("%s", reply)
				continue
			}
		}
		switch verb {
		case "EHLO", "HELO":
			say("250-mail.example.org")
			if !letter.TLS && !s.o.NoTLS {
				say("250-STARTTLS")
			}
			say("250-AUTH PLAIN LOGIN")
			say("250 8BITMIME")
		case "STARTTLS":
			say("220 go on")
			c, letter.TLS = tls.Server(c, s.config), true
			in = textproto.NewReader(bufio.NewReader(c))
		case "AUTH":
			_, coded, _ := strings.Cut(rest, " ")
			plain, _ := base64.StdEncoding.DecodeString(coded)
			if letter.LoggedIn = s.o.User != "" && string(plain) == "\x00"+s.o.User+"\x00"+s.o.Password; !letter.LoggedIn {
				say("535 wrong")
				continue
			}
			say("235 welcome")
		case "MAIL":
			if s.o.User != "" && !letter.LoggedIn {
				say("530 log in first")
				continue
			}
			letter.From = address(rest)
			say("250 ok")
		case "RCPT":
			letter.To = address(rest)
			say("250 ok")
		case "DATA":
			say("354 go on")
			text, err := in.ReadDotBytes()
			if err != nil {
				return
			}
			letter.Data = string(text)
			s.Letters <- letter
			say("250 taken")
		case "RSET", "NOOP":
			say("250 ok")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("502 what?")
		}
	}
}

func address(text string) string {
	_, rest, _ := strings.Cut(text, "<")
	inner, _, _ := strings.Cut(rest, ">")
	return inner
}
