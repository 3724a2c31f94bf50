package wire_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jackfield/internal/connector"
	"jackfield/internal/server"
)

func (h *house) convert(kind string, document []byte) *answer {
	h.t.Helper()
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	part, err := writer.CreateFormFile("file", "description")
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := part.Write(document); err != nil {
		h.t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		h.t.Fatal(err)
	}
	return h.do(request{method: "POST", path: "/elements/convert?type=" + kind, body: form.String(), header: map[string]string{"Content-Type": writer.FormDataContentType()}})
}

func TestDescriptionsOfProvidersBecomeConnectors(t *testing.T) {
	t.Parallel()
	h := build(t)
	files, err := filepath.Glob("../../internal/conversion/testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	tried := map[string]bool{}
	for _, file := range files {
		kind, known := map[string]string{".wsdl": "soap", ".xml": "odata"}[filepath.Ext(file)], true
		if kind == "" {
			kind, known = "swagger", !strings.HasSuffix(file, ".golden.json") && !strings.Contains(file, "golden")
		}
		if info, err := os.Stat(file); err != nil || info.IsDir() || !known {
			continue
		}
		document, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		converted := h.convert(kind, document).want(200)
		d, err := connector.ParseJSON(converted.body)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		d.Key = connector.KeyFromName(filepath.Base(file))
		text, err := d.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		h.send("POST", "/elements", string(text)).want(200)
		read := h.send("GET", "/elements/"+d.Key, "").want(200)
		h.send("PUT", "/elements/"+d.Key, string(read.body)).want(200)
		h.send("GET", "/elements/"+d.Key+"/docs", "").want(200, `"swagger":"2.0"`)
		tried[kind] = true
	}
	if len(tried) != 3 {
		t.Errorf("only these kinds were tried: %v", tried)
	}
	h.convert("soap", []byte("<html/>")).want(400)
	h.convert("word", []byte(`{"swagger":"2.0"}`)).want(400, "soap, swagger")
}

const petStore = `{"swagger":"2.0","info":{"title":"Pet Store","version":"1"},"host":"HOST","basePath":"/v1","schemes":["http"],
"securityDefinitions":{"key":{"type":"apiKey","in":"header","name":"X-Key"}},"security":[{"key":[]}],
"paths":{"/pets/{id}":{"get":{"operationId":"getPet","parameters":[{"name":"id","in":"path","type":"string","required":true}],
"responses":{"200":{"description":"ok","schema":{"$ref":"#/definitions/Pet"}}}}}},"definitions":{"Pet":{"type":"object","properties":{"id":{"type":"string"},"key":{"type":"string"}}}}}`

func TestAConvertedDescriptionRuns(t *testing.T) {
	t.Parallel()
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"id":"` + r.URL.Path + `","key":"` + r.Header.Get("X-Key") + `"}`))
	}))
	t.Cleanup(provider.Close)
	h := build(t, reach(provider))
	converted := h.convert("swagger", []byte(strings.Replace(petStore, "HOST", strings.TrimPrefix(provider.URL, "http://"), 1))).want(200, `"name":"Pet Store"`)
	var made element
	h.send("POST", "/elements", string(converted.body)).want(200).into(&made)
	configuration := ""
	for _, entry := range made.Configuration {
		if entry["required"] == true && entry["defaultValue"] == nil {
			configuration += `,"` + entry["key"].(string) + `":"secret-key"`
		}
	}
	i := h.create(`{"name":"pets","element":{"key":"` + made.Key + `"},"configuration":{` + strings.TrimPrefix(configuration, ",") + `}}`)
	h.do(request{path: "/hubs/general/pets/7", token: i.Token}).want(200, `"id":"/v1/pets/7"`, `"key":"secret-key"`)
}

// reach lets the server call a provider of a test.
func reach(provider *httptest.Server) option {
	return func(o *server.Options) { o.AllowAddresses = append(o.AllowAddresses, addressOf(provider.URL)) }
}
