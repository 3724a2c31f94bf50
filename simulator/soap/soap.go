// Package soap is a small SOAP service: an address book in memory, described by its own WSDL, with faults and hostile
// answers on request. It shares no code with what calls it, so a mistake on one side shows.
package soap

import (
	_ "embed"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Space is the namespace of the service.
const Space = "http://contacts.example.com/book"

// User and Password are what the header of every call must hold.
const (
	User     = "ada"
	Password = "lovelace"
)

//go:embed contacts.wsdl
var description string

// maxRequest is the largest request, in bytes.
const maxRequest = 1 << 20

// Simulator is the service. GET with ?wsdl answers with its description, POST is a call. POST /_sim/answer?kind=… makes
// the next call answer otherwise, see Answer.
type Simulator struct {
	mu       sync.Mutex
	contacts []*Contact
	next     int
	kind     string
	journal  []Request
}

// Request is a call as it came.
type Request struct {
	ContentType string
	Action      string
	Body        string
}

// Contact is a record of the address book. A nil member was not given.
type Contact struct {
	ID        int      `xml:"http://contacts.example.com/book id,omitempty"`
	FirstName *string  `xml:"http://contacts.example.com/book firstName"`
	LastName  string   `xml:"http://contacts.example.com/book lastName"`
	Email     *Text    `xml:"http://contacts.example.com/book email"`
	Active    *bool    `xml:"http://contacts.example.com/book active"`
	Balance   string   `xml:"http://contacts.example.com/book balance,omitempty"`
	Phones    []string `xml:"http://contacts.example.com/book phone"`
	Address   *Address `xml:"http://contacts.example.com/book address"`
	Notes     []Note   `xml:"http://contacts.example.com/book note"`
	Unknown   []Any    `xml:",any"`
}

// Text is a text that may be nil.
type Text struct {
	Nil   string `xml:"http://www.w3.org/2001/XMLSchema-instance nil,attr,omitempty"`
	Value string `xml:",chardata"`
}

// Address is where somebody lives.
type Address struct {
	Street  *string `xml:"http://contacts.example.com/book street"`
	City    string  `xml:"http://contacts.example.com/book city"`
	Unknown []Any   `xml:",any"`
}

// Note is a text in a language.
type Note struct {
	Language string `xml:"language,attr"`
	Text     string `xml:"http://contacts.example.com/book text"`
	Unknown  []Any  `xml:",any"`
}

// Any is an element that the service does not know.
type Any struct{ XMLName xml.Name }

type envelope struct {
	XMLName xml.Name `xml:"http://schemas.xmlsoap.org/soap/envelope/ Envelope"`
	Header  struct {
		Login *struct {
			User     string `xml:"http://contacts.example.com/book user"`
			Password string `xml:"http://contacts.example.com/book password"`
		} `xml:"http://contacts.example.com/book Login"`
	} `xml:"http://schemas.xmlsoap.org/soap/envelope/ Header"`
	Body struct {
		Create *contactCall `xml:"http://contacts.example.com/book CreateContact"`
		Update *contactCall `xml:"http://contacts.example.com/book UpdateContact"`
		Get    *idCall      `xml:"http://contacts.example.com/book GetContact"`
		Delete *idCall      `xml:"http://contacts.example.com/book DeleteContact"`
		List   *listCall    `xml:"http://contacts.example.com/book ListContacts"`
	} `xml:"http://schemas.xmlsoap.org/soap/envelope/ Body"`
}

type contactCall struct {
	ID      string   `xml:"http://contacts.example.com/book id"`
	Contact *Contact `xml:"http://contacts.example.com/book contact"`
	Unknown []Any    `xml:",any"`
}

type idCall struct {
	ID      string `xml:"http://contacts.example.com/book id"`
	Unknown []Any  `xml:",any"`
}

type listCall struct {
	Name    string `xml:"http://contacts.example.com/book name"`
	Page    string `xml:"http://contacts.example.com/book page"`
	Size    string `xml:"http://contacts.example.com/book pageSize"`
	Unknown []Any  `xml:",any"`
}

// New is an address book with two contacts.
func New() *Simulator {
	s := &Simulator{}
	for _, name := range []string{"Hopper", "Noether"} {
		s.next++
		s.contacts = append(s.contacts, &Contact{ID: s.next, LastName: name, Balance: "10.50"})
	}
	return s
}

// Journal lists the calls so far.
func (s *Simulator) Journal() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.journal)
}

func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodGet && r.URL.Query().Has("wsdl"):
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		send(w, strings.ReplaceAll(description, "ADDRESS", "http://"+r.Host+"/book"))
	case r.URL.Path == "/_sim/answer" && r.Method == http.MethodPost:
		s.Answer(r.URL.Query().Get("kind"))
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodPost:
		s.call(w, r)
	default:
		http.Error(w, "POST a call, or GET ?wsdl", http.StatusMethodNotAllowed)
	}
}

