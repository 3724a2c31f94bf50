package signon

import (
	"bytes"
	"context"
	"encoding/xml"
	"strconv"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// wireBase is what the paths of the wire API begin with.
const wireBase = "/elements/api-v2"

// defaultGroups is the claim or attribute with a person's groups where the administrator names none.
const defaultGroups = "groups"

// Addresses are those of this server at one SAML provider.
type Addresses struct {
	EntityID string `json:"entityId"` // also the address of the metadata
	ACSURL   string `json:"acsUrl"`
}

// AddressesOf gives them for an address of this server such as https://api.example.com. Every provider has its own, so that what is said to
// one tenant's is nothing to another's.
func AddressesOf(home string, id int64) Addresses {
	path := home + wireBase + "/authentication/saml/" + strconv.FormatInt(id, 10)
	return Addresses{EntityID: path + "/metadata", ACSURL: path + "/acs"}
}

// Metadata describes this server to one SAML provider (reference/accounts-and-access.md §9). It holds addresses alone: nothing of the
// tenant. A provider that does not exist or is none of SAML is a NotFound fault.
func (s *Service) Metadata(ctx context.Context, id int64, home string) ([]byte, error) {
	p, err := s.db.AnyIdentityProvider(ctx, id)
	if err != nil {
		return nil, err
	}
	if p.Kind != store.SAMLProvider {
		return nil, fault.New(fault.NotFound, "No identity provider of SAML found with id %d", id)
	}
	our := AddressesOf(home, id)
	var b bytes.Buffer
	text := func(s string) string {
		var escaped bytes.Buffer
		_ = xml.EscapeText(&escaped, []byte(s)) // a buffer takes everything
		return escaped.String()
	}
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	b.WriteString(`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="` + text(our.EntityID) + `">` +
		`<SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
		`<NameIDFormat>` + text(p.Settings.IDFormat) + `</NameIDFormat>` +
		`<AssertionConsumerService Binding="` + postBinding + `" Location="` + text(our.ACSURL) + `" index="0" isDefault="true"/>` +
		`</SPSSODescriptor></EntityDescriptor>` + "\n")
	return b.Bytes(), nil
}
