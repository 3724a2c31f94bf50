package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"jackfield/internal/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a provider on loopback.
func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// addrOf is the exact address of a test server, for Options.AllowAddresses.
func addrOf(t testing.TB, s *httptest.Server) netip.AddrPort {
	t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	a, err := netip.ParseAddrPort(u.Host)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// open makes a client that may reach exactly the given servers.
func open(t testing.TB, o Options, servers ...*httptest.Server) *Client {
	t.Helper()
	for _, s := range servers {
		o.AllowAddresses = append(o.AllowAddresses, addrOf(t, s))
	}
	c := New(o)
	t.Cleanup(c.Close)
	return c
}

// wire is a fake provider below the client, for tests that move the clock.
type wire func(*http.Request) (*http.Response, error)

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) { return w(r) }

// over makes a client on a fake wire.
func over(w wire) *Client {
	c := New(Options{})
	c.transport = w
	return c
}

func reply(status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

func request(t testing.TB, method, target, body string) *http.Request {
	t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, target, r)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// read takes the whole answer and closes it.
func read(t testing.TB, resp *http.Response, err error) string {
	t.Helper()
	if err != nil {
		t.Fatalf("Do: %v", err)
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("reading the answer: %v", err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatalf("closing the answer: %v", err)
	}
	return string(b)
}

// wantFault checks the kind of an error and pieces of its message.
func wantFault(t testing.TB, resp *http.Response, err error, kind fault.Kind, pieces ...string) {
	t.Helper()
	_ = gotFault(t, resp, err, kind, pieces...)
}

// gotFault does the same and returns the fault.
func gotFault(t testing.TB, resp *http.Response, err error, kind fault.Kind, pieces ...string) *fault.Error {
	t.Helper()
	if resp != nil {
		_ = resp.Body.Close()
	}
	var f *fault.Error
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want a fault", err)
	}
	if f.Kind != kind {
		t.Fatalf("got kind %d (%v), want %d", f.Kind, f, kind)
	}
	for _, p := range pieces {
		if !strings.Contains(f.Message, p) {
			t.Errorf("message %q does not contain %q", f.Message, p)
		}
	}
	return f
}

func TestAnAnswerComesBackWhateverItsStatus(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Saw", r.Method+" "+r.URL.RequestURI()+" "+r.UserAgent())
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, `{"error":"short and stout"}`)
	})
	c := open(t, Options{}, s)
	resp, err := c.Do(t.Context(), request(t, "GET", s.URL+"/a%2Fb?c=d", ""), Policy{})
	if got := read(t, resp, err); got != `{"error":"short and stout"}` {
		t.Errorf("body %q", got)
	}
	if resp.StatusCode != http.StatusTeapot || resp.Header.Get("X-Saw") != "GET /a%2Fb?c=d Jackfield" {
		t.Errorf("status %d, saw %q", resp.StatusCode, resp.Header.Get("X-Saw"))
	}
}

