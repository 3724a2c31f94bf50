package builder

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"jackfield/internal/connector"
	"jackfield/internal/connector/connectortest"
	"jackfield/internal/sandbox"
)

func scripts(t *testing.T) *sandbox.Pool {
	t.Helper()
	p, err := sandbox.Open(sandbox.Options{TimeLimit: time.Minute, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func definition(t *testing.T, text string) *connector.Definition {
	t.Helper()
	d, err := connector.ParseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestACheckNamesEveryHookThatDoesNotCompile(t *testing.T) {
	t.Parallel()
	d := definition(t, `{"name":"n","description":"d","hooks":[{"type":"preRequest","body":"done("},{"type":"event","body":"return {}"}],
		"resources":[{"method":"GET","path":"/a","hooks":[{"type":"preRequest","body":"\nlet let"},{"type":"postRequest","body":"done("},
		{"type":"postRequest","isLegacy":true,"body":"for each (var x in y) {}"},{"type":"postRequest","body":" "}]},{"path":"/b"}]}`)
	var got []string
	for _, p := range Check(t.Context(), scripts(t), d) {
		got = append(got, p.String())
	}
	want := []string{
		"warning: resources[0].hooks[3].body: is empty: the hook does nothing",
		"error: resources[1].method: is missing; use one of GET, POST, PUT, PATCH, DELETE",
		"error: hooks[0].body: does not compile: line 1: the script ends too early",
		"error: resources[0].hooks[0].body: does not compile: line 2: ",
		"error: resources[0].hooks[1].body: does not compile: line 1: the script ends too early",
		"warning: resources[0].hooks[2].body: does not compile, so calls of this hook fail: line 1: ",
	}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
}

func TestACheckEndsWhenNothingCanBeChecked(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := definition(t, `{"name":"n","description":"d","hooks":[{"type":"preRequest","body":"done()"},{"type":"event","body":"return {}"}]}`)
	got := connector.Errors(Check(ctx, scripts(t), d))
	if len(got) != 1 || got[0].Path != "hooks[0].body" || !strings.HasPrefix(got[0].Reason, "could not be checked now: ") {
		t.Errorf("got %v", got)
	}
}

func TestOnlySoManyDifferentHooksAreCompiled(t *testing.T) {
	t.Parallel()
	d := definition(t, `{"name":"n","description":"d"}`)
	for i := range maxScripts + 5 {
		d.Hooks = append(d.Hooks, connector.Hook{Type: connector.HookEvent, Body: "done(" + strconv.Itoa(i) + ")"})
	}
	got := Check(t.Context(), scripts(t), d)
	if len(got) != 1 || !strings.Contains(got[0].String(), "hooks[2000].body: is one of more different hooks than the limit of 2000") {
		t.Errorf("got %v", got)
	}
}

func TestEveryHookOfExportedDefinitionsCompiles(t *testing.T) {
	t.Parallel()
	pool, hooks, warned := scripts(t), 0, 0
	for _, file := range connectortest.Exports(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := definition(t, string(data))
		hooks += len(d.Hooks)
		for i := range d.Resources {
			hooks += len(d.Resources[i].Hooks)
		}
		for _, p := range Check(t.Context(), pool, d) {
			switch {
			case p.Severity == connector.Error:
				t.Errorf("%s: %s", filepath.Base(file), p)
			case strings.Contains(p.Reason, "does not compile"):
				warned++
				t.Logf("%s: %s", filepath.Base(file), p)
			}
		}
	}
	t.Logf("of %d hooks %d do not compile, all legacy", hooks, warned)
}
