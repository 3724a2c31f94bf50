// Package program_test starts the built binary as a person would: flags, signals, crashes.
package program_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	folder, err := os.MkdirTemp("", "jackfield-program-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	binary = filepath.Join(folder, "jackfield")
	build := exec.Command("go", "build", "-o", binary, "jackfield/cmd/jackfield")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		return 1
	}
	return m.Run()
}

// program is a running binary.
type program struct {
	t       *testing.T
	command *exec.Cmd
	lines   *bufio.Reader
	errors  *bytes.Buffer
	waited  bool
}

func run(t *testing.T, arguments ...string) *program {
	t.Helper()
	p := &program{t: t, command: exec.Command(binary, arguments...), errors: &bytes.Buffer{}}
	p.command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	p.command.Stderr = p.errors
	out, err := p.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.lines = bufio.NewReader(out)
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !p.waited {
			_ = p.command.Process.Kill() // it may have ended
			_ = p.command.Wait()
		}
	})
	return p
}

func (p *program) line() string {
	p.t.Helper()
	line, err := p.lines.ReadString('\n')
	if err != nil {
		p.t.Fatalf("no line: %v; it said %s", err, p.errors)
	}
	return line
}

// end waits for the program, at most as long as a person would.
func (p *program) end() int {
	p.t.Helper()
	p.waited = true
	done := make(chan error, 1)
	go func() {
		_, _ = io.Copy(io.Discard, p.lines) // what it still prints
		done <- p.command.Wait()
	}()
	select {
	case err := <-done:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			p.t.Fatal(err)
		}
	case <-time.After(30 * time.Second):
		_ = p.command.Process.Kill()
		p.t.Fatal("it does not end")
	}
	return p.command.ProcessState.ExitCode()
}

