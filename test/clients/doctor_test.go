package clients_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jackfield/internal/connector/connectortest"

	"github.com/google/go-cmp/cmp"
)

// program is an old client as the round trips need it. form is "file" or "dir".
type program struct {
	save func(h *house, form, path string)
	load func(h *house, form, path string)
	wipe func(h *house)
}

var programs = map[string]program{
	"the doctor": {
		save: func(h *house, form, path string) { h.t.Helper(); h.doctor("download", "elements", "--"+form, path) },
		load: func(h *house, form, path string) { h.t.Helper(); h.doctor("upload", "elements", "--"+form, path) },
		wipe: func(h *house) { h.t.Helper(); h.doctor("delete", "elements") },
	},
	"doctor-core": {
		save: func(h *house, form, path string) {
			h.t.Helper()
			h.core("exportAsset", "elements", map[string]string{form: path})
		},
		load: func(h *house, form, path string) {
			h.t.Helper()
			h.core("importAsset", "elements", map[string]string{form: path})
		},
		// Its options must be iterable when no name is given: a quirk of the library.
		wipe: func(h *house) { h.t.Helper(); h.core("deleteAsset", "elements", []string{}) },
	},
}

func TestPrivateConnectorsSurviveOldClients(t *testing.T) {
	t.Parallel()
	for source, read := range map[string]func(*testing.T) []json.RawMessage{"own connectors": own, "exported connectors": exported} {
		for name, client := range programs {
			t.Run(source+" with "+name, func(t *testing.T) {
				t.Parallel()
				connectors := read(t)
				h := build(t)
				t.Run("as one file", func(t *testing.T) { h.on(t).roundTrip(client, "file", connectors) })
				t.Run("as folders", func(t *testing.T) { h.on(t).roundTrip(client, "dir", foldable(t, connectors)) })
			})
		}
	}
}

// roundTrip downloads, wipes, uploads, downloads again and uploads over what is there. The server has no private
// connectors before and after.
func (h *house) roundTrip(client program, form string, connectors []json.RawMessage) {
	h.t.Helper()
	h.post(connectors)
	folder := h.t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }

	client.save(h, "file", path("whole"))
	whole := bare(file(h.t, path("whole")))
	if len(whole) != len(connectors) {
		h.t.Errorf("%d connectors were posted and %d downloaded: %v", len(connectors), len(whole), keys(whole))
	}
	client.save(h, form, path("first"))
	client.wipe(h)
	if left := h.private(); len(left) > 0 {
		h.t.Fatalf("%d connectors are left after all were deleted", len(left))
	}
	client.load(h, form, path("first"))
	client.save(h, form, path("second"))
	if form == "file" {
		same(h.t, "before and after", whole, bare(file(h.t, path("second"))))
	} else { // which keeps no order
		same(h.t, "before and after", folders(h.t, path("first")), folders(h.t, path("second")))
		client.save(h, "file", path("again"))
		same(h.t, "the whole connectors", unordered(whole), unordered(bare(file(h.t, path("again")))))
	}

	// A second upload finds every connector and changes nothing.
	before := undated(h.private())
	client.load(h, form, path("first"))
	if diff := cmp.Diff(before, undated(h.private())); diff != "" {
		h.t.Errorf("a second upload changes (-before +after):\n%s", short([]byte(diff)))
	}
	client.wipe(h)
}

// on is the same house for a subtest.
func (h *house) on(t *testing.T) *house {
	t.Helper()
	other := *h
	other.t = t
	return &other
}

func (h *house) post(connectors []json.RawMessage) {
	h.t.Helper()
	for _, one := range connectors {
		h.do(http.MethodPost, "/elements", string(one), "").want(http.StatusOK)
	}
}

// private are the private connectors of the account as the server has them, whole and with ids.
func (h *house) private() []map[string]any {
	h.t.Helper()
	var rows []struct {
		ID json.Number `json:"id"`
	}
	h.get("/elements?where=" + url.QueryEscape("private='true' AND abridged='true'")).into(&rows)
	all := make([]map[string]any, len(rows))
	for i, row := range rows {
		h.get("/elements/" + row.ID.String()).into(&all[i])
	}
	return all
}

// undated takes away when connectors were last written, which an upload changes even when it changes nothing else.
func undated(all []map[string]any) []map[string]any {
	for _, one := range all {
		delete(one, "updatedDate")
	}
	return all
}

// own are the connectors that this repository brings for the purpose.
func own(t *testing.T) []json.RawMessage {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	return readAll(t, names)
}

// exported are definitions that were exported from the original.
func exported(t *testing.T) []json.RawMessage {
	t.Helper()
	return readAll(t, connectortest.Exports(t))
}

// readAll leaves out the second form of a connector that is there in full: both have one key.
func readAll(t *testing.T, names []string) []json.RawMessage {
	t.Helper()
	var all []json.RawMessage
	for _, name := range names {
		if strings.HasSuffix(name, ".import.json") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data)
	}
	return all
}

// foldable leaves out connectors that the directory form of the clients cannot keep: two hooks that would be written to
// one file.
func foldable(t *testing.T, connectors []json.RawMessage) []json.RawMessage {
	t.Helper()
	return slices.DeleteFunc(slices.Clone(connectors), func(text json.RawMessage) bool {
		var d struct {
			Key       string
			Hooks     []hook
			Resources []struct {
				Method, Path string
				Hooks        []hook
			}
		}
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatal(err)
		}
		files := map[string]bool{}
		cannot := func(where string, hooks []hook) bool {
			for _, one := range hooks {
				name := where + one.Type
				if files[name] {
					t.Logf("the clients cannot keep %s in folders: two hooks %s", d.Key, name)
					return true
				}
				files[name] = true
			}
			return false
		}
		for _, r := range d.Resources {
			if cannot(r.Method+" "+r.Path+" ", r.Hooks) {
				return true
			}
		}
		return cannot("", d.Hooks)
	})
}

type hook struct{ Type string }

// folders reads the directory form without the clients: element.json with the hooks' files as extra members.
func folders(t *testing.T, root string) []map[string]any {
	t.Helper()
	var all []map[string]any
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(root, entry.Name(), "element.json"))
		if err != nil {
			t.Fatal(err)
		}
		var one map[string]any
		if err := json.Unmarshal(data, &one); err != nil {
			t.Fatal(err)
		}
		scripts := map[string]any{}
		for _, pattern := range []string{"*.js", "resources/*.js"} {
			names, err := filepath.Glob(filepath.Join(root, entry.Name(), pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				body, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				scripts[filepath.Base(name)] = string(body)
			}
		}
		one["folder"], one["scripts"] = entry.Name(), scripts
		all = append(all, one)
	}
	return bare(all)
}
