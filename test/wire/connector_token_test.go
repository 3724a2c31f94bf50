package wire_test

import "testing"

// Connectors with several types of authentication take a token that was got elsewhere as well as keys.
func TestConnectorsWithKeysTakeTokensOfOAuthToo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ key, hub, base, configuration, path string }{
		{"zendesk", "helpdesk", "/api/v2", `{"authentication.type":"oauth2","subdomain":"acme","oauth.user.token":"demo-oauth-token"}`, "/incidents"},
		{"shopify", "ecommerce", "/admin/api/2024-10", `{"authentication.type":"oauth2","site.address":"acme.myshopify.com","oauth.user.token":"shpat_demo"}`, "/customers"},
	} {
		t.Run(c.key, func(t *testing.T) {
			t.Parallel()
			p := shippedConnector(t, c.key, c.hub, c.base, c.configuration)
			if got := p.call("GET", c.path, "").want(200).rows(); len(got) == 0 {
				t.Error("no rows")
			}
			p.do(request{method: "POST", path: "/instances", body: `{"element":{"key":"` + c.key + `"},"name":"x","externalAuthentication":"initial","configuration":` +
				`{"authentication.type":"oauth2","subdomain":"acme","site.address":"acme.myshopify.com","oauth.user.token":"wrong"}}`}).want(401)
		})
	}
}
