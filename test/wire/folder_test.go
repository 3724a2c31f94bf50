package wire_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"jackfield/internal/server"
)

// operator is a server that follows a folder of connectors, and what it says of the folder.
type operator struct {
	*house
	dir      string
	provider string
	lines    chan logLine
}

// logLine is one line of the log.
type logLine struct {
	Msg, Path, Reason    string
	Line                 int
	EarlierVersionServes bool
	Connectors           int
	BrokenFiles          int
}

// Write takes a line of the log as JSON.
func (o *operator) Write(text []byte) (int, error) {
	var line logLine
	if err := json.Unmarshal(text, &line); err != nil {
		return 0, err
	}
	if strings.Contains(line.Msg, "catalogue folder") {
		o.lines <- line
	}
	return len(text), nil
}

// said waits until the folder has been read again, and returns what was broken.
func (o *operator) said() (read logLine, broken []logLine) {
	o.t.Helper()
	for {
		select {
		case line := <-o.lines:
			if line.Msg == "catalogue folder read" {
				return line, broken
			}
			broken = append(broken, line)
		case <-time.After(30 * time.Second):
			o.t.Fatal("a change of the folder is not seen")
		}
	}
}

// write replaces a file at once, as careful programs do.
func (o *operator) write(name, text string) {
	o.t.Helper()
	path := filepath.Join(o.dir, name)
	for _, err := range []error{
		os.MkdirAll(filepath.Dir(path), 0o700),
		os.WriteFile(filepath.Join(o.dir, ".new"), []byte(text), 0o600),
		os.Rename(filepath.Join(o.dir, ".new"), path),
	} {
		if err != nil {
			o.t.Fatal(err)
		}
	}
}

func (o *operator) definition(key, vendorPath, rest string) string {
	return fmt.Sprintf(`name: %[1]s
key: %[1]s
description: of the operator
hub: crm
authentication: {type: custom}
configuration:
  - {key: base.url, name: URL, type: TEXTFIELD_1000, defaultValue: "%[2]s"}
resources:
  - path: /things
    method: GET
    vendorPath: %[3]s
    vendorMethod: GET
%[4]s`, key, o.provider, vendorPath, rest)
}

func (o *operator) keys() (keys []string) {
	o.t.Helper()
	var all []struct{ Key string }
	o.do(request{path: "/elements"}).want(200).into(&all)
	for _, c := range all {
		if !slices.Contains(shipped(o.t), c.Key) {
			keys = append(keys, c.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

func (o *operator) metrics() string {
	o.t.Helper()
	response, err := http.Get(o.server.URL() + "/metrics")
	if err != nil {
		o.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return string(text)
}

func TestAnOperatorsFolderOfConnectorsIsServedAndFollowed(t *testing.T) {
	t.Parallel()
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"path":%q}`, r.URL.Path) // a caller that went away shows in its own test
	}))
	t.Cleanup(provider.Close)
	o := &operator{dir: t.TempDir(), provider: provider.URL, lines: make(chan logLine, 100)}
	o.house = &house{t: t}
	o.write("one/definition.yaml", o.definition("one", "/one", ""))
	o.write("two.yaml", o.definition("two", "/two", ""))
	o.write("three/definition.yaml", o.definition("three", "/three", "  - path: /more\n    method: FETCH\n"))
	o.house = build(t, func(s *server.Options) {
		s.Catalog, s.CatalogInterval = o.dir, 20*time.Millisecond
		s.Log = slog.New(slog.NewJSONHandler(o, nil))
		s.AllowAddresses = append(s.AllowAddresses, addressOf(provider.URL))
	})

	read, broken := o.said()
	if read.Connectors != 2 || read.BrokenFiles != 1 || len(broken) != 1 {
		t.Fatal(read, broken)
	}
	if b := broken[0]; b.Path != "three/definition.yaml" || b.Line != 14 || b.EarlierVersionServes || !strings.Contains(b.Reason, `resources[1].method "FETCH"`) {
		t.Error(b)
	}
	if got := o.keys(); !slices.Equal(got, []string{"one", "two"}) {
		t.Error(got)
	}
	if text := o.metrics(); !strings.Contains(text, "jackfield_catalog_folder_broken_files 1\n") || !strings.Contains(text, "jackfield_catalog_folder_connectors 2\n") {
		t.Error("the metrics lack the folder")
	}
	one := o.create(`{"element":{"key":"one"},"name":"of one"}`)
	call := request{path: "/hubs/crm/things", token: one.Token}
	o.do(call).want(200, `"/one"`)

	o.write("three/definition.yaml", o.definition("three", "/three", ""))
	if read, broken := o.said(); read.Connectors != 3 || broken != nil {
		t.Error("mended:", read, broken)
	}
	three := o.create(`{"element":{"key":"three"},"name":"of three"}`)
	o.do(request{path: "/hubs/crm/things", token: three.Token}).want(200, `"/three"`)

	o.write("one/definition.yaml", "name: [")
	if read, broken := o.said(); read.Connectors != 3 || len(broken) != 1 || !broken[0].EarlierVersionServes || broken[0].Line == 0 {
		t.Error("broken:", read, broken)
	}
	o.do(call).want(200, `"/one"`)

	o.write("one/definition.yaml", o.definition("one", "/one", "    hooks:\n      - {type: preRequest, body: \"done({\"}\n"))
	if _, broken := o.said(); len(broken) != 1 || !broken[0].EarlierVersionServes || !strings.Contains(broken[0].Reason, "does not compile") {
		t.Error("a hook that does not compile:", broken)
	}

	o.write("one/definition.yaml", o.definition("one", "/another", ""))
	o.said()
	o.do(call).want(200, `"/another"`)

	if err := os.Rename(filepath.Join(o.dir, "one"), filepath.Join(o.dir, ".one")); err != nil {
		t.Fatal(err)
	}
	o.said()
	if a := o.do(call); a.status < 400 {
		t.Error("the connector is gone and still called:", a.status)
	}
	if got := o.keys(); !slices.Equal(got, []string{"three", "two"}) {
		t.Error(got)
	}
}

func TestAServerDoesNotStartWithACatalogueFolderThatIsNotThere(t *testing.T) {
	t.Parallel()
	_, err := server.Start(t.Context(), server.Options{
		Data: t.TempDir(), Listen: "127.0.0.1:0", Catalog: filepath.Join(t.TempDir(), "none"),
	})
	if err == nil || !strings.Contains(err.Error(), "catalogue folder") || !strings.Contains(err.Error(), "none") {
		t.Error(err)
	}
}