func TestARequestThatMustNotLeaveIsRefusedBeforeItIsSent(t *testing.T) {
	t.Parallel()
	var sent atomic.Int32
	c := over(func(*http.Request) (*http.Response, error) {
		sent.Add(1)
		return reply(200, ""), nil
	})
	secret := "s3cret-value"
	tests := map[string]struct {
		change func(*http.Request)
		says   string
	}{
		"line break in a header value":     {func(r *http.Request) { r.Header.Set("X-A", secret+"\r\nX-B: c") }, `"X-A"`},
		"bare line feed":                   {func(r *http.Request) { r.Header.Set("X-A", secret+"\nc") }, `"X-A"`},
		"NUL in a header value":            {func(r *http.Request) { r.Header.Set("X-A", secret+"\x00") }, `"X-A"`},
		"line break in a header name":      {func(r *http.Request) { r.Header["X-A\r\nB"] = []string{"c"} }, "header name"},
		"empty header name":                {func(r *http.Request) { r.Header[""] = []string{"c"} }, "header name"},
		"headers above the limit":          {func(r *http.Request) { r.Header.Set("X-A", strings.Repeat("a", MaxRequestHeader)) }, "256 KiB"},
		"method with a space":              {func(r *http.Request) { r.Method = "GET / HTTP/1.1" }, "method"},
		"Host header with a line break":    {func(r *http.Request) { r.Host = "a\r\nb" }, "Host"},
		"file scheme":                      {func(r *http.Request) { r.URL.Scheme = "file" }, `"file"`},
		"gopher scheme":                    {func(r *http.Request) { r.URL.Scheme = "gopher" }, `"gopher"`},
		"no scheme":                        {func(r *http.Request) { r.URL.Scheme = "" }, "http://"},
		"no host":                          {func(r *http.Request) { r.URL.Host = "" }, "no host"},
		"port without host":                {func(r *http.Request) { r.URL.Host = ":80" }, "no host"},
		"opaque URL":                       {func(r *http.Request) { r.URL.Opaque = "//other/x" }, "no host"},
		"user name in the URL":             {func(r *http.Request) { r.URL.User = url.UserPassword("u", secret) }, "user name"},
		"port 0":                           {func(r *http.Request) { r.URL.Host = "p.test:0" }, "65535"},
		"port too large":                   {func(r *http.Request) { r.URL.Host = "p.test:65536" }, "65535"},
		"host with a space":                {func(r *http.Request) { r.URL.Host = "p .test" }, "host"},
		"query that ends the request line": {func(r *http.Request) { r.URL.RawQuery = "a HTTP/1.1\r\nX: y" }, "query"},
		"query with a space":               {func(r *http.Request) { r.URL.RawQuery = "a b" }, "query"},
		"metadata host":                    {func(r *http.Request) { r.URL.Host = "Metadata.Google.Internal." }, "metadata"},
		"no URL":                           {func(r *http.Request) { r.URL = nil }, "no URL"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			body := &closing{Reader: strings.NewReader("x")}
			req := request(t, "POST", "http://p.test/", "")
			req.Body = body
			tt.change(req)
			resp, err := c.Do(t.Context(), req, Policy{})
			f := gotFault(t, resp, err, fault.Invalid, tt.says)
			if strings.Contains(f.Error(), secret) {
				t.Errorf("the message shows the value: %s", f.Error())
			}
			if !body.closed.Load() {
				t.Error("the body was not closed")
			}
		})
	}
	if n := sent.Load(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

type closing struct {
	io.Reader
	closed atomic.Bool
}

func (c *closing) Close() error { c.closed.Store(true); return nil }

func TestACallThatTakesTooLongIsEnded(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		policy Policy
		wait   time.Duration
		says   string
	}{
		"by default after a minute": {Policy{}, 60 * time.Second, "within 60 s"},
		"as the policy says":        {Policy{Timeout: 1500 * time.Millisecond}, 1500 * time.Millisecond, "within 1.5s"},
		"never later than the cap":  {Policy{Timeout: time.Hour}, MaxTimeout, "within 600 s"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := over(func(r *http.Request) (*http.Response, error) {
					<-r.Context().Done()
					return nil, r.Context().Err()
				})
				start := time.Now()
				resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/?key=s3cret", ""), tt.policy)
				f := gotFault(t, resp, err, fault.Provider, "p.test", tt.says)
				if strings.Contains(f.Error(), "s3cret") {
					t.Errorf("the message shows the query: %v", f)
				}
				if took := time.Since(start); took != tt.wait {
					t.Errorf("took %s, want %s", took, tt.wait)
				}
			})
		})
	}
}

// drip gives one byte per interval.
type drip struct {
	every time.Duration
	left  int
	ctx   context.Context
}

func (d *drip) Read(p []byte) (int, error) {
	if d.left == 0 {
		return 0, io.EOF
	}
	select {
	case <-time.After(d.every):
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	}
	d.left--
	p[0] = 'x'
	return 1, nil
}

func (d *drip) Close() error { return nil }

func TestTheTimeOfACallCoversReadingTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := over(func(r *http.Request) (*http.Response, error) {
			resp := reply(200, "")
			resp.Body, resp.ContentLength = &drip{every: 7 * time.Second, left: 1000, ctx: r.Context()}, -1
			return resp, nil
		})
		resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{})
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, resp.Body)
		wantFault(t, resp, err, fault.Provider, "within 60 s")
		if n != 8 {
			t.Errorf("read %d bytes before the end, want 8", n)
		}
	})
}

func TestAStreamMayTakeLongAsLongAsItMoves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := over(func(r *http.Request) (*http.Response, error) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return nil, err
			}
			resp := reply(200, "")
			resp.Body, resp.ContentLength = &drip{every: 50 * time.Second, left: 20, ctx: r.Context()}, -1
			return resp, nil
		})
		req := request(t, "PUT", "http://p.test/file", "")
		req.Body = &drip{every: 50 * time.Second, left: 20, ctx: t.Context()}
		resp, err := c.Do(t.Context(), req, Policy{Stream: true})
		if got := read(t, resp, err); len(got) != 20 {
			t.Errorf("read %d bytes", len(got))
		}
	})
}

func TestAStreamThatStandsStillIsEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := over(func(r *http.Request) (*http.Response, error) {
			resp := reply(200, "")
			resp.Body, resp.ContentLength = &drip{every: 61 * time.Second, left: 2, ctx: r.Context()}, -1
			return resp, nil
		})
		resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/file", ""), Policy{Stream: true})
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.ReadAll(resp.Body)
		wantFault(t, resp, err, fault.Provider, "stood still for 60 s")
	})
}

