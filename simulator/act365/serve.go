package act365

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Limits of the listening server.
const (
	headerTimeout = 10 * time.Second // to send a request's header
	idleTimeout   = 2 * time.Minute  // between requests of a connection
	stopTimeout   = 3 * time.Second  // for calls under way when the server ends
)

// Server is a simulator that listens.
type Server struct {
	*Simulator
	listener net.Listener
	server   *http.Server
	done     chan error
}

// Listen starts a simulator at an address; "" means Options.Addr. An address without a host is on
// 127.0.0.1, port 0 takes a free port. The error says which option or address is wrong.
func Listen(addr string, o Options) (*Server, error) {
	complete, err := o.complete()
	if err != nil {
		return nil, err
	}
	if addr == "" {
		addr = complete.Addr
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("the address %q is not host:port: %w", addr, err)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("the simulator cannot listen: %w", err)
	}
	s := &Server{Simulator: New(o), listener: listener, done: make(chan error, 1)}
	s.server = &http.Server{Handler: s.Simulator, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout}
	go func() { s.done <- s.server.Serve(listener) }()
	return s, nil
}

// URL is the base URL of the API, which is what base.url of an instance has to be.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() + s.options.BasePath }

// Close lets calls under way finish for some seconds and ends the server.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	err := s.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.server.Close())
	}
	s.Simulator.Close()
	return err
}

// InstanceBody is the body for POST /instances that makes an instance of the Act! 365 connector
// against a simulator at the base URL.
func (s *Simulator) InstanceBody(baseURL string) json.RawMessage {
	type element struct {
		Key string `json:"key"`
	}
	type configuration struct {
		Username string `json:"username"`
		Password string `json:"password"`
		BaseURL  string `json:"base.url"`
	}
	return mustJSON(struct {
		Element       element       `json:"element"`
		Configuration configuration `json:"configuration"`
		Tags          []string      `json:"tags"`
		Name          string        `json:"name"`
	}{
		element{"actessentials"},
		configuration{s.options.APIKey, s.options.DeveloperKey, baseURL},
		[]string{"Simulator"}, "Act! 365 simulator",
	})
}

// Serve runs a simulator until the context ends. It prints where it is, its keys and the body for
// POST /instances, and returns nil after a clean end.
func Serve(ctx context.Context, addr string, o Options, out io.Writer) error {
	s, err := Listen(addr, o)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, `Act! 365 simulator

  base URL       %s
  API key        %s
  developer key  %s
  control API    http://%s/_sim

Body for POST /instances:

%s
`, s.URL(), s.options.APIKey, s.options.DeveloperKey, s.listener.Addr(), s.InstanceBody(s.URL()))
	if err != nil {
		return errors.Join(err, s.Close())
	}
	select {
	case <-ctx.Done():
		return s.Close()
	case err := <-s.done:
		return errors.Join(err, s.Close())
	}
}
