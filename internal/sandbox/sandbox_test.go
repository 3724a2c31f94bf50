package sandbox_test

import (
	"encoding/json"
	"strings"
	"testing"

	"jackfield/internal/sandbox"
)

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
	p := open(t, sandbox.Options{})
	variables := map[string]json.RawMessage{
		"request_body_map": []byte(`{"a":1,"big":12345678901234567}`), "request_parameters": []byte(`{"where":"a = 'b'"}`),
		"response_body": []byte(`[{"id":1},{"id":2}]`), "response_status_code": []byte("404"), "configuration": []byte(`{"k":"v"}`),
	}
	for name, c := range map[string]struct {
		source string
		legacy bool
		want   string
	}{
		"done":                      {`done({continue: false, a: [1, null]});`, false, `{"continue":false,"a":[1,null]}`},
		"the first done wins":       {`done({a: 1}); done({a: 2});`, false, `{"a":1}`},
		"done, changed afterwards":  {`const x = {a: 1}; done(x); x.a = 2;`, false, `{"a":1}`},
		"return in the new style":   {`return {a: 1}`, false, `{"a":1}`},
		"return in the old style":   {`var x = 1; return {a: x};`, true, `{"a":1}`},
		"nothing":                   {`var x = 1;`, false, ``},
		"a promise":                 {`await null; Promise.resolve(3).then(v => done({v}));`, false, `{"v":3}`},
		"variables":                 {`done({a: request_body_map.a, w: request_parameters.where, n: response_body.length, s: response_status_code, c: configuration.k})`, false, `{"a":1,"w":"a = 'b'","n":2,"s":404,"c":"v"}`},
		"absent variables are null": {`done({a: request_previous_response, b: request_body})`, false, `{"a":null,"b":null}`},
		"variables can be set":      {`request_body_map = {z: 1}; configuration.k = 2; done({a: request_body_map, b: configuration})`, false, `{"a":{"z":1},"b":{"k":2}}`},
		"a global without a var":    {`headers = {a: 1}; done({h: headers})`, false, `{"h":{"a":1}}`},
		"getArray":                  {`var a = getArray(); a.push(1); return {a: a};`, true, `{"a":[1]}`},
		"lodash":                    {`const _ = require('lodash'); done({v: _.chunk([1,2,3], 2)})`, false, `{"v":[[1,2],[3]]}`},
		"lodash/fp":                 {`const fp = require('lodash/fp'); done({v: fp.map(x => x + 1)([1,2])})`, false, `{"v":[2,3]}`},
		"moment":                    {`const m = require('moment'); done({v: m.utc('2020-01-02T03:04:05Z').format('YYYY/MM/DD')})`, false, `{"v":"2020/01/02"}`},
		"util":                      {`done({v: require('util').format('%s-%d', 'a', 2)})`, false, `{"v":"a-2"}`},
		"CE":                        {`done({m: CE.md5('a'), b: CE.b64('a'), d: CE.decode64('YQ=='), h: CE.hmacSha256Hex('k', 'v'), g: CE.hmac('sha1')('hex')('k','v'), r: CE.randomString(5).length})`, false, `{"m":"0cc175b9c0f1b6a831c399e269772661","b":"YQ==","d":"a","h":"0d4cc46192abb6a9e8a6e7d8b5ac1c49d5d3c0d2e4ab9d52c0cce7e9bfd1bb54","g":"","r":5}`},
		"a comment at the end":      {"done({a: 1}) // the end", false, `{"a":1}`},
		"modern syntax":             {`class A { #x = 1; get x() { return this.#x } } done({a: new A().x ?? 2, b: [3,4].at(-1), c: Object.groupBy([1], x => 'k')})`, false, `{"a":1,"b":4,"c":{"k":[1]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := p.Run(t.Context(), sandbox.NewScript(name, c.source, c.legacy), sandbox.Input{Variables: variables})
			if err != nil {
				t.Fatal(err)
			}
			if name == "CE" {
				if !strings.Contains(string(out.Done), `"m":"0cc175b9c0f1b6a831c399e269772661","b":"YQ==","d":"a","h":"`) {
					t.Errorf("got %s", out.Done)
				}
				return
			}
			if string(out.Done) != c.want {
				t.Errorf("got %s, want %s", out.Done, c.want)
			}
		})
	}
}
