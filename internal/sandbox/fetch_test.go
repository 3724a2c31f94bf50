package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/sandbox"
)

// echo answers every request with what it was; some paths answer otherwise.
func echo(_ context.Context, r sandbox.FetchRequest) (*sandbox.FetchResponse, error) {
	switch {
	case strings.HasSuffix(r.URL, "/refused"):
		return nil, fault.New(fault.Invalid, "the address is refused")
	case strings.HasSuffix(r.URL, "/broken"):
		return nil, errors.New("secret words of ours")
	case strings.HasSuffix(r.URL, "/empty"):
		return &sandbox.FetchResponse{Status: 204}, nil
	case strings.HasSuffix(r.URL, "/bytes"):
		return &sandbox.FetchResponse{Status: 200, Body: []byte{0, 255, 0xc3, 0xa4}}, nil
	case strings.HasSuffix(r.URL, "/moved"):
		return &sandbox.FetchResponse{Status: 302, Header: http.Header{"Location": {"https://other.example.org/there"}}}, nil
	case strings.HasSuffix(r.URL, "/failing"):
		return &sandbox.FetchResponse{Status: 500, Body: []byte(`{"why":"tired"}`)}, nil
	}
	names := []string{}
	for name := range r.Header {
		names = append(names, name+": "+strings.Join(r.Header[name], "|"))
	}
	slices.Sort(names)
	body, err := json.Marshal(map[string]any{"method": r.Method, "url": r.URL, "headers": names, "body": string(r.Body)})
	return &sandbox.FetchResponse{Status: 200, Body: body, Header: http.Header{"Content-Type": {"application/json"}, "Set-Cookie": {"a=1", "b=2"}, "X-Two": {"x", "y"}}}, err
}

