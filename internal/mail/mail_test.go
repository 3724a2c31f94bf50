package mail_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/textproto"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/mail"
	"jackfield/internal/mail/mailtest"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := new(clock)
	c.nanos.Store(time.Now().UnixNano())
	return c
}
func (c *clock) now() time.Time          { return time.Unix(0, c.nanos.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.nanos.Add(int64(d)) }

// open starts the service, by an address with SERVER for that of the given server; "" = without one.
func open(t *testing.T, db *store.DB, c *clock, address string, at *mailtest.Server) *mail.Service {
	t.Helper()
	o := mail.Options{DB: db, Now: c.now, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasPrefix(address, "mail.example.org:") { // a name that is not of this machine
			address = at.Address
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	if address != "" {
		server, err := mail.ParseServer(strings.Replace(address, "SERVER", at.Address, 1))
		if err != nil {
			t.Fatal(err)
		}
		from, err := mail.ParseSender("Jackfield <jackfield@example.org>")
		if err != nil {
			t.Fatal(err)
		}
		o.Server, o.From, o.TLS = server, from, at.TLS
	}
	s := mail.New(o)
	t.Cleanup(func() {
		if err := s.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return s
}

func organization(t *testing.T, db *store.DB) (organizationID, userID int64) {
	t.Helper()
	o := &store.Organization{Name: "Acme", Secret: rand.Text(), Active: true}
	if err := db.CreateOrganization(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	a := &store.Account{OrganizationID: o.ID, Name: "Acme", Default: true, Active: true}
	if err := db.CreateAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	u := &store.User{AccountID: a.ID, Email: rand.Text() + "@example.org", Secret: rand.Text(), Active: true}
	if err := db.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	return o.ID, u.ID
}

func arrived(t *testing.T, s *mailtest.Server) mailtest.Letter {
	t.Helper()
	select {
	case l := <-s.Letters:
		return l
	case <-time.After(20 * time.Second):
		t.Fatal("no letter came")
		return mailtest.Letter{}
	}
}

// until waits for the only letter of an organization to be as wanted.
func until(t *testing.T, db *store.DB, organizationID int64, wanted func(*store.Mail) bool) *store.Mail {
	t.Helper()
	var last *store.Mail
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		all, err := db.Mails(t.Context(), organizationID, 0, 10)
		if err != nil || len(all) != 1 {
			t.Fatalf("%d letters, %v", len(all), err)
		}
		if last = all[0]; wanted(last) {
			return last
		}
	}
	t.Fatalf("the letter stayed %s after %d attempts: %s", last.Status, last.Attempts, last.Error)
	return nil
}

func TestALetterIsStoredAndSent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		server    mailtest.Options
		address   string
		encrypted bool
	}{
		"by STARTTLS with a login":            {mailtest.Options{User: "ada", Password: "p:w/d"}, "smtp://ada:p%3Aw%2Fd@SERVER", true},
		"encrypted from the first byte":       {mailtest.Options{Encrypted: true, User: "ada", Password: "pw"}, "smtps://ada:pw@SERVER", true},
		"in clear where the operator says so": {mailtest.Options{NoTLS: true}, "smtp://SERVER?tls=none", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := storetest.SQLite(t)
			server := mailtest.Start(t, test.server)
			organizationID, _ := organization(t, db)
			s := open(t, db, newClock(), test.address, server)
			text := "Grüße,\nein Text.\n.\nnach dem Punkt\n"
			if err := s.Send(t.Context(), mail.Letter{OrganizationID: organizationID, To: "ada+x@example.org", Subject: "Passwört — neu", Text: text}); err != nil {
				t.Fatal(err)
			}
			l := arrived(t, server)
			if l.From != "jackfield@example.org" || l.To != "ada+x@example.org" || l.TLS != test.encrypted || l.LoggedIn != (test.server.User != "") {
				t.Errorf("%+v", l)
			}
			head, body := parse(t, l.Data)
			if subject, err := new(mime.WordDecoder).DecodeHeader(head.Get("Subject")); err != nil || subject != "Passwört — neu" {
				t.Errorf("subject %q, %v", subject, err)
			}
			if head.Get("Message-Id") == "" || head.Get("Auto-Submitted") != "auto-generated" || !strings.Contains(head.Get("From"), "<jackfield@example.org>") {
				t.Errorf("head %v", head)
			}
			if strings.TrimSpace(body) != strings.TrimSpace(text) {
				t.Errorf("text %q", body)
			}
			if m := until(t, db, organizationID, func(m *store.Mail) bool { return m.Status == store.MailSent }); m.SentAt.IsZero() || m.Text != text {
				t.Errorf("%+v", m)
			}
		})
	}
}

func TestALetterWaitsWhileTheServerCannotBeTrustedOrDoesNotTakeIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		server  mailtest.Options
		address string
		reason  string
	}{
		"no encryption":                      {mailtest.Options{NoTLS: true}, "smtp://SERVER", "STARTTLS"},
		"a certificate that nobody trusts":   {mailtest.Options{}, "smtp://SERVER/", "certificate"},
		"a wrong password":                   {mailtest.Options{User: "ada", Password: "pw"}, "smtp://ada:other@SERVER", "535"},
		"a password over a line in clear":    {mailtest.Options{NoTLS: true, User: "ada", Password: "other"}, "smtp://ada:other@mail.example.org?tls=none", "unencrypted"},
		"a refusal that passes":              {mailtest.Options{Refuse: refuse("RCPT", "451 later")}, "smtp://SERVER", "451"},
		"an encrypted server asked in clear": {mailtest.Options{Encrypted: true}, "smtp://SERVER", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := storetest.SQLite(t)
			server := mailtest.Start(t, test.server)
			if test.reason == "certificate" {
				server.TLS = nil
			}
			organizationID, _ := organization(t, db)
			s := open(t, db, newClock(), test.address, server)
			if err := s.Send(t.Context(), mail.Letter{OrganizationID: organizationID, To: "ada@example.org", Subject: "s", Text: "t"}); err != nil {
				t.Fatal(err)
			}
			if test.reason == "" { // it waits for a greeting that never comes
				return
			}
			m := until(t, db, organizationID, func(m *store.Mail) bool { return m.Error != "" })
			if m.Status != store.MailWaiting || !strings.Contains(m.Error, test.reason) || strings.Contains(m.Error, "other") {
				t.Errorf("%s: %s", m.Status, m.Error)
			}
		})
	}
}

