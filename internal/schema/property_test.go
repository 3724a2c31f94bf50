package schema_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"jackfield/internal/schema"
)

func records(t testing.TB, text []byte) [][]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// samples draws objects with few keys, so that names collide, and with the texts that are hard in CSV.
func samples(depth int) *rapid.Generator[any] {
	scalar := rapid.OneOf(
		rapid.Just[any](nil), rapid.Map(rapid.Bool(), toAny), rapid.Map(rapid.Int64(), toAny), rapid.Map(rapid.Float64Range(-1e9, 1e9), toAny),
		rapid.Map(rapid.String(), toAny),
		rapid.Map(rapid.SampledFrom([]string{"", "=1", "'", "'=", "''", `'"x"`, "\r", "a\r\nb", "\t", "null", "1", `"q"`, "2017-01-30T08:00:00Z", "2002-08-12", "[]", "\ufeff"}), toAny),
	)
	if depth == 0 {
		return scalar
	}
	inner := rapid.Deferred(func() *rapid.Generator[any] { return samples(depth - 1) })
	object := rapid.Map(objects(depth), toAny)
	return rapid.OneOf(scalar, object, rapid.Map(rapid.SliceOfN(inner, 0, 3), toAny), rapid.Map(rapid.SliceOfN(object, 1, 3), toAny))
}

func objects(depth int) *rapid.Generator[map[string]any] {
	keys := rapid.OneOf(rapid.SampledFrom([]string{"a", "b", "type", "Aa", "BB", "m", "mObject", "string", "", ".", "[*]", "a.b", "=", "@id", `\`, `\e`, "'", "x[*].y"}), rapid.String())
	return rapid.MapOfN(keys, rapid.Deferred(func() *rapid.Generator[any] { return samples(depth - 1) }), 0, 6)
}

func toAny[T any](v T) any { return v }

func TestCSVLeadsBackToTheDefinitionsOfEverySample(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var value any = objects(3).Draw(t, "object")
		if rapid.Bool().Draw(t, "list") {
			value = []any{value, objects(2).Draw(t, "second")}
		}
		sample, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		definitions, err := schema.FromSample("m", sample)
		if err != nil {
			t.Fatal(err)
		}
		again(t, "m", sample, definitions)
	})
}

func FuzzSamples(f *testing.F) {
	for _, seed := range []string{`{}`, `[{"a":[{"b":null}]}]`, `{"a":{"b":"=1\r"},"a.b":[1,"x"],"Aa":{"x":{}},"BB":{"x":{}}}`, `{"a":1,"a":{"b":2}}`, `{"":{"":[[{}]]}}`} {
		f.Add("m", []byte(seed))
	}
	f.Fuzz(func(t *testing.T, name string, sample []byte) {
		definitions, err := schema.FromSample(name, sample)
		if err != nil {
			return
		}
		again(t, name, sample, definitions)
	})
}

func FuzzDefinitionsAndRows(f *testing.F) {
	f.Add([]byte(`{"m":{"properties":{"a":{"type":"m"},"b":{"$ref":"#/definitions/c"}}},"c":{"type":"array","items":{"$ref":"m"}}}`))
	f.Add([]byte("name,type,sampleValue,reference\na[*].b,string,\"'=\",m.x\n[*],object\n"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		// Whatever comes, both end without a panic, and what FromCSV made can be written again.
		_, _ = schema.CSV("m", data)
		definitions, err := schema.FromCSV("m", data)
		if err != nil {
			return
		}
		if _, err := schema.CSV("m", definitions); err != nil {
			panic(err)
		}
	})
}

// widest is the largest legal sample of one kind: every inner object wants the same name.
func widest() []byte {
	var b bytes.Buffer
	b.WriteString(`{"0":{"t":{}}`)
	for i := 1; i < 9_999; i++ {
		fmt.Fprintf(&b, `,"%d":{"t":{}}`, i)
	}
	b.WriteString("}")
	return b.Bytes()
}

func BenchmarkTheWidestSampleToCSVAndBack(b *testing.B) {
	sample := widest()
	for b.Loop() {
		text, err := schema.CSVFromSample("m", sample)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := schema.FromCSV("m", text); err != nil {
			b.Fatal(err)
		}
	}
}
