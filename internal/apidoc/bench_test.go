package apidoc_test

import (
	"testing"

	"jackfield/internal/apidoc"
	"jackfield/internal/connector"
)

// httppalette.se has 104 resources, adpvantage 972 definitions; both are among the largest exports.
func benchmark(b *testing.B, name string) {
	d := definitions(b)[name]
	if d == nil {
		b.Skipf("NO FIXTURE %s", name)
	}
	for form, print := range printers {
		b.Run(form, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				data, err := print(d, someOptions)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(len(data)))
			}
		})
	}
}

var printers = map[string]func(*connector.Definition, apidoc.Options) ([]byte, error){"swagger": apidoc.Swagger, "openapi": apidoc.OpenAPI}

func BenchmarkADocumentOf104Resources(b *testing.B)   { benchmark(b, "httppalette.se") }
func BenchmarkADocumentOf972Definitions(b *testing.B) { benchmark(b, "adpvantage") }
