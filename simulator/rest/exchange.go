package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxBody is the largest body that is read, files included.
const maxBody = 64 << 20

// exchange is one request on its way to its answer.
type exchange struct {
	simulator *Simulator
	request   *http.Request
	writer    http.ResponseWriter
	path      string // decoded, with its trailing slash
	query     url.Values
	raw       []byte
	body      map[string]any // nil when there is none
	call      *call
	variables map[string]string

	ordering []sortKey // from the text of a query

	known   map[string]bool // query parameters that something read
	unknown unknown

	status  int
	header  http.Header
	content []byte
	cut     bool // a fault closes the connection in the middle of the answer
}

type unknown struct{ parameters, fields []string }

func (s *Simulator) open(w http.ResponseWriter, r *http.Request) (*exchange, error) {
	x := &exchange{simulator: s, request: r, writer: w, path: r.URL.Path, known: map[string]bool{}, header: http.Header{}}
	var err error
	if x.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return nil, fmt.Errorf("the query is not valid: %w", err)
	}
	if x.raw, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1)); err != nil {
		return nil, fmt.Errorf("the body could not be read: %w", err)
	}
	if len(x.raw) > maxBody {
		return nil, fmt.Errorf("the body is larger than %d bytes", maxBody)
	}
	for _, name := range s.file.Parameters {
		x.knownQuery(name)
	}
	for name, value := range s.file.Answer {
		x.header.Set(name, value)
	}
	return x, nil
}

func (x *exchange) knownQuery(names ...string) {
	for _, name := range names {
		if name != "" {
			x.known[name] = true
		}
	}
}

// readBody decodes the body of the calls that take one: JSON, or a form with brackets.
func (x *exchange) readBody() *refusal {
	if x.call.do == "file" || len(x.raw) == 0 || x.request.Method == http.MethodGet || x.request.Method == http.MethodDelete {
		return nil
	}
	media, _, err := mime.ParseMediaType(x.request.Header.Get("Content-Type"))
	if err != nil {
		return refuse("media", "The Content-Type is missing or wrong")
	}
	if x.call.Form {
		if media != "application/x-www-form-urlencoded" {
			return refuse("media", "The Content-Type must be application/x-www-form-urlencoded, not %s", media)
		}
		form, err := url.ParseQuery(string(x.raw))
		if err != nil {
			return refuse("invalid", "The form is not valid: %v", err)
		}
		x.body = unbracket(form)
		return nil
	}
	if media != "application/json" {
		return refuse("media", "The Content-Type must be application/json, not %s", media)
	}
	decoder := json.NewDecoder(bytes.NewReader(x.raw))
	decoder.UseNumber()
	var body any
	if err := decoder.Decode(&body); err != nil {
		return refuse("invalid", "The body is not valid JSON: %v", err)
	}
	object, ok := body.(map[string]any)
	if !ok {
		return refuse("invalid", "The body must be a JSON object")
	}
	x.body = object
	return nil
}

// unbracket makes an object of a form: metadata[key]=v, items[0][price]=x, expand[]=y.
func unbracket(form url.Values) map[string]any {
	object := map[string]any{}
	for name, values := range form {
		steps := strings.Split(strings.ReplaceAll(name, "]", ""), "[")
		last, place := len(steps)-1, object
		var value any = values[len(values)-1]
		if last > 0 && steps[last] == "" {
			list := make([]any, len(values))
			for i, v := range values {
				list[i] = v
			}
			last, value = last-1, list
		}
		for _, step := range steps[:last] {
			inner, ok := place[step].(map[string]any)
			if !ok {
				inner = map[string]any{}
				place[step] = inner
			}
			place = inner
		}
		place[steps[last]] = value
	}
	for name, value := range object {
		object[name] = listed(value)
	}
	return object
}

// listed makes arrays of objects whose names are 0, 1, 2 ….
func listed(value any) any {
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	list := make([]any, 0, len(object))
	for i := range len(object) {
		if item, there := object[strconv.Itoa(i)]; there {
			list = append(list, listed(item))
		}
	}
	if len(object) > 0 && len(list) == len(object) {
		return list
	}
	for name, inner := range object {
		object[name] = listed(inner)
	}
	return object
}

