package schema

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"jackfield/internal/fault"
)

// readCSV builds the tree from rows. Fields come in the order of their first row.
func readCSV(name string, text []byte) (*model, error) {
	if err := checkInput(name, text, "CSV file"); err != nil {
		return nil, err
	}
	r := &rowReader{
		model: &model{name: name, root: newObject()},
		csv:   csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))),
	}
	r.csv.FieldsPerRecord = -1 // spreadsheets drop empty cells at the end
	if err := r.heading(); err != nil {
		return nil, err
	}
	for {
		err := r.next()
		if errors.Is(err, io.EOF) {
			return r.model, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

type rowReader struct {
	model   *model
	csv     *csv.Reader
	columns []column // as they stand in this file; the zero column is one that nobody knows
	rows    int
}

func (r *rowReader) heading() error {
	names, err := r.csv.Read()
	if err != nil {
		return r.broken(err)
	}
	known := map[string]column{}
	for _, c := range columns() {
		known[c.heading] = c
	}
	seen := map[string]bool{}
	for _, name := range names {
		name = strings.TrimSpace(name)
		if seen[name] && known[name].heading != "" {
			return fault.New(fault.Invalid, "line 1 of the CSV has the heading %s twice", name)
		}
		seen[name] = true
		r.columns = append(r.columns, known[name])
	}
	for _, name := range []string{"name", "type"} {
		if !seen[name] {
			return fault.New(fault.Invalid, "line 1 of the CSV must be the heading; the column %s is missing", name)
		}
	}
	return nil
}

func (r *rowReader) broken(err error) error {
	if errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "the CSV file is empty; its first line must be the heading")
	}
	return fault.New(fault.Invalid, "the CSV cannot be read: %v", err)
}

// line makes a fault about the row that was read last.
func (r *rowReader) line(format string, args ...any) error {
	line, _ := r.csv.FieldPos(0)
	args = append([]any{line}, args...)
	return fault.New(fault.Invalid, "line %d of the CSV: "+format, args...)
}

func (r *rowReader) next() error {
	cells, err := r.csv.Read()
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	if err != nil {
		return r.broken(err)
	}
	if r.rows++; r.rows > maxFields {
		return r.line("more than %d rows", maxFields)
	}
	row := map[string]string{}
	leaf := property{}
	for i, cell := range cells {
		if i >= len(r.columns) || r.columns[i].heading == "" {
			continue
		}
		row[r.columns[i].heading] = cell
		r.columns[i].set(leaf, cell)
	}
	p, err := splitPath(unguard(row["name"]))
	if err != nil {
		return r.line("%v", err)
	}
	return r.place(p, row, leaf)
}

// place puts a row into the tree.
func (r *rowReader) place(p path, row map[string]string, leaf property) error {
	m := r.model
	if r.rows == 1 {
		m.list = p.list
	}
	if m.list != p.list {
		return r.line("%s: either all names begin with %s or none does", row["name"], listMark)
	}
	if len(p.steps) > maxDepth {
		return tooDeep(m.name)
	}
	kind := unguard(row["type"])
	pins := pinsOf(row["reference"])
	o := m.root
	for i, s := range p.steps {
		f, err := m.at(o, s.key)
		if err != nil {
			return err
		}
		last := i == len(p.steps)-1
		if last && !holdsObject(kind, pins, i) {
			o.mark(row)
			return r.setLeaf(f, s, kind, row, leaf)
		}
		if f.leaf != nil && !container(f.leaf) || f.inner != nil && f.list != s.list && !last {
			return r.line("%s is a field above and holds fields here", s.key)
		}
		if f.inner == nil {
			f.inner, f.leaf = newObject(), nil
		}
		f.list = f.list || s.list
		o = f.inner
		if i < len(pins) && o.definition == "" && m.mayName(pins[i]) {
			o.definition = pins[i]
		}
	}
	o.mark(row)
	return nil
}

// mayName reports whether a file may give a definition that name: the root's own and the dialect's words
// are not for others.
func (m *model) mayName(name string) bool {
	return name != m.name && (!m.list || name != m.name+itemSuffix) && !slices.Contains(plainTypes(), name)
}

