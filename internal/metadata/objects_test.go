package metadata_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jackfield/internal/connector"
	"jackfield/internal/metadata"
)

func TestObjectsAreTheNamesWithAPathOfTheirOwn(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		definition string
		want       []string
	}{
		"a nested object is not listed": {
			`{"key":"k","name":"K","hub":"crm","objects":[{"name":"contacts"},{"name":"address"}],
			  "resources":[{"method":"GET","path":"/contacts"},{"method":"GET","path":"/contacts/{id}"}]}`,
			[]string{"contacts"},
		},
		"deeper paths, variables and the platform's own paths make none": {
			`{"key":"k","name":"K","hub":"crm","resources":[
			  {"method":"GET","path":"/hubs/crm/accounts/{id}/notes","model":{}},{"method":"POST","path":"/hubs/crm/import/google","model":{}},
			  {"method":"GET","path":"/{objectName}","model":{}},{"method":"GET","path":"/ping","model":{}},{"method":"GET","path":"/objects","model":{}},
			  {"method":"POST","path":"/bulk","model":{}},{"method":"GET","path":"/","model":{}}]}`,
			[]string{},
		},
		"a record path alone is enough, the hub does not count, the order is the declared one": {
			`{"key":"k","name":"K","hub":"crm","resources":[
			  {"method":"GET","path":"/hubs/finance/zones/{id}","model":{}},{"method":"GET","path":"/hubs/crm/accounts","object":{"name":"accounts"}},
			  {"method":"POST","path":"/zones","model":{}}]}`,
			[]string{"zones", "accounts"},
		},
		"what nobody describes or nobody can call is not listed": {
			`{"key":"k","name":"K","hub":"crm","resources":[
			  {"method":"GET","path":"/plain"},{"method":"GET","path":"/auth","type":"provisionAuthValidation","model":{}},
			  {"method":"GET","path":"/quiet","type":"apiNoDocumentation","model":{}}]}`,
			[]string{"quiet"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, metadata.Objects(parse(t, test.definition))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func act365(t testing.TB) *connector.Definition {
	t.Helper()
	d, err := connector.LoadDir(os.DirFS(filepath.Join("..", "..", "connectors", "actessentials")))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestANormalConnectorHasCanonicalAndVendorObjects(t *testing.T) {
	t.Parallel()
	got := map[metadata.Object]bool{}
	for _, o := range metadata.DetailedObjects(act365(t)) {
		if got[o] {
			t.Errorf("%v is listed twice", o)
		}
		got[o] = true
	}
	for _, want := range []metadata.Object{
		{Name: "contacts", VendorName: "contacts", Type: "ceCanonical"},
		{Name: "activities", VendorName: "activities", Type: "ceCanonical"},
		{Name: "Contacts", VendorName: "Contacts", Type: "vendor"},
		{Name: "Interactions", VendorName: "Interactions", Type: "vendor"},
		{Name: "Groups", VendorName: "Groups", Type: "vendor"},
	} {
		if !got[want] {
			t.Errorf("no %v in %v", want, got)
		}
	}
}

func TestTheVendorsNameIsTheOneThatTheDefinitionStates(t *testing.T) {
	t.Parallel()
	tests := map[string]string{ // definition: the vendor's name
		`{"key":"k","name":"K","hub":"crm","objects":[{"name":"things","vendorName":"Thing__c"}],"resources":[{"method":"GET","path":"/things","vendorPath":"/v1/x"}]}`:                                       "Thing__c",
		`{"key":"k","name":"K","hub":"crm","resources":[{"method":"GET","path":"/things","vendorPath":"/x","object":{"name":"things","vendorName":"T"}}]}`:                                                    "T",
		`{"key":"k","name":"K","hub":"crm","models":[{"name":"Thing","vendorName":"M"}],"resources":[{"method":"GET","path":"/things","vendorPath":"/x"}]}`:                                                   "M",
		`{"key":"k","name":"K","hub":"crm","resources":[{"method":"GET","path":"/things","vendorPath":"/x","model":{"name":"thingsList","swagger":{"thingsListObject":{"x-vendor-objectname":"deals"}}}}]}`:   "deals",
		`{"key":"k","name":"K","hub":"crm","resources":[{"method":"GET","path":"/things","vendorPath":"https://x.test/v2/Things.json?all=1","model":{}}]}`:                                                    "Things",
		`{"key":"k","name":"K","hub":"crm","resources":[{"method":"GET","path":"/things","vendorPath":"/odata/Products('{id}')","model":{}}]}`:                                                                "Products",
		`{"key":"k","name":"K","hub":"crm","resources":[{"method":"GET","path":"/things","vendorPath":"","model":{}},{"method":"GET","path":"/things/{id}","vendorPath":"/crm/{id}","model":{}}]}`:            "crm",
		`{"key":"k","name":"K","hub":"crm","protocolType":"jdbc","resources":[{"method":"GET","path":"/things","vendorPath":"select * from things","model":{}}]}`:                                             "",
		`{"key":"k","name":"K","hub":"crm","resources":[{"method":"GET","path":"/things","vendorPath":"/things","model":{}},{"method":"GET","path":"/others","vendorPath":"/things?kind=other","model":{}}]}`: "things",
	}
	for definition, want := range tests {
		got := ""
		for _, o := range metadata.DetailedObjects(parse(t, definition)) {
			if o.Type == metadata.TypeVendor {
				got += o.VendorName
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", definition, got, want)
		}
	}
}

func TestResolveIsTolerant(t *testing.T) {
	t.Parallel()
	d := parse(t, `{"key":"k","name":"K","hub":"crm","objects":[{"name":"address"}],"models":[{"name":"Template"}],"resources":[
		{"method":"GET","path":"/contacts","vendorPath":"/Person","model":{}},{"method":"GET","path":"/credit-memos","vendorPath":"/Memo","model":{}},
		{"method":"GET","path":"/companies","vendorPath":"/Organisation","model":{}},{"method":"GET","path":"/Contact","vendorPath":"/Other","model":{}},
		{"method":"GET","path":"/user-infos","vendorPath":"/UserInfos"},{"method":"GET","path":"/boxes","model":{}}]}`)
	tests := map[string]string{
		"contacts": "contacts", "contact": "contacts", "CONTACTS": "contacts", "Contact": "Contact",
		"credit-memos": "credit-memos", "creditMemos": "credit-memos", "CreditMemo": "credit-memos", "credit_memo": "credit-memos",
		"company": "companies", "Companies": "companies", "box": "boxes", "Person": "contacts", "organisations": "companies",
		"user-infos": "user-infos", "Address": "address", "addresses": "address", "templates": "Template",
		"nothing": "", "": "", "-": "", "s": "",
	}
	for name, want := range tests {
		got, ok := metadata.Resolve(d, name)
		if got != want || ok != (want != "") {
			t.Errorf("%q resolves to %q, %v; want %q", name, got, ok, want)
		}
	}
}
