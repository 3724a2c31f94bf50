package signon

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Limits of what an administrator writes about a provider.
const (
	maxName        = 255      // characters of a name
	maxText        = 2000     // bytes of any other text
	maxCertificate = 32 << 10 // bytes of a signing certificate as text
	maxDomains     = 100
	maxMapping     = 200 // groups
)

// Bindings and formats of SAML 2.0.
const (
	redirectBinding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
	postBinding     = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
	emailFormat     = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
)

// signatureAlgorithms that may be demanded, the usual one first.
var signatureAlgorithms = []string{"rsa-sha256", "rsa-sha384", "rsa-sha512", "rsa-sha1"}

func asType[T error](err error, into *T) bool { return errors.As(err, into) }

// check completes what was written about a provider and refuses what it could not work with.
func (s *Service) check(ctx context.Context, by *access.Principal, p *store.IdentityProvider, own []store.Role) error {
	c := &p.Settings
	c.Name, c.Description = access.PlainName(c.Name), access.PlainName(c.Description)
	if utf8.RuneCountInString(c.Name) > maxName {
		return fault.New(fault.Invalid, "name has more than %d characters", maxName)
	}
	for _, text := range []struct{ name, value string }{
		{"description", c.Description}, {"entityId", c.EntityID}, {"idFormat", c.IDFormat}, {"issuer", c.Issuer}, {"clientId", c.ClientID},
		{"clientSecret", p.ClientSecret}, {"scopes", c.Scopes}, {"groupsClaim", c.GroupsClaim},
	} {
		if len(text.value) > maxText {
			return fault.New(fault.Invalid, "%s has more than %d bytes", text.name, maxText)
		}
	}
	var err error
	switch p.Kind {
	case store.SAMLProvider:
		err = checkSAML(p)
	case store.OIDCProvider:
		err = checkOIDC(p)
	default:
		err = fault.New(fault.Invalid, "type must be saml or oidc, not %q", p.Kind)
	}
	if err != nil {
		return err
	}
	if err := checkDomains(c); err != nil {
		return err
	}
	if err := s.checkAccount(ctx, p); err != nil {
		return err
	}
	return checkMapping(by, p, own)
}

func checkSAML(p *store.IdentityProvider) error {
	c := &p.Settings
	if c.EntityID = strings.TrimSpace(c.EntityID); c.EntityID == "" {
		return fault.New(fault.Invalid, "entityId is required: the provider's own name")
	}
	if c.SSOURL == "" {
		return fault.New(fault.Invalid, "ssoUrl is required: where people log in at the provider")
	}
	if c.SigningCert == "" {
		return fault.New(fault.Invalid, "signingCert is required: the certificate that the provider signs with")
	}
	der, err := certificate(c.SigningCert)
	if err != nil {
		return err
	}
	c.SigningCert = base64.StdEncoding.EncodeToString(der.Raw)
	for _, binding := range []struct {
		name  string
		value *string
	}{{"logonProtocolBinding", &c.LogonProtocolBinding}, {"logoutProtocolBinding", &c.LogoutProtocolBinding}} {
		if *binding.value == "" {
			*binding.value = redirectBinding
		}
		if *binding.value != redirectBinding {
			return fault.New(fault.Invalid, "%s must be %s", binding.name, redirectBinding)
		}
	}
	for _, address := range []struct{ name, value string }{
		{"ssoUrl", c.SSOURL}, {"logoutUrl", c.LogoutURL}, {"logoutRedirectUrl", c.LogoutRedirectURL}, {"logoutResponseUrl", c.LogoutResponseURL},
	} {
		if address.value == "" {
			continue
		}
		if err := checkAddress(address.name, address.value); err != nil {
			return err
		}
	}
	if c.IDFormat == "" {
		c.IDFormat = emailFormat
	}
	if c.SignatureAlgorithm = strings.ToLower(c.SignatureAlgorithm); c.SignatureAlgorithm == "" {
		c.SignatureAlgorithm = signatureAlgorithms[0]
	}
	if !slices.Contains(signatureAlgorithms, c.SignatureAlgorithm) {
		return fault.New(fault.Invalid, "signatureAlgorithm must be one of %s", strings.Join(signatureAlgorithms, ", "))
	}
	if c.GroupsClaim == "" {
		c.GroupsClaim = defaultGroups
	}
	c.Issuer, c.ClientID, c.Scopes, c.SkipVerifiedAddress, p.ClientSecret = "", "", "", false, ""
	p.Identity = c.EntityID
	return nil
}

