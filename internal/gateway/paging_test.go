package gateway

import (
	"net/http"
	"testing"

	"jackfield/internal/instance"
)

func TestTheNextPageIsFoundWhereTheDefinitionSays(t *testing.T) {
	t.Parallel()
	link := func(lines ...string) http.Header { return http.Header{"Link": lines} }
	for _, c := range []struct {
		key    string
		header http.Header
		body   string
		want   string
	}{
		{"next", nil, `{"next":"abc"}`, "abc"},
		{"body.meta.after", nil, `{"meta":{"after":7}}`, "7"},
		{"meta.after", nil, `{"meta":{"after":null}}`, ""},
		{"links.next?cursor", nil, `{"links":{"next":"https://x.example/a?cursor=a%2Bb&size=2"}}`, "a+b"},
		{"links.next?cursor", nil, `{"links":{"next":"https://x.example/a?size=2"}}`, ""},
		{"data[last].id", nil, `{"data":[{"id":"a"},{"id":"b"}]}`, "b"},
		{"data[last].id", nil, `{"data":[]}`, ""},
		{"data[last].id", nil, `{}`, ""},
		{"[last].key", nil, `[{"key":1},{"key":2}]`, "2"},
		{"[last]", nil, `["x","y"]`, "y"},
		{"next_page|data[last].id", nil, `{"data":[{"id":"a"}]}`, "a"},
		{"next_page | data[last].id", nil, `{"next_page":"n","data":[{"id":"a"}]}`, "n"},
		{"header.X-Next", http.Header{"X-Next": {"t1"}}, `[]`, "t1"},
		{"header.X-Next?p", http.Header{"X-Next": {"/a?p=3"}}, `[]`, "3"},
		{"header.Link", link(`<https://x.example/a?page=2>; rel="next"`), `[]`, "https://x.example/a?page=2"},
		{"header.link?page", link(`<https://x.example/a?page=1>; rel="previous", <https://x.example/a?page=3>; rel=next`), `[]`, "3"},
		{"header.Link?page", link(`<https://x.example/a?page=1>; rel="previous"`, `<https://x.example/a?x=1,2&page=3>;title="a;b";rel="next"`), `[]`, "3"},
		{"header.Link?page", link(`<https://x.example/a?page=1>; rel="previous"`), `[]`, ""},
		{"header.Link?page", link(`nonsense <`, `<>`), `[]`, ""},
		{"header.Link?page", nil, `[]`, ""},
		{"Elements-Next-Page-Token", nil, `{}`, ""},
	} {
		call := &Call{response: vendorResponse{header: c.header, body: []byte(c.body)}}
		if got := call.vendorCursor(c.key); got != c.want {
			t.Errorf("%s in %v %s is %q, want %q", c.key, c.header, c.body, got, c.want)
		}
	}
}

func TestAnAnswerThatSaysItIsTheLastHasNoNextPage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key, body string
		last      bool
	}{
		{"", `{"has_more":false}`, false},
		{"has_more", `{"has_more":false}`, true},
		{"has_more", `{"has_more":true}`, false},
		{"has_more", `{}`, false},
		{"has_more", `{"has_more":null}`, false},
		{"meta.has_more", `{"meta":{"has_more":false}}`, true},
		{"!isLast", `{"isLast":true}`, true},
		{"!isLast", `{"isLast":false}`, false},
		{"!isLast", `[]`, false},
	} {
		call := &Call{
			Instance: &instance.Instance{Effective: map[string]string{"pagination.more.key": c.key}},
			response: vendorResponse{body: []byte(c.body)},
		}
		if call.saysLast() != c.last {
			t.Errorf("%s in %s says last: %t", c.key, c.body, !c.last)
		}
	}
}
