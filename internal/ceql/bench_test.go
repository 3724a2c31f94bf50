package ceql

import "testing"

const fourTerms = `lastName = 'smith' AND created >= '2019-12-06T12:00:50.508Z' AND (company LIKE 'Acc%' OR status IN (1, 2))`

func BenchmarkParseFourTerms(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseWhere(fourTerms); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPrintFourTerms(b *testing.B) {
	e := mustParse(b, fourTerms)
	b.ReportAllocs()
	for b.Loop() {
		Print(e)
	}
}

func BenchmarkODataOfFourTerms(b *testing.B) {
	e := mustParse(b, fourTerms)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ToOData(e, ODataOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEvaluateFourTerms(b *testing.B) {
	matches := Compile(mustParse(b, fourTerms))
	get := func(name string) (any, bool) {
		switch name {
		case "lastName":
			return "smith", true
		case "created":
			return "2020-01-01T00:00:00Z", true
		case "company":
			return "Nobody", true
		case "status":
			return 2, true
		}
		return nil, false
	}
	b.ReportAllocs()
	for b.Loop() {
		if !matches(get) {
			b.Fatal("no match")
		}
	}
}
