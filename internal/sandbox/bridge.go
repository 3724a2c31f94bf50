package sandbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // scripts sign for providers that ask for it
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // ditto
	"crypto/sha256"
	"crypto/sha512"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"modernc.org/quickjs"
)

//go:embed modules/*.js
var moduleFiles embed.FS

// moduleFile is the file of each module that a script, or a module, can require.
var moduleFile = map[string]string{
	"lodash":                 "modules/lodash.js",
	"moment":                 "modules/moment.js",
	"util":                   "modules/util.js",
	"CE":                     "modules/ce.js",
	"Java":                   "modules/java.js",
	"lodash/fp/_baseConvert": "modules/lodash_fp_baseConvert.js",
	"./_mapping":             "modules/lodash_fp_mapping.js",
	"./placeholder":          "modules/lodash_fp_placeholder.js",
}

// Bounds of what a script may hand out besides its result.
const (
	maxLogLines  = 1000
	maxLogLength = 64 << 10 // bytes of all lines together
	maxRandom    = 10_000   // characters of one random text
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
	case "hash":
		return digest(texts)
	case "encode64":
		return base64.StdEncoding.EncodeToString([]byte(first)), nil
	case "decode64":
		return decode64(first)
	case "random":
		return random(texts)
	}
	return nil, errors.New("the host does not know that")
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

// digest answers CE.md5 and CE.hmac: algorithm, encoding, secret or \0 for a plain hash, text.
func digest(texts []string) (any, error) {
	if len(texts) != 5 {
		return nil, errors.New("a hash needs an algorithm, an encoding, a secret and a text")
	}
	var make func() hash.Hash
	switch strings.ToLower(texts[1]) {
	case "md5":
		make = md5.New
	case "sha1":
		make = sha1.New
	case "sha256":
		make = sha256.New
	case "sha512":
		make = sha512.New
	default:
		return nil, fmt.Errorf("the hash %s is not available: there are md5, sha1, sha256 and sha512", texts[1])
	}
	h := make()
	if texts[3] != "\x00" {
		h = hmac.New(make, []byte(texts[3]))
	}
	h.Write([]byte(texts[4])) // a hash takes everything
	sum := h.Sum(nil)
	switch strings.ToLower(texts[2]) {
	case "hex":
		return hex.EncodeToString(sum), nil
	case "base64":
		return base64.StdEncoding.EncodeToString(sum), nil
	}
	return nil, fmt.Errorf("the encoding %s is not available: there are hex and base64", texts[2])
}

// decode64 takes base64 of either alphabet, with or without padding and line breaks, as scripts meet it in tokens.
func decode64(text string) (any, error) {
	text = strings.NewReplacer("-", "+", "_", "/", "=", "", "\n", "", "\r", "", " ", "").Replace(text)
	plain, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("the text is no base64")
	}
	return strings.ToValidUTF8(string(plain), "�"), nil
}

func random(texts []string) (any, error) {
	n, err := strconv.Atoi(texts[1])
	if err != nil || n < 0 || n > maxRandom || len(texts) != 3 || texts[2] == "" {
		return nil, fmt.Errorf("a random text has 0 to %d characters", maxRandom)
	}
	drawn := make([]byte, n)
	if _, err := rand.Read(drawn); err != nil {
		return nil, err
	}
	for i, value := range drawn {
		drawn[i] = texts[2][int(value)%len(texts[2])]
	}
	return string(drawn), nil
}
