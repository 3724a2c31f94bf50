package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"jackfield/internal/fault"

	"golang.org/x/sys/unix"
)

// These tests look at a worker from outside, so they know the pool from inside.

var simple = NewScript("simple", `done({ok: true})`, false)

// warm is a pool of one worker, and that worker.
func warm(t *testing.T) (*Pool, *process) {
	t.Helper()
	open, err := os.Open("/etc") // a file that the worker would inherit
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = open.Close() })
	if _, err := unix.FcntlInt(open.Fd(), unix.F_SETFD, 0); err != nil {
		t.Fatal(err)
	}
	p, err := Open(Options{Workers: 1, TimeLimit: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	works(t, p)
	p.quick.mu.Lock()
	defer p.quick.mu.Unlock()
	return p, p.quick.slots[0].process
}

func works(t *testing.T, p *Pool) {
	t.Helper()
	if out, err := p.Run(t.Context(), simple, Input{}); err != nil || string(out.Done) != `{"ok":true}` {
		t.Fatalf("%s %v", out.Done, err)
	}
}

func TestAWorkerHasNoEnvironmentNoFilesAndNoRights(t *testing.T) {
	t.Parallel()
	_, w := warm(t)
	proc := fmt.Sprintf("/proc/%d/", w.command.Process.Pid)

	status, err := os.ReadFile(proc + "status")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(status), "NoNewPrivs:\t1") {
		t.Error("it may gain rights")
	}
	limits, err := os.ReadFile(proc + "limits")
	if err != nil {
		t.Fatal(err)
	}
	for name, most := range map[string]string{"Max file size": "0", "Max core file size": "0", "Max open files": "16"} {
		_, line, _ := strings.Cut(string(limits), name)
		if fields := strings.Fields(line); len(fields) < 2 || fields[0] != most || fields[1] != most {
			t.Errorf("%s is %v", name, fields)
		}
	}
	// A worker is not dumpable: only the superuser may read the rest. Being refused shows that.
	environment, err := os.ReadFile(proc + "environ")
	if errors.Is(err, fs.ErrPermission) {
		return
	}
	if err != nil || len(environment) > 0 {
		t.Errorf("its environment is %q %v", environment, err)
	}
	if folder, err := os.Readlink(proc + "cwd"); err != nil || folder != "/" {
		t.Errorf("it is in %s %v", folder, err)
	}
	files, err := os.ReadDir(proc + "fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		target, err := os.Readlink(proc + "fd/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		// The runtime itself looks at events and at the processor quota.
		if !strings.HasPrefix(target, "pipe:") && !strings.HasPrefix(target, "anon_inode:") && !strings.HasPrefix(target, "/sys/fs/cgroup/") {
			t.Errorf("it has %s open", target)
		}
	}
}

func TestAWorkerThatDiedWhileIdleIsReplacedUnnoticed(t *testing.T) {
	t.Parallel()
	p, w := warm(t)
	if err := w.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.command.Process.Wait(); err != nil { // all of its threads are gone, and its end of the pipes
		t.Fatal(err)
	}
	works(t, p)
	if stats := p.Stats(); stats.Starts != 2 || stats.Failures != 0 || stats.Workers != 1 {
		t.Errorf("%+v", stats)
	}
}

func TestAWorkerThatDiesWhileItRunsIsAClearFaultAndTheScriptIsNotRunAgain(t *testing.T) {
	t.Parallel()
	p, w := warm(t)
	before := busy(t, w)
	ended := make(chan error, 1)
	go func() {
		_, err := p.Run(t.Context(), NewScript("looping", `while (true) {}`, false), Input{})
		ended <- err
	}()
	for busy(t, w) < before+10 && t.Context().Err() == nil { // a tenth of a second of its time: it runs the script
	}
	if err := w.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	err := <-ended
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "looping") || !strings.Contains(err.Error(), "unexpectedly") {
		t.Errorf("it ends with %v", err)
	}
	if stats := p.Stats(); stats.Starts != 1 || stats.Workers != 0 {
		t.Errorf("%+v", stats)
	}
	works(t, p)
}

// busy is the processor time of a worker so far, in ticks of 10 ms.
func busy(t *testing.T, w *process) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", w.command.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	var user, system int
	_, after, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(after)
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		t.Fatal(err)
	}
	return user + system
}
