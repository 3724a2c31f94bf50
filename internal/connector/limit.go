package connector

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"

	"jackfield/internal/fault"
)

// MaxDocument is how large a definition may be, in bytes, as one file or document: 10 MB. The largest exported one has
// 0.7 MB.
const MaxDocument = 10_000_000

func tooLarge(size int) error {
	if size <= MaxDocument {
		return nil
	}
	return fault.New(fault.TooLarge, "the definition has %d bytes; the limit is %d MB", size, MaxDocument/1_000_000)
}

// MaxYAML is how large a YAML document may be, in bytes: 4 MB. Its parser takes a hundred times the memory of the text.
const MaxYAML = 4_000_000

// maxSeparators is how many commas and line breaks a YAML document may have: there is about one for each value.
const maxSeparators = 2 * MaxYAMLNodes

func tooMuchYAML(text []byte) error {
	if len(text) > MaxYAML {
		return fault.New(fault.Invalid, "the document has %d bytes; the limit for YAML is %d MB, for JSON %d MB", len(text), MaxYAML/1_000_000, MaxDocument/1_000_000)
	}
	if n := bytes.Count(text, []byte{','}) + bytes.Count(text, []byte{'\n'}); n > maxSeparators {
		return fault.New(fault.Invalid, "the document has %d commas and line breaks; the limit for YAML is %d", n, maxSeparators)
	}
	return nil
}

// byteOrderMark is what some editors put before UTF-8 text.
var byteOrderMark = []byte("\xef\xbb\xbf")

// ReadFile reads an ordinary file of MaxDocument bytes at most, without a byte order mark.
func ReadFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return readAll(info, func() (fs.File, error) { return os.Open(path) })
}

// readIn is ReadFile of a named file of a folder.
func readIn(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	return readAll(info, func() (fs.File, error) { return fsys.Open(name) })
}

// readAll opens only ordinary files: a pipe might never open, nor end.
func readAll(info fs.FileInfo, open func() (fs.File, error)) ([]byte, error) {
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no ordinary file", info.Name())
	}
	f, err := open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var text bytes.Buffer
	text.Grow(int(min(info.Size(), MaxDocument)) + bytes.MinRead)
	if _, err := text.ReadFrom(io.LimitReader(f, MaxDocument+1)); err != nil {
		return nil, err
	}
	if text.Len() > MaxDocument {
		return nil, fault.New(fault.Invalid, "%s is larger than the limit of %d MB", info.Name(), MaxDocument/1_000_000)
	}
	return bytes.TrimPrefix(text.Bytes(), byteOrderMark), nil
}
