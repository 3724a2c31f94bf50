package outbound

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"jackfield/internal/fault"
)

func zip(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestACompressedAnswerIsReadPlain(t *testing.T) {
	t.Parallel()
	plain := strings.Repeat(`{"name":"Ada"},`, 5000)
	var accepted atomic.Value
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		accepted.Store(r.Header.Get("Accept-Encoding"))
		w.Header().Set("Content-Encoding", r.URL.Query().Get("coding"))
		body := []byte(plain)
		if strings.Contains(strings.ToLower(r.URL.RawQuery), "gzip") {
			body = zip(t, plain)
		}
		if r.URL.Query().Has("length") {
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		}
		_, _ = w.Write(body)
	})
	c := open(t, Options{}, s)
	for _, tt := range []struct{ query, accept, wantAccept string }{
		{"coding=gzip", "", "gzip"},
		{"coding=x-gzip&length", "", "gzip"},
		{"coding=GZIP,identity", "", "gzip"},
		{"coding=identity", "", "gzip"},
		{"coding=", "", "gzip"},
		{"coding=gzip", "identity", "identity"}, // unasked, undone all the same
	} {
		for range 3 { // pooled readers start clean
			req := request(t, "GET", s.URL+"/?"+tt.query, "")
			if tt.accept != "" {
				req.Header.Set("Accept-Encoding", tt.accept)
			}
			resp, err := c.Do(t.Context(), req, Policy{})
			if got := read(t, resp, err); got != plain {
				t.Fatalf("%s: %d bytes, want %d", tt.query, len(got), len(plain))
			}
			if strings.Contains(strings.ToLower(tt.query), "gzip") {
				if h := resp.Header; h.Get("Content-Encoding") != "" || h.Get("Content-Length") != "" || resp.ContentLength != -1 || !resp.Uncompressed {
					t.Errorf("%s: header speaks of the compressed body: %v", tt.query, h)
				}
			}
			if accepted.Load() != tt.wantAccept {
				t.Errorf("%s: asked with Accept-Encoding %q", tt.query, accepted.Load())
			}
		}
	}
}

func TestRangesAndHeadAskForNoCompression(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Accept", r.Header.Get("Accept-Encoding"))
		w.Header().Set("Content-Encoding", "gzip")
	})
	c := open(t, Options{}, s)
	for _, req := range []*http.Request{request(t, "HEAD", s.URL, ""), request(t, "GET", s.URL, "")} {
		if req.Method == "GET" {
			req.Header.Set("Range", "bytes=0-9")
		}
		resp, err := c.Do(t.Context(), req, Policy{})
		if got := read(t, resp, err); got != "" || resp.Header.Get("X-Accept") != "" {
			t.Errorf("%s: body %q, Accept-Encoding %q", req.Method, got, resp.Header.Get("X-Accept"))
		}
	}
}

func TestACodingThatNobodyAskedForIsRefused(t *testing.T) {
	t.Parallel()
	for coding, says := range map[string]string{"br": `"br"`, "deflate": `"deflate"`, "zstd": `"zstd"`, "gzip, gzip": "more than once", "br, gzip": "more than once"} {
		c := over(func(*http.Request) (*http.Response, error) { return reply(200, "??", "Content-Encoding", coding), nil })
		resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{})
		wantFault(t, resp, err, fault.Provider, says)
	}
}

func TestBrokenCompressionIsTheProvidersFault(t *testing.T) {
	t.Parallel()
	whole := zip(t, strings.Repeat("text", 1000))
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-6] ^= 0xff // the checksum
	corrupt := bytes.Clone(whole)
	for i := 10; i < 20; i++ {
		corrupt[i] = 0xff
	}
	for name, body := range map[string][]byte{
		"not gzip": []byte("plain text that says gzip"), "cut": whole[:len(whole)-9], "checksum": flipped, "corrupt": corrupt,
		"trailing garbage": append(bytes.Clone(whole), "garbage and more"...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := over(func(*http.Request) (*http.Response, error) {
				return reply(200, string(body), "Content-Encoding", "gzip"), nil
			})
			resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = io.ReadAll(resp.Body)
			wantFault(t, resp, err, fault.Provider, "p.test")
			if _, again := resp.Body.Read(make([]byte, 1)); again != err {
				t.Errorf("the error is not sticky: %v", again)
			}
		})
	}
}

