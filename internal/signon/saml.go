package signon

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"

	saml2 "github.com/russellhaering/gosaml2"
	"github.com/russellhaering/gosaml2/types"
	dsig "github.com/russellhaering/goxmldsig"
)

const (
	// maxAssertionAge is how old an assertion may be, whatever it says itself: as long is remembered that it was used.
	maxAssertionAge = time.Hour
	// maxGroups is how many groups of a person are looked at.
	maxGroups = 5000
)

// Attributes by which providers name what we look for: plain names, those of LDAP, and those of Microsoft.
var (
	emailAttributes = []string{"email", "mail", "emailAddress", "urn:oid:0.9.2342.19200300.100.1.3", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"}
	firstAttributes = []string{"firstName", "givenName", "given_name", "urn:oid:2.5.4.42", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"}
	lastAttributes  = []string{"lastName", "surname", "sn", "family_name", "urn:oid:2.5.4.4", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"}
)

// serviceProvider is this server towards one provider.
func (s *Service) serviceProvider(p *store.IdentityProvider, home string) (*saml2.SAMLServiceProvider, error) {
	cert, err := certificate(p.Settings.SigningCert)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "stored signing certificate")
	}
	our := AddressesOf(home, p.ID)
	return &saml2.SAMLServiceProvider{
		IdentityProviderSSOURL: p.Settings.SSOURL, IdentityProviderSLOURL: p.Settings.LogoutURL, IdentityProviderIssuer: p.Settings.EntityID,
		AssertionConsumerServiceURL: our.ACSURL, ServiceProviderIssuer: our.EntityID, AudienceURI: our.EntityID, NameIdFormat: p.Settings.IDFormat,
		IDPCertificateStore:    &dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{cert}},
		AllowMissingAttributes: true, MaximumDecompressedBodySize: maxResponse, MaximumXMLTokens: 3 * maxElements,
		Clock: dsig.NewFakeClockAt(s.now()),
	}, nil
}

// startSAML sends the browser to the provider with a request.
func (s *Service) startSAML(p *store.IdentityProvider, home, next string) (*Beginning, error) {
	sp, err := s.serviceProvider(p, home)
	if err != nil {
		return nil, err
	}
	doc, err := sp.BuildAuthRequestDocumentNoSig()
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "SAML request")
	}
	id := s.newRequestID(p.ID)
	doc.Root().CreateAttr("ID", id)
	to, err := sp.BuildAuthURLRedirect(cookieName(id)[len(cookieBegin):], doc)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "SAML request")
	}
	return s.begin(to, flow{Provider: p.ID, State: id, Next: OwnPath(next)})
}

// Consume takes the answer that a browser brings from a SAML provider and says where the browser goes next: to FinishPath with a
// ticket, or to the login page. It comes from another site, so it opens no session: that is done where the browser's cookie is.
func (s *Service) Consume(ctx context.Context, providerID int64, home, response, relayState string) string {
	t, err := s.consume(ctx, providerID, home, response, relayState)
	var sealed string
	if err == nil {
		sealed, err = s.seal("ticket", t)
	}
	if err == nil && len(sealed) > maxSealed {
		err = refuse(Invalid, "names and roles of the person make more than %d bytes", maxSealed)
	}
	if err != nil {
		s.report(ctx, providerID, err)
		return LoginPage(CodeOf(err), providerID)
	}
	return FinishPath + "?" + url.Values{"ticket": {sealed}}.Encode()
}

func (s *Service) consume(ctx context.Context, providerID int64, home, response, relayState string) (*ticket, error) {
	p, err := s.provider(ctx, providerID)
	if err != nil {
		return nil, err
	}
	if p.Kind != store.SAMLProvider {
		return nil, refuse(UnknownProvider, "the identity provider %d is none of SAML", providerID)
	}
	assertion, err := s.verify(p, home, response)
	if err != nil {
		return nil, err
	}
	request := assertion.Subject.SubjectConfirmation.SubjectConfirmationData.InResponseTo
	if request != "" {
		err = s.ourRequest(p.ID, request)
	} else if !p.Settings.AllowUnsolicited {
		err = refuse(Invalid, "nobody asked for this answer, and the identity provider may not begin logins (allowIdpInitiated)")
	}
	if err != nil {
		return nil, err
	}
	// Both count once: the assertion, and the request that it answers.
	until := s.now().Add(maxAssertionAge + 2*clockSkew)
	once := [][2]string{{"assertion", strconv.FormatInt(p.ID, 10) + " " + assertion.ID}}
	if request != "" {
		once = append(once, [2]string{"request", request})
	}
	for _, used := range once {
		if err := s.db.UseOnce(ctx, used[0], used[1], until); fault.Is(err, fault.Conflict) {
			return nil, refuse(Replayed, "the %s was used before", used[0])
		} else if err != nil {
			return nil, err
		}
	}
	made := &ticket{ID: random(), Provider: p.ID, Request: request, Who: personOf(p, assertion), Until: s.now().Add(ticketLife).UnixMilli()}
	if request == "" {
		made.Next = OwnPath(relayState)
	}
	return made, nil
}

