package server

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/mail"
	"jackfield/internal/outbound"
)

// anywhere is what the mail server may be at: its address is the operator's, who may keep it in the house. Nobody else names an address
// that is dialled by this client. What outbound never reaches stays out of reach.
var anywhere = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}

// openMail starts sending letters.
func (s *Server) openMail(o Options) {
	client := outbound.New(outbound.Options{AllowPrivate: anywhere})
	s.closing(func(context.Context) error { client.Close(); return nil })
	s.mail = mail.New(mail.Options{DB: s.DB, Server: o.MailServer, From: o.MailFrom, Dial: client.Dial, TLS: o.ProviderTLS, Log: o.Log})
	s.closing(s.mail.Close)
}

// forget removes what nobody needs any more.
func (s *Server) forget(ctx context.Context) error {
	now := time.Now()
	_, err := s.usage.Expire(ctx, now)
	return errors.Join(err,
		s.traces.Expire(ctx, now), s.Access.Expire(ctx, now), s.Connect.Expire(ctx, now), s.SignOn.Expire(ctx, now),
		s.mail.Expire(ctx, now, access.ResetLife),
	)
}
