package soap

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func ask(s *Simulator, contentType, operation, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/book", strings.NewReader(`<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><Login xmlns="`+Space+`"><user>`+User+
		`</user><password>`+Password+`</password></Login></e:Header><e:Body>`+body+`</e:Body></e:Envelope>`))
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("SOAPAction", `"`+Space+"/"+operation+`"`)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestCallsAreAnsweredOrRefusedWithAFault(t *testing.T) {
	t.Parallel()
	const contact = `<lastName>A &amp; B</lastName><phone>1</phone><phone>2</phone>`
	for _, test := range []struct {
		name, contentType, operation, body string
		status                             int
		want                               string
	}{
		{"create", "text/xml", "CreateContact", `<CreateContact xmlns="` + Space + `"><contact>` + contact + `</contact></CreateContact>`, 200, "<b:id>3</b:id>"},
		{"update", "text/xml", "UpdateContact", `<UpdateContact xmlns="` + Space + `"><id>1</id><contact>` + contact + `</contact></UpdateContact>`, 200, "<b:phone>1</b:phone><b:phone>2</b:phone>"},
		{"get", "text/xml", "GetContact", `<GetContact xmlns="` + Space + `"><id>1</id></GetContact>`, 200, "Hopper"},
		{"list", "text/xml", "ListContacts", `<ListContacts xmlns="` + Space + `"><page>2</page><pageSize>1</pageSize></ListContacts>`, 200, "Noether"},
		{"delete", "text/xml", "DeleteContact", `<DeleteContact xmlns="` + Space + `"><id>1</id></DeleteContact>`, 200, "<b:deleted>1</b:deleted>"},
		{"an unknown id", "text/xml", "GetContact", `<GetContact xmlns="` + Space + `"><id>9</id></GetContact>`, 500, "There is no contact 9"},
		{"no namespace", "text/xml", "GetContact", `<GetContact><id>1</id></GetContact>`, 500, "none of the operations"},
		{"another action", "text/xml", "DeleteContact", `<GetContact xmlns="` + Space + `"><id>1</id></GetContact>`, 500, "does not name GetContact"},
		{"JSON", "application/json", "GetContact", ``, 500, "not text/xml"},
		{"an unknown element", "text/xml", "CreateContact", `<CreateContact xmlns="` + Space + `"><contact><lastName>x</lastName><nope/></contact></CreateContact>`, 500, "has no nope"},
	} {
		w := ask(New(), test.contentType, test.operation, test.body)
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("%s: %d %s", test.name, w.Code, w.Body)
		}
		if err := xml.Unmarshal(w.Body.Bytes(), new(struct{})); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestAnAnswerOfAnotherKindIsGivenOnce(t *testing.T) {
	t.Parallel()
	s := New()
	s.Answer("html")
	const get = `<GetContact xmlns="` + Space + `"><id>1</id></GetContact>`
	if w := ask(s, "text/xml", "GetContact", get); w.Header().Get("Content-Type") != "text/html" {
		t.Errorf("%v", w.Header())
	}
	if w := ask(s, "text/xml", "GetContact", get); !strings.Contains(w.Body.String(), "Hopper") {
		t.Errorf("%s", w.Body)
	}
	if len(s.Journal()) != 2 {
		t.Errorf("%d calls were noted", len(s.Journal()))
	}
}