// verify finds the assertion of an answer and checks everything but whether it was asked for and used before.
func (s *Service) verify(p *store.IdentityProvider, home, response string) (*types.Assertion, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(response), ""))
	if err != nil || len(raw) == 0 {
		return nil, refuse(Invalid, "SAMLResponse is missing or no base64")
	}
	if err := inspect(raw, p.Settings.SignatureAlgorithm == "rsa-sha1"); err != nil {
		return nil, err
	}
	sp, err := s.serviceProvider(p, home)
	if err != nil {
		return nil, err
	}
	whole, err := sp.ValidateEncodedResponse(base64.StdEncoding.EncodeToString(raw))
	if err != nil {
		return nil, refuseBecause(Invalid, err)
	}
	if len(whole.Assertions) != 1 {
		return nil, refuse(Invalid, "the answer has %d assertions where one is expected", len(whole.Assertions))
	}
	a := &whole.Assertions[0]
	if !whole.SignatureValidated && !a.SignatureValidated {
		return nil, refuse(Invalid, "neither the answer nor its assertion is signed")
	}
	if err := s.checkConditions(sp, a); err != nil {
		return nil, err
	}
	if wanted := a.Subject.SubjectConfirmation.SubjectConfirmationData.InResponseTo; whole.InResponseTo != wanted && whole.InResponseTo != "" {
		return nil, refuse(Invalid, "the answer and its assertion are to different requests")
	}
	return a, nil
}

// checkConditions checks the times, the audience and the names of an assertion whose signature is right.
func (s *Service) checkConditions(sp *saml2.SAMLServiceProvider, a *types.Assertion) error {
	if a.ID == "" || a.Version != "2.0" {
		return refuse(Invalid, "the assertion has no ID, or is not of SAML 2.0")
	}
	now := s.now()
	if age := now.Sub(a.IssueInstant); age > maxAssertionAge || age < -clockSkew {
		return refuse(Invalid, "the assertion was made at %v, and it is %v now: compare the clocks", a.IssueInstant, now)
	}
	warnings, err := sp.VerifyAssertionConditions(a)
	if err != nil {
		return refuseBecause(Invalid, err)
	}
	if len(a.Conditions.AudienceRestrictions) == 0 || warnings.NotInAudience {
		return refuse(Invalid, "the assertion is not for this server: its audience must be %s", sp.AudienceURI)
	}
	from, err := time.Parse(time.RFC3339, a.Conditions.NotBefore)
	if err != nil {
		return refuseBecause(Invalid, err)
	}
	until, err := time.Parse(time.RFC3339, a.Conditions.NotOnOrAfter)
	if err != nil {
		return refuseBecause(Invalid, err)
	}
	if now.Add(clockSkew).Before(from) || !now.Before(until) {
		return refuse(Invalid, "the assertion is good from %v until %v, and it is %v now: compare the clocks", from, until, now)
	}
	if a.Subject.NameID == nil {
		return refuse(Invalid, "the assertion names nobody")
	}
	return nil
}

// personOf reads who an assertion is about.
func personOf(p *store.IdentityProvider, a *types.Assertion) person {
	name := a.Subject.NameID
	who := person{Name: strings.TrimSpace(name.Value), Format: name.Format}
	if a.AuthnStatement != nil {
		who.Session = a.AuthnStatement.SessionIndex
	}
	find := func(names []string) []string {
		if a.AttributeStatement == nil {
			return nil
		}
		for _, wanted := range names {
			for _, attribute := range a.AttributeStatement.Attributes {
				if !strings.EqualFold(attribute.Name, wanted) && !strings.EqualFold(attribute.FriendlyName, wanted) {
					continue
				}
				var values []string
				for _, value := range attribute.Values[:min(len(attribute.Values), maxGroups)] {
					values = append(values, strings.TrimSpace(value.Value))
				}
				return values
			}
		}
		return nil
	}
	// The name that we asked for is the provider's own; an attribute may be the person's to edit.
	switch attributes := find(emailAttributes); {
	case name.Format == emailFormat && domainOf(who.Name) != "":
		who.Email = who.Name
	case len(attributes) > 0:
		who.Email = attributes[0]
	case domainOf(who.Name) != "":
		who.Email = who.Name
	}
	who.FirstName, who.LastName = first(find(firstAttributes)), first(find(lastAttributes))
	who.Roles = rolesFor(p, find([]string{p.Settings.GroupsClaim}))
	return who
}

func first(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return texts[0]
}

// rolesFor are the keys that the mapping gives for groups, each once and sorted.
func rolesFor(p *store.IdentityProvider, groups []string) []string {
	var keys []string
	for _, group := range groups {
		if key, ok := p.Settings.RoleMapping[group]; ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
