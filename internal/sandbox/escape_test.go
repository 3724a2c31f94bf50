package sandbox_test

import (
	"context"
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/sandbox"
)

// contained is how a hostile script may end.
type contained int

const (
	harmless contained = iota // it ends by itself and gives the wanted result
	refused                   // it is an Invalid fault
	either                    // either, by how the engine happens to do it
)

type hostile struct {
	category, name, source string
	end                    contained
	want                   string // of the result, when harmless
}

// hostiles are scripts that want out, or want everything. Each must end within its limits, must leave nothing behind,
// and must not disturb a neighbour.
var hostiles = []hostile{
	{"host", "process", `done({v: typeof process})`, harmless, `{"v":"undefined"}`},
	{"host", "std and os", `done({v: typeof std + typeof os + typeof bjson})`, harmless, `{"v":"undefinedundefinedundefined"}`},
	{"host", "require of fs", `require('fs').readFileSync('/etc/passwd')`, refused, ""},
	{"host", "require of child_process", `require('child_process')`, refused, ""},
	{"host", "require by path", `require('/etc/passwd')`, refused, ""},
	{"host", "require up the tree", `require('../../modules/lodash')`, refused, ""},
	{"host", "require of an inner module", `require('./_mapping')`, refused, ""},
	{"host", "import()", `import('/etc/passwd').then(m => done({v: 'in'}), e => done({v: 'out'}))`, either, ""},
	{"host", "import of os", `import('os').then(m => done({v: 'in'}), e => done({v: 'out'}))`, either, ""},
	{"host", "fetch and sockets", `done({v: [typeof fetch, typeof XMLHttpRequest, typeof WebSocket].join()})`, harmless, `{"v":"undefined,undefined,undefined"}`},
	{"host", "require of the module that waits", `require('waiting')`, refused, ""},
	{"host", "a request without a way out", `require('http').get('http://127.0.0.1/')`, refused, ""},
	{"host", "timers without end", `const f = () => { for (let i = 0; i < 100; i++) setTimeout(f, 1) }; f()`, refused, ""},
	{"host", "a then of one's own sees no bridge", `let got = 0; const t = Promise.prototype.then; Promise.prototype.then = function (...a) { for (const x of a) if (x && x.name === '__bridge') got++; return t.apply(this, a) }; setTimeout(() => done({v: got}), 1)`, harmless, `{"v":0}`},
	{"host", "a species of one's own", `let n = 0; Promise.prototype.constructor = {[Symbol.species]: function (f) { n++; f(() => 0, () => 0) }}; setTimeout(() => done({v: 1}), 1)`, either, ""},
	{"host", "the bridge by name", `done({v: typeof __bridge + typeof __run + typeof __module})`, harmless, `{"v":"undefinedundefinedundefined"}`},
	{"host", "the global object", `done({v: Object.getOwnPropertyNames(globalThis).filter(n => n.startsWith('__') && !['__proto__'].includes(n)).length})`, harmless, `{"v":0}`},
	{"host", "Function gives another global", `done({v: Function('return typeof process + typeof __bridge')()})`, harmless, `{"v":"undefinedundefined"}`},
	{"host", "eval", `done({v: (0, eval)('typeof __bridge')})`, harmless, `{"v":"undefined"}`},
	{"host", "code of a native function", `done({v: String(done).includes('bridge(') || true})`, harmless, `{"v":true}`},
	{"host", "caller of done", `function f() { return f.caller } try { done({v: String(f())}) } catch (e) { done({v: 'no'}) }`, either, ""},
	{"host", "what call and apply see", `let n = 0; for (const m of ['call', 'apply']) { const f = Function.prototype[m]; Function.prototype[m] = function (...a) { for (const x of a.flat()) { if (typeof x === 'function' && x.name === '__bridge') n++ } return Reflect.apply(f, this, a) } } require('util'); require('moment'); CE.md5('a'); done({v: n})`, harmless, `{"v":0}`},
	{"host", "a trap for modules", `let seen = 0; Object.defineProperty(globalThis, '__module', {set(f) { seen++; f({}, {}, null, () => 1) }, get() { return null }, configurable: true}); try { CE.md5('a') } catch (e) { done({v: 'no'}) }`, either, ""},
	{"host", "a trap that gives its own module", `let got = 0; Object.defineProperty(globalThis, '__module', {get() { return (m, e, r, b) => { if (b) got = 1; m.exports = {md5() {}} } }, set() {}, configurable: true}); try { CE.md5('a') } catch (e) { } done({v: got})`, harmless, `{"v":0}`},
	{"host", "a trap that cannot be taken away", `let got = 0; Object.defineProperty(globalThis, '__module', {get() { return (m, e, r, b) => { if (b) got = 1; m.exports = {md5() {}} } }, set() {}, configurable: false}); try { CE.md5('a') } catch (e) { } done({v: got})`, harmless, `{"v":0}`},
	{"host", "a trap on a prototype", `let got = 0; Object.defineProperty(Object.prototype, '__module', {get() { return (m, e, r, b) => { if (b) got = 1; m.exports = {md5() {}} } }, set() {}, configurable: true}); try { CE.md5('a') } catch (e) { } done({v: got})`, harmless, `{"v":0}`},
	{"host", "a setter for what is loaded", `let got = 0; Object.defineProperty(Object.prototype, 'CE', {set(v) { got = v }, configurable: true}); const c = CE; done({v: got})`, harmless, `{"v":0}`},
	{"host", "functions on the stack", `Error.prepareStackTrace = (e, frames) => frames; const s = new Error('x').stack; done({v: Array.isArray(s) && s.some(f => f && f.getFunction && f.getFunction())})`, harmless, `{"v":false}`},
	{"host", "leaving the wrapper", `}); done({v: 1}); (function(){`, either, ""},
	{"host", "SharedArrayBuffer and Atomics.wait", `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`, refused, ""},

	{"prototype", "pollution of Object", `Object.prototype.polluted = 1; done({v: ({}).polluted})`, harmless, `{"v":1}`},
	{"prototype", "toJSON of everything", `Object.prototype.toJSON = function () { return 'x' }; done({a: 1})`, harmless, `"x"`},
	{"prototype", "JSON replaced", `JSON.stringify = () => 'forged'; JSON.parse = () => 'forged'; done({a: request_body_map})`, harmless, `{"a":{"a":1}}`},
	{"prototype", "a getter that throws", `done({get v() { throw new Error('boo') }})`, refused, ""},
	{"prototype", "a proxy that loops", `const p = new Proxy({}, {ownKeys() { return ['a'] }, getOwnPropertyDescriptor() { return {enumerable: true, configurable: true, get() { return p }} }, get() { return p }}); done(p)`, either, ""},
	{"prototype", "a cycle", `const a = {}; a.a = a; done(a)`, refused, ""},
	{"prototype", "Error.prepareStackTrace", `Error.prepareStackTrace = () => { while (true) {} }; null.x`, refused, ""},
	{"prototype", "thenable that never ends", `return {then(r) { r(this) }}`, either, ""},
	{"prototype", "Promise replaced", `globalThis.Promise = null; done({v: 1})`, harmless, `{"v":1}`},
	{"prototype", "Array.prototype.map of the log", `Array.prototype.map = () => { while (true) {} }; console.log(1); done({v: 1})`, harmless, `{"v":1}`},

	{"memory", "an array that grows", `const a = []; while (true) a.push(new Array(1000).fill(a.length))`, refused, ""},
	{"memory", "a string that doubles", `let s = 'x'; while (true) s += s`, refused, ""},
	{"memory", "one large buffer", `new ArrayBuffer(1e9)`, refused, ""},
	{"memory", "many buffers", `const a = []; while (true) a.push(new Uint8Array(1 << 20).fill(1))`, refused, ""},
	{"memory", "repeat", `'x'.repeat(5e8).length`, refused, ""},
	{"memory", "padStart", `'x'.padStart(5e8, 'ab').length`, refused, ""},
	{"memory", "join", `new Array(1e8).join('xxxxxxxx').length`, refused, ""},
	{"memory", "a map", `const m = new Map(); for (let i = 0; ; i++) m.set(i, 'value ' + i)`, refused, ""},
	{"memory", "closures", `let f = () => 1; while (true) { const g = f, h = new Array(100); f = () => g() + h.length }`, refused, ""},
	{"memory", "caught and tried again", `const keep = []; while (true) { try { while (true) keep.push(new Array(10000).fill(1)) } catch (e) { } }`, refused, ""},

	{"CPU", "an endless loop", `while (true) {}`, refused, ""},
	{"CPU", "an endless loop in try and finally", `while (true) { try { while (true) {} } finally { continue } }`, refused, ""},
	{"CPU", "endless promises", `const f = () => Promise.resolve().then(f); f()`, either, ""},
	{"CPU", "endless promises, waited for", `const f = () => Promise.resolve().then(f); await f()`, refused, ""},
	{"CPU", "an endless generator", `function* g() { while (true) yield 1 } for (const x of g()) {}`, refused, ""},
	{"CPU", "an async loop", `while (true) await null`, refused, ""},
	{"CPU", "a sort that never agrees", `new Array(3e5).fill(0).map(Math.random).sort(() => { for (let i = 0; i < 100; i++) {} return Math.random() - 0.5 })`, refused, ""},
	{"CPU", "a big number", `let n = 3n; while (true) n = n * n`, refused, ""},
	{"CPU", "an endless date loop", `for (;;) new Date().toISOString()`, refused, ""},

	{"regular expression", "nested quantifiers", `/^(a+)+$/.test('a'.repeat(40) + 'b')`, either, ""},
	{"regular expression", "back references", `/^(.*)*\1$/.test('ab'.repeat(30) + 'c')`, either, ""},
	{"regular expression", "alternation", `/^(a|aa)+$/.test('a'.repeat(60) + 'b')`, either, ""},
	{"regular expression", "a long subject", `/(x+x+)+y/.test('x'.repeat(100000))`, either, ""},
	{"regular expression", "replace on itself", `let s = 'a'; while (true) s = s.replace(/a/g, 'aa')`, refused, ""},

	{"output", "a result above the limit", `done({v: 'x'.repeat(2 << 20)})`, refused, ""},
	{"output", "a million log lines", `for (let i = 0; i < 1e6; i++) console.log('line ' + i); done({v: 1})`, either, `{"v":1}`},
	{"output", "one endless log line", `console.log('x'.repeat(1 << 20)); done({v: 1})`, harmless, `{"v":1}`},
	{"output", "an error with a long message", `throw new Error('x'.repeat(1 << 20))`, refused, ""},
	{"output", "done again and again", `for (let i = 0; i < 1e5; i++) done({v: i})`, harmless, `{"v":0}`},

	{"recursion", "a function", `(function f() { f() })()`, refused, ""},
	{"recursion", "two functions", `const a = () => b(), b = () => a(); a()`, refused, ""},
	{"recursion", "JSON.parse", `JSON.parse('['.repeat(1e6))`, refused, ""},
	{"recursion", "JSON.stringify", `let a = []; for (let i = 0; i < 1e6; i++) a = [a]; done(a)`, refused, ""},
	{"recursion", "toString", `const a = {toString() { return '' + this }}; '' + a`, refused, ""},
	{"recursion", "a getter", `const a = {get b() { return this.b }}; a.b`, refused, ""},
	{"recursion", "a deep source", strings.Repeat("(", 20000) + "1" + strings.Repeat(")", 20000), either, ""},

	{"built-ins without an interrupt", "text of a sparse array", `new Array(1e9) + ''`, refused, ""},
	{"built-ins without an interrupt", "indexOf in a sparse array", `new Array(1e9).indexOf(1)`, refused, ""},
	{"built-ins without an interrupt", "concat of a sparse array", `[].concat(new Array(4e8))`, refused, ""},
	{"built-ins without an interrupt", "includes in a sparse array", `new Array(4e9).includes(1)`, refused, ""},
	{"built-ins without an interrupt", "reverse of an array-like", `Array.prototype.reverse.call({length: 1e12})`, refused, ""},
	{"built-ins without an interrupt", "lastIndexOf of an array-like", `Array.prototype.lastIndexOf.call({length: 1e12}, 1)`, refused, ""},
}

