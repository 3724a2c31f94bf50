package signon_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/xml"
	"io"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"jackfield/internal/signon"
	"jackfield/internal/store"
	"jackfield/simulator/identity"
)

// asked is a SAML request as a provider sees it.
type asked struct {
	ID     string `xml:"ID,attr"`
	ACS    string `xml:"AssertionConsumerServiceURL,attr"`
	Issuer string `xml:"Issuer"`
}

func (s *scene) asked(to *url.URL) asked {
	s.t.Helper()
	raw, err := base64.StdEncoding.DecodeString(to.Query().Get("SAMLRequest"))
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(raw)))
	if err != nil {
		s.t.Fatal(err)
	}
	var a asked
	if err := xml.Unmarshal(text, &a); err != nil {
		s.t.Fatal(err)
	}
	return a
}

// answered is the simulator's answer to a request.
func (s *scene) answered(a asked, who identity.Person) string {
	s.t.Helper()
	text, err := s.simulator.Response(identity.Request{ID: a.ID, ACS: a.ACS, Audience: a.Issuer, Address: s.provider, Person: who})
	if err != nil {
		s.t.Fatal(err)
	}
	return text
}

// end takes an answer to the assertion consumer and its ticket to the end.
func (s *scene) end(b browser, p *store.IdentityProvider, response, relay string) (*signon.Login, string, error) {
	s.t.Helper()
	to, err := url.Parse(s.service.Consume(s.t.Context(), p.ID, home, response, relay))
	if err != nil {
		s.t.Fatal(err)
	}
	if to.Path == "/login" {
		return nil, to.Query().Get("problem"), nil
	}
	login, err := s.service.Finish(s.t.Context(), to.Query().Get("ticket"), b.cookie)
	return login, "", err
}

// bySAML walks a login and says how it ended: a code of the login page, "" when it succeeded.
func (s *scene) bySAML(p *store.IdentityProvider, who identity.Person) (*signon.Login, signon.Code) {
	s.t.Helper()
	b := browser{}
	login, problem, err := s.end(b, p, s.answered(s.asked(s.begin(b, p, "/connectors?x=1")), who), "")
	switch {
	case problem != "":
		return nil, signon.Code(problem)
	case err != nil:
		return nil, signon.CodeOf(err)
	}
	return login, ""
}

func TestASAMLLoginOpensASession(t *testing.T) {
	t.Parallel()
	both(t, func(s *scene) {
		for _, signs := range []identity.Signs{identity.SignsAssertion, identity.SignsResponse, identity.SignsBoth} {
			s.simulator.Change(func(t *identity.Settings) { t.Signs = signs })
			login, code := s.bySAML(s.saml, ada)
			if code != "" {
				s.t.Fatalf("%s: %s", signs, code)
			}
			if login.Next != "/connectors?x=1" || login.Principal.User.Email != ada.Email || login.Session.Kind != store.SessionConsole {
				s.t.Errorf("%s: %+v", signs, login)
			}
			p, err := s.access.ConsoleSession(s.t.Context(), login.Session.Token)
			if err != nil || p.User.Email != ada.Email {
				s.t.Errorf("the session is not good: %v", err)
			}
			out, err := s.service.SignOut(s.t.Context(), login.Session.Token, home)
			if err != nil || !strings.HasPrefix(out, s.provider+"/saml/slo?SAMLRequest=") {
				s.t.Errorf("signing out leads to %q, %v", out, err)
			}
		}
	})
}

func TestWrongSAMLAnswersAreRefused(t *testing.T) {
	t.Parallel()
	s := one(t)
	for _, tt := range []struct {
		attack identity.Attack
		signs  identity.Signs
		want   signon.Code
	}{
		{identity.Expired, "", signon.Invalid},
		{identity.TooEarly, "", signon.Invalid},
		{identity.Old, "", signon.Invalid},
		{identity.WrongAudience, "", signon.Invalid},
		{identity.NoAudience, "", signon.Invalid},
		{identity.WrongRecipient, "", signon.Invalid},
		{identity.WrongDestination, "", signon.Invalid},
		{identity.OtherIssuer, "", signon.Invalid},
		{identity.OtherEntity, "", signon.Invalid},
		{identity.OtherEntity, identity.SignsResponse, signon.Invalid},
		{identity.WrongRequest, "", signon.Invalid},
		{identity.NoRequest, "", signon.Invalid},
		{identity.Unsigned, "", signon.Invalid},
		{identity.Unsigned, identity.SignsResponse, signon.Invalid},
		{identity.OtherKey, "", signon.Invalid},
		{identity.OtherKey, identity.SignsResponse, signon.Invalid},
		{identity.Tampered, "", signon.Invalid},
		{identity.Tampered, identity.SignsResponse, signon.Invalid},
		{identity.Tampered, identity.SignsBoth, signon.Invalid},
		{identity.Comment, "", signon.Invalid},
		{identity.Comment, identity.SignsResponse, signon.Invalid},
		{identity.Doctype, "", signon.Invalid},
		{identity.Deep, "", signon.Invalid},
		{identity.SHA1, "", signon.Invalid},
		{identity.NoAssertion, "", signon.Invalid},
		{identity.Two, "", signon.Invalid},
		{identity.Two, identity.SignsBoth, signon.Invalid},
		{identity.WrapBefore, "", signon.Invalid},
		{identity.WrapAfter, "", signon.Invalid},
		{identity.WrapInside, "", signon.Invalid},
		{identity.WrapExtension, "", signon.Invalid},
		{identity.WrapObject, "", signon.Invalid},
		{identity.WrapObject, identity.SignsResponse, signon.Invalid},
		{identity.SameID, "", signon.Invalid},
		{identity.NoEmail, "", signon.Invalid},
		{identity.Failure, "", signon.Denied},
	} {
		s.simulator.Change(func(t *identity.Settings) { t.Attack, t.Signs = tt.attack, tt.signs })
		if login, code := s.bySAML(s.saml, ada); code != tt.want {
			t.Errorf("%s (signs %q): %q, want %q: %+v", tt.attack, tt.signs, code, tt.want, login)
		}
	}
	s.simulator.Change(func(t *identity.Settings) { t.Attack, t.Signs = identity.SHA1, "" })
	s.change(s.saml, `{"signatureAlgorithm":"rsa-sha1"}`)
	if _, code := s.bySAML(s.saml, ada); code != "" {
		t.Errorf("SHA-1 that the administrator allows: %s", code)
	}
}

