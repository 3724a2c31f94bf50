package mail

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
)

// Ports of mail servers where the address names none.
const (
	submissionPort = 587 // a connection that STARTTLS encrypts
	encryptedPort  = 465 // an encrypted connection
)

// Server is the mail server that letters leave by.
type Server struct {
	host      string
	port      int
	user      string // "" = without logging in
	password  string
	encrypted bool // from the first byte on
	clear     bool // not at all
}

// ParseServer reads the address of a mail server: smtps://user:password@host:port, or smtp:// for one that must take up STARTTLS. What is
// in clear must be asked for: smtp://host?tls=none. An error does not repeat the address, since it has a password.
func ParseServer(text string) (*Server, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("give an address such as smtp://user:password@mail.example.org:587 or smtps://…; special characters of the password are written %xx")
	}
	s := &Server{host: u.Hostname(), port: submissionPort, user: u.User.Username(), encrypted: u.Scheme == "smtps"}
	s.password, _ = u.User.Password()
	if s.encrypted {
		s.port = encryptedPort
	}
	if text := u.Port(); text != "" {
		if s.port, err = strconv.Atoi(text); err != nil || s.port < 1 || s.port > 65535 {
			return nil, fmt.Errorf("%s is no port", text)
		}
	}
	for name, values := range u.Query() {
		if name != "tls" || len(values) != 1 || values[0] != "none" || s.encrypted {
			return nil, errors.New("after the ? only tls=none is known, for smtp:// without encryption")
		}
		s.clear = true
	}
	return s, nil
}

// String is the server without its password.
func (s *Server) String() string { return fmt.Sprintf("%s:%d", s.host, s.port) }

// ParseSender reads whom letters come from: an address, or Name <address>.
func ParseSender(text string) (*mail.Address, error) {
	address, err := mail.ParseAddress(text)
	if err != nil || len(address.Address) > maxAddress || !oneLine(text) {
		return nil, fmt.Errorf("%q is no mail address such as jackfield@example.org", text)
	}
	return address, nil
}