// argument reads a parameter of a list: from the query of a GET, from the body of any other method.
func (x *exchange) argument(name string) (string, bool) {
	if name == "" {
		return "", false
	}
	x.knownQuery(name)
	if x.request.Method == http.MethodGet {
		values, ok := x.query[name]
		if !ok {
			return "", false
		}
		return strings.Join(values, ","), true
	}
	value, ok := lookup(x.body, name)
	if !ok || value == nil {
		return "", false
	}
	if list, is := value.([]any); is {
		texts := make([]string, len(list))
		for i, item := range list {
			texts[i] = text(item)
		}
		return strings.Join(texts, ","), true
	}
	return text(value), true
}

// checkUnknown notes what the request sent and nothing knows, and refuses it where the provider is strict.
func (x *exchange) checkUnknown(fields, allowed []string) *refusal {
	x.knownQuery(x.call.Query...)
	for name := range x.query {
		if !x.known[name] && !x.known[strings.TrimSuffix(name, "[]")] {
			x.unknown.parameters = append(x.unknown.parameters, name)
		}
	}
	if x.call.do == "list" || x.call.do == "query" || x.call.do == "continue" {
		fields = slices.Collect(maps.Keys(x.body)) // of a list that is asked for by POST
		allowed = slices.Concat(x.call.Body, []string{x.call.Filter.Groups, x.call.Sort.Parameter})
		for name := range x.known {
			first, _, _ := strings.Cut(name, ".")
			allowed = append(allowed, first)
		}
	}
	for _, name := range fields {
		if !slices.ContainsFunc(allowed, func(known string) bool { return covers(known, name) }) {
			x.unknown.fields = append(x.unknown.fields, name)
		}
	}
	slices.Sort(x.unknown.parameters)
	slices.Sort(x.unknown.fields)
	if !x.simulator.file.Strict {
		return nil
	}
	for _, name := range x.unknown.parameters {
		return refuse("parameter", "The parameter %s is not known", name).at(name)
	}
	for _, name := range x.unknown.fields {
		return refuse("field", "The field %s is not known", name).at(name)
	}
	return nil
}

// covers reports whether a known name stands for a name: itself, or name.* for all below, or * for all.
func covers(known, name string) bool {
	if prefix, any := strings.CutSuffix(known, "*"); any {
		return strings.HasPrefix(name, prefix) || name+"." == prefix
	}
	return known == name
}

// answer sets the body of the answer; nil is no body.
func (x *exchange) answer(status int, body any) {
	x.status = status
	switch body := body.(type) {
	case nil:
	case string:
		x.content = []byte(body)
		x.header.Set("Content-Type", "text/plain; charset=utf-8")
	default:
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(body); err != nil {
			panic(err) // maps of scalars always encode
		}
		x.content = bytes.TrimSpace(out.Bytes())
		x.header.Set("Content-Type", "application/json")
	}
}

func (x *exchange) send() {
	header := x.writer.Header()
	for name, values := range x.header {
		header[name] = values
	}
	if len(x.content) > 0 || x.status != http.StatusNoContent {
		header.Set("Content-Length", strconv.Itoa(len(x.content)))
	}
	x.writer.WriteHeader(x.status)
	if x.cut {
		_, _ = x.writer.Write(x.content[:len(x.content)/2]) //nolint:errcheck // the connection is about to be cut
		panic(http.ErrAbortHandler)
	}
	_, _ = x.writer.Write(x.content) //nolint:errcheck // whoever called is gone
}

// words are what templates of answers may name.
func (x *exchange) words() map[string]any {
	words := map[string]any{"base": x.base(), "path": x.path}
	for name, value := range x.variables {
		words[name] = value
	}
	return words
}

// base is the address that the caller reached the simulator under.
func (x *exchange) base() string { return "http://" + x.request.Host }