// refuse answers one command with a reply of its own.
func refuse(verb, reply string) func(string) string {
	return func(v string) string {
		if v == verb {
			return reply
		}
		return ""
	}
}

func TestALetterThatIsRefusedForGoodIsGivenUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		server := mailtest.Start(t, mailtest.Options{Refuse: refuse("RCPT", "550 nobody here")})
		organizationID, userID := organization(t, db)
		s := open(t, db, newClock(), "smtp://SERVER", server)
		if err := s.Send(t.Context(), mail.Letter{OrganizationID: organizationID, UserID: userID, To: "ada@example.org", Subject: "s", Text: "secret"}); err != nil {
			t.Fatal(err)
		}
		m := until(t, db, organizationID, func(m *store.Mail) bool { return m.Status == store.MailFailed })
		if !strings.Contains(m.Error, "550") || m.Attempts != 1 || !m.Forgotten || m.Text != "" {
			t.Errorf("%+v", m)
		}
	})
}

func TestALetterIsTriedAgainAfterARestartAndGivenUpInTheEnd(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		server := mailtest.Start(t, mailtest.Options{})
		server.Close()
		c := newClock()
		organizationID, userID := organization(t, db)
		first := open(t, db, c, "smtp://SERVER", server)
		if err := first.Send(t.Context(), mail.Letter{OrganizationID: organizationID, UserID: userID, To: "ada@example.org", Subject: "s", Text: "secret"}); err != nil {
			t.Fatal(err)
		}
		m := until(t, db, organizationID, func(m *store.Mail) bool { return m.Error != "" })
		if m.Status != store.MailWaiting || m.Attempts != 1 || m.NextTry.Sub(c.now()).Round(time.Second) != 5*time.Second || m.Text != "secret" {
			t.Errorf("%+v", m)
		}
		if err := first.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.advance(6 * time.Second)
		again := mailtest.Start(t, mailtest.Options{Listen: server.Address})
		second := open(t, db, c, "smtp://SERVER", again)
		if l := arrived(t, again); !strings.Contains(l.Data, "secret") {
			t.Errorf("%+v", l)
		}
		m = until(t, db, organizationID, func(m *store.Mail) bool { return m.Status == store.MailSent })
		if m.Attempts != 2 || m.Error != "" || !m.Forgotten {
			t.Errorf("%+v", m)
		}
		again.Close()

		other, _ := organization(t, db)
		if err := second.Send(t.Context(), mail.Letter{OrganizationID: other, To: "ada@example.org", Subject: "s", Text: "t", Until: c.now().Add(2 * time.Second)}); err != nil {
			t.Fatal(err)
		}
		if m := until(t, db, other, func(m *store.Mail) bool { return m.Status == store.MailFailed }); m.Attempts != 1 || m.Error == "" {
			t.Errorf("%+v", m)
		}
	})
}

