package wire_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"jackfield/simulator/rest"
)

// dropbox is an instance whose token somebody else got: the way of externalAuthentication.
func dropbox(t *testing.T) *reached {
	t.Helper()
	return shippedConnector(t, "dropbox", "documents", "/2", `{"oauth.user.token":"demo-access-token","content.url":"PROVIDER/2"}`)
}

// put uploads a file as clients of a documents hub do.
func (p *reached) put(path, contentType, content string, query ...string) *answer {
	p.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreatePart(map[string][]string{
		"Content-Disposition": {`form-data; name="file"; filename="x.txt"`}, "Content-Type": {contentType},
	})
	if err == nil {
		_, err = io.WriteString(part, content)
	}
	if err != nil || form.Close() != nil {
		p.t.Fatal(err)
	}
	values := url.Values{"path": {path}}
	for i := 0; i+1 < len(query); i += 2 {
		values.Set(query[i], query[i+1])
	}
	return p.do(request{method: http.MethodPost, path: p.hub + "/files", body: body.String(), token: p.token, query: values,
		header: map[string]string{"Content-Type": form.FormDataContentType()}})
}

func TestDropboxTakesAndGivesFilesUntouched(t *testing.T) {
	t.Parallel()
	p := dropbox(t)
	content := strings.Repeat("\x00\xffbinary\r\n", 5000)
	made := p.put("/Übung/neu & alt.bin", "text/plain", content).want(200).record()
	if made["name"] != "neu & alt.bin" || made["path"] != "/Übung/neu & alt.bin" || made["directory"] != false || made["size"] != float64(len(content)) {
		t.Fatalf("the file is %v", made)
	}
	for path, query := range map[string][]string{"/files": {"path", "/Übung/neu & alt.bin"}, "/files/" + url.PathEscape(id(made, "id")): nil} {
		if got := p.call("GET", path, "", query...).want(200); string(got.body) != content {
			t.Errorf("%s gives %d bytes, want %d", path, len(got.body), len(content))
		}
	}
	p.put("/Übung/neu & alt.bin", "text/plain", "other").want(409)
	p.put("/Übung/neu & alt.bin", "", "other", "overwrite", "true").want(200)
	if got := p.call("GET", "/files", "", "path", "/Übung/neu & alt.bin").want(200); string(got.body) != "other" {
		t.Errorf("the replaced file is %q", got.body)
	}
	p.call("DELETE", "/files", "", "path", "/Übung/neu & alt.bin").want(200)
	p.call("GET", "/files/metadata", "", "path", "/Übung/neu & alt.bin").want(404)
	p.call("GET", "/files", "", "path", "/Übung/neu & alt.bin").want(409, "not_found")
}

func TestDropboxListsFoldersByCursor(t *testing.T) {
	t.Parallel()
	p := dropbox(t)
	p.pages("/folders/contents", 4, "path", "/")
	root := p.call("GET", "/folders/contents", "", "path", "/").want(200).rows()
	kinds := map[string]any{}
	for _, entry := range root {
		kinds[entry["name"].(string)] = entry["directory"]
	}
	if kinds["Reports"] != true || kinds["a01.txt"] != false || len(root) != 13 {
		t.Errorf("the root has %v", kinds)
	}
	deep := p.call("GET", "/folders/contents", "", "path", "/Reports", "recursive", "true").want(200).rows()
	if len(deep) != 4 {
		t.Errorf("/Reports has %v", deep)
	}
	p.call("GET", "/folders/contents", "", "path", "/Nowhere").want(404)
	p.call("GET", "/folders/contents", "").want(400, "path")
	if got := p.call("GET", "/search", "", "text", "größe").want(200).rows(); len(got) != 1 || got[0]["path"] != "/Übung/Größe 1.txt" {
		t.Errorf("the search finds %v", got)
	}
}

func TestDropboxMovesAndCopies(t *testing.T) {
	t.Parallel()
	p := dropbox(t)
	folder := p.call("POST", "/folders", `{"path":"/New"}`).want(200).record()
	if folder["directory"] != true || folder["name"] != "New" {
		t.Errorf("the folder is %v", folder)
	}
	p.call("POST", "/folders", `{"path":"/New"}`).want(409)
	p.call("POST", "/files/copy", `{"path":"/New/copy.txt"}`, "path", "/a01.txt").want(200, "/New/copy.txt")
	p.call("PATCH", "/files", `{"path":"/New/moved.txt"}`, "path", "/a02.txt").want(200, "/New/moved.txt")
	p.call("GET", "/files/metadata", "", "path", "/a02.txt").want(404)
	p.call("PATCH", "/folders", `{"path":"/Old"}`, "path", "/New").want(200)
	if got := p.call("GET", "/folders/contents", "", "path", "/Old").want(200).rows(); len(got) != 2 {
		t.Errorf("the moved folder has %v", got)
	}
	link := p.call("GET", "/files/links", "", "path", "/Old/copy.txt").want(200).record()
	if !strings.Contains(id(link, "providerLink"), "/temporary/") || link["name"] != "copy.txt" {
		t.Errorf("the link is %v", link)
	}
	p.call("DELETE", "/folders", "", "path", "/Old").want(200)
	p.call("GET", "/folders/metadata", "", "path", "/Old").want(404)
}

func TestDropboxSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	p := dropbox(t)
	p.call("GET", "/me", "").want(200, "Ada Byron")
	p.call("GET", "/storage", "").want(200, "314159265")
	p.simulator.Fault(rest.Fault{Method: "POST", Status: 429, RetryAfter: "600", Count: -1})
	p.call("GET", "/me", "").want(429)
	p.heal()
	p.call("GET", "/files/metadata", "", "path", "/Nowhere").want(404, "path/not_found")
}
