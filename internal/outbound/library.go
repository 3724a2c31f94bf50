package outbound

import "net/http"

// Library is an HTTP client for libraries that make calls of their own: they leave through this client, with its guard and limits and
// the policy. Redirects are handed to the library as answers: a token exchange would repeat its secret.
func (c *Client) Library(p Policy) *http.Client {
	p.Redirects = -1
	return &http.Client{
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return c.Do(r.Context(), r.Clone(r.Context()), p) // a transport must not change the request, and Do does
		}),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
