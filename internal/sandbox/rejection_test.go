package sandbox_test

import (
	"strings"
	"testing"

	"jackfield/internal/fault"
	"jackfield/internal/sandbox"
)

func TestAPromiseThatFailsAndThatNothingHandlesIsAnErrorOfTheScript(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience, MemoryLimit: 16 << 20})
	for name, c := range map[string]struct {
		source, done, log string
		says              []string // of the error, when there is one
	}{
		"in then":                {source: "Promise.resolve().then(() => {\n  null.x;\n  done({})\n})", says: []string{"line 2", "TypeError"}},
		"an async function":      {source: "async function f() {\n  await null;\n  throw new RangeError('far')\n}\nf()", says: []string{"line 3", "RangeError: far"}},
		"no error object":        {source: "Promise.reject({a: 1})", says: []string{`{"a":1}`}},
		"one that cannot show":   {source: "Promise.reject({toJSON() { throw 1 }})", says: []string{"cannot be shown"}},
		"many":                   {source: "for (let i = 0; i < 10000; i++) Promise.reject(new Error('e' + i))", says: []string{"Error: e0"}},
		"a name that is barred":  {source: "Object.defineProperty(globalThis, '__rejected', {value: 1}); Promise.reject(new Error('x'))", says: []string{"thrown: 1"}},
		"caught":                 {source: "Promise.reject(new Error('x')).catch(e => done({v: e.message}))", done: `{"v":"x"}`},
		"caught later":           {source: "const p = Promise.reject(new Error('x')); await null; await null; try { await p } catch (e) { done({v: 1}) }", done: `{"v":1}`},
		"caught, nothing to say": {source: "try { await Promise.reject(new Error('x')) } catch (e) {}"},
		"all of them":            {source: "await Promise.allSettled([Promise.reject(1), Promise.reject(2)])"},
		"after done":             {source: "done({a: 1}); Promise.reject(new Error('x'))", done: `{"a":1}`, log: "after done: Error: x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := p.Run(t.Context(), sandbox.NewScript(name, c.source, false), sandbox.Input{})
			if (err != nil) != (c.says != nil) || err != nil && !fault.Is(err, fault.Invalid) {
				t.Fatalf("it ends with %v", err)
			}
			for _, text := range c.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q lacks %q", err, text)
				}
			}
			if string(out.Done) != c.done || !strings.Contains(strings.Join(out.Logs, "\n"), c.log) {
				t.Errorf("it gives %s and logs %q", out.Done, out.Logs)
			}
		})
	}
}
