package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strconv"

	"jackfield/internal/fault"
)

// value is parsed JSON that remembers the order of keys.
type value struct {
	keys    []string         // of an object
	members map[string]value // of an object
	items   []value          // of an array
	kind    byte             // { [ " 0 t n
	raw     json.RawMessage  // of a scalar: as it is printed
}

func readSample(name string, sample []byte) (*model, error) {
	if err := checkInput(name, sample, "sample"); err != nil {
		return nil, err
	}
	v, err := parse(name, sample)
	if err != nil {
		return nil, err
	}
	m := &model{name: name, root: newObject()}
	switch {
	case v.kind == '{':
		return m, m.learn(m.root, v)
	case v.kind == '[' && len(v.items) > 0 && v.items[0].kind == '{':
		m.list = true
		return m, m.learnAll(m.root, v.items)
	}
	return nil, fault.New(fault.Invalid, "the sample of %s must be an object or an array of objects", name)
}

// learn adds what one example shows. What an earlier example showed counts, unless it was null.
func (m *model) learn(o *object, v value) error {
	for _, key := range v.keys {
		f, err := m.at(o, key)
		if err != nil {
			return err
		}
		if err := m.learnField(f, v.members[key]); err != nil {
			return err
		}
	}
	return nil
}

func (m *model) learnField(f *field, v value) error {
	first := firstItem(v)
	switch {
	case v.kind == '{' && (f.inner == nil || !f.list):
		if known(f) {
			return nil
		}
		f.leaf, f.list = nil, false
		if f.inner == nil {
			f.inner = newObject()
		}
		return m.learn(f.inner, v)
	case first.kind == '{' && (f.inner == nil || f.list):
		if known(f) {
			return nil
		}
		f.leaf, f.list = nil, true
		if f.inner == nil {
			f.inner = newObject()
		}
		return m.learnAll(f.inner, v.items)
	case f.inner == nil && !known(f) && (f.leaf == nil || v.kind != 'n'):
		f.leaf = leafOf(v, first)
	}
	return nil
}

// known reports whether a leaf was already seen with a value; null and an empty array show nothing.
func known(f *field) bool {
	return f.leaf != nil && string(f.leaf["type"]) != unknown && string(f.leaf["items"]) != string(itemsOf(unknown))
}

func (m *model) learnAll(o *object, items []value) error {
	for _, item := range items {
		if item.kind != '{' {
			continue // a list of objects with something else between
		}
		if err := m.learn(o, item); err != nil {
			return err
		}
	}
	return nil
}

// firstItem is the first item of an array that is not null: it says what the array holds.
func firstItem(v value) value {
	for _, item := range v.items {
		if item.kind != 'n' {
			return item
		}
	}
	return value{kind: 'n'}
}

// Types of leaves, as JSON.
const (
	unknown  = `"unknown"`
	aString  = `"string"`
	aNumber  = `"number"`
	anArray  = `"array"`
	anObject = `"object"`
)

// leafOf describes a value that holds no objects.
func leafOf(v, first value) property {
	if v.kind == '[' {
		kind := unknown
		if first.kind != 'n' {
			kind = string(leafOf(first, firstItem(first))["type"])
		}
		var sample bytes.Buffer
		v.print(&sample)
		return property{"x-samplevalue": sample.Bytes(), "type": json.RawMessage(anArray), "items": itemsOf(kind)}
	}
	p := property{"x-samplevalue": v.raw}
	switch v.kind {
	case 'n':
		return property{"type": json.RawMessage(unknown)}
	case 't':
		p["type"] = json.RawMessage(`"boolean"`)
	case '"':
		p["type"] = json.RawMessage(aString)
		for _, form := range dateForms() {
			if form.pattern.Match(v.raw) {
				p["format"], p["x-mask"] = json.RawMessage(form.format), json.RawMessage(form.mask)
				break
			}
		}
	case '0':
		kind, format := numberType(string(v.raw))
		p["type"], p["format"] = json.RawMessage(kind), json.RawMessage(format)
	case '{': // only inside of arrays
		p["type"] = json.RawMessage(anObject)
	}
	return p
}

// itemsOf describes the items of an array of scalars.
func itemsOf(kind string) json.RawMessage { return json.RawMessage(`{"type":` + kind + `}`) }

