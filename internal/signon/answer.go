package signon

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// Limits of a SAML answer, before its signature is looked at.
const (
	maxResponse = 384 << 10 // bytes of XML
	maxDepth    = 40        // elements in each other
	maxElements = 15_000
)

// Namespaces of SAML and XML signatures.
const (
	protocolSpace  = "urn:oasis:names:tc:SAML:2.0:protocol"
	assertionSpace = "urn:oasis:names:tc:SAML:2.0:assertion"
	signatureSpace = "http://www.w3.org/2000/09/xmldsig#"
	statusSuccess  = "urn:oasis:names:tc:SAML:2.0:status:Success"
)

// Algorithms by SHA-1, which count only where the administrator says so.
var weakAlgorithms = []string{
	"http://www.w3.org/2000/09/xmldsig#sha1", "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
	"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
}

// shape is the outline of an answer, seen before anything in it is believed.
type shape struct {
	allowSHA1 bool

	path       []xml.Name // of open elements
	ids        map[string]bool
	owner      map[int]string // ID of the open element at a depth
	elements   int
	assertions int
	signatures int
	references int    // of the signature at hand
	status     string // of the answer itself
}

// inspect refuses an answer whose outline no provider makes: a document type, comments, a second assertion or one in a place of
// its own, a signature that speaks of something else than the element around it, an ID twice. The library checks the
// signature; what attacks on readers of signed XML have in common is an outline such as these.
func inspect(text []byte, allowSHA1 bool) error {
	if len(text) > maxResponse {
		return refuse(Invalid, "the answer has %d bytes: at most %d are read", len(text), maxResponse)
	}
	s := &shape{allowSHA1: allowSHA1, ids: map[string]bool{}, owner: map[int]string{}}
	reader := xml.NewDecoder(bytes.NewReader(text))
	for {
		token, err := reader.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return refuse(Invalid, "the answer is no XML: %v", err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return refuse(Invalid, "the answer has a document type, which could define entities")
		case xml.Comment:
			return refuse(Invalid, "the answer has a comment, at which readers split texts differently")
		case xml.ProcInst:
			if t.Target != "xml" || s.elements > 0 {
				return refuse(Invalid, "the answer has a processing instruction")
			}
		case xml.StartElement:
			if err := s.start(t); err != nil {
				return err
			}
		case xml.EndElement:
			if err := s.end(t.Name); err != nil {
				return err
			}
		}
	}
	switch {
	case s.status != "" && s.status != statusSuccess:
		return refuse(Denied, "the provider answers with the status %s", s.status)
	case s.assertions != 1:
		return refuse(Invalid, "the answer has %d assertions where one is expected", s.assertions)
	case s.signatures == 0:
		return refuse(Invalid, "neither the answer nor its assertion is signed")
	}
	return nil
}

func (s *shape) start(t xml.StartElement) error {
	depth := len(s.path)
	s.elements++
	if s.elements > maxElements || depth >= maxDepth {
		return refuse(Invalid, "the answer has more than %d elements, or more than %d in each other", maxElements, maxDepth)
	}
	if depth == 0 && (s.elements > 1 || t.Name != (xml.Name{Space: protocolSpace, Local: "Response"})) {
		return refuse(Invalid, "the answer is no Response of SAML 2.0")
	}
	id := ""
	for _, attribute := range t.Attr {
		if strings.EqualFold(attribute.Name.Local, "id") && attribute.Name.Space == "" {
			if id = attribute.Value; s.ids[id] {
				return refuse(Invalid, "two elements have the ID %.40q", id)
			}
			s.ids[id] = true
		}
	}
	s.path = append(s.path, t.Name)
	s.owner[depth] = id
	switch t.Name.Space {
	case assertionSpace:
		switch t.Name.Local {
		case "Assertion":
			if s.assertions++; depth != 1 {
				return refuse(Invalid, "an assertion stands where none belongs")
			}
		case "EncryptedAssertion", "EncryptedID", "EncryptedAttribute":
			return refuse(Invalid, "the answer is encrypted: switch that off at the provider, the connection is encrypted anyway")
		}
	case protocolSpace:
		if t.Name.Local == "StatusCode" && depth == 2 && s.status == "" {
			s.status = attributeOf(t, "Value")
		}
		if t.Name.Local == "Response" && depth != 0 {
			return refuse(Invalid, "an answer stands inside the answer")
		}
	case signatureSpace:
		return s.signature(t, depth)
	}
	return nil
}

// signature checks the parts of a signature. It must be that of the answer or of the assertion, and speak of nothing else.
func (s *shape) signature(t xml.StartElement, depth int) error {
	switch t.Name.Local {
	case "Signature":
		parent := s.path[depth-1]
		ofAssertion := depth == 2 && parent == (xml.Name{Space: assertionSpace, Local: "Assertion"})
		if depth != 1 && !ofAssertion {
			return refuse(Invalid, "a signature stands where none belongs")
		}
		s.signatures++
		s.references = 0
	case "Object", "Manifest":
		return refuse(Invalid, "a signature holds more than a signature")
	case "Reference":
		at := slices.Index(s.path, xml.Name{Space: signatureSpace, Local: "Signature"})
		if s.references++; at < 1 || s.references > 1 {
			return refuse(Invalid, "a signature speaks of several things")
		}
		if id := s.owner[at-1]; id == "" || attributeOf(t, "URI") != "#"+id {
			return refuse(Invalid, "a signature speaks of something else than what it stands in")
		}
	case "SignatureMethod", "DigestMethod":
		if !s.allowSHA1 && slices.Contains(weakAlgorithms, attributeOf(t, "Algorithm")) {
			return refuse(Invalid, "the answer is signed with SHA-1: let the provider use SHA-256, or set signatureAlgorithm to rsa-sha1")
		}
	}
	return nil
}

func (s *shape) end(name xml.Name) error {
	if name == (xml.Name{Space: signatureSpace, Local: "Signature"}) && s.references != 1 {
		return refuse(Invalid, "a signature speaks of nothing")
	}
	delete(s.owner, len(s.path)-1)
	s.path = s.path[:len(s.path)-1]
	return nil
}

func attributeOf(t xml.StartElement, name string) string {
	for _, attribute := range t.Attr {
		if attribute.Name.Space == "" && attribute.Name.Local == name {
			return attribute.Value
		}
	}
	return ""
}
