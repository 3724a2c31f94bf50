package sandbox

import (
	"errors"
	"net/http"
)

// ask is a worker's wish for a request.
type ask struct {
	id      int
	request FetchRequest
}

func (a *ask) frame() []byte {
	w := newWriter()
	w.byte(messageAsk)
	w.number(a.id)
	w.text(a.request.Method)
	w.text(a.request.URL)
	w.header(a.request.Header)
	w.bytes(a.request.Body)
	return w.frame()
}

// readAsk reads an ask; nothing in it points into the frame, whose memory is used again.
func readAsk(frame []byte) (ask, error) {
	r := reader{rest: frame}
	if r.byte() != messageAsk {
		return ask{}, errors.New("an ask is something else")
	}
	a := ask{id: r.number(), request: FetchRequest{Method: r.text(), URL: r.text(), Header: r.header()}}
	a.request.Body = append([]byte(nil), r.bytes()...)
	switch {
	case r.bad:
		return ask{}, errors.New("an ask does not read")
	case len(a.request.Body) > MaxFetchRequest, headSize(a.request) > maxFetchHead:
		return ask{}, errTooManyFetches
	}
	return a, nil
}

func headSize(r FetchRequest) int {
	size := len(r.Method) + len(r.URL)
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	return size
}

// note is a message of a worker that only names an ask, or nothing.
func note(kind byte, id int) []byte {
	w := newWriter()
	w.byte(kind)
	w.number(id)
	return w.frame()
}

func readNote(frame []byte) (id int, err error) {
	r := reader{rest: frame}
	r.byte()
	if id = r.number(); r.bad {
		return 0, errors.New("a note does not read")
	}
	return id, nil
}

// reply is what became of an ask.
type reply struct {
	run, id       int
	code, message string // of the error; code is "" when there is none
	response      FetchResponse
}

func (r *reply) fail(code, message string) *reply {
	r.code, r.message = code, message
	return r
}

func (r *reply) frame() []byte {
	w := newWriter()
	w.byte(messageReply)
	w.number(r.run)
	w.number(r.id)
	w.text(r.code)
	w.text(r.message)
	w.number(r.response.Status)
	w.header(r.response.Header)
	w.bytes(r.response.Body)
	return w.frame()
}

// readReply reads a reply. Its body points into the frame.
func readReply(frame []byte) (*reply, error) {
	r := reader{rest: frame}
	if r.byte() != messageReply {
		return nil, errors.New("a reply is something else")
	}
	p := &reply{run: r.number(), id: r.number(), code: r.text(), message: r.text()}
	p.response = FetchResponse{Status: r.number(), Header: r.header(), Body: r.bytes()}
	if r.bad {
		return nil, errors.New("a reply does not read")
	}
	return p, nil
}

func (w *writer) header(h http.Header) {
	n := 0
	for _, values := range h {
		n += len(values)
	}
	w.number(min(n, maxFetchHeaders))
	n = 0
	for name, values := range h {
		for _, value := range values {
			if n++; n > maxFetchHeaders {
				return
			}
			w.text(name)
			w.text(value)
		}
	}
}

func (r *reader) header() http.Header {
	n := r.number()
	if n > maxFetchHeaders {
		r.bad = true
	}
	h := http.Header{}
	for range n {
		if r.bad {
			break
		}
		name := r.text()
		h[name] = append(h[name], r.text())
	}
	return h
}
