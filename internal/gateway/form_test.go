package gateway

import (
	"net/http"
	"strings"
	"testing"

	"jackfield/internal/catalog"
	"jackfield/internal/connector"

	"github.com/tidwall/gjson"
)

func TestAJSONBodyBecomesAFormWithBrackets(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ body, want string }{
		{`{"email":"ada@example.org","amount":1200}`, "email=ada@example.org&amount=1200"},
		{`{"metadata":{"order":"7","a b":"x&y"}}`, "metadata[order]=7&metadata[a b]=x&y"},
		{`{"items":[{"price":"p1","quantity":2},{"price":"p2"}]}`, "items[0][price]=p1&items[0][quantity]=2&items[1][price]=p2"},
		{`{"expand":["customer","invoice"]}`, "expand[0]=customer&expand[1]=invoice"},
		{`{"description":null,"metadata":{},"tags":[]}`, "description=&metadata=&tags="},
		{`{"live":true,"big":12345678901234567890}`, "live=true&big=12345678901234567890"},
		{`{"metadata[key]":"v"}`, "metadata[key]=v"},
	} {
		pairs, err := bracketed([]byte(test.body))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range pairs {
			got = append(got, p.name+"="+p.value)
		}
		if text := strings.Join(got, "&"); text != test.want {
			t.Errorf("%s became %s, want %s", test.body, text, test.want)
		}
	}
}

func TestAFormHasLimits(t *testing.T) {
	t.Parallel()
	many := `{"a":[` + strings.Repeat("1,", maxFormPairs) + `1]}`
	deep := strings.Repeat(`{"a":`, maxFormDepth+3) + "1" + strings.Repeat("}", maxFormDepth+3)
	for _, body := range []string{many, deep} {
		if _, err := bracketed([]byte(body)); err == nil || !strings.Contains(err.Error(), "too large for a form") {
			t.Errorf("a body of %d bytes: %v", len(body), err)
		}
	}
}

func callWith(contentType, body string) *Call {
	return &Call{
		Resource: &catalog.Resource{Resource: &connector.Resource{Method: "POST"}, Canonical: "/hubs/x/y"},
		vendor:   vendorRequest{header: http.Header{"Content-Type": {contentType}}, body: []byte(body), hasBody: true},
	}
}

func TestTheContentTypeDecidesWhatABodyBecomes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ contentType, body, want string }{
		{"application/x-www-form-urlencoded", `{"a":{"b":"c"}}`, "a%5Bb%5D=c"},
		{"application/x-www-form-urlencoded; charset=utf-8", `{"a":1}`, "a=1"},
		{"application/x-www-form-urlencoded", `a=1`, "a=1"},
		{"application/json", `{"a":{"b":"c"}}`, `{"a":{"b":"c"}}`},
		{"text/xml; charset=utf-8", `{"r":{"@k":"v","a":["x",null]}}`, `<?xml version="1.0" encoding="UTF-8"?><r k="v"><a>x</a><a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/></r>`},
	} {
		c := callWith(test.contentType, test.body)
		if err := c.encodeBody(); err != nil {
			t.Fatal(err)
		}
		if got := string(c.vendor.body); got != test.want {
			t.Errorf("%s as %s became %s, want %s", test.body, test.contentType, got, test.want)
		}
	}
	c := callWith("application/x-www-form-urlencoded", `[1]`)
	if err := c.encodeBody(); err == nil || !strings.Contains(err.Error(), "must be a JSON object") {
		t.Errorf("a list: %v", err)
	}
}

func TestJSONInAHeaderIsASCII(t *testing.T) {
	t.Parallel()
	header := http.Header{"Dropbox-Api-Arg": {`{"path":"/Übung 😀.txt"}`}, "X-Plain": {"Ü"}, "X-Broken": {"{Ü"}}
	asciiHeaders(header)
	if got := header.Get("Dropbox-Api-Arg"); got != `{"path":"/\u00dcbung \ud83d\ude00.txt"}` || gjson.Get(got, "path").String() != "/Übung 😀.txt" {
		t.Errorf("the header is %s", got)
	}
	if header.Get("X-Plain") != "Ü" || header.Get("X-Broken") != "{Ü" {
		t.Errorf("other headers changed: %v", header)
	}
	if got := headerText(value{raw: []byte("{\n  \"path\": \"/a b\"\n}")}); got != `{"path":"/a b"}` {
		t.Errorf("the value is %q", got)
	}
}

func TestABodyIsWrappedAsTheRootKeySays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ root, body, want string }{
		{"person", `{"a":1}`, `{"person":{"a":1}}`},
		{"data.attributes", `{"a":1}`, `{"data":{"attributes":{"a":1}}}`},
		{"data[0]", `{"a":1}`, `{"data":[{"a":1}]}`},
		{"data[*]", `[{"a":1},{"a":2}]`, `{"data":[{"a":1},{"a":2}]}`},
		{"data", `[1]`, `{"data":[1]}`},
		{`a\.b`, `{}`, `{"a.b":{}}`},
		{"data[0].x", `{"a":1}`, `{"data":[{"x":{"a":1}}]}`},
	} {
		if got := string(wrap([]byte(test.body), test.root)); got != test.want {
			t.Errorf("%s in %s became %s, want %s", test.body, test.root, got, test.want)
		}
	}
}

func TestAFieldOfAWrappedBodyMovesWithinIt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ root, name, vendorName, want string }{
		{"person", "first", "first_name", `{"person":{"last":"B","first_name":"A"}}`},
		{"person", "first", "person.first_name", `{"person":{"last":"B","first_name":"A"}}`},
		{"data[0]", "first", "first_name", `{"data":[{"last":"B","first_name":"A"}]}`},
		{"", "first", "first_name", `{"last":"B","first_name":"A"}`},
	} {
		body := []byte(`{"first":"A","last":"B"}`)
		c := callWith("application/json", string(wrap(body, test.root)))
		c.body = body
		b := binder{call: c, wrapped: test.root}
		p := &connector.Parameter{Name: test.name, Type: connector.TypeBodyField, VendorName: test.vendorName, VendorType: connector.TypeBodyField}
		if err := b.setMember(p, value{raw: []byte(`"A"`)}); err != nil {
			t.Fatal(err)
		}
		if got := string(c.vendor.body); got != test.want {
			t.Errorf("%v gave %s, want %s", test, got, test.want)
		}
	}
}

func TestABodyWithoutATemplateGoesIntoAnEnvelope(t *testing.T) {
	t.Parallel()
	for contentType, space := range map[string]string{"text/xml": "http://schemas.xmlsoap.org/soap/envelope/", "application/soap+xml": "http://www.w3.org/2003/05/soap-envelope"} {
		c := callWith(contentType, `{"Get":{"@xmlns":"urn:x","id":7}}`)
		c.Resource.Kind = kindSOAP
		if err := c.encodeBody(); err != nil {
			t.Fatal(err)
		}
		want := `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="` + space + `"><soapenv:Body><Get xmlns="urn:x"><id>7</id></Get></soapenv:Body></soapenv:Envelope>`
		if got := string(c.vendor.body); got != want {
			t.Errorf("%s: %s", contentType, got)
		}
	}
	c := callWith("text/xml", `{"a":1,"b":2}`)
	if err := c.encodeBody(); err == nil || !strings.Contains(err.Error(), "one member, which is its root element") {
		t.Errorf("two roots: %v", err)
	}
}