func TestScriptsMakeRequestsAsInNode(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience})
	const collect = `const collect = (res, then) => { let s = ''; res.on('data', c => s += c); res.on('end', () => then(s)) };`
	for name, c := range map[string]struct{ source, want string }{
		"options and a body": {collect + `const https = require('https');
			const req = https.request({method: 'POST', hostname: 'api.example.org', port: null, path: '/a?b=1', headers: {'content-type': 'text/plain', 'X-N': 5}}, res => collect(res, s => done({status: res.statusCode, s: JSON.parse(s)})));
			req.write('ä'); req.write(Buffer.from('b')); req.end();`,
			`{"status":200,"s":{"body":"äb","headers":["Content-Type: text/plain","X-N: 5"],"method":"POST","url":"https://api.example.org/a?b=1"}}`},
		"get of a text":            {collect + `require('http').get('http://example.org:81/x', res => collect(res, s => done(JSON.parse(s).url)))`, `"http://example.org:81/x"`},
		"an URL and options":       {collect + `require('https').request(new URL('https://example.org/x?y=1'), {method: 'PUT', auth: 'u:p'}, res => collect(res, s => { const a = JSON.parse(s); done([a.method, a.url, a.headers]) })).end('z')`, `["PUT","https://example.org/x?y=1",["Authorization: Basic dTpw"]]`},
		"host with a port":         {collect + `const o = require('url').parse('http://example.org:8080/p?q'); require('http').get(o, res => collect(res, s => done(JSON.parse(s).url)))`, `"http://example.org:8080/p?q"`},
		"response as event":        {`const r = require('https').request('https://example.org/'); r.on('response', res => { res.setEncoding('utf8'); res.on('data', d => done(typeof d + res.statusMessage)) }); r.end()`, `"stringOK"`},
		"headers of an answer":     {`require('https').get('https://example.org/', res => done([res.headers['set-cookie'], res.headers['x-two'], res.headers['content-type']]))`, `[["a=1","b=2"],"x, y","application/json"]`},
		"several at once":          {collect + `const h = require('https'), all = []; for (const n of [1,2,3]) h.get('https://example.org/' + n, res => collect(res, s => { all.push(JSON.parse(s).url.slice(-1)); if (all.length === 3) done(all.sort()) }))`, `["1","2","3"]`},
		"one after another":        {`const get = u => new Promise((y, n) => require('https').get(u, async res => { let s = ''; for await (const c of res) s += c; y(JSON.parse(s).url) }).on('error', n)); const a = await get('https://example.org/1'), b = await get(a + '2'); done(b)`, `"https://example.org/12"`},
		"a refused request":        {`require('https').get('https://example.org/refused', () => done('no')).on('error', e => done([e.message, e.code, e instanceof Error]))`, `["the address is refused","EACCES",true]`},
		"our own words":            {`require('https').get('https://example.org/broken', () => done('no')).on('error', e => done(e.message))`, `"The request failed"`},
		"an answer of nothing":     {`require('https').get('https://example.org/empty', res => { let n = 0; res.on('data', () => n++); res.on('end', () => done([n, res.statusCode])) })`, `[0,204]`},
		"bytes":                    {`require('https').get('https://example.org/bytes', res => { const all = []; res.on('data', c => all.push(c)); res.on('end', () => done([...Buffer.concat(all)])) })`, `[0,255,195,164]`},
		"bytes as latin1":          {`require('https').get('https://example.org/bytes', res => { res.setEncoding('binary'); res.on('data', c => done([c.length, c.charCodeAt(1)])) })`, `[4,255]`},
		"a redirect is handed out": {`require('https').get('https://example.org/moved', res => done([res.statusCode, res.headers.location]))`, `[302,"https://other.example.org/there"]`},
		"an aborted request":       {`const r = require('https').get('https://example.org/', () => done('no')); r.on('error', e => done(e.code)); r.abort()`, `"ECONNRESET"`},
		"the wrong module":         {`try { require('https').get('http://example.org/') } catch (e) { done(e.code) }`, `"ERR_INVALID_PROTOCOL"`},
		"write after end":          {`const r = require('https').request('https://example.org/'); r.on('error', e => done(e.code)); r.end(); r.write('x')`, `"ERR_STREAM_WRITE_AFTER_END"`},
		"the legacy style":         {`require('https').get('https://example.org/', function (res) { res.on('data', function (d) { done({n: JSON.parse(d).method}) }) })`, `{"n":"GET"}`},
		"node: names":              {`done(require('node:https') === require('https'))`, `true`},
		"axios":                    {`const axios = require('axios'); const r = await axios.post('https://example.org/a', {x: 1}, {params: {q: 'a b'}, headers: {K: 'v'}}); done([r.status, r.data.url, r.data.body, r.data.headers])`, `[200,"https://example.org/a?q=a%20b","{\"x\":1}",["Accept: application/json, text/plain, */*","Content-Type: application/json","K: v"]]`},
		"axios, a failure":         {`const axios = require('axios'); try { await axios.get('https://example.org/failing') } catch (e) { done([e.isAxiosError, e.response.status, e.response.data.why]) }`, `[true,500,"tired"]`},
		"axios, redirected":        {`const r = await require('axios')({url: 'https://example.org/moved', headers: {Authorization: 'x', 'X-Api-Key': 'y', Plain: 'z'}}); done([r.data.url, r.data.headers])`, `["https://other.example.org/there",["Accept: application/json, text/plain, */*","Plain: z"]]`},
		"axios, an instance":       {`const a = require('axios').create({baseURL: 'https://example.org/v1/', auth: {username: 'u', password: 'p'}}); const r = await a.get('/x'); done([r.data.url, r.data.headers[1]])`, `["https://example.org/v1/x","Authorization: Basic dTpw"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := p.Run(t.Context(), sandbox.NewScript(name, c.source, false), sandbox.Input{Fetch: echo})
			if err != nil {
				t.Fatal(err)
			}
			if string(out.Done) != c.want {
				t.Errorf("got  %s\nwant %s", out.Done, c.want)
			}
		})
	}
}

func TestTimersRunAndAScriptEndsWithDone(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience})
	for name, c := range map[string]struct{ source, want string }{
		"setTimeout":           {`setTimeout((a, b) => done([a, b]), 5, 1, 2)`, `[1,2]`},
		"in order of time":     {`const all = []; setTimeout(() => done(all), 30); setTimeout(() => all.push('b'), 10); setTimeout(() => all.push('a'), 2)`, `["a","b"]`},
		"clearTimeout":         {`const t = setTimeout(() => done('no'), 1); clearTimeout(t); setTimeout(() => done('yes'), 10)`, `"yes"`},
		"setInterval":          {`let n = 0; const t = setInterval(() => { if (++n === 3) { clearInterval(t); setTimeout(() => done(n), 5) } }, 1)`, `3`},
		"setImmediate":         {`setImmediate(x => done(x), 7)`, `7`},
		"queueMicrotask":       {`queueMicrotask(() => done(1))`, `1`},
		"await of a timer":     {`await new Promise(y => setTimeout(y, 3)); done('late')`, `"late"`},
		"done leaves the rest": {`setTimeout(() => done('no'), 1); setInterval(() => 0, 1); done('first')`, `"first"`},
		"nothing to wait for":  {`const t = setTimeout(() => done('no'), 60000); clearTimeout(t)`, ``},
		"timers as a module":   {`require('timers').setTimeout(() => done(1), 1)`, `1`},
		"unref":                {`setTimeout(() => done(1), 1).unref()`, `1`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := p.Run(t.Context(), sandbox.NewScript(name, c.source, false), sandbox.Input{})
			if err != nil || string(out.Done) != c.want {
				t.Errorf("got %s, want %s: %v", out.Done, c.want, err)
			}
		})
	}
}

func TestAScriptThatFailsWhileItWaitsSaysWhere(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience})
	for name, c := range map[string]struct{ source, says string }{
		"in a callback":         {"require('https').get('https://example.org/', res => {\nres.on('data', () => null.x)\n})", "line 2"},
		"in a timer":            {"\nsetTimeout(() => {\nnull.x }, 1)", "line 3"},
		"an error nobody hears": {"require('https').get('https://example.org/refused')", "the address is refused"},
		"a promise":             {"await require('axios').get('https://example.org/failing')", "status code 500"},
		"a missing module":      {"require('fs')", "there are axios, buffer"},
		"no Fetch, no request":  {"require('https').get('https://example.org/nofetch')", "not available"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := sandbox.Input{Fetch: echo}
			if strings.Contains(c.source, "nofetch") {
				in.Fetch = nil
			}
			_, err := p.Run(t.Context(), sandbox.NewScript(name, c.source, false), in)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("it says %v", err)
			}
		})
	}
}

// A provider takes longer than a script may run: the time that the script waits does not count.
func TestWaitingForAProviderUsesUpNoTime(t *testing.T) {
	t.Parallel()
	const limit = slowness * slowness * time.Second // also loading the modules must fit into it
	p := open(t, sandbox.Options{TimeLimit: limit, Workers: 1, Waiters: 1})
	answer := make(chan struct{})
	script := sandbox.NewScript("slow", `require('https').get('https://example.org/', res => done(res.statusCode))`, false)
	time.AfterFunc(limit+200*time.Millisecond, func() { close(answer) })
	out, err := p.Run(t.Context(), script, sandbox.Input{Fetch: func(context.Context, sandbox.FetchRequest) (*sandbox.FetchResponse, error) {
		<-answer
		return &sandbox.FetchResponse{Status: 201}, nil
	}})
	if err != nil || string(out.Done) != "201" {
		t.Fatal(string(out.Done), err)
	}
	_, err = p.Run(t.Context(), sandbox.NewScript("busy", `require('https').get('https://example.org/', res => { while (true); })`, false), sandbox.Input{Fetch: echo})
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "ran longer than the limit of "+time.Duration(limit).String()) {
		t.Errorf("a script that ran on after its answer: %v", err)
	}
}

func TestAScriptMayNotWaitForEver(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience, WaitLimit: 200 * slowness * time.Millisecond})
	for name, source := range map[string]string{
		"an answer":   `require('https').get('https://example.org/')`,
		"an interval": `setInterval(() => 0, 20)`,
		"a timer":     `setTimeout(() => done(1), 600000)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Bool
			ended := make(chan struct{})
			_, err := p.Run(t.Context(), sandbox.NewScript(name, source, false), sandbox.Input{Fetch: func(ctx context.Context, _ sandbox.FetchRequest) (*sandbox.FetchResponse, error) {
				asked.Store(true)
				defer close(ended)
				<-ctx.Done()
				return nil, ctx.Err()
			}})
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "waited longer than the limit of ") {
				t.Errorf("it says %v", err)
			}
			if asked.Load() { // on a slow machine the limit may end the script before it asks
				<-ended // Run does not leave it behind
			}
		})
	}
}

