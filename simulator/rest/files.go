package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// files is a tree of files and folders that is worked on by calls with a JSON argument, in the body or, where the body
// is the file itself, in a header.
type files struct {
	Argument string            `yaml:"argument"` // header with the argument of upload and download
	Result   string            `yaml:"result"`   // header of a download with the file's metadata
	Calls    map[string]string `yaml:"calls"`    // list, continue, metadata, createFolder, delete, move, copy, search, upload, download, link
	File     map[string]any    `yaml:"file"`     // how a file is shown: {id} {name} {path} {lower} {size} {time} {rev}
	Folder   map[string]any    `yaml:"folder"`   // how a folder is shown
	Answers  map[string]any    `yaml:"answers"`  // what stands around {metadata}, {entries}, {matches}, {cursor}, {more}, by call
	Match    any               `yaml:"match"`    // what stands around {metadata} of a search's match
	Limit    int               `yaml:"limit"`    // entries of a page
	Fields   []string          `yaml:"fields"`   // members that arguments may have, without effect
	Seed     map[string]string `yaml:"seed"`     // content by path; a path that ends in / is a folder
}

func (f *files) calls() []*call {
	var calls []*call
	for name, text := range f.Calls {
		one := &call{Call: text, do: "file", Answer: name}
		one.inherit(&collection{Wrap: &wrap{}, Paging: &paging{}, Sort: &order{}})
		calls = append(calls, one)
	}
	return calls
}

// entry is a file or a folder.
type entry struct {
	id, path string // as it was given, from /
	folder   bool
	content  []byte
	at       time.Time
	rev      int
}

// tree holds entries by path; a folder comes before what is in it.
type tree struct {
	*files
	entries []*entry
	made    int
	cursors map[string][]*entry
	now     func() time.Time
}

func newTree(f *files, now func() time.Time) *tree {
	t := &tree{files: f, cursors: map[string][]*entry{}, now: now}
	for path, content := range f.Seed {
		t.put(strings.TrimSuffix(path, "/"), strings.HasSuffix(path, "/"), []byte(content), seedStart)
	}
	return t
}

// put makes or replaces an entry, and the folders above it.
func (t *tree) put(path string, folder bool, content []byte, at time.Time) *entry {
	if above := path[:strings.LastIndex(path, "/")]; above != "" && t.find(above) == nil {
		t.put(above, true, nil, at)
	}
	if e := t.find(path); e != nil {
		e.content, e.at = content, at
		e.rev++
		return e
	}
	t.made++
	e := &entry{id: fmt.Sprintf("id:%022d", t.made), path: path, folder: folder, content: content, at: at, rev: 1}
	t.entries = append(t.entries, e)
	slices.SortFunc(t.entries, func(a, b *entry) int { return strings.Compare(strings.ToLower(a.path), strings.ToLower(b.path)) })
	return e
}

func (t *tree) find(path string) *entry {
	for _, e := range t.entries {
		if strings.EqualFold(e.path, path) || e.id == path {
			return e
		}
	}
	return nil
}

// below lists what is in a folder, at any depth where deep.
func (t *tree) below(path string, deep bool) []*entry {
	var found []*entry
	prefix := strings.ToLower(path) + "/"
	for _, e := range t.entries {
		rest, ok := strings.CutPrefix(strings.ToLower(e.path), prefix)
		if ok && (deep || !strings.Contains(rest, "/")) {
			found = append(found, e)
		}
	}
	return found
}

func (t *tree) show(e *entry) any {
	shape := t.File
	if e.folder {
		shape = t.Folder
	}
	return fill(shape, map[string]any{
		"id": e.id, "name": e.path[strings.LastIndex(e.path, "/")+1:], "path": e.path, "lower": strings.ToLower(e.path),
		"size": wholeNumber(len(e.content)), "time": e.at.UTC().Format(time.RFC3339), "rev": fmt.Sprintf("%016x", e.rev),
	})
}

// around puts what a call gives into what the provider puts around it.
func (t *tree) around(name string, words map[string]any) any {
	shape, ok := t.Answers[name]
	if !ok {
		shape = "{metadata}"
	}
	return fill(shape, words)
}

// serve runs one call on the tree.
func (t *tree) serve(x *exchange) *refusal {
	name, ok := x.call.Answer.(string)
	if !ok {
		panic("a call on files is known by its name")
	}
	argument, fail := t.argument(x, name)
	if fail != nil {
		return fail
	}
	if fail := t.checkArgument(x, argument); fail != nil {
		return fail
	}
	path := text(argument["path"])
	switch name {
	case "list":
		return t.list(x, path, argument)
	case "continue":
		return t.goOn(x, text(argument["cursor"]))
	case "search":
		return t.search(x, argument)
	case "upload":
		return t.upload(x, path, argument)
	case "createFolder":
		if fail := checkPath(path); fail != nil {
			return fail
		}
		if t.find(path) != nil {
			return refuse("conflict", "There is something at %s", path)
		}
		return t.answer(x, name, t.put(path, true, nil, t.now()))
	case "move", "copy":
		return t.move(x, name, argument)
	}
	e := t.find(path)
	if e == nil {
		return refuse("missing", "There is nothing at %s", path)
	}
	switch name {
	case "download":
		return t.download(x, e)
	case "delete":
		gone := append(t.below(e.path, true), e)
		t.entries = slices.DeleteFunc(t.entries, func(one *entry) bool { return slices.Contains(gone, one) })
	}
	return t.answer(x, name, e)
}

func (t *tree) answer(x *exchange, name string, e *entry) *refusal {
	x.answer(http.StatusOK, t.around(name, map[string]any{"metadata": t.show(e), "id": e.id, "path": e.path, "base": x.base()}))
	return nil
}

