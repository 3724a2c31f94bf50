package apidoc_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"jackfield/internal/apidoc"
	"jackfield/internal/connector"
)

func parse(t testing.TB, text string) *connector.Definition {
	t.Helper()
	d, err := connector.ParseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// withModel is a connector with a list, a record and a create on things, all with these definitions.
func withModel(definitions string) string {
	return `{"key":"k","name":"K","hub":"crm","resources":[
		{"method":"GET","path":"/hubs/crm/things","model":{"name":"things","swagger":` + definitions + `}},
		{"method":"GET","path":"/hubs/crm/things/{id}","model":{"name":"thing","swagger":` + definitions + `},"parameters":[{"name":"id","type":"path","vendorType":"path"}]},
		{"method":"POST","path":"/hubs/crm/things","model":{"name":"thing","swagger":{},"requestName":"thing","requestSwagger":` + definitions + `},"parameters":[{"name":"body","type":"body","vendorType":"body","dataType":"thing"}]}]}`
}

// broken are definitions that users could write and that no document may suffer from.
var broken = map[string]string{
	"types that nobody defined":           withModel(`{"thing":{"properties":{"a":{"type":"nowhere"},"b":{"$ref":"nowhere"},"c":{"$ref":"#/definitions/nowhere"},"d":{"type":"array","items":{"type":"nowhere"}},"e":{"$ref":"http://127.0.0.1:1/x.json#/a"}}}}`),
	"words of other dialects":             withModel(`{"thing":{"properties":{"a":{"type":"unknown"},"b":{"type":"long"},"c":{"type":"dateTime"},"d":{"type":"any"},"e":{"type":null},"f":{"type":["string","null"]},"g":{"type":["null"]},"h":{"type":"String"},"i":{"type":"file"},"j":{"type":""}}}}`),
	"names with blanks and slashes":       withModel(`{"thing":{"properties":{"a":{"type":"my thing/of ~1"},"b":{"$ref":"my thing/of ~1"},"c":{"$ref":"#/definitions/50% more"},"x y":{"type":"string"}}},"my thing/of ~1":{"properties":{"$":{"type":"50% more"}}},"50% more":{"properties":{"ä#?":{"type":"string"}}},"a%b%":{"type":"a%b_"},"a%b_":{"type":"a_b_"},"a_b_":{"type":"string"},"":{"properties":{}}}`),
	"definitions that are no objects":     withModel(`{"thing":"string","a":"b","b":7,"c":null,"d":["x"],"e":true,"things":[]}`),
	"samples where types should be":       withModel(`{"thing":{"properties":{"a":7,"b":"text","c":{"d":{"e":"f"}},"g":[1],"h":null,"type":{"type":"string"},"properties":{"type":"object","properties":7},"items":"x"}},"raw":{"name":"Byron","age":36}}`),
	"words of a schema with wrong values": withModel(`{"thing":{"id":"thing","type":"object","required":true,"properties":{"a":{"type":"string","required":true,"enum":[],"format":7,"pattern":"(","minLength":-1,"default":3,"maximum":"9","title":1},"b":{"type":"array"},"c":{"type":"integer","enum":[1,1,2],"exclusiveMinimum":true,"default":"x"},"d":{"allOf":[]},"e":{"allOf":[{"type":"object"},7]},"f":{"oneOf":[{"type":"string"}]},"g":{"additionalProperties":{"type":"nowhere"}},"h":{"discriminator":"a","xml":7,"externalDocs":{}}}},"r":{"required":["zz",7,"a","a"],"properties":{"a":{}}}}`),
	"definitions that are each other":     withModel(`{"thing":{"$ref":"a"},"a":{"$ref":"b"},"b":{"type":"a"},"self":{"type":"self"},"c":{"allOf":[{"$ref":"d"}]},"d":{"allOf":[{"$ref":"c"},{"type":"object"}]},"list":{"type":"array","items":{"type":"list"}},"things":{"type":"array","items":{"$ref":"things"}},"tree":{"properties":{"children":{"type":"array","items":{"type":"tree"}},"parent":{"$ref":"tree"}}}}`),
	"lists used by name":                  withModel(`{"things":{"type":"array","items":{"$ref":"thing"}},"thing":{"properties":{"more":{"type":"things"},"all":{"$ref":"#/definitions/things"},"deep":{"type":"array","items":{"type":"things"}}}}}`),
	"a whole document as definitions":     withModel(`{"swagger":"2.0","info":{},"paths":{},"definitions":{"thing":{"type":"object","properties":{"a":{"type":"string"}}}}}`),
	"no definitions at all":               withModel(`[]`),
	"names of the platform":               withModel(`{"Object":{"properties":{"a":{"type":"Pong"}}},"Pong":{"type":"array","items":{"type":"string"}},"thing":{"$ref":"swaggerDocs"},"swagger200":{"type":"string"}}`),

	"paths that differ in variables only": `{"key":"k","resources":[
		{"method":"GET","path":"/hubs/x/a/{id}","parameters":[{"name":"id","type":"path"}]},
		{"method":"PATCH","path":"/hubs/x/a/{name}","parameters":[{"name":"name","type":"path"},{"name":"id","type":"query"}]},
		{"method":"DELETE","path":"/hubs/x/a/{other}"},
		{"method":"GET","path":"/hubs/x/{anything}"},{"method":"GET","path":"/hubs/x/bulk/{x}/status"}]}`,
	"paths that are none": `{"key":"k","resources":[
		{"method":"GET","path":"/hubs/x/{"},{"method":"GET","path":"/hubs/x/a}b{c"},{"method":"GET","path":"/hubs/x/{}/x"},{"method":"GET","path":""},
		{"method":"GET","path":"/hubs/x"},{"method":"GET","path":"/hubs/x/a?b=c#d"},{"method":"GET","path":"/hubs/x//a//b/"},{"method":"GET","path":"/hubs/x/{a}/{a}/{a}"},
		{"method":"GET","path":"/hubs/x/report-{id}.csv"},{"method":"GET","path":"/hubs/x/with blank/größe"},{"method":"GET","path":"/hubs/x/{{a}}"}]}`,
	"parameters that contradict each other": `{"key":"k","resources":[{"method":"post","path":"/hubs/x/a/{id}","parameters":[
		{"name":"id","type":"path"},{"name":"id","type":"path"},{"name":"zz","type":"path"},{"name":"authorization","type":"header"},{"name":"","type":"query"},
		{"name":"body","type":"body","dataType":"nowhere"},{"name":"two","type":"body"},{"name":"f","type":"form"},{"name":"g","type":"file"},{"name":"id","type":"multipart"},
		{"name":"q","type":"query","dataType":"array"},{"name":"q2","type":"query","dataType":"file"},{"name":"q3","type":"query","dataType":"Things"},{"name":"h","type":"header","dataType":"dateTime"}]},
		{"method":"PUT","path":"/hubs/x/a/{id}","parameters":[{"name":"body","type":"body","dataType":"file"}]},
		{"method":"MERGE","path":"/hubs/x/a"},{"method":"","path":"/hubs/x/b"},{"method":"HEAD","path":"/hubs/x/a"}]}`,
	"operation ids that clash or are none": `{"key":"k","resources":[
		{"method":"GET","path":"/hubs/x/a","operationId":"getB"},{"method":"GET","path":"/hubs/x/b"},{"method":"GET","path":"/hubs/x/b-"},{"method":"GET","path":"/hubs/x/c","operationId":"getB2"},
		{"method":"GET","path":"/hubs/x/d","operationId":"not an id"},{"method":"GET","path":"/hubs/x/e","operationId":"getB"},{"method":"GET","path":"/hubs/x/-"}]}`,
	"answers of other types": `{"key":"k","resources":[
		{"method":"GET","path":"/hubs/x/a","response":{"contentType":"application/octet-stream"}},{"method":"GET","path":"/hubs/x/b","response":{"contentType":"nonsense"}},
		{"method":"GET","path":"/hubs/x/c","response":{"contentType":"text/csv; charset=utf-8","sampleData":"a,b"}},{"method":"GET","path":"/hubs/x/d","response":{"contentType":"; ;"}}]}`,
	"objects that are odd": `{"key":"k","resources":[{"method":"POST","path":"/hubs/x/a","object":{"name":"a","fields":[
		{"name":"x","type":"nowhere","required":true,"request":true},{"name":"","type":"string"},{"name":"x","type":"string"},
		{"name":"list","type":"array","reference":{"name":"r","fields":[{"name":"n","type":"integer","format":"int32"}]}},{"name":"o","type":"object","reference":{"name":"r","fields":[]}}]}},
		{"method":"GET","path":"/hubs/x/a","object":{"name":"a","fields":[]}}]}`,
	"nothing": `{}`,
}

func TestBrokenDefinitionsStillGiveValidSwagger(t *testing.T) {
	t.Parallel()
	for name, text := range broken {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := parse(t, text)
			data, err := apidoc.Swagger(d, someOptions)
			if err != nil {
				t.Fatal(err)
			}
			mustBeSwagger(t, name, ownPart(t, d, data))
		})
	}
}

