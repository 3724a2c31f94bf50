package main

import (
	"errors"
	"fmt"
	netmail "net/mail"

	"jackfield/internal/mail"
)

// mailFlags are the flags of mail, read.
type mailFlags struct {
	server *mail.Server
	from   *netmail.Address
}

// parseMail reads --smtp-url and --mail-from, which belong together. Its errors do not repeat the address, which has a password.
func parseMail(server, from string) (mailFlags, error) {
	if (server == "") != (from == "") {
		return mailFlags{}, errors.New("--smtp-url and --mail-from belong together: give both or none")
	}
	if server == "" {
		return mailFlags{}, nil
	}
	var m mailFlags
	var err error
	if m.server, err = mail.ParseServer(server); err != nil {
		return m, fmt.Errorf("--smtp-url: %w", err)
	}
	if m.from, err = mail.ParseSender(from); err != nil {
		return m, fmt.Errorf("--mail-from: %w", err)
	}
	return m, nil
}
