// Package mail sends letters. Each is stored first and then sent by SMTP, with retries that survive a restart; where there is no server, it
// stays in the outbox to be read.
package mail

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/mail"
	"strings"
	"time"
	"unicode"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Limits of a letter and of the outbox.
const (
	maxAddress = 254       // bytes: the longest address that mail can be sent to
	maxSubject = 1 << 10   // bytes
	maxText    = 256 << 10 // bytes, as scripts may write

	// maxKept is how many letters of an organization are kept at once. Those that set a password are not held up by it.
	maxKept = 10_000

	// Retention is how long letters are kept, sent or not.
	Retention = 30 * 24 * time.Hour
	// Patience is how long a letter is tried that says nothing else.
	Patience = 24 * time.Hour
	// firstWait is the wait after the first failed try; each is three times the one before, up to longestWait.
	firstWait   = 5 * time.Second
	longestWait = time.Hour
	// claim is how long a letter that is being sent is left alone by other servers. It is longer than a try may take.
	claim = 2 * time.Minute
	// sendTime bounds one try.
	sendTime = 30 * time.Second
	// look is how often a server looks for letters that another one has stored.
	look = 30 * time.Second
	// rest is the least time between two looks that nothing asked for.
	rest = 100 * time.Millisecond
)

// Letter is what somebody is told. To is one plain address; Subject is one line; Text is plain text.
type Letter struct {
	OrganizationID int64
	To             string
	Subject        string
	Text           string
	// UserID is whose password the letter can set, 0 = nobody's. The text of such a letter is sealed off from administrators who could not
	// set that password themselves, and forgotten when the letter has left or Until has passed.
	UserID int64
	Until  time.Time // the letter is of no use after; zero = it is tried for Patience
}

// Options of the service. Dial is required with a Server.
type Options struct {
	DB     *store.DB
	Server *Server       // nil = letters stay in the outbox
	From   *mail.Address // whom they come from; required with a Server
	Dial   func(ctx context.Context, network, address string) (net.Conn, error)
	TLS    *tls.Config // nil = the system's roots
	Log    *slog.Logger
	Now    func() time.Time
}

// Service sends letters. One per server; safe for concurrent use.
type Service struct {
	db      *store.DB
	options Options
	log     *slog.Logger
	now     func() time.Time
	wake    chan struct{} // holds one: something may be due
	cancel  context.CancelFunc
	stopped chan struct{}
}

// New makes the service and starts sending what waits. Close it before the database.
func New(o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Service{db: o.DB, options: o, log: o.Log, now: o.Now, wake: make(chan struct{}, 1), cancel: cancel, stopped: make(chan struct{})}
	if o.Server == nil {
		close(s.stopped)
		return s
	}
	go s.run(ctx)
	return s
}

// Close cuts off a letter that is being sent, which is tried again by the next server, and waits for that.
func (s *Service) Close(ctx context.Context) error {
	s.cancel()
	select {
	case <-s.stopped:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Sends reports whether letters leave by a server; else they stay in the outbox.
func (s *Service) Sends() bool { return s.options.Server != nil }

// Send stores a letter. It is sent behind the caller's back, tried again while the server does not take it, and read in the outbox where
// there is none. A letter that cannot be sent to anybody is an Invalid fault.
func (s *Service) Send(ctx context.Context, l Letter) error {
	if err := l.check(); err != nil {
		return err
	}
	if l.UserID == 0 {
		kept, err := s.db.CountMails(ctx, l.OrganizationID)
		if err != nil {
			return err
		}
		if kept >= maxKept {
			return fault.New(fault.Throttled, "The outbox of the organization is full: letters are kept for %d days (limit: %d letters)", int(Retention.Hours()/24), maxKept)
		}
	}
	at := s.now()
	m := &store.Mail{
		OrganizationID: l.OrganizationID, UserID: l.UserID, To: l.To, Subject: l.Subject, Text: l.Text,
		Status: store.MailInOutbox, CreatedAt: at, GiveUp: l.Until,
	}
	if m.GiveUp.IsZero() {
		m.GiveUp = at.Add(Patience)
	}
	if s.Sends() {
		m.Status, m.NextTry = store.MailWaiting, at
	}
	if err := s.db.CreateMail(ctx, m); err != nil {
		return err
	}
	select {
	case s.wake <- struct{}{}:
	default: // it will look anyhow
	}
	return nil
}

// check refuses what no server would take, and whatever could become a header or a second address.
func (l Letter) check() error {
	address, err := mail.ParseAddress(l.To)
	switch {
	case err != nil || address.Name != "" || address.Address != l.To || len(l.To) > maxAddress || !oneLine(l.To):
		return fault.New(fault.Invalid, "%q is no mail address: give one, such as ada@example.org", shortened(l.To))
	case len(l.Subject) > maxSubject || !oneLine(l.Subject):
		return fault.New(fault.Invalid, "The subject of a mail must be one line of %d bytes at most", maxSubject)
	case len(l.Text) > maxText:
		return fault.New(fault.Invalid, "The text of a mail has %d KiB at most", maxText>>10)
	}
	return nil
}

func oneLine(text string) bool { return strings.IndexFunc(text, unicode.IsControl) < 0 }

// shortened is a text of a caller in a message.
func shortened(text string) string {
	if len(text) > maxAddress {
		return strings.ToValidUTF8(text[:maxAddress], "") + "…"
	}
	return text
}

// Expire forgets letters that are older than Retention, and texts that set a password and have outlived their use for so long.
func (s *Service) Expire(ctx context.Context, now time.Time, passwords time.Duration) error {
	return s.db.DeleteMailsBefore(ctx, now.Add(-Retention), now.Add(-passwords))
}
