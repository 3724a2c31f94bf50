package conversion_test

import (
	"fmt"
	"strings"
	"testing"

	"jackfield/internal/conversion"
	"jackfield/internal/fault"
)

func TestDetectTellsDescriptionsFromEverythingElse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		kind string
	}{
		"swagger json":            {`{"paths":{},"swagger":"2.0"}`, "swagger"},
		"swagger yaml":            {"# pets\nswagger: '2.0'\ninfo: {}", "swagger"},
		"openapi json":            {` {"openapi":"3.0.1"}`, "openapi"},
		"openapi yaml":            {"info: {}\n\"openapi\": 3.1.0\n", "openapi"},
		"byte order mark":         {"\xef\xbb\xbfopenapi: 3.0.0\n", "openapi"},
		"version of later":        {"openapi: 4.0.0\n", ""},
		"swagger 1.2":             {`{"swaggerVersion":"1.2"}`, ""},
		"own definition":          {`{"name":"x","description":"swagger: 2.0"}`, ""},
		"own yaml":                {"name: x\ndescription: |\n  swagger: 2.0\n", ""},
		"wsdl 1.1":                {`<?xml version="1.0"?><!-- c --><w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/"/>`, "soap"},
		"wsdl 2":                  {`<description xmlns="http://www.w3.org/ns/wsdl"/>`, ""},
		"definitions without":     {`<definitions/>`, ""},
		"metadata":                {`<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"/>`, "odata"},
		"metadata in sixteen bit": {utf16(`<Edmx/>`), "odata"},
		"a page":                  {`<!DOCTYPE html><html></html>`, ""},
		"nothing":                 {" \n", ""},
		"bytes":                   {"\x00\x01", ""},
	} {
		kind, ok := conversion.Detect([]byte(c.text))
		if kind != c.kind || ok != (c.kind != "") {
			t.Errorf("%s: %q %v, want %q", name, kind, ok, c.kind)
		}
	}
}

func utf16(text string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for _, r := range text {
		b.WriteByte(byte(r))
		b.WriteByte(0)
	}
	return b.String()
}

// wrap makes a Swagger document of its paths and definitions.
func swagger(paths, definitions string) string {
	return `{"swagger":"2.0","info":{"title":"T","version":"1"},"host":"h.example.com","paths":{` + paths + `},"definitions":{` + definitions + `}}`
}

const onePath = `"/a":{"get":{"responses":{"200":{"description":"d"}}}}`

func wsdl(types, rest string) string {
	return `<definitions targetNamespace="urn:x" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:x" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:x="http://www.w3.org/2001/XMLSchema"><types><x:schema targetNamespace="urn:x">` +
		types + `</x:schema></types>` + rest + `</definitions>`
}

const oneBinding = `<message name="in"><part name="p" element="t:E"/></message><portType name="P"><operation name="Do"><input message="t:in"/></operation></portType>` +
	`<binding name="B" type="t:P"><soap:binding/><operation name="Do"><soap:operation soapAction="a"/><input><soap:body use="literal"/></input></operation></binding>` +
	`<service name="S"><port name="p" binding="t:B"><soap:address location="http://s.example.com/"/></port></service>`

func edmx(schema string) string {
	return `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>` + schema + `</edmx:DataServices></edmx:Edmx>`
}

