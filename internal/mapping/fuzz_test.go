package mapping

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzApply holds every plan to a tree of encoding/json, on any bytes.
func FuzzApply(f *testing.F) {
	for _, body := range []string{
		`{"a":null,"b":[1,{"a":null}],"c":{"d":"x\u0041"}}`, `[{"id":1,"a":{"b":null}},null]`, ` [1.5e-7 , "é\\" ] `,
		"{\"a\":\"\xff\xc3\",\"b\xff\":null}", `{"a":{"b":[1]},"a":2}`, "\ufeff[]", `"`, `{"a":`, `-01`, `nul`,
	} {
		f.Add([]byte(body), "a", "a.b,c", true, true)
		f.Add([]byte(body), "", "", true, false)
	}
	f.Fuzz(func(t *testing.T, body []byte, root, fields string, dropNulls, list bool) {
		for _, text := range []string{root, fields} {
			if !utf8.ValidString(text) || strings.ContainsAny(text, "[]\uFFFD") {
				return
			}
		}
		spec := Spec{RootKey: root, DropNulls: dropNulls, List: list}
		if fields != "" {
			spec.Fields = strings.Split(fields, ",")
		}
		agree(t, body, spec)
		if err := Validate(body); err == nil && (!json.Valid(body) || !utf8.Valid(body)) {
			t.Fatalf("%q is taken for JSON in UTF-8", body)
		} else if err != nil && json.Valid(body) && utf8.Valid(body) && !deep(body) {
			t.Fatalf("%q is JSON in UTF-8: %v", body, err)
		}
	})
}

// FuzzPath checks on any path and any bytes that what leaves is JSON or refused.
func FuzzPath(f *testing.F) {
	f.Add([]byte(`{"data":[{"node":1},{"node":{"a":null}}]}`), "data[*].node")
	f.Add([]byte(`[[1,[2]],{"a":[{"b":[3]}]}]`), "[1].a[*].b[*]")
	f.Add([]byte(`{"a":1}`), "a[")
	f.Fuzz(func(t *testing.T, body []byte, path string) {
		out, _, err := Compile(Spec{RootKey: path, DropNulls: true, List: true}).Apply(nil, body)
		if err == nil && (!json.Valid(out) || !utf8.Valid(out)) {
			t.Fatalf("%s of %q gives %q", path, body, out)
		}
		if json.Valid(body) {
			Lookup(body, path)
		}
	})
}
