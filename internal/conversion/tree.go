package conversion

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// tree is a value of a JSON or YAML document whose members keep their order.
type tree struct {
	kind    treeKind
	text    string // of a text or number, as written
	members []member
	items   []*tree
	index   map[string]int // of members, once they are many
}

type member struct {
	name  string
	value *tree
}

type treeKind uint8

const (
	treeNull treeKind = iota
	treeBool
	treeNumber
	treeText
	treeList
	treeObject
)

func (k treeKind) String() string {
	return [...]string{"null", "a boolean", "a number", "a text", "a list", "an object"}[k]
}

// indexed is from how many members on a lookup goes through a map.
const indexed = 12

// find is the place of a member, -1 when there is none.
func (t *tree) find(name string) int {
	if len(t.members) < indexed {
		for i := range t.members {
			if t.members[i].name == name {
				return i
			}
		}
		return -1
	}
	if t.index == nil {
		t.index = make(map[string]int, len(t.members))
		for i := range t.members {
			t.index[t.members[i].name] = i
		}
	}
	if i, ok := t.index[name]; ok {
		return i
	}
	return -1
}

// at is the member with the name, nil when there is none or the value is no object.
func (t *tree) at(name string) *tree {
	if t == nil || t.kind != treeObject {
		return nil
	}
	if i := t.find(name); i >= 0 {
		return t.members[i].value
	}
	return nil
}

// set replaces or appends a member.
func (t *tree) set(name string, value *tree) {
	if i := t.find(name); i >= 0 {
		t.members[i].value = value
		return
	}
	t.add(name, value)
}

// add appends a member whose name is new.
func (t *tree) add(name string, value *tree) {
	if t.index != nil {
		t.index[name] = len(t.members)
	}
	t.members = append(t.members, member{name, value})
}

// remove takes a member out, if it is there.
func (t *tree) remove(name string) {
	if i := t.find(name); i >= 0 {
		t.members = append(t.members[:i:i], t.members[i+1:]...)
		t.index = nil
	}
}

// str is the text of a text, number or boolean member, "" for anything else.
func (t *tree) str(name string) string { return t.at(name).scalar() }

func (t *tree) scalar() string {
	if t == nil {
		return ""
	}
	switch t.kind {
	case treeText, treeNumber, treeBool:
		return t.text
	}
	return ""
}

// is reports whether the value is there and of the kind.
func (t *tree) is(kind treeKind) bool { return t != nil && t.kind == kind }

func textTree(text string) *tree { return &tree{kind: treeText, text: text} }

func objectTree(members ...member) *tree { return &tree{kind: treeObject, members: members} }

// appendJSON prints the value.
func (t *tree) appendJSON(dst []byte) []byte {
	if t == nil {
		return append(dst, "null"...)
	}
	switch t.kind {
	case treeBool, treeNumber:
		return append(dst, t.text...)
	case treeText:
		return appendText(dst, t.text)
	case treeList:
		dst = append(dst, '[')
		for i, item := range t.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = item.appendJSON(dst)
		}
		return append(dst, ']')
	case treeObject:
		dst = append(dst, '{')
		for i := range t.members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendText(dst, t.members[i].name), ':')
			dst = t.members[i].value.appendJSON(dst)
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

var errTooMany = fmt.Errorf("there are more than %d values, aliases expanded", maxNodes)

// treeReader reads a document within the limits.
type treeReader struct {
	nodes int
	twice []string // members that stood twice
}

func (r *treeReader) count() error {
	if r.nodes++; r.nodes > maxNodes {
		return errTooMany
	}
	return nil
}

