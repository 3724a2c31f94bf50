package wire_test

import "testing"

func shopify(t *testing.T) *reached {
	t.Helper()
	return shippedConnector(t, "shopify", "ecommerce", "/admin/api/2024-10", `{"site.address":"acme.myshopify.com","shopify.access.token":"shpat_demo"}`)
}

func TestShopifyFollowsTheAddressOfTheNextPage(t *testing.T) {
	t.Parallel()
	p := shopify(t)
	p.pages("/customers", 6)
	p.pages("/orders", 5, "where", "financial_status = 'paid' AND status = 'any'")
	p.pages("/products", 4, "where", "vendor = 'Acme'")
}

func TestShopifyWrapsRecordsThatCallersDoNot(t *testing.T) {
	t.Parallel()
	p := shopify(t)
	for path, bodies := range map[string][2]string{
		"/customers":                     {`{"first_name":"Ada","last_name":"Müller","email":"ada.byron@example.com"}`, `{"note":"x"}`},
		"/customers/207119551/addresses": {`{"address1":"Dom","city":"Köln"}`, `{"zip":"50668"}`},
		"/orders":                        {`{"line_items":[{"variant_id":1,"quantity":2}],"email":"a@example.com"}`, `{"note":"gift"}`},
		"/products":                      {`{"title":"Engine","vendor":"Acme"}`, `{"tags":"new"}`},
	} {
		made := p.call("POST", path, bodies[0]).want(200).record()
		if made["id"] == nil {
			t.Fatalf("%s: %v", path, made)
		}
		one := path + "/" + id(made, "id")
		if changed := p.call("PATCH", one, bodies[1]).want(200).record(); changed["id"] != made["id"] {
			t.Errorf("%s: %v becomes %v", path, made, changed)
		}
		if read := p.call("GET", one, "").want(200).record(); read["id"] != made["id"] {
			t.Errorf("%s: read %v", path, read)
		}
		p.call("DELETE", one, "").want(200)
		p.call("GET", one, "").want(404)
	}
	p.call("POST", "/products", `{"vendor":"x"}`).want(400, "title")
	p.call("GET", "/customers/count", "").want(200, `{"count":27}`)
}

func TestShopifyTakesTheConditionsThatItsListsHave(t *testing.T) {
	t.Parallel()
	p := shopify(t)
	p.found("/orders", "financial_status = 'paid'", func(r map[string]any) bool { return r["financial_status"] == "paid" })
	p.found("/customers", "updated_at >= '2026-01-01T00:10:00Z' AND updated_at <= '2026-01-01T00:15:00Z'", func(r map[string]any) bool {
		at := r["updated_at"].(string)
		return at >= "2026-01-01T00:10:00Z" && at <= "2026-01-01T00:15:00Z"
	})
	p.found("/products", "id IN (632910393, 632910395)", func(r map[string]any) bool { return id(r, "id") == "632910393" || id(r, "id") == "632910395" })
	for _, where := range []string{"email = 'person1@example.com'", "updated_at > '2026-01-01'", "id = 1 AND first_name LIKE 'x%'"} {
		p.call("GET", "/customers", "", "where", where).want(400, "where of this resource takes")
	}
}

func TestShopifySaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	p := shopify(t)
	p.refuses("/customers")
	p.call("GET", "/ping", "").want(200, "acme.myshopify.com")
	p.do(request{method: "POST", path: "/instances",
		body: `{"element":{"key":"shopify"},"name":"x","configuration":{"site.address":"acme.myshopify.com","shopify.access.token":"wrong"}}`}).want(401)
}