func TestASAMLAnswerCountsOnce(t *testing.T) {
	t.Parallel()
	both(t, func(s *scene) {
		b := browser{}
		a := s.asked(s.begin(b, s.saml, ""))
		response := s.answered(a, ada)
		if _, problem, err := s.end(b, s.saml, response, ""); err != nil || problem != "" {
			s.t.Fatal(err, problem)
		}
		if _, problem, _ := s.end(b, s.saml, response, ""); problem != string(signon.Replayed) {
			s.t.Errorf("the same answer again: %q", problem)
		}
		if _, problem, _ := s.end(b, s.saml, s.answered(a, grace), ""); problem != string(signon.Replayed) {
			s.t.Errorf("another answer to the same request: %q", problem)
		}
	})
}

func TestATicketCountsOnceAndInTheBrowserThatBegan(t *testing.T) {
	t.Parallel()
	s := one(t)
	ticket := func(b browser) string {
		to, err := url.Parse(s.service.Consume(t.Context(), s.saml.ID, home, s.answered(s.asked(s.begin(b, s.saml, "")), ada), ""))
		if err != nil {
			t.Fatal(err)
		}
		return to.Query().Get("ticket")
	}
	finish := func(text string, b browser) error {
		_, err := s.service.Finish(t.Context(), text, b.cookie)
		return err
	}
	mine, other := browser{}, browser{}
	one := ticket(mine)
	s.begin(other, s.saml, "")
	s.wantCode("in a browser that began nothing", finish(one, browser{}), signon.Expired)
	s.wantCode("in a browser that began another login", finish(one, other), signon.Expired)
	s.wantCode("in its own", finish(one, mine), "")
	s.wantCode("again", finish(one, mine), signon.Replayed)
	late := ticket(mine)
	s.ahead.Store(int64(3 * time.Minute))
	s.wantCode("too late", finish(late, mine), signon.Expired)
	for _, text := range []string{"", "x", strings.Repeat("A", 10_000), one[1:], one[:len(one)-4] + "AAAA"} {
		s.wantCode("a made-up ticket", finish(text, mine), signon.Expired)
	}
}

func TestALoginThatTakesTooLongBeginsAgain(t *testing.T) {
	t.Parallel()
	s := one(t)
	b := browser{}
	a := s.asked(s.begin(b, s.saml, ""))
	s.ahead.Store(int64(signon.FlowLife + time.Second))
	response := s.answered(a, ada) // of the provider's clock, ten minutes behind ours
	if _, problem, _ := s.end(b, s.saml, response, ""); problem != string(signon.Invalid) && problem != string(signon.Expired) {
		t.Errorf("%q", problem)
	}
	back := s.begin(browser{}, s.oidc, "")
	_, err := s.service.Return(t.Context(), url.Values{"state": {back.Query().Get("state")}, "code": {"x"}}, browser{}.cookie)
	s.wantCode("without the cookie", err, signon.Expired)
}

func TestAnAnswerForOneProviderIsNothingToAnother(t *testing.T) {
	t.Parallel()
	s := one(t)
	second := s.create(signon.OfAccount, s.samlBody(nil))
	b := browser{}
	response := s.answered(s.asked(s.begin(b, s.saml, "")), ada)
	if _, problem, _ := s.end(b, second, response, ""); problem != string(signon.Invalid) {
		t.Errorf("posted to another provider of the same keys: %q", problem)
	}
	a := s.asked(s.begin(b, s.saml, ""))
	a.ACS, a.Issuer = strings.Replace(a.ACS, "/1/", "/3/", 1), strings.Replace(a.Issuer, "/1/", "/3/", 1)
	if _, problem, _ := s.end(b, second, s.answered(a, ada), ""); problem != string(signon.Invalid) {
		t.Errorf("to a request of another provider: %q", problem)
	}
	if _, problem, _ := s.end(b, s.oidc, response, ""); problem != string(signon.UnknownProvider) {
		t.Errorf("posted to a provider of OpenID Connect: %q", problem)
	}
}

