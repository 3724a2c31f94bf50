package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestAnAnswerIsShaped(t *testing.T) {
	t.Parallel()
	nulls := Spec{DropNulls: true}
	fields := func(names ...string) Spec { return Spec{DropNulls: true, Fields: names} }
	list := func(root string) Spec { return Spec{RootKey: root, List: true} }
	for _, c := range []struct {
		name   string
		spec   Spec
		in     string
		want   string
		counts int // -1: no array
	}{
		{"nothing to do", Spec{}, ` {"a" : null} `, `{"a" : null}`, -1},
		{"nothing to do with a list", Spec{}, "[1,\n{\"a\":null}, [] ]\n", "[1,\n{\"a\":null}, [] ]", 3},
		{"an empty list", Spec{}, `[ ]`, `[ ]`, 0},
		{"only the outer list is counted", nulls, `[[1,2,3],[4]]`, `[[1,2,3],[4]]`, 2},
		{"a scalar", nulls, `12345678901234567890.10`, `12345678901234567890.10`, -1},
		{"null is an answer", nulls, `null`, `null`, -1},

		{"the only member", nulls, `{"a":null}`, `{}`, -1},
		{"all members", nulls, `{"a":null,"b":null, "c":null}`, `{}`, -1},
		{"the first member", nulls, `{"a":null,"b":1}`, `{"b":1}`, -1},
		{"the first two members", nulls, `{"a":null,"b":null,"c":1}`, `{"c":1}`, -1},
		{"a member between", nulls, `{"a":1,"b":null,"c":2}`, `{"a":1,"c":2}`, -1},
		{"the last member", nulls, `{"a":1,"b":null}`, `{"a":1}`, -1},
		{"every other member", nulls, `{"a":null,"b":1,"c":null,"d":2,"e":null}`, `{"b":1,"d":2}`, -1},
		{"blanks everywhere", nulls, "{ \"a\" : null ,\n\t\"b\" : 1 , \"c\" :null }", "{\n\t\"b\" : 1 }", -1},
		{"at every depth", nulls, `{"a":{"b":{"c":null,"d":[{"e":null,"f":{"g":null}}]}},"h":null}`, `{"a":{"b":{"d":[{"f":{}}]}}}`, -1},
		{"elements stay", nulls, `[null,{"a":[null,null]},null]`, `[null,{"a":[null,null]},null]`, 3},
		{"an object that becomes empty stays", nulls, `{"a":{"b":null},"c":[{"d":null}]}`, `{"a":{},"c":[{}]}`, -1},
		{"a text is no null", nulls, `{"a":"null","null":"x","n":{"nul":"l"}}`, `{"a":"null","null":"x","n":{"nul":"l"}}`, -1},
		{"numbers keep their digits", nulls, `{"a":9007199254740993,"b":null,"c":1.10,"d":1E400,"e":-0.0}`, `{"a":9007199254740993,"c":1.10,"d":1E400,"e":-0.0}`, -1},
		{"duplicates and escapes stay", nulls, `{"a":1,"a":null,"a":"\u0041\/\ud83d\ude00","\u0061":2}`, `{"a":1,"a":"\u0041\/\ud83d\ude00","\u0061":2}`, -1},

		{"a selection", fields("id", "name"), `{"id":1,"x":{"id":2},"name":"n","y":[1,{"id":3}]}`, `{"id":1,"name":"n"}`, -1},
		{"a selection from a list", fields("id"), `[{"id":1,"x":2},{"x":2},{"x":1,"id":null},5]`, `[{"id":1},{},{},5]`, 4},
		{"a nested selection", fields("id", "address.countryCode"), `{"address":{"city":"B","countryCode":"DE","x":{}},"id":1}`, `{"address":{"countryCode":"DE"},"id":1}`, -1},
		{"a selection inside an array", fields("tags.id"), `{"tags":[{"id":1,"x":2},{"id":2}],"id":5}`, `{"tags":[{"id":1},{"id":2}]}`, -1},
		{"the notation of arrays", fields("tags[*].id"), `{"tags":[{"id":1,"x":2}]}`, `{"tags":[{"id":1}]}`, -1},
		{"a whole object beats its parts", fields("a.b", "a", "a.c"), `{"a":{"b":1,"c":2,"d":3},"e":4}`, `{"a":{"b":1,"c":2,"d":3}}`, -1},
		{"a path that stops short", fields("a.b", "c.d"), `{"a":"text","c":{"x":1}}`, `{"a":"text","c":{}}`, -1},
		{"a selection keeps nulls where they are kept", Spec{Fields: []string{"a.b", "c"}}, `{"a":null,"b":null,"c":null}`, `{"a":null,"c":null}`, -1},
		{"a selection of nothing", fields("z"), `{"a":1,"b":null}`, `{}`, -1},
		{"a name with escapes", fields("a\"b"), `{"a\u0022b":1,"c":2}`, `{"a\u0022b":1}`, -1},

		{"a root key", nulls.with("items"), `{"total":2,"items":[{"a":null},{"b":1}],"next":null}`, `[{},{"b":1}]`, 2},
		{"a root path", nulls.with("data.items"), `{"data":{"x":{"items":[]},"items":[{"a":null}]},"items":[1,2]}`, `[{}]`, 1},
		{"a root object", fields("id").with("person"), `{"person":{"id":1,"x":2}}`, `{"id":1}`, -1},
		{"a root key with escapes", Spec{RootKey: "items"}, `{"\u0069tems":[1]}`, `[1]`, 1},
		{"the first of two root keys", Spec{RootKey: "a"}, `{"a":[1],"a":[1,2]}`, `[1]`, 1},
		{"a root path behind a dead end", Spec{RootKey: "a.b"}, `{"a":1,"a":{"c":2},"a":{"b":[3]}}`, `[3]`, 1},
		{"no root key, an object", nulls.with("person"), `{"id":1,"x":null}`, `{"id":1}`, -1},
		{"no root key, a list", list("items"), `{"message":"none"}`, `[]`, 0},
		{"a list without its envelope", list("items"), ` [1,2]`, `[1,2]`, 2},
		{"a list that is null", list("items"), `{"items": null }`, `[]`, 0},
		{"a list that is nothing but null", list(""), ` null `, `[]`, 0},
		{"a list that is an object", list("items"), `{"items":{"a":1}}`, `{"a":1}`, -1},
		{"a root key in vain", list("items"), `5`, `[]`, 0},

		{"a root key with array steps", nulls.with("data[*].node"), `{"data":[{"node":{"a":null,"b":1}},{"x":1},{"node":2}]}`, `[{"b":1},2]`, 2},
		{"arrays in arrays come flat", list("a[*].b[*].c"), `{"a":[{"b":[{"c":1},{"c":[2]}]},{"b":[]},{"b":[{"c":3}]}]}`, `[1,[2],3]`, 3},
		{"a root key that ends in a step", list("a[*].b[*]"), `{"a":[{"b":[1,2]},{"b":[[3]]}]}`, `[1,2,[3]]`, 3},
		{"a whole array", list("data[*]"), `{"data":[1,2]}`, `[1,2]`, 2},
		{"an element", nulls.with("events[0].data"), `{"events":[{"data":{"a":null}},{"data":5}]}`, `{}`, -1},
		{"an element of the body", nulls.with("[0]"), `[{"a":null,"b":1},2]`, `{"b":1}`, -1},
		{"no such element", nulls.with("a[5]"), `{"a":[1]}`, `{"a":[1]}`, -1},
		{"no such element of a list", list("a[5]"), `{"a":[1]}`, `[]`, 0},
		{"array steps and a list without its envelope", list("a[*].b"), `[1]`, `[1]`, 1},

		{"a byte order mark", nulls, "\ufeff {\"a\":null}", `{}`, -1},
		{"a byte order mark before a root key", nulls.with("a"), "\ufeff{\"a\":[1]}", `[1]`, 1},
		{"a byte order mark before a list", list("a"), "\ufeff[1]", `[1]`, 1},
		{"bytes that are no UTF-8", nulls, "{\"a\":\"x\xff\xc3y\",\"b\":null}", "{\"a\":\"x\ufffd\ufffdy\"}", -1},
		{"such bytes in a name", nulls, "{\"a\":1,\"\xff\":2}", "{\"a\":1,\"\ufffd\":2}", -1},
		{"such bytes in the name of a null", nulls, "{\"a\":1,\"b\xff\":null,\"c\":2}", "{\"a\":1,\"c\":2}", -1},
		{"such bytes in what is dropped", fields("a"), "{\"b\":{\"\xff\":\"\xff\"},\"a\":1}", `{"a":1}`, -1},
		{"such bytes around a root key", nulls.with("a"), "{\"\xff\":\"\xff\",\"a\":\"\xff\",\"c\":\"\xff\"}", "\"\ufffd\"", -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out, info, err := Compile(c.spec).Apply([]byte("before "), []byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			if want := "before " + c.want; string(out) != want {
				t.Errorf("\n got %s\nwant %s", out, want)
			}
			if want := (Info{Array: c.counts >= 0, Count: max(c.counts, 0)}); info != want {
				t.Errorf("info is %+v, want %+v", info, want)
			}
		})
	}
}

