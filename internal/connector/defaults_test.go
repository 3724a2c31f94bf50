package connector_test

import (
	"encoding/json"
	"strings"
	"testing"

	"jackfield/internal/connector"
)

const withDefaults = `
name: Small
defaults:
  configuration: {active: true, displayOrder: 1, type: TEXTFIELD_32}
  parameter: {source: request, required: false}
  resource: {kind: eb, nextPageKey: null, hooks: [], response: {contentType: application/json}}
  hook: {isLegacy: false}
configuration:
  - {key: a}
  - {key: b, active: false, displayOrder: 0, type: null}
parameters:
  - {name: x}
hooks:
  - {type: event, body: x}
resources:
  - {path: /a, parameters: [{name: y, required: true}]}
  - {path: /b, kind: java, response: null, hooks: [{type: preRequest, isLegacy: true, body: y}]}
`

func TestPartsTakeFromTheDefaultsWhatTheyDoNotSay(t *testing.T) {
	t.Parallel()
	d, err := connector.LoadDir(folder(map[string]string{"definition.yaml": withDefaults}))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"name":"Small",
		"configuration":[{"key":"a","active":true,"displayOrder":1,"type":"TEXTFIELD_32"},{"key":"b","active":false,"displayOrder":0,"type":null}],
		"parameters":[{"name":"x","source":"request","required":false}],
		"hooks":[{"type":"event","body":"x","isLegacy":false}],
		"resources":[
			{"path":"/a","kind":"eb","nextPageKey":null,"hooks":[],"response":{"contentType":"application/json"},"parameters":[{"name":"y","source":"request","required":true}]},
			{"path":"/b","kind":"java","nextPageKey":null,"response":null,"hooks":[{"type":"preRequest","isLegacy":true,"body":"y"}]}]}`
	if path, a, b := firstDifference("$", tree(t, []byte(want)), tree(t, got)); path != "" {
		t.Errorf("%s is %v, want %v\n%s", path, b, a, got)
	}
}

func TestPartsDoNotShareWhatTheDefaultsGiveThem(t *testing.T) {
	t.Parallel()
	d, err := connector.LoadDir(folder(map[string]string{"definition.yaml": `
defaults: {resource: {response: {contentType: application/json}}}
resources: [{path: /a}, {path: /b}]`}))
	if err != nil {
		t.Fatal(err)
	}
	d.Resources[0].Response.ContentType = "text/csv"
	if other := d.Resources[1].Response.ContentType; other != "application/json" {
		t.Errorf("the other resource now answers %s", other)
	}
}

func TestFaultyDefaultsAreNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"defaults: 5": "defaults must be an object",
		"defaults: {parameter: {required: 1}}\nparameters: [{}]":              "defaults: parameter: required: must be true or false",
		"defaults: {hook: []}\nresources: [{hooks: [{}]}]":                    "defaults: hook: the definition must be an object",
		"defaults: {resource: {hooks: {}}}\nresources: [{}]":                  "defaults: resource: hooks: must be an array",
		"defaults: {configuration: {type: 5}}\nconfiguration: [{}]":           "defaults: configuration: type: must be a string",
		"defaults: {hook: {isLegacy: x}}\nhooks: [{type: event, body: done}]": "defaults: hook: isLegacy: must be true or false",
		"defaults: {resources: {kind: eb}}":                                   `defaults: unknown member "resources"`,
	} {
		_, err := connector.LoadDir(folder(map[string]string{"definition.yaml": text}))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v does not say %q", text, err, want)
		}
	}
}