func TestAnAnswerIsReadUpToItsLimit(t *testing.T) {
	t.Parallel()
	const limit = 1000
	text := func(n int) string { return strings.Repeat("a", n) }
	for name, tt := range map[string]struct {
		body    string
		zipped  bool
		chunked bool
		early   bool // refused by its Content-Length, before any byte is read
		ok      bool
	}{
		"at the limit":                  {body: text(limit), ok: true},
		"at the limit, length unknown":  {body: text(limit), chunked: true, ok: true},
		"one more":                      {body: text(limit + 1), early: true},
		"one more, length unknown":      {body: text(limit + 1), chunked: true},
		"zipped at the limit":           {body: text(limit), zipped: true, ok: true},
		"zipped one more":               {body: text(limit + 1), zipped: true},
		"bomb of a megabyte":            {body: text(1 << 20), zipped: true, chunked: true},
		"large even compressed, length": {body: random(wireSlack + 4000), zipped: true, early: true},
		"incompressible at the limit":   {body: random(limit), zipped: true, ok: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := over(func(*http.Request) (*http.Response, error) {
				body := tt.body
				var h []string
				if tt.zipped {
					body, h = string(zip(t, body)), []string{"Content-Encoding", "gzip"}
				}
				resp := reply(200, body, h...)
				if tt.chunked {
					resp.ContentLength = -1
				}
				return resp, nil
			})
			resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{MaxBody: limit})
			if tt.early {
				wantFault(t, resp, err, fault.Provider, "larger than 1000 bytes")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(resp.Body)
			if tt.ok {
				if err != nil || string(got) != tt.body {
					t.Errorf("%d bytes, %v", len(got), err)
				}
				return
			}
			wantFault(t, resp, err, fault.Provider, "larger than 1000 bytes", "smaller page")
			if string(got) != tt.body[:limit] {
				t.Errorf("%d bytes came through, want the first %d", len(got), limit)
			}
		})
	}
}

// random is text that does not compress.
func random(n int) string {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return string(b)
}

func TestABombOfEmptyMembersIsStopped(t *testing.T) {
	t.Parallel()
	empty := zip(t, "") // 23 bytes on the wire, nothing inside: output limits never see it
	c := over(func(*http.Request) (*http.Response, error) {
		resp := reply(200, "", "Content-Encoding", "gzip")
		resp.Body, resp.ContentLength = io.NopCloser(&endless{block: empty}), -1
		return resp, nil
	})
	resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{MaxBody: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.ReadAll(resp.Body)
	wantFault(t, resp, err, fault.Provider, "1 MiB")
}

type endless struct {
	block []byte
	at    int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.block[e.at:])
	e.at = (e.at + n) % len(e.block)
	return n, nil
}

func TestLimitsComeFromPolicyThenOptions(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		options Options
		policy  Policy
		want    int64
	}{
		"default":                      {Options{}, Policy{}, 64 << 20},
		"default of a stream":          {Options{}, Policy{Stream: true}, 6 << 30},
		"options":                      {Options{MaxBody: 5, MaxStream: 50}, Policy{}, 5},
		"options of a stream":          {Options{MaxBody: 5, MaxStream: 50}, Policy{Stream: true}, 50},
		"policy":                       {Options{MaxBody: 5, MaxStream: 50}, Policy{MaxBody: 20}, 20},
		"policy never above the limit": {Options{MaxBody: 5, MaxStream: 50}, Policy{MaxBody: 500}, 50},
	} {
		c := New(tt.options)
		if c.complete(&tt.policy); tt.policy.MaxBody != tt.want {
			t.Errorf("%s: %d, want %d", name, tt.policy.MaxBody, tt.want)
		}
	}
}

func TestAnAnswerThatEndsEarlyIsNoAnswer(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "only this")
	})
	c := open(t, Options{}, s)
	resp, err := c.Do(t.Context(), request(t, "GET", s.URL, ""), Policy{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(resp.Body)
	wantFault(t, resp, err, fault.Provider, "ended before it was complete")
	if string(got) != "only this" {
		t.Errorf("got %q", got)
	}
}

func TestAnEmptyCompressedAnswerIsEmpty(t *testing.T) {
	t.Parallel()
	c := over(func(*http.Request) (*http.Response, error) { return reply(200, "", "Content-Encoding", "gzip"), nil })
	resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{})
	if got := read(t, resp, err); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestReadingAfterCloseFailsAndALargeHeaderIsRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/huge" {
			w.Header().Set("X-Huge", strings.Repeat("h", int(MaxAnswerHeader)))
		}
		_, _ = io.WriteString(w, strings.Repeat("x", 1<<20))
	})
	c := open(t, Options{}, s)
	resp, err := c.Do(t.Context(), request(t, "GET", s.URL, ""), Policy{})
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(resp.Body); err == nil {
		t.Error("a closed body can be read")
	}
	resp, err = c.Do(t.Context(), request(t, "GET", s.URL+"/huge", ""), Policy{Attempts: 1})
	wantFault(t, resp, err, fault.Provider, "usable HTTP answer")
}
