package catalog_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"jackfield/internal/catalog"
)

// followed is a catalogue that follows a folder, looking when the test says.
type followed struct {
	*folder
	catalog *catalog.Catalog
	look    func()
	inForce int
	faults  []string
	reports int
}

func follow(t *testing.T, f *folder) *followed {
	t.Helper()
	w := &followed{folder: f, catalog: catalog.New(catalog.Options{})}
	t.Cleanup(w.catalog.Close)
	f.must(w.catalog.LoadShipped(fstest.MapFS{
		"shipped/definition.yaml": {Data: []byte("id: 77\n" + definition("shipped", "/s"))},
	}))
	look, err := w.catalog.FollowBy(f.dir, func(inForce int, broken []catalog.Broken) {
		w.inForce, w.faults = inForce, nil
		w.reports++
		for _, b := range broken {
			w.faults = append(w.faults, fmt.Sprintf("%s kept=%t", b, b.Kept))
		}
	})
	f.must(err)
	w.look = look
	return w
}

func (w *followed) paths(key string) (paths []string) {
	w.t.Helper()
	c, ok := w.catalog.System(key)
	if !ok {
		return nil
	}
	for _, r := range c.Program().Resources() {
		paths = append(paths, r.RelativePath)
	}
	return paths
}

func (w *followed) expect(key, path string, faults ...string) {
	w.t.Helper()
	if got := strings.Join(w.paths(key), " "); got != path {
		w.t.Errorf("%s has %q, not %q", key, got, path)
	}
	if !slices.EqualFunc(w.faults, faults, strings.HasPrefix) {
		w.t.Errorf("faults %q, not %q", w.faults, faults)
	}
}

func TestAFolderIsFollowedAndABrokenConnectorKeepsItsLastSoundVersion(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	f.write("a/definition.yaml", definition("a", "/a1"))
	f.write("b.yaml", definition("b", "/b1")+"    type: strange\n")
	w := follow(t, f)
	w.expect("a", "/a1", "b.yaml:7: resources[0].type")
	w.expect("b", "", "b.yaml:7: resources[0].type")

	w.look()
	if w.reports != 1 {
		t.Error("a report without a change")
	}
	before, _ := w.catalog.System("a")
	f.write("b.yaml", definition("b", "/b2"))
	w.look()
	w.expect("b", "/b2")
	if after, _ := w.catalog.System("a"); after != before {
		t.Error("a was not changed and was compiled again")
	}

	f.write("a/definition.yaml", definition("a", "/a2")+"  - path: /a2\n")
	w.look()
	w.expect("a", "/a1", "a/definition.yaml:7: resources[1].method is missing")
	if !strings.HasSuffix(w.faults[0], "kept=true") || w.inForce != 2 {
		t.Error(w.faults, w.inForce)
	}
	f.write("a/definition.yaml", definition("a", "/a3"))
	w.look()
	w.expect("a", "/a3")

	f.must(os.RemoveAll(filepath.Join(f.dir, "a")))
	w.look()
	w.expect("a", "")
	w.expect("shipped", "/s")
}

func TestAChangeOfAHookALogoOrAModelIsSeen(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	f.write("a/definition.yaml", definition("a", "/a")+"    hooks: [{type: preRequest, bodyFile: a.js}]\n")
	f.write("a/hooks/a.js", "done(1)")
	w := follow(t, f)
	for i, name := range []string{"a/hooks/a.js", "a/logo.svg", "a/logo.svg"} {
		before, _ := w.catalog.System("a")
		f.write(name, fmt.Sprintf("done(%d)", i))
		w.look()
		if after, _ := w.catalog.System("a"); after == before {
			t.Errorf("the change of %s was not seen", name)
		}
	}
	c, _ := w.catalog.System("a")
	if c.Resources[0].Hooks[0].Body != "done(0)" || string(c.Logo()) != "done(2)" {
		t.Error(c.Resources[0].Hooks[0].Body, string(c.Logo()))
	}
}

func TestAMountedVolumeThatTurnsItsLinksIsFollowed(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	f.write("..1/a.yaml", definition("a", "/a1"))
	f.write("..2/a.yaml", definition("a", "/a2")) // of the same size, and below of the same time
	f.must(os.Chtimes(filepath.Join(f.dir, "..2/a.yaml"), f.clock.Add(-time.Second), f.clock.Add(-time.Second)))
	f.must(os.Symlink("..1", filepath.Join(f.dir, "..data")))
	f.must(os.Symlink("..data/a.yaml", filepath.Join(f.dir, "a.yaml")))
	w := follow(t, f)
	w.expect("a", "/a1")
	f.must(os.Symlink("..2", filepath.Join(f.dir, "..data_new")))
	f.must(os.Rename(filepath.Join(f.dir, "..data_new"), filepath.Join(f.dir, "..data")))
	w.look()
	w.expect("a", "/a2")
}

func TestOfTwoWithOneKeyOrIDTheFirstInForceStays(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	f.write("m.yaml", "id: 5\n"+definition("m", "/m1"))
	w := follow(t, f)
	f.write("a.yaml", definition("m", "/a1"))
	f.write("z.yaml", "id: 5\n"+definition("z", "/z1"))
	w.look()
	w.expect("m", "/m1", `a.yaml:2: the key "m" is that of m.yaml`, "z.yaml:1: the id 5 is that of m.yaml")

	f.write("m.yaml", "id: 6\n"+definition("n", "/m2"))
	w.look()
	w.expect("m", "/a1")
	w.expect("n", "/m2")
	w.expect("z", "/z1")

	f.write("m.yaml", "id: 6\n"+definition("z", "/m3"))
	w.look()
	w.expect("n", "/m2", `m.yaml:3: the key "z" is that of z.yaml`)
	f.write("y.yaml", "id: 77\n"+definition("y", "/y"))
	w.look()
	w.expect("y", "", `m.yaml:3: the key "z" is that of z.yaml`, "y.yaml:1: the id 77 is that of the shipped connector shipped")
}

func TestAConnectorWithTheKeyOfAShippedOneTakesItsPlaceAndItsID(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	f.write("own.yaml", definition("shipped", "/own"))
	w := follow(t, f)
	w.expect("shipped", "/own")
	if c, _ := w.catalog.System("shipped"); c.ID != 77 {
		t.Error("instances of the shipped one look for 77, there is", c.ID)
	}
	f.must(os.Remove(filepath.Join(f.dir, "own.yaml")))
	w.look()
	w.expect("shipped", "/s")
}

func TestAFolderThatGoesAwayTakesNothingWithItAndAMissingOneIsAnErrorAtTheStart(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	f.write("a.yaml", definition("a", "/a1"))
	w := follow(t, f)
	away := f.dir + ".away"
	f.must(os.Rename(f.dir, away))
	w.look()
	w.expect("a", "/a1", ".: ")
	if w.reports != 2 {
		t.Error("reports:", w.reports)
	}
	f.must(os.Rename(away, f.dir))
	w.look()
	w.expect("a", "/a1")

	_, err := catalog.New(catalog.Options{}).Follow(filepath.Join(f.dir, "none"), time.Hour, nil)
	if err == nil {
		t.Error("a folder that is not there is followed")
	}
}