func TestDocumentsThatCannotBeConvertedAreRefusedWithPlaceAndReason(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200)
	for name, c := range map[string]struct {
		kind, text string
		want       []string
	}{
		"nothing":             {"", "  ", []string{"empty"}},
		"unknown":             {"", `{"a":1}`, []string{"none of the descriptions", "Swagger 2.0", "$metadata"}},
		"unknown type":        {"raml", swagger(onePath, ""), []string{`"raml"`, "soap, swagger, openapi, odata"}},
		"wrong type":          {"soap", swagger(onePath, ""), []string{"type swagger, not soap"}},
		"broken json":         {"", `{"swagger":"2.0",`, []string{"cannot be read", "byte 17"}},
		"deep json":           {"", `{"swagger":"2.0","x":` + deep + `}`, []string{"deeper than 100"}},
		"broken yaml":         {"", "swagger: '2.0'\npaths: [\n", []string{"cannot be read", "line"}},
		"no operation":        {"", swagger(`"/a":{}`, ""), []string{"paths", "nothing to call"}},
		"no paths":            {"", `{"openapi":"3.1.0","info":{"title":"T","version":"1"},"webhooks":{}}`, []string{"paths", "nothing to call"}},
		"file":                {"", swagger(`"/a":{"get":{"responses":{"200":{"schema":{"$ref":"other.json#/definitions/A"}}}}}`, ""), []string{"paths./a.get.responses.200.schema.$ref", "other.json#/definitions/A", "a file"}},
		"absolute file":       {"", swagger(onePath, `"A":{"$ref":"file:///etc/passwd"}`), []string{"definitions.A.$ref", "file:///etc/passwd"}},
		"address":             {"", swagger(onePath, `"A":{"properties":{"b":{"$ref":"http://10.0.0.1/a.json#/b"}}}`), []string{"definitions.A.properties.b.$ref", "another address"}},
		"every one":           {"", swagger(`"/a":{"$ref":"a.yaml"},"/b":{"$ref":"https://b.example.com/b"}`, ""), []string{"2 problems", "paths./a.$ref", "paths./b.$ref"}},
		"in a parameter":      {"", swagger(`"/a":{"get":{"parameters":[{"$ref":"p.json"}]}}`, ""), []string{"paths./a.get.parameters[0].$ref"}},
		"in an example":       {"", `{"openapi":"3.0.0","info":{"title":"T"},"paths":{` + onePath + `},"components":{"examples":{"e":{"$ref":"../e.json"}}}}`, []string{"components.examples.e.$ref"}},
		"in yaml":             {"", "openapi: 3.0.0\npaths:\n  /a:\n    get:\n      responses:\n        '200': {$ref: '//evil.example.com/x'}\n", []string{"paths./a.get.responses.200.$ref", "another address"}},
		"broken xml":          {"", `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"><a></b></definitions>`, []string{"document", "line 1"}},
		"entities":            {"soap", `<!DOCTYPE d [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><definitions xmlns="http://schemas.xmlsoap.org/wsdl/" targetNamespace="&b;"/>`, []string{"DOCTYPE"}},
		"entities of odata":   {"odata", `<!DOCTYPE d SYSTEM "file:///etc/passwd"><Edmx/>`, []string{"DOCTYPE"}},
		"unknown entity":      {"", `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"><a>&b;</a></definitions>`, []string{"invalid character entity"}},
		"deep xml":            {"", `<Edmx>` + strings.Repeat("<a>", 200) + strings.Repeat("</a>", 200) + `</Edmx>`, []string{"deeper than 100", "line 1"}},
		"wsdl without name":   {"", `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>`, []string{"targetNamespace"}},
		"wsdl without calls":  {"", wsdl("", ""), []string{"no SOAP binding"}},
		"wsdl import":         {"", wsdl("", `<import namespace="urn:y" location="http://127.0.0.1/y.wsdl"/>`+oneBinding), []string{"definitions/import", "http://127.0.0.1/y.wsdl"}},
		"schema import":       {"", wsdl(`<x:import namespace="urn:z" schemaLocation="z.xsd"/><x:include schemaLocation="../up.xsd"/>`, oneBinding), []string{"2 problems", "types/schema[urn:x]/import", "z.xsd", "types/schema[urn:x]/include", "../up.xsd"}},
		"metadata of nothing": {"", edmx(""), []string{"no Schema"}},
		"no entity sets":      {"", edmx(`<Schema Namespace="A.B" xmlns="http://docs.oasis-open.org/odata/ns/edm"/>`), []string{"EntityContainer", "nothing to call"}},
		"no namespace":        {"", edmx(`<Schema/>`), []string{"Namespace"}},
		"character set":       {"", `<?xml version="1.0" encoding="ebcdic"?><Edmx/>`, []string{"character set ebcdic"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := conversion.Convert(c.kind, []byte(c.text))
			if err == nil {
				t.Fatalf("converted to %q with %d resources", d.Name, len(d.Resources))
			}
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%v is not Invalid", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

func TestWhatIsTooLargeIsRefusedWithItsLimit(t *testing.T) {
	t.Parallel()
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	bomb := "swagger: '2.0'\na: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for i := 'b'; i < 'k'; i++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", i-1), 10), ","))
	}
	wide := swagger(`"/a":{"get":{"responses":{"200":{"$ref":"#/responses/R"}}}}`, "")
	wide = strings.Replace(wide, `"paths":{`, `"responses":{"R":{"schema":{"properties":{`+many(3000, `"p%d":{"type":"string"}`)+`}}}},"paths":{`+many(1000, `"/r%d":{"get":{"responses":{"200":{"$ref":"#/responses/R"}}}}`)+",", 1)
	groups := ""
	for i := range 15 {
		groups += fmt.Sprintf(`<x:group name="g%d"><x:sequence>%s</x:sequence></x:group>`, i, strings.Repeat(fmt.Sprintf(`<x:group ref="t:g%d"/>`, i+1), 10))
	}
	allOf := many(30, `"A%[1]d":{"allOf":[{"properties":{"x":{"oneOf":[{"$ref":"#/definitions/A0"},{"$ref":"#/definitions/A1"},{"properties":{"y":{"allOf":[{"$ref":"#/definitions/A2"},{"$ref":"#/definitions/A3"}]}}}]}}}]}`)
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"bytes":            {swagger(onePath, "") + strings.Repeat(" ", 33<<20), "32 MiB"},
		"values":           {`{"swagger":"2.0","x":[` + strings.Repeat("1,", 1_000_000) + "1]}", "1000000 values"},
		"aliases":          {bomb, "1000000 values, aliases expanded"},
		"operations":       {swagger(many(5001, `"/p%d":{"get":{}}`), ""), "5000 operations"},
		"elements":         {`<Edmx>` + strings.Repeat("<a/>", 1_000_001) + `</Edmx>`, "1000000 elements"},
		"shared answers":   {wide, "once its references are followed"},
		"groups of groups": {wsdl(groups+`<x:group name="g15"/><x:element name="E"><x:complexType><x:group ref="t:g0"/></x:complexType></x:element>`, oneBinding), "parts of types"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := conversion.Convert("", []byte(c.text))
			if !fault.Is(err, fault.TooLarge) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%.300v, want TooLarge with %q", err, c.want)
			}
		})
	}
	if _, err := conversion.Convert("", []byte(swagger(onePath, allOf))); err != nil {
		t.Errorf("definitions that no operation uses are not read: %v", err)
	}
}

