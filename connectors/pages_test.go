package connectors_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jackfield/connectors"
	"jackfield/internal/apidoc"
)

// The pages of the documentation are made from the definitions, and committed for those who read them there.
func TestThePagesInTheDocumentationAreThoseOfTheConnectors(t *testing.T) {
	t.Parallel()
	const remedy = "run: go run ./cmd/jackfield connector describe --out docs/connectors"
	pages, err := apidoc.Pages(connectors.FS())
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join("..", "docs", "connectors")
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(folder, name))
		switch {
		case err != nil:
			t.Errorf("%v; %s", err, remedy)
		case string(got) != want:
			t.Errorf("docs/connectors/%s is not what the definition says; %s", name, remedy)
		}
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file.Name(), ".md") && pages[file.Name()] == "" {
			t.Errorf("docs/connectors/%s is of a connector that is not shipped: remove it", file.Name())
		}
	}
}
