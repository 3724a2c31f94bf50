// Package identity simulates an identity provider: OpenID Connect (discovery, authorization code with PKCE, key set, user info) and
// SAML 2.0 (single sign-on by redirect, answers by post, single logout). It misbehaves on request, so that what a relying party
// refuses can be seen.
//
// It is meant for this machine: everything is in memory, everybody may log in as anybody, and answers go to loopback alone.
package identity

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
)

// What a simulator knows unless options say otherwise.
const (
	DefaultClientID     = "demo-client-id"
	DefaultClientSecret = "demo-client-secret"
)

// Limits.
const (
	maxBody  = 1 << 20 // bytes of a request body
	codeLife = time.Minute
	maxCodes = 10_000
)

// Person is somebody who can log in.
type Person struct {
	Email      string   `json:"email"`
	FirstName  string   `json:"firstName"`
	LastName   string   `json:"lastName"`
	Groups     []string `json:"groups"`
	Unverified bool     `json:"unverified"` // the address was never verified
}

// Consent is what happens when somebody comes to log in.
type Consent string

// The kinds of consent.
const (
	ConsentForm    Consent = "form"    // a page with the people and the buttons Log in and Refuse; the default
	ConsentApprove Consent = "approve" // the first person is logged in at once
	ConsentDeny    Consent = "deny"    // goes back with a refusal at once
)

// Settings can be changed while the simulator runs, by Change or by POST /_sim/settings.
type Settings struct {
	People  []Person `json:"people"`
	Consent Consent  `json:"consent"`
	Attack  Attack   `json:"attack"` // "" = answers are right
	Signs   Signs    `json:"signs"`  // what of a SAML answer; "" = the assertion
}

// Options of a simulator. The zero value works.
type Options struct {
	People       []Person // nil = one demo user
	ClientID     string
	ClientSecret string
	Now          func() time.Time
}

// Simulator is an identity provider. It is an http.Handler; its address is that of the request.
type Simulator struct {
	o        Options
	key, bad *rsa.PrivateKey // bad signs what nobody should believe
	cert     []byte          // DER
	badCert  []byte
	routes   *http.ServeMux

	mu       sync.Mutex
	settings Settings
	codes    map[string]grant
	tokens   map[string]Person
	last     string   // SAML answer, to be replayed
	logouts  []string // names in requests to log out
}

// New makes a simulator with keys of its own.
func New(o Options) (*Simulator, error) {
	if o.People == nil {
		o.People = []Person{{Email: "demo.user@example.com", FirstName: "Demo", LastName: "User", Groups: []string{"staff"}}}
	}
	if o.ClientID == "" {
		o.ClientID, o.ClientSecret = DefaultClientID, DefaultClientSecret
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Simulator{o: o, settings: Settings{People: o.People, Consent: ConsentForm}, codes: map[string]grant{}, tokens: map[string]Person{}}
	var err error
	if s.key, s.cert, err = keyPair("identity simulator"); err != nil {
		return nil, err
	}
	if s.bad, s.badCert, err = keyPair("somebody else"); err != nil {
		return nil, err
	}
	s.routes = http.NewServeMux()
	s.routes.HandleFunc("GET /.well-known/openid-configuration", s.discovery)
	s.routes.HandleFunc("GET /jwks", s.keySet)
	s.routes.HandleFunc("GET /authorize", s.authorize)
	s.routes.HandleFunc("POST /authorize", s.authorizeDecided)
	s.routes.HandleFunc("POST /token", s.token)
	s.routes.HandleFunc("GET /userinfo", s.userInfo)
	s.routes.HandleFunc("GET /saml/sso", s.sso)
	s.routes.HandleFunc("POST /saml/sso", s.ssoDecided)
	s.routes.HandleFunc("GET /saml/unsolicited", s.unsolicited)
	s.routes.HandleFunc("GET /saml/slo", s.slo)
	s.routes.HandleFunc("GET /_sim/settings", s.showSettings)
	s.routes.HandleFunc("POST /_sim/settings", s.changeSettings)
	return s, nil
}

func keyPair(name string) (*rsa.PrivateKey, []byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().AddDate(-30, 0, 0), NotAfter: time.Now().AddDate(30, 0, 0), // a simulated clock may stand anywhere
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return key, der, err
}

// ServeHTTP answers as the provider.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	s.routes.ServeHTTP(w, r)
}

// Certificate is what SAML answers are signed with: base64 of the DER form.
func (s *Simulator) Certificate() string { return base64.StdEncoding.EncodeToString(s.cert) }

// Change changes the settings.
func (s *Simulator) Change(f func(*Settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.settings)
}

// Logouts lists the names that requests to log out were about.
func (s *Simulator) Logouts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.logouts...)
}

func (s *Simulator) now() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings
}

func (s *Simulator) showSettings(w http.ResponseWriter, _ *http.Request) { answer(w, s.now()) }

func (s *Simulator) changeSettings(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := s.settings
	if err := json.NewDecoder(r.Body).Decode(&changed); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if changed.People == nil {
		changed.People = s.o.People
	}
	s.settings = changed
	answer(w, changed)
}

// person is who logs in: the one with the address, the first one without.
func (t Settings) person(email string) (Person, bool) {
	for _, p := range t.People {
		if email == "" || strings.EqualFold(p.Email, email) {
			return p, true
		}
	}
	return Person{}, false
}

// issuer is the provider's own name in OpenID Connect, and what all its addresses begin with.
func issuer(r *http.Request) string { return "http://" + r.Host }

// EntityID is the provider's own name in SAML, for the address that it is served at.
func EntityID(address string) string { return address + "/saml" }

// local reports whether an address is on this machine: answers with somebody's identity go nowhere else.
func local(address string) bool {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return false
	}
	host := u.Hostname()
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(body) // a client that went away is no failure
}

func random() string {
	var b [20]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // the system has no randomness
	}
	return hex.EncodeToString(b[:])
}

// Serve answers on a listener until it is closed.
func (s *Simulator) Serve(l net.Listener) error {
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(l)
}
