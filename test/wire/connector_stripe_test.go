package wire_test

import (
	"strings"
	"testing"
)

func stripe(t *testing.T) *reached {
	t.Helper()
	return shippedConnector(t, "stripe", "payment", "/v1", `{"username":"sk_test_demo"}`)
}

func TestStripeGoesOnAfterTheLastRecord(t *testing.T) {
	t.Parallel()
	p := stripe(t)
	p.pages("/customers", 6)
	p.pages("/refunds", 5)
	p.pages("/refunds", 3, "where", "charge = 'ch_00000000000001'")
	p.pages("/customers", 3, "where", "currency = 'usd'")
	p.pages("/customers", 3, "where", "created >= 1767225960")
}

func TestStripeTakesFormsWithBrackets(t *testing.T) {
	t.Parallel()
	p := stripe(t)
	made := p.call("POST", "/customers", `{"name":"Müller & Söhne","email":"a+b@example.com","metadata":{"order id":"7","x[y]":"z"},"address":{"city":"Köln"}}`).want(200).record()
	if made["name"] != "Müller & Söhne" || made["email"] != "a+b@example.com" || made["address"].(map[string]any)["city"] != "Köln" ||
		made["metadata"].(map[string]any)["order id"] != "7" {
		t.Errorf("the customer is %v", made)
	}
	one := "/customers/" + id(made, "id")
	if changed := p.call("PATCH", one, `{"description":"x=y&z"}`).want(200).record(); changed["description"] != "x=y&z" || changed["id"] != made["id"] {
		t.Errorf("the changed customer is %v", changed)
	}
	p.call("GET", one, "").want(200, "Müller")
	if gone := p.call("DELETE", one, "").want(200).record(); gone["deleted"] != true {
		t.Errorf("the deleted customer is %v", gone)
	}
	p.call("GET", one, "").want(404, "The provider found nothing")
	subscription := p.call("POST", "/subscriptions", `{"customer":"cus_quoted","items":[{"price":"price_1","quantity":2}]}`).want(200).record()
	if !strings.HasPrefix(id(subscription, "id"), "sub_") {
		t.Errorf("the subscription is %v", subscription)
	}
	last := p.simulator.Journal()[len(p.simulator.Journal())-1]
	if last.Body != "customer=cus_quoted&items%5B0%5D%5Bprice%5D=price_1&items%5B0%5D%5Bquantity%5D=2" {
		t.Errorf("the form is %s", last.Body)
	}
	p.call("POST", "/charges", `{"amount":100}`).want(400, "currency")
}

func TestStripeIsToldTheVersionAndTheIdempotencyKey(t *testing.T) {
	t.Parallel()
	p := stripe(t)
	p.do(request{method: "POST", path: "/hubs/payment/charges", token: p.token, body: `{"amount":100,"currency":"usd"}`,
		header: map[string]string{"Idempotency-Key": "once-only"}}).want(200)
	last := p.simulator.Journal()[len(p.simulator.Journal())-1]
	if last.Header.Get("Idempotency-Key") != "once-only" || last.Header.Get("Stripe-Version") != "2024-06-20" || last.Header.Get("Stripe-Account") != "" {
		t.Errorf("the headers are %v", last.Header)
	}
}

func TestStripeSearchesWhatItsListsCannotSay(t *testing.T) {
	t.Parallel()
	p := stripe(t)
	asked := func() string { return p.simulator.Journal()[len(p.simulator.Journal())-1].Path }
	for where, path := range map[string]string{
		"email = 'person3@example.com'":                  "/v1/customers",
		"created > 1767225960 AND created <= 1767226200": "/v1/customers",
		"email = 'person3@example.com' AND balance = 0":  "/v1/customers/search",
		"created > 5 OR email = 'x'":                     "/v1/customers/search",
		"metadata.region = 'north'":                      "/v1/customers/search",
		`name LIKE '%"Bo"%'`:                             "/v1/customers/search",
	} {
		if a := p.call("GET", "/customers", "", "where", where); a.status != 200 && !strings.Contains(where, "metadata") {
			t.Errorf("%s: %d %s", where, a.status, a.body)
		}
		if asked() != path {
			t.Errorf("%s asks %s, want %s", where, asked(), path)
		}
	}
	p.found("/customers", "currency = 'usd' AND description != 'New customer'", func(r map[string]any) bool {
		return r["currency"] == "usd" && r["description"] != "New customer"
	})
	p.found("/customers", `name = 'O''Brien "Bo" Müller'`, func(r map[string]any) bool { return r["id"] == "cus_quoted" })
	p.found("/charges", "customer = 'cus_quoted'", func(r map[string]any) bool { return r["customer"] == "cus_quoted" })
	p.found("/charges", "customer = 'cus_quoted' AND currency IN (usd)", func(r map[string]any) bool { return r["customer"] == "cus_quoted" && r["currency"] == "usd" })
	p.found("/refunds", "created > 1767225960 AND charge = 'ch_00000000000001'", func(r map[string]any) bool {
		return r["created"].(float64) > 1767225960 && r["charge"] == "ch_00000000000001"
	})
	p.call("GET", "/customers", "", "where", "a = 1 OR b = 2 AND c = 3").want(400, "cannot be mixed")
	p.call("GET", "/refunds", "", "where", "unknown = 1").want(400, "unknown")
}

func TestStripeSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	p := stripe(t)
	p.refuses("/customers")
	p.call("GET", "/charges/ch_nothing", "").want(404)
	p.call("GET", "/ping", "").want(200)
}
