// Package connectortest finds the real exported connectors that tests run on. They are used where they are and are no
// part of this repository.
package connectortest

import (
	"os"
	"path/filepath"
	"testing"
)

// Exports lists the files of exported connectors. The test is skipped, loudly, where there are none.
func Exports(t testing.TB) []string {
	t.Helper()
	return files(t, "elements")
}

// Documents lists the documents that the original generated for exported connectors, by the same file names. The test is
// skipped, loudly, where there are none.
func Documents(t testing.TB) []string {
	t.Helper()
	return files(t, "swagger")
}

func files(t testing.TB, folder string) []string {
	t.Helper()
	at := filepath.Join(Root(t), folder)
	found, err := filepath.Glob(filepath.Join(at, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Skipf("\n==== NO FIXTURES: nothing in %s; set JACKFIELD_FIXTURES to run the tests on exported connectors ====", at)
	}
	return found
}

// Root is the folder of exported assets: JACKFIELD_FIXTURES, else ../shared/fixtures beside the repository.
func Root(t testing.TB) string {
	t.Helper()
	if root := os.Getenv("JACKFIELD_FIXTURES"); root != "" {
		return root
	}
	at, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return filepath.Join(filepath.Dir(at), "shared", "fixtures")
		}
		if at == filepath.Dir(at) {
			t.Fatal("the test does not run inside the repository")
		}
		at = filepath.Dir(at)
	}
}