// A hostile script that must be stopped gets little time; one that is harmless gets as much as it needs.
const (
	brief = 300 * time.Millisecond * slowness
	// late is by how much a script may pass its limit: the grace of its worker, and a busy machine.
	late = 250*time.Millisecond + 2*time.Second
)

func TestHostileScriptsAreContained(t *testing.T) {
	t.Parallel()
	few := sandbox.Options{Workers: runtime.GOMAXPROCS(0), TimeLimit: brief, MemoryLimit: 32 << 20, OutputLimit: 1 << 20}
	patient := few
	patient.TimeLimit = patience
	stopped, finished := open(t, few), open(t, patient)
	input := sandbox.Input{Variables: map[string]json.RawMessage{"request_body_map": json.RawMessage(`{"a":1}`)}}
	for _, c := range hostiles {
		t.Run(c.category+"/"+c.name, func(t *testing.T) {
			t.Parallel()
			p := stopped
			if c.end == harmless {
				p = finished
			}
			start := time.Now()
			out, err := p.Run(t.Context(), sandbox.NewScript(c.name, c.source, false), input)
			took := time.Since(start)
			switch {
			case err != nil && !fault.Is(err, fault.Invalid):
				t.Errorf("it ends with %v", err)
			case err == nil && c.end == refused:
				t.Errorf("it gives %s", out.Done)
			case err != nil && c.end == harmless:
				t.Errorf("it ends with %v", err)
			case strings.Contains(string(out.Done), `"in"`):
				t.Errorf("it is out of its machine: %s", out.Done)
			case err == nil && c.want != "" && string(out.Done) != c.want:
				t.Errorf("it gives %s, want %s", out.Done, c.want)
			case c.end != harmless && took > brief+late:
				t.Errorf("it ran for %s", took)
			}
			if err != nil && len(err.Error()) > 8<<10 {
				t.Errorf("the message has %d bytes", len(err.Error()))
			}
			// Whatever it did, the next script finds a clean machine and works; on a busy machine perhaps not within the
			// little time of this pool.
			clean, err := p.Run(t.Context(), innocent, sandbox.Input{})
			for again := 0; again < 10 && err != nil && strings.Contains(err.Error(), "longer than the limit"); again++ {
				clean, err = p.Run(t.Context(), innocent, sandbox.Input{})
			}
			if err != nil || string(clean.Done) != `{"clean":true}` {
				t.Errorf("afterwards: %s %v", clean.Done, err)
			}
		})
	}
}

