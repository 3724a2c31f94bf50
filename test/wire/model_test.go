package wire_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sampleModel = `{"id":7,"name":"Ada","active":true,"born":"2018-05-01T12:34:56.000Z","address":{"city":"London"},"lines":[{"amount":1.5}],"nothing":null}`

func TestModelToolsAgreeWithEachOther(t *testing.T) {
	t.Parallel()
	h := build(t)
	definitions := h.send("POST", "/models/person/schema", sampleModel).want(200, `"x-samplevalue":7`, `"format":"int32"`, `"unknown"`)
	fromSample := h.send("POST", "/models/person/csv", sampleModel).want(200, "sampleValue,name,type,format")
	if kind := fromSample.header.Get("Content-Type"); kind != "text/csv" {
		t.Errorf("media type %q", kind)
	}
	if place := fromSample.header.Get("Content-Disposition"); !strings.Contains(place, "attachment;") {
		t.Errorf("disposition %q", place)
	}
	fromSchema := h.send("POST", "/models/person/csv?fromSchema=true", string(definitions.body)).want(200)
	if !bytes.Equal(fromSample.body, fromSchema.body) {
		t.Errorf("CSV of the sample\n%s\nand of its definitions\n%s", fromSample.body, fromSchema.body)
	}
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	part, err := writer.CreateFormFile("file", "person.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(fromSample.body); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	back := h.do(request{method: "POST", path: "/models/person/schema/csv", body: form.String(), header: map[string]string{"Content-Type": writer.FormDataContentType()}}).want(200)
	var want, got any
	if err := json.Unmarshal(definitions.body, &want); err != nil {
		t.Fatal(err)
	}
	back.into(&got)
	if difference := cmp.Diff(want, got); difference != "" {
		t.Errorf("definitions of the CSV (-sample +CSV):\n%s", difference)
	}
	h.send("POST", "/models/person/schema", `{"a":`).want(400)
}
