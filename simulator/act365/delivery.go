package act365

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// Limits of webhook deliveries (reference/act365.md §12.6).
const (
	deliveryTries   = 5
	deliveryWait    = time.Second      // before the second try; it doubles with each further one
	deliveryTimeout = 10 * time.Second // of one try
	maxDeliveries   = 1000             // under way at a time; more are dropped and counted
)

// deliveries tells webhooks of changes. Nothing leaves unless Options.Webhooks is set.
type deliveries struct {
	sim    *Simulator
	client *http.Client
	ctx    context.Context
	stop   context.CancelFunc
	wg     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	counts deliveryCounts
}

type deliveryCounts struct {
	Pending   int `json:"pending"`
	Delivered int `json:"delivered"`
	Failed    int `json:"failed"`
	Dropped   int `json:"dropped"`
}

func newDeliveries(s *Simulator) *deliveries {
	d := &deliveries{sim: s}
	d.ctx, d.stop = context.WithCancel(context.Background())
	dialer := &net.Dialer{Timeout: deliveryTimeout}
	if !s.options.WebhookAny {
		dialer.Control = loopbackOnly
	}
	d.client = &http.Client{
		Timeout:       deliveryTimeout,
		Transport:     &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return d
}

// loopbackOnly looks at the address that is about to be dialled, after names were resolved.
func loopbackOnly(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err == nil {
		if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
			return nil
		}
	}
	return fmt.Errorf("%s is not a loopback address", address)
}

// tell starts a delivery to each webhook of the account that waits for such a change.
func (d *deliveries) tell(account int, res *resource, verb, id, base string, now instant) {
	if !d.sim.options.Webhooks {
		return
	}
	m, event := models().webhook, res.key+"_"+verb
	payload := mustJSON(struct {
		Event    string `json:"event"`
		Resource string `json:"resource_url"`
		ID       string `json:"id"`
		Occurred string `json:"occurred"`
	}{event, base + "/" + res.path + "/" + id, id, now.String()})
	d.sim.mu.RLock()
	defer d.sim.mu.RUnlock()
	for _, hook := range d.sim.accounts[account].collections[webhooks].rows {
		if m.text(hook, "event") == event {
			d.start(account, hook.id(), m.text(hook, "target_url"), event, payload)
		}
	}
}

func (d *deliveries) start(account int, hook, target, event string, payload []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return
	}
	if d.counts.Pending >= maxDeliveries {
		d.counts.Dropped++
		return
	}
	d.counts.Pending++
	d.wg.Add(1)
	go func() {
		defer d.wg.Done()
		err := d.deliver(account, hook, target, event, payload)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.counts.Pending--
		if err != nil {
			d.counts.Failed++
		} else {
			d.counts.Delivered++
		}
	}()
}

// deliver tries until the target takes the call, deletes its webhook by answering 410, or the
// tries are used up.
func (d *deliveries) deliver(account int, hook, target, event string, payload []byte) error {
	for try := range deliveryTries {
		if try > 0 {
			if err := d.sim.pause(d.ctx, deliveryWait<<(try-1)); err != nil {
				return err
			}
		}
		status, err := d.post(target, event, payload)
		switch {
		case err != nil:
		case status == http.StatusGone:
			d.sim.mu.Lock()
			d.sim.accounts[account].remove(webhooks, hook)
			d.sim.mu.Unlock()
			return nil
		case status >= 200 && status < 300:
			return nil
		}
	}
	return errors.New("no try was answered with success")
}

func (d *deliveries) post(target, event string, payload []byte) (int, error) {
	r, err := http.NewRequestWithContext(d.ctx, http.MethodPost, target, bytes.NewReader(payload))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Act-Event", event)
	answer, err := d.client.Do(r)
	if err != nil {
		return 0, err
	}
	_, _ = io.CopyN(io.Discard, answer.Body, 1<<16)
	return answer.StatusCode, answer.Body.Close()
}

func (d *deliveries) snapshot() deliveryCounts {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.counts
}

// close breaks off waits and waits for what is under way.
func (d *deliveries) close() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.stop()
	d.wg.Wait()
}
