package apidoc_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"jackfield/internal/apidoc"
)

// rules is a connector whose resources show each rule of the documents once (reference/clients.md §10).
const rules = `{"id":42,"key":"rules","name":"Rules","hub":"crm","bulkDownloadEnabled":true,"configuration":[{"key":"allow.select.fields","defaultValue":"true"}],"resources":[
	{"method":"GET","path":"/hubs/crm/contacts","description":"Search for contacts","parameters":[
		{"name":"where","type":"query","dataType":"string","description":"Which"},{"name":"page","type":"query","dataType":"integer"},{"name":"pageSize","type":"query","dataType":"integer"},
		{"name":"limit","type":"value","vendorType":"query"},{"name":"site","type":"configuration","vendorType":"path"},{"name":"answer","type":"body","source":"response"}],
		"model":{"name":"contactsList","swagger":{"contactsList":{"type":"array","items":{"type":"contact"}},"contact":{"id":"contact","properties":{"id":{"type":"integer"},"odd":{"type":"unknown"},"address":{"type":"address"}}},"address":{"properties":{"old":{"type":"string"}}}}}},
	{"method":"POST","path":"/hubs/crm/contacts","parameters":[{"name":"page","type":"query"},{"name":"body","type":"body","dataType":"contactRequest","required":true}],
		"model":{"name":"contact","swagger":{"contact":{"properties":{"id":{"type":"integer"},"new":{"type":"string"}}},"address":{"properties":{"fromAnswer":{"type":"string"}}}},"requestName":"contactRequest","requestSwagger":{"contactRequest":{"properties":{"name":{"type":"string"}}},"address":{"properties":{"fromRequest":{"type":"string"}}}}}},
	{"method":"PATCH","path":"/hubs/crm/contacts/{id}","parameters":[{"name":"id","type":"path","required":false},{"name":"X-Mode","type":"header"}],"model":{"name":"contact","swagger":{},"rawSwagger":{"extra":{"type":"object","properties":{"e":{"type":"string"}}}}}},
	{"method":"DELETE","path":"/hubs/crm/contacts/{id}"},
	{"method":"GET","path":"/hubs/crm/contacts/{id}/photo","response":{"contentType":"image/png"}},
	{"method":"POST","path":"/hubs/crm/contacts/{id}/photo","parameters":[{"name":"file","type":"multipart","dataType":"file","required":true},{"name":"note","type":"form"}]},
	{"method":"POST","path":"/hubs/crm/deals","parameters":[{"name":"body","type":"body","dataType":"deals"}],"object":{"name":"deals","vendorName":"Opportunity","fields":[
		{"name":"id","type":"integer","response":true},{"name":"title","type":"string","request":true,"response":true,"required":true},
		{"name":"owner","type":"object","reference":{"name":"owner","fields":[{"name":"mail","type":"string","request":true},{"name":"since","type":"date","response":true}]}}]}},
	{"method":"GET","path":"/hubs/crm/deals","object":{"name":"deals","fields":[{"name":"id","type":"integer","response":true}]}},
	{"method":"GET","path":"/hubs/crm/hidden","type":"apiNoDocumentation"},
	{"method":"POST","path":"/hubs/crm/formula","type":"formulaAsResource","operationId":"runFormula"}]}`

