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

func TestMembersThatStandTwiceAreAllNamed(t *testing.T) {
	t.Parallel()
	_, err := connector.ParseJSON([]byte(`{"name":null,"name":"b","name":"c","hub":"x","\u0068ub":null,"x":[{"a":{"q":1,"r":2,"q":3}}],
		"authentication":{"type":"basic","type":"basic"},"y":{"1":1,"2":1,"3":1,"4":1,"5":1,"6":1,"7":1,"8":1,"9":1,"1":1},
		"resources":[{"model":{"swagger":{"a":1,"a":2}}}]}`))
	var paths []string
	for _, p := range connector.Reasons(err) {
		paths = append(paths, p.Path)
		if !strings.Contains(p.Reason, "stands twice") {
			t.Errorf("%s", p)
		}
	}
	if want := "x[0].a.q authentication.type y.1 resources[0].model.swagger.a name hub"; strings.Join(paths, " ") != want {
		t.Errorf("found %q, want %q", strings.Join(paths, " "), want)
	}
	if !fault.Is(err, fault.Invalid) || fault.As(err).Message != err.Error() {
		t.Errorf("to a caller it is %v", fault.As(err))
	}
}

func TestEveryMemberOfTheWrongTypeIsNamed(t *testing.T) {
	t.Parallel()
	_, err := connector.ParseJSON([]byte(`{"name":{"a":[1,{}]},"active":"x","resources":[5,{"path":1,"parameters":[{"required":"x","name":[]}]},{"method":"GET"}],
		"hooks":{"a":1},"configuration":[{"defaultValue":{}},{"key":false}],"description":"d","id":1.5}`))
	want := "the definition has 10 faults: name: must be a string, found an object; active: must be true or false, found a string; " +
		"resources[0]: must be an object, found a number; resources[1].path: must be a string, found a number; " +
		"resources[1].parameters[0].required: must be true or false, found a string; resources[1].parameters[0].name: must be a string, found an array; " +
		"hooks: must be an array, found an object; configuration[0].defaultValue: must be a string, found an object; " +
		"configuration[1].key: must be a string, found a boolean; id: must be a whole number, found 1.5"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestManyFaultsAreCountedAndNotAllSpeltOut(t *testing.T) {
	t.Parallel()
	_, err := connector.ParseJSON([]byte(`{"resources":[` + strings.TrimSuffix(strings.Repeat("1,", 5000), ",") + `]}`))
	if n := len(connector.Reasons(err)); n != 100 {
		t.Errorf("%d faults are kept, want 100", n)
	}
	if err == nil || !strings.HasSuffix(err.Error(), "; and 50 more") {
		t.Errorf("got %.300v", err)
	}
}

func TestAMemberOfTheWrongTypeIsNamedByItsPath(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`[]`:                                 "the definition must be an object, found an array",
		`{"name":5}`:                         "name: must be a string, found a number",
		`{"active":"true"}`:                  "active: must be true or false, found a string",
		`{"id":"7"}`:                         "id: must be a whole number, found a string",
		`{"id":7.5}`:                         "id: must be a whole number, found 7.5",
		`{"id":1e300}`:                       "id: must be a whole number, found 1e300",
		`{"resources":{}}`:                   "resources: must be an array, found an object",
		`{"resources":[{},null]}`:            "resources[1]: must be an object, found null",
		`{"authentication":"basic"}`:         "authentication: must be an object, found a string",
		`{"objects":[{"tags":["a",false]}]}`: "objects[0].tags[1]: must be a string, found a boolean",
		`{"configuration":[{"defaultValue":{}}]}`:            "configuration[0].defaultValue: must be a string, found an object",
		`{"resources":[{"parameters":[{},{"required":1}]}]}`: "resources[0].parameters[1].required: must be true or false, found a number",
		`{"resources":[{"model":{"transform":[]}}]}`:         "resources[0].model.transform: must be true or false, found an array",
		`{"name":"a"`:    "the body is not valid JSON: unexpected end of JSON input",
		``:               "the body is not valid JSON: unexpected end of JSON input",
		"{\n\n\"a\":}":   "the body is not valid JSON: invalid character '}' looking for beginning of value (line 3)",
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
	for name, text := range map[string]string{
		"in what the model knows":         `{"objects":[{"fields":[` + strings.Repeat(`{"reference":{"fields":[`, 2000) + strings.Repeat(`]}}`, 2000) + `]}]}`,
		"in what the model does not know": `{"x":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`,
		"in a schema":                     `{"resources":[{"model":{"swagger":{"a":` + strings.Repeat(`{"a":`, 300) + "1" + strings.Repeat("}", 300) + `}}}]}`,
		"one too many":                    strings.Repeat(`{"x":`, 201) + "1" + strings.Repeat("}", 201),
	} {
		_, err := connector.ParseJSON([]byte(text))
		if err == nil || !strings.Contains(err.Error(), "nested deeper than the limit of 200 levels") || len(err.Error()) > 500 {
			t.Errorf("%s: got %.700v", name, err)
		}
	}
	if _, err := connector.ParseJSON([]byte(strings.Repeat(`{"x":`, 200) + "1" + strings.Repeat("}", 200))); err != nil {
		t.Error(err)
	}
	if _, err := connector.ParseJSON([]byte(strings.Repeat("[", 20_000))); err == nil {
		t.Error("20,000 open brackets are accepted")
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