func TestOfTwoServersOneSendsALetter(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		server := mailtest.Start(t, mailtest.Options{})
		organizationID, _ := organization(t, db)
		c := newClock()
		one, two := open(t, db, c, "smtp://SERVER", server), open(t, db, c, "smtp://SERVER", server)
		const letters = 10
		for i := range letters {
			s := one
			if i%2 == 1 {
				s = two
			}
			if err := s.Send(t.Context(), mail.Letter{OrganizationID: organizationID, To: "ada@example.org", Subject: "s", Text: "t"}); err != nil {
				t.Fatal(err)
			}
		}
		seen := map[string]bool{}
		for range letters {
			head, _ := parse(t, arrived(t, server).Data)
			if id := head.Get("Message-Id"); seen[id] {
				t.Errorf("%s came twice", id)
			} else {
				seen[id] = true
			}
		}
	})
}

func TestWithoutAServerALetterStaysInTheOutbox(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		c := newClock()
		s := open(t, db, c, "", nil)
		organizationID, userID := organization(t, db)
		other, _ := organization(t, db)
		for _, l := range []mail.Letter{{Text: "one"}, {Text: "two", UserID: userID}} {
			l.OrganizationID, l.To, l.Subject = organizationID, "ada@example.org", "s"
			if err := s.Send(ctx, l); err != nil {
				t.Fatal(err)
			}
		}
		all, err := db.Mails(ctx, organizationID, 0, 10)
		if err != nil || len(all) != 2 || all[0].Text != "two" || all[0].UserID != userID || all[1].Status != store.MailInOutbox {
			t.Fatalf("%+v, %v", all, err)
		}
		if page, err := db.Mails(ctx, organizationID, all[0].ID, 10); err != nil || len(page) != 1 || page[0].ID != all[1].ID {
			t.Errorf("the next page: %v, %v", page, err)
		}
		if none, err := db.Mails(ctx, other, 0, 10); err != nil || len(none) != 0 {
			t.Errorf("another organization sees %v, %v", none, err)
		}
		for _, id := range []int64{all[0].ID, -1, 1 << 60} {
			if _, err := db.Mail(ctx, other, id); !fault.Is(err, fault.NotFound) {
				t.Errorf("letter %d: %v", id, err)
			}
		}
		if err := s.Expire(ctx, c.now().Add(2*time.Hour), time.Hour); err != nil {
			t.Fatal(err)
		}
		if all, err = db.Mails(ctx, organizationID, 0, 10); err != nil || len(all) != 2 || !all[0].Forgotten || all[1].Text != "one" {
			t.Errorf("after the life of a link: %+v, %v", all, err)
		}
		if err := s.Expire(ctx, c.now().Add(mail.Retention+time.Hour), time.Hour); err != nil {
			t.Fatal(err)
		}
		if all, err = db.Mails(ctx, organizationID, 0, 10); err != nil || len(all) != 0 {
			t.Errorf("after the retention: %+v, %v", all, err)
		}
	})
}

