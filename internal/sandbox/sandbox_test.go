package sandbox_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"strings"
	"testing"
	"time"

	"jackfield/internal/sandbox"
)

// patience is a time limit that no script of these tests reaches, also where the race detector makes the engine 30
// times slower.
const patience = time.Minute

func TestMain(m *testing.M) {
	if sandbox.IsWorker() {
		sandbox.WorkerMain()
		return
	}
	m.Run()
}

func open(t testing.TB, o sandbox.Options) *sandbox.Pool {
	t.Helper()
	p, err := sandbox.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestScriptsOfBothStylesGiveTheirResult(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience})
	mac := func(h func() hash.Hash) string {
		m := hmac.New(h, []byte("k"))
		m.Write([]byte("v"))
		return hex.EncodeToString(m.Sum(nil))
	}
	variables := map[string]json.RawMessage{
		"request_body_map": []byte(`{"a":1,"big":12345678901234567}`), "request_parameters": []byte(`{"where":"a = 'b'"}`),
		"response_body": []byte(`[{"id":1},{"id":2}]`), "response_status_code": []byte("404"), "configuration": []byte(`{"k":"v"}`),
		"meta_data": nil, "request_body": []byte(`"` + strings.Repeat("x", 9000) + `"`), "steps": []byte(`{"first":{"ok":true}}`), "trigger": []byte(`[1]`),
	}
	for name, c := range map[string]struct {
		source string
		legacy bool
		want   string
	}{
		"done":                       {`done({continue: false, a: [1, null]});`, false, `{"continue":false,"a":[1,null]}`},
		"the first done wins":        {`done({a: 1}); done({a: 2});`, false, `{"a":1}`},
		"done, changed afterwards":   {`const x = {a: 1}; done(x); x.a = 2;`, false, `{"a":1}`},
		"return in the new style":    {`return {a: 1}`, false, `{"a":1}`},
		"return in the old style":    {`var x = 1; return {a: x};`, true, `{"a":1}`},
		"nothing":                    {`var x = 1;`, false, ``},
		"a promise":                  {`await null; Promise.resolve(3).then(v => done({v}));`, false, `{"v":3}`},
		"variables":                  {`done({a: request_body_map.a, w: request_parameters.where, n: response_body.length, s: response_status_code, c: configuration.k})`, false, `{"a":1,"w":"a = 'b'","n":2,"s":404,"c":"v"}`},
		"absent variables are null":  {`done({a: request_previous_response, b: request_vendor_body})`, false, `{"a":null,"b":null}`},
		"variables can be set":       {`request_body_map = {z: 1}; configuration.k = 2; done({a: request_body_map, b: configuration})`, false, `{"a":{"z":1},"b":{"k":2}}`},
		"a global without a var":     {`headers = {a: 1}; done({h: headers})`, false, `{"h":{"a":1}}`},
		"getArray":                   {`var a = getArray(); a.push(1); return {a: a};`, true, `{"a":[1]}`},
		"lodash":                     {`const _ = require('lodash'); done({v: _.chunk([1,2,3], 2)})`, false, `{"v":[[1,2],[3]]}`},
		"lodash/fp":                  {`const fp = require('lodash/fp'); done({v: fp.map(x => x + 1)([1,2])})`, false, `{"v":[2,3]}`},
		"moment":                     {`const m = require('moment'); done({v: m.utc('2020-01-02T03:04:05Z').format('YYYY/MM/DD')})`, false, `{"v":"2020/01/02"}`},
		"util":                       {`done({v: require('util').format('%s-%d', 'a', 2)})`, false, `{"v":"a-2"}`},
		"CE":                         {`done({m: CE.md5('a'), b: CE.b64('ä'), d: CE.decode64('w6Q='), h: CE.hmacSha256Hex('k', 'v'), g: CE.hmac('sha1')('hex')('k','v')})`, false, `{"m":"0cc175b9c0f1b6a831c399e269772661","b":"w6Q=","d":"ä","h":"` + mac(sha256.New) + `","g":"` + mac(sha1.New) + `"}`},
		"CE at random":               {`const a = CE.randomString(), b = CE.randomString(); done({n: CE.randomString(5).length, same: a === b, mail: /^[a-z0-9]+@[a-z.]+$/.test(CE.randomEmail())})`, false, `{"n":5,"same":false,"mail":true}`},
		"base64 as in tokens":        {`done({v: CE.decode64('eyJzdWIiOiI_In0')})`, false, `{"v":"{\"sub\":\"?\"}"}`},
		"print":                      {`print('x'); return {a: 1};`, true, `{"a":1}`},
		"util.promisify":             {`const f = require('util').promisify((x, then) => then(null, x + 1)); done({v: await f(1)})`, false, `{"v":2}`},
		"a module is loaded once":    {`done({v: require('moment') === require('moment')})`, false, `{"v":true}`},
		"done without a value":       {`if (response_status_code > 300) { done() } done({a: 1})`, false, ``},
		"thrown after done":          {`done({a: 1}); null.x`, false, `{"a":1}`},
		"thrown after done, later":   {`done({a: 1}); await null; null.x`, false, `{"a":1}`},
		"done in a later job":        {`new Promise(r => r()).then(() => null).then(() => done({a: 1}))`, false, `{"a":1}`},
		"done, then no end":          {`done({a: 1}); while (true) await null`, false, `{"a":1}`},
		"a promise of nothing":       {`await new Promise(() => {})`, false, ``},
		"a promise of the old style": {`return Promise.resolve({a: 1})`, true, `{"a":1}`},
		"a variable by a made name":  {`done({v: globalThis['request_' + 'body_map'].a, w: globalThis['object_' + 'name']})`, false, `{"v":1,"w":null}`},
		"a large variable":           {`const n = request_body.length; request_body = 'y'; done({n, b: request_body})`, false, `{"n":9000,"b":"y"}`},
		"a large variable, set":      {`request_body = 'y'; done({b: request_body})`, false, `{"b":"y"}`},
		"other variables":            {`done({v: steps.first.ok, c: trigger})`, false, `{"v":true,"c":[1]}`},
		"a variable's own name":      {`let configuration = 1, events = 2; done({configuration, events})`, false, `{"configuration":1,"events":2}`},
		"an empty variable is null":  {`done({v: meta_data})`, false, `{"v":null}`},
		"a comment at the end":       {"done({a: 1}) // the end", false, `{"a":1}`},
		"modern syntax":              {`class A { #x = 1; get x() { return this.#x } } done({a: new A().x ?? 2, b: [3,4].at(-1), c: Object.groupBy([1], x => 'k')})`, false, `{"a":1,"b":4,"c":{"k":[1]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := p.Run(t.Context(), sandbox.NewScript(name, c.source, c.legacy), sandbox.Input{Variables: variables})
			if err != nil {
				t.Fatal(err)
			}
			if string(out.Done) != c.want {
				t.Errorf("got %s, want %s", out.Done, c.want)
			}
		})
	}
}

func TestEveryDocumentedVariableIsThereOrNull(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience})
	names := strings.Fields(`request_body request_body_map request_headers request_path request_path_variables
		request_parameters request_method request_expression request_vendor_parameters request_vendor_path
		request_vendor_method request_vendor_headers request_vendor_body request_vendor_body_map request_vendor_url
		request_root_key request_previous_response request_previous_response_headers object_name meta_data configuration
		multipart_hook_context_items response_body response_body_map response_body_raw response_headers
		response_status_code response_iserror response_error response_root_key events eventHeaders`)
	given := map[string]json.RawMessage{}
	for _, name := range names {
		given[name] = json.RawMessage(`{"name":"` + name + `"}`)
	}
	for _, name := range names {
		script := sandbox.NewScript(name, "done({v: "+name+"})", false)
		if out, err := p.Run(t.Context(), script, sandbox.Input{Variables: given}); err != nil || string(out.Done) != `{"v":{"name":"`+name+`"}}` {
			t.Errorf("%s, given, is %s %v", name, out.Done, err)
		}
		if out, err := p.Run(t.Context(), script, sandbox.Input{}); err != nil || string(out.Done) != `{"v":null}` {
			t.Errorf("%s, absent, is %s %v", name, out.Done, err)
		}
	}
}

func TestAVariableCannotPassForAnother(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience})
	in := sandbox.Input{Variables: map[string]json.RawMessage{"response_body": json.RawMessage("1\x00configuration\x00{\"a\":1}")}}
	out, err := p.Run(t.Context(), sandbox.NewScript("forged", `let b; try { b = response_body } catch (e) { b = 'no' } done({b, c: configuration})`, false), in)
	if err != nil || string(out.Done) != `{"b":"no","c":null}` {
		t.Errorf("%s %v", out.Done, err)
	}
}
