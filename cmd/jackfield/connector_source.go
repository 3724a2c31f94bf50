package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/conversion"
)

// maxFile is how large a file of many connectors may be, in bytes; each of them has the limit of a definition.
const maxFile = 256 << 20

// source is a connector that was found, or why there is none at a place.
type source struct {
	place      string // file or folder, and which of many
	kind       string // of the foreign description that it was converted from, "" = none
	definition *connector.Definition
	notes      []string // of the conversion
	problems   []connector.Problem
	err        error
}

// name is how a line of output begins.
func (s source) name() string { return s.place }

// kinship says what a connector was converted from.
func (s source) kinship() string {
	if s.kind == "" {
		return ""
	}
	return " (converted from " + s.kind + ")"
}

// sources finds the connectors of files and folders, in order: a connector of its own; an array of them; the doctor's
// file of everything, {"elements": […]}; a foreign description; a folder of any of these; the doctor's folder of
// everything, with elements/ in it.
func sources(paths []string) iter.Seq[source] {
	return func(yield func(source) bool) {
		for _, path := range paths {
			if !find(path, yield) {
				return
			}
		}
	}
}

func find(path string, yield func(source) bool) bool {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return yield(source{place: path, err: err})
	case filepath.Base(path) == "definition.yaml" || filepath.Base(path) == "definition.json" || info.IsDir() && connector.IsFolder(path):
		d, err := connector.Load(path)
		return yield(source{place: path, definition: d, err: err})
	case !info.IsDir():
		return findInFile(path, yield)
	}
	if inside := filepath.Join(path, "elements"); isFolder(inside) {
		path = inside
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return yield(source{place: path, err: err})
	}
	found := false
	for _, entry := range entries {
		child := filepath.Join(path, entry.Name())
		if isFolder(child) && connector.IsFolder(child) || !isFolder(child) && mayHold(child) {
			found = true
			if !find(child, yield) {
				return false
			}
		}
	}
	if !found {
		return yield(source{place: path, err: errors.New("is a folder without a connector: there is no definition.yaml, definition.json or element.json in it or one level below, and no .json, .yaml, .wsdl, .xml or .edmx file")})
	}
	return true
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// mayHold tells by its name whether a file in a folder of many is one of them.
func mayHold(path string) bool {
	return slices.Contains([]string{".json", ".yaml", ".yml", ".wsdl", ".xml", ".edmx"}, strings.ToLower(filepath.Ext(path)))
}

func findInFile(path string, yield func(source) bool) bool {
	data, err := readFile(path)
	if err != nil {
		return yield(source{place: path, err: err})
	}
	if kind, ok := conversion.Detect(data); ok {
		d, notes, err := conversion.ConvertWithNotes("", data)
		s := source{place: path, kind: kind, definition: d, err: err}
		for _, n := range notes {
			s.notes = append(s.notes, n.String())
		}
		return yield(s)
	}
	many, err := several(data)
	if err != nil {
		return yield(source{place: path, err: err})
	}
	if many == nil {
		d, err := connector.Parse(data)
		return yield(source{place: path, definition: d, err: err})
	}
	if len(many) == 0 {
		return yield(source{place: path, err: errors.New("is a list without a connector")})
	}
	for i, text := range many {
		d, err := connector.Parse(text)
		place := fmt.Sprintf("%s[%d]", path, i)
		if err == nil && d.Key != "" {
			place += " " + d.Key
		}
		if !yield(source{place: place, definition: d, err: err}) {
			return false
		}
	}
	return true
}

// several takes a file of many apart. It returns nil for a file of one.
func several(data []byte) ([]json.RawMessage, error) {
	switch first := bytes.TrimLeft(data, " \t\r\n"); {
	case len(first) > 0 && first[0] == '[':
		many := []json.RawMessage{}
		if err := json.Unmarshal(data, &many); err != nil {
			return nil, fmt.Errorf("is not valid JSON: %w", err)
		}
		return many, nil
	case len(first) > 0 && first[0] == '{':
		var everything struct {
			Elements  []json.RawMessage `json:"elements"`
			Resources json.RawMessage   `json:"resources"`
		}
		// What does not read so is a file of one, of which Parse says what is wrong.
		if json.Unmarshal(data, &everything) == nil && everything.Resources == nil {
			return everything.Elements, nil
		}
	}
	return nil, nil
}

// readFile reads an ordinary file of maxFile bytes at most, without a byte order mark.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is no ordinary file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		return nil, fmt.Errorf("is larger than the limit of %d MiB", maxFile>>20)
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), err
}
