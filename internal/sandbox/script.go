// Package sandbox runs customers' and connectors' scripts in worker processes of the same binary: without files,
// network, environment or memory of an earlier call. The engine limits time, memory and stack; the parent watches
// each worker from outside and kills the one that does not keep to its limits, because some built-ins of the engine
// never look at a limit (docs/decisions/0301-scripts-run-in-worker-processes.md).
package sandbox

import (
	"crypto/sha256"
	"encoding/json"
	"strings"
	"time"
)

// documented are the variables that hooks may read; those that a call does not give are null
// (reference/elements.md §8, reference/clients.md §11).
var documented = []string{
	"request_body", "request_body_map", "request_headers", "request_path", "request_path_variables",
	"request_parameters", "request_method", "request_expression", "request_vendor_parameters", "request_vendor_path",
	"request_vendor_method", "request_vendor_headers", "request_vendor_body", "request_vendor_body_map",
	"request_vendor_url", "request_root_key", "request_previous_response", "request_previous_response_headers",
	"object_name", "meta_data", "configuration", "multipart_hook_context_items", "response_body", "response_body_map",
	"response_body_raw", "response_body_raw_map", "response_headers", "response_status_code", "response_iserror", "response_error",
	"response_root_key", "events", "eventHeaders",
}

// Script is a script ready to run. It is immutable and safe for concurrent use.
type Script struct {
	name   string
	source string
	legacy bool
	hash   [sha256.Size]byte

	names   []string // of documented that the source mentions
	dynamic bool     // it may name variables that its source does not mention
	extras  bool     // it mentions something of extras.js
	waits   bool     // it mentions something that makes it wait: requests or timers
}

// NewScript takes a script. Legacy ones are bodies of a function that returns its result; all others call done, or
// return. Nothing is compiled before the first run.
func NewScript(name, source string, legacy bool) *Script {
	s := &Script{name: name, source: source, legacy: legacy}
	s.hash = sha256.Sum256([]byte(s.program()))
	s.dynamic = s.mentions("this", "globalThis", "eval", "Function", "constructor", `\u`)
	s.waits = s.mentions("http", "axios", "setTimeout", "setInterval", "setImmediate")
	s.extras = s.dynamic || s.waits || s.mentions("require", "CE", "Java", "getArray", "print", "notify", "Buffer", "URL", "atob", "btoa", "queueMicrotask")
	for _, variable := range documented {
		if s.dynamic || s.mentions(variable) {
			s.names = append(s.names, variable)
		}
	}
	return s
}

// Name names the script in messages.
func (s *Script) Name() string { return s.name }

// Reads reports whether a run could read a variable: what is costly to say need not be said otherwise.
func (s *Script) Reads(variable string) bool { return s.dynamic || s.mentions(variable) }

func (s *Script) mentions(words ...string) bool {
	for _, word := range words {
		if strings.Contains(s.source, word) {
			return true
		}
	}
	return false
}

// program wraps the source into a function on the same line, so that line numbers are those of the source.
func (s *Script) program() string {
	if !s.legacy && s.mentions("await") {
		return "__run(async function(){" + s.source + "\n})"
	}
	return "__run(function(){" + s.source + "\n})"
}

var null = json.RawMessage("null")

// variables are those of an input that the script can read: what it does not mention is neither sent nor set up.
func (s *Script) variables(in Input) (given map[string]json.RawMessage, size int) {
	given = make(map[string]json.RawMessage, len(s.names))
	for _, name := range s.names {
		value := in.Variables[name]
		if len(value) == 0 {
			value = null
		}
		given[name] = value
	}
	for name, value := range in.Variables {
		if _, known := given[name]; !known && len(value) > 0 && (s.dynamic || s.mentions(name)) {
			given[name] = value
		}
	}
	for _, value := range given {
		size += len(value)
	}
	return given, size
}

// Input is what a script sees: the documented variables by name, as JSON (reference/hub-api.md §3.4). Variables that
// are absent or empty read as null.
type Input struct {
	Variables map[string]json.RawMessage
	// Fetch makes the requests of the script. Nil refuses them.
	Fetch Fetch
}

// Output is what a script gave back.
type Output struct {
	Done json.RawMessage // what done was given or the script returned, as JSON; nil when neither happened
	Logs []string        // lines of console.log and its kin
	// Mails are those that the script asked for with notify.email, in order. Nothing was sent: that is for the caller.
	Mails []Mail
	// Spent is how long the script ran, without its waiting; also of one that failed.
	Spent time.Duration
}
