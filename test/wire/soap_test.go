package wire_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"jackfield/internal/connector"
	"jackfield/simulator/soap"

	"github.com/google/go-cmp/cmp"
)

// addressBook is a running SOAP service, and an instance of the connector that our conversion made of its WSDL.
type addressBook struct {
	*house
	service  *soap.Simulator
	instance made
}

func newAddressBook(t *testing.T) *addressBook {
	t.Helper()
	service := soap.New()
	provider := httptest.NewServer(service)
	t.Cleanup(provider.Close)
	h := build(t, reach(provider))
	response, err := http.Get(provider.URL + "/book?wsdl")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	wsdl, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	converted := h.convert("soap", wsdl).want(200, `"protocolType":"soap"`)
	d, err := connector.ParseJSON(converted.body)
	if err != nil {
		t.Fatal(err)
	}
	d.Key = "addressbook"
	addPut(t, d)
	text, err := d.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	h.send("POST", "/elements", string(text)).want(200)
	i := h.create(`{"name":"book","element":{"key":"addressbook"},"configuration":{"Login.user":"` + soap.User + `","Login.password":"` + soap.Password + `"}}`)
	return &addressBook{h, service, i}
}

// addPut adds what an operator would: a PUT with the id in the path, and a list, both from what conversion made.
func addPut(t *testing.T, d *connector.Definition) {
	t.Helper()
	for _, r := range d.Resources {
		switch r.OperationID {
		case "UpdateContact":
			r.Method, r.VendorMethod, r.Path, r.OperationID = "PUT", "POST", "/hubs/general/contacts/{id}", "putContact"
			id := connector.Parameter{Name: "id", Type: "path", VendorName: "id", VendorType: "bodyToken", DataType: "integer", VendorDataType: "integer", Source: "request", Required: true}
			r.Parameters = append([]connector.Parameter{id}, r.Parameters...)
			r.RootKey += ".contact"
			r.Model = nil
		case "ListContacts":
			r.Method, r.VendorMethod, r.Path, r.OperationID = "GET", "POST", "/hubs/general/contacts", "allContacts"
			r.RootKey += ".contact"
			r.Model = nil
			page := connector.Parameter{Name: "page", Type: "query", VendorName: "page", VendorType: "bodyToken", DataType: "integer", VendorDataType: "integer", Source: "request"}
			size := page
			size.Name, size.VendorName = "pageSize", "pageSize"
			name := page
			name.Name, name.VendorName = "name", "name"
			r.Parameters = append([]connector.Parameter{page, size, name}, r.Parameters[1:]...)
		default:
			continue
		}
		d.Resources = append(d.Resources, r)
	}
}

func (b *addressBook) call(method, path, body string) *answer {
	b.t.Helper()
	return b.do(request{method: method, path: "/hubs/general" + path, body: body, token: b.instance.Token})
}

// same compares JSON whatever the order of its members.
func (a *answer) same(want string) {
	a.t.Helper()
	var got, wanted any
	if err := json.Unmarshal(a.body, &got); err != nil {
		a.t.Fatalf("%v: %s", err, a.body)
	}
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		a.t.Fatal(err)
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		a.t.Errorf("%s\n%s", diff, a.body)
	}
}

