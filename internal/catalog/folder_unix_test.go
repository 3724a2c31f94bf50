//go:build unix

package catalog_test

import (
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

func TestAPipeInTheFolderIsReportedAndNotReadBecauseItMightNeverEnd(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	f.write("good.yaml", definition("good", "/g"))
	f.write("b/definition.yaml", definition("b", "/b"))
	f.must(syscall.Mkfifo(filepath.Join(f.dir, "b", "models.yaml"), 0o600))
	f.must(syscall.Mkfifo(filepath.Join(f.dir, "pipe.yaml"), 0o600))
	keys, faults := f.load()
	if !slices.Equal(keys, []string{"good"}) ||
		!slices.Equal(faults, []string{"b: b/models.yaml is no ordinary file", "pipe.yaml: pipe.yaml is no ordinary file"}) {
		t.Fatalf("%q %q", keys, faults)
	}
}
