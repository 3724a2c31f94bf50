package conversion

import (
	"bytes"
	"encoding/xml"
	"regexp"

	"github.com/tidwall/gjson"
)

const (
	wsdlNamespace = "http://schemas.xmlsoap.org/wsdl/"
	wsdlRoot      = "definitions"
	edmxRoot      = "Edmx"
)

// yamlVersion is the line of a YAML document that says which description it is.
var yamlVersion = regexp.MustCompile(`(?m)^["']?(swagger|openapi)["']?[ \t]*:[ \t]*["']?([0-9])`)

// Detect tells which kind of foreign description data holds. It reports false for anything else, such
// as a definition in the platform's own form.
func Detect(data []byte) (kind string, ok bool) {
	data = bytes.TrimLeft(toUTF8(data), " \t\r\n")
	switch {
	case len(data) == 0:
		return "", false
	case data[0] == '<':
		return detectXML(data)
	case data[0] == '{':
		if kind, ok := detectJSON(data); ok {
			return kind, ok
		}
	}
	m := yamlVersion.FindSubmatch(data)
	if m == nil {
		return "", false
	}
	return kindOf(string(m[1]), string(m[2]))
}

func detectJSON(data []byte) (string, bool) {
	for _, member := range []string{"swagger", "openapi"} {
		if found := gjson.GetBytes(data, member); found.Exists() && found.String() != "" {
			return kindOf(member, found.String())
		}
	}
	return "", false
}

func kindOf(member, version string) (string, bool) {
	switch {
	case member == "swagger" && version[0] == '2':
		return KindSwagger, true
	case member == "openapi" && version[0] == '3':
		return KindOpenAPI, true
	}
	return "", false
}

func detectXML(data []byte) (string, bool) {
	d := newXMLDecoder(data)
	for {
		token, err := d.Token()
		if err != nil {
			return "", false
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch {
		case start.Name.Local == wsdlRoot && start.Name.Space == wsdlNamespace:
			return KindSOAP, true
		case start.Name.Local == edmxRoot:
			return KindOData, true
		}
		return "", false
	}
}

// brokenXML says why a document that begins like XML cannot be read, nil when it is none or can be.
func brokenXML(data []byte) error {
	if data = bytes.TrimLeft(data, " \t\r\n"); len(data) == 0 || data[0] != '<' {
		return nil
	}
	_, err := parseXML(data, nil)
	return err
}