func TestRequestsEndWithTheirScript(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience, WaitLimit: patience})
	hang := func(began chan<- struct{}, over *sync.WaitGroup) sandbox.Fetch {
		return func(ctx context.Context, _ sandbox.FetchRequest) (*sandbox.FetchResponse, error) {
			over.Add(1)
			defer over.Done()
			began <- struct{}{}
			<-ctx.Done()
			return nil, ctx.Err()
		}
	}
	t.Run("done", func(t *testing.T) {
		t.Parallel()
		var over sync.WaitGroup
		began := make(chan struct{}, 10)
		out, err := p.Run(t.Context(), sandbox.NewScript("done", `require('https').get('https://example.org/').on('error', () => 0); setTimeout(() => done(1), 50)`, false), sandbox.Input{Fetch: hang(began, &over)})
		if err != nil || string(out.Done) != "1" {
			t.Error(string(out.Done), err)
		}
		over.Wait()
	})
	t.Run("abort", func(t *testing.T) {
		t.Parallel()
		var over sync.WaitGroup
		began := make(chan struct{}, 10)
		out, err := p.Run(t.Context(), sandbox.NewScript("abort", `const r = require('https').get('https://example.org/'); r.on('error', e => done(e.code)); r.setTimeout(30, () => r.abort())`, false), sandbox.Input{Fetch: hang(began, &over)})
		if err != nil || string(out.Done) != `"ECONNRESET"` {
			t.Error(string(out.Done), err)
		}
		over.Wait()
	})
	t.Run("the caller goes away", func(t *testing.T) {
		t.Parallel()
		var over sync.WaitGroup
		began := make(chan struct{}, 10)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-began; cancel() }()
		_, err := p.Run(ctx, sandbox.NewScript("gone", `require('https').get('https://example.org/')`, false), sandbox.Input{Fetch: hang(began, &over)})
		if !fault.Is(err, fault.Unavailable) {
			t.Error(err)
		}
		over.Wait()
	})
	t.Run("the script fails", func(t *testing.T) {
		t.Parallel()
		var over sync.WaitGroup
		began := make(chan struct{}, 10)
		_, err := p.Run(t.Context(), sandbox.NewScript("fails", `require('https').get('https://example.org/'); setTimeout(() => null.x, 20)`, false), sandbox.Input{Fetch: hang(began, &over)})
		if !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		over.Wait()
	})
	if out, err := p.Run(t.Context(), sandbox.NewScript("next", `done(1)`, false), sandbox.Input{}); err != nil || string(out.Done) != "1" {
		t.Error(string(out.Done), err)
	}
}

