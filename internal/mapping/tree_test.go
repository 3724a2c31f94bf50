package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// tree is a JSON value as encoding/json's tokens give it: numbers as text, members in order, duplicates kept. It is
// the reference that the byte scanner is held to.
type tree struct {
	scalar  json.Token
	object  bool
	array   bool
	members []member
	items   []tree
}

type member struct {
	name  string
	value tree
}

func readTree(body []byte) (tree, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	value, err := readValue(decoder)
	if err != nil {
		return tree{}, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return tree{}, fmt.Errorf("text behind the value")
	}
	return value, nil
}

func readValue(decoder *json.Decoder) (tree, error) {
	token, err := decoder.Token()
	if err != nil {
		return tree{}, err
	}
	switch token {
	case json.Delim('{'):
		t := tree{object: true}
		for decoder.More() {
			name, err := decoder.Token()
			if err != nil {
				return tree{}, err
			}
			value, err := readValue(decoder)
			if err != nil {
				return tree{}, err
			}
			t.members = append(t.members, member{name.(string), value})
		}
		_, err := decoder.Token()
		return t, err
	case json.Delim('['):
		t := tree{array: true}
		for decoder.More() {
			item, err := readValue(decoder)
			if err != nil {
				return tree{}, err
			}
			t.items = append(t.items, item)
		}
		_, err := decoder.Token()
		return t, err
	}
	return tree{scalar: token}, nil
}

func (t tree) isNull() bool { return !t.object && !t.array && t.scalar == nil }

// shaped is what Apply must give: root key, then null filter and selection.
func (t tree) shaped(s Spec) tree {
	if s.RootKey != "" {
		found, ok := t.at(strings.Split(s.RootKey, "."))
		switch {
		case ok:
			t = found
		case s.List && !t.array:
			t = tree{array: true}
		}
	}
	if s.List && t.isNull() {
		t = tree{array: true}
	}
	var paths [][]string
	for _, field := range s.Fields {
		paths = append(paths, strings.Split(field, "."))
	}
	return t.kept(s.DropNulls, paths)
}

// at is the first value at a path.
func (t tree) at(path []string) (tree, bool) {
	if len(path) == 0 {
		return t, true
	}
	for _, m := range t.members {
		if m.name == path[0] {
			if found, ok := m.value.at(path[1:]); ok {
				return found, true
			}
		}
	}
	return tree{}, false
}

// kept applies null filter and selection; no paths keep everything.
func (t tree) kept(dropNulls bool, paths [][]string) tree {
	out := tree{scalar: t.scalar, object: t.object, array: t.array}
	for _, item := range t.items {
		out.items = append(out.items, item.kept(dropNulls, paths))
	}
	for _, m := range t.members {
		if dropNulls && m.value.isNull() {
			continue
		}
		var below [][]string
		wanted, whole := len(paths) == 0, len(paths) == 0
		for _, path := range paths {
			if path[0] == m.name {
				wanted = true
				if len(path) == 1 {
					whole = true
				} else {
					below = append(below, path[1:])
				}
			}
		}
		if whole {
			below = nil
		}
		if wanted {
			out.members = append(out.members, member{m.name, m.value.kept(dropNulls, below)})
		}
	}
	return out
}

func (t tree) String() string {
	switch {
	case t.object:
		var parts []string
		for _, m := range t.members {
			parts = append(parts, fmt.Sprintf("%q: %s", m.name, m.value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case t.array:
		var parts []string
		for _, item := range t.items {
			parts = append(parts, item.String())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return fmt.Sprintf("%#v", t.scalar)
}

// names are few, so that duplicates, nulls and selections meet; some need decoding.
var names = []string{`a`, `b`, `c`, `d`, `\u0061`, `a.b`, `é`, `longer than eight bytes`, `tab\t`, ``, "a\xff"}

// drawJSON draws a document as text, with every sort of blank, escape and number, and bytes that are no UTF-8.
func drawJSON(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		blank := rapid.SampledFrom([]string{"", "", "", " ", "\n\t", "\r\n  "})
		around := func(s string) string { return blank.Draw(t, "blank") + s + blank.Draw(t, "blank") }
		kind := rapid.IntRange(0, 9).Draw(t, "kind")
		if depth == 0 {
			kind %= 5
		}
		switch kind {
		case 0, 1:
			return around("null")
		case 2:
			return around(rapid.OneOf(
				rapid.SampledFrom([]string{"0", "-0", "1e5", "-1.50E+007", "12345678901234567890.10", "9007199254740993", "true", "false"}),
				rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,3})?`),
			).Draw(t, "number"))
		case 3, 4:
			return around(drawText().Draw(t, "text"))
		case 5, 6:
			items := rapid.SliceOfN(drawJSON(depth-1), 0, 4).Draw(t, "items")
			return around("[" + strings.Join(items, ",") + around("") + "]")
		}
		count := rapid.IntRange(0, 5).Draw(t, "members")
		members := make([]string, count)
		for i := range members {
			name := `"` + rapid.SampledFrom(names).Draw(t, "name") + `"`
			members[i] = around(name) + ":" + drawJSON(depth-1).Draw(t, "member")
		}
		return around("{" + strings.Join(members, ",") + around("") + "}")
	})
}

func drawText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.Map(rapid.String(), func(s string) string {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic(err)
			}
			return string(quoted)
		}),
		rapid.SampledFrom([]string{
			`""`, `"\ud800"`, `"\ud83d\ude00"`, "\"\xff\"", "\"ab\xc3\"", "\"\xed\xa0\x80 surrogate\"", "\"\xf0\x9f\x98\x80\"", "\"\xc0\xaf\"",
			`"12345678"`, `"1234567"`, `"123456789\\\""`, `"\/\b\f\n\r\t"`, "\"null\"", "\"eight by\xfftes and more\"",
		}),
	)
}

func drawSpec() *rapid.Generator[Spec] {
	path := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d", "é", "longer than eight bytes", "tab\t"}), 1, 3),
		func(parts []string) string { return strings.Join(parts, ".") })
	return rapid.Custom(func(t *rapid.T) Spec {
		s := Spec{DropNulls: rapid.Bool().Draw(t, "nulls"), List: rapid.Bool().Draw(t, "list")}
		if rapid.Bool().Draw(t, "rooted") {
			s.RootKey = path.Draw(t, "root")
		}
		if rapid.Bool().Draw(t, "selected") {
			s.Fields = slices.Compact(rapid.SliceOfN(path, 1, 4).Draw(t, "fields"))
		}
		return s
	})
}
