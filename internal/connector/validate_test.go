package connector_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"jackfield/internal/connector"
	"jackfield/internal/connector/connectortest"
)

func TestEveryExportedDefinitionIsAccepted(t *testing.T) {
	t.Parallel()
	for _, file := range connectortest.Exports(t) {
		d, err := connector.ParseJSON(read(t, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range connector.Errors(d.Validate()) {
			t.Errorf("%s: %s", filepath.Base(file), p)
		}
	}
}

func TestTheSmallestDefinitionIsAccepted(t *testing.T) {
	t.Parallel()
	d, err := connector.ParseJSON([]byte(`{"name":"X","description":"Y","authentication":{"type":"custom"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if problems := d.Validate(); len(problems) > 0 {
		t.Errorf("%v", problems)
	}
}

// base is a sound definition but for what stands in place of the three blanks.
func base(top, resource, parameter string) string {
	given := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte("{"+strings.TrimSuffix(resource, ",")+"}"), &given); err != nil {
		panic(err)
	}
	for name, value := range map[string]string{"path": "/a", "method": "GET", "vendorPath": "/a"} {
		if given[name] == nil {
			resource += `"` + name + `":"` + value + `",`
		}
	}
	if parameter == "" {
		parameter = `{"name":"q","type":"query","vendorName":"q","vendorType":"query"}`
	}
	return `{"name":"n","description":"d",` + top + `"resources":[{` + resource + `"parameters":[` + parameter + `]}]}`
}

func TestEachFaultOfADefinitionIsReportedWhereItIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"no name":                    {`{"description":"d"}`, "error: name: is missing"},
		"a long name":                {`{"name":"` + strings.Repeat("x", 1001) + `","description":"d"}`, "error: name: has 1001 bytes; the limit is 1000"},
		"no key to be made":          {`{"name":"é!","description":"d"}`, "error: key: is missing, and the name"},
		"key with a slash":           {base(`"key":"a/b",`, "", ""), `error: key: "a/b" stands in URLs`},
		"odd key":                    {base(`"key":"A(1)",`, "", ""), `warning: key: "A(1)" has more than`},
		"hub with a blank":           {base(`"hub":"my hub",`, "", ""), `error: hub: "my hub" may hold only`},
		"authentication":             {base(`"authentication":{"type":"magic"},`, "", ""), `warning: authentication.type: "magic" is not known`},
		"protocol":                   {base(`"protocolType":"gopher",`, "", ""), `warning: protocolType: "gopher" is not known`},
		"metadata as text":           {base(`"elementMetadata":"x",`, "", ""), "error: elementMetadata: must be an object, found a string"},
		"entry without key":          {base(`"configuration":[{"name":"x"}],`, "", ""), "error: configuration[0].key: is missing"},
		"entry twice":                {base(`"configuration":[{"key":"k","name":"k","type":"PASSWORD"},{"key":"k"}],`, "", ""), `error: configuration[1].key: "k" stands twice, first in configuration[0]`},
		"entry type":                 {base(`"configuration":[{"key":"k","name":"k","type":"TEXT"}],`, "", ""), `error: configuration[0].type: "TEXT" is not known; use one of TEXTFIELD_32`},
		"entry without label":        {base(`"configuration":[{"key":"k","type":"TEXTAREA"}],`, "", ""), "warning: configuration[0].name: of k is missing"},
		"entry without type":         {base(`"configuration":[{"key":"k","name":"k"}],`, "", ""), "warning: configuration[0].type: of k is missing"},
		"combo":                      {base(`"configuration":[{"key":"k","name":"k","type":"COMBO"}],`, "", ""), "warning: configuration[0].options: of k are missing"},
		"boolean":                    {base(`"configuration":[{"key":"k","name":"k","type":"BOOLEAN","defaultValue":"yes"}],`, "", ""), `warning: configuration[0].defaultValue: of k is "yes"`},
		"poller":                     {base(`"configuration":[{"key":"event.poller.configuration","name":"k","type":"TEXTAREA","defaultValue":"{"}],`, "", ""), "warning: configuration[0].defaultValue: of event.poller.configuration is not valid JSON"},
		"page sizes":                 {base(`"configuration":[{"key":"pagination.max","name":"k","type":"TEXTAREA","defaultValue":"{1}"}],`, "", ""), "warning: configuration[0].defaultValue: of pagination.max is neither"},
		"no path":                    {`{"name":"n","description":"d","resources":[{"method":"GET"}]}`, "error: resources[0].path: is missing"},
		"no method":                  {base("", `"method":"",`, ""), "error: resources[0].method: is missing; use one of GET, POST"},
		"long path":                  {base("", `"path":"/`+strings.Repeat("a", 2000)+`",`, ""), "error: resources[0].path: has 2001 bytes; the limit is 2000"},
		"a circle of one":            {base("", `"nextResource":"GET:/a",`, ""), "error: resources[0].nextResource: goes round in a circle: GET /a → GET /a"},
		"a reference to a file":      {base("", `"model":{"swagger":{"a":{"x":[{"$ref":"file:///etc/passwd"}]}}},`, ""), `error: resources[0].model.swagger.a.x[0].$ref: "file:///etc/passwd" is outside of this document`},
		"a reference to a host":      {base("", `"model":{"requestSwagger":{"a":{"$ref":"http://169.254.169.254/latest"}}},`, ""), `error: resources[0].model.requestSwagger.a.$ref: "http://169.254.169.254/latest" is outside`},
		"a reference to a neighbour": {base("", `"model":{"rawSwagger":{"a":{"$ref":"../b.json#/definitions/c"}}},`, ""), `error: resources[0].model.rawSwagger.a.$ref: "../b.json#/definitions/c" is outside`},
		"method":                     {base("", `"method":"FETCH",`, ""), `error: resources[0].method: "FETCH" is not known; use one of GET`},
		"vendor method":              {base("", `"vendorMethod":"get",`, ""), `error: resources[0].vendorMethod: "get" is not known`},
		"resource type":              {base("", `"type":"apis",`, ""), `error: resources[0].type: "apis" is not known`},
		"kind":                       {base("", `"kind":"x",`, ""), `warning: resources[0].kind: "x" is not known`},
		"paging":                     {base("", `"paginationType":"x",`, ""), `warning: resources[0].paginationType: "x" is not known`},
		"formula":                    {base("", `"type":"formulaAsResource",`, ""), "warning: resources[0].formulaId: is missing"},
		"brace":                      {base("", `"path":"/a/{b",`, ""), "error: resources[0].path: \"/a/{b\" has a brace without its partner"},
		"variable":                   {base("", `"path":"/a/{b}",`, ""), "warning: resources[0].path: {b} has no parameter of type path"},
		"vendor variable":            {base("", `"vendorPath":"/a/{b}?c={d}",`, ""), "warning: resources[0].vendorPath: nothing fills {b}"},
		"dangling chain":             {base("", `"nextResource":"GET:/b",`, ""), `error: resources[0].nextResource: "GET:/b" is no resource of this connector`},
		"chain in extension":         {base(`"extended":true,`, `"nextResource":"GET:/b",`, ""), `warning: resources[0].nextResource: "GET:/b" is not among`},
		"chain without verb":         {base("", `"nextResource":"/b",`, ""), `error: resources[0].nextResource: "/b" is no resource`},
		"model as text":              {base("", `"model":{"swagger":"x"},`, ""), "error: resources[0].model.swagger: must be an object, found a string"},
		"request model":              {base("", `"model":{"requestSwagger":[]},`, ""), "error: resources[0].model.requestSwagger: must be an object, found an array"},
		"hook type":                  {base("", `"hooks":[{"type":"before","body":"x"}],`, ""), `error: resources[0].hooks[0].type: "before" is not known; use one of preRequest`},
		"hook body":                  {base(`"hooks":[{"type":"event","body":" "}],`, "", ""), "warning: hooks[0].body: is empty"},
		"object name":                {base(`"objects":[{}],`, "", ""), "warning: objects[0].name: is missing"},
		"duplicate": {`{"name":"n","description":"d","resources":[{"path":"/a/{x}","method":"GET","parameters":[{"name":"x","type":"path","vendorType":"no-op"}]},
			{"path":"/hubs/crm/a/{y}","method":"GET","parameters":[{"name":"y","type":"path","vendorType":"no-op"}]}]}`,
			"error: resources[1].path: GET /hubs/crm/a/{y} is there already, in resources[0]"},
		"parameter type":       {base("", "", `{"name":"q","type":"cookie","vendorName":"q","vendorType":"query"}`), `error: resources[0].parameters[0].type: "cookie" is not known; use one of query`},
		"parameter type no-op": {base("", "", `{"name":"q","type":"no-op","vendorName":"q","vendorType":"query"}`), `error: resources[0].parameters[0].type: "no-op" is not known`},
		"vendor type":          {base("", "", `{"name":"q","type":"query","vendorName":"q","vendorType":"prevBody"}`), `error: resources[0].parameters[0].vendorType: "prevBody" is not known`},
		"source":               {base("", "", `{"name":"q","type":"query","vendorName":"q","vendorType":"query","source":"both"}`), `error: resources[0].parameters[0].source: "both" is not known`},
		"parameter name":       {base("", "", `{"type":"query","vendorName":"q","vendorType":"query"}`), "error: resources[0].parameters[0].name: is missing"},
		"vendor name":          {base("", "", `{"name":"q","type":"query","vendorType":"query"}`), `warning: resources[0].parameters[0].vendorName: of "q" is missing`},
		"path name":            {base("", "", `{"name":"q","type":"path","vendorName":"q","vendorType":"path"}`), "warning: resources[0].parameters[0].name: {q} is not in the path /a"},
		"converter":            {base("", "", `{"name":"where","type":"query","vendorName":"converter:toPirate","vendorType":"query"}`), "warning: resources[0].parameters[0].converter: toPirate is not built in"},
		"two converters":       {base("", "", `{"name":"where","type":"query","vendorName":"converter:toSugar","vendorType":"query","converter":"toODataFilter"}`), "warning: resources[0].parameters[0].converter: toODataFilter is used, and vendorName names toSugar"},
		"where without where":  {base("", "", `{"name":"groupId","type":"where","vendorName":"groupId","vendorType":"query"}`), "error: resources[0].parameters[0].type: a parameter of type where takes its value"},
		"where for all":        {base(`"parameters":[{"name":"groupId","type":"where","vendorName":"groupId","vendorType":"query"}],`, "", ""), "error: parameters[0].type: a parameter of type where belongs to a resource"},
		"element-wide":         {base(`"parameters":[{"name":"a","type":"value","vendorName":"b","vendorType":"cookie"}],`, "", ""), `error: parameters[0].vendorType: "cookie" is not known`},
	} {
		d, err := connector.ParseJSON([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		problems := d.Validate()
		if len(problems) != 1 {
			t.Errorf("%s: %d problems, want one: %v", name, len(problems), problems)
		}
		if len(problems) == 0 || !strings.HasPrefix(problems[0].String(), c.want) {
			t.Errorf("%s: %v does not begin with %q", name, problems, c.want)
		}
	}
}

func TestEveryDocumentedParameterTypeIsLegal(t *testing.T) {
	t.Parallel()
	types := strings.Fields("query path header body bodyField form multipart configuration value prevBody prevBodyField file customValue")
	vendor := strings.Fields("query path header body bodyField bodyToken form multipart configuration value no-op")
	for _, a := range types {
		for _, b := range vendor {
			text := base("", `"path":"/a/{q}",`, `{"name":"q","type":"path","vendorName":"q","vendorType":"no-op"},
				{"name":"q","type":"`+a+`","vendorName":"q","vendorType":"`+b+`","source":"response"}`)
			d, err := connector.ParseJSON([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if problems := d.Validate(); len(problems) > 0 {
				t.Errorf("%s to %s: %v", a, b, problems)
			}
		}
	}
}

func TestTwoLifecycleResourcesMayShareAPath(t *testing.T) {
	t.Parallel()
	d, err := connector.ParseJSON([]byte(`{"name":"n","description":"d","resources":[
		{"path":"/x","method":"POST","type":"onProvision"},{"path":"/x","method":"POST","type":"onProvision"},{"path":"/x","method":"POST"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if problems := d.Validate(); len(problems) > 0 {
		t.Errorf("%v", problems)
	}
}

func TestEachCircleOfChainsIsNamedOnce(t *testing.T) {
	t.Parallel()
	chain := func(links ...string) string {
		var all []string
		for _, link := range links {
			from, to, _ := strings.Cut(link, ">")
			next := ""
			if to != "" {
				next = `,"nextResource":"GET:/hubs/x/` + to + `"`
			}
			all = append(all, `{"path":"/`+from+`","method":"GET"`+next+`}`)
		}
		return `{"name":"n","description":"d","resources":[` + strings.Join(all, ",") + `]}`
	}
	for text, want := range map[string]string{
		chain("a>b", "b>c", "c"):          "",
		chain("a>b", "b>a"):               "error: resources[0].nextResource: goes round in a circle: GET /a → GET /b → GET /a",
		chain("a>c", "b>c", "c>d", "d>b"): "error: resources[1].nextResource: goes round in a circle: GET /b → GET /c → GET /d → GET /b",
		chain("a>a", "b>a", "c>d", "d>c"): "error: resources[0].nextResource: goes round in a circle: GET /a → GET /a; error: resources[2].nextResource: goes round in a circle: GET /c → GET /d → GET /c",
		chain("a>b", "c>b", "b>d", "d"):   "",
		chain("a>b", "b>c", "c>d", "d>e", "e>f", "f>g", "g>h", "h>i", "i>j", "j>k", "k>a"): "error: resources[0].nextResource: goes round in a circle: " +
			"GET /a → GET /b → GET /c → GET /d → GET /e → GET /f → GET /g → GET /h → GET /i → GET /j → … → GET /a",
	} {
		d, err := connector.ParseJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range d.Validate() {
			got = append(got, p.String())
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%s\ngot  %v\nwant %s", text, got, want)
		}
	}
}

func TestAMistakeMadeEverywhereIsListedUpToALimitAndInShortTime(t *testing.T) {
	t.Parallel()
	many := strings.Repeat(`{"path":"/a{x}","method":"`+strings.Repeat("G", 1000)+`","nextResource":"GET:/nowhere"},`, 5000)
	long := `{"path":"/b/` + strings.Repeat("{x}", 600) + `","method":"GET","vendorPath":"` + strings.Repeat("{y}", 50_000) + `","parameters":[` +
		strings.TrimSuffix(strings.Repeat(`{"name":"z","type":"path","vendorName":"z","vendorType":"path"},`, 5000), ",") + `]}`
	d, err := connector.ParseJSON([]byte(`{"name":"n","description":"d","resources":[` + many + long + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	problems := d.Validate()
	failed := connector.Errors(problems)
	if len(failed) != 1001 || !strings.Contains(failed[1000].String(), "more problems than the limit of 1000") {
		t.Errorf("%d errors, the last is %s", len(failed), failed[len(failed)-1])
	}
	if warnings := len(problems) - len(failed); warnings != 1001 {
		t.Errorf("%d warnings", warnings)
	}
	for _, p := range problems {
		if len(p.Reason) > 500 {
			t.Fatalf("a reason of %d bytes", len(p.Reason))
		}
	}
}
