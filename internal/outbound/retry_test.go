package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"jackfield/internal/fault"
)

var (
	errDial  = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
)

func TestRetriesFollowMethodAndFailure(t *testing.T) {
	t.Parallel()
	fail := func(err error) wire { return func(*http.Request) (*http.Response, error) { return nil, err } }
	status := func(code int) wire {
		return func(*http.Request) (*http.Response, error) { return reply(code, "busy"), nil }
	}
	tests := []struct {
		name   string
		method string
		wire   wire
		policy Policy
		tries  int
	}{
		{"GET 200", "GET", status(200), Policy{}, 1},
		{"GET 429", "GET", status(429), Policy{}, 3},
		{"GET 502", "GET", status(502), Policy{}, 3},
		{"GET 503", "GET", status(503), Policy{}, 3},
		{"GET 504", "GET", status(504), Policy{}, 3},
		{"GET 500", "GET", status(500), Policy{}, 1},
		{"GET 404", "GET", status(404), Policy{}, 1},
		{"HEAD 503", "HEAD", status(503), Policy{}, 3},
		{"PUT 503", "PUT", status(503), Policy{}, 3},
		{"DELETE 503", "DELETE", status(503), Policy{}, 3},
		{"POST 503 had arrived", "POST", status(503), Policy{}, 1},
		{"POST 429 had arrived", "POST", status(429), Policy{}, 1},
		{"PATCH 503 had arrived", "PATCH", status(503), Policy{}, 1},
		{"GET reset", "GET", fail(errReset), Policy{}, 3},
		{"POST reset may have arrived", "POST", fail(errReset), Policy{}, 1},
		{"GET refused", "GET", fail(errDial), Policy{}, 3},
		{"POST refused never left", "POST", fail(errDial), Policy{}, 3},
		{"PATCH refused never left", "PATCH", fail(errDial), Policy{}, 3},
		{"GET EOF", "GET", fail(io.EOF), Policy{}, 3},
		{"GET with one attempt", "GET", status(503), Policy{Attempts: 1}, 1},
		{"GET with two attempts", "GET", status(503), Policy{Attempts: 2}, 2},
		{"GET with too many attempts", "GET", status(503), Policy{Attempts: 50}, 3},
		{"unknown host", "GET", fail(&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}), Policy{}, 1},
		{"unsure name server", "GET", fail(&net.OpError{Op: "dial", Err: &net.DNSError{IsTemporary: true}}), Policy{}, 3},
		{"refused address", "GET", fail(&net.OpError{Op: "dial", Err: &blockedError{}}), Policy{}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tries, bodies := 0, ""
				c := over(func(r *http.Request) (*http.Response, error) {
					tries++
					if r.Body != nil {
						b, _ := io.ReadAll(r.Body)
						bodies += string(b)
					}
					return tt.wire(r)
				})
				body := ""
				if tt.method != "GET" && tt.method != "HEAD" {
					body = "b"
				}
				resp, err := c.Do(t.Context(), request(t, tt.method, "http://p.test/", body), tt.policy)
				if err == nil {
					read(t, resp, err)
				}
				if tries != tt.tries {
					t.Errorf("%d tries, want %d", tries, tt.tries)
				}
				if bodies != strings.Repeat(body, tries) {
					t.Errorf("bodies sent: %q", bodies)
				}
			})
		})
	}
}

func TestTheLastAnswerIsHandedOverWhenTriesAreUsedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c := over(func(*http.Request) (*http.Response, error) {
			n++
			return reply(503, fmt.Sprint("busy ", n)), nil
		})
		resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{})
		if got := read(t, resp, err); got != "busy 3" || resp.StatusCode != 503 {
			t.Errorf("%d %q", resp.StatusCode, got)
		}
	})
}

func TestARetryThatWorksHidesTheFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c := over(func(*http.Request) (*http.Response, error) {
			if n++; n < 3 {
				return nil, errReset
			}
			return reply(200, "fine"), nil
		})
		start := time.Now()
		resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{})
		if got := read(t, resp, err); got != "fine" {
			t.Errorf("got %q", got)
		}
		if took := time.Since(start); took > backoffBase+2*backoffBase {
			t.Errorf("waited %s in all, more than the backoff allows", took)
		}
	})
}

