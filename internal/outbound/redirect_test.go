package outbound

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"jackfield/internal/fault"
)

// echo answers what it was asked, as JSON.
type echoed struct {
	Method, Path, Body string
	Header             http.Header
}

func echo(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	_ = json.NewEncoder(w).Encode(echoed{r.Method, r.URL.RequestURI(), string(b), r.Header})
}

func decode(t *testing.T, resp *http.Response, err error) echoed {
	t.Helper()
	var e echoed
	if text := read(t, resp, err); json.Unmarshal([]byte(text), &e) != nil {
		t.Fatalf("not an echo (status %d): %s", resp.StatusCode, text)
	}
	return e
}

// redirector answers /go/{status}?to=… with that redirect and echoes everything else.
func redirector(w http.ResponseWriter, r *http.Request) {
	if status, ok := strings.CutPrefix(r.URL.Path, "/go/"); ok {
		code, err := strconv.Atoi(status)
		if err == nil {
			w.Header().Set("Location", r.URL.Query().Get("to"))
			w.WriteHeader(code)
			return
		}
	}
	echo(w, r)
}

func TestRedirectsKeepOrChangeTheMethodAsNetHTTPDoes(t *testing.T) {
	t.Parallel()
	s := serve(t, redirector)
	c := open(t, Options{}, s)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
			t.Run(fmt.Sprint(status, method), func(t *testing.T) {
				t.Parallel()
				body := ""
				if method != "GET" && method != "HEAD" {
					body = "payload"
				}
				req := func() *http.Request {
					r := request(t, method, s.URL+"/go/"+strconv.Itoa(status)+"?to=/there%3Fa=b", body)
					r.Header.Set("Content-Type", "text/plain")
					return r
				}
				theirs, err := http.DefaultClient.Do(req())
				if method == "HEAD" {
					read(t, theirs, err)
					resp, err := c.Do(t.Context(), req(), Policy{})
					read(t, resp, err)
					if resp.StatusCode != theirs.StatusCode || resp.Request.Method != theirs.Request.Method {
						t.Errorf("got %d %s, net/http %d %s", resp.StatusCode, resp.Request.Method, theirs.StatusCode, theirs.Request.Method)
					}
					return
				}
				want := decode(t, theirs, err)
				resp, err := c.Do(t.Context(), req(), Policy{})
				got := decode(t, resp, err)
				if got.Method != want.Method || got.Path != want.Path || got.Body != want.Body {
					t.Errorf("got %s %s %q, net/http %s %s %q", got.Method, got.Path, got.Body, want.Method, want.Path, want.Body)
				}
				if got.Body == "" && body != "" && got.Header.Get("Content-Type") != "" {
					t.Error("Content-Type is left without a body")
				}
				if got.Header.Get("Referer") != "" {
					t.Error("a Referer tells the next party the query of the first")
				}
			})
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestCredentialsStayWithTheirParty(t *testing.T) {
	t.Parallel()
	other := serve(t, redirector)
	home := serve(t, redirector)
	c := open(t, Options{}, home, other)
	send := func(t *testing.T, to string) http.Header {
		t.Helper()
		req := request(t, "GET", home.URL+"/go/302?to="+to, "")
		for _, name := range []string{"Authorization", "Cookie", "X-Api-Key", "X-Custom-Thing", "Accept-Language"} {
			req.Header.Set(name, "v")
		}
		resp, err := c.Do(t.Context(), req, Policy{SecretHeaders: []string{"x-custom-thing"}})
		return decode(t, resp, err).Header
	}
	for name, tt := range map[string]struct {
		to   string
		keep bool
	}{
		"same party, absolute":            {home.URL + "/x", true},
		"same party, relative":            {"/x", true},
		"another port is another party":   {other.URL + "/x", false},
		"localhost is not 127.0.0.1":      {strings.Replace(home.URL, "127.0.0.1", "localhost", 1) + "/x", false},
		"there and back does not restore": {other.URL + "/go/302?to=" + home.URL + "/x", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := send(t, tt.to)
			for _, name := range []string{"Authorization", "Cookie", "X-Api-Key", "X-Custom-Thing"} {
				if (got.Get(name) != "") != tt.keep {
					t.Errorf("%s arrived: %v, want %v", name, got.Get(name) != "", tt.keep)
				}
			}
			if got.Get("Accept-Language") == "" {
				t.Error("Accept-Language was dropped")
			}
		})
	}
}

