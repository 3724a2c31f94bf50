package identity

import (
	"bytes"
	"compress/flate"
	"crypto/rsa"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

const (
	protocolSpace  = "urn:oasis:names:tc:SAML:2.0:protocol"
	assertionSpace = "urn:oasis:names:tc:SAML:2.0:assertion"
	emailFormat    = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
	bearer         = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
	success        = "urn:oasis:names:tc:SAML:2.0:status:Success"
	authnFailed    = "urn:oasis:names:tc:SAML:2.0:status:Responder"
	instant        = "2006-01-02T15:04:05Z"
	mallory        = "mallory@example.net"
)

// authnRequest is what a relying party asks.
type authnRequest struct {
	ID     string `xml:"ID,attr"`
	ACS    string `xml:"AssertionConsumerServiceURL,attr"`
	Issuer string `xml:"Issuer"`
}

type logoutRequest struct {
	NameID string `xml:"NameID"`
}

// deflated reads the parameter SAMLRequest of a redirect.
func deflated(text string, into any) error {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(raw)), maxBody))
	if err != nil {
		return err
	}
	return xml.Unmarshal(plain, into)
}

func (s *Simulator) sso(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var request authnRequest
	if err := deflated(q.Get("SAMLRequest"), &request); err != nil || request.ID == "" || !local(request.ACS) {
		http.Error(w, fmt.Sprintf("the request cannot be answered: %v", err), http.StatusBadRequest)
		return
	}
	hidden := url.Values{"id": {request.ID}, "acs": {request.ACS}, "audience": {request.Issuer}, "relay": {q.Get("RelayState")}}
	switch s.now().Consent {
	case ConsentApprove:
		s.post(w, r, hidden, "", success)
	case ConsentDeny:
		s.post(w, r, hidden, "", authnFailed)
	default:
		s.askWho(w, "/saml/sso", hidden)
	}
}

