package wire_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"jackfield/internal/gateway"
	"jackfield/internal/mail/mailtest"
	"jackfield/internal/server"
)

const mailing = `notify.email('ada@example.org', 'A thing came', 'Its id is 7.');
notify.email('ada@example.org\nBcc: eve@example.net', 'Hello', 'x'); notify.email('ada@example.org', 'Hello\nBcc: eve@example.net', 'x'); done()`

func TestAMailOfAScriptIsSentByTheServerOfTheOperatorAFewTimesAnHour(t *testing.T) {
	t.Parallel()
	post := mailtest.Start(t, mailtest.Options{})
	r := record(t, map[string]string{"GET /things": `[]`}, httptest.NewServer)
	h := build(t, reach(r.Server), postOffice(t, post))
	h.hooked(r.URL, []part{resource("api", "GET", "/things", part{"hooks": []part{after(mailing)}})}, nil)
	m := h.create(hookedInstance)
	h.do(request{path: "/hubs/crm/things", token: m.Token}).want(200)
	if letter := next(t, post); letter.To != "ada@example.org" || !strings.Contains(letter.Data, "Subject: A thing came") || !strings.Contains(letter.Data, "Its id is 7.") ||
		strings.Contains(letter.Data, "eve@") {
		t.Errorf("%+v", letter)
	}
	// Each call takes three of the twenty: two of them are refused for what they would do to a letter's head.
	for range 9 {
		h.do(request{path: "/hubs/crm/things", token: m.Token}).want(200)
	}
	var letters []struct {
		ID          int64
		To, Subject string
	}
	h.do(request{path: "/mails"}).want(200).into(&letters)
	if len(letters) != 7 {
		t.Errorf("%d letters were written", len(letters))
	}
	for _, letter := range letters {
		if letter.To != "ada@example.org" || letter.Subject != "A thing came" {
			t.Errorf("%+v", letter)
		}
	}
	h.do(request{path: fmt.Sprintf("/mails/%d", letters[0].ID)}).want(200, `"text":"Its id is 7."`)
	first := h.do(request{path: "/mails?pageSize=4"}).want(200)
	var page []struct{ ID int64 }
	h.do(request{path: "/mails?pageSize=4&nextPage=" + first.header.Get("Elements-Next-Page-Token")}).want(200).into(&page)
	if len(page) != 3 || page[0].ID != letters[4].ID {
		t.Errorf("the second page: %+v", page)
	}
}

func TestScriptsThatMayReachNobodySendNoMails(t *testing.T) {
	t.Parallel()
	r := record(t, map[string]string{"GET /things": `[]`}, httptest.NewServer)
	h := build(t, reach(r.Server), func(o *server.Options) { o.HookRequests = gateway.HookRequests{Deny: true} })
	h.hooked(r.URL, []part{resource("api", "GET", "/things", part{"hooks": []part{after(mailing)}})}, nil)
	m := h.create(hookedInstance)
	h.do(request{path: "/hubs/crm/things", token: m.Token}).want(200)
	if a := h.do(request{path: "/mails"}).want(200); string(a.body) != "[]" {
		t.Errorf("%s", a.body)
	}
}
