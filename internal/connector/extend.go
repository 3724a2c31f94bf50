package connector

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// Members by which a folder says that its connector is another one with changes; see docs/connectors.md. They are the folder form's own
// and are gone once the definition is complete.
const (
	extendsMember = "extends"
	withoutMember = "without"
)

// maxExtends is how many folders may extend each other in a row.
const maxExtends = 5

// LoadFolder reads the folder of that name, as LoadDir does, and completes a definition that extends another folder beside it.
func LoadFolder(siblings fs.FS, name string) (*Definition, error) {
	return loadFolder(siblings, name, 1)
}

func loadFolder(siblings fs.FS, name string, depth int) (*Definition, error) {
	folder, err := fs.Sub(siblings, name)
	if err != nil {
		return nil, err
	}
	d, err := loadDir(folder)
	if err != nil {
		return nil, err
	}
	base, err := d.baseFolder()
	if base == "" || err != nil {
		return d, err
	}
	if depth == maxExtends {
		return nil, fmt.Errorf("%s: more than %d definitions extend each other", definitionYAML, maxExtends)
	}
	if info, err := fs.Stat(siblings, base); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%s: it extends %s, which is no folder beside it", definitionYAML, base)
	}
	under, err := loadFolder(siblings, base, depth+1)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", base, err)
	}
	return extend(under, d)
}

// baseFolder is the name of the folder that the definition extends, "" when it stands alone.
func (d *Definition) baseFolder() (string, error) {
	raw, given := d.Extra[extendsMember]
	if !given {
		return "", nil
	}
	var name string
	if json.Unmarshal(raw, &name) != nil || name == "" || name != path.Base(name) || name == "." || name == ".." {
		return "", fmt.Errorf("%s: extends must be the name of a folder beside this one", definitionYAML)
	}
	return name, nil
}

// without says what of the base is left out: configuration entries by key, resources as "GET /contacts".
type without struct {
	Configuration []string `json:"configuration"`
	Resources     []string `json:"resources"`
}

// extend is the base with what the definition on top says: its members replace those of the base, and its configuration entries and
// resources those of the same key, or method and path. What the base does not have is added.
func extend(base, top *Definition) (*Definition, error) {
	var gone without
	if raw, given := top.Extra[withoutMember]; given {
		if err := json.Unmarshal(raw, &gone); err != nil {
			return nil, fmt.Errorf("%s: without: %w", definitionYAML, err)
		}
	}
	merged, err := membersOf(base)
	if err != nil {
		return nil, err
	}
	over, err := membersOf(top)
	if err != nil {
		return nil, err
	}
	delete(over, extendsMember)
	delete(over, withoutMember)
	for _, list := range []struct {
		member string
		gone   []string
		key    func(json.RawMessage) string
	}{
		{"configuration", gone.Configuration, entryKey}, {"resources", gone.Resources, resourceKey},
	} {
		var under, more []json.RawMessage
		if err := errors.Join(elements(merged[list.member], &under), elements(over[list.member], &more)); err != nil {
			return nil, err
		}
		rows, err := overlay(under, more, list.gone, list.key)
		if err != nil {
			return nil, fmt.Errorf("%s: without %s: %w", definitionYAML, list.member, err)
		}
		if over[list.member], err = json.Marshal(rows); err != nil {
			return nil, err
		}
	}
	for name, value := range over {
		merged[name] = value
	}
	text, err := json.Marshal(merged)
	if err != nil {
		return nil, err
	}
	return ParseJSON(text)
}

func overlay(under, more []json.RawMessage, gone []string, key func(json.RawMessage) string) ([]json.RawMessage, error) {
	for _, name := range gone {
		if !slices.ContainsFunc(under, func(row json.RawMessage) bool { return key(row) == name }) {
			return nil, fmt.Errorf("the base has no %s", name)
		}
	}
	rows := []json.RawMessage{}
	for _, row := range under {
		if slices.Contains(gone, key(row)) {
			continue
		}
		if i := slices.IndexFunc(more, func(other json.RawMessage) bool { return key(other) == key(row) }); i >= 0 {
			row, more = more[i], slices.Delete(slices.Clone(more), i, i+1)
		}
		rows = append(rows, row)
	}
	return append(rows, more...), nil
}

func membersOf(d *Definition) (map[string]json.RawMessage, error) {
	text, err := d.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	return members, json.Unmarshal(text, &members)
}

func elements(raw json.RawMessage, rows *[]json.RawMessage) error {
	if len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, rows)
}

func entryKey(row json.RawMessage) string {
	var e struct{ Key string }
	_ = json.Unmarshal(row, &e) // it was an entry before it was text
	return e.Key
}

func resourceKey(row json.RawMessage) string {
	var r struct{ Method, Path string }
	_ = json.Unmarshal(row, &r) // ditto
	return r.Method + " " + RelativePath(r.Path)
}
