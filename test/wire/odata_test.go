package wire_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"jackfield/simulator/odata"
)

// service is a running OData service, and an instance of the connector that our conversion made of its $metadata.
type service struct {
	*house
	provider *odata.Simulator
	instance made
}

func newService(t *testing.T) *service {
	t.Helper()
	simulator := odata.New()
	provider := httptest.NewServer(simulator)
	t.Cleanup(provider.Close)
	h := build(t, reach(provider))
	response, err := http.Get(provider.URL + "/odata/$metadata")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	document, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	converted := h.convert("odata", document).want(200, `"protocolType":"odata"`, `"name":"People"`)
	var e element
	h.send("POST", "/elements", string(converted.body)).want(200).into(&e)
	i := h.create(`{"name":"people","element":{"key":"` + e.Key + `"},"configuration":{"base.url":"` + provider.URL + `/odata"}}`)
	return &service{h, simulator, i}
}

func (s *service) call(method, path, body string) *answer {
	s.t.Helper()
	return s.do(request{method: method, path: "/hubs/general" + path, body: body, token: s.instance.Token})
}

func (s *service) where(set, where string) *answer {
	s.t.Helper()
	return s.call("GET", "/"+set+"?where="+url.QueryEscape(where), "")
}

func TestAnODataServiceIsUsedThroughItsConvertedMetadata(t *testing.T) {
	t.Parallel()
	s := newService(t)

	s.call("POST", "/People", `{"UserName":"d'arcy's","Name":"D","Age":5}`).want(200).same(`{"UserName":"d'arcy's","Name":"D","Age":5}`)
	s.call("GET", "/People/d'arcy's", "").want(200, `"Age":5`)
	s.call("PATCH", "/People/d'arcy's", `{"Age":6}`).want(200)
	s.call("GET", "/People/d'arcy's?fields=Age", "").want(200).same(`{"Age":6}`)
	s.call("DELETE", "/People/d'arcy's", "").want(200)
	s.call("GET", "/People/d'arcy's", "").want(404, "There is no entity with the key 'd''arcy''s'")
	s.call("GET", "/People/"+url.PathEscape("x') or ('1' eq '1"), "").want(404, "There is no entity")

	s.call("GET", "/Orders/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "").want(200, `"Total":12.50`)
	s.call("GET", "/Orders/"+url.PathEscape("1)/Lines(1"), "").want(400, "a number, a guid or a date")
	s.call("GET", "/Orders/5", "").want(400, "Edm.Guid is expected")
	s.call("GET", "/Lines/1/a%2Fb", "").want(200, `"Text":"first"`)
	s.call("GET", "/Lines/1/it's", "").want(200, `"Text":"second"`)
	s.call("GET", "/Lines/2/it's", "").want(404)

	s.call("POST", "/People", `{"Nope":1}`).want(400, `"providerMessage":"The property 'Nope' does not exist"`)
}

func TestFiltersOfODataHaveTheTypesOfTheirProperties(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, test := range []struct{ set, where, want string }{
		{"People", "UserName='o''hara'", "o'hara"},
		{"People", "Zip=01003", "edsger"},
		{"People", "Age='32'", "barbara"},
		{"People", "Age=32 AND Member='true'", "barbara"},
		{"People", "Since>='2016-01-01'", "tony"},
		{"People", "Since>='2016-01-01T00:00:00'", "tony"},
		{"People", "Name LIKE 'Gr%'", "grace"},
		{"Orders", "Id='3f2504e0-4f89-11d3-9a0c-0305e82c3301' AND Day='2020-02-29'", "12.50"},
	} {
		a := s.where(test.set, test.where)
		if a.status != 200 || !strings.Contains(string(a.body), test.want) || a.header.Get("Elements-Returned-Count") != "1" {
			t.Errorf("%s: %d %s", test.where, a.status, short(a.body))
		}
	}
	s.where("People", "Age='x'").want(400, "Edm.Int32 is expected")
}

func TestPagesOfODataAreFollowedToTheEnd(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, query := range []string{"", "pageSize=100", "pageSize=2", "pageSize=3", "pageSize=4&orderBy=UserName"} {
		var names []string
		path := "/People?" + query
		for range 10 {
			a := s.call("GET", path, "").want(200)
			var rows []struct{ UserName string }
			a.into(&rows)
			for _, row := range rows {
				names = append(names, row.UserName)
			}
			next := a.header.Get("Elements-Next-Page-Token")
			if next == "" {
				break
			}
			path = "/People?" + query + "&nextPage=" + next
		}
		if got := strings.Join(names, " "); got != "ada alan barbara edsger grace o'hara tony" {
			t.Errorf("%s: %s\n%s", query, got, strings.Join(s.provider.Journal(), "\n"))
		}
	}
}