func TestRetryAfterIsObeyedWithinItsBound(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		header string // "date+3s" is a date three seconds ahead
		tries  int
		least  time.Duration
	}{
		"seconds":              {"3", 3, 6 * time.Second},
		"date":                 {"date+3s", 3, 4 * time.Second}, // dates have whole seconds
		"past date":            {"date-1h", 3, 0},
		"at the bound":         {"10", 3, 20 * time.Second},
		"above the bound":      {"11", 1, 0},
		"far above":            {"999999999999999999999", 3, 0}, // unreadable: as if absent
		"negative is no value": {"-5", 3, 0},
		"nonsense":             {"soon", 3, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := 0
				c := over(func(*http.Request) (*http.Response, error) {
					n++
					value := tt.header
					if d, ok := strings.CutPrefix(value, "date"); ok {
						ahead, err := time.ParseDuration(d)
						if err != nil {
							return nil, err
						}
						value = time.Now().Add(ahead).UTC().Format(http.TimeFormat)
					}
					return reply(429, "slow down", "Retry-After", value), nil
				})
				start := time.Now()
				resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{})
				read(t, resp, err)
				took := time.Since(start)
				if n != tt.tries || resp.StatusCode != 429 {
					t.Errorf("%d tries, status %d", n, resp.StatusCode)
				}
				if took < tt.least || took > tt.least+3*time.Second+3*backoffBase {
					t.Errorf("took %s, want at least %s and little more", took, tt.least)
				}
			})
		})
	}
}

func TestARetryThatWouldComeTooLateIsNotMade(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c := over(func(*http.Request) (*http.Response, error) {
			n++
			return reply(503, "", "Retry-After", "5"), nil
		})
		start := time.Now()
		resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{Timeout: 4 * time.Second})
		read(t, resp, err)
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		resp, err = c.Do(ctx, request(t, "GET", "http://p.test/", ""), Policy{})
		read(t, resp, err)
		if n != 2 || time.Since(start) != 0 {
			t.Errorf("%d exchanges in %s, want one per call at once", n, time.Since(start))
		}
	})
}

func TestRetriesStopWhenTheCallerStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c := over(func(*http.Request) (*http.Response, error) {
			n++
			return reply(503, "", "Retry-After", "5"), nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		resp, err := c.Do(ctx, request(t, "GET", "http://p.test/", ""), Policy{})
		wantFault(t, resp, err, fault.Unavailable, "given up")
		if n != 1 || time.Since(start) != time.Second {
			t.Errorf("%d tries, %s", n, time.Since(start))
		}
	})
}

func TestABodyThatCannotBeReadTwiceIsSentOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c := over(func(*http.Request) (*http.Response, error) { n++; return nil, errDial })
		req := request(t, "PUT", "http://p.test/", "")
		req.Body = io.NopCloser(strings.NewReader("once"))
		resp, err := c.Do(t.Context(), req, Policy{})
		wantFault(t, resp, err, fault.Provider, "refuses connections")
		if n != 1 {
			t.Errorf("%d tries", n)
		}
		req = request(t, "PUT", "http://p.test/", "b")
		req.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("gone") }
		resp, err = c.Do(t.Context(), req, Policy{})
		wantFault(t, resp, err, fault.Internal, "cannot send the body")
	})
}

func TestAPostThatWasRedirectedHadArrived(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c := over(func(r *http.Request) (*http.Response, error) {
			if n++; r.URL.Path == "/done" {
				return nil, errDial
			}
			return reply(303, "", "Location", "http://q.test/done"), nil
		})
		resp, err := c.Do(t.Context(), request(t, "POST", "http://p.test/", "order"), Policy{})
		wantFault(t, resp, err, fault.Provider, "q.test")
		if n != 2 {
			t.Errorf("%d exchanges, want the order sent once", n)
		}
	})
}

func TestARetriedAnswerGivesItsConnectionBack(t *testing.T) {
	t.Parallel()
	var opened, calls atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, strings.Repeat("busy", 1000))
			return
		}
		_, _ = io.WriteString(w, "fine")
	}))
	t.Cleanup(s.Close)
	s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	c := open(t, Options{}, s)
	resp, err := c.Do(t.Context(), request(t, "GET", s.URL, ""), Policy{})
	if got := read(t, resp, err); got != "fine" {
		t.Errorf("got %q", got)
	}
	resp, err = c.Do(t.Context(), request(t, "GET", s.URL, ""), Policy{})
	read(t, resp, err)
	if opened.Load() != 1 || calls.Load() != 3 {
		t.Errorf("%d connections for %d calls", opened.Load(), calls.Load())
	}
}

func TestTheWaitGrowsAndIsRandom(t *testing.T) {
	t.Parallel()
	var over1 bool
	for try, most := range map[int]time.Duration{1: backoffBase, 2: 2 * backoffBase, 3: 4 * backoffBase, 10: backoffMax} {
		seen := map[time.Duration]bool{}
		for range 200 {
			d := jitter(try)
			if d < 0 || d >= most {
				t.Fatalf("try %d waits %s, bound %s", try, d, most)
			}
			over1 = over1 || d > backoffBase
			seen[d] = true
		}
		if len(seen) < 100 {
			t.Errorf("try %d: only %d different waits in 200", try, len(seen))
		}
	}
	if !over1 {
		t.Error("the wait never grows")
	}
}
