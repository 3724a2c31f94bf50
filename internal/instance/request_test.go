package instance

import (
	"strings"
	"testing"

	"jackfield/internal/fault"

	"github.com/google/go-cmp/cmp"
)

func TestConfigurationValuesBecomeText(t *testing.T) {
	t.Parallel()
	r, err := ParseRequest([]byte(`{"configuration":{"text":"a\u00e9","yes":true,"no":false,"whole":150,"exact":9007199254740993,
		"decimal":1.50,"object":{ "a" : [1, null] },"list":[ "x" ],"nothing":null,"empty":""}}`))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for key, value := range r.Configuration {
		if value == nil {
			got[key] = "(null)"
		} else {
			got[key] = *value
		}
	}
	want := map[string]string{"text": "aé", "yes": "true", "no": "false", "whole": "150", "exact": "9007199254740993",
		"decimal": "1.50", "object": `{"a":[1,null]}`, "list": `["x"]`, "nothing": "(null)", "empty": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestARequestIsReadAsClientsSendIt(t *testing.T) {
	t.Parallel()
	text := func(s string) *string { return &s }
	list := func(s ...string) *[]string { return &s }
	for name, test := range map[string]struct {
		body string
		want Request
	}{
		"nothing":             {`{}`, Request{}},
		"by key":              {`{"element":{"key":"actessentials"}}`, Request{Connector: ConnectorReference{Key: "actessentials"}}},
		"by id":               {`{"element":{"id":7213}}`, Request{Connector: ConnectorReference{ID: 7213}}},
		"by id in a string":   {`{"element":{"id":"7213","key":null}}`, Request{Connector: ConnectorReference{ID: 7213}}},
		"no element":          {`{"element":null}`, Request{}},
		"tags":                {`{"tags":[" a ","b","a",""]}`, Request{Tags: list("a", "b")}},
		"no tags":             {`{"tags":[]}`, Request{Tags: &[]string{}}},
		"null tags":           {`{"tags":null}`, Request{Tags: &[]string{}}},
		"null name":           {`{"name":null}`, Request{Name: text("")}},
		"unknown members":     {`{"id":"x","valid":3,"createdDate":"0001-01-01T00:00:00Z","user":[],"what":{}}`, Request{}},
		"null configuration":  {`{"configuration":null,"providerData":null,"externalAuthentication":null}`, Request{}},
		"debug by provider":   {`{"providerData":{"debug":true}}`, Request{Debug: true}},
		"debug in config":     {`{"configuration":{"debug":"true"}}`, Request{Debug: true}},
		"initial":             {`{"externalAuthentication":"initial"}`, Request{ExternalAuthentication: text("initial")}},
		"a name in full body": {`{"name":"n","element":{"id":1,"key":"k","resources":[{}]},"tags":["t"]}`, Request{Name: text("n"), Tags: list("t"), Connector: ConnectorReference{ID: 1, Key: "k"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseRequest([]byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			got.Configuration, got.ProviderData = nil, nil
			if diff := cmp.Diff(test.want, *got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestABadRequestIsRefusedWithTheNameOfTheMember(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, contains string }{
		"empty":                   {``, "JSON"},
		"malformed":               {`{"name":`, "not valid JSON"},
		"trailing text":           {`{} x`, "not valid JSON"},
		"an array":                {`[]`, "must be a JSON object"},
		"null":                    {`null`, "must be a JSON object"},
		"text":                    {`"x"`, "must be a JSON object"},
		"bad UTF-8":               {"{\"name\":\"\xff\"}", "UTF-8"},
		"name number":             {`{"name":5}`, "name must be a string"},
		"name object":             {`{"name":{}}`, "name must be a string"},
		"tags text":               {`{"tags":"a"}`, "tags must be an array of strings"},
		"tags number":             {`{"tags":["a",1]}`, "tags[1] must be a string"},
		"tags null":               {`{"tags":[null]}`, "tags[0] must be a string"},
		"old tags":                {`{"tags":[{"id":1,"name":"a"}]}`, "tags[0] must be a string"},
		"element text":            {`{"element":"actessentials"}`, "element must be an object"},
		"element key":             {`{"element":{"key":1}}`, "element.key must be a string"},
		"element id":              {`{"element":{"id":1.5}}`, "element.id must be an integer"},
		"element id object":       {`{"element":{"id":{}}}`, "element.id must be an integer"},
		"configuration list":      {`{"configuration":[]}`, "configuration must be an object"},
		"configuration text":      {`{"configuration":"x"}`, "configuration must be an object"},
		"provider data":           {`{"providerData":"x"}`, "providerData must be an object"},
		"outside type":            {`{"externalAuthentication":1}`, "externalAuthentication must be a string"},
		"outside value":           {`{"externalAuthentication":"later"}`, `externalAuthentication must be "none" or "initial"`},
		"too many tags":           {`{"tags":[` + strings.Repeat(`"a",`, MaxTags) + `"a"]}`, "tags has 201 entries: at most 200"},
		"long tag":                {`{"tags":["` + strings.Repeat("a", MaxTagLength+1) + `"]}`, "tags[0] is longer than 255"},
		"long value":              {`{"configuration":{"a":"` + strings.Repeat("a", MaxConfigurationValue+1) + `"}}`, "configuration.a has 1048577 bytes"},
		"empty configuration key": {`{"configuration":{"":"a"}}`, "configuration has a key of 0 bytes"},
		"NUL in a tag":            {`{"tags":["a\u0000"]}`, "tags[0] holds the character U+0000"},
		"NUL in a value":          {`{"configuration":{"a":"\u0000"}}`, "configuration.a holds the character U+0000"},
		"NUL in a key":            {`{"configuration":{"a\u0000":"b"}}`, "holds the character U+0000"},
		"deep nesting":            {`{"configuration":{"a":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}}`, "JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseRequest([]byte(test.body))
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("got %v, want an Invalid fault", err)
			}
			if !strings.Contains(fault.As(err).Message, test.contains) {
				t.Errorf("message %q does not contain %q", fault.As(err).Message, test.contains)
			}
		})
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`{"element":{"key":"k"},"name":"n","tags":["t"],"configuration":{"a":1},"providerData":{}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := ParseRequest(body)
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%v is not an Invalid fault", err)
		}
		if err == nil && r == nil {
			t.Error("neither a request nor an error")
		}
	})
}
