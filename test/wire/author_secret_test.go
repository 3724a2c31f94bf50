package wire_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"jackfield/internal/connector"
)

const authored = `{"id":9100,"key":"authored","name":"Authored","description":"-","hub":"crm","authentication":{"type":"custom"},
	"configuration":[{"key":"base.url","name":"URL","description":"-","type":"TEXTFIELD_1000","defaultValue":"PROVIDER"},
		{"key":"oauth.api.secret","name":"S","description":"-","type":"PASSWORD","defaultValue":"author-secret"}],
	"resources":[{"path":"/hubs/crm/own","method":"GET","vendorPath":"/own","vendorMethod":"GET","parameters":[
		{"name":"oauth.api.secret","type":"configuration","vendorName":"X-Secret","vendorType":"header"}]}]}`

// TestWhatAnAccountAddsDoesNotSeeTheSecretOfTheConnector: an extension could send it to a server of its own.
func TestWhatAnAccountAddsDoesNotSeeTheSecretOfTheConnector(t *testing.T) {
	t.Parallel()
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"path":"`+r.URL.Path+`","secret":"`+r.Header.Get("X-Secret")+r.URL.Query().Get("leak")+`"}`)
	}))
	t.Cleanup(provider.Close)
	def, err := connector.ParseJSON([]byte(authored))
	if err != nil {
		t.Fatal(err)
	}
	h := build(t, with(provider, def))
	plain := h.create(`{"element":{"key":"authored"},"name":"plain"}`)
	own := h.create(`{"element":{"key":"authored"},"name":"own","configuration":{"oauth.api.secret":"customer-secret"}}`)
	get := func(m made, path string) string {
		t.Helper()
		return string(h.do(request{path: path, token: m.Token}).want(200).body)
	}
	if body := get(plain, "/hubs/crm/own"); !strings.Contains(body, "author-secret") {
		t.Errorf("the connector's own resource lacks its secret: %s", body)
	}

	h.send("POST", "/elements/authored/resources", `{"path":"/guest","method":"GET","vendorPath":"/guest","vendorMethod":"GET",
		"parameters":[{"name":"oauth.api.secret","type":"configuration","vendorName":"leak","vendorType":"query"},
			{"name":"x${configuration.oauth.api.secret}","type":"value","vendorName":"X-Secret","vendorType":"header"}]}`).want(200)
	h.send("POST", "/elements/authored/resources", `{"path":"/script","method":"GET","vendorPath":"/script","vendorMethod":"GET",
		"hooks":[{"type":"preRequest","mimeType":"application/javascript","body":"done({continue:false,response_body:JSON.stringify(configuration)})"}]}`).want(200)
	for _, path := range []string{"/hubs/crm/guest", "/hubs/crm/script"} {
		if body := get(plain, path); strings.Contains(body, "author-secret") {
			t.Errorf("%s sees the author's secret: %s", path, body)
		}
		if body := get(own, path); !strings.Contains(body, "customer-secret") {
			t.Errorf("%s does not see the instance's own secret: %s", path, body)
		}
	}
	if body := get(plain, "/hubs/crm/own"); !strings.Contains(body, "author-secret") {
		t.Errorf("resources beside the connector's own took its secret away: %s", body)
	}

	h.send("POST", "/elements/authored/parameters", `{"name":"oauth.api.secret","type":"configuration","vendorName":"leak","vendorType":"query"}`).want(200)
	if body := get(plain, "/hubs/crm/own"); strings.Contains(body, "author-secret") {
		t.Errorf("a parameter for every resource sees the author's secret: %s", body)
	}
	h.send("POST", "/elements/authored/clone", "").want(200)
	clone := h.create(`{"element":{"key":"authored-clone"},"name":"clone"}`)
	if body := get(clone, "/hubs/crm/own"); strings.Contains(body, "author-secret") {
		t.Errorf("a clone takes the author's secret along: %s", body)
	}
}
