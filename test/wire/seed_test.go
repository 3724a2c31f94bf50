package wire_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares an answer with a file after what changes from run to run was replaced.
func golden(t *testing.T, name string, body []byte) {
	t.Helper()
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, body, "", " "); err != nil {
		t.Fatal(err)
	}
	text := pretty.String()
	for _, r := range []struct{ pattern, with string }{
		{`"token": "[A-Za-z0-9+/]{43}="`, `"token": "TOKEN"`},
		{`"createdDate": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"`, `"createdDate": "DATE"`},
		{`"requestId": "[0-9a-f]{24}"`, `"requestId": "REQUEST"`},
		{`http://127\.0\.0\.1:\d+`, `http://PROVIDER`},
	} {
		text = regexp.MustCompile(r.pattern).ReplaceAllString(text, r.with)
	}
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text+"\n"); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

const seed = `{"element":{"key":"actessentials"},"configuration":{"username":"demo-api-key","password":"demo-developer-key"},"tags":["Docs"],"name":"API Instance"}`

func TestTheSeedAnswersWithEveryKeyOfItsShape(t *testing.T) {
	t.Parallel()
	h := build(t)
	a := h.do(request{method: "POST", path: "/instances", body: seed}).want(200)

	var whole map[string]json.RawMessage
	a.into(&whole)
	for _, key := range []string{"id", "name", "createdDate", "token", "elementId", "tags", "valid", "disabled", "maxCacheSize",
		"cacheTimeToLive", "configuration", "authenticationType", "eventsEnabled", "cachingEnabled", "traceLoggingEnabled",
		"organizationId", "accountId", "externalAuthentication", "userId", "element", "user"} {
		if _, ok := whole[key]; !ok {
			t.Errorf("the answer lacks %s", key)
		}
	}
	if _, ok := whole["providerData"]; ok {
		t.Error("providerData must never be in an answer")
	}
	var element map[string]json.RawMessage
	if err := json.Unmarshal(whole["element"], &element); err != nil {
		t.Fatal(err)
	}
	var resources []json.RawMessage
	if err := json.Unmarshal(element["resources"], &resources); err != nil || len(resources) != 57 {
		t.Errorf("element.resources has %d entries, want the definition's 57 (%v)", len(resources), err)
	}
	// The definition's own parts are tested where they are defined; here they would hide the shape.
	element["resources"], element["parameters"] = []byte("[]"), []byte("[]")
	element["description"] = []byte(`"…"`)
	shape := rewrite(t, a.body, func(name string, value json.RawMessage) json.RawMessage {
		if name != "element" {
			return value
		}
		return rewrite(t, value, func(name string, _ json.RawMessage) json.RawMessage { return element[name] })
	})
	golden(t, "seed.json", shape)
}

// rewrite changes the members of a JSON object and keeps their order, which is part of the shape.
func rewrite(t *testing.T, body []byte, change func(name string, value json.RawMessage) json.RawMessage) []byte {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(body))
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}
	out := []byte("{")
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			t.Fatal(err)
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, `"`+name.(string)+`":`...)
		out = append(out, change(name.(string), value)...)
	}
	return append(out, '}')
}

func TestCreatingAnInstanceIsRefused(t *testing.T) {
	t.Parallel()
	h := build(t)
	for name, c := range map[string]struct {
		body    string
		header  map[string]string
		status  int
		message []string
	}{
		"with wrong keys":           {`{"element":{"key":"actessentials"},"configuration":{"username":"x","password":"y"},"name":"n"}`, nil, 401, []string{`"message"`, `"providerMessage"`, `"requestId"`}},
		"without the user name":     {`{"element":{"key":"actessentials"},"configuration":{"password":"y"},"name":"n"}`, nil, 400, []string{"username"}},
		"of an unknown key":         {`{"element":{"key":"nothing"},"name":"n"}`, nil, 404, []string{"No element found with key nothing"}},
		"without an element":        {`{"name":"n"}`, nil, 400, []string{"element"}},
		"without a name":            {`{"element":{"key":"actessentials"},` + actKeys + `}`, nil, 400, []string{"name"}},
		"without secrets":           {seed, map[string]string{"Authorization": ""}, 401, []string{`"message"`}},
		"with a wrong user secret":  {seed, map[string]string{"Authorization": "User x, Organization y"}, 401, []string{`"message"`}},
		"with half of the secrets":  {seed, map[string]string{"Authorization": "User " + h.user}, 401, []string{"organization"}},
		"with another organization": {seed, map[string]string{"Authorization": "User " + h.user + ", Organization 00112233445566778899aabbccddeeff"}, 401, []string{`"message"`}},
	} {
		t.Run(name, func(t *testing.T) {
			a := h.do(request{method: "POST", path: "/instances", body: c.body, header: c.header})
			a.t = t
			a.want(c.status, c.message...)
		})
	}
	h.do(request{path: "/instances"}).want(404, "No instances found")
}

func TestLoginGivesTheTokenThatFetchesBothSecrets(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.do(request{method: "POST", path: "/authentication", body: `{"username":"ada@example.org","password":"wrong"}`, header: map[string]string{"Authorization": ""}}).want(401)
	var login struct{ Token string }
	h.do(request{method: "POST", path: "/authentication", body: `{"username":"ada@example.org","password":"` + password + `"}`, header: map[string]string{"Authorization": ""}}).
		want(200, `"accountId"`, `"organizationAdmin":true`).into(&login)
	var secrets struct{ UserSecret, OrganizationSecret string }
	h.do(request{path: "//authentication/secrets", header: map[string]string{"Authorization": "Bearer " + login.Token}}).want(200).into(&secrets)
	if secrets.UserSecret != h.user || secrets.OrganizationSecret != h.organization {
		t.Error("the secrets are not those of the user")
	}
	h.do(request{method: "POST", path: "/authentication", body: `{"username":"system@jackfield.invalid","password":""}`, header: map[string]string{"Authorization": ""}}).want(400)
	h.do(request{method: "POST", path: "/authentication", body: `{"username":"system@jackfield.invalid","password":"x"}`, header: map[string]string{"Authorization": ""}}).want(401)
}
