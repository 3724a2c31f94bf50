package act365

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// listener is a webhook's target that answers with the statuses given, the last one for ever.
type listener struct {
	*httptest.Server
	mu       sync.Mutex
	statuses []int
	got      []received
}

type received struct {
	event string
	body  map[string]string
}

func listen(t *testing.T, statuses ...int) *listener {
	t.Helper()
	l := &listener{statuses: statuses}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		var body map[string]string
		_ = json.Unmarshal(raw, &body)
		l.mu.Lock()
		l.got = append(l.got, received{r.Header.Get("X-Act-Event"), body})
		status := l.statuses[0]
		if len(l.statuses) > 1 {
			l.statuses = l.statuses[1:]
		}
		l.mu.Unlock()
		if status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(l.Close)
	return l
}

// settled waits until nothing is under way and gives what arrived.
func (l *listener) settled(b *bench) []received {
	b.t.Helper()
	b.sim.hooks.wg.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.got)
}

func (b *bench) hook(event, target string) string {
	b.t.Helper()
	return b.want(201, "POST", "/Webhooks", `{"event":"`+event+`","target_url":"`+target+`"}`).object(b.t)["id"].(string)
}

func TestWebhooksAreToldOfChanges(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Webhooks: true})
	l := listen(t, 200)
	for _, event := range []string{"contacts_post", "contacts_put", "contacts_patch", "contacts_delete", "todos_post"} {
		b.hook(event, l.URL)
	}
	id := b.want(201, "POST", "/Contacts", minimal["Contacts"]).object(t)["id"].(string)
	l.settled(b)
	b.want(200, "PUT", "/Contacts/"+id, minimal["Contacts"])
	l.settled(b)
	b.want(200, "PATCH", "/Contacts?$filter=id+eq+"+id, `{"company":"C"}`)
	l.settled(b)
	b.want(204, "DELETE", "/Contacts/"+id, "")
	l.settled(b)
	b.want(400, "POST", "/Contacts", `{}`)
	b.want(201, "POST", "/Groups", minimal["Groups"])
	got := l.settled(b)
	var events []string
	for _, r := range got {
		events = append(events, r.event)
	}
	if strings.Join(events, " ") != "contacts_post contacts_put contacts_patch contacts_delete" {
		t.Fatalf("told of %v", events)
	}
	want := map[string]string{"event": "contacts_post", "id": id, "resource_url": b.url + "/Contacts/" + id, "occurred": "2026-03-10T12:00:00Z"}
	for name, value := range want {
		if got[0].body[name] != value {
			t.Errorf("%s is %q, want %q", name, got[0].body[name], value)
		}
	}
}

func TestMutationsTellWebhooksOfTheirAccountOnly(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Webhooks: true})
	l := listen(t, 204)
	b.hook("todos_post", l.URL)
	b.hook("todos_delete", l.URL)
	b.control("POST", "mutate", `{"resource":"todos","create":2,"delete":1}`)
	b.control("POST", "mutate", `{"resource":"todos","create":2,"account":1}`)
	if got := l.settled(b); len(got) != 3 {
		t.Errorf("told %d times", len(got))
	}
}

func TestADeliveryIsTriedFiveTimesWithGrowingWaits(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Webhooks: true})
	for name, c := range map[string]struct {
		statuses []int
		tries    int
	}{
		"always failing":    {[]int{500}, 5},
		"redirect":          {[]int{302}, 5},
		"third time lucky":  {[]int{500, 404, 200}, 3},
		"taken at once":     {[]int{202}, 1},
		"gone at the third": {[]int{500, 500, 410, 200}, 3},
	} {
		l := listen(t, c.statuses...)
		before := len(b.waits.all())
		id := b.hook("groups_post", l.URL)
		b.want(201, "POST", "/Groups", `{"name":"`+name+`"}`)
		if got := l.settled(b); len(got) != c.tries {
			t.Errorf("%s: %d tries", name, len(got))
		}
		waits := b.waits.all()[before:]
		want := []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}[:c.tries-1]
		if !slices.Equal(waits, want) {
			t.Errorf("%s: waited %v", name, waits)
		}
		gone := slices.Contains(c.statuses, 410)
		if got := b.call("DELETE", "/Webhooks/"+id, "").status; (got == 404) != gone {
			t.Errorf("%s: deleting the webhook answers %d", name, got)
		}
	}
	if counts := b.sim.hooks.snapshot(); counts.Failed != 2 || counts.Delivered != 3 || counts.Pending != 0 {
		t.Errorf("%+v", counts)
	}
}

func TestNothingLeavesUnlessWebhooksAreOn(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	l := listen(t, 200)
	b.hook("contacts_post", l.URL)
	b.hook("contacts_post", "https://app.example.com/hook") // kept, never called
	b.want(201, "POST", "/Contacts", minimal["Contacts"])
	if got := l.settled(b); len(got) != 0 {
		t.Errorf("told of %v", got)
	}
}

func TestTargetsAreLoopbackUnlessAllowed(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Webhooks: true})
	for _, target := range []string{"https://app.example.com/", "http://10.0.0.1/", "http://169.254.169.254/", "http://127.0.0.1.example.com/"} {
		b.want(400, "POST", "/Webhooks", `{"event":"contacts_post","target_url":"`+target+`"}`)
	}
	b.hook("contacts_post", "http://[::1]:9/")
	anywhere := start(t, Options{Webhooks: true, WebhookAny: true})
	anywhere.hook("groups_post", "https://app.example.com/")
	for address, ok := range map[string]bool{
		"127.0.0.1:80": true, "[::1]:80": true, "127.9.9.9:80": true,
		"10.0.0.1:80": false, "[fe80::1]:80": false, "example.com:80": false, "nonsense": false,
	} {
		if err := loopbackOnly("tcp", address, nil); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestCloseBreaksOffWaitingDeliveries(t *testing.T) {
	t.Parallel()
	l := listen(t, 500)
	b := start(t, Options{Webhooks: true})
	waiting := make(chan struct{})
	b.sim.pause = func(ctx context.Context, _ time.Duration) error {
		close(waiting)
		<-ctx.Done()
		return ctx.Err()
	}
	b.hook("contacts_post", l.URL)
	b.want(201, "POST", "/Contacts", minimal["Contacts"])
	<-waiting
	b.sim.Close()
	b.want(201, "POST", "/Contacts", minimal["Contacts"]) // tells nobody any more
	if got := l.settled(b); len(got) != 1 {
		t.Errorf("told %d times", len(got))
	}
}

func TestDeliveriesUnderWayAreBounded(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Webhooks: true})
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer slow.Close()
	b.sim.hooks.mu.Lock()
	b.sim.hooks.counts.Pending = maxDeliveries - 1
	b.sim.hooks.mu.Unlock()
	b.hook("todos_post", slow.URL)
	b.control("POST", "mutate", `{"resource":"todos","create":3}`)
	close(release)
	b.sim.hooks.wg.Wait()
	if counts := b.sim.hooks.snapshot(); counts.Dropped != 2 || counts.Delivered != 1 {
		t.Errorf("%+v", counts)
	}
}
