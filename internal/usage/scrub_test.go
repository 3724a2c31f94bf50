package usage

import (
	"net/url"
	"testing"
)

func TestSecretsInAQueryAreScrubbed(t *testing.T) {
	t.Parallel()
	const token = "a+b/c00000000000000000000000000000000000000="
	if len(token) != 44 {
		t.Fatalf("the test token has %d characters", len(token))
	}
	for uri, want := range map[string]string{
		"":                            "",
		"/hubs/crm/contacts":          "/hubs/crm/contacts",
		"/hubs/crm/contacts?":         "/hubs/crm/contacts?",
		"/c?where=a%3D'b'&pageSize=5": "/c?where=a%3D'b'&pageSize=5",
		"/e/oauth/url?apiKey=k&apiSecret=s&callbackUrl=https://x": "/e/oauth/url?apiKey=********&apiSecret=********&callbackUrl=https://x",
		"/c?access_token=t&a=1":                                   "/c?access_token=********&a=1",
		"/c?api%5Fkey=t":                                          "/c?api%5Fkey=********",
		"/c?oauth.user.token=t":                                   "/c?oauth.user.token=********",
		"/c?code=t&x":                                             "/c?code=********&x",
		"/c?key=":                                                 "/c?key=",
		"/c?keys[]=actessentials":                                 "/c?keys[]=actessentials",
		"/c?nextPageToken=abc":                                    "/c?nextPageToken=abc",
		"/c?nextPage=eyJwYWdlIjoyfQ":                              "/c?nextPage=eyJwYWdlIjoyfQ",
		"/c?q=" + token:                                           "/c?q=********",
		"/c?q=" + url.QueryEscape(token):                          "/c?q=********",
		"/c?q=x:" + url.PathEscape(token):                         "/c?q=********",
		"/c?q=%zz:" + token:                                       "/c?q=********",
		"/c?where=password%3D'x'":                                 "/c?where=password%3D'x'",
		"/c?id=0123456789abcdef0123456789":                        "/c?id=0123456789abcdef0123456789",
	} {
		if got := ScrubURI(uri); got != want {
			t.Errorf("ScrubURI(%q) = %q, want %q", uri, got, want)
		}
	}
}

func FuzzScrubURI(f *testing.F) {
	f.Add("/a?b=c&token=d")
	f.Fuzz(func(t *testing.T, uri string) {
		once := ScrubURI(uri)
		if twice := ScrubURI(once); twice != once {
			t.Errorf("%q became %q, then %q", uri, once, twice)
		}
	})
}

func BenchmarkScrubURIWithWhere(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ScrubURI("/hubs/crm/contacts?where=lastName%3D'Byron'&pageSize=5")
	}
}
