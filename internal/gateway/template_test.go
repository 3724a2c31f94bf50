package gateway

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"jackfield/internal/catalog"
	"jackfield/internal/connector"
	"jackfield/internal/instance"
)

// templated is a call whose body template was filled from a caller's body and a parameter.
func templated(t *testing.T, contentType, template, body string, named ...pair) *Call {
	t.Helper()
	c := callWith(contentType, template)
	b := binder{call: c, template: true}
	for _, n := range named {
		b.words.add(n.name, text(n.value))
	}
	b.words.bodies = append(b.words.bodies, []byte(body))
	if err := b.finishBody(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTemplatesThatAreNotXMLAreFilled(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, contentType, template, body, want string }{
		{"text in quotes", "application/json", `{"a":"x {a} y"}`, `{"a":"\"q\" \\"}`, `{"a":"x \"q\" \\ y"}`},
		{"values without quotes", "application/json", `{"n":{n},"l":{l},"s":{s},"t":{t}}`, `{"n":5,"l":[1,{"a":2}],"s":"a\",\"b","t":"true"}`, `{"n":5,"l":[1,{"a":2}],"s":"a\",\"b","t":true}`},
		{"a nested value", "application/json", `{"c":"{address.city}","d":"{list[1].x}"}`, `{"address":{"city":"Ulm"},"list":[{},{"x":"y"}]}`, `{"c":"Ulm","d":"y"}`},
		{"no value", "application/json", `{"a":"{a}","b":{b},"c":"x{c}"}`, `{}`, `{"a":null,"b":null,"c":"x"}`},
		{"null", "application/json", `{"a":"{a}","b":{b}}`, `{"a":null,"b":null}`, `{"a":null,"b":null}`},
		{"a value is no template", "application/json", `{"a":"{a}","b":"{b}"}`, `{"a":"{b}","b":"secret"}`, `{"a":"\u007bb}","b":"secret"}`},
		{"braces of JSON", "application/json", `{"a":{"b":{}},"c":"{c}","d":"\"{c}\""}`, `{"c":1}`, `{"a":{"b":{}},"c":"1","d":"\"1\""}`},
		{"a form", "application/x-www-form-urlencoded", `a={a}&b={b}`, `{"a":"x&y=z"}`, `a=x%26y%3Dz&b=`},
		{"text", "text/plain", `Hello {a}, {b}!`, `{"a":"Ada"}`, `Hello Ada, !`},
		{"XML", "text/xml", `<a><b>{b}</b><c>{c}</c></a>`, `{"b":"<"}`, `<a><b>&lt;</b></a>`},
	} {
		c := templated(t, test.contentType, test.template, test.body)
		if err := c.encodeBody(); err != nil {
			t.Fatal(err)
		}
		if got := string(c.vendor.body); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
	}
}

func TestAParameterWinsOverAMemberOfTheBody(t *testing.T) {
	t.Parallel()
	c := templated(t, "text/xml", `<a>{Login.password}</a>`, `{"Login":{"password":"mine"},"Login.password":"mine"}`, pair{"Login.password", "theirs"})
	if got := string(c.vendor.body); got != `<a>theirs</a>` {
		t.Error(got)
	}
}

func TestConstantsAreEscapedAsTheyNeedIt(t *testing.T) {
	t.Parallel()
	c := &Call{
		Instance: &instance.Instance{Effective: map[string]string{"k": `<"&`}},
		Resource: &catalog.Resource{Resource: &connector.Resource{}, Variables: []string{"id"}}, values: []string{"7"},
		Header: http.Header{"X-H": {"h"}}, Query: url.Values{"q": {"a b"}}, body: []byte(`{"n":{"m":5},"l":[1]}`),
	}
	for template, want := range map[string]string{
		`key ${configuration.k}`:             `key <"&`,
		`<a>${configuration.k}</a>`:          `<a>&lt;&#34;&amp;</a>`,
		`{"a":"${configuration.k}"}`:         `{"a":"\u003c\"\u0026"}`,
		`{"p":"${query.q}","i":${path.id}}`:  `{"p":"a b","i":7}`,
		`${header.X-H}-${body.n.m}-${other}`: `h-5-`,
		`{"l":${body.l},"no":${body.no}}`:    `{"l":[1],"no":null}`,
		`no words`:                           `no words`,
		`${open`:                             `${open`,
	} {
		if got := c.substitute(template); got != want {
			t.Errorf("%s became %s, want %s", template, got, want)
		}
	}
}

func TestATraceHidesSecretsAsTemplatesWriteThem(t *testing.T) {
	t.Parallel()
	const secret = `canary{one}<two>"three"`
	i := &instance.Instance{Effective: map[string]string{"password": secret}}
	tr := &Trace{left: maxTraceSize}
	tr.secrets.add(i, nil)
	for _, template := range []string{`<a><b>{x}</b></a>`, `{"b":"{x}"}`} {
		c := templated(t, "", template, `{}`, pair{"x", secret})
		shown := tr.secrets.renderer().body(tr.keep(c.vendor.body), nil)
		if strings.Contains(shown, "canary") || strings.Contains(shown, "three") {
			t.Errorf("%s: %s", template, shown)
		}
	}
}
