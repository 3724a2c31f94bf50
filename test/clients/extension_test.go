package clients_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const systemKey, systemID = "actessentials", 7213

// additions are what the account adds to the system connector: a resource of its own, and one in the place of a
// resource of the catalogue.
var additions = []string{
	`{"path":"/hubs/crm/echoes","vendorPath":"/echoes","method":"GET","vendorMethod":"GET","type":"api","description":"What was said","kind":"eb","paginationType":"NO_PAGINATION","response":{"contentType":"application/json"},
	  "parameters":[{"name":"loud","vendorName":"volume","type":"query","vendorType":"query","dataType":"boolean","source":"request","required":false}],
	  "hooks":[{"type":"preRequest","mimeType":"application/javascript","isLegacy":false,"body":"done({continue: false, response_body: [], response_status_code: 200});"}]}`,
	`{"path":"/hubs/crm/contacts","vendorPath":"/contacts","method":"GET","vendorMethod":"GET","type":"api","description":"In the place of the catalogue's","response":{"contentType":"application/json"},"parameters":[],"hooks":[]}`,
}

// extend adds the additions.
func (h *house) extend() {
	h.t.Helper()
	for _, one := range additions {
		h.do(http.MethodPost, "/elements/"+systemKey+"/resources", one, "").want(http.StatusOK)
	}
}

// ownResources are the resources of the system connector that the account added, by id.
func (h *house) ownResources() map[json.Number]map[string]any {
	h.t.Helper()
	var all []map[string]any
	h.get("/elements/" + systemKey + "/resources?accountOnly=true").into(&all)
	found := map[json.Number]map[string]any{}
	for _, one := range all {
		found[json.Number(fmt.Sprint(one["id"]))] = one
	}
	return found
}

func (h *house) deleteOwnResources() {
	h.t.Helper()
	var all []struct {
		ID json.Number `json:"id"`
	}
	h.get("/elements/" + systemKey + "/resources?accountOnly=true").into(&all)
	for _, one := range all {
		h.do(http.MethodDelete, "/elements/"+systemKey+"/resources/"+one.ID.String(), "", "").want(http.StatusOK)
	}
}

func TestAnExtensionOfASystemConnectorSurvivesDoctorCore(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"file", "dir"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			client, folder := programs["doctor-core"], t.TempDir()
			read := func(name string) []map[string]any {
				t.Helper()
				if form == "dir" {
					return folders(t, filepath.Join(folder, name))
				}
				return bare(file(t, filepath.Join(folder, name)))
			}
			h.post(own(t)[:1]) // the private and the extended travel together
			h.extend()
			client.save(h, form, filepath.Join(folder, "first"))
			first := unordered(read("first"))
			if len(first) != 2 {
				t.Fatalf("the download has %d connectors, want the private and the extended one", len(first))
			}
			for _, one := range first {
				if one["key"] != systemKey {
					continue
				}
				if _, has := one["private"]; has || one["extended"] != true {
					t.Errorf("the extension has private %v and extended %v; it must lack the one and state the other", one["private"], one["extended"])
				}
				if got := len(parts(one["resources"])); got != len(additions) {
					t.Errorf("the extension has %d resources, want the %d added ones", got, len(additions))
				}
			}

			// What is there is replaced in its place: no second copy, the same ids.
			before := h.ownResources()
			client.load(h, form, filepath.Join(folder, "first"))
			h.sameResources(before, "an upload over the extension")

			h.deleteOwnResources()
			client.wipe(h)
			client.load(h, form, filepath.Join(folder, "first"))
			client.save(h, form, filepath.Join(folder, "second"))
			same(t, "before and after", first, unordered(read("second"))) // resources are made at the same time, in no order

			before = h.ownResources()
			client.load(h, form, filepath.Join(folder, "first"))
			h.sameResources(before, "a second upload")
		})
	}
}

func (h *house) sameResources(before map[json.Number]map[string]any, what string) {
	h.t.Helper()
	plain := func(all map[json.Number]map[string]any) []map[string]any {
		var resources []any
		for _, one := range all {
			resources = append(resources, one)
		}
		return unordered(undated([]map[string]any{{"resources": resources}}))
	}
	if diff := cmp.Diff(plain(before), plain(h.ownResources())); diff != "" {
		h.t.Errorf("%s changes (-before +after):\n%s", what, short([]byte(diff)))
	}
}

// Version 3.0.6 of the doctor ends the upload of an extension with this call, and sends the whole connector.
func TestTheWholeConnectorMayBePutAsItsConfigurations(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.extend()
	export := h.get(fmt.Sprintf("/elements/%d/export?extendedOnly=true", systemID))
	before := h.get("/elements/" + systemKey).body
	h.do(http.MethodPut, fmt.Sprintf("/elements/%d/configurations", systemID), string(export.body), "").want(http.StatusOK)
	var was, is map[string]any
	if err := json.Unmarshal(before, &was); err != nil {
		t.Fatal(err)
	}
	h.get("/elements/" + systemKey).into(&is)
	if diff := cmp.Diff(undated([]map[string]any{was}), undated([]map[string]any{is})); diff != "" {
		t.Errorf("the call changes (-before +after):\n%s", short([]byte(diff)))
	}
	if again := h.get(fmt.Sprintf("/elements/%d/export?extendedOnly=true", systemID)); string(again.body) != string(export.body) {
		t.Errorf("the extension was\n%s\nand is\n%s", short(export.body), short(again.body))
	}
}
