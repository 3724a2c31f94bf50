package gateway

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"jackfield/internal/fault"
	"jackfield/internal/soap"
)

const (
	// protocolSOAP is the protocolType of connectors whose answers are envelopes, kindSOAP the kind of such a resource.
	protocolSOAP = "soap"
	kindSOAP     = "eb_soap"
)

// readEnvelope makes JSON of a provider's XML answer, so that hooks, root keys and shapes see one kind of body. The root
// key is applied here already: hooks of the original read what it leads to (decision 0443). A fault of SOAP becomes the
// status that says the same, whichever HTTP status it came with.
func (c *Call) readEnvelope() error {
	media, parameters := mediaOf(c.response.header)
	body := bytes.TrimLeft(c.response.body, " \t\r\n") // the end may be half of a character of UTF-16
	if len(body) == 0 {
		return nil
	}
	if !c.readsXML(media) || !mayBeXML(body) {
		return c.noEnvelope(media, body)
	}
	document, err := soap.Decode(body, parameters["charset"])
	if err != nil {
		if c.response.failed() {
			return nil // its text is what the provider said
		}
		return fault.As(err).WithProvider(excerpt(body))
	}
	document.Bare = c.speaksSOAP()
	c.response.raw = c.response.body
	c.response.header = c.response.header.Clone()
	c.response.header.Set("Content-Type", "application/json")
	if said := document.Fault(); said != nil {
		c.response.said = said.Words()
		if c.response.status == http.StatusInternalServerError || !c.response.failed() {
			c.response.status = statusOf(said.Kind())
		}
	}
	c.response.body = c.unwrapped(document)
	return nil
}

// statusOf is the HTTP status of a provider that would have said a fault with one.
func statusOf(kind fault.Kind) int {
	switch kind {
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Invalid:
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// encodeXML writes a JSON body as XML, for resources without a template. For SOAP it goes into an envelope, unless it is
// one.
func (c *Call) encodeXML(body []byte) error {
	text, err := soap.Encode(body, "")
	if err != nil {
		return err
	}
	if c.speaksSOAP() && !soap.IsEnvelope(body) {
		text = soap.Envelope(text, c.vendor.header.Get("Content-Type"))
	}
	c.vendor.body = []byte(text)
	return nil
}

// noEnvelope judges an answer that is not read as XML. One of a SOAP connector that succeeded should have been.
func (c *Call) noEnvelope(media string, body []byte) error {
	switch {
	case !c.speaksSOAP() || c.response.failed() || isJSON(media) && isContainer(string(body)):
		return nil
	case strings.HasPrefix(media, "multipart/"):
		return fault.New(fault.Provider, "The provider answered with attachments (%s), which are not read: turn MTOM off", media)
	}
	return fault.New(fault.Provider, "The provider answered with %q where XML was expected: check base.url", media).WithProvider(providerMessage(body, media))
}

// unwrapped is the JSON of what the root key leads to. Without it a list is empty, and an object is all there is: what is
// in the body of an envelope (reference/hub-api.md §3.3).
func (c *Call) unwrapped(document *soap.Document) []byte {
	root := c.Resource.RootKeyIn
	if c.rootKeyOverride != nil {
		root = *c.rootKeyOverride
	}
	c.readCursor(document)
	if root != "" {
		var shape *soap.Shape
		if model := c.Resource.Model; model != nil {
			shape = soap.NewShape(model.Swagger, model.Name)
		}
		if found, ok := document.At(root, c.Resource.List, shape); ok {
			return objectOf(found)
		}
		if c.Resource.List && !c.response.failed() {
			return []byte("[]")
		}
	}
	if document.IsEnvelope() {
		if found, ok := document.At("Envelope.Body", false, nil); ok {
			return objectOf(found)
		}
	}
	return document.JSON()
}

// objectOf is an answer as clients take it: an element with nothing in it is an object without members.
func objectOf(found []byte) []byte {
	if string(found) == `""` {
		return []byte("{}")
	}
	return found
}

// readCursor takes the cursor of the next page from the whole document, of which the root key leaves a part.
func (c *Call) readCursor(document *soap.Document) {
	key := c.Resource.NextPageKey
	if !c.Resource.List || key == "" || c.nextToken != "" || strings.HasPrefix(key, "header.") || strings.EqualFold(key, HeaderNextPage) {
		return
	}
	path, parameter, inURL := strings.Cut(strings.TrimPrefix(key, "body."), "?")
	found, ok := document.At(path, false, nil)
	cursor := rawText(found)
	if !ok || cursor == "" || cursor == "null" || isContainer(cursor) {
		return
	}
	if inURL {
		address, err := url.Parse(cursor)
		if err != nil || address.Query().Get(parameter) == "" {
			return
		}
		cursor = address.Query().Get(parameter)
	}
	c.nextToken = c.wrapToken(cursor)
}

// speaksSOAP reports whether the provider answers with envelopes.
func (c *Call) speaksSOAP() bool {
	return c.Program != nil && c.Program.Connector.ProtocolType == protocolSOAP || c.Resource.Kind == kindSOAP
}

// readsXML reports whether an answer of a media type becomes JSON: what a SOAP connector gets, and XML that the definition
// asked for (Accept), or takes apart (a root key, a list). Other XML is a file, and stays one.
func (c *Call) readsXML(media string) bool {
	if c.speaksSOAP() {
		return isXML(media) || media == "" || media == "text/plain"
	}
	if !isXML(media) {
		return false
	}
	if response := c.Resource.Response; response != nil && isXMLHeader(response.ContentType) {
		return false
	}
	return isXMLHeader(c.vendor.header.Get("Accept")) || c.Resource.RootKeyIn != "" || c.Resource.List
}

func mediaOf(header http.Header) (media string, parameters map[string]string) {
	media, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		media, _, _ = strings.Cut(header.Get("Content-Type"), ";")
		media = strings.ToLower(strings.TrimSpace(media))
	}
	return media, parameters
}

func isXML(media string) bool {
	return media == "text/xml" || media == "application/xml" || strings.HasSuffix(media, "+xml") && media != "image/svg+xml" && media != "application/xhtml+xml"
}

// isXMLHeader reports whether a header names a media type of XML, alone or first.
func isXMLHeader(content string) bool {
	first, _, _ := strings.Cut(content, ",")
	media, _, _ := strings.Cut(first, ";")
	return isXML(strings.ToLower(strings.TrimSpace(media)))
}

// mayBeXML reports whether a body begins as XML does, in one of the character sets that are read.
func mayBeXML(body []byte) bool {
	for _, beginning := range []string{"<", "\xef\xbb\xbf", "\xff\xfe", "\xfe\xff", "\x00<"} {
		if bytes.HasPrefix(body, []byte(beginning)) {
			return true
		}
	}
	return false
}
