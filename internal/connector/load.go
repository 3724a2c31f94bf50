package connector

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
)

// Parse reads one definition, JSON or YAML, of unknown origin: what is larger than MaxDocument is refused unread.
func Parse(data []byte) (*Definition, error) {
	if err := tooLarge(len(data)); err != nil {
		return nil, err
	}
	if looksLikeJSON(data) {
		return ParseJSON(data)
	}
	return ParseYAML(data)
}

// looksLikeJSON tells by the first byte; a YAML document that begins so is JSON too, but for oddities.
func looksLikeJSON(data []byte) bool {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, byteOrderMark), " \t\r\n")
	return len(data) > 0 && (data[0] == '{' || data[0] == '[')
}

// Load reads one definition from a file (JSON or YAML) or a folder, in the own form (LoadDir) or the doctor's
// (LoadDoctorDir). The file definition.yaml or definition.json stands for its folder. Links that lead out of the folder are not followed.
func Load(path string) (*Definition, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if base := filepath.Base(path); !info.IsDir() && (base == definitionYAML || base == definitionJSON) {
		path = filepath.Dir(path) // the hooks are beside it
	} else if !info.IsDir() {
		data, err := ReadFile(path)
		if err != nil {
			return nil, err
		}
		return Parse(data)
	}
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if fsys := root.FS(); isFile(fsys, doctorJSON) && !isFile(fsys, definitionYAML) && !isFile(fsys, definitionJSON) {
		return LoadDoctorDir(fsys)
	}
	d, err := loadDir(root.FS())
	if err != nil {
		return nil, err
	}
	if base, err := d.baseFolder(); base == "" || err != nil {
		return d, err
	}
	siblings, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer siblings.Close()
	return LoadFolder(siblings.FS(), filepath.Base(path))
}

// IsFolder reports whether a folder holds one connector, in either form.
func IsFolder(path string) bool {
	for _, name := range []string{definitionYAML, definitionJSON, doctorJSON} {
		if info, err := os.Stat(filepath.Join(path, name)); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

func isFile(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && info.Mode().IsRegular()
}
