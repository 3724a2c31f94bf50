package outbound

import (
	"net/http"
	"testing"

	"jackfield/internal/fault"
)

func TestALibrarysCallsLeaveUnderTheGuard(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	allowed := open(t, Options{}, s).Library(Policy{})
	resp, err := allowed.Do(request(t, "GET", s.URL, ""))
	if err != nil {
		t.Fatal(err)
	}
	if closed := resp.Body.Close(); closed != nil || resp.StatusCode != http.StatusTemporaryRedirect {
		t.Errorf("a redirect is followed: %d %v", resp.StatusCode, closed)
	}
	guarded := New(Options{})
	t.Cleanup(guarded.Close)
	resp, err = guarded.Library(Policy{}).Do(request(t, "GET", s.URL, ""))
	if err == nil {
		_ = resp.Body.Close()
	}
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("a private address: %v", err)
	}
}