func checkOIDC(p *store.IdentityProvider) error {
	c := &p.Settings
	if c.Issuer == "" {
		return fault.New(fault.Invalid, "issuer is required: the address whose /.well-known/openid-configuration describes the provider")
	}
	if err := checkAddress("issuer", c.Issuer); err != nil {
		return err
	}
	if u, err := url.Parse(c.Issuer); err != nil || u.RawQuery != "" {
		return fault.New(fault.Invalid, "issuer must have no query")
	}
	if c.ClientID = strings.TrimSpace(c.ClientID); c.ClientID == "" {
		return fault.New(fault.Invalid, "clientId is required: the name that the provider knows this server by")
	}
	scopes := strings.Fields(strings.ReplaceAll(c.Scopes, ",", " "))
	if len(scopes) == 0 {
		scopes = []string{"openid", "email", "profile"}
	}
	if !slices.Contains(scopes, "openid") {
		scopes = append([]string{"openid"}, scopes...)
	}
	c.Scopes = strings.Join(scopes, " ")
	if c.GroupsClaim == "" {
		c.GroupsClaim = defaultGroups
	}
	c.EntityID, c.SSOURL, c.SigningCert, c.IDFormat, c.SignatureAlgorithm = "", "", "", "", ""
	c.LogonProtocolBinding, c.LogoutProtocolBinding, c.LogoutResponseURL, c.AllowUnsolicited = "", "", "", false
	for _, address := range []struct{ name, value string }{{"logoutUrl", c.LogoutURL}, {"logoutRedirectUrl", c.LogoutRedirectURL}} {
		if address.value == "" {
			continue
		}
		if err := checkAddress(address.name, address.value); err != nil {
			return err
		}
	}
	p.Identity = c.Issuer + " " + c.ClientID
	return nil
}

// checkAddress refuses what is no https address; http is enough on this machine.
func checkAddress(name, text string) error {
	u, err := url.Parse(text)
	switch {
	case len(text) > maxText:
		return fault.New(fault.Invalid, "%s has more than %d bytes", name, maxText)
	case err != nil || u.Host == "" || u.Opaque != "" || strings.ContainsAny(text, " \t\r\n\\"):
		return fault.New(fault.Invalid, "%s must be an absolute address such as https://login.example.com/sso", name)
	case u.User != nil || strings.Contains(text, "#"):
		return fault.New(fault.Invalid, "%s must have neither user nor fragment", name)
	case u.Scheme != "https" && (u.Scheme != "http" || !onLoopback(u)):
		return fault.New(fault.Invalid, "%s must begin with https:// (http:// on this machine alone)", name)
	}
	return nil
}

func onLoopback(u *url.URL) bool {
	if strings.EqualFold(u.Hostname(), "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.IsLoopback()
}

// certificate reads a signing certificate: base64 of DER with or without line breaks, or PEM.
func certificate(text string) (*x509.Certificate, error) {
	if len(text) > maxCertificate {
		return nil, fault.New(fault.Invalid, "signingCert has more than %d bytes", maxCertificate)
	}
	var der []byte
	if block, rest := pem.Decode([]byte(text)); block != nil {
		if again, _ := pem.Decode(rest); again != nil || block.Type != "CERTIFICATE" {
			return nil, fault.New(fault.Invalid, "signingCert must be one certificate and nothing else")
		}
		der = block.Bytes
	} else {
		var err error
		if der, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), "")); err != nil {
			return nil, fault.New(fault.Invalid, "signingCert must be a certificate: base64 of its DER form, or PEM")
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fault.New(fault.Invalid, "signingCert is no X.509 certificate: %s", err)
	}
	if parsed.PublicKeyAlgorithm != x509.RSA && parsed.PublicKeyAlgorithm != x509.ECDSA {
		return nil, fault.New(fault.Invalid, "signingCert has a key of an unknown kind: RSA and ECDSA are known")
	}
	return parsed, nil
}

