package connector_test

import (
	"slices"
	"strings"
	"testing"

	"jackfield/internal/connector"
)

const (
	extended = `
id: 1
key: base
name: Base
authentication: {type: basic}
configuration:
  - {key: username, name: Key, required: true}
  - {key: base.url, name: URL, defaultValue: "https://a.example"}
resources:
  - {path: /hubs/crm/contacts, method: GET, vendorPath: /c}
  - {path: /hubs/crm/contacts, method: POST, vendorPath: /c}
  - {path: /hubs/crm/notes, method: GET, vendorPath: /n}
`
	extending = `
extends: base
without: {configuration: [username], resources: ["GET /notes"]}
id: 2
key: top
authentication: {type: oauth2}
configuration:
  - {key: base.url, name: URL, defaultValue: "https://b.example"}
  - {key: oauth.scope, name: Scope}
resources:
  - {path: /contacts, method: POST, vendorPath: /other}
`
)

func TestAFolderMayExtendAnother(t *testing.T) {
	t.Parallel()
	d, err := connector.LoadFolder(folder(map[string]string{"base/definition.yaml": extended, "top/definition.yaml": extending}), "top")
	if err != nil {
		t.Fatal(err)
	}
	var keys, resources []string
	for _, e := range d.Configuration {
		keys = append(keys, e.Key+"="+e.DefaultValue)
	}
	for _, r := range d.Resources {
		resources = append(resources, r.Method+" "+r.Path+" "+r.VendorPath)
	}
	if d.ID != 2 || d.Key != "top" || d.Name != "Base" || d.Authentication.Type != "oauth2" || d.Extra["extends"] != nil || d.Extra["without"] != nil {
		t.Errorf("%+v", d)
	}
	if !slices.Equal(keys, []string{"base.url=https://b.example", "oauth.scope="}) {
		t.Errorf("configuration %v", keys)
	}
	if !slices.Equal(resources, []string{"GET /hubs/crm/contacts /c", "POST /contacts /other"}) {
		t.Errorf("resources %v", resources)
	}
}

func TestWhatCannotBeExtendedIsSaid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ top, want string }{
		"nothing there":     {"extends: other\nname: X", "it extends other, which is no folder beside it"},
		"a path":            {"extends: ../base\nname: X", "extends must be the name of a folder"},
		"no name":           {"extends: 5\nname: X", "extends must be the name of a folder"},
		"itself":            {"extends: top\nname: X", "more than 5 definitions extend each other"},
		"an unknown entry":  {"extends: base\nwithout: {configuration: [nothing]}", "without configuration: the base has no nothing"},
		"an unknown call":   {"extends: base\nwithout: {resources: [GET /x]}", "without resources: the base has no GET /x"},
		"a strange without": {"extends: base\nwithout: [1]", "without: "},
	} {
		_, err := connector.LoadFolder(folder(map[string]string{"base/definition.yaml": extended, "top/definition.yaml": c.top}), "top")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := connector.LoadDir(folder(map[string]string{"definition.yaml": extending})); err == nil || !strings.Contains(err.Error(), "not to be seen from here") {
		t.Errorf("alone: %v", err)
	}
}