// mark keeps what a row says of the object that it lies in.
func (o *object) mark(row map[string]string) {
	o.custom = o.custom || strings.EqualFold(row["customFields"], "true")
}

// holdsObject reports whether the row of a last step stands for a definition and not for a leaf: its
// type is object, and where rows name the definitions on their way, they name one for it too.
func holdsObject(kind string, pins []string, i int) bool {
	return kind == "object" && (pins == nil || len(pins) > i)
}

// container reports whether a leaf only announces the fields that follow it.
func container(leaf property) bool {
	kind := string(leaf["type"])
	return kind == anObject || kind == anArray
}

func (r *rowReader) setLeaf(f *field, s step, kind string, row map[string]string, leaf property) error {
	if f.inner != nil {
		if kind == "object" || kind == "array" {
			return nil // announced after its fields
		}
		return r.line("%s holds fields above and is a field here", s.key)
	}
	if f.leaf != nil {
		return r.line("%s stands twice", row["name"])
	}
	if kind == "" {
		kind = "unknown"
	}
	if !s.list {
		addSample(leaf, kind, row["sampleValue"])
	}
	leaf["type"] = quote(kind)
	switch {
	case s.list:
		leaf["type"], leaf["items"] = json.RawMessage(anArray), itemsOf(string(quote(kind)))
		if v, err := parse("a sample", []byte(row["sampleValue"])); err == nil && v.kind == '[' {
			leaf["x-samplevalue"] = json.RawMessage(compact([]byte(row["sampleValue"])))
		}
	case kind == "array":
		leaf["items"] = itemsOf(unknown)
		if v, err := parse("a sample", leaf["x-samplevalue"]); err == nil && v.kind == '[' {
			leaf["items"] = leafOf(v, firstItem(v))["items"]
		}
	}
	f.leaf = leaf
	return nil
}

// addSample reads a sample as the type says: numbers, booleans and arrays are JSON, all else is text. An
// empty cell is the empty text where the type is string, and no sample elsewhere.
func addSample(leaf property, kind, cell string) {
	if cell == "" && kind != "string" {
		return
	}
	switch kind {
	case "boolean":
		cell = strings.ToLower(cell) // spreadsheets write TRUE
		fallthrough
	case "integer", "number", "array":
		if v, err := parse("a sample", []byte(cell)); err == nil && v.kind != '"' {
			leaf["x-samplevalue"] = json.RawMessage(compact([]byte(cell)))
			return
		}
	}
	leaf["x-samplevalue"] = quote(unguard(cell))
}

// pinsOf reads the names of definitions on the way to a row, the root's left out. It is nil when the
// file names none.
func pinsOf(cell string) []string {
	if cell == "" {
		return nil
	}
	p, err := splitPath(unguard(cell))
	if err != nil || len(p.steps) == 0 {
		return nil
	}
	pins := make([]string, 0, len(p.steps))
	for _, s := range p.steps[1:] {
		pins = append(pins, s.key)
	}
	return pins
}

// path is a parsed name: list when the model itself is a list, then the keys.
type path struct {
	list  bool
	steps []step
}

type step struct {
	key  string
	list bool
}

// splitPath parses a name such as list[*].a.b. A backslash takes the meaning off the next character.
func splitPath(name string) (path, error) {
	var p path
	if name == listMark {
		p.list = true
		return p, nil
	}
	if rest, ok := strings.CutPrefix(name, listMark+"."); ok {
		p.list, name = true, rest
	}
	if name == "" {
		return p, errors.New("the name is missing")
	}
	var key strings.Builder
	var s step
	end := func() {
		s.key = key.String()
		p.steps = append(p.steps, s)
		key.Reset()
		s = step{}
	}
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '\\' && i+1 < len(name):
			if i++; name[i] != 'e' {
				key.WriteByte(name[i])
			}
		case c == '.':
			end()
		case strings.HasPrefix(name[i:], listMark) && (i+len(listMark) == len(name) || name[i+len(listMark)] == '.'):
			s.list = true
			i += len(listMark) - 1
		default:
			key.WriteByte(c)
		}
	}
	end()
	return p, nil
}
