package sandbox

import (
	"context"
	"testing"
	"time"

	"jackfield/internal/fault"
)

func TestAWorkerKilledWhileItsScriptWaitsLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	p, err := Open(Options{TimeLimit: time.Minute, WaitLimit: time.Minute, Waiters: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	script := NewScript("waits", `require('https').get('https://example.org/', res => done(res.statusCode))`, false)
	ended := make(chan struct{})
	_, err = p.Run(t.Context(), script, Input{Fetch: func(ctx context.Context, _ FetchRequest) (*FetchResponse, error) {
		for _, w := range p.workers() {
			if err := w.command.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
		<-ctx.Done()
		close(ended)
		return nil, ctx.Err()
	}})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("the call ends with %v", err)
	}
	select {
	case <-ended:
	default:
		t.Error("the request goes on after the call")
	}
	out, err := p.Run(t.Context(), script, Input{Fetch: func(context.Context, FetchRequest) (*FetchResponse, error) {
		return &FetchResponse{Status: 200}, nil
	}})
	if err != nil || string(out.Done) != "200" {
		t.Errorf("the next call: %s %v", out.Done, err)
	}
}

// A reply that was on its way when its script called done must not confuse the next script of the worker.
func TestALateReplyReachesNoLaterScript(t *testing.T) {
	t.Parallel()
	p, err := Open(Options{TimeLimit: time.Minute, Waiters: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	large := make([]byte, 1<<20) // more than a pipe holds: its writer waits for the worker to read
	fetch := func(context.Context, FetchRequest) (*FetchResponse, error) {
		return &FetchResponse{Status: 200, Body: large}, nil
	}
	leaves := NewScript("leaves", `const h = require('https'); for (let i = 0; i < 5; i++) h.get('https://example.org/', () => done('early'))`, false)
	stays := NewScript("stays", `require('https').get('https://example.org/', res => { let n = 0; res.on('data', c => n += c.length); res.on('end', () => done(n)) })`, false)
	for range 10 {
		if out, err := p.Run(t.Context(), leaves, Input{Fetch: fetch}); err != nil || string(out.Done) != `"early"` {
			t.Fatal(string(out.Done), err)
		}
		if out, err := p.Run(t.Context(), stays, Input{Fetch: fetch}); err != nil || string(out.Done) != "1048576" {
			t.Fatal(string(out.Done), err)
		}
	}
	if kills := p.Stats().Kills; kills != 0 {
		t.Errorf("%d workers were killed", kills)
	}
}
