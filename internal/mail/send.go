package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"jackfield/internal/store"

	gomail "github.com/wneessen/go-mail"
)

// maxError is how much of a server's words is kept, in bytes.
const maxError = 500

// run sends what is due until ctx ends.
func (s *Service) run(ctx context.Context) {
	defer close(s.stopped)
	for ctx.Err() == nil {
		wait := look
		if err := s.sendDue(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "letters cannot be sent for a moment", "error", err)
		} else if next, err := s.db.NextMail(ctx); err == nil && !next.IsZero() {
			wait = min(look, max(rest, next.Sub(s.now()))) // what is due now is being claimed by another server
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// sendDue tries every letter that is due once.
func (s *Service) sendDue(ctx context.Context) error {
	for ctx.Err() == nil {
		at := s.now()
		m, err := s.db.ClaimMail(ctx, at, at.Add(claim))
		if err != nil || m == nil {
			return err
		}
		failed := s.try(ctx, m)
		s.settle(ctx, m, failed)
		if err := s.db.SettleMail(context.WithoutCancel(ctx), m); err != nil {
			return err
		}
	}
	return nil
}

// settle says what becomes of a letter after a try.
func (s *Service) settle(ctx context.Context, m *store.Mail, failed error) {
	at := s.now()
	if failed == nil {
		m.Status, m.Error, m.SentAt = store.MailSent, "", at
		return
	}
	m.Error = failed.Error()
	if len(m.Error) > maxError {
		m.Error = strings.ToValidUTF8(m.Error[:maxError], "") + "…"
	}
	m.NextTry = at.Add(backoff(m.Attempts))
	if ctx.Err() != nil { // we are stopping: it is nobody's failure
		m.NextTry = at
	}
	if final(failed) || m.NextTry.After(m.GiveUp) {
		m.Status = store.MailFailed
	}
	s.log.WarnContext(ctx, "a letter was not taken", "letter", m.ID, "attempt", m.Attempts, "status", m.Status, "error", m.Error)
}

// backoff is the wait after so many tries.
func backoff(tries int) time.Duration {
	wait := firstWait
	for range tries - 1 {
		if wait *= 3; wait >= longestWait {
			return longestWait
		}
	}
	return wait
}

// final reports whether the server refused this very letter for good: another try would be refused, too.
func final(err error) bool {
	var refused *gomail.SendError
	return errors.As(err, &refused) && refused.ErrorCode() >= 500
}

// try sends a letter once.
func (s *Service) try(ctx context.Context, m *store.Mail) error {
	if m.Forgotten {
		return errors.New("its text is not kept any more")
	}
	message, err := s.compose(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, message)
}

// compose writes a letter. Its id stays the same over all tries, so that a mail system that got it twice can tell.
func (s *Service) compose(m *store.Mail) (*gomail.Msg, error) {
	from := s.options.From
	message := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithNoDefaultUserAgent())
	message.FromMailAddress(from)
	if err := message.To(m.To); err != nil {
		return nil, err
	}
	message.Subject(m.Subject)
	message.SetDateWithValue(m.CreatedAt)
	_, domain, _ := strings.Cut(from.Address, "@")
	message.SetMessageIDWithValue(fmt.Sprintf("jackfield.%d.%d@%s", m.ID, m.CreatedAt.UnixMilli(), domain))
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetBodyString(gomail.TypeTextPlain, m.Text)
	return message, nil
}

// client makes the client of one try. Its connection is cut when ctx ends.
func (s *Service) client(ctx context.Context) (*gomail.Client, error) {
	server := s.options.Server
	config := &tls.Config{}
	if s.options.TLS != nil {
		config = s.options.TLS.Clone()
	}
	config.ServerName, config.MinVersion = server.host, max(config.MinVersion, tls.VersionTLS12)
	dial := func(dialing context.Context, network, address string) (net.Conn, error) {
		connection, err := s.options.Dial(dialing, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = connection.Close() }) // what is under way fails by it, and says so
		if !server.encrypted {
			return connection, nil
		}
		encrypted := tls.Client(connection, config)
		if err := encrypted.HandshakeContext(dialing); err != nil {
			return nil, errors.Join(err, connection.Close())
		}
		return encrypted, nil
	}
	options := []gomail.Option{
		gomail.WithPort(server.port), gomail.WithTimeout(sendTime), gomail.WithTLSConfig(config), gomail.WithDialContextFunc(dial),
		gomail.WithTLSPolicy(gomail.TLSMandatory), gomail.WithoutNoop(),
	}
	switch {
	case server.encrypted:
		options = append(options, gomail.WithSSL())
	case server.clear:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if server.user != "" {
		// Passwords in clear go over encrypted connections alone: the library refuses the last two on others.
		options = append(options, gomail.WithUsername(server.user), gomail.WithPassword(server.password), gomail.WithOpportunisticSMTPAuth(
			gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthCramMD5, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return gomail.NewClient(server.host, options...)
}
