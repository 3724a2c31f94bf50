package soap

import (
	"strings"
	"testing"
)

func page(rows int) []byte {
	return []byte(`<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/" xmlns:b="urn:b"><S:Body><b:response>` +
		strings.Repeat(`<b:contact><b:id>7</b:id><b:name>Ada Lovelace</b:name><b:email>ada@example.org</b:email><b:since>2020-01-02T03:04:05Z</b:since></b:contact>`, rows) +
		`</b:response></S:Body></S:Envelope>`)
}

func BenchmarkAnswer(b *testing.B) {
	answer := page(200)
	b.SetBytes(int64(len(answer)))
	for b.Loop() {
		d, err := Decode(answer, "utf-8")
		if err != nil {
			b.Fatal(err)
		}
		if _, ok := d.At("Envelope.Body.response", false, NewShape([]byte(model), "response")); !ok {
			b.Fatal("nothing found")
		}
	}
}

func BenchmarkTemplate(b *testing.B) {
	template := `<s:Envelope><s:Body><c>` + strings.Repeat(`<a>{a}</a><b>{o.b}</b><i><x>{i.x}</x></i>`, 20) + `</c></s:Body></s:Envelope>`
	find := findIn(`{"a":"x","o":{"b":1},"i":[{"x":1},{"x":2}]}`)
	for b.Loop() {
		filled, open, err := Fill(template, find)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Prune(filled, open); err != nil {
			b.Fatal(err)
		}
	}
}