func TestAModelThatIsNestedVeryDeepIsPrinted(t *testing.T) {
	t.Parallel()
	const levels = 60 // parsing refuses 200 levels of JSON
	deep := strings.Repeat(`{"properties":{"a":`, levels) + `{"type":"string"}` + strings.Repeat(`}}`, levels)
	data, err := apidoc.Swagger(parse(t, withModel(`{"thing":`+deep+`}`)), someOptions)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(data), `{"a":`); n < levels {
		t.Errorf("%d of %d levels are printed", n, levels)
	}
}

func TestListsThatMultiplyAreNotWrittenOutWithoutEnd(t *testing.T) {
	t.Parallel()
	var defs []string
	for i := range 40 {
		defs = append(defs, fmt.Sprintf(`"l%d":{"type":"array","items":{"properties":{"a":{"type":"l%d"},"b":{"type":"l%d"}}}}`, i, i+1, i+1))
	}
	text := withModel(`{"thing":{"properties":{"a":{"type":"l0"},"b":{"type":"l20"}}},"things":{"type":"array","items":{"type":"l3"}},` + strings.Join(defs, ",") + `}`)
	one, err := apidoc.Swagger(parse(t, text), someOptions)
	if err != nil {
		t.Fatal(err)
	}
	if len(one) > 50_000 {
		t.Errorf("the document has %d bytes", len(one))
	}
	mustBeSwagger(t, "lists", ownPart(t, parse(t, text), one))
	for range 5 {
		if two, _ := apidoc.Swagger(parse(t, text), someOptions); !bytes.Equal(one, two) {
			t.Error("the document differs from run to run")
		}
	}
}

func TestABaseURLThatIsNoneNamesNoHost(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "nonsense", "ftp://x", "https://", "https://a b", "https://{x}", "://", "https://x/y?z"} {
		data, err := apidoc.Swagger(parse(t, `{"key":"k"}`), apidoc.Options{BaseURL: base})
		if err != nil {
			t.Fatal(err)
		}
		host := fmt.Sprint(tree(t, data)["host"])
		if want := map[bool]string{true: "x", false: "<nil>"}[base == "https://x/y?z"]; host != want {
			t.Errorf("%q gives host %s, wanted %s", base, host, want)
		}
		if base == "" {
			mustBeSwagger(t, "without a base URL", data)
		}
	}
}
