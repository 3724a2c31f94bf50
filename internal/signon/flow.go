package signon

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/vault"
)

// maxSealed is the longest sealed cookie or ticket that is looked at, in bytes.
const maxSealed = 6 << 10

// cookieBegin begins the name of the cookie that binds a login to the browser that began it. The first characters of the state
// follow, so that several logins at once do not meet.
const (
	cookieBegin = "jackfield_signon_"
	cookieState = 12
)

// Beginning is a login that begins: where the browser goes, and the cookie that it takes along. The cookie must be one that comes
// along when the browser returns from another site (SameSite=Lax).
type Beginning struct {
	URL    string
	Cookie string // name
	Value  string
	Life   time.Duration
}

// flow is what a login needs when it comes back. It travels in the cookie, sealed.
type flow struct {
	Provider int64  `json:"p"`
	State    string `json:"s"` // SAML: the id of the request
	Nonce    string `json:"n,omitempty"`
	Verifier string `json:"v,omitempty"` // of PKCE
	Redirect string `json:"r,omitempty"` // as the provider was told
	Next     string `json:"t,omitempty"`
	Until    int64  `json:"u"` // milliseconds since 1970
}

// ticket is a person whom a SAML provider has shown, on the way to the browser that began the login. It travels in the address.
type ticket struct {
	ID       string `json:"k"`
	Provider int64  `json:"p"`
	Request  string `json:"r,omitempty"` // "" = nobody asked
	Next     string `json:"t,omitempty"` // of an answer that nobody asked for
	Who      person `json:"w"`
	Until    int64  `json:"u"`
}

// person is somebody as a provider shows them.
type person struct {
	Email     string   `json:"e"`
	FirstName string   `json:"f,omitempty"`
	LastName  string   `json:"l,omitempty"`
	Roles     []string `json:"g,omitempty"` // keys that the provider's mapping gives for the groups
	Name      string   `json:"n,omitempty"` // at the provider
	Format    string   `json:"o,omitempty"` // of the name
	Session   string   `json:"i,omitempty"` // index of the provider's own session
}

func place(what string) vault.Place { return vault.Place{Table: "sign-on", Row: what, Column: "flow"} }

// seal makes the sealed text of a flow or ticket.
func (s *Service) seal(what string, value any) (string, error) {
	plain, err := json.Marshal(value)
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "sign-on")
	}
	sealed, err := s.vault.Seal(plain, place(what))
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// open reads a sealed text. One that is not ours is Expired, as one that is too old: both mean that the login must begin again.
func (s *Service) open(what, text string, into any) error {
	if text == "" || len(text) > maxSealed {
		return refuse(Expired, "the browser brought no %s along, or one that is too long", what)
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return refuse(Expired, "the %s is not ours", what)
	}
	plain, err := s.vault.Open(sealed, place(what))
	if err != nil {
		return refuseBecause(Expired, err)
	}
	return json.Unmarshal(plain, into)
}

// begin makes the beginning of a login.
func (s *Service) begin(to string, f flow) (*Beginning, error) {
	f.Until = s.now().Add(FlowLife).UnixMilli()
	value, err := s.seal("login", f)
	if err != nil {
		return nil, err
	}
	return &Beginning{URL: to, Cookie: cookieName(f.State), Value: value, Life: FlowLife}, nil
}

// resume opens the flow of a state from the cookies of the browser that came back.
func (s *Service) resume(state string, cookie func(name string) string) (*flow, error) {
	var f flow
	if err := s.open("login", cookie(cookieName(state)), &f); err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(f.State), []byte(state)) != 1 {
		return nil, refuse(Expired, "the answer belongs to another login of this browser")
	}
	if s.now().UnixMilli() >= f.Until {
		return nil, refuse(Expired, "the login took longer than %v", FlowLife)
	}
	return &f, nil
}

// cookieName is the name of the cookie of a state, which comes from outside: only what a cookie's name may have stays.
func cookieName(state string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' {
			return r
		}
		return -1
	}, state)
	return cookieBegin + plain[:min(len(plain), cookieState)]
}

// CookieOf is the name of the cookie that a login leaves behind; it can be removed when the login has ended.
func CookieOf(state string) string { return cookieName(state) }

func random() string {
	var b [32]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // the system has no randomness: nothing is safe then
	}
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Parts of the id of a request, in bytes: random ones, the time, and a keyed hash over both and the provider.
const (
	requestRandom = 16
	requestClock  = 8
	requestMAC    = 16
)

// newRequestID makes the id of a SAML request. It shows by itself that it is ours, for which provider and when it was made, since the
// answer is posted from another site and no cookie comes along.
func (s *Service) newRequestID(provider int64) string {
	body := make([]byte, requestRandom+requestClock, requestRandom+requestClock+requestMAC)
	if _, err := rand.Read(body[:requestRandom]); err != nil {
		panic(err) // the system has no randomness: nothing is safe then
	}
	binary.BigEndian.PutUint64(body[requestRandom:], uint64(s.now().UnixMilli()))
	return "_" + base64.RawURLEncoding.EncodeToString(append(body, s.requestMAC(provider, body)...))
}

func (s *Service) requestMAC(provider int64, body []byte) []byte {
	return s.vault.Hash("sign-on request "+strconv.FormatInt(provider, 10), string(body))[:requestMAC]
}

// ourRequest refuses the id of a request that we did not make for this provider, or too long ago.
func (s *Service) ourRequest(provider int64, id string) error {
	text, found := strings.CutPrefix(id, "_")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if !found || err != nil || len(raw) != requestRandom+requestClock+requestMAC {
		return refuse(Invalid, "the answer is to a request that was never made")
	}
	body := raw[:requestRandom+requestClock]
	if subtle.ConstantTimeCompare(raw[len(body):], s.requestMAC(provider, body)) != 1 {
		return refuse(Invalid, "the answer is to a request that was never made")
	}
	made := time.UnixMilli(int64(binary.BigEndian.Uint64(body[requestRandom:])))
	if age := s.now().Sub(made); age < -clockSkew || age >= FlowLife {
		return refuse(Expired, "the login took longer than %v", FlowLife)
	}
	return nil
}

// OwnPath is a path of this server that a login may lead to, "/" for everything else: another host would make the login a way to
// lead people astray.
func OwnPath(next string) string {
	if len(next) > maxNext || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, "\\") {
		return "/"
	}
	for _, r := range next {
		if r < ' ' || r == 0x7f {
			return "/"
		}
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return next
}

// LoginPage is the login page with what went wrong.
func LoginPage(code Code, provider int64) string {
	q := url.Values{"problem": {string(code)}}
	if provider > 0 {
		q.Set("provider", strconv.FormatInt(provider, 10))
	}
	return "/login?" + q.Encode()
}