func TestWhatAScriptMayAskForIsBounded(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience})
	large := func(context.Context, sandbox.FetchRequest) (*sandbox.FetchResponse, error) {
		return &sandbox.FetchResponse{Status: 200, Body: make([]byte, sandbox.MaxFetchResponse+1)}, nil
	}
	for name, c := range map[string]struct {
		source, want string
		fetch        sandbox.Fetch
	}{
		"requests":        {fmt.Sprintf(`let n = 0; for (let i = 0; i < %d; i++) require('https').get('https://example.org/empty', res => { n++ }).on('error', e => done([e.message]))`, sandbox.MaxFetches+1), `["a script may make 50 requests at most"]`, echo},
		"a body":          {fmt.Sprintf(`const r = require('https').request({host: 'example.org', method: 'POST'}); r.on('error', e => done(e.message)); r.end('x'.repeat(%d))`, sandbox.MaxFetchRequest+1), `"the body of a request has 4 MiB at most"`, echo},
		"headers":         {`const r = require('https').request({host: 'example.org', headers: {a: 'x'.repeat(300000)}}); r.on('error', e => done(e.message)); r.end()`, `"address and headers of a request have 256 KiB and 500 headers at most"`, echo},
		"an answer":       {`require('https').get('https://example.org/', () => 0).on('error', e => done([e.code, e.message]))`, `["ERR_TOO_LARGE","The answer is larger than the limit of 8 MiB for scripts"]`, large},
		"timers":          {`try { for (let i = 0; i < 2000; i++) setTimeout(() => 0, 1000) } catch (e) { done(e.message) }`, `"a script may have 1000 timers at once"`, nil},
		"an unnamed wait": {`try { globalThis['set' + 'Timeout'](() => 0, 1) } catch (e) { done(e.message.slice(0, 33)) }`, `"a script that waits must name http"`[:34] + `"`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := p.Run(t.Context(), sandbox.NewScript(name, c.source, false), sandbox.Input{Fetch: c.fetch})
			if err != nil || string(out.Done) != c.want {
				t.Errorf("got %s, want %s: %v", out.Done, c.want, err)
			}
		})
	}
}