func TestTheTableOfHostileScriptsCoversEveryCategory(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for _, c := range hostiles {
		seen[c.category]++
	}
	for _, category := range []string{"host", "prototype", "memory", "CPU", "regular expression", "output", "recursion", "built-ins without an interrupt"} {
		if seen[category] < 4 {
			t.Errorf("%s: %d cases", category, seen[category])
		}
	}
	if len(hostiles) < 40 {
		t.Errorf("only %d cases", len(hostiles))
	}
}

var innocent = sandbox.NewScript("innocent", `done({clean: ({}).polluted === undefined && typeof leaked === 'undefined' && JSON.stringify([1]) === '[1]'})`, false)

func TestNeighboursOfAHostileScriptAreUnharmed(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{Workers: 2, TimeLimit: 4 * brief, MemoryLimit: 32 << 20})
	var wait sync.WaitGroup
	for _, source := range []string{`new Array(1e9) + ''`, `new Array(1e9).indexOf(1)`, `[].concat(new Array(4e8))`, `while (true) {}`, `const a = []; while (true) a.push(new Array(1000).fill(1))`} {
		wait.Go(func() {
			if _, err := p.Run(t.Context(), sandbox.NewScript("hostile", source, false), sandbox.Input{}); err == nil {
				t.Errorf("%s is not refused", source)
			}
		})
	}
	for range 50 {
		wait.Go(func() {
			if out, err := p.Run(t.Context(), innocent, sandbox.Input{}); err != nil || string(out.Done) != `{"clean":true}` {
				t.Errorf("a neighbour got %s %v", out.Done, err)
			}
		})
	}
	wait.Wait()
	stats := p.Stats()
	if stats.Kills < 3 || stats.Runs != 55 || stats.Failures != 5 {
		t.Errorf("3 or more workers are killed and nothing else fails, but: %+v", stats)
	}
	if stats.Starts != stats.Kills+stats.Workers || stats.Workers > 2 {
		t.Errorf("killed workers are replaced, and no more: %+v", stats)
	}
}

