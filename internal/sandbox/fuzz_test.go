package sandbox

import (
	"bytes"
	"context"
	"net/http"
	"testing"
)

// FuzzMessages reads arbitrary bytes as each of the messages: none may panic, hang or take memory that the bytes do not
// stand for, and what reads must read the same again after it was written.
func FuzzMessages(f *testing.F) {
	request := FetchRequest{Method: "POST", URL: "https://example.org/", Header: http.Header{"A": {"b", "c"}}, Body: []byte("x")}
	call := call{run: 1, hash: []byte("h"), program: "p", waits: true, limits: limits{1, 2, 3, 4, 5}}
	whole, err := call.frame()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{
		whole, (&ask{1, request}).frame(), note(messageAbort, 7), note(messageWaits, 0),
		(&reply{run: 1, id: 2, response: FetchResponse{Status: 200, Header: request.Header, Body: []byte("y")}}).frame(),
		(&reply{run: 1, id: 2}).fail("EACCES", "no").frame(),
		(&report{outcome: thrown, message: "m", done: []byte("{}"), logs: []string{"a"}, mails: []Mail{{"a", "b", "c"}}}).frame(),
	} {
		f.Add(seed[4:])
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		if c, err := readCall(frame); err == nil {
			if again, err := c.frame(); err != nil {
				t.Error(err)
			} else if second, err := readCall(again[4:]); err != nil || len(second.variables) != len(c.variables) || second.limits != c.limits {
				t.Errorf("a call reads differently: %v %v", second, err)
			}
		}
		if a, err := readAsk(frame); err == nil {
			again, err := readAsk(a.frame()[4:])
			if err != nil || again.id != a.id || again.request.URL != a.request.URL || !bytes.Equal(again.request.Body, a.request.Body) || headSize(again.request) != headSize(a.request) {
				t.Errorf("an ask reads differently: %v %v", again, err)
			}
		}
		if r, err := readReply(frame); err == nil {
			again, err := readReply(r.frame()[4:])
			if err != nil || again.id != r.id || again.run != r.run || again.code != r.code || !bytes.Equal(again.response.Body, r.response.Body) {
				t.Errorf("a reply reads differently: %v %v", again, err)
			}
		}
		if p, err := readReport(frame); err == nil {
			again, err := readReport(p.frame()[4:])
			if err != nil || again.outcome != p.outcome || len(again.logs) != len(p.logs) || len(again.mails) != len(p.mails) {
				t.Errorf("a report reads differently: %v %v", again, err)
			}
		}
		_, _ = readNote(frame)
	})
}

// FuzzFetchesOfADishonestWorker lets a worker say anything while a call is under way: requests, aborts and notes in any
// order. Whatever it says, its requests end with the call.
func FuzzFetchesOfADishonestWorker(f *testing.F) {
	request := FetchRequest{Method: "GET", URL: "https://example.org/"}
	said := bytes.Join([][]byte{
		(&ask{1, request}).frame(), note(messageWaits, 0), note(messageRuns, 0), note(messageAbort, 1), (&ask{1, request}).frame(), newReport(finished).frame(),
	}, nil)
	f.Add(said)
	f.Add(said[:len(said)-3])
	f.Fuzz(func(t *testing.T, said []byte) {
		p := &Pool{}
		p.options.defaults()
		w := dishonest(said)
		number := w.begin(p.options.TimeLimit, p.options.WaitLimit)
		fetches := newFetches(t.Context(), func(ctx context.Context, _ FetchRequest) (*FetchResponse, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, number, w.write)
		_, _ = w.exchange(p, errand{Script: NewScript("simple", `done({})`, false)}, fetches)
		fetches.end()
	})
}
