package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"jackfield/internal/connector"
)

// Forms of a connector as files.
const (
	formFile   = "file"   // <key>.json
	formFolder = "folder" // <key>/definition.yaml and hooks/
	formDoctor = "doctor" // <Name>/element.json and a file for each hook
)

// outFlags say where connectors are written to.
type outFlags struct {
	Out  string `help:"Folder to write to." placeholder:"DIR" type:"path"`
	Form string `help:"Form to write: file (one JSON file each), folder (definition.yaml and hooks/), doctor (the directory form of the doctor)." enum:"file,folder,doctor" default:"folder"`
}

// open opens the folder to write to, and makes it if need be. Nothing is written outside of it.
func (f *outFlags) open() (*os.Root, error) {
	if err := os.MkdirAll(f.Out, 0o755); err != nil {
		return nil, err
	}
	return os.OpenRoot(f.Out)
}

// names gives each connector a folder, or the stem of a file, of its own.
func (f *outFlags) names(all []*connector.Definition) []string {
	if f.Form == formDoctor {
		return connector.DoctorFolders(all)
	}
	return connector.KeyFolders(all)
}

// writeOne writes a connector in its form under its name, and says where that is.
func (f *outFlags) writeOne(root *os.Root, name string, d *connector.Definition) (place string, err error) {
	var files map[string][]byte
	switch f.Form {
	case formFile:
		text, err := d.MarshalJSON()
		if err != nil {
			return "", err
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, text, "", "  "); err != nil {
			return "", err
		}
		pretty.WriteByte('\n')
		name += ".json"
		return filepath.Join(f.Out, name), root.WriteFile(name, pretty.Bytes(), 0o644)
	case formDoctor:
		files, err = d.DoctorFiles()
	default:
		files, err = d.Files()
	}
	if err != nil {
		return "", err
	}
	return filepath.Join(f.Out, name), writeFolder(root, name, files)
}

// writeFolder writes a connector's folder and removes what an older version of it left behind. What belongs to
// neither form stays, and a folder that is no connector is not touched.
func writeFolder(root *os.Root, name string, files map[string][]byte) error {
	old, err := connectorFiles(root, name)
	if err != nil {
		return err
	}
	for _, file := range old {
		if _, again := files[file]; !again {
			if err := root.Remove(filepath.Join(name, filepath.FromSlash(file))); err != nil {
				return err
			}
		}
	}
	for file, text := range files {
		target := filepath.Join(name, filepath.FromSlash(file))
		if err := root.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := root.WriteFile(target, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// connectorFiles lists the files of a connector's folder that its forms are made of.
func connectorFiles(root *os.Root, name string) ([]string, error) {
	fsys, err := fs.Sub(root.FS(), name)
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(fsys, ".")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(entries) > 0 && !connector.IsFolder(filepath.Join(root.Name(), name)) {
		return nil, fmt.Errorf("%s is there already and holds no connector", filepath.Join(root.Name(), name))
	}
	var found []string
	for _, pattern := range []string{"definition.yaml", "definition.json", "models.yaml", "hooks/*.js", "element.json", "*Hook.js", "resources/*Hook.js"} {
		folder, file := path.Split(pattern)
		matches, err := fs.ReadDir(fsys, path.Clean("./"+folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, m := range matches {
			if fits, _ := path.Match(file, m.Name()); fits && !m.IsDir() { // the patterns are ours, and right
				found = append(found, strings.TrimPrefix(folder+m.Name(), "./"))
			}
		}
	}
	return found, nil
}