func TestACallerThatGivesUpIsNotBlamedOnTheProvider(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := over(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		resp, err := c.Do(ctx, request(t, "GET", "http://p.test/", ""), Policy{})
		f := gotFault(t, resp, err, fault.Unavailable, "given up")
		if !errors.Is(f, context.Canceled) {
			t.Errorf("cause %v", f.Cause)
		}
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		resp, err = c.Do(ctx, request(t, "GET", "http://p.test/", ""), Policy{})
		f = gotFault(t, resp, err, fault.Provider, "time that was left")
		if !errors.Is(f, context.DeadlineExceeded) {
			t.Errorf("cause %v", f.Cause)
		}
	})
}

func TestAnUnreachableProviderIsNamed(t *testing.T) {
	t.Parallel()
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	c := open(t, Options{}, s)
	gone := s.URL
	s.Close()
	resp, err := c.Do(t.Context(), request(t, "GET", gone+"/?key=s3cret", ""), Policy{Attempts: 1})
	f := gotFault(t, resp, err, fault.Provider, strings.TrimPrefix(gone, "http://"), "refuses connections")
	if strings.Contains(f.Error(), "s3cret") {
		t.Errorf("the error shows the query: %v", f)
	}
}

func TestAnUntrustedCertificateIsExplainedAndNotTriedAgain(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	var tries atomic.Int32
	c := open(t, Options{Observe: func(Attempt) { tries.Add(1) }}, s)
	resp, err := c.Do(t.Context(), request(t, "GET", s.URL, ""), Policy{})
	wantFault(t, resp, err, fault.Provider, "no trusted TLS connection", "unknown authority")
	if tries.Load() != 1 {
		t.Errorf("%d tries", tries.Load())
	}
}

func TestHTTP2IsSpokenWhereTheProviderOffersIt(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c := open(t, Options{TLS: &tls.Config{RootCAs: roots}}, s)
	resp, err := c.Do(t.Context(), request(t, "POST", s.URL, "hello"), Policy{})
	if got := read(t, resp, err); got != "hello" || resp.ProtoMajor != 2 {
		t.Errorf("%q over %s", got, resp.Proto)
	}
}

func TestWhatIsNotHTTPIsAProvidersFault(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = buf.WriteString("SSH-2.0-OpenSSH\r\n")
		_ = buf.Flush()
		_ = conn.Close()
	})
	c := open(t, Options{}, s)
	resp, err := c.Do(t.Context(), request(t, "GET", s.URL, ""), Policy{Attempts: 1})
	wantFault(t, resp, err, fault.Provider, "usable HTTP answer")
}

func TestAProtocolSwitchIsRefused(t *testing.T) {
	t.Parallel()
	c := over(func(*http.Request) (*http.Response, error) { return reply(http.StatusSwitchingProtocols, ""), nil })
	resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{})
	wantFault(t, resp, err, fault.Provider, "switched protocols")
}

func TestProxiesFromTheEnvironmentAreNotUsed(t *testing.T) {
	proxy := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") })
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("ALL_PROXY", proxy.URL)
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "direct") })
	c := open(t, Options{}, s, proxy)
	if c.transport.(*http.Transport).Proxy != nil {
		t.Error("the transport has a proxy function")
	}
	resp, err := c.Do(t.Context(), request(t, "GET", s.URL, ""), Policy{})
	if got := read(t, resp, err); got != "direct" {
		t.Errorf("got %q", got)
	}
}

func TestObserversSeeEveryExchange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c := over(func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second) // the fake provider's own time
			switch n++; n {
			case 1:
				return nil, errors.New("connection lost")
			case 2:
				return reply(307, "", "Location", "/there"), nil
			}
			return reply(200, "ok"), nil
		})
		var metric, trace bytes.Buffer
		note := func(b *bytes.Buffer) func(Attempt) {
			return func(a Attempt) {
				status := "error"
				if a.Response != nil {
					status = a.Response.Header.Get("Location") + http.StatusText(a.Response.StatusCode)
				}
				b.WriteString(a.Request.URL.Path + " " + status + " " + a.Duration.String() + " " + string(rune('0'+a.Try)) + string(rune('0'+a.Hop)) + "\n")
			}
		}
		c.observe = note(&metric)
		resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/here", ""), Policy{Observe: note(&trace)})
		read(t, resp, err)
		want := "/here error 1s 10\n/here /thereTemporary Redirect 1s 20\n/there OK 1s 21\n"
		if metric.String() != want || trace.String() != want {
			t.Errorf("metric saw %q\ntrace saw %q\nwant %q", metric.String(), trace.String(), want)
		}
	})
}
