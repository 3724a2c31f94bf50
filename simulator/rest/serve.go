package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// Serve runs the provider of a connector, or of a provider file, on an address until ctx ends, and tells on out how to
// reach it.
func Serve(ctx context.Context, key, addr string, out io.Writer) error {
	s, err := load(key)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("the simulator cannot serve on %s: %w", addr, err)
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	_, err = fmt.Fprintf(out, "%s simulator\n\n  base URL     http://%s%s\n%s  control API  http://%s/_sim\n",
		s.file.Provider, listener.Addr(), s.file.Base, s.credentials(), listener.Addr())
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case <-ctx.Done():
		return server.Close()
	case err := <-served:
		return err
	}
}

func load(key string) (*Simulator, error) {
	text, err := Provider(key)
	if strings.HasSuffix(key, ".yaml") {
		text, err = os.ReadFile(key)
	}
	if err != nil {
		return nil, err
	}
	return New(text)
}

// credentials tells what lets in. They are made up and open nothing else.
func (s *Simulator) credentials() string {
	var text strings.Builder
	for _, c := range s.file.Auth {
		switch c.Type {
		case "basic":
			fmt.Fprintf(&text, "  basic        user name %s, password %q\n", c.Username, c.Password)
		case "bearer":
			fmt.Fprintf(&text, "  bearer       %s\n", strings.Join(c.Tokens, ", "))
		default:
			fmt.Fprintf(&text, "  %-12s %s: %s%s\n", c.Type, c.Name, c.Prefix, strings.Join(c.Tokens, ", "))
		}
	}
	return text.String()
}