// argument reads the JSON argument of a call.
func (t *tree) argument(x *exchange, name string) (map[string]any, *refusal) {
	raw := x.raw
	if name == "upload" || name == "download" {
		raw = []byte(x.request.Header.Get(t.Argument))
		if slices.ContainsFunc(raw, func(b byte) bool { return b > 126 || b < 32 }) {
			return nil, refuse("invalid", "The header %s must be ASCII: escape other letters", t.Argument)
		}
		if media := x.request.Header.Get("Content-Type"); name == "upload" && media != "application/octet-stream" {
			return nil, refuse("media", "The Content-Type of a file must be application/octet-stream, not %s", media)
		}
	} else if media := x.request.Header.Get("Content-Type"); media != "application/json" {
		return nil, refuse("media", "The Content-Type must be application/json, not %s", media)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var argument map[string]any
	if err := decoder.Decode(&argument); err != nil {
		return nil, refuse("invalid", "The argument is no JSON object: %v", err)
	}
	return argument, nil
}

func (t *tree) checkArgument(x *exchange, argument map[string]any) *refusal {
	names := make([]string, 0, len(argument))
	for name := range argument {
		names = append(names, name)
	}
	return x.checkUnknown(names, append([]string{"path", "cursor", "query", "from_path", "to_path", "recursive", "limit", "mode"}, t.Fields...))
}

func checkPath(path string) *refusal {
	if !strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") || strings.Contains(path, "//") {
		return refuse("invalid", "The path %q is not valid: it begins with / and does not end with one", path)
	}
	return nil
}

func (t *tree) list(x *exchange, path string, argument map[string]any) *refusal {
	if path != "" {
		e := t.find(path)
		if e == nil {
			return refuse("missing", "There is nothing at %s", path)
		}
		path = e.path
		if !e.folder {
			return refuse("notFolder", "%s is no folder", path)
		}
	}
	deep, _ := argument["recursive"].(bool)
	return t.entriesPage(x, "list", t.below(path, deep), t.limit(argument))
}

func (t *tree) limit(argument map[string]any) int {
	limit := max(t.Limit, 1)
	if n, ok := number(text(argument["limit"])); ok && n.IsInt() && n.Num().IsInt64() && n.Sign() > 0 {
		limit = min(limit, int(n.Num().Int64()))
	}
	return limit
}

func (t *tree) goOn(x *exchange, cursor string) *refusal {
	rest, ok := t.cursors[cursor]
	if !ok {
		return refuse("invalid", "The cursor %s is not known", cursor)
	}
	_, size, _ := strings.Cut(cursor, "-")
	return t.entriesPage(x, "list", rest, t.limit(map[string]any{"limit": size}))
}

func (t *tree) entriesPage(x *exchange, name string, entries []*entry, limit int) *refusal {
	to := min(limit, len(entries))
	shown := make([]any, to)
	for i, e := range entries[:to] {
		shown[i] = t.show(e)
		if name == "search" && t.Match != nil {
			shown[i] = fill(t.Match, map[string]any{"metadata": shown[i]})
		}
	}
	if len(t.cursors) > maxCursors {
		clear(t.cursors)
	}
	t.made++
	cursor := fmt.Sprintf("AA%d-%d", t.made, limit)
	t.cursors[cursor] = entries[to:]
	x.answer(http.StatusOK, t.around(name, map[string]any{"entries": shown, "cursor": cursor, "more": to < len(entries)}))
	return nil
}

func (t *tree) search(x *exchange, argument map[string]any) *refusal {
	query := strings.ToLower(text(argument["query"]))
	if query == "" {
		return refuse("invalid", "The query is empty")
	}
	var found []*entry
	for _, e := range t.entries {
		if strings.Contains(strings.ToLower(e.path[strings.LastIndex(e.path, "/"):]), query) {
			found = append(found, e)
		}
	}
	return t.entriesPage(x, "search", found, t.Limit)
}

func (t *tree) upload(x *exchange, path string, argument map[string]any) *refusal {
	if fail := checkPath(path); fail != nil {
		return fail
	}
	if t.find(path) != nil && text(argument["mode"]) != "overwrite" {
		return refuse("conflict", "There is something at %s", path)
	}
	return t.answer(x, "upload", t.put(path, false, x.raw, t.now()))
}

func (t *tree) download(x *exchange, e *entry) *refusal {
	if e.folder {
		return refuse("notFile", "%s is a folder", e.path)
	}
	x.answer(http.StatusOK, t.show(e))
	if t.Result != "" {
		x.header.Set(t.Result, string(x.content))
	}
	x.content = e.content
	x.header.Set("Content-Type", "application/octet-stream")
	return nil
}

func (t *tree) move(x *exchange, name string, argument map[string]any) *refusal {
	from, to := t.find(text(argument["from_path"])), text(argument["to_path"])
	if from == nil {
		return refuse("missing", "There is nothing at %s", text(argument["from_path"]))
	}
	if fail := checkPath(to); fail != nil {
		return fail
	}
	if t.find(to) != nil {
		return refuse("conflict", "There is something at %s", to)
	}
	inside, old := t.below(from.path, true), from.path
	if name == "move" {
		for _, e := range append(inside, from) {
			e.path = to + e.path[len(old):]
		}
		return t.answer(x, name, from)
	}
	made := t.put(to, from.folder, from.content, t.now())
	for _, e := range inside {
		t.put(to+e.path[len(old):], e.folder, e.content, t.now())
	}
	return t.answer(x, name, made)
}
