package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/catalog"
	"jackfield/internal/credential"
	"jackfield/internal/instance"
	"jackfield/internal/outbound"
	"jackfield/internal/store"
	"jackfield/internal/usage"
)

func TestNamedSecretsOfBodiesAreMasked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"access_token":"abc","id":1}`:                     `{"access_token":"********","id":1}`,
		`{"a":{"clientSecret" : "abc" , "b":2}}`:            `{"a":{"clientSecret" : "********" , "b":2}}`,
		`{"password":12345,"x":"y"}`:                        `{"password":"********","x":"y"}`,
		`{"secrets":["a",{"b":"]"},"c"],"n":1}`:             `{"secrets":"********","n":1}`,
		`{"credentials":{"user":"u","code":"}"},"n":1}`:     `{"credentials":"********","n":1}`,
		`{"password":null,"token":"","secret":false}`:       `{"password":null,"token":"","secret":false}`,
		`{"key":"PROJ-1","nextPageToken":"n","keys":["a"]}`: `{"key":"PROJ-1","nextPageToken":"n","keys":["a"]}`,
		`{"api_key":"k","API-Key":"k","apiKey":"k"}`:        `{"api_key":"********","API-Key":"********","apiKey":"********"}`,
		`{"token":"a\"b\\","n":1}`:                          `{"token":"********","n":1}`,
		`{"to\u006ben":"abc"}`:                              `{"to\u006ben":"********"}`,
		`{"token":"abc`:                                     `{"token":"********"`,
		`{"token":{"a":"b`:                                  `{"token":"********"`,
		`{"token":`:                                         `{"token":`,
		`{"token"`:                                          `{"token"`,
		`{"tok`:                                             `{"tok`,
		`{"inner":"{\"token\":\"abc\"}"}`:                   `{"inner":"{\"token\":\"********\"}"}`,
		`["token","abc"]`:                                   `["token","abc"]`,
		"":                                                  "",
		`no JSON at all: "quoted"`:                          `no JSON at all: "quoted"`,
		`jsonp({"token":"abc"})`:                            `jsonp({"token":"********"})`,
		`<a><Password>abc</Password><b>c</b></a>`:           `<a><Password>********</Password><b>c</b></a>`,
		`<s:Token type="t">abc`:                             `<s:Token type="t">********`,
		`<login password="abc" user='u' sessionId='x'/>`:    `<login password="********" user='u' sessionId='********'/>`,
		`<Token/><b>c</b>`:                                  `<Token/><b>c</b>`,
		"<Token>\n</Token>":                                 "<Token>\n</Token>",
	} {
		if got := maskNamed(text); got != want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
	}
}

func TestACutTextHoldsNoPartOfASecret(t *testing.T) {
	t.Parallel()
	const secret = "canary-0123456789-0123456789"
	i := &instance.Instance{Instance: store.Instance{Token: secret}}
	for shift := range 2 * len(secret) {
		tr := &Trace{left: maxTraceSize}
		tr.secrets.add(i, nil)
		text := strings.Repeat("x", MaxTraceBody-shift) + secret + strings.Repeat("y", 100)
		shown := tr.secrets.renderer().body(tr.keep([]byte(text)), nil)
		if strings.Contains(shown, "canary") || !strings.HasSuffix(shown, fmt.Sprintf("[cut: %d bytes in all]", len(text))) {
			t.Fatalf("%d: %s", shift, shown[len(shown)-100:])
		}
	}
	// A secret as long as what is kept leaves nothing.
	tr := &Trace{left: maxTraceSize}
	tr.secrets.addCaller(accessUser(strings.Repeat("long", MaxTraceBody)))
	if shown := tr.secrets.renderer().body(tr.keep([]byte(strings.Repeat("long", MaxTraceBody))), nil); strings.Contains(shown, "long") {
		t.Errorf("%d bytes", len(shown))
	}
}

