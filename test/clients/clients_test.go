// Package clients_test runs programs that were written for the wire API long before Jackfield, unmodified,
// against a running server (docs/decisions/0361): the command line tool doctor of ce-util, and the library
// doctor-core. What they are and which calls they make: reference/clients.md §§1-4.
package clients_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"jackfield/connectors"
	"jackfield/internal/sandbox"
	"jackfield/internal/server"
)

func TestMain(m *testing.M) {
	if sandbox.IsWorker() {
		sandbox.WorkerMain()
		return
	}
	m.Run()
}

const (
	minNode     = 18              // major version of Node that the clients are run with
	clientTime  = 5 * time.Minute // one run of a client, which takes seconds on a quiet machine
	installTime = 3 * time.Minute
)

// house is a running server, one account of it, and the clients that are aimed at it.
type house struct {
	t             *testing.T
	url           string // without the path of the wire API, as the clients want it
	authorization string // of an administrator of the account
	node          string
	home          string // of the doctor: it reads ~/.doctor/config.json
}

func build(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, node: node(t), home: t.TempDir()}
	ctx := t.Context()
	s, err := server.Start(ctx, server.Options{
		Data: t.TempDir(), Listen: "127.0.0.1:0", AdminEmail: "ada@example.org", AdminPassword: "Sample-Passw0rd",
		Connectors: connectors.FS(), Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := s.Close(stop); err != nil {
			t.Error(err)
		}
	})
	admin, err := s.Access.FirstAdministrator(ctx)
	if err != nil {
		t.Fatal(err)
	}
	user, organization, err := s.Access.Secrets(ctx, admin)
	if err != nil {
		t.Fatal(err)
	}
	h.url, h.authorization = s.URL(), "User "+user+", Organization "+organization

	account, err := json.Marshal([]map[string]string{{"name": "here", "userSecret": user, "orgSecret": organization, "baseUrl": s.URL()}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(h.home, ".doctor"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.home, ".doctor", "config.json"), account, 0o600); err != nil {
		t.Fatal(err)
	}
	return h
}

// doctor runs the command line tool with the account as its second argument and returns what it printed. It
// ends with 0 also when the server refused something, but complains about it, which fails the test here.
func (h *house) doctor(command, kind string, arguments ...string) string {
	h.t.Helper()
	script := filepath.Join("node_modules", "ce-util", "src", "cli", "doctor.js")
	return h.run([]string{"HOME=" + h.home}, append([]string{script, command, kind, "here"}, arguments...)...)
}

// core calls one operation of doctor-core.
func (h *house) core(operation, kind string, options any) string {
	h.t.Helper()
	text, err := json.Marshal(options)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.run([]string{"BASE_URL=" + h.url, "AUTHORIZATION=" + h.authorization, "HOME=" + h.home}, "driver.mjs", operation, kind, string(text))
}

func (h *house) run(environment []string, arguments ...string) string {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), clientTime)
	defer cancel()
	command := exec.CommandContext(ctx, h.node, arguments...)
	command.WaitDelay = time.Second
	command.Env = append([]string{"PATH=" + os.Getenv("PATH")}, environment...)
	var printed, complaints bytes.Buffer
	command.Stdout, command.Stderr = &printed, &complaints
	err := command.Run()
	said := complaints.String() + failures(printed.String())
	if err != nil || said != "" {
		// doctor-core prints whole requests.
		said = strings.ReplaceAll(said, h.authorization, "…")
		h.t.Fatalf("%s: %v\n%s", strings.Join(arguments, " "), err, short([]byte(said)))
	}
	return printed.String()
}

// failures are the lines in which the clients say that something went wrong, which they print among others.
func failures(printed string) string {
	var found strings.Builder
	for line := range strings.Lines(printed) {
		if strings.Contains(line, "Failed to") || strings.Contains(line, "unable to") || strings.Contains(line, "No account") {
			found.WriteString(line)
		}
	}
	return found.String()
}

// answer is what came back.
type answer struct {
	t      *testing.T
	call   string
	status int
	header http.Header
	body   []byte
}

// do makes one call of the wire API. header overrides the account's Authorization when it is not "".
func (h *house) do(method, path, body, authorization string) *answer {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.url+"/elements/api-v2"+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if authorization == "" {
		authorization = h.authorization
	}
	r.Header.Set("Authorization", authorization)
	r.Header.Set("Content-Type", "application/json") // also without a body, as cectl sends it
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	a := &answer{t: h.t, call: method + " " + path, status: response.StatusCode, header: response.Header}
	if a.body, err = io.ReadAll(response.Body); err != nil {
		h.t.Fatal(err)
	}
	return a
}

func (h *house) get(path string) *answer {
	h.t.Helper()
	return h.do(http.MethodGet, path, "", "").want(http.StatusOK)
}

func (a *answer) want(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s answers %d, want %d: %s", a.call, a.status, status, short(a.body))
	}
	return a
}

func (a *answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%s: %v: %s", a.call, err, short(a.body))
	}
}

func short(text []byte) string {
	if len(text) > 2000 {
		return string(text[:2000]) + "…"
	}
	return string(text)
}

// install fetches the clients once. Their install scripts are not run.
var install = sync.OnceValue(func() error {
	if _, err := os.Stat(filepath.Join("node_modules", "ce-util", "package.json")); err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), installTime)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund").CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci in test/clients: %w\n%s", err, out)
	}
	return nil
})

// node finds Node and installs the clients; scripts/setup.sh installs Node and npm. Where they cannot be had
// the test is left out with one line that cannot be overlooked. With CI=true nothing may be left out.
func node(t *testing.T) string {
	t.Helper()
	why := func() string {
		found, err := exec.LookPath("node")
		if err != nil {
			return "Node is not on the PATH"
		}
		//nolint:gosec // Node of this machine
		out, err := exec.CommandContext(t.Context(), found, "-p", "process.versions.node.split('.')[0]").Output()
		if err != nil {
			return "Node does not tell its version: " + err.Error()
		}
		if version, err := strconv.Atoi(strings.TrimSpace(string(out))); err != nil || version < minNode {
			return fmt.Sprintf("Node %s is too old, the clients are run with %d", out, minNode)
		}
		if err := install(); err != nil {
			return err.Error()
		}
		return ""
	}()
	if why != "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the old clients must be run in CI: %s", why)
		}
		t.Skipf("\n==== NOT TESTED: the old clients: %s ====", why)
	}
	return "node"
}
