package soap

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf16"
)

// refusal is a fault of SOAP 1.1.
type refusal struct {
	code, words string
	detail      string // XML
}

func client(format string, args ...any) *refusal {
	return &refusal{code: "Client", words: fmt.Sprintf(format, args...)}
}

func (f *refusal) write(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.WriteHeader(status)
	text := "<S:Fault><faultcode>S:" + f.code + "</faultcode><faultstring>" + escape(f.words) + "</faultstring>"
	if f.detail != "" {
		text += "<detail>" + f.detail + "</detail>"
	}
	send(w, enclose(text+"</S:Fault>"))
}

func check(c *Contact, unknown []Any) *refusal {
	switch {
	case len(unknown) > 0:
		return client("The call has no %s", unknown[0].XMLName.Local)
	case c == nil:
		return client("The contact is missing")
	case c.LastName == "":
		return client("A contact needs a lastName")
	}
	unknown = c.Unknown
	if c.Address != nil {
		unknown = append(unknown, c.Address.Unknown...)
		if c.Address.City == "" {
			return client("An address needs a city")
		}
	}
	for _, n := range c.Notes {
		unknown = append(unknown, n.Unknown...)
		if n.Language == "" {
			return client("A note needs a language")
		}
	}
	if len(unknown) > 0 {
		return client("A contact has no %s", unknown[0].XMLName.Local)
	}
	return nil
}

// print writes a contact as this service does: with its prefix, and nil where somebody took the email away.
func (c *Contact) print() string {
	var out strings.Builder
	leaf := func(name, value string) { out.WriteString("<b:" + name + ">" + escape(value) + "</b:" + name + ">") }
	out.WriteString("<b:contact>")
	leaf("id", fmt.Sprint(c.ID))
	if c.FirstName != nil {
		leaf("firstName", *c.FirstName)
	}
	out.WriteString("<b:lastName><![CDATA[" + strings.ReplaceAll(c.LastName, "]]>", "]]]]><![CDATA[>") + "]]></b:lastName>")
	if c.Email != nil {
		if c.Email.Nil == "true" || c.Email.Nil == "1" {
			out.WriteString(`<b:email xsi:nil="true"/>`)
		} else {
			leaf("email", c.Email.Value)
		}
	}
	if c.Active != nil {
		leaf("active", fmt.Sprint(*c.Active))
	}
	if c.Balance != "" {
		leaf("balance", c.Balance)
	}
	for _, phone := range c.Phones {
		leaf("phone", phone)
	}
	if c.Address != nil {
		out.WriteString("<b:address>")
		if c.Address.Street != nil {
			leaf("street", *c.Address.Street)
		}
		leaf("city", c.Address.City)
		out.WriteString("</b:address>")
	}
	for _, n := range c.Notes {
		out.WriteString(`<b:note language="` + escape(n.Language) + `">`)
		leaf("text", n.Text)
		out.WriteString("</b:note>")
	}
	return out.String() + "</b:contact>"
}

func escape(text string) string {
	var out strings.Builder
	if err := xml.EscapeText(&out, []byte(text)); err != nil {
		panic(err) // a builder takes everything
	}
	return out.String()
}

func send(w io.Writer, text string) {
	_, _ = io.WriteString(w, text) // the caller may be gone
}

// Answer makes the next call answer otherwise. Kinds: fault-200 (a fault with HTTP 200), fault-server, fault-12 (of SOAP
// 1.2), unauthorized (HTTP 401 without an envelope), bomb (entities that grow), entity (one that names a file), deep, cut,
// html, json, latin1, utf16, mtom, empty.
func (s *Simulator) Answer(kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kind = kind
}

// otherwise gives the answer that was asked for, once.
func (s *Simulator) otherwise(w http.ResponseWriter) bool {
	kind := s.kind
	s.kind = ""
	const one = "<b:GetContactResponse><b:contact><b:id>1</b:id><b:lastName>Zoë</b:lastName></b:contact></b:GetContactResponse>"
	put := func(status int, contentType, text string) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		send(w, text)
	}
	const plain = "text/xml; charset=utf-8"
	switch kind {
	case "":
		return false
	case "fault-200":
		(&refusal{code: "Client", words: "Not today"}).write(w, http.StatusOK)
	case "fault-server":
		(&refusal{code: "Server", words: "The database is away", detail: "<b:line>42</b:line>"}).write(w, http.StatusInternalServerError)
	case "fault-12":
		put(http.StatusInternalServerError, "application/soap+xml", `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code>`+
			`<e:Reason><e:Text xml:lang="en">Wrong colour</e:Text></e:Reason></e:Fault></e:Body></e:Envelope>`)
	case "unauthorized":
		put(http.StatusUnauthorized, "text/html", "<html><body>Sign in</body></html>")
	case "bomb":
		text := `<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a0 "aaaaaaaaaa">`
		for i := 1; i < 10; i++ {
			text += fmt.Sprintf(`<!ENTITY a%d "%s">`, i, strings.Repeat(fmt.Sprintf("&a%d;", i-1), 10))
		}
		put(http.StatusOK, plain, text+"]><b>&a9;</b>")
	case "entity":
		put(http.StatusOK, plain, `<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><b>&x;</b>`)
	case "deep":
		put(http.StatusOK, plain, strings.Repeat("<a>", 50_000)+strings.Repeat("</a>", 50_000))
	case "cut":
		put(http.StatusOK, plain, enclose(one)[:150])
	case "html":
		put(http.StatusOK, "text/html", "<html><body>Welcome</body></html>")
	case "json":
		put(http.StatusOK, "application/json", `{"id":1}`)
	case "latin1":
		put(http.StatusOK, "text/xml", strings.NewReplacer("utf-8", "ISO-8859-1", "ë", "\xeb").Replace(enclose(one)))
	case "utf16":
		units := utf16.Encode([]rune(strings.Replace(enclose(one), "utf-8", "utf-16", 1)))
		bytes := []byte{0xfe, 0xff}
		for _, u := range units {
			bytes = append(bytes, byte(u>>8), byte(u))
		}
		put(http.StatusOK, "text/xml; charset=utf-16", string(bytes))
	case "mtom":
		put(http.StatusOK, `multipart/related; type="application/xop+xml"; boundary=b`, "--b\r\nContent-Type: application/xop+xml\r\n\r\n"+enclose(one)+"\r\n--b--\r\n")
	case "empty":
		put(http.StatusOK, plain, "")
	default:
		http.Error(w, "no such kind of answer: "+kind, http.StatusBadRequest)
	}
	return true
}