func TestNothingInALetterBecomesAHeaderOrAnotherAddress(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	s := open(t, db, newClock(), "", nil)
	organizationID, _ := organization(t, db)
	good := mail.Letter{OrganizationID: organizationID, To: "ada@example.org", Subject: "s", Text: "t"}
	for name, change := range map[string]func(*mail.Letter){
		"two addresses":           func(l *mail.Letter) { l.To = "ada@example.org, eve@example.net" },
		"a line break behind it":  func(l *mail.Letter) { l.To = "ada@example.org\r\nBcc: eve@example.net" },
		"a name":                  func(l *mail.Letter) { l.To = "Ada <ada@example.org>" },
		"no address":              func(l *mail.Letter) { l.To = "ada" },
		"an empty address":        func(l *mail.Letter) { l.To = "" },
		"a very long address":     func(l *mail.Letter) { l.To = strings.Repeat("a", 300) + "@example.org" },
		"a subject of two lines":  func(l *mail.Letter) { l.Subject = "Hello\nBcc: eve@example.net" },
		"a subject with a return": func(l *mail.Letter) { l.Subject = "Hello\rBcc: eve@example.net" },
		"a very long subject":     func(l *mail.Letter) { l.Subject = strings.Repeat("a", 1025) },
		"a very long text":        func(l *mail.Letter) { l.Text = strings.Repeat("a", 256<<10+1) },
		"a text with a NUL":       func(l *mail.Letter) { l.Text = "a\x00b" },
	} {
		l := good
		change(&l)
		if err := s.Send(t.Context(), l); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all, err := db.Mails(t.Context(), organizationID, 0, 10); err != nil || len(all) != 0 {
		t.Errorf("a trace is left: %v, %v", all, err)
	}
}

func TestTheAddressOfAServerIsReadAndNeverRepeated(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"smtp://mail.example.org":                      "mail.example.org:587",
		"smtps://ada:secret@mail.example.org":          "mail.example.org:465",
		"smtps://ada:secret@mail.example.org:2465/":    "mail.example.org:2465",
		"smtp://[::1]:25?tls=none":                     "::1:25",
		"":                                             "",
		"mail.example.org:25":                          "",
		"http://ada:secret@mail.example.org":           "",
		"smtp://ada:secret@mail.example.org/path":      "",
		"smtp://ada:secret@mail.example.org:99999":     "",
		"smtp://ada:secret@mail.example.org?tls=some":  "",
		"smtp://ada:secret@mail.example.org?x=y":       "",
		"smtps://ada:secret@mail.example.org?tls=none": "",
		"smtp://ada:sec%ret@mail.example.org":          "",
	} {
		server, err := mail.ParseServer(text)
		switch {
		case want == "" && (err == nil || strings.Contains(err.Error(), "secret")):
			t.Errorf("%s: %v", text, err)
		case want != "" && (err != nil || server.String() != want):
			t.Errorf("%s: %v, %v", text, server, err)
		}
	}
	for text, good := range map[string]bool{
		"jackfield@example.org": true, "Jackfield <jackfield@example.org>": true,
		"": false, "jackfield": false, "a@example.org, b@example.org": false, "Jackfield\n <jackfield@example.org>": false,
	} {
		if _, err := mail.ParseSender(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func parse(t *testing.T, data string) (textproto.MIMEHeader, string) {
	t.Helper()
	reader := textproto.NewReader(bufio.NewReader(strings.NewReader(data)))
	head, err := reader.ReadMIMEHeader()
	if err != nil {
		t.Fatal(err)
	}
	body := io.Reader(reader.R)
	if head.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return head, string(text)
}
