package rest_test

import (
	"encoding/json"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"jackfield/simulator/rest"
)

const shelf = `
provider: Files
strict: true
errors: {body: {error_summary: "{code}/", message: "{message}"}, codes: {missing: path/not_found, conflict: path/conflict}, status: {missing: 409}}
files:
  argument: X-Arg
  result: X-Result
  limit: 2
  calls: {list: POST /list, continue: POST /list/continue, metadata: POST /get, createFolder: POST /folder, delete: POST /delete, move: POST /move, copy: POST /copy, search: POST /search, upload: POST /upload, download: POST /download}
  file: {tag: file, id: "{id}", name: "{name}", path: "{path}", size: "{size}"}
  folder: {tag: folder, id: "{id}", name: "{name}", path: "{path}"}
  answers: {list: {entries: "{entries}", cursor: "{cursor}", has_more: "{more}"}, search: {matches: "{entries}", has_more: "{more}"}}
  match: {metadata: "{metadata}"}
  seed: {/a.txt: one, /docs/b.txt: two, /docs/c.txt: three, /empty/: ""}
`

// send makes one request and returns status and body.
func send(t *testing.T, simulator *rest.Simulator, method, path, body, contentType, argument string) string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:5"
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if argument != "" {
		r.Header.Set("X-Arg", argument)
	}
	w := httptest.NewRecorder()
	simulator.ServeHTTP(w, r)
	return strconv.Itoa(w.Code) + " " + w.Body.String()
}

func TestFilesGoUpAndDownAndAbout(t *testing.T) {
	t.Parallel()
	simulator, err := rest.New([]byte(shelf))
	if err != nil {
		t.Fatal(err)
	}
	rpc := func(path, argument string) string {
		return send(t, simulator, "POST", path, argument, "application/json", "")
	}
	const bytes = "application/octet-stream"
	var page struct {
		Entries []struct{ Name string }
		Cursor  string
		More    bool `json:"has_more"`
	}
	var names []string
	for answer := rpc("/list", `{"path":""}`); ; answer = rpc("/list/continue", `{"cursor":"`+page.Cursor+`"}`) {
		page.Entries = nil
		if err := json.Unmarshal([]byte(strings.TrimPrefix(answer, "200 ")), &page); err != nil {
			t.Fatal(err, answer)
		}
		for _, e := range page.Entries {
			names = append(names, e.Name)
		}
		if !page.More {
			break
		}
	}
	if strings.Join(names, " ") != "a.txt docs empty" {
		t.Errorf("the root has %v", names)
	}
	for _, step := range []struct{ got, want string }{
		{send(t, simulator, "POST", "/upload", "\x00bin", bytes, `{"path":"/new/x.bin"}`), `"size":4`},
		{send(t, simulator, "POST", "/upload", "x", bytes, `{"path":"/new/X.bin"}`), "path/conflict"},
		{send(t, simulator, "POST", "/upload", "longer", bytes, `{"path":"/new/x.bin","mode":"overwrite"}`), `"size":6`},
		{send(t, simulator, "POST", "/download", "", "", `{"path":"/new/x.bin"}`), "200 longer"},
		{send(t, simulator, "POST", "/upload", "x", bytes, `{"path":"/ä"}`), "must be ASCII"},
		{send(t, simulator, "POST", "/upload", "x", "application/json", `{"path":"/y"}`), "415"},
		{send(t, simulator, "POST", "/upload", "x", bytes, `{"path":"/y","typo":1}`), "typo"},
		{rpc("/get", `{"path":"/DOCS/b.txt"}`), `"path":"/docs/b.txt"`},
		{rpc("/move", `{"from_path":"/docs","to_path":"/moved"}`), `"path":"/moved"`},
		{rpc("/get", `{"path":"/docs/b.txt"}`), "409"},
		{rpc("/get", `{"path":"/moved/b.txt"}`), "200"},
		{rpc("/copy", `{"from_path":"/moved/b.txt","to_path":"/moved/d.txt"}`), `"name":"d.txt"`},
		{rpc("/folder", `{"path":"/moved"}`), "path/conflict"},
		{rpc("/folder", `{"path":"no"}`), "400"},
		{rpc("/search", `{"query":"B.TXT"}`), `"matches":[{"metadata":`},
		{rpc("/delete", `{"path":"/moved"}`), "200"},
		{rpc("/get", `{"path":"/moved/b.txt"}`), "path/not_found"},
		{rpc("/list", `{"path":"/a.txt"}`), "400"},
		{rpc("/list/continue", `{"cursor":"forged"}`), "400"},
		{rpc("/list", `[]`), "400"},
	} {
		if !strings.Contains(step.got, step.want) {
			t.Errorf("%q lacks %q", step.got, step.want)
		}
	}
}