func (s Spec) with(root string) Spec {
	s.RootKey = root
	return s
}

func TestWhatIsNoJSONIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		``:                 `unexpected end at byte 0`,
		"  ":               `unexpected end at byte 2`,
		`{"a":1`:           `unexpected end at byte 6`,
		`{"a":1]`:          `a comma or } is missing at byte 6`,
		`{"a" 1}`:          `a colon is missing at byte 5`,
		`{"a":}`:           `a value is missing at byte 5`,
		`{"a":1,}`:         `a member name is missing at byte 7`,
		`{a:1}`:            `a member name is missing at byte 1`,
		`{"a`:              `the text does not end at byte 3`,
		`["a]`:             `the text does not end at byte 4`,
		`[1 2]`:            `a comma or the closing bracket is missing at byte 3`,
		`[1,]`:             `a value is missing at byte 3`,
		`[1`:               `a comma or the closing bracket is missing at byte 2`,
		`[1] x`:            `unexpected text after the value at byte 4`,
		`{} {}`:            `unexpected text after the value at byte 3`,
		`01`:               `unexpected text after the value at byte 1`,
		`-`:                `a digit is missing at byte 1`,
		`1.`:               `a digit is missing at byte 2`,
		`1.e5`:             `a digit is missing at byte 2`,
		`1e+`:              `a digit is missing at byte 3`,
		`+1`:               `a value is missing at byte 0`,
		`.5`:               `a value is missing at byte 0`,
		`NaN`:              `a value is missing at byte 0`,
		`nul`:              `a value is missing at byte 0`,
		`truth`:            `a value is missing at byte 0`,
		`nullx`:            `unexpected text after the value at byte 4`,
		`{"a":nul}`:        `a value is missing at byte 5`,
		`"\x41"`:           `an escape is not valid at byte 1`,
		`"\u12g4"`:         `an escape is not valid at byte 1`,
		`"\u12`:            `an escape is not valid at byte 1`,
		`"\`:               `the text does not end at byte 1`,
		"\"a\nb\"":         `a control character stands in a text at byte 2`,
		"\"12345678\x00\"": `a control character stands in a text at byte 9`,
		"{\"a\":\"\x1f\"}": `a control character stands in a text at byte 6`,
		"\u00a0[]":         `a value is missing at byte 0`,
		"[\v]":             `a value is missing at byte 1`,
		"<html>":           `a value is missing at byte 0`,
	} {
		for _, spec := range []Spec{{}, {DropNulls: true, Fields: []string{"b"}}} {
			out, info, err := Compile(spec).Apply([]byte("before"), []byte(body))
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || err.Error() != want {
				t.Errorf("%q: %v, want %s", body, err, want)
			}
			if string(out) != "before" || info != (Info{}) {
				t.Errorf("%q: leaves %q and %+v behind", body, out, info)
			}
		}
		if err := Validate([]byte(body)); err == nil || err.Error() != want {
			t.Errorf("Validate(%q): %v, want %s", body, err, want)
		}
		if json.Valid([]byte(body)) {
			t.Errorf("%q is JSON after all", body)
		}
	}
}

func TestWhatStandsAroundARootKeyIsCheckedToo(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"a":[1],"b":tru}`, `{"b":01,"a":[1]}`, `{"a":[1]} x`, `{"a":[1]`, `{"a":[1],}`, `{"a":[1,]}`, `{"a" [1]}`, `{"\x":1,"a":[1]}`,
		`{"a":[{"b":1}],"c":}`, `[{"b":1}`, `{"a":[{"b":1}]]`, `"`, `-01`, `nul`, ``, `5 5`,
	} {
		for _, root := range []string{"a", "a.b", "a[*].b", "x"} {
			if out, _, err := Compile(Spec{RootKey: root, List: true}).Apply(nil, []byte(body)); err == nil {
				t.Errorf("root key %s: %s was read as %s", root, body, out)
			}
		}
	}
}

