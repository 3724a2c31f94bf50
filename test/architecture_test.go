// Package test holds the suites that look at Jackfield as a whole.
package test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

const module = "jackfield/"

// rooms is the house of docs/architecture.md from the top down. A room imports only rooms further down in
// this list. .golangci.yml says the same to the linter; a test below keeps the two equal.
var rooms = []room{
	{"server", 7},
	{"api", 6}, {"console", 6},
	{"connect", 5}, {"signon", 5}, {"transfer", 5}, {"tenant", 5}, {"provision", 5}, {"event", 5}, {"bulk", 5}, {"formula", 5},
	{"builder", 4}, {"gateway", 4},
	{"catalog", 3}, {"instance", 3}, {"credential", 3}, {"portfolio", 3}, {"branding", 3}, {"audit", 3}, {"access", 3}, {"limit", 3}, {"usage", 3},
	{"mail", 2}, {"job", 2}, {"store", 2}, {"vault", 2}, {"database", 2}, {"outbound", 2}, {"sandbox", 2},
	{"apidoc", 1}, {"metadata", 1}, {"conversion", 1}, {"schema", 1}, {"connector", 1}, {"mapping", 1}, {"soap", 1}, {"ceql", 1},
	{"fault", 0},
}

type room struct {
	name  string
	floor int
}

// goFile is a file of this repository by its path from the root, with what it imports of this module.
type goFile struct {
	path    string
	imports []string // without "jackfield/"
	text    string
}

func (f goFile) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

func TestTheHouseStandsOnItsFloors(t *testing.T) {
	t.Parallel()
	files := repository(t)
	if len(files) < 50 {
		t.Fatalf("only %d Go files were found", len(files))
	}
	for _, f := range files {
		for _, imported := range f.imports {
			if why := refuse(f.path, imported); why != "" {
				t.Errorf("%s imports %s: %s", f.path, module+imported, why)
			}
		}
	}
}

// refuse says why a file must not import a package of this module, or nothing.
func refuse(file, imported string) string {
	top, rest, _ := strings.Cut(file, "/")
	isTest := strings.HasSuffix(file, "_test.go")
	target, _, _ := strings.Cut(imported, "/")
	switch top {
	case "cmd", "test":
		return "" // wiring and black-box suites see everything
	case "simulator":
		if target != "simulator" {
			return "a simulator shares no code with what it tests"
		}
		return ""
	case "internal":
	default: // connectors, web: data with an embed directive
		if target != top && !isTest {
			return top + " is data and imports nothing of the house"
		}
		return ""
	}

	from, _, _ := strings.Cut(rest, "/")
	at := place(from)
	if at < 0 {
		return "internal/" + from + " is no room of the house; give it a floor in the table of this test"
	}
	switch target {
	case "internal":
	case "connectors":
		if rooms[at].floor < 3 && !isTest {
			return "shipped connectors are read by floor 3 and above"
		}
		return ""
	case "web":
		if from != "console" && !isTest {
			return "only internal/console serves web"
		}
		return ""
	default:
		if !isTest {
			return "only cmd wires " + target + " in"
		}
		return ""
	}
	to := strings.Split(imported, "/")[1]
	switch below := place(to); {
	case below < 0:
		return "internal/" + to + " is no room of the house; give it a floor in the table of this test"
	case below < at:
		return fmt.Sprintf("internal/%s is on floor %d, above internal/%s on floor %d (or earlier on the same floor)", to, rooms[below].floor, from, rooms[at].floor)
	}
	return ""
}

// place is the index of a room, -1 when there is none.
func place(name string) int {
	return slices.IndexFunc(rooms, func(r room) bool { return r.name == name })
}