func checkDomains(c *store.ProviderSettings) error {
	if len(c.EmailDomains) > maxDomains {
		return fault.New(fault.Invalid, "emailDomains has more than %d entries", maxDomains)
	}
	var domains []string
	for _, domain := range c.EmailDomains {
		domain = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(domain), "@"))
		if len(domain) > 253 || !strings.Contains(domain, ".") || strings.ContainsAny(domain, "@/ *\\:<>") || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") {
			return fault.New(fault.Invalid, "emailDomains: %q is no domain such as example.com", domain)
		}
		if !slices.Contains(domains, domain) {
			domains = append(domains, domain)
		}
	}
	c.EmailDomains = domains
	return nil
}

// checkAccount makes sure that new users have a place within the owner.
func (s *Service) checkAccount(ctx context.Context, p *store.IdentityProvider) error {
	c := &p.Settings
	missing := fault.New(fault.Invalid, "defaultAccountId %d is no active account of the %s", c.DefaultAccountID, levelOf(p.Owner))
	if c.DefaultAccountID == 0 {
		if levelOf(p.Owner) == OfCustomer && c.JustInTime {
			return fault.New(fault.Invalid, "defaultAccountId is required with justInTime: a customer has several organizations")
		}
		return nil
	}
	switch levelOf(p.Owner) {
	case OfAccount:
		if c.DefaultAccountID != p.Owner.Account {
			return missing
		}
		return nil
	case OfCustomer:
		_, err := s.db.AccountOfCustomer(ctx, p.Owner.Customer, c.DefaultAccountID)
		if fault.Is(err, fault.NotFound) {
			return missing
		}
		return err
	}
	account, err := s.db.Account(ctx, p.Owner.Organization, c.DefaultAccountID)
	if fault.Is(err, fault.NotFound) || err == nil && !account.Active {
		return missing
	}
	return err
}

// checkMapping refuses roles that do not exist, that the caller lacks, or that the provider's level does not reach.
func checkMapping(by *access.Principal, p *store.IdentityProvider, own []store.Role) error {
	mapping := p.Settings.RoleMapping
	if len(mapping) > maxMapping {
		return fault.New(fault.Invalid, "roleMapping has more than %d groups", maxMapping)
	}
	all := access.RolesOf(own)
	for group, key := range mapping {
		if group == "" || len(group) > maxText {
			return fault.New(fault.Invalid, "roleMapping has a group without a name, or one of more than %d bytes", maxText)
		}
		role, found := access.RoleNamed(all, key)
		if !found {
			return fault.New(fault.Invalid, "roleMapping: there is no role %s (of group %s)", strconv.Quote(key), group)
		}
		if !mayGive(levelOf(p.Owner), role, all, own) {
			return fault.New(fault.Forbidden, "roleMapping: an identity provider of the %s cannot give the role %q", levelOf(p.Owner), key)
		}
		if lacks := by.Lacks(role, all); lacks != "" {
			return fault.New(fault.Forbidden, "roleMapping: the role %q allows %q, which you may not do yourself", key, lacks)
		}
	}
	return nil
}

// mayGive reports whether providers of a level may give a role at all: never those of operators, and none above the level.
func mayGive(level Level, role access.Role, all []access.Role, own []store.Role) bool {
	if role.Key == access.RoleCustomerAdmin || role.Key == access.RoleSystemAdmin {
		return false
	}
	return most(level, own).Lacks(role, all) == ""
}

// nameOf is what people call a provider.
func nameOf(p *store.IdentityProvider) string {
	switch {
	case p.Settings.Name != "":
		return p.Settings.Name
	case p.Settings.Description != "":
		return p.Settings.Description
	case p.Kind == store.OIDCProvider:
		if u, err := url.Parse(p.Settings.Issuer); err == nil {
			return u.Hostname()
		}
	}
	if u, err := url.Parse(p.Settings.SSOURL); err == nil {
		return u.Hostname()
	}
	return p.Identity
}

// StartOf is the path at which a login with a provider begins.
func StartOf(id int64) string { return StartPath + strconv.FormatInt(id, 10) }

// domainOf is the part behind the last @ in lower case, "" without one.
func domainOf(email string) string {
	email = strings.TrimSpace(email)
	at := strings.LastIndexByte(email, '@')
	if at < 1 || at == len(email)-1 || len(email) > 320 {
		return ""
	}
	return strings.ToLower(email[at+1:])
}
