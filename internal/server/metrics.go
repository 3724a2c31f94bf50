package server

import (
	"strconv"

	"jackfield/internal/outbound"
	"jackfield/internal/sandbox"

	"github.com/prometheus/client_golang/prometheus"
)

// observeProviders counts and times the exchanges with providers. Providers are not a label: customers name them, so
// their number has no bound.
func (s *Server) observeProviders() func(outbound.Attempt) {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "jackfield_provider_requests_total",
		Help: "Exchanges with providers, by status; error stands for no answer.",
	}, []string{"status"})
	seconds := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    "jackfield_provider_request_duration_seconds",
		Help:    "Time until the head of a provider's answer.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
	})
	s.metrics.MustRegister(requests, seconds)
	return func(a outbound.Attempt) {
		status := "error"
		if a.Response != nil {
			status = strconv.Itoa(a.Response.StatusCode)
		}
		requests.WithLabelValues(status).Inc()
		seconds.Observe(a.Duration.Seconds())
	}
}

// scriptMetrics are the counters of the script workers.
func scriptMetrics(pool *sandbox.Pool) []prometheus.Collector {
	counter := func(name, help string, of func(sandbox.Stats) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "jackfield_script_" + name + "_total", Help: help},
			func() float64 { return float64(of(pool.Stats())) })
	}
	return []prometheus.Collector{
		counter("runs", "Scripts run.", func(s sandbox.Stats) int64 { return s.Runs }),
		counter("failures", "Scripts that threw or hit a limit.", func(s sandbox.Stats) int64 { return s.Failures }),
		counter("kills", "Script workers that had to be killed.", func(s sandbox.Stats) int64 { return s.Kills }),
		counter("workers_started", "Script workers started.", func(s sandbox.Stats) int64 { return s.Starts }),
	}
}
