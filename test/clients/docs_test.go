package clients_test

import (
	"encoding/json"
	"testing"
)

// swagger is as much of a document as tools of old look at first.
type swagger struct {
	Swagger  string                                `json:"swagger"`
	Info     struct{ Title, Version string }       `json:"info"`
	BasePath string                                `json:"basePath"`
	Paths    map[string]map[string]json.RawMessage `json:"paths"`
}

func (s swagger) check(t *testing.T, title, path string) {
	t.Helper()
	if s.Swagger != "2.0" || s.Info.Title != title || s.BasePath != "/elements/api-v2" || s.Paths[path] == nil {
		t.Errorf("the document is %s of %s at %s with %d paths, and lacks %s", s.Swagger, s.Info.Title, s.BasePath, len(s.Paths), path)
	}
}

func TestCallsOfCectlForDocumentation(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.post(own(t))
	for _, call := range []string{"/elements/lanterndesk/docs", "/elements/lanterndesk/docs?version=-1", "/elements/lanterndesk/lbdocs?force=false&version=-1"} {
		var document swagger
		h.get(call).into(&document)
		document.check(t, "lanterndesk", "/tickets")
	}
	made := h.shelf()
	var document swagger
	h.get("/instances/" + made.ID.String() + "/docs").into(&document)
	document.check(t, "shelf", "/things")
	var definitions map[string]json.RawMessage
	h.get("/instances/" + made.ID.String() + "/docs/getThings/definitions").into(&definitions)
}
