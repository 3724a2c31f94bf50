package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// askText reads a request of the module http: method, address, headers as a JSON list of pairs, body as base64.
func (b *bridge) askText(texts []string) (any, error) {
	if len(texts) != 5 {
		return nil, errors.New("a request needs a method, an address, headers and a body")
	}
	r := FetchRequest{Method: strings.ToUpper(texts[1]), URL: texts[2], Header: http.Header{}}
	var pairs [][2]string
	if err := json.Unmarshal([]byte(texts[3]), &pairs); err != nil {
		return nil, errors.New("the headers of a request do not read")
	}
	for _, pair := range pairs {
		r.Header.Add(pair[0], pair[1])
	}
	body, err := base64.StdEncoding.DecodeString(texts[4])
	if err != nil {
		return nil, errors.New("the body of a request is no base64")
	}
	if len(body) > 0 {
		r.Body = body
	}
	return b.ask(r)
}

// replyHead is what the module http reads of an answer before its body.
type replyHead struct {
	Code    string      `json:"code,omitempty"`
	Message string      `json:"message,omitempty"`
	Status  int         `json:"status"`
	Reason  string      `json:"reason"`
	Headers [][2]string `json:"headers"`
	Length  int         `json:"length"`
}

// reply is the head of the answer to a request, as JSON.
func (b *bridge) reply(text string) (any, error) {
	r := b.answered(text)
	if r == nil {
		return nil, errors.New("there is no such answer")
	}
	head := replyHead{Code: r.code, Message: r.message, Status: r.response.Status, Reason: http.StatusText(r.response.Status), Length: len(r.response.Body)}
	for name, values := range r.response.Header {
		for _, value := range values {
			head.Headers = append(head.Headers, [2]string{name, value})
		}
	}
	out, err := json.Marshal(head)
	return string(out), err
}

// body hands out the body of an answer, once: as text, or as base64.
func (b *bridge) body(text, form string) (any, error) {
	r := b.answered(text)
	if r == nil {
		return nil, errors.New("there is no such answer")
	}
	id, _ := strconv.Atoi(text) // answered read it
	delete(b.loop.replies, id)
	if form == "text" {
		return strings.ToValidUTF8(string(r.response.Body), "\uFFFD"), nil
	}
	return base64.StdEncoding.EncodeToString(r.response.Body), nil
}

func (b *bridge) answered(text string) *reply {
	id, err := strconv.Atoi(text)
	if err != nil || b.loop == nil {
		return nil
	}
	return b.loop.replies[id]
}
