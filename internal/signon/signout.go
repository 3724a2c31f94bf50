package signon

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/base64"
	"net/url"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// SignOut is where a browser goes to end its session at the provider as well, "" when the session did not come from one or the
// provider has no such address. Ask before the session is ended; home is the address of this server.
func (s *Service) SignOut(ctx context.Context, sessionToken, home string) (string, error) {
	from, err := s.db.SignOnOf(ctx, store.SessionConsole, sessionToken)
	if err != nil || from == nil {
		return "", err
	}
	p, err := s.db.AnyIdentityProvider(ctx, from.ProviderID)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil || p.Settings.LogoutURL == "" {
		return "", err
	}
	if p.Kind != store.SAMLProvider {
		return p.Settings.LogoutURL, nil
	}
	sp, err := s.serviceProvider(p, home)
	if err != nil {
		return "", err
	}
	if sp.NameIdFormat = from.NameFormat; sp.NameIdFormat == "" {
		sp.NameIdFormat = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
	}
	doc, err := sp.BuildLogoutRequestDocumentNoSig(from.Name, from.Index)
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "SAML logout")
	}
	text, err := doc.WriteToBytes()
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "SAML logout")
	}
	return redirected(p.Settings.LogoutURL, text)
}

// redirected is an address with a SAML request by the redirect binding (SAML bindings §3.4.4.1). The library signs every request to log out
// and has no key here, so this is done without it.
func redirected(address string, request []byte) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "SAML logout")
	}
	var deflated bytes.Buffer
	writer, err := flate.NewWriter(&deflated, flate.DefaultCompression)
	if err == nil {
		_, err = writer.Write(request)
	}
	if err == nil {
		err = writer.Close()
	}
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "SAML logout")
	}
	query := u.Query()
	query.Set("SAMLRequest", base64.StdEncoding.EncodeToString(deflated.Bytes()))
	u.RawQuery = query.Encode()
	return u.String(), nil
}