func (s *Simulator) call(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err != nil {
		return // the caller is gone
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	action := strings.Trim(r.Header.Get("SOAPAction"), `"`)
	s.journal = append(s.journal, Request{r.Header.Get("Content-Type"), action, string(body)})
	if s.otherwise(w) {
		return
	}
	content, refused := s.handle(r.Header.Get("Content-Type"), action, body)
	if refused != nil {
		refused.write(w, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	send(w, enclose(content))
}

// enclose puts an answer into an envelope. Its prefixes are others than those of the WSDL, as with real services.
func enclose(content string) string {
	return `<?xml version="1.0" encoding="utf-8"?>` + "\n" + `<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/" xmlns:b="` + Space +
		`" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` + "\n  <S:Body>\n    " + content + "\n  </S:Body>\n</S:Envelope>\n"
}

// handle answers one call.
func (s *Simulator) handle(contentType, action string, body []byte) (string, *refusal) {
	if !strings.HasPrefix(contentType, "text/xml") {
		return "", client("The Content-Type is %q, not text/xml", contentType)
	}
	var e envelope
	if err := xml.Unmarshal(body, &e); err != nil {
		return "", client("The envelope cannot be read: %v", err)
	}
	if login := e.Header.Login; login == nil || login.User != User || login.Password != Password {
		return "", &refusal{code: "Client.Authentication", words: "User or password is wrong"}
	}
	b := &e.Body
	operation := ""
	var answer string
	var refused *refusal
	switch {
	case b.Create != nil:
		operation = "CreateContact"
		answer, refused = s.create(b.Create)
	case b.Update != nil:
		operation = "UpdateContact"
		answer, refused = s.update(b.Update)
	case b.Get != nil:
		operation = "GetContact"
		answer, refused = s.get(b.Get)
	case b.Delete != nil:
		operation = "DeleteContact"
		answer, refused = s.remove(b.Delete)
	case b.List != nil:
		operation = "ListContacts"
		answer, refused = s.list(b.List)
	default:
		return "", client("The body has none of the operations")
	}
	if action != Space+"/"+operation {
		return "", client("SOAPAction %q does not name %s", action, operation)
	}
	return answer, refused
}

func (s *Simulator) create(c *contactCall) (string, *refusal) {
	if refused := check(c.Contact, c.Unknown); refused != nil {
		return "", refused
	}
	s.next++
	c.Contact.ID = s.next
	s.contacts = append(s.contacts, c.Contact)
	return fmt.Sprintf("<b:CreateContactResponse><b:id>%d</b:id></b:CreateContactResponse>", s.next), nil
}

func (s *Simulator) update(c *contactCall) (string, *refusal) {
	i, refused := s.find(c.ID)
	if refused == nil {
		refused = check(c.Contact, c.Unknown)
	}
	if refused != nil {
		return "", refused
	}
	c.Contact.ID = s.contacts[i].ID
	s.contacts[i] = c.Contact
	return "<b:UpdateContactResponse>" + c.Contact.print() + "</b:UpdateContactResponse>", nil
}

func (s *Simulator) get(c *idCall) (string, *refusal) {
	i, refused := s.find(c.ID)
	if refused != nil {
		return "", refused
	}
	return "<b:GetContactResponse>" + s.contacts[i].print() + "</b:GetContactResponse>", nil
}

func (s *Simulator) remove(c *idCall) (string, *refusal) {
	i, refused := s.find(c.ID)
	if refused != nil {
		return "", refused
	}
	s.contacts = slices.Delete(s.contacts, i, i+1)
	return "<b:DeleteContactResponse><b:deleted>1</b:deleted></b:DeleteContactResponse>", nil
}

func (s *Simulator) list(c *listCall) (string, *refusal) {
	if len(c.Unknown) > 0 {
		return "", client("ListContacts has no %s", c.Unknown[0].XMLName.Local)
	}
	page, size := 1, 100
	for _, n := range []struct {
		text string
		to   *int
	}{{c.Page, &page}, {c.Size, &size}} {
		if n.text == "" {
			continue
		}
		given, err := strconv.Atoi(n.text)
		if err != nil || given < 1 {
			return "", client("%q is no number from 1", n.text)
		}
		*n.to = given
	}
	var found []*Contact
	for _, contact := range s.contacts {
		if strings.HasPrefix(contact.LastName, c.Name) {
			found = append(found, contact)
		}
	}
	var out strings.Builder
	fmt.Fprintf(&out, "<b:ListContactsResponse><b:total>%d</b:total>", len(found))
	for _, contact := range found[min((page-1)*size, len(found)):min(page*size, len(found))] {
		out.WriteString(contact.print())
	}
	return out.String() + "</b:ListContactsResponse>", nil
}

func (s *Simulator) find(id string) (int, *refusal) {
	n, err := strconv.Atoi(id)
	if err != nil {
		return 0, client("%q is no id", id)
	}
	for i, contact := range s.contacts {
		if contact.ID == n {
			return i, nil
		}
	}
	return 0, &refusal{code: "Client", words: "There is no contact " + id, detail: "<b:NoSuchContact><b:id>" + id + "</b:id></b:NoSuchContact>"}
}
