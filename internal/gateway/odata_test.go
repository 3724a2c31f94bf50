package gateway

import (
	"net/http"
	"strings"
	"testing"

	"jackfield/internal/catalog"
	"jackfield/internal/connector"
	"jackfield/internal/instance"
)

func odataCall(path, body string) *Call {
	return &Call{
		Program:  &catalog.Program{Connector: &catalog.Connector{Definition: &connector.Definition{ProtocolType: protocolOData}}},
		Instance: &instance.Instance{Effective: map[string]string{"base.url": "https://odata.example/v1"}},
		Resource: &catalog.Resource{Resource: &connector.Resource{PaginationType: connector.PaginationVendor}, List: true},
		vendor:   vendorRequest{path: path},
		isList:   true,
		paging:   paging{page: 1, size: 10},
		response: vendorResponse{header: http.Header{}, body: []byte(body)},
	}
}

func TestKeysOfODataAreOnlyEverKeys(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ path, content, want, fails string }{
		{"/People('{id}')", "o'hara", "o''hara", ""},
		{"/People(guid'{id}')", "x')", "x'')", ""},
		{"/People({id})", "5", "5", ""},
		{"/People({id})", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", ""},
		{"/People({id}L)", "5", "5", ""},
		{"/People({id})", "1)/Secrets(2", "", "a number, a guid or a date"},
		{"/People(a='x',id={id})", "1 or 1", "", "a number, a guid or a date"},
		{"/People/{id}/x", "o'hara", "o'hara", ""},
	} {
		got, err := odataCall(test.path, "").keyLiteral(test.path, "id", test.content)
		if got != test.want || (err != nil) != (test.fails != "") || err != nil && !strings.Contains(err.Error(), test.fails) {
			t.Errorf("%s of %s: %q, %v", test.content, test.path, got, err)
		}
	}
}

func TestNextLinksOfAllVersionsAreFollowed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ body, want string }{
		{`{"@odata.nextLink":"https://odata.example/v1/People?$skiptoken=8&$top=5","value":[]}`, "https://odata.example/v1/People?$skiptoken=8"},
		{`{"@odata.nextLink":"People?$skiptoken=8","value":[]}`, "https://odata.example/v1/People?$skiptoken=8"},
		{`{"@odata.nextLink":"http://10.0.0.7:8080/app/People?%24skip=8&%24top=2","value":[]}`, "https://odata.example/v1/People?%24skip=8"},
		{`{"odata.nextLink":"https://odata.example/v1/People?$skip=3","value":[]}`, "https://odata.example/v1/People?$skip=3"},
		{`{"d":{"__next":"https://odata.example/v1/People?$skip=3","results":[]}}`, "https://odata.example/v1/People?$skip=3"},
		{`{"@odata.nextLink":7,"value":[]}`, ""},
		{`{"value":[]}`, ""},
	} {
		c := odataCall("/People", test.body)
		if decided := c.followsLinks(); decided != (test.want != "") {
			t.Errorf("%s: decided %v", test.body, decided)
		}
		want := ""
		if test.want != "" {
			want = pageToken{Link: test.want, PageSize: 10}.encode()
		}
		if c.nextToken != want {
			token, _ := decodePageToken(c.nextToken)
			t.Errorf("%s: %+v", test.body, token)
		}
	}
	c := odataCall("https://odata.example/v1/People?$skip=3", `{"value":[]}`)
	c.paging.link = "https://odata.example/v1/People?$skip=3"
	if !c.followsLinks() || c.nextToken != "" {
		t.Error("after a link the service alone says whether there is a next page")
	}
}

func TestErrorsOfODataAreTold(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"error":{"code":"x","message":"Wrong key"}}`,
		`{"error":{"code":"x","message":{"lang":"en","value":"Wrong key"}}}`,
		`{"odata.error":{"code":"x","message":{"lang":"en","value":"Wrong key"}}}`,
	} {
		if got := providerMessage([]byte(body), "application/json"); got != "Wrong key" {
			t.Errorf("%s says %q", body, got)
		}
	}
}