func (p *program) signal(s os.Signal) {
	p.t.Helper()
	if err := p.command.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// facts is what demo --json prints.
type facts struct {
	URL                            string
	Login                          struct{ Username, Password string }
	UserSecret, OrganizationSecret string
	Instance                       struct {
		ID    int64
		Token string
	}
	Simulator struct{ URL, APIKey, DeveloperKey string }
}

func demo(t *testing.T, data string) (*program, facts) {
	t.Helper()
	p := run(t, "demo", "--json", "--data", data, "--listen", "127.0.0.1:0", "--simulator", "127.0.0.1:0")
	var f facts
	if line := p.line(); json.Unmarshal([]byte(line), &f) != nil {
		t.Fatalf("the first line is %q", line)
	}
	return p, f
}

func (f facts) call(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, f.URL+"/elements/api-v2"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", fmt.Sprintf("User %s, Organization %s, Element %s", f.UserSecret, f.OrganizationSecret, f.Instance.Token))
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

func TestTheDemoFindsItsDataAgainAndPrintsTheSameLogin(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	first, before := demo(t, data)
	if status, body := before.call(t, "GET", "/hubs/crm/contacts?pageSize=1&where=lastName%3D'Byron'", ""); status != 200 || !strings.Contains(body, "Byron") {
		t.Fatalf("%d %s", status, body)
	}
	status, _ := before.call(t, "POST", "/instances", `{"element":{"key":"actessentials"},"configuration":{"username":"`+before.Simulator.APIKey+`","password":"`+before.Simulator.DeveloperKey+`"},"name":"Mine"}`)
	if status != 200 {
		t.Fatalf("creating answers %d", status)
	}
	first.signal(os.Interrupt)
	if code := first.end(); code != 0 {
		t.Fatalf("Ctrl-C ends with %d: %s", code, first.errors)
	}
	second, after := demo(t, data)
	if after.Login != before.Login || after.UserSecret != before.UserSecret || after.Instance != before.Instance {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if status, body := after.call(t, "GET", "/instances?searchText=mine", ""); status != 200 || !strings.Contains(body, `"Mine"`) {
		t.Errorf("%d %s", status, body)
	}
	second.signal(syscall.SIGTERM)
	if code := second.end(); code != 0 {
		t.Errorf("SIGTERM ends with %d", code)
	}
}

func TestWhatWasAcknowledgedSurvivesKill9(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	p, f := demo(t, data)
	for i := range 20 {
		body := fmt.Sprintf(`{"element":{"key":"actessentials"},"configuration":{"username":%q,"password":%q},"name":"n%d"}`, f.Simulator.APIKey, f.Simulator.DeveloperKey, i)
		if status, answer := f.call(t, "POST", "/instances", body); status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
	}
	p.signal(syscall.SIGKILL)
	p.end()
	_, f = demo(t, data)
	if status, answer := f.call(t, "GET", "/instances/count", ""); status != 200 || !strings.Contains(answer, `"totalInstances":21`) {
		t.Errorf("%d %s", status, answer)
	}
}

func TestABadValueIsOneLineAndExitCode2(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		arguments []string
		says      string
	}{
		"no port":                {[]string{"serve", "--listen", "nonsense"}, "--listen"},
		"no range":               {[]string{"serve", "--allow-private-providers", "10.0.0.0/99"}, "10.0.0.0/99"},
		"no proxy":               {[]string{"serve", "--trusted-proxies", "proxy.example.org"}, "proxy.example.org"},
		"no host":                {[]string{"serve", "--hook-hosts", "https://example.org"}, "--hook-hosts"},
		"neither allow nor deny": {[]string{"serve", "--hook-requests", "perhaps"}, "--hook-requests"},
		"no database":            {[]string{"serve", "--database", "mysql://x"}, "postgres"},
		"no address":             {[]string{"serve", "--public-url", "example.org"}, "--public-url"},
		"half of TLS":            {[]string{"demo", "--tls-cert", "x.pem"}, "--tls-key"},
		"an unknown flag":        {[]string{"serve", "--lisen", "x"}, "--lisen"},
		"an unknown command":     {[]string{"server"}, "server"},
		"a bad simulator":        {[]string{"simulate", "act365", "--rate", "many"}, "rate"},
		"a number that is no":    {[]string{"serve", "--max-file", "0"}, "--max-file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := run(t, c.arguments...)
			code := p.end()
			said := strings.TrimSpace(p.errors.String())
			if code != 2 || strings.Count(said, "\n") != 0 || !strings.Contains(said, c.says) {
				t.Errorf("exit %d: %s", code, said)
			}
		})
	}
}

func TestAStartThatCannotBeHonouredIsOneLineAndExitCode1(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() }) // the subtests run after this function
	open := t.TempDir()
	if err := os.WriteFile(filepath.Join(open, "jackfield.key"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	damaged := t.TempDir()
	if err := os.WriteFile(filepath.Join(damaged, "jackfield.key"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		arguments []string
		says      string
	}{
		"a port that is taken":       {[]string{"--data", t.TempDir(), "--listen", taken.Addr().String()}, "address already in use"},
		"a key that others can read": {[]string{"--data", open, "--listen", "127.0.0.1:0"}, "chmod 600"},
		"a key that is damaged":      {[]string{"--data", damaged, "--listen", "127.0.0.1:0"}, "jackfield.key"},
		"a weak password":            {[]string{"--data", t.TempDir(), "--listen", "127.0.0.1:0", "--admin-password", "short"}, "at least"},
		"no such database":           {[]string{"--data", t.TempDir(), "--listen", "127.0.0.1:0", "--database", "postgres://u:geheim@127.0.0.1:1/x"}, "127.0.0.1"},
		"no such certificate":        {[]string{"--data", t.TempDir(), "--listen", "127.0.0.1:0", "--tls-cert", "/nowhere.pem", "--tls-key", "/nowhere.key"}, "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := run(t, append([]string{"serve"}, c.arguments...)...)
			code := p.end()
			said := strings.TrimSpace(p.errors.String())
			if code != 1 || strings.Count(said, "\n") != 0 || !strings.Contains(said, c.says) || strings.Contains(said, "geheim") {
				t.Errorf("exit %d: %s", code, said)
			}
		})
	}
}

func get(t *testing.T, address string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestServeMakesOneAdministratorAndPrintsThePasswordOnce(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := run(t, "serve", "--data", data, "--listen", "127.0.0.1:0")
	_, address, _ := strings.Cut(strings.TrimSpace(p.line()), " serves at ")
	if line := p.line(); !strings.Contains(line, "password") {
		t.Errorf("the second line is %q", line)
	}
	for path, status := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/": 200, "/elements/api-docs": 200, "/elements/jsp/login.jsp": 302} {
		response, err := http.DefaultTransport.RoundTrip(get(t, address+path))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != status {
			t.Errorf("%s answers %d", path, response.StatusCode)
		}
		framed := response.Header.Get("X-Frame-Options") != ""
		if path == "/elements/api-docs" && framed || path == "/elements/jsp/login.jsp" && !framed {
			t.Errorf("%s: X-Frame-Options %q", path, response.Header.Get("X-Frame-Options"))
		}
	}
	p.signal(os.Interrupt)
	if code := p.end(); code != 0 {
		t.Fatalf("exit %d: %s", code, p.errors)
	}
	again := run(t, "serve", "--data", data, "--listen", "127.0.0.1:0")
	if line := again.line(); !strings.Contains(line, "serves at") {
		t.Errorf("it says %q", line)
	}
	again.signal(os.Interrupt)
	rest, err := io.ReadAll(again.lines)
	if err != nil {
		t.Fatal(err)
	}
	again.end()
	if bytes.Contains(rest, []byte("password")) {
		t.Errorf("it says %s", rest)
	}
	printed, err := exec.Command(binary, "key", "new").Output()
	if err != nil || !bytes.HasPrefix(printed, []byte("jackfield-key-")) {
		t.Errorf("key new prints %q, %v", printed, err)
	}
	var rotated bytes.Buffer
	rotate := exec.Command(binary, "key", "rotate", "--data", data)
	rotate.Stdout, rotate.Stderr = &rotated, &rotated
	if err := rotate.Run(); err != nil || !strings.Contains(rotated.String(), "secrets are sealed") {
		t.Errorf("%v %s", err, &rotated)
	}
}
