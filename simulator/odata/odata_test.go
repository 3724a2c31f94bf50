package odata

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestTheServiceTakesLiteralsOfTheRightTypeAlone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		path   string
		status int
		want   string
	}{
		{"/People('ada')", 200, `"Age":30`},
		{"/People('o''hara')", 200, `"Age":35`},
		{"/People(5)", 400, "Edm.String"},
		{"/Orders(3f2504e0-4f89-11d3-9a0c-0305e82c3301)", 200, "12.50"},
		{"/Orders('3f2504e0-4f89-11d3-9a0c-0305e82c3301')", 400, "Edm.Guid"},
		{"/Lines(Order=1,Code='it''s')", 200, "second"},
		{"/Lines(Order=1)", 404, "no entity"},
		{"/People?$filter=" + url.QueryEscape("Age eq 30 and Member eq true"), 200, `"ada"`},
		{"/People?$filter=" + url.QueryEscape("Age eq '30'"), 400, "Edm.Int32"},
		{"/People?$filter=" + url.QueryEscape("startswith(Name,'Al')"), 200, `"alan"`},
		{"/People", 200, "$skip=3"},
		{"/People?$top=2", 200, `"alan"`},
		{"/Nothing", 404, "not found"},
	} {
		w := httptest.NewRecorder()
		New().ServeHTTP(w, httptest.NewRequest("GET", "/odata"+test.path, nil))
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("%s: %d %s", test.path, w.Code, w.Body)
		}
	}
}
