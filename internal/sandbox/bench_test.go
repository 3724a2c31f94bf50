package sandbox_test

import (
	"encoding/json"
	"testing"

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

// BenchmarkHook is what a hook costs, and BenchmarkHookInProcess what the same script costs with cached bytecode in a
// fresh machine without the process around it. Their ratio is the price of the sandbox.
func BenchmarkHook(b *testing.B) {
	p := open(b, sandbox.Options{Workers: 1})
	script := sandbox.NewScript("usual", usual, false)
	in := sandbox.Input{Variables: map[string]json.RawMessage{"response_body": rows, "response_status_code": json.RawMessage("200")}}
	for b.Loop() {
		if _, err := p.Run(b.Context(), script, in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHookInProcess(b *testing.B) {
	var compiled []byte
	for b.Loop() {
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