func numberType(text string) (kind, format string) {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return aNumber, `"double"`
	case n != int64(int32(n)):
		return `"integer"`, `"int64"`
	}
	return `"integer"`, `"int32"`
}

// dateForm is a text form that is taken for a date; exports show these three masks and the plain date.
type dateForm struct {
	pattern      *regexp.Regexp // of the JSON string
	format, mask string         // as JSON
}

var (
	dateTimeMillis = regexp.MustCompile(`^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(Z|[+-]\d\d:?\d\d)"$`)
	dateTimeZone   = regexp.MustCompile(`^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:?\d\d)"$`)
	dateTimeLocal  = regexp.MustCompile(`^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"$`)
	dateOnly       = regexp.MustCompile(`^"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"$`)
)

func dateForms() []dateForm {
	return []dateForm{
		{dateTimeMillis, `"date-time"`, `"yyyy-MM-dd'T'HH:mm:ss.SSSZ"`},
		{dateTimeZone, `"date-time"`, `"yyyy-MM-dd'T'HH:mm:ssZ"`},
		{dateTimeLocal, `"date-time"`, `"yyyy-MM-dd'T'HH:mm:ss"`},
		{dateOnly, `"date"`, `"yyyy-MM-dd"`},
	}
}

// parse reads JSON and keeps the order of keys. Of a key that stands twice the last value counts, at
// the place of the first.
func parse(name string, data []byte) (value, error) {
	p := &parser{name: name, decoder: json.NewDecoder(bytes.NewReader(data))}
	p.decoder.UseNumber()
	v, err := p.value(1)
	if err == nil {
		if _, more := p.decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the JSON value")
		}
	}
	if fault.Is(err, fault.Invalid) {
		return value{}, err
	}
	if err != nil {
		return value{}, fault.New(fault.Invalid, "the sample of %s is not JSON: %v near byte %d", name, err, p.decoder.InputOffset())
	}
	return v, nil
}

type parser struct {
	name    string
	decoder *json.Decoder
}

func (p *parser) value(depth int) (value, error) {
	if depth > maxDepth {
		return value{}, tooDeep(p.name)
	}
	token, err := p.decoder.Token()
	if err != nil {
		return value{}, err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return p.object(depth)
		}
		return p.array(depth)
	case string:
		return value{kind: '"', raw: quote(t)}, nil
	case json.Number:
		return value{kind: '0', raw: json.RawMessage(t)}, nil
	case bool:
		return value{kind: 't', raw: json.RawMessage(strconv.FormatBool(t))}, nil
	}
	return value{kind: 'n', raw: json.RawMessage("null")}, nil
}

func (p *parser) object(depth int) (value, error) {
	v := value{kind: '{', members: map[string]value{}}
	for p.decoder.More() {
		token, err := p.decoder.Token()
		if err != nil {
			return value{}, err
		}
		key, ok := token.(string)
		if !ok {
			return value{}, errors.New("a key is not a string")
		}
		member, err := p.value(depth + 1)
		if err != nil {
			return value{}, err
		}
		if _, twice := v.members[key]; !twice {
			v.keys = append(v.keys, key)
		}
		v.members[key] = member
	}
	_, err := p.decoder.Token() // the closing brace
	return v, err
}

func (p *parser) array(depth int) (value, error) {
	v := value{kind: '['}
	for p.decoder.More() {
		item, err := p.value(depth + 1)
		if err != nil {
			return value{}, err
		}
		v.items = append(v.items, item)
	}
	_, err := p.decoder.Token() // the closing bracket
	return v, err
}

// print writes a value as compact JSON with the keys in their order.
func (v value) print(b *bytes.Buffer) {
	switch v.kind {
	case '[':
		b.WriteByte('[')
		for i, item := range v.items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.print(b)
		}
		b.WriteByte(']')
	case '{':
		b.WriteByte('{')
		for i, key := range v.keys {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(quote(key))
			b.WriteByte(':')
			v.members[key].print(b)
		}
		b.WriteByte('}')
	default:
		b.Write(v.raw)
	}
}

// quote prints a string as JSON. Text that is not UTF-8 gets the replacement character.
func quote(s string) json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(s) != nil {
		return json.RawMessage(`""`) // a string always encodes
	}
	return bytes.TrimSpace(b.Bytes())
}