func TestNothingSurvivesFromOneCallToTheNext(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{Workers: 1, TimeLimit: patience})
	leak := sandbox.NewScript("leak", `leaked = 1; Object.prototype.polluted = 1; require('lodash').mixin({extra: 1}); Array.prototype.map = null; done({})`, false)
	look := sandbox.NewScript("look", `done({clean: typeof leaked === 'undefined' && ({}).polluted === undefined && require('lodash').extra === undefined && typeof [].map === 'function'})`, false)
	for range 3 {
		if _, err := p.Run(t.Context(), leak, sandbox.Input{}); err != nil {
			t.Fatal(err)
		}
		if out, err := p.Run(t.Context(), look, sandbox.Input{}); err != nil || string(out.Done) != `{"clean":true}` {
			t.Fatalf("%s %v", out.Done, err)
		}
	}
	if stats := p.Stats(); stats.Starts != 1 {
		t.Errorf("%d workers were started, the test needs the same one", stats.Starts)
	}
}

func TestAFullPoolSaysSo(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{Workers: 1, Queue: 1, TimeLimit: 500 * time.Millisecond})
	slow := sandbox.NewScript("slow", `while (true) {}`, false)
	var wait sync.WaitGroup
	var mu sync.Mutex
	kinds := map[fault.Kind]int{}
	for range 8 {
		wait.Go(func() {
			_, err := p.Run(t.Context(), slow, sandbox.Input{})
			mu.Lock()
			defer mu.Unlock()
			kinds[fault.As(err).Kind]++
		})
	}
	wait.Wait()
	if kinds[fault.Unavailable] == 0 || kinds[fault.Invalid] == 0 {
		t.Errorf("the calls ended as %v", kinds)
	}
}

