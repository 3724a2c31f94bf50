package gateway

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"jackfield/internal/connector"
	"jackfield/internal/credential"
	"jackfield/internal/fault"
	"jackfield/internal/outbound"
)

// maxBuffered is the largest provider answer that is read into memory; larger ones must be files, which
// stream.
const maxBuffered = 64 << 20

// protocolDatabase is the protocolType of connectors whose vendorPath is SQL.
const protocolDatabase = "jdbc"

// send makes the provider call, unless a hook answered in its place.
func (g *Gateway) send(ctx context.Context, c *Call) error {
	if c.skipped {
		if c.response.status == 0 {
			c.response.status = http.StatusOK
		}
		return nil
	}
	if c.onDatabase() {
		return g.statement(ctx, c)
	}
	request, err := g.request(ctx, c)
	if err != nil {
		return err
	}
	hosts := c.hosts()
	if err := g.sign(c, request, hosts); err != nil {
		return err
	}
	policy := g.policy(c)
	if certificate, err := g.certificate(c); err != nil {
		return err
	} else if certificate != nil && hosts.Own(request) {
		policy.Certificate = certificate
	}
	ctx, cancel := context.WithCancel(ctx)
	request = request.WithContext(ctx)
	if c.Trace != nil {
		policy.Observe = c.Trace.observer(c)
	}
	late := lateAfter(policy, cancel)
	response, err := g.outbound.Do(ctx, request, policy)
	if err != nil {
		defer cancel()
		if late.happened() {
			return tooSlow()
		}
		return err
	}
	c.response = vendorResponse{status: response.StatusCode, header: response.Header}
	if c.streams(response) {
		late.stop()
		c.Trace.streamed()
		c.stream = &streamBody{response.Body, cancel}
		return nil
	}
	defer cancel()
	err = errors.Join(c.readAnswer(response), response.Body.Close())
	if err != nil && late.happened() {
		return tooSlow()
	}
	late.stop()
	if err != nil {
		return err
	}
	c.Trace.answered(c.response.body)
	return c.readEnvelope()
}

// streamBody is a provider's answer on its way to the caller.
type streamBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (s *streamBody) Close() error {
	defer s.cancel()
	return s.ReadCloser.Close()
}

// deadline ends a call that may stream but then did not: a file may take its time, a JSON answer may not.
type deadline struct {
	timer *time.Timer // nil when the client itself keeps the time
	fired atomic.Bool
}

func lateAfter(policy outbound.Policy, cancel context.CancelFunc) *deadline {
	d := &deadline{}
	if policy.Stream {
		d.timer = time.AfterFunc(outbound.DefaultTimeout, func() { d.fired.Store(true); cancel() })
	}
	return d
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
}

func (d *deadline) happened() bool {
	d.stop()
	return d.fired.Load()
}

func tooSlow() error {
	return fault.New(fault.Provider, "The provider did not answer within %s", outbound.DefaultTimeout)
}

// request builds the provider's request from what parameters and hooks left.
func (g *Gateway) request(ctx context.Context, c *Call) (*http.Request, error) {
	target, err := c.address()
	if err != nil {
		return nil, err
	}
	if err := c.encodeBody(); err != nil {
		return nil, err
	}
	var body io.Reader
	if c.vendor.hasBody {
		body = bytes.NewReader(c.vendor.body)
	}
	if c.upload != nil && !c.vendor.hasBody {
		reader, contentType, err := c.upload.open()
		if err != nil {
			return nil, err
		}
		body = reader
		if !c.saysMedia() {
			c.vendor.header.Set("Content-Type", contentType)
		}
	}
	request, err := http.NewRequestWithContext(ctx, c.vendor.method, target, body)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "The provider address of %s %s is not valid: check base.url and vendorPath",
			c.Resource.Method, c.Resource.Canonical)
	}
	request.Header = c.vendor.header
	return request, nil
}

// policy is what the provider call may do. Whether an answer is a file is only known when it comes, so every answer
// that may flow through is treated as one until then; what is read into memory is bounded by maxBuffered.
func (g *Gateway) policy(c *Call) outbound.Policy {
	policy := outbound.Policy{
		MaxBody:       g.maxFile,
		Stream:        c.upload != nil || c.mayStream(),
		SecretHeaders: c.Resource.SecretHeaders(),
	}
	if !g.unlimited {
		policy.Budget = c.budget()
	}
	if credential.SingleUse(c.Instance.AuthenticationType) {
		policy.Attempts = 1 // a signature that is sent again is taken for a replay
	}
	return policy
}

// mayStream reports whether the answer could flow through untouched: nothing has to look at it.
func (c *Call) mayStream() bool {
	return !c.Lifecycle && !c.Resource.List && len(c.Resource.After) == 0 && c.Resource.NextResource == ""
}

