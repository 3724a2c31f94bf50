package conversion

import (
	"bytes"
	"encoding/json"
)

// jsonObject writes an object with its members in the order in which they are given.
type jsonObject struct {
	buffer  []byte
	members int
	names   map[string]bool // only of members that has was asked for
}

func (w *jsonObject) raw(name string, value []byte) {
	if w.members == 0 {
		w.buffer = append(w.buffer, '{')
	} else {
		w.buffer = append(w.buffer, ',')
	}
	w.members++
	w.buffer = append(appendText(w.buffer, name), ':')
	w.buffer = append(w.buffer, value...)
	if w.names == nil {
		w.names = map[string]bool{}
	}
	w.names[name] = true
}

func (w *jsonObject) text(name, value string) { w.raw(name, appendText(nil, value)) }

func (w *jsonObject) value(name string, v any) { w.raw(name, encode(v)) }

func (w *jsonObject) has(name string) bool { return w.names[name] }

func (w *jsonObject) done() []byte {
	if w.members == 0 {
		return []byte("{}")
	}
	return append(w.buffer, '}')
}

func appendText(dst []byte, text string) []byte { return append(dst, encode(text)...) }

// encode prints a value without the escapes that JSON in HTML needs.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // texts, lists of them and raw JSON that was checked always encode
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
