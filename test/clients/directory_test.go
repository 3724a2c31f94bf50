package clients_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jackfield/internal/connector"
)

// What the command line of this program writes and reads as the doctor's form is what the doctor writes.
func TestTheDirectoryFormIsThatOfTheDoctor(t *testing.T) {
	t.Parallel()
	for source, read := range map[string]func(*testing.T) []json.RawMessage{"own connectors": own, "exported connectors": exported} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			connectors := foldable(t, read(t))
			h := build(t)
			h.post(connectors)
			root := t.TempDir()
			h.doctor("download", "elements", "--dir", filepath.Join(root, "doctor"))
			h.doctor("download", "elements", "--file", filepath.Join(root, "all.json"))
			var texts []json.RawMessage
			data, err := os.ReadFile(filepath.Join(root, "all.json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(data, &texts); err != nil {
				t.Fatal(err)
			}
			definitions := make([]*connector.Definition, len(texts))
			for i, text := range texts {
				if definitions[i], err = connector.ParseJSON(text); err != nil {
					t.Fatal(err)
				}
			}
			for i, folder := range connector.DoctorFolders(definitions) {
				written := filepath.Join(root, "doctor", folder)
				files, err := definitions[i].DoctorFiles()
				if err != nil {
					t.Fatal(err)
				}
				ours := map[string]string{}
				for name, content := range files {
					ours[name] = string(content)
				}
				if diff := cmp.Diff(contents(t, written), ours); diff != "" {
					t.Errorf("%s differs (-doctor +jackfield):\n%s", folder, short([]byte(diff)))
				}
				again, err := connector.LoadDoctorDir(os.DirFS(written))
				if err != nil {
					t.Errorf("%s cannot be read: %v", folder, err)
					continue
				}
				want, got := decoded(t, definitions[i]), decoded(t, again)
				if diff := cmp.Diff(unordered(bare(want)), unordered(bare(got))); diff != "" {
					t.Errorf("%s is read otherwise than it was downloaded (-downloaded +read):\n%s", folder, short([]byte(diff)))
				}
			}
		})
	}
}

// contents are the files of a folder by their slashed path.
func contents(t *testing.T, root string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
		found[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func decoded(t *testing.T, d *connector.Definition) []map[string]any {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var one map[string]any
	if err := json.Unmarshal(text, &one); err != nil {
		t.Fatal(err)
	}
	return []map[string]any{one}
}