// parseTree reads JSON, or YAML where it is not JSON. Of members that stand twice the last counts; they
// are listed.
func parseTree(data []byte) (*tree, []string, error) {
	r := &treeReader{}
	if trimmed := bytes.TrimLeft(data, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '{' {
		t, err := r.json(data)
		if err == nil || errors.Is(err, errTooMany) || len(data) > maxFlow {
			return t, r.twice, err
		}
		// JSON with a comma too many or with comments is YAML in its flow form.
		second := &treeReader{}
		if t, failed := second.yaml(data); failed == nil {
			return t, second.twice, nil
		}
		return nil, nil, err
	}
	t, err := r.yaml(data)
	return t, r.twice, err
}

// maxFlow is how large text in braces may be, in bytes, to be tried as YAML when it is no JSON.
const maxFlow = 1 << 20

func (r *treeReader) json(data []byte) (*tree, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	t, err := r.jsonValue(d, 0)
	if err != nil {
		return nil, fmt.Errorf("byte %d: %w", d.InputOffset(), err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("byte %d: something follows the document", d.InputOffset())
	}
	return t, nil
}

func (r *treeReader) jsonValue(d *json.Decoder, depth int) (*tree, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("values nest deeper than %d", maxDepth)
	}
	if err := r.count(); err != nil {
		return nil, err
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case string:
		return textTree(v), nil
	case json.Number:
		return &tree{kind: treeNumber, text: v.String()}, nil
	case bool:
		return &tree{kind: treeBool, text: strconv.FormatBool(v)}, nil
	case json.Delim:
		if v == '[' {
			t := &tree{kind: treeList}
			for d.More() {
				item, err := r.jsonValue(d, depth+1)
				if err != nil {
					return nil, err
				}
				t.items = append(t.items, item)
			}
			_, err := d.Token()
			return t, err
		}
		t := &tree{kind: treeObject}
		seen := map[string]bool{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			value, err := r.jsonValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			r.member(t, seen, name.(string), value)
		}
		_, err := d.Token()
		return t, err
	}
	return &tree{}, nil
}

// member appends a member, or replaces the one that stood before.
func (r *treeReader) member(t *tree, seen map[string]bool, name string, value *tree) {
	if seen[name] {
		r.twice = append(r.twice, name)
		t.set(name, value)
		return
	}
	seen[name] = true
	t.add(name, value)
}

var (
	errYAML       = fmt.Errorf("YAML of more than %d MiB is not read: write it as JSON", maxYAML>>20)
	errSeparators = fmt.Errorf("YAML of more than %d commas and line breaks is not read: write it as JSON", maxSeparators)
)

func (r *treeReader) yaml(data []byte) (*tree, error) {
	if len(data) > maxYAML {
		return nil, errYAML
	}
	if bytes.Count(data, []byte{','})+bytes.Count(data, []byte{'\n'}) > maxSeparators {
		return nil, errSeparators
	}
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, err
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) != 1 {
		return nil, errors.New("there is no document")
	}
	return r.yamlValue(document.Content[0], 0)
}

// yamlValue copies a node. An alias is copied where it stands: the limit of values ends what expands
// without end.
func (r *treeReader) yamlValue(n *yaml.Node, depth int) (*tree, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("line %d: values nest deeper than %d", n.Line, maxDepth)
	}
	if err := r.count(); err != nil {
		return nil, fmt.Errorf("line %d: %w", n.Line, err)
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.yamlValue(n.Alias, depth+1)
	case yaml.SequenceNode:
		t := &tree{kind: treeList}
		for _, child := range n.Content {
			item, err := r.yamlValue(child, depth+1)
			if err != nil {
				return nil, err
			}
			t.items = append(t.items, item)
		}
		return t, nil
	case yaml.MappingNode:
		return r.yamlObject(n, depth)
	}
	return yamlScalar(n), nil
}

func (r *treeReader) yamlObject(n *yaml.Node, depth int) (*tree, error) {
	t := &tree{kind: treeObject}
	seen := map[string]bool{}
	var merged []*tree
	for i := 0; i+1 < len(n.Content); i += 2 {
		value, err := r.yamlValue(n.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		name := n.Content[i]
		for hops := 0; name.Kind == yaml.AliasNode && hops < maxAliases; hops++ {
			name = name.Alias
		}
		if name.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("line %d: the name of a member must be a text", name.Line)
		}
		if name.Value == "<<" && name.Tag == "!!merge" {
			merged = append(merged, value)
			continue
		}
		r.member(t, seen, name.Value, value)
	}
	for _, from := range merged {
		for _, source := range append([]*tree{from}, from.items...) {
			for _, m := range source.members {
				if !seen[m.name] {
					r.member(t, seen, m.name, m.value)
				}
			}
		}
	}
	return t, nil
}

// yamlScalar reads a scalar by its tag. What JSON cannot say, such as a date or infinity, is a text.
func yamlScalar(n *yaml.Node) *tree {
	switch n.Tag {
	case "!!null":
		return &tree{}
	case "!!bool":
		var v bool
		if n.Decode(&v) == nil {
			return &tree{kind: treeBool, text: strconv.FormatBool(v)}
		}
	case "!!int":
		if json.Valid([]byte(n.Value)) {
			return &tree{kind: treeNumber, text: n.Value}
		}
		var v int64
		if n.Decode(&v) == nil {
			return &tree{kind: treeNumber, text: strconv.FormatInt(v, 10)}
		}
	case "!!float":
		if json.Valid([]byte(n.Value)) {
			return &tree{kind: treeNumber, text: n.Value}
		}
		var v float64
		if n.Decode(&v) == nil && !math.IsInf(v, 0) && !math.IsNaN(v) {
			return &tree{kind: treeNumber, text: strconv.FormatFloat(v, 'g', -1, 64)}
		}
	}
	return textTree(n.Value)
}
