package soap

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
	"pgregory.net/rapid"
)

// drawValue draws JSON that XML can say: texts that are no numbers, numbers, booleans, null, objects with a member, and
// lists of at least two that are no lists themselves.
func drawValue(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		most := 5
		if depth == 0 {
			most = 3
		}
		switch rapid.IntRange(0, most).Draw(t, "kind") {
		case 0:
			return "x" + strings.ToValidUTF8(rapid.StringOfN(rapid.RuneFrom([]rune("aä😀<>&'\"{}]\n\t $.")), 0, 8, -1).Draw(t, "text"), "") + "x"
		case 1:
			return json.Number(rapid.StringMatching(`-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,5})?`).Draw(t, "number"))
		case 2:
			return rapid.Bool().Draw(t, "truth")
		case 3:
			return nil
		case 4:
			return drawObject(depth-1).Draw(t, "object")
		}
		list := make([]any, rapid.IntRange(2, 4).Draw(t, "length"))
		for i := range list {
			list[i] = drawObject(depth-1).Draw(t, "item")
		}
		return list
	})
}

func drawObject(depth int) *rapid.Generator[map[string]any] {
	return rapid.Custom(func(t *rapid.T) map[string]any {
		o := map[string]any{}
		for range rapid.IntRange(1, 4).Draw(t, "members") {
			o[rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_.-]{0,6}`).Draw(t, "name")] = drawValue(max(depth, 0)).Draw(t, "value")
		}
		if rapid.Bool().Draw(t, "attribute") {
			o["@"+rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_]{0,6}`).Draw(t, "attribute name")] = rapid.StringMatching(`[a-z <&"{]{0,5}`).Draw(t, "attribute value")
		}
		return o
	})
}

func TestJSONThatBecomesXMLComesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before := map[string]any{"root": drawObject(3).Draw(t, "body")}
		text, err := json.Marshal(before)
		if err != nil {
			t.Fatal(err)
		}
		document, err := Encode(text, "")
		if err != nil {
			t.Fatal(err)
		}
		d, err := Decode([]byte(document), "")
		if err != nil {
			t.Fatalf("%v\n%s", err, document)
		}
		decoder := json.NewDecoder(strings.NewReader(string(d.JSON())))
		decoder.UseNumber()
		var after map[string]any
		if err := decoder.Decode(&after); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Fatalf("%s\n%s", document, diff)
		}
	})
}

func TestAnyValueInATemplateIsOnlyEverAValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringOf(rapid.RuneFrom([]rune("a{}<>&'\"]!-[CDATA\n"))).Draw(t, "value")
		find := func(word string) (gjson.Result, bool) {
			if word == "secret" {
				return gjson.Result{Type: gjson.String, Str: "S"}, true
			}
			return gjson.Result{Type: gjson.String, Str: value, Raw: "x"}, word == "v"
		}
		filled, open, err := Fill(`<r a="{v}"><b>{v}</b><c><![CDATA[{v}]]></c><d>{missing}</d></r>`, find)
		if err != nil {
			t.Fatal(err)
		}
		pruned, err := Prune(filled, open)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Decode([]byte(pruned), "")
		if err != nil {
			t.Fatalf("%v: %s", err, pruned)
		}
		root := d.root
		if len(root.children) != 2 || root.attributes[0].value != value || root.children[0].text != value || root.children[1].text != value {
			t.Fatalf("%q became %s", value, pruned)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`<a b="c"><d>1</d><d/></a>`, `<?xml version="1.0" encoding="latin1"?><a>ä</a>`, "\xff\xfe<\x00a\x00/\x00>\x00",
		`<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>e:Client</faultcode></e:Fault></e:Body></e:Envelope>`,
		`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, `<a><![CDATA[x]]></a>`, `<a xmlns:x="u" x:nil="1"/>`,
	} {
		f.Add([]byte(seed), "Envelope.Body.a[0]")
	}
	f.Fuzz(func(t *testing.T, data []byte, path string) {
		d, err := Decode(data, "")
		if err != nil {
			return
		}
		if !json.Valid(d.JSON()) {
			t.Errorf("not JSON: %s", d.JSON())
		}
		for _, shape := range []*Shape{nil, NewShape([]byte(model), "response"), NewShape([]byte(model), "ContactList")} {
			for _, list := range []bool{false, true} {
				if found, ok := d.At(path, list, shape); ok && !json.Valid(found) {
					t.Errorf("not JSON at %q: %s", path, found)
				}
			}
		}
		if said := d.Fault(); said != nil && len(said.Words()) > 3*maxWords {
			t.Errorf("a fault of %d bytes", len(said.Words()))
		}
	})
}

func FuzzFill(f *testing.F) {
	f.Add(`<a b="{x}"><c>{y.z}</c><![CDATA[{x}]]></a>`, `{"x":[1,2],"y":[{"z":null},{"z":{"q":1}}]}`)
	f.Add(`<a>{x}<b`, `{"x":"<"}`)
	f.Add(`<a><b>{b.c.d}</b></a>`, `{"b":[{"c":[{"d":1}]}]}`)
	f.Fuzz(func(t *testing.T, template, body string) {
		if !gjson.Valid(body) {
			return
		}
		filled, open, err := Fill(template, findIn(body))
		if err != nil {
			return
		}
		pruned, err := Prune(filled, open)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Decode([]byte(template), ""); err == nil && !strings.Contains(body, "@") && !strings.Contains(body, "{\"") {
			if _, err := Decode([]byte(pruned), ""); err != nil && !strings.Contains(err.Error(), "deeper") {
				t.Errorf("a sound template %q with %q became %q: %v", template, body, pruned, err)
			}
		}
	})
}