func TestAProviderBeginsLoginsOnlyWhereItMay(t *testing.T) {
	t.Parallel()
	s := one(t)
	a := s.asked(s.begin(browser{}, s.saml, ""))
	a.ID = ""
	if _, problem, _ := s.end(browser{}, s.saml, s.answered(a, ada), "/x"); problem != string(signon.Invalid) {
		t.Errorf("%q", problem)
	}
	s.change(s.saml, `{"allowIdpInitiated":true}`)
	response := s.answered(a, ada)
	login, problem, err := s.end(browser{}, s.saml, response, "/instances")
	if err != nil || problem != "" || login.Next != "/instances" {
		t.Fatalf("%+v %v %q", login, err, problem)
	}
	if _, problem, _ := s.end(browser{}, s.saml, response, "/"); problem != string(signon.Replayed) {
		t.Errorf("again: %q", problem)
	}
	login, problem, err = s.end(browser{}, s.saml, s.answered(a, ada), "https://evil.example.net/")
	if err != nil || problem != "" || login.Next != "/" {
		t.Errorf("led to another host: %+v %v %q", login, err, problem)
	}
}

func TestALoginLeadsToPathsOfThisServerAlone(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"":                              "/",
		"/":                             "/",
		"/connectors/1?x=y#z":           "/connectors/1?x=y#z",
		"connectors":                    "/",
		"//evil.example.net":            "/",
		"/\\evil.example.net":           "/",
		"/%5cevil":                      "/%5cevil",
		"https://evil.example":          "/",
		"javascript:alert(1)":           "/",
		"/a\nb":                         "/",
		"/%2f/evil":                     "/",
		"/" + strings.Repeat("a", 2000): "/",
	} {
		if got := signon.OwnPath(next); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
}

func TestAnAnswerThatWasChangedLetsInNobodyElse(t *testing.T) {
	t.Parallel()
	s := one(t)
	dice := rand.New(rand.NewPCG(1, 2))
	b := browser{}
	for _, signs := range []identity.Signs{identity.SignsAssertion, identity.SignsResponse} {
		s.simulator.Change(func(t *identity.Settings) { t.Signs = signs })
		text, err := base64.StdEncoding.DecodeString(s.answered(s.asked(s.begin(b, s.saml, "")), ada))
		if err != nil {
			t.Fatal(err)
		}
		for range 750 {
			at, to := dice.IntN(len(text)), dice.IntN(len(text))
			at, to = min(at, to), max(at, to)
			changed := bytes.Clone(text)
			switch dice.IntN(4) {
			case 0: // a byte
				changed[at] ^= byte(1 << dice.IntN(8))
			case 1: // a piece twice
				changed = append(append(changed[:to:to], text[at:to]...), text[to:]...)
			case 2: // a piece gone
				changed = append(changed[:at:at], text[to:]...)
			case 3: // a piece elsewhere
				changed = append(append(append([]byte{}, text[to:]...), text[at:to]...), text[:at]...)
			}
			login, problem, err := s.end(b, s.saml, base64.StdEncoding.EncodeToString(changed), "")
			switch {
			case login != nil && login.Principal.User.Email != ada.Email:
				t.Fatalf("%s gets in by %q", login.Principal.User.Email, changed)
			case login == nil && (problem == "" || problem == string(signon.Unavailable)):
				t.Errorf("problem %q, %v by %q", problem, err, changed)
			}
		}
	}
}

// FuzzAssertionConsumer posts whatever it likes: nothing may panic, and nobody gets in but by the answer that was signed.
func FuzzAssertionConsumer(f *testing.F) {
	s := one(f)
	for _, attack := range []identity.Attack{"", identity.WrapBefore, identity.WrapInside, identity.WrapObject, identity.Doctype, identity.Two} {
		for _, signs := range []identity.Signs{identity.SignsAssertion, identity.SignsResponse} {
			s.simulator.Change(func(t *identity.Settings) { t.Attack, t.Signs = attack, signs })
			text, err := base64.StdEncoding.DecodeString(s.answered(s.asked(s.begin(browser{}, s.saml, "")), ada))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text, "/")
		}
	}
	for _, text := range []string{"", "<", "<a/>", "<?xml version='1.0'?><Response/>", "\x00", "PD94bWw"} {
		f.Add([]byte(text), "//x")
	}
	f.Fuzz(func(t *testing.T, text []byte, relay string) {
		to := s.service.Consume(t.Context(), s.saml.ID, home, base64.StdEncoding.EncodeToString(text), relay)
		u, err := url.Parse(to)
		if err != nil || u.Host != "" || (u.Path != "/login" && u.Path != signon.FinishPath) {
			t.Fatalf("leads to %q", to)
		}
		s.service.Consume(t.Context(), s.saml.ID, home, string(text), relay)
		if u.Path == signon.FinishPath && !bytes.Contains(text, []byte(ada.Email)) {
			t.Errorf("somebody else got in: %q", text)
		}
	})
}
