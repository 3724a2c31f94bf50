package usage

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// TraceDocument is what a trace holds: the call as its caller saw it, and each exchange with the provider. Secrets are
// masked in it before it is stored.
type TraceDocument struct {
	ID        string         `json:"id"`
	RequestID string         `json:"requestId"`
	At        string         `json:"at"`                 // ISO 8601, UTC, milliseconds
	Duration  int64          `json:"duration"`           // ms
	Request   *TraceRequest  `json:"request,omitempty"`  // of the caller; absent for provisioning, which its own secrets fill
	Response  *TraceResponse `json:"response,omitempty"` // to the caller; ditto
	Error     string         `json:"error,omitempty"`    // why the call failed
	Calls     []TraceCall    `json:"calls"`              // in the order in which they were made
	LeftOut   int            `json:"leftOut,omitempty"`  // calls beyond the limit of one trace
	Mails     []TraceMail    `json:"mails,omitempty"`    // that scripts wanted sent
}

// TraceCall is one exchange with the provider.
type TraceCall struct {
	Request  TraceRequest   `json:"request"`
	Response *TraceResponse `json:"response"` // null when none came
	Error    string         `json:"error,omitempty"`
	At       string         `json:"at"`
	Duration int64          `json:"duration"`       // ms until the head of the answer
	Try      int            `json:"try"`            // 1 is the first
	Hop      int            `json:"hop,omitempty"`  // number of the redirect that led here
	Hook     string         `json:"hook,omitempty"` // the script that made the request; absent for the call's own
}

// TraceMail is a mail that a script wanted sent with notify.email. Its text is not kept.
type TraceMail struct {
	Hook    string `json:"hook"`
	To      string `json:"to"`
	Subject string `json:"subject"`
	Length  int    `json:"length"` // bytes of the text
}

// TraceRequest is a request (reference/http-conventions.md §8.1).
type TraceRequest struct {
	URL     string            `json:"url"`
	Method  string            `json:"method"`
	Headers map[string]string `json:"headers"` // repeated ones joined by ", "
	Body    string            `json:"body"`
}

// TraceResponse is an answer.
type TraceResponse struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

// ByCall is the document as GET /elements/{key}/trace/{traceId} answers it: an object with a member for each exchange with
// the provider, in their order, named "{METHOD}:{path}"; the second of one name is "{METHOD}:{path}#2", and so on.
func (d *TraceDocument) ByCall() ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	out.WriteByte('{')
	seen := make(map[string]int, len(d.Calls))
	for n := range d.Calls {
		call := &d.Calls[n]
		name := call.Request.Method + ":" + pathOf(call.Request.URL)
		if seen[name]++; seen[name] > 1 {
			name += "#" + strconv.Itoa(seen[name])
		}
		if n > 0 {
			out.WriteByte(',')
		}
		if err := encoder.Encode(name); err != nil {
			return nil, err
		}
		out.WriteByte(':')
		if err := encoder.Encode(call); err != nil {
			return nil, err
		}
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// pathOf is the path of an absolute URL, in which stars may stand for a secret.
func pathOf(url string) string {
	if _, rest, ok := strings.Cut(url, "://"); ok {
		url = rest
		if slash := strings.IndexAny(url, "/?"); slash >= 0 {
			url = url[slash:]
		} else {
			url = ""
		}
	}
	path, _, _ := strings.Cut(url, "?")
	if path == "" {
		return "/"
	}
	return path
}
