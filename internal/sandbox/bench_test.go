package sandbox_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"jackfield/internal/sandbox"

	"modernc.org/quickjs"
)

// usual is a hook of usual size: it reads the body, renames, filters and hands back a new one.
const usual = `
const rows = response_body.map(r => ({
  id: r.id, name: [r.firstName, r.lastName].filter(Boolean).join(' '), mail: (r.emailAddress || '').toLowerCase(),
  since: new Date(r.created).getUTCFullYear(), city: r.businessAddress && r.businessAddress.city,
}));
done({response_body: rows.filter(r => r.name.match(/^[A-Z]/)), response_status_code: 200});
`

var rows = func() json.RawMessage {
	const row = `{"id":"67697ceb5ac7036501000039","firstName":"Ada","lastName":"Byron","emailAddress":"Ada@Example.org","created":"2024-12-23T15:08:27Z","businessAddress":{"city":"Aberfeld","country":"Avaria"},"customerType":1}`
	return json.RawMessage("[" + row + "," + row + "," + row + "," + row + "," + row + "]")
}()

// BenchmarkHook is what a hook costs in a worker.
func BenchmarkHook(b *testing.B) {
	hook := hookInWorker(b)
	for b.Loop() {
		hook()
	}
}

// BenchmarkHookInProcess is what the same script costs with cached bytecode in a fresh machine without the process
// around it.
func BenchmarkHookInProcess(b *testing.B) {
	hook := hookInProcess(b)
	for b.Loop() {
		hook()
	}
}

// BenchmarkHookBesideInProcess runs both in turns of the same length on the same machine and reports their ratio, the
// price of the sandbox. It may be 1.5 at most.
func BenchmarkHookBesideInProcess(b *testing.B) {
	const turn = 100
	worker, process := hookInWorker(b), hookInProcess(b)
	var ratios []float64
	for b.Loop() {
		ratios = append(ratios, float64(timed(turn, worker))/float64(timed(turn, process)))
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
	b.ReportMetric(0, "ns/op") // of two turns of both: says nothing
}

func timed(n int, f func()) time.Duration {
	start := time.Now()
	for range n {
		f()
	}
	return time.Since(start)
}

func hookInWorker(b *testing.B) func() {
	p := open(b, sandbox.Options{Workers: 1})
	script := sandbox.NewScript("usual", usual, false)
	in := sandbox.Input{Variables: map[string]json.RawMessage{"response_body": rows, "response_status_code": json.RawMessage("200")}}
	run := func() {
		if out, err := p.Run(b.Context(), script, in); err != nil || len(out.Done) == 0 {
			b.Fatal(out, err)
		}
	}
	run() // starts the worker, which compiles the script
	return run
}

func hookInProcess(b *testing.B) func() {
	var compiled []byte
	return func() {
		vm, err := quickjs.NewVM()
		if err != nil {
			b.Fatal(err)
		}
		vm.SetMemoryLimit(sandbox.DefaultMemoryLimit)
		var out string
		if err := vm.RegisterHostFunc("done", func(args []any) (any, error) {
			out, _ = args[0].(string)
			return nil, nil
		}); err != nil {
			b.Fatal(err)
		}
		if compiled == nil {
			source := "(function (input) { const give = done; const response_body = JSON.parse(input); (function (done) {" + usual + "})(v => give(JSON.stringify(v))) })"
			if compiled, err = vm.Compile("globalThis.run = "+source, quickjs.EvalGlobal); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := vm.EvalBytecode(compiled); err != nil {
			b.Fatal(err)
		}
		if _, err := vm.Call("run", string(rows)); err != nil {
			b.Fatal(err)
		}
		if out == "" {
			b.Fatal("no result")
		}
		if err := vm.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