func TestACallerThatGoesAwayEndsItsScript(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{Workers: 1, TimeLimit: 20 * time.Second})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := p.Run(ctx, sandbox.NewScript("slow", `while (true) {}`, false), sandbox.Input{}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("it ends with %v", err)
	}
	if out, err := p.Run(t.Context(), innocent, sandbox.Input{}); err != nil || string(out.Done) != `{"clean":true}` {
		t.Errorf("afterwards: %s %v", out.Done, err)
	}
}

func TestErrorsNameTheScriptTheLineAndTheLimit(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience, OutputLimit: 1 << 20, InputLimit: 1 << 20, StackLimit: 1000})
	hasty := open(t, sandbox.Options{TimeLimit: 200 * time.Millisecond})
	steps := open(t, sandbox.Options{TimeLimit: stepsTime})
	for name, c := range map[string]struct {
		source string
		says   []string
	}{
		"thrown on line 3":         {"let a = 1;\nlet b = 2;\nthrow new TypeError('boo');", []string{"thrown on line 3", "line 3", "TypeError: boo"}},
		"thrown in a function":     {"function f() {\n  null.x;\n}\nf();", []string{"line 2"}},
		"thrown from a promise":    {"await null;\nnull.x", []string{"line 2"}},
		"no error object":          {"throw {a: 1}", []string{`{"a":1}`}},
		"a syntax error":           {"let a = 1;\nlet b = = 2;", []string{"line 2", "SyntaxError"}},
		"time":                     {"while (true) {}", []string{"longer than the limit of 200ms"}},
		"memory":                   {"'x'.repeat(5e8)", []string{"memory", "64 MiB"}},
		"promises without end":     {"while (true) await null", []string{endlessly}},
		"stack":                    {"(function f() { f() })()", []string{"1000 nested calls"}},
		"output":                   {"done('x'.repeat(2 << 20))", []string{"result", "1 MiB"}},
		"a module that is not":     {"\nrequire('left-pad')", []string{"left-pad", "lodash", "line 2"}},
		"a getter of the message":  {"await null; throw Object.defineProperty(new Error('x'), 'message', {get() { throw 1 }})", []string{"cannot be shown"}},
		"a result that is a cycle": {"await null; const a = {}; a.a = a; return a", []string{"TypeError", "circular"}},
		"thrown inside lodash":     {"const _ = require('lodash');\n\n_.map([1], () => null.x)", []string{"line 3"}},
		"an old style script":      {"var a;\na.b", []string{"line 2"}},
		"Java":                     {"Java.type('org.joda.time.DateTime')", []string{"Java", "moment"}},
		"a hash that is unknown":   {"CE.hmac('crc')('hex')('a', 'b')", []string{"crc"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := p
			switch name {
			case "time":
				pool = hasty
			case "promises without end":
				pool = steps
			}
			_, err := pool.Run(t.Context(), sandbox.NewScript(name, c.source, false), sandbox.Input{})
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("it ends with %v", err)
			}
			for _, text := range c.says {
				if !strings.Contains(fault.As(err).Message, text) {
					t.Errorf("%q lacks %q", fault.As(err).Message, text)
				}
			}
		})
	}
	large := sandbox.Input{Variables: map[string]json.RawMessage{"request_body": json.RawMessage(`"` + strings.Repeat("x", 2<<20) + `"`)}}
	if _, err := p.Run(t.Context(), innocent, large); err != nil {
		t.Errorf("a large input that the script does not mention is in its way: %v", err)
	}
	_, err := p.Run(t.Context(), sandbox.NewScript("reads", `done({n: request_body.length})`, false), large)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "1 MiB") {
		t.Errorf("a large input ends with %v", err)
	}
}