func TestTheRulesOfDocuments(t *testing.T) {
	t.Parallel()
	d := parse(t, rules)
	data, err := apidoc.Swagger(d, apidoc.Options{BaseURL: "http://127.0.0.1:8080/"})
	if err != nil {
		t.Fatal(err)
	}
	mustBeSwagger(t, "rules", data)
	doc := tree(t, data)
	parameters := func(call string) string {
		var found []string
		for _, p := range list(at(doc, "paths/"+call+"/parameters")) {
			q := p.(map[string]any)
			found = append(found, fmt.Sprintf("%v:%v:%v:%v", q["in"], q["name"], q["type"], q["required"]))
		}
		return strings.Join(found, " ")
	}
	const auth = "header:Authorization:string:true"
	for call, want := range map[string]string{
		"~contacts/get":             auth + " query:where:string:false query:pageSize:integer:false query:nextPage:string:false query:fields:string:false",
		"~contacts/post":            auth + " query:page:string:false body:body:<nil>:true",
		"~contacts~{id}/patch":      auth + " path:id:string:true header:X-Mode:string:false",
		"~contacts~{id}/delete":     auth + " path:id:string:true",
		"~contacts~{id}~photo/post": auth + " formData:file:file:true formData:note:string:false path:id:string:true",
		"~formula/post":             auth,
		"~hidden/get":               "",
		"~bulk~query/post":          auth + " header:Elements-Async-Callback-Url:string:false query:q:string:false query:lastRunDate:string:false query:from:string:false query:to:string:false formData:metaData:string:false",
		"~bulk~{objectName}/post":   "",
	} {
		if got := parameters(call); got != want {
			t.Errorf("%s takes\n%s, wanted\n%s", call, got, want)
		}
	}
	for path, want := range map[string]string{
		"host": `"127.0.0.1:8080"`, "schemes": `["http"]`, "basePath": `"/elements/api-v2"`, "swagger": `"2.0"`,
		"info": `{"title":"rules","version":"api-v2","x-element-hub":"crm","x-element-id":42,"x-element-key":"rules","x-element-name":"Rules"}`,
		"paths/~contacts/get/responses/200/schema":               `{"items":{"$ref":"#/definitions/contact"},"type":"array"}`,
		"paths/~contacts/get/tags":                               `["contacts"]`,
		"paths/~contacts/get/summary":                            `"Search for contacts"`,
		"paths/~contacts/post/parameters/2/schema":               `{"$ref":"#/definitions/contactRequest"}`,
		"paths/~contacts/post/responses/200/schema":              `{"$ref":"#/definitions/contact"}`,
		"paths/~contacts~{id}/patch/responses/200/schema":        `{"$ref":"#/definitions/contact"}`,
		"paths/~contacts~{id}/delete/responses/200/schema":       `null`,
		"paths/~contacts~{id}~photo/get/responses/200/schema":    `{"type":"file"}`,
		"paths/~contacts~{id}~photo/get/produces":                `["image/png"]`,
		"paths/~contacts~{id}~photo/post/consumes":               `["multipart/form-data"]`,
		"paths/~formula/post/operationId":                        `"runFormula"`,
		"paths/~deals/post/parameters/1/schema":                  `{"properties":{"owner":{"properties":{"mail":{"type":"string"}},"type":"object"},"title":{"type":"string"}},"required":["title"],"type":"object","x-vendor-objectname":"Opportunity"}`,
		"paths/~deals/get/responses/200/schema/items/properties": `{"id":{"type":"integer"}}`,
		"definitions/contact":                                    `{"properties":{"id":{"type":"integer"},"new":{"type":"string"}},"type":"object"}`,
		"definitions/contactsList":                               `null`,
		"definitions/address/properties":                         `{"fromRequest":{"type":"string"}}`,
		"definitions/extra/properties":                           `{"e":{"type":"string"}}`,
	} {
		got, _ := json.Marshal(at(doc, path))
		if string(got) != want {
			t.Errorf("%s is\n%s, wanted\n%s", path, got, want)
		}
	}
}

// at follows a path of members and places; ~ in a member stands for a slash.
func at(v any, path string) any {
	for step := range strings.SplitSeq(path, "/") {
		switch inner := v.(type) {
		case map[string]any:
			v = inner[strings.ReplaceAll(step, "~", "/")]
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(inner) {
				return nil
			}
			v = inner[i]
		default:
			return nil
		}
	}
	return v
}

func TestOpenAPISaysTheSameInItsOwnWords(t *testing.T) {
	t.Parallel()
	d := parse(t, rules)
	data, err := apidoc.OpenAPI(d, apidoc.Options{BaseURL: "http://127.0.0.1:8080/"})
	if err != nil {
		t.Fatal(err)
	}
	mustBeOpenAPI(t, "rules", data)
	doc := tree(t, data)
	for path, want := range map[string]string{
		"openapi": `"3.1.0"`, "servers": `[{"url":"http://127.0.0.1:8080/elements/api-v2"}]`, "security": `[{"token":[]}]`,
		"paths/~contacts/get/parameters/0/name":                                                          `"where"`,
		"paths/~contacts/get/responses/200/content/application~json/schema":                              `{"items":{"$ref":"#/components/schemas/contact"},"type":"array"}`,
		"paths/~contacts/post/requestBody":                                                               `{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/contactRequest"}}},"required":true}`,
		"paths/~contacts~{id}~photo/get/responses/200/content/image~png/schema":                          `{"format":"binary","type":"string"}`,
		"paths/~contacts~{id}~photo/post/requestBody/content/multipart~form-data/schema/properties/file": `{"format":"binary","type":"string"}`,
		"paths/~contacts~{id}~photo/post/requestBody/required":                                           `true`,
	} {
		got, _ := json.Marshal(at(doc, path))
		if string(got) != want {
			t.Errorf("%s is\n%s, wanted\n%s", path, got, want)
		}
	}
	odd := tree(t, must(apidoc.OpenAPI(parse(t, withModel(`{"thing":{"properties":{"a":{"type":["integer","null"],"maximum":3,"exclusiveMaximum":true},"b c/d":{"type":"b c/d"}}},"b c/d":{"type":"string","nullable":true}}`)), someOptions)))
	for path, want := range map[string]string{
		"components/schemas/thing/properties/a":     `{"exclusiveMaximum":3,"type":["integer","null"]}`,
		"components/schemas/thing/properties/b c~d": `{"$ref":"#/components/schemas/b_c_d"}`,
		"components/schemas/b_c_d":                  `{"type":["string","null"]}`,
	} {
		got, _ := json.Marshal(at(odd, path))
		if string(got) != want {
			t.Errorf("%s is\n%s, wanted\n%s", path, got, want)
		}
	}
}

func must(data []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return data
}
