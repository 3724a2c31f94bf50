package wire_test

import (
	"fmt"
	"net/url"
	"testing"
)

// listed is a row of a list.
type listed struct {
	ID   int64
	Name string
}

func TestIntegrationsGoThroughTheirCycle(t *testing.T) {
	t.Parallel()
	h := build(t)
	var made listed
	h.do(request{method: "POST", path: "/integrations", body: `{"name":"Orders","stage":"dev"}`}).
		want(200, `"stage":"dev"`, `"createdDate":"20`, `"elementInstances":[]`, `"formulaInstances":[]`).into(&made)
	at := fmt.Sprintf("/integrations/%d", made.ID)
	h.do(request{path: at}).want(200, `"name":"Orders"`)
	h.do(request{method: "PUT", path: at, body: `{"name":"Orders 2","stage":"live"}`}).want(200, `"name":"Orders 2"`, `"stage":"live"`)
	h.do(request{method: "POST", path: "/integrations", body: `{"name":null}`}).want(400, "name is required")
	h.do(request{method: "PUT", path: at, body: `{"name":null}`}).want(400, "name is required")
	h.do(request{method: "POST", path: "/integrations", body: `{"name":"orders 2"}`}).want(409, "exists already")
	h.do(request{path: at}).want(200, `"name":"Orders 2"`)

	// Formulas are not there yet, so none can be attached.
	for _, part := range []string{"/formulas/1", "/formulas/-1", "/formulas/1152921504606846976"} {
		h.do(request{method: "POST", path: at + part}).want(404, "No formula found with id")
		h.do(request{method: "DELETE", path: at + part}).want(404, "No formula found with id")
	}
	h.do(request{method: "POST", path: at + "/formulas/instances/1", body: "null"}).want(404, "No formula instance found with id 1")
	h.do(request{method: "DELETE", path: at + "/formulas/instances/1"}).want(404, "No formula instance found with id 1")

	// pageSize=1 walks them one by one, beginning with an empty nextPage.
	want := map[string]bool{"Orders 2": true}
	for i := range 4 {
		name := fmt.Sprintf("More %d", i)
		want[name] = true
		h.do(request{method: "POST", path: "/integrations", body: `{"name":"` + name + `"}`}).want(200)
	}
	steps := 0
	for token := ""; ; steps++ {
		a := h.do(request{path: "/integrations", query: url.Values{"pageSize": {"1"}, "nextPage": {token}}}).want(200)
		var page []listed
		a.into(&page)
		if len(page) != 1 || !want[page[0].Name] {
			t.Fatalf("%+v", page)
		}
		delete(want, page[0].Name)
		if token = a.header.Get("Elements-Next-Page-Token"); token == "" {
			break
		}
	}
	if steps != 4 || len(want) != 0 {
		t.Errorf("%d steps, left %v", steps, want)
	}
	h.do(request{path: "/integrations", query: url.Values{"where": {"name='More 2'"}}}).want(200, "More 2")
	h.do(request{path: "/integrations", query: url.Values{"nextPage": {"%%"}}}).want(400, "nextPage")

	h.do(request{method: "DELETE", path: at}).want(200)
	for _, gone := range []string{at, "/integrations/-1", "/integrations/1152921504606846976", "/integrations/x"} {
		h.do(request{path: gone}).want(404, "No integration found with id")
		h.do(request{method: "PUT", path: gone, body: `{"name":"x"}`}).want(404)
		h.do(request{method: "DELETE", path: gone}).want(404)
	}
}

func TestProductsAndApplicationsGoThroughTheirCycle(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.do(request{path: "/element-products"}).want(200, "[]")
	var product, application listed
	h.do(request{method: "POST", path: "/element-products", body: `{"elementId":1,"productRefId":"p","provider":"Acme","type":"crm"}`}).
		want(200, `"provider":"Acme"`, `"type":"crm"`, `"elementId":1`).into(&product)
	at := fmt.Sprintf("/element-products/%d", product.ID)
	h.do(request{method: "PATCH", path: at, body: `{"description":"new"}`}).want(200, `"description":"new"`, `"provider":"Acme"`)
	h.do(request{path: at}).want(200, `"description":"new"`)
	h.do(request{path: "/element-products"}).want(200, `"description":"new"`)
	h.do(request{method: "POST", path: "/element-products", body: `{"type":"crm"}`}).want(400, "provider is required")
	h.do(request{method: "POST", path: "/element-products", body: `{"provider":"Acme"}`}).want(400, "type is required")
	h.do(request{method: "DELETE", path: at}).want(200)

	h.do(request{path: "/applications/all"}).want(200, "[]")
	h.do(request{method: "POST", path: "/applications", body: `{"name":"Portal","url":"https://example.org"}`}).want(200, `"url"`).into(&application)
	where := fmt.Sprintf("/applications/%d", application.ID)
	h.do(request{method: "PUT", path: where, body: `{"name":"Portal 2"}`}).want(200, "Portal 2")
	h.do(request{path: where}).want(200, "Portal 2")
	h.do(request{path: "/applications"}).want(200, "Portal 2")
	h.do(request{path: "/applications/all"}).want(200, "Portal 2")
	h.do(request{method: "POST", path: "/applications", body: `{"name":"portal 2"}`}).want(409)
	h.do(request{method: "POST", path: "/applications", body: `{}`}).want(400, "name is required")
	h.do(request{method: "DELETE", path: where}).want(200)
	for _, gone := range []string{at, where, "/element-products/-1", "/applications/-1", "/applications/1152921504606846976"} {
		h.do(request{path: gone}).want(404)
		h.do(request{method: "DELETE", path: gone}).want(404)
	}
}

func TestTheOrderOfTheCatalogueIsKept(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.do(request{path: "/catalog-properties"}).want(200, "[]")
	five := `[{"elementId":1,"hidden":false,"position":1,"featured":true},{"elementId":2,"hidden":true,"position":2,"featured":false},{"elementId":3},{"elementId":4},{"elementId":5}]`
	h.do(request{method: "PUT", path: "/catalog-properties", query: url.Values{"entityType": {"user"}}, body: five}).want(200)
	h.do(request{path: "/catalog-properties"}).want(200, `{"elementId":1,"hidden":false,"position":1,"featured":true}`, `{"elementId":5,"hidden":false,"position":null,"featured":false}`)
	h.do(request{method: "PUT", path: "/catalog-properties?entityType=user", body: `{}`}).want(400, "array")
	h.do(request{method: "PUT", path: "/catalog-properties?entityType=planet", body: `[]`}).want(501, "entityType=user")
	h.do(request{method: "PUT", path: "/catalog-properties?entityType=user", body: `[]`}).want(200, "[]")
	h.do(request{path: "/catalog-properties"}).want(200, "[]")
}

func TestWhatNobodyKnowsIsSaidToBeNotImplemented(t *testing.T) {
	t.Parallel()
	h := build(t)
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		h.do(request{method: method, path: "/change-management/pull-requests/5"}).want(501, "Change management is not supported")
	}
	h.do(request{path: "/change-management/releases", header: map[string]string{"Authorization": ""}}).want(401)
	h.with("UserId 12", "GET", "/applications", "").want(501, "UserId")
	h.with("UserId 12, "+h.pair(h.user, h.organization), "GET", "/applications", "").want(200)

	partner := `{"email":"eve@example.org","firstName":"Eve","lastName":"Byron","password":"Sample-Passw0rd"}`
	h.do(request{method: "POST", path: "/signup-partners", body: partner}).want(401, "partner")
	h.do(request{method: "POST", path: "/signup-partners", body: partner, header: map[string]string{"Authorization": ""}}).want(401, "partner")
}
