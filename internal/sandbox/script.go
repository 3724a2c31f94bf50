// Package sandbox runs customers' and connectors' scripts in worker processes of the same binary: without files,
// network, environment or memory of an earlier call. The engine limits time, memory and stack; the parent watches
// each worker from outside and kills the one that does not keep to its limits, because some built-ins of the engine
// never look at a limit (docs/decisions/0301-scripts-run-in-worker-processes.md).
package sandbox

import (
	"crypto/sha256"
	"encoding/json"
)

// Script is a script ready to run. It is immutable and safe for concurrent use.
type Script struct {
	name   string
	source string
	legacy bool
	hash   [sha256.Size]byte
}

// NewScript takes a script. Legacy ones are bodies of a function that returns its result; all others call done, or
// return. Nothing is compiled before the first run.
func NewScript(name, source string, legacy bool) *Script {
	s := &Script{name: name, source: source, legacy: legacy}
	s.hash = sha256.Sum256([]byte(s.program()))
	return s
}

// Name names the script in messages.
func (s *Script) Name() string { return s.name }

// program wraps the source into a function on the same line, so that line numbers are those of the source.
func (s *Script) program() string {
	if s.legacy {
		return "__run(function(){" + s.source + "\n})"
	}
	return "__run(async function(){" + s.source + "\n})"
}

// Input is what a script sees: the documented variables by name, as JSON (reference/hub-api.md §3.4). Variables that
// are absent read as null.
type Input struct {
	Variables map[string]json.RawMessage
}

// Output is what a script gave back.
type Output struct {
	Done json.RawMessage // what done was given or the script returned, as JSON; nil when neither happened
	Logs []string        // lines of console.log and its kin
}
