package wire_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// xmlProvider answers with what a path asks for and keeps the last body that it got.
type xmlProvider struct {
	mu   sync.Mutex
	body string
}

func (p *xmlProvider) last() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.body
}

func (p *xmlProvider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller is gone
	}
	p.mu.Lock()
	p.body = string(body)
	p.mu.Unlock()
	w.Header().Set("Content-Type", "application/vnd.cloud+xml; charset=utf-8")
	answer := ""
	switch r.URL.Path {
	case "/machines":
		answer = `<Cloud xmlns="urn:cloud" xmlns:ovf="urn:ovf"><Machine id="1"><Memory>2048</Memory><ovf:Info>one</ovf:Info><On>true</On></Machine></Cloud>`
	case "/machine":
		answer = `<c:Machine xmlns:c="urn:cloud" c:id="1"><c:Memory>2048</c:Memory></c:Machine>`
	case "/file":
		answer = `<?xml version="1.0"?><file>as it is</file>`
	case "/wrong":
		w.WriteHeader(http.StatusConflict)
		answer = `<Error><message>It is running</message></Error>`
	case "/logon":
		w.Header().Set("Content-Type", "text/xml")
		answer = `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><LogonKeyResponse xmlns="urn:l"><LogonKeyResult>K-1</LogonKeyResult></LogonKeyResponse></soap:Body></soap:Envelope>`
	}
	_, _ = io.WriteString(w, answer) // the caller may be gone
}

func TestXMLOfAConnectorThatIsNotSOAPBecomesJSONWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	p := &xmlProvider{}
	provider := httptest.NewServer(p)
	t.Cleanup(provider.Close)
	h := build(t, reach(provider))
	h.send("POST", "/elements", `{"name":"Cloud","key":"cloud","authentication":{"type":"custom"},"protocolType":"http",
		"configuration":[{"key":"base.url","name":"b","type":"TEXTFIELD_1000","defaultValue":"`+provider.URL+`"}],
		"resources":[
		 {"path":"/machines","method":"GET","vendorPath":"/machines","vendorMethod":"GET","rootKey":"|Cloud.Machine","parameters":[{"name":"page","type":"query","vendorName":"p","vendorType":"query"}]},
		 {"path":"/machines/{id}","method":"GET","vendorPath":"/machine","vendorMethod":"GET","rootKey":"|Machine"},
		 {"path":"/wrong","method":"GET","vendorPath":"/wrong","vendorMethod":"GET","rootKey":"|Machine"},
		 {"path":"/files/{id}","method":"GET","vendorPath":"/file","vendorMethod":"GET"},
		 {"path":"/machines","method":"POST","vendorPath":"/machine","vendorMethod":"POST","rootKey":"Machine|Machine","parameters":[
		  {"name":"application/xml","type":"value","vendorName":"Content-Type","vendorType":"header"},
		  {"name":"body","type":"body","vendorName":"body","vendorType":"body"}]}]}`).want(200)
	i := h.create(`{"name":"c","element":{"key":"cloud"}}`)
	call := func(method, path, body string) *answer {
		return h.do(request{method: method, path: "/hubs/general" + path, body: body, token: i.Token})
	}
	list := call("GET", "/machines", "").want(200)
	list.same(`[{"@id":"1","Memory":2048,"ovf:Info":"one","On":true}]`)
	if list.header.Get("Elements-Returned-Count") != "1" || list.header.Get("Content-Type") != "application/json" {
		t.Errorf("headers %v", list.header)
	}
	call("GET", "/machines/1", "").want(200).same(`{"@c:id":"1","c:Memory":2048}`)
	call("GET", "/wrong", "").want(409, "It is running")
	if file := call("GET", "/files/1", "").want(200); string(file.body) != `<?xml version="1.0"?><file>as it is</file>` {
		t.Errorf("the file is %s", file.body)
	}
	call("POST", "/machines", `{"@id":"7","Memory":1,"Disk":["a","b"]}`).want(200)
	if got := p.last(); !strings.HasSuffix(got, `<Machine id="7"><Memory>1</Memory><Disk>a</Disk><Disk>b</Disk></Machine>`) {
		t.Errorf("sent %s", got)
	}
}

// The order of parameters and the hooks are those of exported connectors.
func TestHooksOfSOAPConnectorsSeeJSONAndFillTemplates(t *testing.T) {
	t.Parallel()
	p := &xmlProvider{}
	provider := httptest.NewServer(p)
	t.Cleanup(provider.Close)
	h := build(t, reach(provider))
	h.send("POST", "/elements", `{"name":"Ledger","key":"ledger","authentication":{"type":"custom"},"protocolType":"soap",
		"configuration":[{"key":"base.url","name":"b","type":"TEXTFIELD_1000","defaultValue":"`+provider.URL+`"},{"key":"app","name":"a","type":"TEXTFIELD_1000","defaultValue":"<A&B>"}],
		"parameters":[{"name":"application/json","type":"value","vendorName":"Accept","vendorType":"header"},{"name":"text/xml; charset=\"utf-8\"","type":"value","vendorName":"Content-Type","vendorType":"header"}],
		"resources":[{"path":"/logonKey","method":"POST","vendorPath":"/logon","vendorMethod":"POST","rootKey":"|soapenv:Envelope.soapenv:Body","parameters":[
		  {"name":"<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><LogonKey><app>${configuration.app}</app><user>{user}</user><file>{aFile}</file><none>{none}</none></LogonKey></soap:Body></soap:Envelope>","type":"value","vendorName":"body","vendorType":"body"},
		  {"name":"body","type":"body","vendorName":"body","vendorType":"bodyToken"}],
		 "hooks":[{"type":"preRequest","mimeType":"application/javascript","body":"done({request_vendor_body: request_vendor_body.replace('{aFile}', 'QUJD')})"},
		  {"type":"postRequest","mimeType":"application/javascript","body":"done({response_body: {key: response_body.LogonKeyResponse.LogonKeyResult, raw: response_body_raw.indexOf('<soap:Envelope') === 0}})"}]}]}`).want(200)
	i := h.create(`{"name":"c","element":{"key":"ledger"}}`)
	h.do(request{method: "POST", path: "/hubs/general/logonKey", body: `{"user":"{aFile}"}`, token: i.Token}).want(200).same(`{"key":"K-1","raw":true}`)
	want := `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><LogonKey><app>&lt;A&amp;B&gt;</app><user>&#123;aFile}</user><file>QUJD</file></LogonKey></soap:Body></soap:Envelope>`
	if got := p.last(); got != want {
		t.Errorf("sent %s", got)
	}
}
