package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"jackfield/internal/credential"
	"jackfield/internal/instance"
	"jackfield/internal/outbound"
	"jackfield/internal/usage"
)

// widestForm is how many times longer than a secret a form may be in which a scrubber finds it: a quote that is written for
// HTML and then percent-encoded has 11 characters. Where a text was cut, so much of its end may hold half a secret and goes.
const widestForm = 16

// render makes the document of a trace, with every secret masked: those that are known, whatever they look like, and
// what by its name is one, such as the token in a provider's answer.
func (t *Trace) render(took time.Duration) ([]byte, error) {
	r := t.secrets.renderer()
	document := usage.TraceDocument{
		ID: t.ID, RequestID: t.requestID, At: stamp(t.started), Duration: took.Milliseconds(), Error: r.scrub.Text(t.failure),
		Request: r.request(t.request), Response: r.response(t.response), Calls: make([]usage.TraceCall, len(t.calls)), LeftOut: t.leftOut,
	}
	for n := range t.calls {
		call := &t.calls[n]
		document.Calls[n] = usage.TraceCall{
			Request: *r.request(&call.request), Response: r.response(call.response), Error: r.scrub.Text(call.failure),
			At: stamp(call.at), Duration: call.duration.Milliseconds(), Try: call.try, Hop: call.hop, Hook: call.hook,
		}
	}
	for _, m := range t.mails {
		document.Mails = append(document.Mails, usage.TraceMail{
			Hook: m.hook, To: r.ended(m.to, r.scrub.Text(string(m.to.text))), Subject: r.ended(m.subject, r.scrub.Text(string(m.subject.text))), Length: m.length,
		})
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(&document)
	return out.Bytes(), err
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// renderer turns what was kept into what may be shown.
type renderer struct {
	scrub *credential.Scrubber
	tail  int // bytes to take from the end of a text that was cut
}

func (s *secrets) renderer() *renderer {
	var values []string
	for n, i := range s.instances {
		values = append(values, i.Token)
		values = append(values, secretValues(i, i.Effective)...)
		values = append(values, secretValues(i, s.configurations[n])...)
	}
	longest := 0
	for _, value := range append(values, s.caller...) {
		longest = max(longest, len(value))
	}
	return &renderer{credential.NewScrubber(append(values, s.caller...)...), widestForm * longest}
}

// secretValues are the values of a configuration that are sealed at rest, and the pair that a Basic header is made of.
func secretValues(i *instance.Instance, configuration map[string]string) []string {
	var values []string
	for key, value := range configuration {
		if i.Secret(key, value) {
			values = append(values, value)
		}
	}
	if password := configuration["password"]; password != "" {
		values = append(values, configuration["username"]+":"+password)
	}
	return values
}

func (r *renderer) request(m *tracedMessage) *usage.TraceRequest {
	if m == nil {
		return nil
	}
	return &usage.TraceRequest{Method: r.scrub.Text(m.method), URL: r.url(m.url), Headers: r.headers(m.header), Body: r.body(m.body, m.header)}
}

func (r *renderer) response(m *tracedMessage) *usage.TraceResponse {
	if m == nil {
		return nil
	}
	return &usage.TraceResponse{Status: m.status, Headers: r.headers(m.header), Body: r.body(m.body, m.header)}
}

func (r *renderer) url(k kept) string {
	return r.ended(k, usage.ScrubURI(r.scrub.URI(r.scrub.Text(string(k.text)))))
}

func (r *renderer) headers(all []tracedHeader) map[string]string {
	shown := make(map[string]string, len(all))
	for _, h := range all {
		switch {
		case h.secret, credentialHeader(h.name):
			shown[r.scrub.Text(h.name)] = credential.Mask
		default:
			shown[r.scrub.Text(h.name)] = r.url(h.content) // Location and Link carry addresses
		}
	}
	return shown
}

// credentialHeader reports whether a header is shown as a mask. A challenge names a way to authenticate and no secret.
func credentialHeader(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Www-Authenticate", "Proxy-Authenticate":
		return false
	}
	return outbound.IsCredentialHeader(name) || credential.IsSensitive("", name)
}

// body is a body as text.
func (r *renderer) body(k kept, header []tracedHeader) string {
	if k.note != "" {
		return k.note
	}
	if !isText(k) {
		return fmt.Sprintf("[%d bytes that are no text: not kept]", k.length)
	}
	text := r.scrub.Text(string(k.text))
	if isForm(header) {
		text = strings.TrimPrefix(usage.ScrubURI(r.scrub.URI("?"+text)), "?")
	} else {
		text = maskNamed(text)
	}
	return r.ended(k, text)
}

// ended puts the mark of a cut on a scrubbed text.
func (r *renderer) ended(k kept, text string) string {
	if len(k.text) == k.length {
		return strings.ToValidUTF8(text, "\uFFFD")
	}
	text = text[:max(0, len(text)-r.tail)]
	return strings.ToValidUTF8(text, "") + fmt.Sprintf("… [cut: %d bytes in all]", k.length)
}

// isText reports whether what was kept is text. Where it was cut, it may end within a character.
func isText(k kept) bool {
	text := k.text
	for n := 1; n < utf8.UTFMax && len(text) < k.length && len(text) > 0; n++ {
		if last, size := utf8.DecodeLastRune(text); last != utf8.RuneError || size > 1 {
			break
		}
		text = text[:len(text)-1]
	}
	return utf8.Valid(text) && bytes.IndexByte(text, 0) < 0
}

func isForm(header []tracedHeader) bool {
	for _, h := range header {
		if strings.EqualFold(h.name, "Content-Type") {
			return bytes.HasPrefix(bytes.ToLower(h.content.text), []byte("application/x-www-form-urlencoded"))
		}
	}
	return false
}
