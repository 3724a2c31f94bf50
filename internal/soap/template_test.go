package soap

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

func findIn(body string) Find {
	return func(word string) (gjson.Result, bool) {
		v := At(gjson.Parse(body), word)
		return v, v.Exists()
	}
}

func TestATemplateIsFilled(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, template, body, want string }{
		{"a value", `<a>{name}</a>`, `{"name":"Ada"}`, `<a>Ada</a>`},
		{"a nested value", `<a>{person.name}</a>`, `{"person":{"name":"Ada"}}`, `<a>Ada</a>`},
		{"a value is escaped", `<a b="{q}">{q}</a>`, `{"q":"<\"&'{x}"}`, `<a b="&lt;&#34;&amp;&#39;&#123;x}">&lt;&#34;&amp;&#39;&#123;x}</a>`},
		{"a value is no template", `<a><b>{b}</b><c>{c}</c></a>`, `{"b":"{c}","c":"secret"}`, `<a><b>&#123;c}</b><c>secret</c></a>`},
		{"numbers keep their digits", `<a>{n}</a>`, `{"n":12345678901234567890.10}`, `<a>12345678901234567890.10</a>`},
		{"missing elements go", `<r><a>{a}</a><b>{b}</b></r>`, `{"a":1}`, `<r><a>1</a></r>`},
		{"missing attributes go", `<r id="{id}" kind="x"><a>{a}</a></r>`, `{"a":1}`, `<r kind="x"><a>1</a></r>`},
		{"an element with an attribute that has a value stays", `<r><p id="{id}">{text}</p></r>`, `{"id":5}`, `<r><p id="5"></p></r>`},
		{"what holds nothing goes", `<r><address type="home"><street>{address.street}</street></address><z/></r>`, `{}`, `<r><z/></r>`},
		{"an empty text is a value", `<r><a>{a}</a></r>`, `{"a":""}`, `<r><a></a></r>`},
		{"null is nil", `<r><a>{a}</a></r>`, `{"a":null}`, `<r><a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/></r>`},
		{"a null attribute goes", `<r a="{a}"/>`, `{"a":null}`, `<r/>`},
		{"a list repeats the element of its name", `<r><items><item><n>{items.item.n}</n></item></items></r>`, `{"items":{"item":[{"n":1},{"n":2}]}}`, `<r><items><item><n>1</n></item><item><n>2</n></item></items></r>`},
		{"a list of one", `<r><item><n>{item.n}</n></item></r>`, `{"item":[{"n":1}]}`, `<r><item><n>1</n></item></r>`},
		{"an empty list", `<r><item><n>{item.n}</n></item></r>`, `{"item":[]}`, `<r></r>`},
		{"one where a list may be", `<r><item><n>{item.n}</n></item></r>`, `{"item":{"n":1}}`, `<r><item><n>1</n></item></r>`},
		{"a list of texts", `<r><tags><tag>{tags}</tag></tags></r>`, `{"tags":["a","b"]}`, `<r><tags><tag>a</tag><tag>b</tag></tags></r>`},
		{"a list by another name", `<r><Lines><Line><a>{lines.a}</a><b>{lines.b}</b></Line></Lines></r>`, `{"lines":[{"a":1,"b":2},{"a":3}]}`, `<r><Lines><Line><a>1</a><b>2</b></Line><Line><a>3</a></Line></Lines></r>`},
		{"lists in lists", `<r><o><n>{o.n}</n><l><x>{o.l.x}</x></l></o></r>`, `{"o":[{"n":1,"l":[{"x":1},{"x":2}]},{"n":2}]}`, `<r><o><n>1</n><l><x>1</x></l><l><x>2</x></l></o><o><n>2</n></o></r>`},
		{"an object becomes elements", `<r><p:any>{any}</p:any></r>`, `{"any":{"@k":"v","a":1,"b":["x","y"]}}`, `<r><p:any><p:a>1</p:a><p:b>x</p:b><p:b>y</p:b></p:any></r>`},
		{"CDATA", `<r><![CDATA[{x}]]></r>`, `{"x":"<a>]]>{y}"}`, `<r><![CDATA[<a>]]]]><![CDATA[>]]>&#123;<![CDATA[y}]]></r>`},
		{"comments and instructions stay", `<?xml version="1.0"?><!-- {a} --><r>{a}</r>`, `{"a":1}`, `<?xml version="1.0"?><!-- {a} --><r>1</r>`},
		{"the envelope stays", `<s:Envelope><s:Header><h>{h}</h></s:Header><s:Body><GetAll><q>{q}</q></GetAll></s:Body></s:Envelope>`, `{}`, `<s:Envelope><s:Header></s:Header><s:Body><GetAll></GetAll></s:Body></s:Envelope>`},
		{"the operation itself stays", `<s:Envelope><s:Body><p:GetVersion>{GetVersion}</p:GetVersion></s:Body></s:Envelope>`, `{"id":1}`, `<s:Envelope><s:Body><p:GetVersion></p:GetVersion></s:Body></s:Envelope>`},
		{"what is not well-formed is text", `<a>{x}<b>`, `{"x":"<"}`, `<a>&lt;<b>`},
	} {
		filled, open, err := Fill(test.template, findIn(test.body))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		got, err := Prune(filled, open)
		if err != nil || got != test.want {
			t.Errorf("%s:\n got %s\nwant %s (%v)", test.name, got, test.want, err)
		}
	}
}

func TestWordsWithoutAValueStayForScripts(t *testing.T) {
	t.Parallel()
	filled, open, err := Fill(`<r><f>{aFile}</f><n>{n}</n></r>`, findIn(`{"n":"{aFile}"}`))
	if err != nil || filled != `<r><f>{aFile}</f><n>&#123;aFile}</n></r>` || len(open) != 1 || open[0] != "aFile" {
		t.Fatalf("%s, %v, %v", filled, open, err)
	}
	byScript := strings.Replace(filled, "{aFile}", "AAEC", 1)
	if got, err := Prune(byScript, open); err != nil || got != `<r><f>AAEC</f><n>&#123;aFile}</n></r>` {
		t.Errorf("after the script: %s, %v", got, err)
	}
}

func TestATemplateCannotGrowWithoutEnd(t *testing.T) {
	t.Parallel()
	items := strings.Repeat(`"`+strings.Repeat("x", 1000)+`",`, 5000)
	body := `{"a":[` + items + `"x"]}`
	_, _, err := Fill(`<r>`+strings.Repeat(`<a>{a}</a>`, 1000)+`</r>`, findIn(body))
	if err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("got %v", err)
	}
}
