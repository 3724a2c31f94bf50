package schema_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jackfield/internal/fault"
	"jackfield/internal/schema"
)

func tree(t testing.TB, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("not JSON: %v\n%.300s", err, data)
	}
	return v
}

// The expected maps were worked out by hand from reference/hub-api.md §5.6.
func TestASampleBecomesDefinitions(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ sample, want string }{
		"every kind of leaf": {
			`{"text":"a","none":"","whole":7,"large":4132316190,"huge":92233720368547758080,"part":1.50,"exp":1e3,"yes":true,"nothing":null,
			  "milli":"2017-01-30T08:00:00.000+0000","second":"2015-06-15T00:00:00Z","local":"2019-02-07T09:47:32","day":"2002-08-12","notday":"2002-13-40",
			  "words":["x","y"],"numbers":[null,3],"empty":[],"grid":[[1,2],[3]]}`,
			`{"m":{"x-has-customfields":false,"title":"m","properties":{
			  "text":{"x-samplevalue":"a","type":"string"},"none":{"x-samplevalue":"","type":"string"},
			  "whole":{"x-samplevalue":7,"type":"integer","format":"int32"},"large":{"x-samplevalue":4132316190,"type":"integer","format":"int64"},
			  "huge":{"x-samplevalue":92233720368547758080,"type":"number","format":"double"},
			  "part":{"x-samplevalue":1.50,"type":"number","format":"double"},"exp":{"x-samplevalue":1e3,"type":"number","format":"double"},
			  "yes":{"x-samplevalue":true,"type":"boolean"},"nothing":{"type":"unknown"},
			  "milli":{"x-samplevalue":"2017-01-30T08:00:00.000+0000","type":"string","format":"date-time","x-mask":"yyyy-MM-dd'T'HH:mm:ss.SSSZ"},
			  "second":{"x-samplevalue":"2015-06-15T00:00:00Z","type":"string","format":"date-time","x-mask":"yyyy-MM-dd'T'HH:mm:ssZ"},
			  "local":{"x-samplevalue":"2019-02-07T09:47:32","type":"string","format":"date-time","x-mask":"yyyy-MM-dd'T'HH:mm:ss"},
			  "day":{"x-samplevalue":"2002-08-12","type":"string","format":"date","x-mask":"yyyy-MM-dd"},
			  "notday":{"x-samplevalue":"2002-13-40","type":"string"},
			  "words":{"x-samplevalue":["x","y"],"type":"array","items":{"type":"string"}},
			  "numbers":{"x-samplevalue":[null,3],"type":"array","items":{"type":"integer"}},
			  "empty":{"x-samplevalue":[],"type":"array","items":{"type":"unknown"}},
			  "grid":{"x-samplevalue":[[1,2],[3]],"type":"array","items":{"type":"array"}}}}}`,
		},
		"nested objects are definitions, and those of a list have no type": {
			`{"owner":{"id":1},"lines":[{"sku":"s","tax":{"rate":5}},{"sku":"t","note":"n"}],"void":{}}`,
			`{"m":{"x-has-customfields":false,"title":"m","properties":{
			   "owner":{"type":"owner"},"lines":{"type":"array","items":{"type":"lines"}},"void":{"type":"void"}}},
			  "owner":{"x-has-customfields":false,"type":"object","title":"owner","properties":{"id":{"x-samplevalue":1,"type":"integer","format":"int32"}}},
			  "lines":{"x-has-customfields":false,"title":"lines","properties":{"sku":{"x-samplevalue":"s","type":"string"},
			   "tax":{"type":"tax"},"note":{"x-samplevalue":"n","type":"string"}}},
			  "tax":{"x-has-customfields":false,"type":"object","title":"tax","properties":{"rate":{"x-samplevalue":5,"type":"integer","format":"int32"}}},
			  "void":{"x-has-customfields":false,"type":"object","title":"void","properties":{}}}`,
		},
		"an array of objects is a list of the united object": {
			`[{"a":null},{"a":1,"m":{"x":true}},{"a":"later","b":[]},{"b":[2]}]`,
			`{"m":{"type":"array","items":{"type":"mObject"}},
			  "mObject":{"x-has-customfields":false,"type":"object","title":"m","properties":{
			   "a":{"x-samplevalue":1,"type":"integer","format":"int32"},"m":{"type":"mm"},"b":{"x-samplevalue":[2],"type":"array","items":{"type":"integer"}}}},
			  "mm":{"x-has-customfields":false,"type":"object","title":"m","properties":{"x":{"x-samplevalue":true,"type":"boolean"}}}}`,
		},
		// Java hashes: "b" is 98 and stands in bucket 2 of 16, "a" is 97 in bucket 1, "q" 113 in bucket 1.
		// The walk is therefore q (first in the sample), a, b.
		"a name goes to the first in the walk, the others get their parent's before it": {
			`{"b":{"type":{"v":1}},"q":{"type":{"v":1}},"a":{"type":{"v":1}}}`,
			names("m", `"b":{"type":"b"},"q":{"type":"q"},"a":{"type":"a"}`, "b", "btype", "q", "type", "a", "atype"),
		},
		"without a collision the walk is by bucket": {
			`{"b":{"type":{"v":1}},"a":{"type":{"v":1}}}`,
			names("m", `"b":{"type":"b"},"a":{"type":"a"}`, "b", "btype", "a", "type"),
		},
		"a word of the dialect is no definition's name": {
			`{"string":{"object":{"v":1}}}`,
			`{"m":{"x-has-customfields":false,"title":"m","properties":{"string":{"type":"mstring"}}},
			  "mstring":{"x-has-customfields":false,"type":"object","title":"string","properties":{"object":{"type":"stringobject"}}},
			  "stringobject":{"x-has-customfields":false,"type":"object","title":"object","properties":{"v":{"x-samplevalue":1,"type":"integer","format":"int32"}}}}`,
		},
		"a name that is taken in both forms gets a number": {
			`{"a":{"x":{"t":{"v":1}}},"b":{"x":{"t":{"v":1}}},"c":{"x":{"t":{"v":1}}},"d":{"x":{"t":{"v":1}}}}`,
			`{"m":{"x-has-customfields":false,"title":"m","properties":{"a":{"type":"a"},"b":{"type":"b"},"c":{"type":"c"},"d":{"type":"d"}}},` +
				chain("a", "x", "t") + chain("b", "bx", "xt") + chain("c", "cx", "xt2") + strings.TrimSuffix(chain("d", "dx", "xt3"), ",") + `}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := schema.FromSample("m", []byte(test.sample))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tree(t, []byte(test.want)), tree(t, got)); diff != "" {
				t.Error(diff)
			}
			again(t, "m", []byte(test.sample), got)
		})
	}
}

// again checks that CSV leads back to the definitions and that both inputs give one text.
func again(t interface {
	Helper()
	Errorf(string, ...any)
	Fatalf(string, ...any)
}, name string, sample, definitions []byte) {
	t.Helper()
	text, err := schema.CSV(name, definitions)
	if err != nil {
		t.Fatalf("%v for %s", err, definitions)
	}
	back, err := schema.FromCSV(name, text)
	if err != nil {
		t.Fatalf("%v for\n%s", err, text)
	}
	if !bytes.Equal(back, definitions) {
		t.Errorf("from the CSV\n%s\ncame\n%s\nand not\n%s", text, back, definitions)
	}
	fromSample, err := schema.CSVFromSample(name, sample)
	if err != nil || !bytes.Equal(text, fromSample) {
		t.Errorf("%v: the sample gives\n%s\nthe definitions\n%s", err, fromSample, text)
	}
}

const leafV = `{"v":{"x-samplevalue":1,"type":"integer","format":"int32"}}`

// names is a map of definitions of a root and of fields that hold {"type":{"v":1}}: pairs of the
// field's definition and the inner one's.
func names(root, properties string, pairs ...string) string {
	text := fmt.Sprintf(`{%q:{"x-has-customfields":false,"title":%q,"properties":{%s}}`, root, root, properties)
	for i := 0; i < len(pairs); i += 2 {
		text += fmt.Sprintf(`,%q:{"x-has-customfields":false,"type":"object","title":%q,"properties":{"type":{"type":%q}}}`, pairs[i], pairs[i], pairs[i+1])
		text += fmt.Sprintf(`,%q:{"x-has-customfields":false,"type":"object","title":"type","properties":%s}`, pairs[i+1], leafV)
	}
	return text + "}"
}

func chain(outer, x, t string) string {
	return fmt.Sprintf(`%q:{"x-has-customfields":false,"type":"object","title":%q,"properties":{"x":{"type":%q}}},
		%q:{"x-has-customfields":false,"type":"object","title":"x","properties":{"t":{"type":%q}}},
		%q:{"x-has-customfields":false,"type":"object","title":"t","properties":%s},`, outer, outer, x, x, t, t, leafV)
}

const heading = "sampleValue,name,type,format,subFormat,displayName,description,request,response,defaultValue,max,min,precision,nullable,searchOperators,searchNames,mask,enums,conditionalDescription,reference,hidden,primaryKey,readOnly,required,vendorReferenceName,vendorName,customFields,searchable,whereFields,searchableJoins\n"

func TestDefinitionsBecomeRowsOfLeaves(t *testing.T) {
	t.Parallel()
	const rest = ",,,,,true,true,,,,,false,,,,,,,false,false,false,false,,,,,,\n"
	// Buckets of 16: note 1 (hash 3387378), at 3 (3123), code 3 (3059181), id 11 (3355), list 12 (3322014).
	text, err := schema.CSVFromSample("m", []byte(`{"note":"say \"hi\", then\nbye","id":5,"list":[{"a":{"b":true}}],"at":"2017-01-30T08:00:00.123Z","code":{"value":"x"}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := heading +
		"\"say \"\"hi\"\", then\nbye\",note,string" + rest +
		"2017-01-30T08:00:00.123Z,at,string,date-time,,,,true,true,,,,,false,,,yyyy-MM-dd'T'HH:mm:ss.SSSZ,,,,false,false,false,false,,,,,,\n" +
		"x,code.value,string" + rest +
		"5,id,integer,int32" + strings.TrimPrefix(rest, ",") +
		"true,list[*].a.b,boolean" + rest
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Error(diff)
	}
}

func TestCSVDoesNotDependOnTheOrderOfKeys(t *testing.T) {
	t.Parallel()
	one, err := schema.CSVFromSample("m", []byte(`{"Aa":1,"BB":2,"z":{"p":1,"q":2}}`)) // Aa and BB have one Java hash
	if err != nil {
		t.Fatal(err)
	}
	two, err := schema.CSVFromSample("m", []byte(`{"z":{"q":2,"p":1},"BB":2,"Aa":1}`))
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("%v\n%s\n%s", err, one, two)
	}
}

func TestNamesThatTheRowsCannotTellAreWrittenIntoThem(t *testing.T) {
	t.Parallel()
	for _, sample := range []string{
		`{"BB":{"x":{"a":1}},"Aa":{"x":{"b":1}}}`,            // named in the order of the sample, written in another
		`{"BB":{"x":{"x":{}}},"Aa":{"x":{"b.c":[{}]}}}`,      // with empty definitions
		`[{"BB":{"x":{"a":1}},"Aa":{"x":{"b":"=1\r\n"}}}]`,   // in a list
		`{"BB":{"x.y":{"a":1}},"Aa":{"x.y":{"[*]":"2"}}}`,    // with keys that look like paths
		`{"BB":{"=x":{"a":1}},"Aa":{"=x":{"'":"2","":3}}}`,   // with keys that look like formulas
		`{"BB":{"\\x":{"a":1}},"Aa":{"\\x":{"\\e":{"":0}}}}`, // with our own marks
	} {
		definitions, err := schema.FromSample("m", []byte(sample))
		if err != nil {
			t.Fatal(err)
		}
		again(t, "m", []byte(sample), definitions)
		text, _ := schema.CSV("m", definitions)
		if !bytes.Contains(text, []byte(",m")) {
			t.Errorf("no reference in\n%s", text)
		}
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	sample := []byte(`{"=key":"=1+1","+":"+1 732 555 0102","@type":"@SUM(A1)","-":"-5","t":"\t=1","n":-5,"r":"a\r\nb","q":"'quoted","d":"'\"x\"","fine":"a=b","e":["=1"],"-o":{"=p":"x"}}`)
	definitions, err := schema.FromSample("m", sample)
	if err != nil {
		t.Fatal(err)
	}
	again(t, "m", sample, definitions)
	text, err := schema.CSVFromSample("=name", sample)
	if err != nil {
		t.Fatal(err)
	}
	for i, cells := range records(t, text) {
		for _, cell := range cells {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) && cell != "-5" || strings.Contains(cell, "\r") {
				t.Errorf("line %d has the cell %q", i+1, cell)
			}
		}
	}
}

func TestAttributesOfAPropertyGoThroughCSV(t *testing.T) {
	t.Parallel()
	definitions := `{
		"m":{"x-has-customfields":true,"title":"m","x-primary-key":["id"],"properties":{
			"id":{"type":"integer","format":"int64","x-samplevalue":5,"x-readOnly":true,"x-required":true,"x-hidden":true,"x-nullable":true,
			      "x-displayName":"Number","description":"= the number","default":"5","maximum":9,"minimum":-9,"x-precision":2,
			      "x-searchable":true,"x-searchable-operators":["=","<"],"x-searchable-names":["id"],"x-where-fields":["id"],"x-searchable-joins":["AND"],
			      "x-conditional-required":"when new","x-name":"ID","x-vendor-reference-name":"ref","x-sub-format":"email","x-request":false},
			"size":{"type":"string","x-samplevalue":"S","enum":["S","M"]},
			"tags":{"type":"array","items":{"type":"string"}},
			"odd":{"type":"array","x-samplevalue":[1],"items":{"type":"string"}},
			"free":{"type":"object"},
			"home":{"type":"address"},"work":{"type":"address"},"self":{"type":"m"}}},
		"address":{"x-has-customfields":false,"type":"object","title":"home","properties":{"city":{"type":"string","x-samplevalue":"Bern"}}}}`
	text, err := schema.CSV("m", []byte(definitions))
	if err != nil {
		t.Fatal(err)
	}
	back, err := schema.FromCSV("m", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	want := tree(t, []byte(definitions)).(map[string]any)
	want["address"].(map[string]any)["title"] = "work" // the last of the two fields that share it
	if diff := cmp.Diff(any(want), tree(t, back)); diff != "" {
		t.Errorf("%s\n%s", diff, text)
	}
}

func TestCSVFromASpreadsheetIsRead(t *testing.T) {
	t.Parallel()
	text := "\ufeffname, type ,sampleValue,Remark,required\r\n" +
		"id,integer,5,mine,TRUE\r\n" +
		"owner,object\r\n" +
		"owner.name,string,Ada,,FALSE\r\n" +
		"lines[*].on,boolean,TRUE\r\n" +
		"lines,array\r\n" +
		"tags[*],string\r\n" +
		"bad,integer,n/a\r\n" +
		"what,,\r\n"
	got, err := schema.FromCSV("m", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"m":{"x-has-customfields":false,"title":"m","properties":{
		"id":{"x-samplevalue":5,"type":"integer","x-required":true},"owner":{"type":"owner"},"lines":{"type":"array","items":{"type":"lines"}},
		"tags":{"type":"array","items":{"type":"string"}},"bad":{"x-samplevalue":"n/a","type":"integer"},"what":{"type":"unknown"}}},
		"owner":{"x-has-customfields":false,"type":"object","title":"owner","properties":{"name":{"x-samplevalue":"Ada","type":"string"}}},
		"lines":{"x-has-customfields":false,"title":"lines","properties":{"on":{"x-samplevalue":true,"type":"boolean"}}}}`
	if diff := cmp.Diff(tree(t, []byte(want)), tree(t, got)); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenInputIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, 70) + "1" + strings.Repeat("}", 70)
	wide := "{" + strings.TrimSuffix(strings.Repeat(`"%d":1,`, 20_001), ",") + "}"
	numbers := make([]any, 20_001)
	for i := range numbers {
		numbers[i] = i
	}
	sample := func(text string) error { _, err := schema.FromSample("m", []byte(text)); return err }
	definitions := func(text string) error { _, err := schema.CSV("m", []byte(text)); return err }
	file := func(text string) error { _, err := schema.FromCSV("m", []byte(text)); return err }
	doubled := `{"m":{"properties":{"a":{"type":"d0"}}}`
	for i := range 40 {
		doubled += fmt.Sprintf(`,"d%d":{"properties":{"l":{"type":"d%d"},"r":{"type":"d%d"}}}`, i, i+1, i+1)
	}
	named := func(name string) error { _, err := schema.FromSample(name, []byte("{}")); return err }
	tests := map[string]struct {
		err  error
		want string
	}{
		"no name":                   {named(""), "no name"},
		"a name that is no text":    {named("\x82"), "not UTF-8"},
		"a long name":               {named(strings.Repeat("n", 2000)), "1024"},
		"no JSON":                   {sample(`{"a":`), "not JSON"},
		"two values":                {sample(`{} {}`), "follows"},
		"a scalar":                  {sample(`5`), "an object or an array of objects"},
		"an array of scalars":       {sample(`[1]`), "an object or an array of objects"},
		"an empty array":            {sample(`[]`), "an object or an array of objects"},
		"too deep":                  {sample(deep), "64 levels"},
		"too many fields":           {sample(fmt.Sprintf(wide, numbers...)), "20000 fields"},
		"a long key":                {sample(`{"` + strings.Repeat("k", 2000) + `":1}`), "1024"},
		"too large":                 {sample(`{"a":"` + strings.Repeat("k", 9<<20) + `"}`), "8388608"},
		"definitions of another":    {definitions(`{"n":{}}`), `no definition "m"`},
		"definitions no object":     {definitions(`[]`), "not a JSON object"},
		"a definition no object":    {definitions(`{"m":7}`), "not a definition"},
		"a property no object":      {definitions(`{"m":{"properties":{"a":7}}}`), "not a definition"},
		"definitions that multiply": {definitions(doubled + "}"), "20000 fields"},
		"a list in itself":          {definitions(`{"m":{"properties":{"a":{"type":"l"}}},"l":{"$ref":"l","items":{}}}`), ""},
		"an empty file":             {file(""), "empty"},
		"no heading":                {file("a,b\n"), "column name is missing"},
		"a heading twice":           {file("name,name,type\n"), "twice"},
		"a row twice":               {file("name,type\na,string\na,string\n"), "line 3"},
		"a row without a name":      {file("name,type\n,string\n"), "line 2"},
		"a field and an object":     {file("name,type\na,string\na.b,string\n"), "line 3"},
		"an object and a field":     {file("name,type\na.b,string\na,string\n"), "line 3"},
		"a list and an object":      {file("name,type\na[*].b.c,string\na.b.d,string\n"), "line 3"},
		"a list and no list":        {file("name,type\n[*].a,string\nb,string\n"), "line 3"},
		"broken quotes":             {file("name,type\n\"a,string\n"), "cannot be read"},
		"a row too deep":            {file("name,type\n" + strings.Repeat("a.", 70) + "b,string\n"), "64 levels"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "a list in itself" {
				if test.err != nil && !fault.Is(test.err, fault.Invalid) {
					t.Error(test.err)
				}
				return
			}
			if !fault.Is(test.err, fault.Invalid) && !fault.Is(test.err, fault.TooLarge) || !strings.Contains(test.err.Error(), test.want) {
				t.Errorf("got %v", test.err)
			}
		})
	}
}
