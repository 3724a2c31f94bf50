package outbound

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

// BenchmarkDoBesideBareTransport makes the same calls over loopback through Client.Do and through the bare
// transport, in turns within one run, so that both see the same machine. "ratio" is time per call of Do
// over the bare one; the extra metrics are per call.
func BenchmarkDoBesideBareTransport(b *testing.B) {
	for _, size := range []struct {
		name  string
		bytes int
	}{{"1KB", 1 << 10}, {"62KB", 62 << 10}} {
		b.Run(size.name, func(b *testing.B) {
			body := strings.Repeat("x", size.bytes)
			s := serve(b, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
			c := open(b, Options{}, s)
			policy := Policy{Budget: Budget{Key: "k", Requests: 1 << 30, Window: time.Second}}
			sink := make([]byte, 64<<10)
			drain := func(resp *http.Response, err error) {
				if err != nil {
					b.Fatal(err)
				}
				for err == nil {
					_, err = resp.Body.Read(sink)
				}
				if err != io.EOF {
					b.Fatal(err)
				}
				_ = resp.Body.Close()
			}
			bare := func() {
				req, _ := http.NewRequestWithContext(b.Context(), "GET", s.URL, nil)
				req.Header.Set("Accept-Encoding", "gzip")
				req.Header.Set("User-Agent", DefaultUserAgent)
				drain(c.transport.RoundTrip(req))
			}
			do := func() {
				req, _ := http.NewRequestWithContext(b.Context(), "GET", s.URL, nil)
				drain(c.Do(b.Context(), req, policy))
			}
			for range 100 {
				bare()
				do()
			}
			const turn = 50
			var took [2]time.Duration
			var allocs [2]uint64
			calls := 0
			b.ResetTimer()
			for b.Loop() {
				for i, call := range []func(){bare, do} {
					var before, after runtime.MemStats
					runtime.ReadMemStats(&before)
					start := time.Now()
					for range turn {
						call()
					}
					took[i] += time.Since(start)
					runtime.ReadMemStats(&after)
					allocs[i] += after.Mallocs - before.Mallocs
				}
				calls += turn
			}
			b.ReportMetric(float64(took[1])/float64(took[0]), "ratio")
			b.ReportMetric(float64(took[0].Microseconds())/float64(calls), "bare-µs")
			b.ReportMetric(float64(took[1].Microseconds())/float64(calls), "do-µs")
			b.ReportMetric(float64(allocs[1]-allocs[0])/float64(calls), "extra-allocs")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkDoOverhead is what Do costs on top of a transport that costs nothing.
func BenchmarkDoOverhead(b *testing.B) {
	resp := &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1}
	c := over(func(*http.Request) (*http.Response, error) {
		resp.Body = io.NopCloser(strings.NewReader("x"))
		return resp, nil
	})
	req := request(b, "GET", "http://p.test/", "")
	sink := make([]byte, 16)
	b.ReportAllocs()
	for b.Loop() {
		resp, err := c.Do(b.Context(), req, Policy{})
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = resp.Body.Read(sink)
		}
		_ = resp.Body.Close()
	}
}
