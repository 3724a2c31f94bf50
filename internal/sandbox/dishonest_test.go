package sandbox

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"jackfield/internal/fault"
)

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// dishonest is a worker that says this, whatever it hears.
func dishonest(said []byte) *process {
	return &process{in: nopCloser{io.Discard}, out: bufio.NewReader(bytes.NewReader(said)), has: map[[32]byte]bool{}}
}

// A worker that a script took over says what it likes: the parent believes none of it unread.
func TestAnswersOfADishonestWorkerAreNotBelieved(t *testing.T) {
	t.Parallel()
	p := &Pool{}
	p.options.defaults()
	long := binary.LittleEndian.AppendUint32(nil, uint32(p.options.OutputLimit+maxBesides+1))
	cut := (&report{logs: []string{"a", "b"}}).frame()
	binary.LittleEndian.PutUint32(cut, uint32(len(cut)-5))
	unknown := (&report{outcome: unknownScript}).frame()
	for name, c := range map[string]struct {
		answer []byte
		kind   fault.Kind
		says   string
	}{
		"a result that is no JSON":        {(&report{done: []byte(`{"a":`)}).frame(), fault.Invalid, "no JSON"},
		"two results":                     {(&report{done: []byte(`{} {}`)}).frame(), fault.Invalid, "no JSON"},
		"an answer above the limit":       {long, fault.Internal, "too large"},
		"an outcome that does not exist":  {(&report{outcome: unknownScript + 1}).frame(), fault.Internal, "does not read"},
		"an answer cut short":             {cut[:len(cut)-1], fault.Internal, "does not read"},
		"it never knows the script":       {append(unknown, unknown...), fault.Internal, "does not know"},
		"more requests than there may be": {bytes.Repeat((&ask{1, FetchRequest{URL: "https://example.org/"}}).frame(), MaxFetches+1), fault.Internal, "asks for more"},
		"too large a request":             {(&ask{1, FetchRequest{Body: make([]byte, MaxFetchRequest+1)}}).frame(), fault.Internal, "asks for more"},
		"an ask cut short":                {[]byte("\x02\x00\x00\x00\xf0\x01"), fault.Internal, "does not read"},
		"an empty message":                {[]byte("\x00\x00\x00\x00"), fault.Internal, "does not read"},
		"more mails than there may be":    {(&report{mails: make([]Mail, maxMails+1)}).frame(), fault.Internal, "does not read"},
		"nothing":                         {nil, fault.Internal, "EOF"},
		"more log lines than there are":   {[]byte("\x11\x00\x00\x00\x00" + strings.Repeat("\x00", 12) + "\xff\xff\xff\xff"), fault.Internal, "does not read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := dishonest(c.answer)
			fetches := newFetches(t.Context(), nil, 1, w.write)
			got, err := w.exchange(p, errand{Script: NewScript("simple", `done({})`, false)}, fetches)
			fetches.end()
			if err == nil || fault.As(err).Kind != c.kind || !strings.Contains(err.Error(), c.says) {
				t.Errorf("it is believed: %+v %v", got, err)
			}
		})
	}
}
