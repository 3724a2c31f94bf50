package sandbox

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"modernc.org/quickjs"
)

//go:embed modules/*.js
var moduleFiles embed.FS

// moduleFile is the file of each module that a script, or a module, can require.
var moduleFile = map[string]string{
	"lodash":                 "modules/lodash.js",
	"moment":                 "modules/moment.js",
	"util":                   "modules/util.js",
	"events":                 "modules/events.js",
	"buffer":                 "modules/buffer.js",
	"url":                    "modules/url.js",
	"querystring":            "modules/querystring.js",
	"crypto":                 "modules/crypto.js",
	"timers":                 "modules/timers.js",
	"zlib":                   "modules/zlib.js",
	"jmespath":               "modules/jmespath.js",
	"http":                   "modules/http.js",
	"axios":                  "modules/axios.js",
	"waiting":                "modules/waiting.js",
	"CE":                     "modules/ce.js",
	"iso":                    "modules/iso.js",
	"Java":                   "modules/java.js",
	"lodash/fp/_baseConvert": "modules/lodash_fp_baseConvert.js",
	"./_mapping":             "modules/lodash_fp_mapping.js",
	"./placeholder":          "modules/lodash_fp_placeholder.js",
}

// Bounds of what a script may hand out besides its result.
const (
	maxLogLines  = 1000
	maxLogLength = 64 << 10 // bytes of all lines together
)

// maxEager is the size in bytes up to which a variable is parsed before the script runs. That costs less than the
// means to parse it when it is read.
const maxEager = 4 << 10

// bridge is everything a machine can ask of its host.
type bridge struct {
	worker *worker
	limits limits
	vm     *quickjs.VM
	failed error       // to start
	call   *call       // nil until the machine is used
	late   atomic.Bool // the time limit has passed
	mu     sync.Mutex  // keeps interrupt and close apart
	report *report
	called bool // done was called
	logged int

	rejections *rejections // kept until the machine is closed
	loop       *loop       // what the script waits for, nil while it never waited

	left  time.Duration // how long the script may still run
	since time.Time     // since when it runs
	over  time.Time     // when it must have ended, waiting included
	clock *time.Timer   // fires when left is used up, nil while the script waits
}

// serve answers a request of the prelude. Nothing here may do more than a script may: should one get hold of the
// bridge all the same, it gains nothing.
func (b *bridge) serve(args []any) (any, error) {
	texts := make([]string, len(args))
	for i, arg := range args {
		text, ok := arg.(string)
		if !ok {
			return nil, errors.New("the host takes texts only")
		}
		texts[i] = text
	}
	if len(texts) < 2 {
		return nil, errors.New("the host was asked for nothing")
	}
	switch verb, first := texts[0], texts[1]; verb {
	case "setup":
		return b.setup()
	case "variable":
		return string(b.call.variables[first]), nil
	case "done":
		return nil, b.done(first)
	case "log":
		b.log(first)
		return nil, nil
	case "error":
		b.thrown(texts)
		return nil, nil
	case "module":
		return b.module(first)
	default:
		if answer, err, ok := compute(verb, texts); ok {
			return answer, err
		}
		return b.reach(verb, texts)
	}
}

// setup is what the prelude needs to begin, in one text: whether there are extras, then names and values of variables,
// separated by NUL, which JSON never holds. Large values are left out: they are asked for when they are read.
func (b *bridge) setup() (any, error) {
	text := make([]byte, 0, 1024)
	if b.call.extras {
		if err := b.extras(); err != nil {
			return nil, err
		}
		text = append(text, "extras"...)
	}
	for name, value := range b.call.variables {
		text = append(append(append(text, 0), name...), 0)
		if len(value) <= maxEager && bytes.IndexByte(value, 0) < 0 {
			text = append(text, value...)
		}
	}
	return string(text), nil
}

func (b *bridge) done(json string) error {
	b.called = true
	if len(json) > b.limits.output {
		b.report.outcome = limitOutput
		b.vm.Interrupt()
		return errors.New("the result is too large")
	}
	if json != "" {
		b.report.done = []byte(json)
	}
	return nil
}

func (b *bridge) log(line string) {
	if room := maxLogLength - b.logged; len(line) > room {
		line = strings.ToValidUTF8(line[:max(room, 0)], "")
	}
	if line == "" || len(b.report.logs) >= maxLogLines {
		return
	}
	b.logged += len(line)
	b.report.logs = append(b.report.logs, line)
}

// thrown takes what a script threw. Limits come as errors too: a script may have caught and thrown them again. After
// done the result stands, and what is thrown then is only logged.
func (b *bridge) thrown(texts []string) {
	if len(texts) < 3 || b.report.outcome != finished {
		return
	}
	message, stack := cut(texts[1]), cut(texts[2])
	switch texts[1] {
	case "InternalError: out of memory":
		b.report.outcome = limitMemory
	case "InternalError: stack overflow":
		b.report.outcome = limitStack
	case "InternalError: interrupted":
		b.report.outcome = limitTime
	default:
		if b.called {
			b.log("after done: " + message)
			return
		}
		b.report.outcome, b.report.message, b.report.stack = thrown, message, stack
	}
}

func cut(text string) string {
	const most = 4 << 10
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// extras puts the function of extras.js on the global object.
func (b *bridge) extras() error {
	if b.worker.extras == nil {
		compiled, err := b.vm.Compile(foreign+extras, quickjs.EvalGlobal)
		if err != nil {
			return err
		}
		b.worker.extras = compiled
	}
	_, err := b.vm.EvalBytecode(b.worker.extras)
	return err
}

// module puts a module's function on the global object, from where the prelude takes it away.
func (b *bridge) module(name string) (any, error) {
	compiled := b.worker.modules[name]
	if compiled == nil {
		file, ok := moduleFile[name]
		if !ok {
			return false, nil
		}
		source, err := moduleFiles.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if compiled, err = b.vm.Compile(foreign+"globalThis.__module = function (module, exports, require, bridge, show) {"+string(source)+"\n}", quickjs.EvalGlobal); err != nil {
			return nil, fmt.Errorf("the module %s does not compile: %w", name, err)
		}
		b.worker.modules[name] = compiled
	}
	_, err := b.vm.EvalBytecode(compiled)
	return true, err
}

// reach answers the verbs of scripts that wait, and those that leave something with the host.
func (b *bridge) reach(verb string, texts []string) (any, error) {
	switch {
	case verb == "listen":
		return b.listen()
	case verb == "timer":
		return b.timer(texts[1])
	case verb == "untimer":
		b.untimer(texts[1])
		return nil, nil
	case verb == "abort":
		b.abort(texts[1])
		return nil, nil
	case verb == "ask":
		return b.askText(texts)
	case verb == "reply":
		return b.reply(texts[1])
	case verb == "body" && len(texts) == 3:
		return b.body(texts[1], texts[2])
	case verb == "mail" && len(texts) == 4:
		return nil, b.mail(Mail{texts[1], texts[2], texts[3]})
	}
	return nil, errors.New("the host does not know that")
}