func TestOriginsTrustOnlyThemselvesAndTheirUpgrade(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from, to string
		want     bool
	}{
		{"https://a.test/x", "https://A.test:443/y?z", true},
		{"https://a.test.", "https://a.test", true},
		{"http://a.test", "https://a.test", true},
		{"https://a.test", "http://a.test", false},
		{"http://a.test:8080", "https://a.test:8080", false},
		{"https://a.test", "https://b.a.test", false},
		{"https://a.test", "https://a.test.evil.test", false},
		{"https://a.test", "https://a.test:444", false},
	} {
		from, to := request(t, "GET", tt.from, "").URL, request(t, "GET", tt.to, "").URL
		if got := OriginOf(from).Trusts(OriginOf(to)); got != tt.want {
			t.Errorf("%s trusts %s: %v", tt.from, tt.to, got)
		}
	}
}

func TestARedirectIsCheckedLikeAFirstAddress(t *testing.T) {
	t.Parallel()
	s := serve(t, redirector)
	c := open(t, Options{}, s)
	for to, want := range map[string]struct {
		kind fault.Kind
		says string
	}{
		"http://10.9.8.7/":                  {fault.Invalid, "10.9.8.7"},
		"http://169.254.169.254/latest":     {fault.Invalid, "always refused"},
		"http://metadata.google.internal/x": {fault.Provider, "metadata"},
		"file:///etc/passwd":                {fault.Provider, `"file"`},
		"http://user:pw@127.0.0.1/":         {fault.Provider, "user name"},
		"http://127.0.0.1:0/":               {fault.Provider, "65535"},
		"http://[::1":                       {fault.Provider, "cannot be read"},
	} {
		t.Run(to, func(t *testing.T) {
			t.Parallel()
			req := request(t, "GET", s.URL+"/go/302", "")
			req.URL.RawQuery = "to=" + strings.ReplaceAll(to, ":", "%3A")
			resp, err := c.Do(t.Context(), req, Policy{})
			wantFault(t, resp, err, want.kind, want.says)
		})
	}
}

func TestRedirectsEndAfterFive(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if n == 0 {
			_, _ = io.WriteString(w, "arrived")
			return
		}
		http.Redirect(w, r, "/"+strconv.Itoa(n-1), http.StatusFound)
	})
	c := open(t, Options{}, s)
	resp, err := c.Do(t.Context(), request(t, "GET", s.URL+"/5", ""), Policy{})
	if got := read(t, resp, err); got != "arrived" {
		t.Errorf("got %q", got)
	}
	resp, err = c.Do(t.Context(), request(t, "GET", s.URL+"/6", ""), Policy{})
	wantFault(t, resp, err, fault.Provider, "more than 5 times")
	resp, err = c.Do(t.Context(), request(t, "GET", s.URL+"/2", ""), Policy{Redirects: 1})
	wantFault(t, resp, err, fault.Provider, "more than 1 times")
	resp, err = c.Do(t.Context(), request(t, "GET", s.URL+"/2", ""), Policy{Redirects: -1})
	read(t, resp, err)
	if resp.StatusCode != http.StatusFound || resp.Header.Get("Location") != "/1" {
		t.Errorf("a caller that wants redirects got %d to %q", resp.StatusCode, resp.Header.Get("Location"))
	}
}

func TestABodyThatCannotBeSentAgainHandsTheRedirectOver(t *testing.T) {
	t.Parallel()
	s := serve(t, redirector)
	c := open(t, Options{}, s)
	req := request(t, "PUT", s.URL+"/go/307?to=/x", "")
	req.Body = io.NopCloser(strings.NewReader("once"))
	resp, err := c.Do(t.Context(), req, Policy{})
	read(t, resp, err)
	if resp.StatusCode != http.StatusTemporaryRedirect {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestASpaceInALocationIsEncoded(t *testing.T) {
	t.Parallel()
	s := serve(t, redirector)
	c := open(t, Options{}, s)
	resp, err := c.Do(t.Context(), request(t, "GET", s.URL+"/go/302?to=/x%3Fq%3Da%20b", ""), Policy{})
	if got := decode(t, resp, err); got.Path != "/x?q=a%20b" {
		t.Errorf("went to %q", got.Path)
	}
}

func TestARedirectWithoutLocationAndOther3xxAreAnswers(t *testing.T) {
	t.Parallel()
	s := serve(t, redirector)
	c := open(t, Options{}, s)
	for _, path := range []string{"/go/302?to=", "/go/300?to=/x", "/go/304?to=/x"} {
		resp, err := c.Do(t.Context(), request(t, "GET", s.URL+path, ""), Policy{})
		read(t, resp, err)
		if resp.Request.URL.Path == "/x" {
			t.Errorf("%s was followed", path)
		}
	}
}

func TestCredentialHeadersAreKnownByTheirLook(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"Authorization": true, "Proxy-Authorization": true, "cookie": true, "X-API-Key": true, "apikey": true, "X-Auth-Token": true,
		"X-Amz-Security-Token": true, "Ocp-Apim-Subscription-Key": true, "X-Keyword": false, "Accept": false, "Content-Type": false, "Range": false, "User-Agent": false,
	} {
		if got := IsCredentialHeader(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