func TestTheFloorRuleRefusesAndAllows(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		file, imported string
		allowed        bool
	}{
		{"internal/gateway/send.go", "internal/outbound", true},
		{"internal/gateway/send.go", "internal/store/storetest", true},
		{"internal/outbound/client.go", "internal/gateway", false},
		{"internal/outbound/client_test.go", "internal/gateway", false},
		{"internal/instance/row.go", "internal/credential", true},
		{"internal/credential/basic.go", "internal/instance", false},
		{"internal/api/error.go", "internal/console", true},
		{"internal/console/serve.go", "internal/api", false},
		{"internal/store/deep/below/x.go", "internal/access", false},
		{"internal/store/store.go", "internal/store/migrations", true},
		{"internal/helpers/x.go", "internal/fault", false},
		{"internal/gateway/x.go", "internal/helpers", false},
		{"internal/gateway/x.go", "simulator/act365", false},
		{"internal/gateway/x_test.go", "simulator/act365", true},
		{"internal/catalog/shipped.go", "connectors", true},
		{"internal/connector/x.go", "connectors", false},
		{"internal/console/x.go", "web", true},
		{"internal/api/x.go", "web", false},
		{"simulator/act365/x.go", "simulator/act365/odata", true},
		{"simulator/act365/x.go", "internal/fault", false},
		{"simulator/act365/x_test.go", "internal/ceql", false},
		{"connectors/connectors.go", "internal/connector", false},
		{"connectors/connectors_test.go", "internal/connector", true},
		{"web/web.go", "internal/fault", false},
		{"cmd/jackfield/demo.go", "simulator/act365", true},
		{"test/wire_test.go", "internal/api", true},
	} {
		if why := refuse(tt.file, tt.imported); (why == "") != tt.allowed {
			t.Errorf("%s importing %s: %q, want allowed %v", tt.file, tt.imported, why, tt.allowed)
		}
	}
}

func TestTheLinterKnowsTheSameFloors(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", ".golangci.yml"))
	if err != nil {
		t.Fatal(err)
	}
	type denied struct{ Pkg, Desc string }
	type rule struct {
		Files []string
		Deny  []denied
	}
	var conf struct {
		Linters struct {
			Enable   []string
			Settings struct {
				Depguard struct{ Rules map[string]rule }
			}
		}
	}
	if err := yaml.Unmarshal(text, &conf); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(conf.Linters.Enable, "depguard") {
		t.Error("depguard is not enabled")
	}
	for i, r := range rooms[:len(rooms)-1] {
		var below []string
		for _, b := range rooms[i+1:] {
			below = append(below, b.name)
		}
		glob := below[0]
		if len(below) > 1 {
			glob = "{" + strings.Join(below, ",") + "}"
		}
		desc := fmt.Sprintf("internal/%s is on floor %d, above this room", r.name, r.floor)
		want := rule{
			Files: []string{"**/internal/" + glob + "/**"},
			Deny:  []denied{{"jackfield/internal/" + r.name + "$", desc}, {"jackfield/internal/" + r.name + "/", desc}},
		}
		if diff := cmp.Diff(want, conf.Linters.Settings.Depguard.Rules[r.name]); diff != "" {
			t.Errorf("depguard rule %q in .golangci.yml (-want +got):\n%s", r.name, diff)
		}
	}
}

// provider matches the names of the first provider and its connector, in any spelling.
var provider = regexp.MustCompile(`(?i)act365|act[_-]?essentials|\bact[!\s_-]+365|\bact!`)

// citation is a fact's source in a comment, which is no knowledge of the code.
var citation = regexp.MustCompile(`//.*\bact365(-connector)?\.md\b.*`)

// knowers are the files that may name it: its connector, its simulator, and the commands that wire them.
var knowers = regexp.MustCompile(`^(connectors/actessentials/|simulator/act365/|cmd/jackfield/(main|demo|simulate)[a-z0-9_]*\.go$|test/)`)

func TestNoCodeKnowsTheFirstProviderByName(t *testing.T) {
	t.Parallel()
	for _, f := range repository(t) {
		if f.isTest() || knowers.MatchString(f.path) {
			continue
		}
		for i, line := range strings.Split(f.text, "\n") {
			if m := provider.FindString(citation.ReplaceAllString(line, "")); m != "" {
				t.Errorf("%s:%d names %q; what is special about a provider belongs into its definition or hook", f.path, i+1, m)
			}
		}
	}
}

func TestTheProviderIsRecognisedInEverySpelling(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`key == "actessentials"`: true, "Act! 365": true, "// as Act! does": true, "act365.New()": true, "ACT_365": true, "newAct365Client": true, "act-essentials": true, "ActEssentials": true,
		"exact!": false, "contact 365 days": false, "activities": false, "// act, then answer": false, "fact!": false,
	} {
		if got := provider.MatchString(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// repository reads every Go file of this repository, on whatever platform and build tag it is built.
func repository(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch base := path.Base(name); {
			case name == ".":
			case base == "node_modules", base == "testdata", base == "bin", strings.HasPrefix(base, "."), strings.HasPrefix(base, "_"):
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		f := goFile{path: name, text: string(text)}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if inside, ok := strings.CutPrefix(imported, module); ok {
				f.imports = append(f.imports, inside)
			}
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