func TestNestingHasALimit(t *testing.T) {
	t.Parallel()
	arrays := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	objects := func(n int) []byte { return []byte(strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n)) }
	for name, nested := range map[string]func(int) []byte{"arrays": arrays, "objects": objects} {
		for _, spec := range []Spec{{}, {DropNulls: true}, {Fields: []string{"a"}}, {Fields: []string{"b"}}, {RootKey: "a"}, {RootKey: "a.a.a.a"}, {RootKey: "b"}, {RootKey: "a[*].b"}, {RootKey: strings.Repeat("a.", 2*MaxDepth) + "a"}} {
			p := Compile(spec)
			if _, _, err := p.Apply(nil, nested(MaxDepth)); err != nil {
				t.Errorf("%s: %d are refused: %v", name, MaxDepth, err)
			}
			for _, n := range []int{MaxDepth + 1, 5_000_000} {
				if _, _, err := p.Apply(nil, nested(n)); err == nil || !strings.Contains(err.Error(), "more than 1000 arrays and objects are nested") {
					t.Errorf("%s: %d give %v", name, n, err)
				}
			}
		}
	}
}

func TestAnotherCallersBodyMustBeUTF8(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"\"ab\xff\"":             `invalid UTF-8 at byte 3`,
		"{\"\xc3\":1}":           `invalid UTF-8 at byte 2`,
		"[\"\xed\xa0\x80\"]":     `invalid UTF-8 at byte 2`,
		"\ufeff{}":               `a value is missing at byte 0`,
		"{\"é\":\"李😀 \\ud800\"}": ``,
	} {
		got := ""
		if err := Validate([]byte(body)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}

func TestShapingAllocatesNothingWhereThereIsRoom(t *testing.T) {
	body := []byte(`{"data":{"items":` + string(page()) + `},"x":"\u0041"}`)
	dst := make([]byte, 0, len(body))
	for _, spec := range []Spec{{}, {DropNulls: true}, {DropNulls: true, RootKey: "data.items", Fields: []string{"f0", "f5", "f7.x"}}} {
		p := Compile(spec)
		if n := testing.AllocsPerRun(10, func() {
			if _, _, err := p.Apply(dst, body); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%+v allocates %v times", spec, n)
		}
	}
	if n := testing.AllocsPerRun(10, func() {
		if err := Validate(body); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("Validate allocates %v times", n)
	}
}

func TestAnAnswerGrowsItsBufferOnce(t *testing.T) {
	body := page()
	p := Compile(Spec{DropNulls: true})
	if n := testing.AllocsPerRun(10, func() {
		if _, _, err := p.Apply(nil, body); err != nil {
			t.Fatal(err)
		}
	}); n > 2 { // slices.Grow takes two under the race detector
		t.Errorf("%v allocations", n)
	}
}

func TestTheScannerAgreesWithATree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		body, spec := drawJSON(4).Draw(t, "body"), drawSpec().Draw(t, "spec")
		agree(t, []byte(body), spec)
	})
}

