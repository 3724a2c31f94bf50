package connector

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// The folder form of a definition, see docs/connectors.md.
const (
	definitionYAML = "definition.yaml"
	definitionJSON = "definition.json"
	modelsYAML     = "models.yaml"
	hooksFolder    = "hooks"

	// bodyFile is the folder form's own member of a hook: the name of the file with its body.
	bodyFile = "bodyFile"
)

// LoadDir reads the folder form: definition.yaml (or definition.json), the hook bodies under hooks/
// and the shared models of models.yaml. A file that is named and missing is an error, and so is a
// hook file or a model that nothing names. Errors name the file; they are for whoever writes the
// folder. A definition that extends another folder needs its siblings: see LoadFolder.
func LoadDir(fsys fs.FS) (*Definition, error) {
	d, err := loadDir(fsys)
	if err != nil {
		return nil, err
	}
	if base, err := d.baseFolder(); base != "" || err != nil {
		if err == nil {
			err = fmt.Errorf("%s: it extends %s, which is not to be seen from here", definitionYAML, base)
		}
		return nil, err
	}
	return d, nil
}

func loadDir(fsys fs.FS) (*Definition, error) {
	d, err := readDefinition(fsys)
	if err != nil {
		return nil, err
	}
	if err := applyDefaults(d); err != nil {
		return nil, fmt.Errorf("%s: %w", definitionYAML, err)
	}
	if err := fillHooks(fsys, d); err != nil {
		return nil, err
	}
	if err := fillModels(fsys, d); err != nil {
		return nil, err
	}
	return d, nil
}

func readDefinition(fsys fs.FS) (*Definition, error) {
	written, errYAML := readIn(fsys, definitionYAML)
	compiled, errJSON := readIn(fsys, definitionJSON)
	switch {
	case errYAML == nil && errJSON == nil:
		return nil, fmt.Errorf("%s and %s are both there: keep one", definitionYAML, definitionJSON)
	case errYAML == nil:
		d, err := ParseYAML(written)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", definitionYAML, err)
		}
		return d, nil
	case errJSON == nil:
		d, err := ParseJSON(compiled)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", definitionJSON, err)
		}
		return d, nil
	case !errors.Is(errYAML, fs.ErrNotExist):
		return nil, errYAML
	case !errors.Is(errJSON, fs.ErrNotExist):
		return nil, errJSON
	}
	return nil, fmt.Errorf("there is no %s", definitionYAML)
}

// eachHook calls visit for every hook with the words that name its place.
func (d *Definition) eachHook(visit func(place string, r *Resource, h *Hook)) {
	for i := range d.Hooks {
		visit(fmt.Sprintf("hooks[%d]", i), nil, &d.Hooks[i])
	}
	for i := range d.Resources {
		r := &d.Resources[i]
		for j := range r.Hooks {
			visit(fmt.Sprintf("%s %s hooks[%d]", r.Method, r.Path, j), r, &r.Hooks[j])
		}
	}
}

func fillHooks(fsys fs.FS, d *Definition) error {
	unused := map[string]bool{}
	entries, err := fs.ReadDir(fsys, hooksFolder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, entry := range entries {
		unused[entry.Name()] = true
	}
	var failed error
	total := 0 // bytes, a file that several hooks name counted each time
	d.eachHook(func(place string, _ *Resource, h *Hook) {
		raw, named := h.Extra[bodyFile]
		if !named || failed != nil {
			return
		}
		var name string
		if json.Unmarshal(raw, &name) != nil || name == "" || name != path.Base(name) {
			failed = fmt.Errorf("%s: bodyFile must be the name of a file under %s/", place, hooksFolder)
			return
		}
		if Has(h, "body") {
			failed = fmt.Errorf("%s: has body and bodyFile: keep one", place)
			return
		}
		body, err := readIn(fsys, path.Join(hooksFolder, name))
		if total += len(body); err == nil {
			err = tooLarge(total)
		}
		if err != nil {
			failed = fmt.Errorf("%s: bodyFile: %w", place, err)
			return
		}
		delete(h.Extra, bodyFile)
		delete(unused, name)
		h.Body, h.BodyFile = string(body), name
		Show(h, "body")
	})
	if failed == nil && len(unused) > 0 {
		failed = fmt.Errorf("no hook names %s", joined(hooksFolder+"/", unused))
	}
	return failed
}

func joined(prefix string, names map[string]bool) string {
	list := make([]string, 0, len(names))
	for name := range names {
		list = append(list, prefix+name)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// Files prints the folder form: the definition without its hook bodies, and a file for each of
// them. Models stay where they are. LoadDir of the files gives the same definition.
func (d *Definition) Files() (map[string][]byte, error) {
	bare, err := d.Clone()
	if err != nil {
		return nil, err
	}
	names := map[*Hook]string{}
	var originals []*Hook
	d.eachHook(func(_ string, _ *Resource, h *Hook) { originals = append(originals, h) })
	files, n := map[string][]byte{}, 0
	bare.eachHook(func(_ string, r *Resource, h *Hook) {
		wanted := originals[n].BodyFile
		n++
		if h.Body == "" {
			return
		}
		if wanted == "" {
			wanted = hookFile(r, h)
		}
		name := freeName(files, wanted, h.Body)
		files[path.Join(hooksFolder, name)] = []byte(h.Body)
		names[h] = name
	})
	for h, name := range names {
		Omit(h, "body")
		if h.Extra == nil {
			h.Extra = map[string]json.RawMessage{}
		}
		h.Extra[bodyFile] = appendString(nil, name)
	}
	text, err := bare.MarshalJSON()
	if err != nil {
		return nil, err
	}
	files[definitionYAML], err = jsonToYAML(text)
	return files, err
}

// hookFile names a hook's file by what it belongs to: patch-contacts-id-pre.js.
func hookFile(r *Resource, h *Hook) string {
	kind := map[string]string{HookPreRequest: "pre", HookPostRequest: "post", HookEvent: "event"}[h.Type]
	if kind == "" {
		kind = "hook"
	}
	if r == nil {
		return "all-" + kind + ".js"
	}
	words := strings.FieldsFunc(strings.ToLower(r.Method+RelativePath(r.Path)), func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9')
	})
	return fileName(strings.Join(append(words, kind), "-")+".js", maxFileName-longestExtension)
}

// freeName is the wanted name, or one with a number where another body has it already.
func freeName(files map[string][]byte, wanted, body string) string {
	stem, name := strings.TrimSuffix(wanted, ".js"), wanted
	for i := 2; ; i++ {
		taken, there := files[path.Join(hooksFolder, name)]
		if !there || string(taken) == body {
			return name
		}
		name = stem + "-" + strconv.Itoa(i) + ".js"
	}
}