func TestSmallMistakesAreMendedAndReported(t *testing.T) {
	t.Parallel()
	get := func(inner string) string { return `"/a":{"get":{` + inner + `}}` }
	answer := func(schema string) string { return get(`"responses":{"200":{"schema":` + schema + `}}`) }
	for name, c := range map[string]struct {
		text string
		want []string // notes
		has  []string // words of the definition
	}{
		"dangling":           {swagger(answer(`{"$ref":"#/definitions/B"}`), ""), []string{`paths./a.get.responses.200.schema: $ref "#/definitions/B" points at nothing`}, nil},
		"dangling answer":    {swagger(get(`"responses":{"200":{"$ref":"#/responses/N"}}`), ""), []string{`paths./a.get.responses.200: $ref`}, nil},
		"circle":             {strings.Replace(swagger(get(`"parameters":[{"$ref":"#/parameters/A"}]`), ""), `"paths"`, `"parameters":{"A":{"$ref":"#/parameters/A"}},"paths"`, 1), []string{"circles"}, nil},
		"bare name":          {swagger(answer(`{"$ref":"B"}`), `"B":{"properties":{"x":{"type":"string"}}}`), []string{`$ref "B" is read as "#/definitions/B"`}, []string{`"x":{"type":"string"}`}},
		"no slash":           {swagger(answer(`{"$ref":"#definitions/B"}`), `"B":{"properties":{"x":{}}}`), []string{`is read as "#/definitions/B"`}, nil},
		"required true":      {swagger(answer(`{"properties":{"x":{"type":"string","required":true}}}`), ""), []string{"properties.x: required belongs"}, []string{`"required":["x"]`}},
		"required schema":    {swagger(answer(`{"type":"object","required":true,"properties":{"x":{}}}`), ""), []string{"required: is a boolean"}, nil},
		"title of object":    {swagger(answer(`{"title":{"a":1},"properties":{"x":{}}}`), ""), []string{"title: is an object and must be a text"}, nil},
		"type word":          {swagger(answer(`{"properties":{"x":{"type":"long"},"y":{"type":"B"}}}`), `"B":{"properties":{"z":{"type":"datetime"}}}`), []string{`"long" is read as integer`, `"B" is the name of a definition`, `"datetime" is read as string`}, []string{`"x":{"type":"integer","format":"int64"}`}},
		"unknown type":       {swagger(answer(`{"properties":{"x":{"type":"thing"}}}`), ""), []string{`"thing" is not known`}, []string{`"x":{"type":"unknown"}`}},
		"tuple":              {swagger(answer(`{"properties":{"x":{"type":"array","items":[{"type":"string"}]}}}`), ""), []string{"items: is a list"}, []string{`"items":{"type":"string"}`}},
		"path parameter":     {swagger(`"/a/{b}":{"get":{"parameters":[{"name":"c","in":"path","type":"string"}]}}`, ""), []string{"path parameter c has no place", "{b} of the path is not declared"}, nil},
		"twice":              {swagger(get(`"parameters":[{"name":"q","in":"query","type":"string"},{"name":"q","in":"query","type":"string"}]`), ""), []string{"q stands twice"}, nil},
		"place":              {swagger(get(`"parameters":[{"name":"q","in":"url","type":"string"}]`), ""), []string{`in is "url"`}, []string{`"name":"q","type":"query"`}},
		"no slash before":    {swagger(`"a":{"get":{}}`, ""), []string{"does not begin with a slash"}, []string{`"path":"/hubs/general/a"`}},
		"brace":              {swagger(`"/a/{b":{"get":{}},"/c":{"get":{}}`, ""), []string{"brace without its partner"}, nil},
		"host":               {strings.Replace(swagger(onePath, ""), "h.example.com", "https://h.example.com/v1/", 1), []string{"host: has a scheme", "host: has a path"}, []string{`"defaultValue":"https://h.example.com/v1"`}},
		"no title":           {strings.Replace(swagger(onePath, ""), `"title":"T",`, "", 1), []string{"info.title: is missing"}, []string{`"name":"h.example.com"`}},
		"member twice":       {strings.Replace(swagger(onePath, ""), `"host"`, `"host":"g.example.com","host"`, 1), []string{"host: stands twice"}, []string{"https://h.example.com"}},
		"wrong kinds":        {strings.Replace(swagger(onePath, ""), `"paths"`, `"schemes":"https","securityDefinitions":[],"security":{"a":[]},"paths"`, 1), []string{"schemes: is a text and must be a list"}, nil},
		"authorization":      {swagger(get(`"parameters":[{"name":"Authorization","in":"header","required":true,"type":"string"},{"name":"Cookie","in":"header","type":"string"}]`), ""), []string{"header Authorization is a value of the configuration", "header Cookie"}, []string{`"key":"authorization"`, `"vendorName":"Authorization","vendorType":"header"`}},
		"no key from name":   {strings.Replace(swagger(onePath, ""), `"title":"T"`, `"title":"天気"`, 1), []string{"no letter or digit"}, []string{`"key":"imported"`, `"name":"天気"`}},
		"json with comma":    {`{"swagger":"2.0","info":{"title":"T"},"paths":{` + onePath + `},}`, nil, []string{`"name":"T"`}},
		"same path twice":    {swagger(`"/a/{b}":{"get":{"operationId":"one"}},"/a/{c}":{"get":{"operationId":"two"}},"/a/{d}":{"get":{}}`, ""), []string{"/a-two/{c}", "/a2/{d}"}, nil},
		"yaml merge":         {"swagger: '2.0'\ninfo: {title: T}\nhost: h\nx-a: &a {get: {operationId: merged}}\npaths:\n  /a:\n    <<: *a\n", nil, []string{`"operationId":"merged"`}},
		"metadata circle":    {edmx(`<Schema Namespace="A.B" xmlns="http://docs.oasis-open.org/odata/ns/edm"><EntityType Name="E" BaseType="A.B.E"/><EntityContainer Name="C"><EntitySet Name="Es" EntityType="A.B.E"/></EntityContainer></Schema>`), []string{"its own base type", "no key"}, nil},
		"metadata elsewhere": {edmx(`<Schema Namespace="A.B" xmlns="http://docs.oasis-open.org/odata/ns/edm"><EntityType Name="E" BaseType="X.Y"><Key><PropertyRef Name="I"/></Key></EntityType><EntityContainer Name="C"><EntitySet Name="Es" EntityType="A.B.E"/></EntityContainer></Schema>`), []string{"base type X.Y is not in the document"}, []string{`/Es({id})`}},
		"wsdl type":          {wsdl(`<x:element name="E"><x:complexType><x:sequence><x:element name="a" type="t:Gone"/></x:sequence></x:complexType></x:element>`, oneBinding), []string{"line 1: the type t:Gone"}, []string{"{a}"}},
		"wsdl recursion":     {wsdl(`<x:complexType name="R"><x:sequence><x:element name="r" type="t:R"/><x:element name="v" type="x:string"/></x:sequence></x:complexType><x:element name="E" type="t:R"/>`, oneBinding), nil, []string{"<v>{v}</v>"}},
		"wsdl policy":        {wsdl(`<x:element name="E"/>`, `<p:Policy xmlns:p="urn:p"/>`+oneBinding), []string{"policies are not read"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, notes, err := conversion.ConvertWithNotes("", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			sound(t, d)
			var all []string
			for _, n := range notes {
				all = append(all, n.String())
			}
			for _, want := range c.want {
				if !strings.Contains(strings.Join(all, "\n"), want) {
					t.Errorf("no note says %q:\n%s", want, strings.Join(all, "\n"))
				}
			}
			text, err := d.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.has {
				if !strings.Contains(strings.ReplaceAll(string(text), `\u003c`, "<"), want) && !strings.Contains(string(text), want) {
					t.Errorf("the definition does not have %q:\n%s", want, text)
				}
			}
		})
	}
}

func TestWhatWasMendedStandsInTheDescription(t *testing.T) {
	t.Parallel()
	text := []byte(swagger(`"/a":{"get":{"responses":{"200":{"schema":{"$ref":"#/definitions/B"}}}}}`, ""))
	d, err := conversion.Convert("swagger", text)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(d.Description, "points at nothing") {
		t.Errorf("%q hides what was mended", d.Description)
	}
	plain, notes, err := conversion.ConvertWithNotes("swagger", text)
	if err != nil || len(notes) != 1 || strings.Contains(plain.Description, "points at nothing") {
		t.Errorf("%v %v %q", err, notes, plain.Description)
	}
}

func TestSwaggerAndOpenAPIAreOneWordToCallers(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"", "swagger", "openapi"} {
		for _, text := range []string{swagger(onePath, ""), `{"openapi":"3.0.0","info":{"title":"T"},"paths":{` + onePath + `}}`} {
			if d, err := conversion.Convert(kind, []byte(text)); err != nil || d.Name != "T" {
				t.Errorf("%q: %v", kind, err)
			}
		}
	}
}
