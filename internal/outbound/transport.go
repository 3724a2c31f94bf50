package outbound

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// newTransport makes the one transport behind a client.
//
// Proxies from the environment are not used: the guard judges the address that is dialled, which would be
// the proxy's, so a proxy would open every private address behind it (docs/decisions/0601-calls-that-leave.md).
func newTransport(o Options, dialer *net.Dialer) *http.Transport {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.TLS != nil {
		conf = o.TLS.Clone()
		conf.MinVersion = max(conf.MinVersion, tls.VersionTLS12)
	}
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        conf,
		TLSHandshakeTimeout:    ConnectTimeout,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           1024,
		MaxIdleConnsPerHost:    256, // the default of 2 costs half of the throughput to one provider
		IdleConnTimeout:        90 * time.Second,
		ReadBufferSize:         64 << 10,
		MaxResponseHeaderBytes: MaxAnswerHeader,
		ResponseHeaderTimeout:  MaxTimeout, // a backstop; a call's own time is shorter
		ExpectContinueTimeout:  time.Second,
		// Uncompressing is done in answer.go, with pooled readers and limits on both sides of it.
		DisableCompression: true,
		HTTP2: &http.HTTP2Config{
			// A silent HTTP/2 connection is probed, so that calls do not queue on a dead one.
			SendPingTimeout: 30 * time.Second,
			PingTimeout:     15 * time.Second,
		},
	}
}
