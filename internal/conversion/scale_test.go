package conversion_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"jackfield/internal/connector"
	"jackfield/internal/conversion"
)

// TestLargeDocumentsConvert takes documents of the size that real services have, and larger.
func TestLargeDocumentsConvert(t *testing.T) {
	if testing.Short() {
		t.Skip("large documents take seconds")
	}
	for name, c := range map[string]struct {
		text      string
		resources int
	}{
		"a WSDL of 16 MB":               {largeWSDL(1200, 400), 1200},
		"a Swagger document of 6 MB":    {largeSwagger(700, 60), 1400},
		"metadata of 300 entity sets":   {largeMetadata(300, 60), 300 * 6},
		"an OpenAPI document in YAML":   {largeYAML(500), 500},
		"metadata of 6000 entity sets":  {largeMetadata(6000, 3), 5000},
		"a document of one large model": {largeSwagger(2, 10000), 4},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		d, notes, err := conversion.ConvertWithNotes("", []byte(c.text))
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text, err := d.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %.1f MB, %d resources of %.1f MB, %d notes, %v, %d MB allocated, %d MB taken from the system", name, float64(len(c.text))/1e6,
			len(d.Resources), float64(len(text))/1e6, len(notes), took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20, after.Sys>>20)
		if len(d.Resources) != c.resources || len(text) > connector.MaxDocument {
			t.Errorf("%s: %d resources of %d bytes, want %d", name, len(d.Resources), len(text), c.resources)
		}
		for _, p := range connector.Errors(d.Validate()) {
			t.Errorf("%s: %s", name, p)
		}
		soundModels(t, d)
	}
}

