package mapping

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAValueIsFoundByItsPath(t *testing.T) {
	t.Parallel()
	const body = `{"data":{"nextId":"abc","page":{"next":"https://provider.example/x?cursor=5"},"n":null,"big":9007199254740993,"exact":1.10,"yes":true,
		"o":{"a": 1},"empty":""},"list":[{"x":1,"id":"a"},{"id":"b"},{"id":"c","deep":[{"v":1},{"v":2}]}],"soap:Body":{"a-b":7},"@odata.nextLink":"x","@type":{"#":5,"a*":6,"?|":8}}`
	for _, c := range []struct {
		path, want string
		found      bool
	}{
		{"data.nextId", "abc", true},
		{"data.page.next", "https://provider.example/x?cursor=5", true},
		{"data.big", "9007199254740993", true},
		{"data.exact", "1.10", true},
		{"data.yes", "true", true},
		{"data.o", `{"a": 1}`, true},
		{"data.empty", "", true},
		{"data.n", "", false},
		{"data.missing", "", false},
		{"data.nextId.deeper", "", false},
		{"list[0].x", "1", true},
		{"list[2].id", "c", true},
		{"list[3].id", "", false},
		{"list[*].id", `["a","b","c"]`, true},
		{"list[*].x", `[1]`, true},
		{"list[*].deep[*].v", `[1,2]`, true},
		{"soap:Body.a-b", "7", true},
		{"@type.#", "5", true},
		{"@type.a*", "6", true},
		{"@type.a?", "", false},
		{"@type.?|", "8", true},
		{"data.*", "", false},
		{"list.#", "", false},
		{"@this", "", false},
		{"list.@reverse", "", false},
		{`list.#(id=="a")`, "", false},
		{`{data.nextId}`, "", false},
		{`!"x"`, "", false},
	} {
		got, found := Lookup([]byte(body), c.path)
		if got != c.want || found != c.found {
			t.Errorf("%s: %q, %t; want %q, %t", c.path, got, found, c.want, c.found)
		}
	}
}

func TestANameIsOnlyEverAName(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringN(1, 10, -1).Filter(func(s string) bool { return !strings.ContainsAny(s, ".[]") }).Draw(t, "name")
		other := rapid.StringN(1, 10, -1).Filter(func(s string) bool { return s != name && !strings.ContainsAny(s, ".[]") }).Draw(t, "other")
		body, err := json.Marshal(map[string]any{name: map[string]any{other: "here"}, "list": []int{1, 2}})
		if err != nil {
			t.Fatal(err)
		}
		if got, found := Lookup(body, name+"."+other); !found || got != "here" {
			t.Fatalf("%q.%q in %s: %q, %t", name, other, body, got, found)
		}
		if got, found := Lookup(body, name+"."+name); found {
			t.Fatalf("%q.%q in %s: %q", name, name, body, got)
		}
	})
}
