package audit

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// comparison judges names as the product's rooms do, in short.
var comparison = Comparison{Secret: func(entryType, name string) bool {
	return entryType == "PASSWORD" || strings.HasSuffix(name, "password") || strings.HasSuffix(name, "ecret") || name == "token" || name == "oauth.api.secret"
}}

func TestOnlyMembersThatDifferAreKeptAndSecretsAreMasked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before, after string
		want          []string // path before→after
	}{
		"equal":                    {`{"a":1,"b":[1,2]}`, `{"b":[1,2],"a":1}`, nil},
		"a scalar":                 {`{"a":{"b":1,"c":2}}`, `{"a":{"b":1,"c":3}}`, []string{"a.c 2→3"}},
		"made":                     {``, `{"id":7,"tags":["x"],"none":{}}`, []string{"id →7", "none →{}", `tags →["x"]`}},
		"deleted":                  {`{"id":7}`, ``, []string{"id 7→"}},
		"a null":                   {`{"a":null}`, `{"a":1}`, []string{"a null→1"}},
		"numbers are texts":        {`{"a":9007199254740993}`, `{"a":9007199254740992}`, []string{"a 9007199254740993→9007199254740992"}},
		"rows by id":               {`[{"id":1,"n":"a"},{"id":2,"n":"b"}]`, `[{"id":2,"n":"c"}]`, []string{"[1].id 1→", `[1].n "a"→`, `[2].n "b"→"c"`}},
		"rows by key":              {`{"r":[{"key":"x","on":true}]}`, `{"r":[{"key":"y","on":true},{"key":"x","on":false}]}`, []string{"r[x].on true→false", `r[y].key →"y"`, "r[y].on →true"}},
		"rows by place":            {`[{"a":1},{"a":2}]`, `[{"a":1},{"a":3}]`, []string{"[1].a 2→3"}},
		"equal ids":                {`[{"id":1,"a":1},{"id":1,"a":2}]`, `[{"id":1,"a":1},{"id":1,"a":3}]`, []string{"[1].a 2→3"}},
		"names with dots":          {`{"c":{"base.url":"x"}}`, `{"c":{"base.url":"y"}}`, []string{`c["base.url"] "x"→"y"`}},
		"a secret":                 {`{"password":"old"}`, `{"password":"new"}`, []string{`password "********"→"********"`}},
		"a first secret":           {`{"password":""}`, `{"password":"new"}`, []string{`password ""→"********"`}},
		"a secret object":          {``, `{"clientSecret":{"x":"canary"}}`, []string{`clientSecret →"********"`}},
		"a fact":                   {``, `{"password":true}`, []string{"password →true"}},
		"an entry by its type":     {`[]`, `[{"key":"pin","type":"PASSWORD","defaultValue":"canary","id":1}]`, []string{`[1].defaultValue →"********"`, "[1].id →1", `[1].key →"pin"`, `[1].type →"PASSWORD"`}},
		"an entry by its key":      {``, `[{"key":"oauth.api.secret","propertyValue":"canary"}]`, []string{`[oauth.api.secret].key →"oauth.api.secret"`, `[oauth.api.secret].propertyValue →"********"`}},
		"a token by form":          {``, `{"note":"see AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= there"}`, []string{`note →"see ******** there"`}},
		"an API key by form":       {``, `{"note":"jfk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`, []string{`note →"********"`}},
		"an address":               {``, `{"url":"https://example.org/?access_token=canary&a=1"}`, []string{`url →"https://example.org/?access_token=********&a=1"`}},
		"JSON in a text":           {``, `{"settings":"{\"password\":\"canary\",\"a\":1}"}`, []string{`settings →"{\"a\":1,\"password\":\"********\"}"`}},
		"a secret in a list":       {``, `{"all":[["x",{"token":"canary"}]]}`, []string{`all →[["x",{"token":"********"}]]`}},
		"a scalar document":        {`1`, `2`, []string{"value 1→2"}},
		"no JSON":                  {`<a>`, `{"a":1}`, []string{"a →1"}},
		"a secret that stays":      {`{"token":"canary","a":1}`, `{"token":"canary","a":2}`, []string{"a 1→2"}},
		"JSON in JSON in a text":   {``, `{"s":"{\"t\":\"{\\\"token\\\":\\\"canary\\\"}\"}"}`, []string{`s →"{\"t\":\"{\\\"token\\\":\\\"********\\\"}\"}"`}},
		"text that looks like one": {``, `{"s":"{not json"}`, []string{`s →"{not json"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changes := comparison.Differences([]byte(test.before), []byte(test.after))
			var got []string
			for _, c := range changes {
				got = append(got, fmt.Sprintf("%s %s→%s", c.Path, c.Before, c.After))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if stored, err := encode(changes); err != nil || strings.Contains(stored, "canary") {
				t.Errorf("%s %v", stored, err)
			}
		})
	}
}

func TestOfThingsOfTheirOwnOnlyTheNameIsKept(t *testing.T) {
	t.Parallel()
	c := comparison
	c.Brief = []string{"element"}
	changes := c.Differences(nil, []byte(`{"element":{"id":1,"key":"k","resources":[1,2]},"other":{"element":{"x":1}}}`))
	want := []Change{{Path: "element.id", After: []byte("1")}, {Path: "element.key", After: []byte(`"k"`)}, {Path: "other.element.x", After: []byte("1")}}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Error(diff)
	}
}

func TestSecretsOfARequestAreNoticedWithoutTheirValues(t *testing.T) {
	t.Parallel()
	changes := comparison.Secrets([]byte(`{"name":"a","configuration":{"password":"canary","token":"********","x.password":""},"e":[{"key":"k","type":"PASSWORD","value":"canary"}]}`))
	want := []Change{{Path: "configuration.password", After: json.RawMessage(`"********"`)}, {Path: "e[k].value", After: json.RawMessage(`"********"`)}}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Error(diff)
	}
	if changes := comparison.Secrets([]byte("no JSON")); changes != nil {
		t.Error(changes)
	}
}

func TestLargeValuesAndManyOfThemAreShortened(t *testing.T) {
	t.Parallel()
	large := `{"a":"` + strings.Repeat("ä", 3000) + `"}`
	var shortened struct {
		Start, SHA256 string
		Bytes         int
	}
	if err := json.Unmarshal(comparison.Differences(nil, []byte(large))[0].After, &shortened); err != nil {
		t.Fatal(err)
	}
	if shortened.Bytes != 6002 || len(shortened.SHA256) != 64 || len(shortened.Start) != 199 || strings.Contains(shortened.Start, "\uFFFD") {
		t.Errorf("%+v", shortened)
	}
	many := map[string]int{}
	for i := range maxChanges + 50 {
		many[fmt.Sprintf("m%04d", i)] = i
	}
	text, err := json.Marshal(many)
	if err != nil {
		t.Fatal(err)
	}
	changes := Limited(comparison.Differences(nil, text))
	if last := changes[len(changes)-1]; len(changes) != maxChanges+1 || string(last.After) != `"50 more members have changed"` {
		t.Errorf("%d %+v", len(changes), last)
	}
	for i := range 100 {
		many[fmt.Sprintf("m%04d", i)] = i
	}
	var wide []Change
	for range 100 {
		wide = append(wide, Change{Path: "p", After: json.RawMessage(`"` + strings.Repeat("x", maxValue-2) + `"`)})
	}
	kept, err := encode(Limited(wide))
	if err != nil || len(kept) > maxChangesBytes+100 {
		t.Errorf("%d %v", len(kept), err)
	}
}