func TestTheLargestAnswerIsReadAsTextAndAsBytes(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience})
	largest := func(context.Context, sandbox.FetchRequest) (*sandbox.FetchResponse, error) {
		return &sandbox.FetchResponse{Status: 200, Body: []byte(strings.Repeat("ä", sandbox.MaxFetchResponse/2))}, nil
	}
	for _, source := range []string{
		`require('https').get('https://example.org/', res => { let s = ''; res.on('data', c => s += c); res.on('end', () => done(s.length)) })`,
		`require('https').get('https://example.org/', res => { let s = ''; res.setEncoding('utf8'); res.on('data', c => s += c); res.on('end', () => done(s.length)) })`,
	} {
		out, err := p.Run(t.Context(), sandbox.NewScript("largest", source, false), sandbox.Input{Fetch: largest})
		if err != nil || string(out.Done) != "4194304" {
			t.Errorf("%s: %s %v", source, out.Done, err)
		}
	}
}

func TestASlowProviderHoldsUpNoScriptThatOnlyComputes(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience, Workers: 1, Waiters: 2})
	began, release := make(chan struct{}, 2), make(chan struct{})
	fetch := func(context.Context, sandbox.FetchRequest) (*sandbox.FetchResponse, error) {
		began <- struct{}{}
		<-release
		return &sandbox.FetchResponse{Status: 200}, nil
	}
	var waiting sync.WaitGroup
	for range 2 {
		waiting.Go(func() {
			if _, err := p.Run(t.Context(), sandbox.NewScript("waits", `require('https').get('https://example.org/', () => done(1))`, false), sandbox.Input{Fetch: fetch}); err != nil {
				t.Error(err)
			}
		})
	}
	<-began
	<-began
	if out, err := p.Run(t.Context(), sandbox.NewScript("computes", `done(1)`, false), sandbox.Input{}); err != nil || string(out.Done) != "1" {
		t.Error(string(out.Done), err)
	}
	close(release)
	waiting.Wait()
}

func TestMailsAreHandedOutAndBounded(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience})
	out, err := p.Run(t.Context(), sandbox.NewScript("mails", `notify.email('ada@example.org', 'Hello', 'A text'); notify.email('bob@example.org', 7, {a: 1}); done()`, false), sandbox.Input{})
	if want := []sandbox.Mail{{To: "ada@example.org", Subject: "Hello", Body: "A text"}, {To: "bob@example.org", Subject: "7", Body: `{"a":1}`}}; err != nil || !slices.Equal(out.Mails, want) {
		t.Errorf("%v %v", out.Mails, err)
	}
	out, err = p.Run(t.Context(), sandbox.NewScript("fails", `notify.email('ada@example.org', 'a', 'b'); null.x`, false), sandbox.Input{})
	if err == nil || len(out.Mails) != 1 {
		t.Errorf("mails of a script that failed: %v %v", out.Mails, err)
	}
	for name, source := range map[string]string{
		"20 mails":         `for (let i = 0; i < 21; i++) notify.email('ada@example.org', 's', 'b')`,
		"needs an address": `notify.email()`,
		"256 KiB":          `notify.email('ada@example.org', 's', 'x'.repeat(300000))`,
		"1 KiB each":       `notify.email('ada@example.org', 's'.repeat(2000), 'b')`,
		"512 KiB together": `for (let i = 0; i < 3; i++) notify.email('ada@example.org', 's', 'x'.repeat(250000))`,
	} {
		if _, err := p.Run(t.Context(), sandbox.NewScript(name, source, false), sandbox.Input{}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