// TestTypesThatExpandIntoEachOtherStayNames has a hundred types whose fields are a text or another type,
// or one of several: written out in each other they would never end.
func TestTypesThatExpandIntoEachOtherStayNames(t *testing.T) {
	t.Parallel()
	const types = 100
	var definitions strings.Builder
	for i := range types {
		if i > 0 {
			definitions.WriteByte(',')
		}
		fmt.Fprintf(&definitions, `"T%d":{"type":"object","properties":{"id":{"type":"string"}`, i)
		for j := range 10 {
			fmt.Fprintf(&definitions, `,"one%[1]d":{"anyOf":[{"type":"string"},{"$ref":"#/components/schemas/T%[2]d"}]},"any%[1]d":{"oneOf":[{"$ref":"#/components/schemas/T%[2]d"},{"$ref":"#/components/schemas/T%[3]d"}]}`,
				j, (i+j*7+1)%types, (i+j*13+2)%types)
		}
		definitions.WriteString("}}")
	}
	text := `{"openapi":"3.0.0","info":{"title":"T","version":"1"},"paths":{"/a":{"get":{"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/T0"}}}}}}}},"components":{"schemas":{` + definitions.String() + `}}}`
	d, _, err := conversion.ConvertWithNotes("", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	sound(t, d)
	if model := string(d.Resources[0].Model.Swagger); !strings.Contains(model, `"one0":{"type":"T1"}`) || !strings.Contains(model, `"any0":{"type":"T1OrT2"}`) {
		t.Errorf("%.2000s", model)
	}
}

func largeWSDL(operations, fields int) string {
	var types, rest, ports, bound strings.Builder
	for i := range operations {
		fmt.Fprintf(&types, `<x:element name="Do%d"><x:complexType><x:sequence><x:element name="it" type="t:T%d"/></x:sequence></x:complexType></x:element><x:element name="Done%[1]d"><x:complexType><x:sequence><x:element name="it" type="t:T%[2]d" maxOccurs="unbounded"/></x:sequence></x:complexType></x:element>`, i, i%(operations/4))
		fmt.Fprintf(&rest, `<message name="in%[1]d"><part name="p" element="t:Do%[1]d"/></message><message name="out%[1]d"><part name="p" element="t:Done%[1]d"/></message>`, i)
		fmt.Fprintf(&ports, `<operation name="Do%[1]d"><input message="t:in%[1]d"/><output message="t:out%[1]d"/></operation>`, i)
		fmt.Fprintf(&bound, `<operation name="Do%[1]d"><soap:operation soapAction="a%[1]d"/><input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>`, i)
	}
	for i := range operations / 4 {
		fmt.Fprintf(&types, `<x:complexType name="T%d"><x:sequence>`, i)
		for j := range fields {
			fmt.Fprintf(&types, `<x:element name="fieldWithALongName%d" type="x:string" minOccurs="0" maxOccurs="1" nillable="true"><x:annotation><x:documentation>Field</x:documentation></x:annotation></x:element>`, j)
		}
		fmt.Fprintf(&types, `<x:element name="next" type="t:T%d"/></x:sequence></x:complexType>`, (i+1)%(operations/4))
	}
	return wsdl(types.String(), rest.String()+`<portType name="P">`+ports.String()+`</portType><binding name="B" type="t:P"><soap:binding/>`+bound.String()+
		`</binding><service name="S"><port name="p" binding="t:B"><soap:address location="http://s.example.com/"/></port></service>`)
}

func largeSwagger(paths, fields int) string {
	var p, d strings.Builder
	for i := range paths {
		if i > 0 {
			p.WriteByte(',')
			d.WriteByte(',')
		}
		fmt.Fprintf(&p, `"/things%[1]d":{"get":{"operationId":"list%[1]d","parameters":[{"name":"limit","in":"query","type":"integer"},{"name":"offset","in":"query","type":"integer"}],"responses":{"200":{"schema":{"type":"array","items":{"$ref":"#/definitions/Thing%[1]d"}}}}},"post":{"operationId":"add%[1]d","parameters":[{"name":"b","in":"body","schema":{"$ref":"#/definitions/Thing%[1]d"}}],"responses":{"201":{"schema":{"$ref":"#/definitions/Thing%[1]d"}}}}}`, i)
		fmt.Fprintf(&d, `"Thing%d":{"type":"object","description":"A thing","properties":{`, i)
		for j := range fields {
			fmt.Fprintf(&d, `"property%d":{"type":"string","description":"What this property of the thing means, in a sentence as they are","example":"value"},`, j)
		}
		fmt.Fprintf(&d, `"next":{"$ref":"#/definitions/Thing%d"},"all":{"type":"array","items":{"$ref":"#/definitions/Thing%d"}}}}`, (i+1)%paths, (i*7)%paths)
	}
	return swagger(p.String(), d.String())
}

func largeYAML(paths int) string {
	var b strings.Builder
	b.WriteString("openapi: 3.0.1\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://h.example.com'}]\npaths:\n")
	for i := range paths {
		fmt.Fprintf(&b, "  /things%[1]d/{id}:\n    get:\n      operationId: get%[1]d\n      parameters:\n        - {name: id, in: path, required: true, schema: {type: string}}\n      responses:\n        '200':\n          description: ok\n          content:\n            application/json:\n              schema:\n                type: object\n                properties:\n                  a: {type: string}\n                  b: {type: integer}\n", i)
	}
	return b.String()
}

func largeMetadata(sets, fields int) string {
	var types, container strings.Builder
	for i := range sets {
		fmt.Fprintf(&types, `<EntityType Name="E%d"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="Edm.Int32"/>`, i)
		for j := range fields {
			fmt.Fprintf(&types, `<Property Name="Property%d" Type="Edm.String" MaxLength="50"/>`, j)
		}
		fmt.Fprintf(&types, `<NavigationProperty Name="Next" Type="A.B.E%d"/></EntityType>`, (i+1)%sets)
		fmt.Fprintf(&container, `<EntitySet Name="S%[1]d" EntityType="A.B.E%[1]d"/>`, i)
	}
	return edmx(`<Schema Namespace="A.B" xmlns="http://docs.oasis-open.org/odata/ns/edm">` + types.String() + `<EntityContainer Name="C">` + container.String() + `</EntityContainer></Schema>`)
}