// agree holds when Apply gives what a tree gives, or refuses what encoding/json refuses.
func agree(t interface {
	Fatalf(string, ...any)
}, body []byte, spec Spec) {
	out, info, err := Compile(spec).Apply(nil, body)
	if !json.Valid(body) {
		if err == nil && !bytes.HasPrefix(body, byteOrderMark) {
			t.Fatalf("%q is no JSON, but gives %q", body, out)
		}
		return
	}
	if err != nil {
		if deep(body) {
			return
		}
		t.Fatalf("%q is JSON: %v", body, err)
	}
	if !json.Valid(out) || !utf8.Valid(out) {
		t.Fatalf("%q with %+v gives %q, which is no JSON in UTF-8", body, spec, out)
	}
	whole, err := readTree(body)
	if err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	got, err := readTree(out)
	if err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	want := whole.shaped(spec)
	if got.String() != want.String() {
		t.Fatalf("%q with %+v:\n got %s\nwant %s", body, spec, got, want)
	}
	if info.Array != got.array || info.Count != len(got.items) {
		t.Fatalf("%q with %+v gives %s, but counts %+v", body, spec, got, info)
	}
}

// deep reports whether more than MaxDepth arrays and objects may stand in each other.
func deep(body []byte) bool {
	return bytes.Count(body, []byte("["))+bytes.Count(body, []byte("{")) > MaxDepth
}

func TestACutDocumentIsNeverTakenForAWholeOne(t *testing.T) {
	t.Parallel()
	body := []byte(` {"a" : [1.5e-3, "x\u00e9\"é", {"b" : null, "c" : true}], "d" : -0, "e" : "` + strings.Repeat("long ", 5) + `"}`)
	for _, spec := range []Spec{{}, {DropNulls: true}, {RootKey: "a"}, {RootKey: "a[*].b"}, {Fields: []string{"a.c"}}} {
		p := Compile(spec)
		for n := range body {
			if out, _, err := p.Apply(nil, body[:n]); err == nil {
				t.Fatalf("%q gives %q", body[:n], out)
			}
		}
	}
}

func TestAByteOfEveryValueAtEveryPlaceIsJudgedAsEncodingJSONDoes(t *testing.T) {
	t.Parallel()
	body := []byte(`{"name":"12345678901","b":[1.5,null]}`)
	for at := range body {
		for b := range 256 {
			changed := bytes.Clone(body)
			changed[at] = byte(b)
			agree(t, changed, Spec{DropNulls: true})
		}
	}
}

func ExamplePlan_Apply() {
	plan := Compile(Spec{RootKey: "items", DropNulls: true, Fields: []string{"id", "address.city"}, List: true})
	body := `{"items":[{"id":9007199254740993,"phone":"1","address":{"city":"Berlin","zip":null}},{"id":2,"address":null}]}`
	out, info, err := plan.Apply(nil, []byte(body))
	fmt.Println(string(out), info.Count, err)
	// Output: [{"id":9007199254740993,"address":{"city":"Berlin"}},{"id":2}] 2 <nil>
}
