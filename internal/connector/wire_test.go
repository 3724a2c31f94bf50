package connector_test

import (
	"encoding/json"
	"strings"
	"testing"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
)

func TestAbsentNullEmptyAndFalseEachSurvive(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`,
		`{"name":null,"key":"","beta":false,"id":0}`,
		`{"beta":null,"private":true,"authentication":{}}`,
		`{"authentication":null,"configuration":null,"resources":[],"hooks":[{}]}`,
		`{"configuration":[{"key":"a","defaultValue":null},{"key":"b","defaultValue":""},{"key":"c"}]}`,
		`{"resources":[{"model":null,"response":{"sampleData":""},"object":{"fields":null}}]}`,
		`{"elementMetadata":null,"objectMetadata":{"a":{"fields":[1.5e3,true,null,"é\n"]}}}`,
		`{"models":[{"childModelIds":[1,2],"fields":[{"maxLength":"","minLength":0,"precision":null}]}]}`,
		`{"objects":[{"tags":[],"operationsSupported":["a",""],"fields":[{"reference":{"fields":[{"name":"x"}]}}]}]}`,
		`{"unknown":{"b":[1,{"c":null}]},"another":"x"}`,
		`{"name":"quote \" slash \\ / tab \t \u0001 \u2028 \ud83d\ude00 < > &"}`,
		`{"\u006eame":"escaped member"}`,
	} {
		d, err := connector.ParseJSON([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		printed, err := json.Marshal(d)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if path, want, got := firstDifference("$", tree(t, []byte(text)), tree(t, printed)); path != "" {
			t.Errorf("%s\nis printed as\n%s\n%s: %v is not %v", text, printed, path, want, got)
		}
	}
}

func TestOfTwoMembersWithOneNameTheLastCounts(t *testing.T) {
	t.Parallel()
	d, err := connector.ParseJSON([]byte(`{"name":null,"name":"b","hub":"x","hub":null,
		"authentication":{"type":"basic","x":1},"authentication":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"name":"b","hub":null,"authentication":{}}`; string(got) != want {
		t.Errorf("printed %s, want %s", got, want)
	}
}

func TestAMemberOfTheWrongTypeIsNamedByItsPath(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`[]`:                                 "the definition must be an object, found an array",
		`{"name":5}`:                         "name must be a string, found a number",
		`{"active":"true"}`:                  "active must be true or false, found a string",
		`{"id":"7"}`:                         "id must be a whole number, found a string",
		`{"id":7.5}`:                         "id must be a whole number, found 7.5",
		`{"id":1e300}`:                       "id must be a whole number, found 1e300",
		`{"resources":{}}`:                   "resources must be an array, found an object",
		`{"resources":[{},null]}`:            "resources[1] must be an object, found null",
		`{"authentication":"basic"}`:         "authentication must be an object, found a string",
		`{"objects":[{"tags":["a",false]}]}`: "objects[0].tags[1] must be a string, found a boolean",
		`{"configuration":[{"defaultValue":{}}]}`:            "configuration[0].defaultValue must be a string, found an object",
		`{"resources":[{"parameters":[{},{"required":1}]}]}`: "resources[0].parameters[1].required must be true or false, found a number",
		`{"resources":[{"model":{"transform":[]}}]}`:         "resources[0].model.transform must be true or false, found an array",
		`{"name":"a"`:    "the body is not valid JSON: unexpected end of JSON input",
		``:               "the body is not valid JSON: unexpected end of JSON input",
		`{"name":"a"} x`: "the body is not valid JSON: invalid character 'x' after top-level value",
	} {
		_, err := connector.ParseJSON([]byte(text))
		if err == nil {
			t.Errorf("%s is accepted", text)
			continue
		}
		if err.Error() != want {
			t.Errorf("%s: %q, want %q", text, err, want)
		}
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: the error is not of kind Invalid", text)
		}
	}
}

func TestDeepNestingIsRefusedAndNotFollowed(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"reference":{"fields":[`, 2000) + strings.Repeat(`]}}`, 2000)
	_, err := connector.ParseJSON([]byte(`{"objects":[{"fields":[` + deep + `]}]}`))
	if err == nil || !strings.Contains(err.Error(), "nested deeper than 200 levels") {
		t.Errorf("got %.200v", err)
	}
	// What the model does not know is passed over without recursion.
	extra := `{"x":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`
	if _, err := connector.ParseJSON([]byte(extra)); err != nil {
		t.Error(err)
	}
}

func TestADefaultValueMayBeWrittenAsNumberOrBoolean(t *testing.T) {
	t.Parallel()
	d, err := connector.ParseJSON([]byte(`{"configuration":[{"key":"a","defaultValue":15},{"key":"b","defaultValue":true}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if d.Default("a") != "15" || d.Default("b") != "true" || d.Default("c") != "" {
		t.Errorf("defaults are %q, %q and %q", d.Default("a"), d.Default("b"), d.Default("c"))
	}
}

func TestShownMembersPrintAndOmittedOnesDoNot(t *testing.T) {
	t.Parallel()
	d, err := connector.ParseJSON([]byte(`{"id":7,"private":false,"name":"n"}`))
	if err != nil {
		t.Fatal(err)
	}
	if !connector.Has(d, "private") || connector.Has(d, "extended") {
		t.Error("Has does not tell what was read")
	}
	connector.Omit(d, "id", "private")
	connector.Show(d, "extended", "resources")
	got, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"name":"n","extended":false,"resources":[]}`; string(got) != want {
		t.Errorf("printed %s, want %s", got, want)
	}
}

func TestEveryPartIsAValueOfItsOwn(t *testing.T) {
	t.Parallel()
	var p connector.Parameter
	if err := json.Unmarshal([]byte(`{"name":"where","required":false,"x":1}`), &p); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{"name":"page"}`), &p); err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal([]connector.Parameter{p})
	if err != nil {
		t.Fatal(err)
	}
	if want := `[{"name":"page"}]`; string(got) != want {
		t.Errorf("printed %s, want %s: an earlier content must be gone", got, want)
	}
}

func TestBytesThatAreNotTextBecomeReplacementCharacters(t *testing.T) {
	t.Parallel()
	d, err := connector.ParseJSON([]byte("{\"name\":\"a\xffb\",\"x\":\"\xfe\"}"))
	if err != nil {
		t.Fatal(err)
	}
	if d.Name != "a\uFFFDb" {
		t.Errorf("name is %q", d.Name)
	}
}

func FuzzADefinitionReadsBackWhatItPrints(f *testing.F) {
	f.Add([]byte(`{"name":"a","resources":[{"path":"/x","parameters":[{"name":"q","required":null}]}],"z":[1]}`))
	f.Add([]byte(`{"models":[{"fields":[{"sampleValue":{"a":[]}}]}],"id":1e2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := connector.ParseJSON(data)
		if err != nil {
			return
		}
		first, err := d.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := connector.ParseJSON(first)
		if err != nil {
			t.Fatalf("%s does not read back: %v", first, err)
		}
		second, err := again.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if string(first) != string(second) {
			t.Errorf("%s\nthen\n%s", first, second)
		}
		d.Validate()
	})
}