func TestWhatWasLoggedComesWithTheError(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience})
	out, err := p.Run(t.Context(), sandbox.NewScript("log", `console.log('before'); null.x`, false), sandbox.Input{})
	if !fault.Is(err, fault.Invalid) || !slices.Equal(out.Logs, []string{"before"}) {
		t.Errorf("%q %v", out.Logs, err)
	}
	out, err = p.Run(t.Context(), sandbox.NewScript("log", `done({}); null.x`, false), sandbox.Input{})
	if err != nil || len(out.Logs) != 1 || !strings.Contains(out.Logs[0], "after done: TypeError") {
		t.Errorf("%q %v", out.Logs, err)
	}
}

func TestTheLogIsCapturedAndBounded(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience})
	out, err := p.Run(t.Context(), sandbox.NewScript("log", `console.log('a', {b: 1}, null, undefined); console.warn(new Error('e')); for (let i = 0; i < 5000; i++) console.info(i)`, false), sandbox.Input{})
	if err != nil {
		t.Fatal(err)
	}
	if out.Logs[0] != `a {"b":1} null undefined` || !strings.HasPrefix(out.Logs[1], "Error: e") || len(out.Logs) != 1000 {
		t.Errorf("%d lines, the first %q", len(out.Logs), out.Logs[:2])
	}
}

func TestAnIdleWorkerIsEndedAndAnotherStarts(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{Workers: 1, IdleAfter: 20 * time.Millisecond, TimeLimit: patience})
	for p.Stats().Starts < 3 {
		if _, err := p.Run(t.Context(), innocent, sandbox.Input{}); err != nil {
			t.Fatal(err)
		}
		select {
		case <-t.Context().Done():
			t.Fatal("no worker was ended")
		case <-time.After(60 * time.Millisecond): // longer than IdleAfter: what is tested is the passing of time
		}
	}
}

func TestLittleWorkKeepsOneWorker(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{Workers: 4, TimeLimit: patience})
	for range 8 {
		if _, err := p.Run(t.Context(), innocent, sandbox.Input{}); err != nil {
			t.Fatal(err)
		}
	}
	if stats := p.Stats(); stats.Starts != 1 || stats.Workers != 1 {
		t.Errorf("%+v", stats)
	}
}

func TestAClosedPoolRefusesAndEndsWhatRuns(t *testing.T) {
	t.Parallel()
	p, err := sandbox.Open(sandbox.Options{Workers: 1, TimeLimit: patience})
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 2 { // one runs, one waits
		wait.Go(func() {
			if _, err := p.Run(t.Context(), sandbox.NewScript("slow", `while (true) {}`, false), sandbox.Input{}); !fault.Is(err, fault.Unavailable) {
				t.Errorf("it ends with %v", err)
			}
		})
	}
	for range 2 {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	wait.Wait()
	if _, err := p.Run(t.Context(), innocent, sandbox.Input{}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a closed pool runs: %v", err)
	}
	if stats := p.Stats(); stats.Workers != 0 {
		t.Errorf("workers are left: %+v", stats)
	}
}
