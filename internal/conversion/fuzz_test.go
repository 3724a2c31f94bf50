package conversion_test

import (
	"testing"

	"jackfield/internal/conversion"
)

// fuzz converts whatever comes. What is accepted must be sound, and nothing may panic or hang.
func fuzz(f *testing.F, kind string, seeds ...string) {
	for _, seed := range seeds {
		f.Add(read(f, "testdata/"+seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 64<<10 {
			t.Skip("small documents find more")
		}
		d, _, err := conversion.ConvertWithNotes(kind, data)
		if err == nil {
			for _, p := range d.Validate() {
				if p.Severity > 0 {
					t.Errorf("%s", p)
				}
			}
			soundModels(t, d)
		}
	})
}

func FuzzSwagger(f *testing.F) { fuzz(f, "swagger", "petshop-swagger2.json") }

func FuzzOpenAPI(f *testing.F) {
	fuzz(f, "openapi", "clinic-openapi30.yaml", "radio-openapi31.json")
}

func FuzzSOAP(f *testing.F) { fuzz(f, "soap", "weather.wsdl", "tariff-rpc.wsdl") }

func FuzzOData(f *testing.F) { fuzz(f, "odata", "library-v4.xml", "shop-v2.xml") }