// budget is the token bucket of the connector's credential. The connector names its rate in
// ratelimit.requests and ratelimit.window (seconds).
func (c *Call) budget() outbound.Budget {
	requests, err := strconv.Atoi(c.Instance.Effective["ratelimit.requests"])
	if err != nil || requests <= 0 {
		return outbound.Budget{}
	}
	window, err := strconv.Atoi(c.Instance.Effective["ratelimit.window"])
	if err != nil || window <= 0 {
		window = 60
	}
	digest := sha256.New()
	for _, entry := range c.Program.Connector.Configuration {
		if entry.Required {
			digest.Write([]byte(c.Instance.Effective[entry.Key] + "\x00")) // a hash takes everything
		}
	}
	return outbound.Budget{
		Key:      c.Program.Connector.Key + " " + hex.EncodeToString(digest.Sum(nil)),
		Requests: requests,
		Window:   time.Duration(window) * time.Second,
	}
}

// streams reports whether the provider's answer flows through untouched: a file, with no script to see it.
func (c *Call) streams(response *http.Response) bool {
	if !c.mayStream() || response.StatusCode > 207 {
		return false
	}
	media, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil && response.Header.Get("Content-Type") != "" {
		return true
	}
	if c.speaksSOAP() || c.readsXML(media) {
		return false
	}
	if media == "text/plain" && response.ContentLength >= 0 && response.ContentLength < 1<<20 {
		return false // some providers send JSON as text
	}
	return media != "" && !isJSON(media)
}

// readAnswer reads the provider's answer into pooled memory.
func (c *Call) readAnswer(response *http.Response) error {
	if c.buffer == nil {
		c.buffer = getBuffer()
	}
	body, err := readInto((*c.buffer)[:0], response.Body, response.ContentLength)
	*c.buffer = body
	if err != nil {
		var f *fault.Error
		if errors.As(err, &f) {
			return f
		}
		return fault.Wrap(fault.Provider, err, "The provider's answer broke off: try again")
	}
	c.response.body = body
	return nil
}

// readInto appends all of r to buffer, growing it at most to maxBuffered.
func readInto(buffer []byte, r io.Reader, length int64) ([]byte, error) {
	if length > maxBuffered {
		return buffer, tooLargeAnswer()
	}
	if need := int(length) + 1; length > 0 && cap(buffer) < need {
		buffer = make([]byte, 0, need)
	}
	for {
		if len(buffer) == cap(buffer) {
			buffer = append(buffer, 0)[:len(buffer)]
		}
		n, err := r.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if err == io.EOF {
			return buffer, nil
		}
		if err != nil {
			return buffer, err
		}
		if len(buffer) > maxBuffered {
			return buffer, tooLargeAnswer()
		}
	}
}

func tooLargeAnswer() error {
	return fault.New(fault.Provider, "The provider's answer is larger than %d MiB: ask for smaller pages", maxBuffered>>20)
}

// Buffers above this size are not kept: one large answer must not hold its memory for ever.
const maxKept = 1 << 20

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 64<<10); return &b }}

func getBuffer() *[]byte { return buffers.Get().(*[]byte) }

func putBuffer(b *[]byte) {
	if cap(*b) <= maxKept {
		*b = (*b)[:0]
		buffers.Put(b)
	}
}

// takeResponseParameters copies what the definition wants out of the provider's answer: into the caller's
// headers, or into the configuration (reference/elements.md §5, source response).
func (c *Call) takeResponseParameters() {
	for _, p := range c.Resource.Parameters {
		if p.Source != connector.SourceResponse {
			continue
		}
		var content string
		switch p.VendorType {
		case connector.TypeHeader:
			content = c.response.header.Get(p.VendorName)
		case connector.TypeBody, connector.TypeBodyField:
			raw, _ := member(c.response.body, p.VendorName)
			content = rawText(raw)
		}
		if content == "" {
			continue
		}
		switch p.Type {
		case connector.TypeHeader:
			c.setAnswerHeader(p.Name, content)
		case connector.TypeConfiguration:
			c.write(p.Name, content)
		}
	}
}

func (c *Call) setAnswerHeader(name, content string) {
	if strings.EqualFold(name, HeaderNextPage) {
		c.nextToken = c.wrapToken(content)
		return
	}
	if ownHeader(name) {
		return
	}
	if c.answerHeader == nil {
		c.answerHeader = http.Header{}
	}
	c.answerHeader.Set(name, content)
}

// wrapToken makes our token of a provider's cursor that a hook or a response parameter found.
func (c *Call) wrapToken(cursor string) string {
	return pageToken{Cursor: cursor, PageSize: c.paging.size}.encode()
}
