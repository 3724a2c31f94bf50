package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// page is what a provider answers: 200 records of 20 fields, about 62 KB, with a tenth of the fields null.
func page() []byte {
	var out bytes.Buffer
	out.WriteByte('[')
	for i := range 200 {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('{')
		for f := range 20 {
			if f > 0 {
				out.WriteByte(',')
			}
			fmt.Fprintf(&out, `"f%d":`, f)
			switch n := i*20 + f; {
			case n%10 == 3:
				out.WriteString("null")
			case f == 0:
				fmt.Fprintf(&out, `"5dca%020d"`, i)
			case f == 1:
				out.WriteString(`"2019-12-06T12:00:50.508Z"`)
			case f == 2:
				fmt.Fprintf(&out, `%d`, 1512345678901+n)
			case f == 4:
				out.WriteString(`true`)
			case f == 5:
				fmt.Fprintf(&out, `%d.%d`, n, n%100)
			case f == 6:
				out.WriteString(`"Zo\u00eb \"Z\""`)
			case f == 7:
				out.WriteString(`"Müller"`)
			default:
				fmt.Fprintf(&out, `"v%d"`, n)
			}
		}
		out.WriteByte('}')
	}
	out.WriteByte(']')
	return out.Bytes()
}

func TestThePageOfTheBenchmarkIsWhatItSays(t *testing.T) {
	t.Parallel()
	body := page()
	if nulls := bytes.Count(body, []byte("null")); nulls != 400 || len(body) < 58_000 || len(body) > 66_000 {
		t.Errorf("%d bytes with %d nulls", len(body), nulls)
	}
}

// BenchmarkPage measures every way in turns within one run, and prints the medians and how much faster than a tree
// of encoding/json and than gjson.Valid ours is.
func BenchmarkPage(b *testing.B) {
	body := page()
	dst := make([]byte, 0, 2*len(body))
	plan := func(s Spec) func() {
		p := Compile(s)
		return func() {
			if _, info, err := p.Apply(dst, body); err != nil || info.Count != 200 {
				b.Fatal(info, err)
			}
		}
	}
	ways := []struct {
		name string
		run  func()
	}{
		{"tree", func() {
			if _, err := throughTree(body); err != nil {
				b.Fatal(err)
			}
		}},
		{"gjson.Valid", func() {
			if !gjson.ValidBytes(body) {
				b.Fatal("not valid")
			}
		}},
		{"nothing", plan(Spec{})},
		{"nulls", plan(Spec{DropNulls: true})},
		{"fields", plan(Spec{DropNulls: true, Fields: []string{"f0", "f5", "f7", "f12"}})},
	}
	spent := make([][]time.Duration, len(ways))
	for b.Loop() {
		for i, way := range ways {
			start := time.Now()
			way.run()
			spent[i] = append(spent[i], time.Since(start))
		}
	}
	median := func(i int) float64 {
		slices.Sort(spent[i])
		return float64(spent[i][len(spent[i])/2])
	}
	for i, way := range ways {
		each := median(i)
		b.ReportMetric(each/1e3, "µs/"+way.name)
		if i > 1 {
			b.ReportMetric(float64(len(body))/each*1e3, "MB/s/"+way.name)
			b.ReportMetric(median(0)/each, "x-tree/"+way.name)
			b.ReportMetric(median(1)/each, "x-valid/"+way.name)
		}
	}
}

func throughTree(body []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	return json.Marshal(withoutNulls(tree))
}

func withoutNulls(tree any) any {
	switch tree := tree.(type) {
	case map[string]any:
		for name, value := range tree {
			if value == nil {
				delete(tree, name)
			} else {
				withoutNulls(value)
			}
		}
	case []any:
		for _, value := range tree {
			withoutNulls(value)
		}
	}
	return tree
}

func benchmarkApply(b *testing.B, body []byte, s Spec) {
	p := Compile(s)
	dst := make([]byte, 0, 2*len(body))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := p.Apply(dst, body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNothing(b *testing.B) { benchmarkApply(b, page(), Spec{}) }
func BenchmarkNulls(b *testing.B)   { benchmarkApply(b, page(), Spec{DropNulls: true}) }
func BenchmarkFields(b *testing.B) {
	benchmarkApply(b, page(), Spec{DropNulls: true, Fields: []string{"f0", "f5", "f7", "f12"}})
}
func BenchmarkRootKey(b *testing.B) {
	benchmarkApply(b, []byte(`{"data":{"items":`+string(page())+`},"total":200}`), Spec{DropNulls: true, RootKey: "data.items"})
}

func BenchmarkLongTexts(b *testing.B) {
	text := strings.Repeat("The quick brown fox jumps over the lazy dog. ", 20)
	benchmarkApply(b, []byte(`[`+strings.Repeat(`"`+text+`",`, 99)+`""]`), Spec{DropNulls: true})
}

func BenchmarkTextsBeyondASCII(b *testing.B) {
	text := strings.Repeat("Съешь ещё этих мягких французских булок. ", 20)
	benchmarkApply(b, []byte(`[`+strings.Repeat(`"`+text+`",`, 99)+`""]`), Spec{DropNulls: true})
}
