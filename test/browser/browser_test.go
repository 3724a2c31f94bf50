// Package browser_test walks through the console of a running demo with a real Chromium.
package browser_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	minNode   = 20               // major version of Node that playwright-core asks for
	startTime = 20 * time.Second // until the demo has printed its facts; a slow machine under the race detector
	walkTime  = 10 * time.Minute
	endTime   = 5 * time.Second // from Ctrl-C to the end of the demo
)

// TestTheConsoleFromLoginToDeletion starts the demo as a person does and runs walk.mjs against it. Each
// check of the walk is a subtest. Pictures of failures are among the artifacts (go test -artifacts).
//
//nolint:paralleltest // it has the machine's browser and wants a quiet one
func TestTheConsoleFromLoginToDeletion(t *testing.T) {
	node, chromium := tools(t)
	facts, data := demo(t)
	more := beside(t, facts, data)

	walk := exec.CommandContext(t.Context(), node, "walk.mjs")
	walk.Env = append(os.Environ(), "FACTS="+facts, "MORE="+more, "CHROMIUM="+chromium, "ARTIFACTS="+t.ArtifactDir())
	walk.WaitDelay = time.Second
	var complaints bytes.Buffer
	walk.Stderr = &complaints
	output, err := walk.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := walk.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(walkTime, func() { _ = walk.Process.Kill() }) // Wait then reports it
	defer late.Stop()
	checks := 0
	for lines := bufio.NewScanner(output); lines.Scan(); checks++ {
		var check struct {
			Name     string
			Problems []string
		}
		if err := json.Unmarshal(lines.Bytes(), &check); err != nil {
			t.Fatalf("the walk printed %q: %v", lines.Text(), err)
		}
		t.Run(check.Name, func(t *testing.T) {
			for _, problem := range check.Problems {
				t.Error(problem)
			}
		})
	}
	if err := walk.Wait(); err != nil {
		t.Errorf("the walk ended early: %v\n%s", err, &complaints)
	}
	if checks < 50 {
		t.Errorf("the walk made only %d checks", checks)
	}
}

// demo builds the program, starts its demo on free ports and returns what it printed and the folder of its data. At the end of the
// test it is stopped as by Ctrl-C, and must end in time.
func demo(t *testing.T) (facts, data string) {
	t.Helper()
	data = t.TempDir()
	program := filepath.Join(t.TempDir(), "jackfield")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "jackfield/cmd/jackfield").CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	//nolint:gosec // the program that was just built
	command := exec.Command(program, "demo", "--json", "--data", data, "--listen", "127.0.0.1:0", "--simulator", "127.0.0.1:0",
		"--allow-private-providers", "127.0.0.1/32") // where the test's identity provider lives
	log := &tail{}
	command.Stderr = log
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	t.Cleanup(func() { stop(t, command, ended, log) })
	first := make(chan string, 1)
	go func() {
		lines := bufio.NewReader(output)
		line, _ := lines.ReadString('\n') // an empty line is reported below
		first <- line
		_, _ = io.Copy(io.Discard, lines) // what people read
		ended <- command.Wait()
	}()
	select {
	case facts = <-first:
	case <-time.After(startTime):
	}
	if !json.Valid([]byte(facts)) {
		t.Fatalf("the demo printed %q first, not its facts\n%s", facts, log)
	}
	return facts, data
}

// stop ends the demo as Ctrl-C does.
func stop(t *testing.T, command *exec.Cmd, ended <-chan error, log fmt.Stringer) {
	t.Helper()
	if err := command.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Logf("the demo cannot be interrupted here: %v", err) // Windows
		kill(command, ended)
		return
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the demo ended with %v\n%s", err, log)
		}
	case <-time.After(endTime):
		t.Errorf("the demo did not end within %v of Ctrl-C\n%s", endTime, log)
		kill(command, ended)
	}
}

func kill(command *exec.Cmd, ended <-chan error) {
	_ = command.Process.Kill() // it may have ended meanwhile
	<-ended                    //nolint:errcheck // a killed program reports that it was killed
}

// tail keeps the end of what a program logged.
type tail struct{ kept []byte }

const tailSize = 8 << 10

func (l *tail) Write(p []byte) (int, error) {
	l.kept = append(l.kept, p...)
	if extra := len(l.kept) - tailSize; extra > 0 {
		l.kept = l.kept[extra:]
	}
	return len(p), nil
}

func (l *tail) String() string { return string(l.kept) }

// tools finds Node and Chromium, installs what is missing where that is allowed, and otherwise leaves the
// test out with one line that cannot be overlooked. With CI=true nothing may be left out.
func tools(t *testing.T) (node, chromium string) {
	t.Helper()
	chromium = firstOf(os.Getenv("JACKFIELD_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium")
	node, npm := firstOf("node", "nodejs"), firstOf("npm")
	var missing []string
	if chromium == "" {
		missing = append(missing, "chromium")
	}
	if node == "" {
		missing = append(missing, "nodejs")
	}
	if npm == "" {
		missing = append(missing, "npm")
	}
	if len(missing) > 0 {
		if err := install(t, missing); err != nil {
			leaveOut(t, fmt.Sprintf("%s not found (%v); set JACKFIELD_TEST_CHROMIUM to a Chromium or put it on the PATH", strings.Join(missing, ", "), err))
		}
		chromium, node, npm = firstOf(chromium, "chromium"), firstOf(node, "node"), firstOf(npm, "npm")
	}
	if version := nodeVersion(t, node); version < minNode {
		leaveOut(t, fmt.Sprintf("Node %d is too old, the browser's driver needs %d", version, minNode))
	}
	if _, err := os.Stat(filepath.Join("node_modules", "playwright-core", "package.json")); err != nil {
		//nolint:gosec // npm of this machine
		if out, err := exec.CommandContext(t.Context(), npm, "ci", "--no-audit", "--no-fund").CombinedOutput(); err != nil {
			leaveOut(t, fmt.Sprintf("npm ci in test/browser: %v\n%s", err, out))
		}
	}
	return node, chromium
}

// firstOf returns the first of the names that is a program, or "".
func firstOf(names ...string) string {
	for _, name := range names {
		if name == "" {
			continue
		}
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	return ""
}

func nodeVersion(t *testing.T, node string) int {
	t.Helper()
	//nolint:gosec // Node of this machine
	out, err := exec.CommandContext(t.Context(), node, "-p", "process.versions.node.split('.')[0]").Output()
	if err != nil {
		t.Fatalf("asking Node for its version: %v", err)
	}
	version, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	return version
}

// install asks Debian's package manager, which only root may.
func install(t *testing.T, packages []string) error {
	t.Helper()
	apt := firstOf("apt-get")
	if apt == "" || os.Geteuid() != 0 {
		return errors.New("and this user may not install it")
	}
	t.Logf("installing %s", strings.Join(packages, ", "))
	for _, arguments := range [][]string{{"update", "-q"}, append([]string{"install", "-q", "-y", "--no-install-recommends"}, packages...)} {
		//nolint:gosec // the names are constants above
		command := exec.CommandContext(t.Context(), apt, arguments...)
		command.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w\n%s", arguments[0], err, out)
		}
	}
	return nil
}

func leaveOut(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("the console must be walked through in CI: %s", why)
	}
	t.Skipf("\n==== NOT TESTED: the console in a browser: %s ====", why)
}
