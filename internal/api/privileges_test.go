package api

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jackfield/internal/access"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
)

func TestThePageOfPrivilegesIsThatOfTheTable(t *testing.T) {
	t.Parallel()
	const remedy = "run: go run ./cmd/jackfield privileges --out docs/privileges.md"
	got, err := os.ReadFile(filepath.Join("..", "..", "docs", "privileges.md"))
	if err != nil {
		t.Fatalf("%v; %s", err, remedy)
	}
	if string(got) != PrivilegesPage() {
		t.Errorf("docs/privileges.md is not what the table of routes says; %s", remedy)
	}
}

func TestEveryRouteHasOneRowWithWhatIsNeeded(t *testing.T) {
	t.Parallel()
	var known []string
	for _, p := range access.Privileges() {
		known = append(known, p.Key)
	}
	rows := map[string]bool{}
	for _, r := range routes {
		name := r.method + " " + r.pattern
		if rows[name] {
			t.Errorf("%s stands in the table twice", name)
		}
		rows[name] = true
		if credentials[r.need].name == "" {
			t.Errorf("%s: its need has no text in credentials (privileges.go)", name)
		}
		if scopes[r.scope] == "" {
			t.Errorf("%s: its scope %q has no text in scopes (privileges.go)", name, r.scope)
		}
		if r.privilege != "" {
			for key := range strings.SplitSeq(r.privilege, "|") {
				if !slices.Contains(known, key) {
					t.Errorf("%s: there is no privilege %q", name, key)
				}
			}
		}
		switch {
		case r.need == public && (r.privilege != "" || r.scope != anybody):
			t.Errorf("%s is for anybody and cannot want a privilege or reach a tenant", name)
		case r.need != public && r.scope == anybody && r.method != http.MethodGet:
			t.Errorf("%s changes something: say whose", name)
		}
	}
	// The router serves the rows and nothing beside them.
	served := map[string]bool{}
	err := chi.Walk(New(Options{Metrics: prometheus.NewRegistry()}).routes, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		served[method+" "+pattern] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range served {
		if !rows[name] {
			t.Errorf("%s is served and has no row in the table", name)
		}
	}
	for name := range rows {
		if !served[name] {
			t.Errorf("%s has a row and is not served", name)
		}
	}
}
