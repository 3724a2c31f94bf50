package signon_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"jackfield/internal/signon"
	"jackfield/simulator/identity"
)

// visit opens the provider's page and gives the way back; the simulator is set to say yes at once.
func (s *scene) visit(to *url.URL) url.Values {
	s.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, to.String(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	back, err := answer.Location()
	if err != nil {
		s.t.Fatalf("the provider answers %d: %v", answer.StatusCode, err)
	}
	if back.Path != signon.CallbackPath {
		s.t.Fatalf("the provider leads back to %s", back)
	}
	return back.Query()
}

// byOIDC walks a login and says how it ended.
func (s *scene) byOIDC() (*signon.Login, error) {
	s.t.Helper()
	b := browser{}
	return s.service.Return(s.t.Context(), s.visit(s.begin(b, s.oidc, "/instances")), b.cookie)
}

// goes makes the simulator log a person in at once, with an attack.
func (s *scene) goes(who identity.Person, attack identity.Attack) {
	s.simulator.Change(func(t *identity.Settings) {
		t.People, t.Consent, t.Attack, t.Signs = []identity.Person{who}, identity.ConsentApprove, attack, ""
	})
}

func TestAnOpenIDConnectLoginOpensASession(t *testing.T) {
	t.Parallel()
	both(t, func(s *scene) {
		s.goes(ada, "")
		login, err := s.byOIDC()
		if err != nil {
			s.t.Fatal(err)
		}
		if login.Next != "/instances" || login.Principal.User.Email != ada.Email {
			s.t.Errorf("%+v", login)
		}
		if _, err := s.access.ConsoleSession(s.t.Context(), login.Session.Token); err != nil {
			s.t.Error(err)
		}
		if out, err := s.service.SignOut(s.t.Context(), login.Session.Token, home); err != nil || out != "" {
			s.t.Errorf("without a logoutUrl signing out leads to %q, %v", out, err)
		}
		s.change(s.oidc, `{"clientSecret":null}`) // a client without a secret sends none
		if _, err := s.byOIDC(); signon.CodeOf(err) != signon.Invalid {
			s.t.Errorf("without the secret: %v", err)
		}
	})
}

func TestWrongAnswersOfOpenIDConnectAreRefused(t *testing.T) {
	t.Parallel()
	s := one(t)
	unverified := ada
	unverified.Unverified = true
	for _, tt := range []struct {
		attack identity.Attack
		who    identity.Person
		want   signon.Code
	}{
		{identity.WrongState, ada, signon.Expired},
		{identity.OtherIssuerBack, ada, signon.Invalid},
		{identity.Expired, ada, signon.Invalid},
		{identity.WrongAudience, ada, signon.Invalid},
		{identity.OtherIssuer, ada, signon.Invalid},
		{identity.WrongNonce, ada, signon.Invalid},
		{identity.NoNonce, ada, signon.Invalid},
		{identity.Unsigned, ada, signon.Invalid},
		{identity.KeyAsSecret, ada, signon.Invalid},
		{identity.OtherKey, ada, signon.Invalid},
		{identity.Tampered, ada, signon.Invalid},
		{identity.NoIDToken, ada, signon.Invalid},
		{identity.NotVerified, ada, signon.NotAllowed},
		{identity.NotVerifiedText, ada, signon.NotAllowed},
		{identity.VerifiedUnsaid, ada, signon.NotAllowed},
		{"", unverified, signon.NotAllowed},
		{identity.NoEmail, ada, ""}, // the user info has it
		{identity.NoEmail, identity.Person{FirstName: "X"}, signon.Invalid},
		{identity.NoEmail, unverified, signon.NotAllowed},
		{identity.OtherPerson, ada, signon.Invalid},
		{"", ada, ""},
	} {
		s.goes(tt.who, tt.attack)
		_, err := s.byOIDC()
		s.wantCode(string(tt.attack)+" "+tt.who.Email, err, tt.want)
	}
	s.change(s.oidc, `{"trustUnverifiedEmail":true}`)
	s.goes(ada, identity.VerifiedUnsaid)
	_, err := s.byOIDC()
	s.wantCode("an address of which nothing is said, as the administrator allows", err, "")
	s.goes(ada, identity.NotVerified)
	_, err = s.byOIDC()
	s.wantCode("an address that is said to be not verified, all the same", err, signon.NotAllowed)
}

func TestAProviderThatCannotBeAskedIsSaidToBe(t *testing.T) {
	t.Parallel()
	for _, attack := range []identity.Attack{identity.OtherDiscovery, identity.HugeAnswer, identity.DiscoveryFails} {
		s := one(t)
		s.goes(ada, attack)
		_, err := s.service.Start(t.Context(), s.oidc.ID, home, "/")
		s.wantCode(string(attack), err, signon.NotAnswered)
	}
	s := one(t)
	s.change(s.oidc, `{"issuer":"https://169.254.169.254","clientSecret":"x"}`) // where clouds keep their credentials
	_, err := s.service.Start(t.Context(), s.oidc.ID, home, "/")
	s.wantCode("a guarded address", err, signon.NotAnswered)
	_, err = s.service.Start(t.Context(), 999, home, "/")
	s.wantCode("an unknown provider", err, signon.UnknownProvider)
}

func TestAWayBackCountsOnceAndInTheBrowserThatBegan(t *testing.T) {
	t.Parallel()
	both(t, func(s *scene) {
		s.goes(ada, "")
		mine, other := browser{}, browser{}
		back := s.visit(s.begin(mine, s.oidc, ""))
		s.begin(other, s.oidc, "")
		end := func(b browser) error {
			_, err := s.service.Return(s.t.Context(), back, b.cookie)
			return err
		}
		s.wantCode("in a browser that began nothing", end(browser{}), signon.Expired)
		s.wantCode("in a browser that began another login", end(other), signon.Expired)
		s.wantCode("in its own", end(mine), "")
		s.wantCode("again", end(mine), signon.Replayed)
		back = s.visit(s.begin(mine, s.oidc, ""))
		s.ahead.Store(int64(signon.FlowLife + time.Second))
		s.wantCode("too late", end(mine), signon.Expired)
	})
}

func TestWhoRefusesIsNotLoggedIn(t *testing.T) {
	t.Parallel()
	s := one(t)
	s.simulator.Change(func(t *identity.Settings) { t.Consent = identity.ConsentDeny })
	login, err := s.byOIDC()
	s.wantCode("refused", err, signon.Denied)
	if login == nil || login.Provider != s.oidc.ID {
		t.Errorf("the provider is not named: %+v", login)
	}
	b := browser{}
	to := s.begin(b, s.oidc, "")
	for _, query := range []url.Values{{}, {"state": {""}}, {"state": {"x"}, "code": {"y"}}, {"code": {"y"}}} {
		_, err := s.service.Return(t.Context(), query, b.cookie)
		s.wantCode(query.Encode(), err, signon.Expired)
	}
	_, err = s.service.Return(t.Context(), url.Values{"state": {to.Query().Get("state")}}, b.cookie)
	s.wantCode("no code", err, signon.Invalid)
}
