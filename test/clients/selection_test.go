package clients_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
)

func TestOneConnectorIsSelectedByName(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.post(own(t))
	path := filepath.Join(t.TempDir(), "shelf.json")
	h.doctor("download", "elements", "--file", path, "-n", "SHELF") // the doctor asks for names, in any case
	if got := keys(file(t, path)); !slices.Equal(got, []string{`"shelf"`}) {
		t.Fatalf("downloaded %v", got)
	}
	h.doctor("delete", "elements", "-n", "shelf")
	if left := keys(h.private()); len(left) != len(own(t))-1 || slices.Contains(left, `"shelf"`) {
		t.Fatalf("left are %v", left)
	}
	h.doctor("upload", "elements", "--file", path, "-n", "shelf")
	if got := keys(h.private()); !slices.Contains(got, `"shelf"`) {
		t.Errorf("after the upload there are %v", got)
	}
}

func TestConnectorsAreSelectedByKeys(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.post(own(t))
	h.extend()
	path := filepath.Join(t.TempDir(), "some.json")
	h.core("exportAsset", "elements", map[string]string{"file": path, "name": "mill(proxy).v2,actessentials,nosuchkey"})
	if got, want := keys(file(t, path)), []string{`"actessentials"`, `"mill(proxy).v2"`}; !slices.Equal(got, want) {
		t.Fatalf("downloaded %v, want %v", got, want)
	}
	h.core("deleteAsset", "elements", map[string]string{"name": "mill(proxy).v2"})
	if left := keys(h.private()); len(left) != len(own(t))-1 || slices.Contains(left, `"mill(proxy).v2"`) {
		t.Fatalf("left are %v", left)
	}
	h.core("importAsset", "elements", map[string]string{"file": path, "name": "MILL(proxy).v2"})
	if got := keys(h.private()); !slices.Contains(got, `"mill(proxy).v2"`) {
		t.Errorf("after the upload there are %v", got)
	}
}

func TestAnAccountWithoutConnectorsIsSavedAndLoaded(t *testing.T) {
	t.Parallel()
	for name, client := range programs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			path := filepath.Join(t.TempDir(), "nothing.json")
			client.save(h, "file", path)
			if all := file(t, path); len(all) != 0 {
				t.Errorf("saved %v", keys(all))
			}
			if name == "the doctor" { // doctor-core does not load nothing
				client.load(h, "file", path)
			}
			client.wipe(h)
		})
	}
}

func TestOldClientsDeleteAllInstances(t *testing.T) {
	t.Parallel()
	for name, wipe := range map[string]func(h *house){
		"the doctor":  func(h *house) { h.doctor("delete", "instances") },
		"doctor-core": func(h *house) { h.core("deleteAsset", "instances", []string{}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			h.post(own(t))
			for range 5 {
				h.shelf()
			}
			wipe(h)
			h.do(http.MethodGet, "/instances", "", "").want(http.StatusNotFound)
			wipe(h) // there are none: the answer is 404 with a text that the clients know
		})
	}
}

// instance is what tests need of one.
type instance struct {
	ID    json.Number `json:"id"`
	Token string      `json:"token"`
}

// shelf makes an instance of a connector that needs neither provider nor configuration.
func (h *house) shelf() instance {
	h.t.Helper()
	var made instance
	h.do(http.MethodPost, "/instances", `{"name":"Shelf of tests","element":{"key":"shelf"}}`, "").want(http.StatusOK).into(&made)
	return made
}