func TestASOAPServiceIsUsedThroughItsConvertedWSDL(t *testing.T) {
	t.Parallel()
	b := newAddressBook(t)

	contact := `{"contact":{"firstName":"Zoë & <Co> {lastName}","lastName":"O'Hara ]]> {Login.password}","email":null,"active":true,"balance":12.50,
		"phone":["0151"],"address":{"city":"Ulm"},"note":[{"language":"de","text":"eins"},{"language":"en","text":"two"}]}}`
	b.call("POST", "/createContact", contact).want(200).same(`{"id":3}`)
	sent := b.service.Journal()[0]
	if strings.Contains(sent.Body, "<ns1:id>") || strings.Contains(sent.Body, "street") || sent.Action != soap.Space+"/CreateContact" || sent.ContentType != "text/xml; charset=utf-8" {
		t.Errorf("sent %+v", sent)
	}

	whole := `{"id":3,"firstName":"Zoë & <Co> {lastName}","lastName":"O'Hara ]]> {Login.password}","active":true,"balance":12.50,
		"phone":["0151"],"address":{"city":"Ulm"},"note":[{"language":"de","text":"eins"},{"language":"en","text":"two"}]`
	b.call("GET", "/getContact/3", "").want(200).same(`{"contact":` + whole + `}}`)
	b.call("POST", "/getContact", `{"id":3}`).want(200).same(`{"contact":` + whole + `}}`)

	b.call("POST", "/updateContact", `{"id":3,"contact":{"lastName":"Hara","note":[{"language":"fr","text":"un"}]}}`).want(200).
		same(`{"contact":{"id":3,"lastName":"Hara","note":[{"language":"fr","text":"un"}]}}`)
	b.call("PUT", "/contacts/3", `{"contact":{"lastName":"Hara","phone":["1","2"],"active":false}}`).want(200).
		same(`{"id":3,"lastName":"Hara","phone":[1,2],"active":false}`)

	b.call("POST", "/listContacts", `{"name":"Hara"}`).want(200).
		same(`{"total":1,"contact":[{"id":3,"lastName":"Hara","phone":["1","2"],"active":false}]}`)
	first := b.call("GET", "/contacts?pageSize=2", "").want(200)
	first.same(`[{"id":1,"lastName":"Hopper","balance":10.5},{"id":2,"lastName":"Noether","balance":10.5}]`)
	next := first.header.Get("Elements-Next-Page-Token")
	if next == "" || first.header.Get("Elements-Returned-Count") != "2" {
		t.Fatalf("headers %v", first.header)
	}
	b.call("GET", "/contacts?nextPage="+next, "").want(200).same(`[{"id":3,"lastName":"Hara","phone":[1,2],"active":false}]`)
	b.call("GET", "/contacts?name=Nobody", "").want(200).same(`[]`)

	b.call("POST", "/deleteContact", `{"id":3}`).want(200).same(`{"deleted":true}`)
	b.call("GET", "/getContact/3", "").want(400, "There is no contact 3")
}

func TestFaultsOfSOAPBecomeErrors(t *testing.T) {
	t.Parallel()
	b := newAddressBook(t)
	for _, test := range []struct {
		kind   string
		status int
		want   []string
	}{
		{"fault-200", 400, []string{`"providerMessage":"Not today"`}},
		{"fault-server", 502, []string{`The database is away (42)`}},
		{"fault-12", 400, []string{`"providerMessage":"Wrong colour"`}},
		{"unauthorized", 401, []string{"credentials"}},
		{"bomb", 502, []string{"DOCTYPE"}},
		{"entity", 502, []string{"DOCTYPE"}},
		{"deep", 502, []string{"deeper than 100 elements"}},
		{"cut", 502, []string{"not valid XML"}},
		{"html", 502, []string{"text/html", "where XML was expected", "base.url"}},
		{"mtom", 502, []string{"attachments", "MTOM"}},
		{"json", 200, []string{`{"id":1}`}},
		{"latin1", 200, []string{`Zoë`}},
		{"utf16", 200, []string{`Zoë`}},
		{"empty", 200, nil},
	} {
		b.service.Answer(test.kind)
		a := b.call("GET", "/getContact/1", "")
		if a.status != test.status {
			t.Errorf("%s: status %d, want %d: %s", test.kind, a.status, test.status, short(a.body))
		}
		for _, text := range test.want {
			if !strings.Contains(string(a.body), text) {
				t.Errorf("%s: the body lacks %q: %s", test.kind, text, short(a.body))
			}
		}
		if strings.Contains(string(a.body), "root:") {
			t.Errorf("%s: a file was read: %s", test.kind, short(a.body))
		}
	}
	wrong := b.create(`{"name":"wrong","element":{"key":"addressbook"},"configuration":{"Login.user":"ada","Login.password":"wrong"}}`)
	b.do(request{path: "/hubs/general/getContact/1", token: wrong.Token}).want(401, "User or password is wrong")
	b.call("POST", "/createContact", `{"contact":{"firstName":"x"}}`).want(400, "A contact needs a lastName")
	b.call("GET", "/getContact/1", "").want(200, "Hopper")
}
