//go:build unix

package connector_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"jackfield/internal/connector"
)

func TestAPipeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, map[string]string{"pipe/element.json": `{"name":"N","hooks":[{"type":"event"}]}`})
	for _, name := range []string{"pipe/eventHook.js", "pipe.json"} {
		if err := syscall.Mkfifo(filepath.Join(root, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"pipe", "pipe.json"} {
		if _, err := connector.Load(filepath.Join(root, name)); err == nil || !strings.Contains(err.Error(), "is no ordinary file") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
