package wire_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"jackfield/internal/server"
	"jackfield/internal/store/storetest"
)

// safeBuffer is a log that many goroutines write.
type safeBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func TestPlantedSecretsShowNowhere(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	log := &safeBuffer{}
	data := t.TempDir()
	h := build(t, with(p.Server, probeDefinition()), func(o *server.Options) {
		o.Data = data
		o.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	const planted = "canary/+provider=password"
	probe := h.create(`{"element":{"key":"probe"},"name":"probe","configuration":{"username":"u","password":"` + planted + `","undeclared.secret":"canary/+undeclared"}}`)
	var seen bytes.Buffer // everything that was answered, but what hands a token out
	keep := func(a *answer) { seen.Write(a.body); _ = a.header.Write(&seen) }
	for _, path := range []string{"/hubs/crm/echo?q=1", "/hubs/crm/status/500", "/hubs/crm/broken", "/hubs/crm/away", "/hubs/crm/rows?where=a%20=", "/usage/x", "/nothing"} {
		a := h.do(request{path: path, token: probe.Token})
		if !strings.HasPrefix(path, "/hubs/crm/echo") { // the provider itself may repeat what it was sent
			keep(a)
		}
	}
	keep(h.do(request{method: "POST", path: "/authentication", body: `{"username":"ada@example.org","password":"canary/+wrong"}`}))
	keep(h.do(request{path: "/hubs/crm/echo?access_token=canary%2F%2Bquery", token: "canary/+dead/token="}))
	keep(h.do(request{method: "PATCH", path: "/instances", token: probe.Token, body: `{"configuration":{"password":"` + planted + `2"}}`}))
	keep(h.do(request{path: "/instances/configuration", token: probe.Token}))
	metrics, err := http.Get(h.server.URL() + "/metrics") //nolint:noctx // a test of a server on loopback
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(&seen, metrics.Body); err != nil {
		t.Fatal(err)
	}
	metrics.Body.Close()
	awaitUsage(h, h.do(request{path: "/hubs/crm/rows", token: probe.Token}).header.Get("Elements-Request-Id"))

	places := map[string][]byte{"answers and metrics": bytes.ReplaceAll(seen.Bytes(), []byte(probe.Token), nil)}
	log.mu.Lock()
	places["the log"] = bytes.Clone(log.Bytes())
	log.mu.Unlock()
	files, err := filepath.Glob(filepath.Join(data, "*.db*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%v %v", files, err)
	}
	for _, file := range files {
		if places[file], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	secrets := []string{"canary/+", probe.Token, h.user, h.organization, password, "u:" + planted}
	for place, content := range places {
		for _, secret := range secrets {
			for form, text := range map[string]string{
				"clear": secret, "base64": strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "="), "URL": url.QueryEscape(secret),
			} {
				if bytes.Contains(content, []byte(text)) {
					t.Errorf("%s holds %q in %s", place, secret, form)
				}
			}
		}
	}
}

// awaitUsage waits until the record of a request is written.
func awaitUsage(h *house, requestID string) {
	h.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); h.do(request{path: "/usage/" + requestID}).status != 200; {
		if time.Now().After(deadline) {
			h.t.Fatal("no usage record after 10 s")
		}
	}
}

func TestTheSameServerRunsOnPostgreSQL(t *testing.T) {
	t.Parallel()
	address := storetest.PostgresURL(t)
	h := build(t, func(o *server.Options) { o.Database = address })
	one := h.act("one")
	a := h.do(request{path: "/hubs/crm/contacts?pageSize=2", token: one.Token}).want(200)
	awaitUsage(h, a.header.Get("Elements-Request-Id"))
	h.do(request{method: "DELETE", path: "/instances/enabled", token: one.Token}).want(200)
	h.do(request{path: "/hubs/crm/contacts", token: one.Token}).want(403)
	h.do(request{path: "/instances?searchText=ON&tags[]=one"}).want(200)
	h.do(request{method: "DELETE", path: "/instances", token: one.Token}).want(200)
}

func TestASlowProviderHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-release
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(slow.Close)
	h := build(t, with(slow, probeDefinition()))
	probe := h.create(`{"element":{"key":"probe"},"name":"p","configuration":{"username":"u","password":"p"}}`)
	one := h.act("one")
	var wait sync.WaitGroup
	for range 64 {
		wait.Go(func() {
			if a := h.do(request{path: "/hubs/crm/echo", token: probe.Token}); a.status != 200 {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	for range 10 {
		h.do(request{path: "/hubs/crm/contacts?pageSize=1", token: one.Token}).want(200)
	}
	close(release)
	wait.Wait()
}
