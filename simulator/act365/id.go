package act365

import (
	"encoding/hex"
	"strings"
)

// idMaker makes ids in the layout of a MongoDB ObjectId: seconds, fixed machine bytes, counter.
// Ids therefore order by creation, and a fixed clock and seed always make the same ones.
type idMaker struct {
	machine [5]byte
	counter uint32 // 24 bits are used
}

func newIDMaker(account byte) *idMaker {
	return &idMaker{machine: [5]byte{0x5a, 0xc7, 0x03, 0x65, account}}
}

// at makes the next id for a record created at the instant.
func (m *idMaker) at(created instant) string {
	seconds := uint32(created.seconds())
	m.counter++
	raw := [12]byte{
		byte(seconds >> 24), byte(seconds >> 16), byte(seconds >> 8), byte(seconds),
		m.machine[0], m.machine[1], m.machine[2], m.machine[3], m.machine[4],
		byte(m.counter >> 16), byte(m.counter >> 8), byte(m.counter),
	}
	var out [24]byte
	hex.Encode(out[:], raw[:])
	return string(out[:])
}

// isID tells whether a text is an id as the provider writes it: 24 lower-case hex digits.
func isID(s string) bool {
	if len(s) != 24 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// cleanID reads an id from a path. Upper-case digits are the same id.
func cleanID(s string) (string, bool) {
	s = strings.ToLower(s)
	return s, isID(s)
}
