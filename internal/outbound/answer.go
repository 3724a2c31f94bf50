package outbound

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"

	"jackfield/internal/fault"
)

// wireSlack and a thousandth are how much larger than its content a compressed body may be: gzip adds a
// head, a checksum and five bytes per block to what it cannot compress.
const wireSlack = 64 << 10

// answer puts the limits around an answer and makes its body plain.
//
// The client asks for gzip itself and undoes it here, so that hooks, shape and limits see plain bytes; it
// also undoes gzip that nobody asked for. Any other coding is refused: bytes that nothing downstream can
// read must not pass as text.
func (c *Client) answer(x *exchange, resp *http.Response, p *Policy) (*http.Response, error) {
	if resp.Body == nil || resp.Body == http.NoBody {
		x.end()
		resp.Body = http.NoBody
		return resp, nil
	}
	gzipped, err := isGzip(resp.Header)
	if err != nil {
		closeBody(resp.Body)
		return nil, err
	}
	b := &answerBody{x: x, wire: resp.Body, limit: p.MaxBody, left: p.MaxBody}
	most := p.MaxBody
	if gzipped {
		most += most/1024 + wireSlack
	}
	if resp.ContentLength > most {
		closeBody(resp.Body)
		return nil, tooLarge(x.host, p.MaxBody)
	}
	if gzipped {
		b.pool, b.wireLeft = c, most
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		resp.ContentLength = -1
		resp.Uncompressed = true
	}
	resp.Body = b
	return resp, nil
}

// isGzip reports whether the body is compressed with gzip; any other coding is a fault.
func isGzip(h http.Header) (bool, error) {
	values, ok := h["Content-Encoding"]
	if !ok {
		return false, nil
	}
	coding := ""
	for part := range strings.SplitSeq(strings.Join(values, ","), ",") {
		part = strings.ToLower(strings.TrimSpace(part))
		if part == "" || part == "identity" {
			continue
		}
		if coding != "" {
			return false, fault.New(fault.Provider, "the provider's answer is compressed more than once (%s), which is not supported", strings.Join(values, ", "))
		}
		coding = part
	}
	switch coding {
	case "":
		return false, nil
	case "gzip", "x-gzip":
		return true, nil
	}
	return false, fault.New(fault.Provider, "the provider's answer has the content coding %q, which was not asked for; only gzip is supported", coding)
}

func tooLarge(host string, limit int64) *fault.Error {
	return fault.New(fault.Provider, "the answer of the provider at %s is larger than %s (limit of one answer); ask for a smaller page or fewer fields, or raise the server's limit for answers of providers", host, sizeText(limit))
}

// answerBody reads an answer within its limits. Read is for one goroutine; Close may come from another.
type answerBody struct {
	x        *exchange
	wire     io.ReadCloser
	limit    int64
	left     int64 // plain bytes that may still be handed out
	wireLeft int64 // compressed bytes that may still be read: a bomb may also be all wire and no content
	pool     *Client
	zip      *gzip.Reader
	err      error // sticky
}

func (b *answerBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if int64(len(p)) > b.left+1 { // one more than allowed shows whether there is more
		p = p[:b.left+1]
	}
	n, err := b.read(p)
	if n > 0 && b.x.stream {
		b.x.touch()
	}
	if int64(n) > b.left {
		n = int(b.left)
		err = tooLarge(b.x.host, b.limit)
	}
	b.left -= int64(n)
	if err == nil {
		return n, nil
	}
	if err != io.EOF {
		err = b.x.readFault(err)
	}
	b.finish(err)
	return n, err
}

// read reads plain bytes.
func (b *answerBody) read(p []byte) (int, error) {
	if b.pool == nil {
		return b.wire.Read(p)
	}
	if b.zip == nil {
		z, ok := b.pool.gzips.Get().(*gzip.Reader)
		if !ok {
			z = new(gzip.Reader)
		}
		if err := z.Reset((*wireSide)(b)); err != nil { // io.EOF: an empty body, compressed or not
			return 0, err
		}
		b.zip = z
	}
	return b.zip.Read(p)
}

// finish makes the end sticky. The connection is free from here on.
func (b *answerBody) finish(err error) {
	b.err = err
	if b.zip != nil {
		b.pool.gzips.Put(b.zip) // Reset at the next use lets go of this body
		b.zip = nil
	}
	if err != io.EOF {
		_ = b.wire.Close()
	}
	b.x.end()
}

// Close lets go of the answer, read or not.
func (b *answerBody) Close() error {
	err := b.wire.Close()
	b.x.end()
	return err
}

// wireSide is the compressed side of an answerBody.
type wireSide answerBody

func (w *wireSide) Read(p []byte) (int, error) {
	n, err := w.wire.Read(p)
	if w.wireLeft -= int64(n); w.wireLeft < 0 {
		return 0, tooLarge(w.x.host, w.limit)
	}
	return n, err
}

// readFault turns an error of reading an answer into a fault.
func (x *exchange) readFault(err error) error {
	var f *fault.Error
	switch {
	case errors.As(err, &f), errors.Is(err, http.ErrBodyReadAfterClose):
		return err
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), isCorrupt(err):
		return fault.Wrap(fault.Provider, err, "the answer of the provider at %s says it is gzip and cannot be uncompressed", x.host)
	case errors.Is(err, io.ErrUnexpectedEOF) && x.ctx.Err() == nil:
		return fault.Wrap(fault.Provider, err, "the answer of the provider at %s ended before it was complete", x.host)
	}
	return x.fault(err)
}