func (s *Simulator) ssoDecided(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || !local(r.PostForm.Get("acs")) {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	status := success
	if r.PostForm.Get("decision") != "approve" {
		status = authnFailed
	}
	s.post(w, r, r.PostForm, r.PostForm.Get("person"), status)
}

// unsolicited logs somebody in at a relying party that did not ask: parameters acs, audience, relay and person.
func (s *Simulator) unsolicited(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if !local(q.Get("acs")) {
		http.Error(w, "acs is not on this machine", http.StatusBadRequest)
		return
	}
	q.Del("id")
	s.post(w, r, q, q.Get("person"), success)
}

func (s *Simulator) slo(w http.ResponseWriter, r *http.Request) {
	var request logoutRequest
	if err := deflated(r.URL.Query().Get("SAMLRequest"), &request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.logouts = append(s.logouts, request.NameID)
	s.mu.Unlock()
	page(w, `<!doctype html><html lang="en"><title>Logged out</title><h1>Logged out of the identity provider</h1>`)
}

func (s *Simulator) post(w http.ResponseWriter, r *http.Request, q url.Values, email, status string) {
	person, ok := s.now().person(email)
	if !ok {
		http.Error(w, "nobody has this address", http.StatusBadRequest)
		return
	}
	text, err := s.Response(Request{ID: q.Get("id"), ACS: q.Get("acs"), Audience: q.Get("audience"), Address: issuer(r), Person: person, Status: status})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	postPage(w, q.Get("acs"), url.Values{"SAMLResponse": {text}, "RelayState": {q.Get("relay")}})
}

// Request is what a SAML answer is about.
type Request struct {
	ID       string // of the request; "" = nobody asked
	ACS      string
	Audience string
	Address  string // of this provider
	Person   Person
	Status   string // "" = success
}

// Response makes the SAML answer, in base64, with the attack of the settings.
func (s *Simulator) Response(q Request) (string, error) {
	t := s.now()
	s.mu.Lock()
	last := s.last
	s.mu.Unlock()
	if t.Attack == Replay && last != "" {
		return last, nil
	}
	if q.Status == "" {
		q.Status = success
	}
	text, err := s.response(q, t)
	if err != nil {
		return "", err
	}
	encoded := base64.StdEncoding.EncodeToString(text)
	s.mu.Lock()
	s.last = encoded
	s.mu.Unlock()
	return encoded, nil
}

func (s *Simulator) response(q Request, t Settings) ([]byte, error) {
	if t.Attack == Failure {
		q.Status = authnFailed
	}
	whole := s.envelope(q, t)
	switch {
	case q.Status != success || t.Attack == NoAssertion:
	default:
		assertion := s.assertion(q, t)
		if t.Signs != SignsResponse && t.Attack != Unsigned {
			var err error
			if assertion, err = s.sign(assertion, t); err != nil {
				return nil, err
			}
		}
		if t.Attack == Two {
			second, err := s.sign(s.assertion(q, t), t)
			if err != nil {
				return nil, err
			}
			whole.AddChild(second)
		}
		whole.AddChild(assertion)
		s.wrap(whole, assertion, q, t)
	}
	if (t.Signs == SignsResponse || t.Signs == SignsBoth) && t.Attack != Unsigned {
		var err error
		if whole, err = s.sign(whole, t); err != nil {
			return nil, err
		}
	}
	if t.Attack == WrapObject {
		whole = s.wrapResponse(whole, q, t)
	}
	doc := etree.NewDocument()
	doc.SetRoot(whole)
	text, err := doc.WriteToBytes()
	if err != nil {
		return nil, err
	}
	switch t.Attack {
	case Tampered:
		text = bytes.ReplaceAll(text, []byte(q.Person.Email), []byte(mallory))
	case Comment: // ada@example.org.evil → a reader that stops at the comment sees somebody else
		at := strings.IndexByte(q.Person.Email, '@') + 1
		text = bytes.ReplaceAll(text, []byte(q.Person.Email), []byte(q.Person.Email[:at]+"<!-- x -->"+q.Person.Email[at:]))
	case Doctype:
		text = append([]byte(`<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>`), text...)
	case Deep:
		text = bytes.Replace(text, []byte("</samlp:Response>"), []byte(strings.Repeat("<x>", 5000)+strings.Repeat("</x>", 5000)+"</samlp:Response>"), 1)
	}
	return text, nil
}

func (s *Simulator) envelope(q Request, t Settings) *etree.Element {
	whole := etree.NewElement("samlp:Response")
	whole.CreateAttr("xmlns:samlp", protocolSpace)
	whole.CreateAttr("xmlns:saml", assertionSpace)
	whole.CreateAttr("ID", "_"+random())
	whole.CreateAttr("Version", "2.0")
	whole.CreateAttr("IssueInstant", s.o.Now().UTC().Format(instant))
	destination := q.ACS
	if t.Attack == WrongDestination {
		destination = "https://other.example.net/acs"
	}
	whole.CreateAttr("Destination", destination)
	answers(whole, q, t)
	whole.CreateElement("saml:Issuer").SetText(entity(q, t))
	whole.CreateElement("samlp:Status").CreateElement("samlp:StatusCode").CreateAttr("Value", q.Status)
	return whole
}

func answers(el *etree.Element, q Request, t Settings) {
	switch {
	case t.Attack == WrongRequest:
		el.CreateAttr("InResponseTo", "_7d3aa1f20c5b4e6f9a8b7c6d5e4f30211203f4e5")
	case q.ID != "" && t.Attack != NoRequest:
		el.CreateAttr("InResponseTo", q.ID)
	}
}

func entity(q Request, t Settings) string {
	if t.Attack == OtherIssuer {
		return "https://id.example.net/saml"
	}
	return EntityID(q.Address)
}

func (s *Simulator) assertion(q Request, t Settings) *etree.Element {
	now := s.o.Now().UTC()
	issued, from, until := now, now.Add(-time.Minute), now.Add(5*time.Minute)
	switch t.Attack {
	case Expired:
		issued, from, until = now.Add(-20*time.Minute), now.Add(-20*time.Minute), now.Add(-10*time.Minute)
	case TooEarly:
		from, until = now.Add(10*time.Minute), now.Add(20*time.Minute)
	case Old:
		issued, from, until = now.AddDate(0, 0, -2), now.AddDate(0, 0, -2), now.AddDate(0, 0, 2)
	}
	a := etree.NewElement("saml:Assertion")
	a.CreateAttr("xmlns:saml", assertionSpace)
	a.CreateAttr("ID", "_"+random())
	a.CreateAttr("Version", "2.0")
	a.CreateAttr("IssueInstant", issued.Format(instant))
	name := entity(q, t)
	if t.Attack == OtherEntity {
		name = "https://id.example.net/saml"
	}
	a.CreateElement("saml:Issuer").SetText(name)
	subject := a.CreateElement("saml:Subject")
	id := subject.CreateElement("saml:NameID")
	id.CreateAttr("Format", emailFormat)
	id.SetText(q.Person.Email)
	if t.Attack == NoEmail {
		id.CreateAttr("Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent")
		id.SetText("3f7b1c")
	}
	confirmation := subject.CreateElement("saml:SubjectConfirmation")
	confirmation.CreateAttr("Method", bearer)
	data := confirmation.CreateElement("saml:SubjectConfirmationData")
	data.CreateAttr("NotOnOrAfter", until.Format(instant))
	recipient := q.ACS
	if t.Attack == WrongRecipient {
		recipient = "https://other.example.net/acs"
	}
	data.CreateAttr("Recipient", recipient)
	answers(data, q, t)
	conditions := a.CreateElement("saml:Conditions")
	conditions.CreateAttr("NotBefore", from.Format(instant))
	conditions.CreateAttr("NotOnOrAfter", until.Format(instant))
	audience := q.Audience
	if t.Attack == WrongAudience {
		audience = "https://other.example.net/metadata"
	}
	if t.Attack != NoAudience {
		conditions.CreateElement("saml:AudienceRestriction").CreateElement("saml:Audience").SetText(audience)
	}
	authn := a.CreateElement("saml:AuthnStatement")
	authn.CreateAttr("AuthnInstant", now.Format(instant))
	authn.CreateAttr("SessionIndex", "_"+random())
	authn.CreateElement("saml:AuthnContext").CreateElement("saml:AuthnContextClassRef").SetText("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport")
	attributes := a.CreateElement("saml:AttributeStatement")
	add := func(name string, values ...string) {
		attribute := attributes.CreateElement("saml:Attribute")
		attribute.CreateAttr("Name", name)
		for _, value := range values {
			attribute.CreateElement("saml:AttributeValue").SetText(value)
		}
	}
	add("firstName", q.Person.FirstName)
	add("lastName", q.Person.LastName)
	add("groups", q.Person.Groups...)
	return a
}

// sign puts an enveloped signature behind the issuer of an element, where the schema wants it.
func (s *Simulator) sign(el *etree.Element, t Settings) (*etree.Element, error) {
	key, cert := s.key, s.cert
	if t.Attack == OtherKey {
		key, cert = s.bad, s.badCert
	}
	context := dsig.NewDefaultSigningContext(keyStore{key, cert})
	context.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	method := dsig.RSASHA256SignatureMethod
	if t.Attack == SHA1 {
		method = dsig.RSASHA1SignatureMethod
	}
	if err := context.SetSignatureMethod(method); err != nil {
		return nil, err
	}
	signature, err := context.ConstructSignature(el, true)
	if err != nil {
		return nil, err
	}
	signed := el.Copy()
	signed.InsertChildAt(1, signature)
	return signed, nil
}

type keyStore struct {
	key  *rsa.PrivateKey
	cert []byte
}

func (k keyStore) GetKeyPair() (*rsa.PrivateKey, []byte, error) { return k.key, k.cert, nil }
