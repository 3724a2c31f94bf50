package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxFrame bounds a message in either direction, in bytes. Inputs above it are refused before they are sent.
const maxFrame = 96 << 20

// Parent and worker speak in frames: four bytes of length, then fields, each with its own length.

type writer struct{ buffer []byte }

func newWriter() *writer { return &writer{buffer: make([]byte, 4, 4096)} }

func (w *writer) byte(b byte) { w.buffer = append(w.buffer, b) }
func (w *writer) flag(b bool) {
	if b {
		w.byte(1)
	} else {
		w.byte(0)
	}
}
func (w *writer) number(n int)   { w.buffer = binary.LittleEndian.AppendUint32(w.buffer, uint32(n)) }
func (w *writer) text(s string)  { w.number(len(s)); w.buffer = append(w.buffer, s...) }
func (w *writer) bytes(b []byte) { w.number(len(b)); w.buffer = append(w.buffer, b...) }
func (w *writer) frame() []byte {
	binary.LittleEndian.PutUint32(w.buffer, uint32(len(w.buffer)-4))
	return w.buffer
}

type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.bad = true
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) number() int {
	if b := r.take(4); b != nil {
		return int(binary.LittleEndian.Uint32(b))
	}
	return 0
}

func (r *reader) text() string  { return string(r.take(r.number())) }
func (r *reader) bytes() []byte { return r.take(r.number()) }

// readFrame reads one message of most bytes at most. The buffer is used again when it is large enough.
func readFrame(from io.Reader, buffer []byte, most int) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return nil, err
	}
	length := int(binary.LittleEndian.Uint32(head[:]))
	if length > most {
		return nil, fmt.Errorf("a message of %d bytes is too large", length)
	}
	if cap(buffer) < length {
		buffer = make([]byte, length)
	}
	buffer = buffer[:length]
	_, err := io.ReadFull(from, buffer)
	return buffer, err
}

// The first byte of a message says what it is. A report begins with its outcome, which is below all of them.
const (
	messageCall  = 0xe0 // to the worker: run this
	messageReply = 0xe1 // to the worker: the answer to an ask
	messageAsk   = 0xf0 // from the worker: make this request
	messageAbort = 0xf1 // from the worker: nobody wants the answer to that ask any more
	messageWaits = 0xf2 // from the worker: the script waits, its time stands still
	messageRuns  = 0xf3 // from the worker: it goes on
)

// call is a request to a worker.
type call struct {
	run       int // number of the call, which replies repeat
	hash      []byte
	program   string // "" = the worker has it
	limits    limits
	extras    bool // the script mentions something of extras.js
	waits     bool // the script mentions something that makes it wait
	check     bool // compile only
	variables map[string]json.RawMessage
}

// limits are those that the worker itself keeps.
type limits struct {
	milliseconds, waiting, memory, stack, output int // milliseconds of running, and of running and waiting together
}

func (c *call) frame() ([]byte, error) {
	w := newWriter()
	w.byte(messageCall)
	w.number(c.run)
	w.bytes(c.hash)
	w.text(c.program)
	w.number(c.limits.milliseconds)
	w.number(c.limits.waiting)
	w.number(c.limits.memory)
	w.number(c.limits.stack)
	w.number(c.limits.output)
	w.flag(c.extras)
	w.flag(c.waits)
	w.flag(c.check)
	w.number(len(c.variables))
	for name, value := range c.variables {
		w.text(name)
		w.bytes(value)
	}
	if len(w.buffer)-4 > maxFrame {
		return nil, errors.New("too large")
	}
	return w.frame(), nil
}

func readCall(frame []byte) (*call, error) {
	r := reader{rest: frame}
	if r.byte() != messageCall {
		return nil, errors.New("a request is something else")
	}
	c := &call{run: r.number(), hash: r.bytes(), program: r.text()}
	c.limits = limits{r.number(), r.number(), r.number(), r.number(), r.number()}
	c.extras = r.byte() != 0
	c.waits = r.byte() != 0
	c.check = r.byte() != 0
	n := r.number()
	c.variables = make(map[string]json.RawMessage, min(n, 64))
	for range n {
		if r.bad {
			break
		}
		c.variables[r.text()] = r.bytes()
	}
	if r.bad {
		return nil, errors.New("a request does not read")
	}
	return c, nil
}

// outcome is how a run ended.
type outcome byte

const (
	finished  outcome = iota // normally, with or without a result
	thrown                   // the script threw, or did not compile
	limitTime                // it ran too long
	limitMemory
	limitStack
	limitOutput
	limitJobs     // its promises made new ones without end
	limitWait     // it waited too long
	unknownScript // the worker has forgotten the script: send it again
)

// report is a worker's answer.
type report struct {
	outcome outcome
	message string // of what was thrown
	stack   string
	done    []byte
	logs    []string
	mails   []Mail
}

func (p *report) frame() []byte {
	w := newWriter()
	w.byte(byte(p.outcome))
	w.text(p.message)
	w.text(p.stack)
	w.bytes(p.done)
	w.number(len(p.logs))
	for _, line := range p.logs {
		w.text(line)
	}
	w.number(len(p.mails))
	for _, mail := range p.mails {
		w.text(mail.To)
		w.text(mail.Subject)
		w.text(mail.Body)
	}
	return w.frame()
}

func readReport(frame []byte) (*report, error) {
	r := reader{rest: frame}
	p := &report{outcome: outcome(r.byte()), message: r.text(), stack: r.text()}
	if done := r.bytes(); len(done) > 0 {
		p.done = append([]byte(nil), done...)
	}
	n := r.number()
	for range n {
		if r.bad {
			break
		}
		p.logs = append(p.logs, r.text())
	}
	if n = r.number(); n > maxMails {
		r.bad = true
	}
	for range n {
		if r.bad {
			break
		}
		p.mails = append(p.mails, Mail{To: r.text(), Subject: r.text(), Body: r.text()})
	}
	if r.bad || p.outcome > unknownScript {
		return nil, errors.New("an answer does not read")
	}
	return p, nil
}