func TestBodiesThatAreNoTextAreNamedOnly(t *testing.T) {
	t.Parallel()
	r := (&secrets{}).renderer()
	for text, want := range map[string]string{
		"\x89PNG\x00\x01": "[6 bytes that are no text: not kept]",
		"\xff\xfe":        "[2 bytes that are no text: not kept]",
		"héllo":           "héllo",
		"caf\xe9":         "[4 bytes that are no text: not kept]",
	} {
		if got := r.body(kept{text: []byte(text), length: len(text)}, nil); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := r.body(kept{text: []byte("cut within é: \xc3"), length: 99}, nil); got != "cut within é: … [cut: 99 bytes in all]" {
		t.Error(got)
	}
	if got := r.body(kept{text: []byte("a=1&password=abc&b=2"), length: 20}, []tracedHeader{{name: "content-type", content: kept{text: []byte("application/x-www-form-urlencoded; charset=utf-8")}}}); got != "a=1&password=********&b=2" {
		t.Error(got)
	}
}

func TestATraceKeepsItsLimits(t *testing.T) {
	t.Parallel()
	g := &Gateway{now: time.Now}
	tr := g.NewTrace("r")
	address, err := url.Parse("https://a.example/x?" + strings.Repeat("q", 2*maxTraceURL))
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	for n := range 500 {
		header.Set(fmt.Sprint("X-", n), strings.Repeat("h", 1000))
	}
	body := []byte(strings.Repeat("b", 10*MaxTraceBody))
	c := &Call{Resource: new(catalog.Resource)}
	c.vendor.body, c.vendor.hasBody = body, true
	observe := tr.observer(c)
	for n := range maxTraceCalls + 7 {
		observe(outbound.Attempt{
			Request:  &http.Request{Method: "POST", URL: address, Header: header, Body: http.MaxBytesReader(nil, http.NoBody, 1)},
			Response: &http.Response{StatusCode: 200, Header: header}, Try: n + 1,
		})
		tr.answered(body)
	}
	observe(outbound.Attempt{Request: &http.Request{Method: "GET", URL: address}, Err: errors.New("late")})
	text, err := tr.render(time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var document usage.TraceDocument
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	if len(document.Calls) != maxTraceCalls || document.LeftOut != 8 || len(text) > 2*maxTraceSize {
		t.Errorf("%d calls, %d left out, %d bytes", len(document.Calls), document.LeftOut, len(text))
	}
	first := document.Calls[0]
	if len(first.Request.Body) < MaxTraceBody || !strings.Contains(first.Request.URL, "[cut: ") || len(first.Request.Headers) > 20 {
		t.Errorf("%d %d %d", len(first.Request.Body), len(first.Request.URL), len(first.Request.Headers))
	}
	if last := document.Calls[maxTraceCalls-1]; last.Response.Body != fmt.Sprintf("… [cut: %d bytes in all]", len(body)) {
		t.Errorf("%.100s", last.Response.Body)
	}
}

func TestHeadersThatCarryCredentialsAreMasked(t *testing.T) {
	t.Parallel()
	tr := &Trace{left: maxTraceSize}
	kept := tr.keepHeader(http.Header{
		"Authorization": {"Basic abc"}, "X-Api-Key": {"abc"}, "Set-Cookie": {"a=abc", "b=abc"}, "Www-Authenticate": {`Basic realm="r"`},
		"X-Filled": {"abc"}, "Location": {"https://a.example/?code=abc&x=1"}, "Accept": {"a", "b"}, "Elements-Custom-Token": {"abc"},
	}, []string{"x-filled"})
	got := (&secrets{}).renderer().headers(kept)
	for name, want := range map[string]string{
		"Authorization": credential.Mask, "X-Api-Key": credential.Mask, "Set-Cookie": credential.Mask, "Www-Authenticate": `Basic realm="r"`,
		"X-Filled": credential.Mask, "Location": "https://a.example/?code=********&x=1", "Accept": "a, b", "Elements-Custom-Token": credential.Mask,
	} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
}

// What tracing adds to a call that is not traced: comparisons and no memory.
func TestTracingThatIsOffAllocatesNothing(t *testing.T) {
	g := &Gateway{now: time.Now, traces: new(usage.Traces)}
	off := &instance.Instance{}
	ended := &instance.Instance{Instance: store.Instance{TraceUntil: time.Now().Add(-time.Hour)}}
	for name, i := range map[string]*instance.Instance{"off": off, "ended": ended} {
		c := &Call{Instance: i}
		a := &Answer{}
		if n := testing.AllocsPerRun(100, func() {
			if c.Trace != nil || !c.Instance.TraceUntil.IsZero() {
				g.startTrace(c)
			}
			if c.Trace != nil {
				t.Error("it is traced")
			}
			c.Trace.streamed()
			c.Trace.answered(a.Body)
			c.Trace.outcome(c, a, nil)
			g.EndTrace(c, 200)
			if c.TraceID() != "" {
				t.Error("it has a trace")
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func accessUser(secret string) access.Credentials { return access.Credentials{User: secret} }
