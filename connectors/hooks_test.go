package connectors_test

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"modernc.org/quickjs"

	"jackfield/connectors"
)

// runHook runs a shipped hook with the given variables, and returns what it gives to done as JSON.
// It knows only what the documentation promises: the variables by name, and that the first done counts.
func runHook(t *testing.T, file, variables string) (string, error) {
	t.Helper()
	body, err := fs.ReadFile(connectors.FS(), file)
	if err != nil {
		t.Fatal(err)
	}
	vm, err := quickjs.NewVM()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := vm.Close(); err != nil {
			t.Error(err)
		}
	}()
	names := map[string]json.RawMessage{
		"configuration": []byte(`{}`), "request_path_variables": []byte(`{}`), "request_vendor_path": []byte(`""`),
		"response_body": []byte(`null`), "response_headers": []byte(`{}`), "response_iserror": []byte(`false`),
	}
	if err := json.Unmarshal([]byte(variables), &names); err != nil {
		t.Fatal(err)
	}
	script := "'use strict'; let result;\nconst done = (value) => { if (result === undefined) { result = JSON.stringify(value); } };\n"
	for name, value := range names {
		script += "const " + name + " = " + string(value) + ";\n"
	}
	script += "(function () {\n" + string(body) + "\n})();\nresult;"
	result, err := vm.Eval(script, quickjs.EvalGlobal)
	if err != nil {
		return "", err
	}
	text, ok := result.(string)
	if !ok {
		t.Fatalf("%s never calls done with %s", file, variables)
	}
	return text, nil
}

func TestTheHooksOfAct365DoWhatTheySay(t *testing.T) {
	t.Parallel()
	const id = `"request_path_variables":{"id":"5dca00000000000000000001"},"request_vendor_path":"/Contacts"`
	for name, c := range map[string]struct{ hook, variables, want string }{
		"an id becomes the filter":           {"update-by-id", `{` + id + `}`, `{"request_vendor_parameters":{"$filter":"id eq '5dca00000000000000000001'"}}`},
		"a quote in an id is doubled":        {"update-by-id", `{"request_path_variables":{"id":"a' or id ne 'b"}}`, `{"request_vendor_parameters":{"$filter":"id eq 'a'' or id ne ''b'"}}`},
		"an id goes bare where asked":        {"update-by-id", `{` + id + `,"configuration":{"odata.literal.style":"bare"}}`, `{"request_vendor_parameters":{"$filter":"id eq 5dca00000000000000000001"}}`},
		"an odd id never goes bare":          {"update-by-id", `{"request_path_variables":{"id":"a or b"},"configuration":{"odata.literal.style":"bare"}}`, `{"request_vendor_parameters":{"$filter":"id eq 'a or b'"}}`},
		"an id goes into the path":           {"update-by-id", `{"request_path_variables":{"id":"a/b"},"request_vendor_path":"/Todos/","configuration":{"update.strategy":"patch-path"}}`, `{"request_vendor_path":"/Todos/a%2Fb","request_vendor_parameters":{"$filter":null}}`},
		"a change may be a replacement":      {"update-by-id", `{` + id + `,"configuration":{"update.strategy":"put"}}`, `{"request_vendor_path":"/Contacts/5dca00000000000000000001","request_vendor_method":"PUT","request_vendor_parameters":{"$filter":null}}`},
		"a list of one is the record":        {"update-answer", `{"response_body":[{"id":"a","n":1}]}`, `{"response_body":{"id":"a","n":1}}`},
		"an empty list is not found":         {"update-answer", `{` + id + `,"response_body":[]}`, `{"response_status_code":404,"response_error_message":"There is no record with the id 5dca00000000000000000001"}`},
		"a count of nothing is not found":    {"update-answer", `{"request_path_variables":{"id":"x"},"response_body":0}`, `{"response_status_code":404,"response_error_message":"There is no record with the id x"}`},
		"a count stands for the record":      {"update-answer", `{"request_path_variables":{"id":"x"},"response_body":1}`, `{"response_body":{"id":"x"}}`},
		"a record stays":                     {"update-answer", `{"response_body":{"id":"a"}}`, `{}`},
		"an error stays":                     {"update-answer", `{"response_body":[],"response_iserror":true}`, `{}`},
		"no answer to a change stays":        {"update-answer", `{}`, `{}`},
		"a created record stays":             {"created-id", `{"response_body":{"id":"a"},"response_headers":{"Location":"/Contacts/b"}}`, `{}`},
		"an id comes from Location":          {"created-id", `{"response_body":{"id":null,"n":1},"response_headers":{"location":"https://x.example/act/api/Contacts/5dca?v=1"}}`, `{"response_body":{"id":"5dca","n":1}}`},
		"an id comes without a body":         {"created-id", `{"response_body":"","response_headers":{"LOCATION":"/Contacts/5dca/"}}`, `{"response_body":{"id":"5dca"}}`},
		"no Location gives no id":            {"created-id", `{"response_body":{}}`, `{}`},
		"no headers give no id":              {"created-id", `{"response_body":{},"response_headers":null}`, `{}`},
		"a list gets no id":                  {"created-id", `{"response_body":[],"response_headers":{"location":"/Contacts/5dca"}}`, `{}`},
		"a refused creation gets no id":      {"created-id", `{"response_body":{},"response_iserror":true,"response_headers":{"location":"/Contacts/5dca"}}`, `{}`},
		"a bare key becomes an object":       {"calendar-url-key", `{"response_body":"abc"}`, `{"response_body":{"urlKey":"abc"}}`},
		"a key in an object stays":           {"calendar-url-key", `{"response_body":{"urlKey":"abc"}}`, `{}`},
		"the text of an error stays":         {"calendar-url-key", `{"response_body":"no","response_iserror":true}`, `{}`},
		"a calendar key stays":               {"calendar-key", `{"request_path_variables":{"urlKey":"abc"}}`, `{}`},
		"a calendar address gives its key":   {"calendar-key", `{"request_path_variables":{"urlKey":"https://x.example/cal/a b/?v=1"}}`, `{"request_vendor_path":"/Calendar/a%20b"}`},
		"an address without a key is let by": {"calendar-key", `{"request_path_variables":{"urlKey":"/"}}`, `{}`},
	} {
		got, err := runHook(t, "actessentials/hooks/"+c.hook+".js", c.variables)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestAnUnknownUpdateStrategyIsNamed(t *testing.T) {
	t.Parallel()
	_, err := runHook(t, "actessentials/hooks/update-by-id.js",
		`{"request_path_variables":{"id":"a"},"configuration":{"update.strategy":"guess"}}`)
	if err == nil || !strings.Contains(err.Error(), `update.strategy is "guess": use patch-filter, patch-path or put`) {
		t.Errorf("got %v", err)
	}
}
