package schema

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"

	"jackfield/internal/fault"
)

// csv writes a row per leaf, depth first, the fields of an object in the order of walkOrder. The model
// must come from readDefinitions, whose fields are sorted: then the order is that of the names alone.
func (m *model) csv() ([]byte, error) {
	w := &writer{model: m, columns: columns(), pinned: !m.derivable()}
	w.csv = csv.NewWriter(&w.text)
	heading := make([]string, len(w.columns))
	for i, c := range w.columns {
		heading[i] = c.heading
	}
	if err := w.csv.Write(heading); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the model %s cannot be written as CSV", m.name)
	}
	path, chain := "", escape(m.root.definition)
	if m.list {
		path = listMark
	}
	if err := w.object(path, chain, m.root); err != nil {
		return nil, err
	}
	if m.list && len(m.root.fields) == 0 {
		if err := w.row(path, chain, m.root, property{"type": json.RawMessage(anObject)}); err != nil {
			return nil, err
		}
	}
	w.csv.Flush()
	return w.text.Bytes(), w.csv.Error()
}

// derivable reports whether a reader of the rows gets the same definitions from the paths alone: the
// names are those that assignNames gives, and no leaf could be taken for an empty definition.
func (m *model) derivable() bool {
	given := map[*object]string{}
	bare := m.root.collect(given)
	for o := range given {
		o.definition = ""
	}
	m.assignNames()
	same := !bare
	for o, name := range given {
		same = same && o.definition == name
		o.definition = name
	}
	return same
}

// collect gathers the names of all definitions below an object, and reports whether there is a leaf of
// type object or of a definition's.
func (o *object) collect(given map[*object]string) (bare bool) {
	for _, f := range o.fields {
		if f.inner == nil {
			kind := text(f.leaf["type"])
			bare = bare || kind == "object" || itemType(f.leaf) == "object"
			continue
		}
		given[f.inner] = f.inner.definition
		bare = f.inner.collect(given) || bare
	}
	return bare
}

type writer struct {
	model   *model
	columns []column
	pinned  bool // rows name the definitions on their way
	text    bytes.Buffer
	csv     *csv.Writer
}

// object writes the rows of an object; chain names the definitions down to it.
func (w *writer) object(path, chain string, o *object) error {
	for _, f := range walkOrder(o.fields) {
		at := escape(f.key)
		if path != "" {
			at = path + "." + at
		}
		if f.inner == nil {
			if err := w.row(at, chain, o, f.leaf); err != nil {
				return err
			}
			continue
		}
		if f.list {
			at += listMark
		}
		below := chain + "." + escape(f.inner.definition)
		if len(f.inner.fields) == 0 {
			if err := w.row(at, below, f.inner, property{"type": json.RawMessage(anObject)}); err != nil {
				return err
			}
		}
		if err := w.object(at, below, f.inner); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) row(path, chain string, o *object, p property) error {
	kind := text(p["type"])
	if kind == "array" && len(p["items"]) > 0 && !showsItems(p) {
		path, kind = path+listMark, itemType(p)
	}
	cells := make([]string, len(w.columns))
	for i, c := range w.columns {
		switch c.heading {
		case "name":
			cells[i] = guard(path)
		case "type":
			cells[i] = guard(kind)
		case "sampleValue":
			cells[i] = sampleCell(p)
		case "reference":
			if w.pinned {
				cells[i] = guard(chain)
			}
		case "customFields":
			if o.custom {
				cells[i] = "true"
			}
		default:
			cells[i] = c.cell(p)
		}
	}
	if err := w.csv.Write(cells); err != nil {
		return fault.Wrap(fault.Internal, err, "the model %s cannot be written as CSV", w.model.name)
	}
	w.csv.Flush()
	if w.text.Len() > maxCSVBytes {
		return fault.New(fault.TooLarge, "the CSV of %s has more than %d bytes; describe the inner objects as models of their own", w.model.name, maxCSVBytes)
	}
	return nil
}

// showsItems reports whether the type of an array's items can be read off its sample.
func showsItems(p property) bool {
	v, err := parse("a sample", p["x-samplevalue"])
	return err == nil && v.kind == '[' && string(leafOf(v, firstItem(v))["items"]) == string(itemsOf(string(quote(itemType(p)))))
}

// itemType is the type of what an array holds, "unknown" when it is not said.
func itemType(p property) string {
	var items struct{ Type json.RawMessage }
	if json.Unmarshal(p["items"], &items) == nil {
		if kind := text(items.Type); kind != "" {
			return kind
		}
	}
	return "unknown"
}

// sampleCell writes a sample: text for strings, JSON for all else. What the type says decides how it is
// read, so a string needs no mark to tell it from a number.
func sampleCell(p property) string {
	raw := p["x-samplevalue"]
	if len(raw) > 0 && raw[0] == '"' {
		return guard(text(raw))
	}
	return compact(raw)
}

// listMark follows the name of a list in a path.
const listMark = "[*]"

// escape makes a key a part of a path: dots and brackets of its own are marked, an empty key is \e.
func escape(key string) string {
	switch {
	case key == "":
		return `\e`
	case !strings.ContainsAny(key, `\.[`):
		return key
	}
	return strings.NewReplacer(`\`, `\\`, `.`, `\.`, `[`, `\[`).Replace(key)
}
