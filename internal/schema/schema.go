// Package schema makes a map of definitions out of a sample, and writes such a map as CSV and reads it
// back: the stand-alone model tools under /models/{name} (reference/hub-api.md §5.6).
//
// A definition is what a model consists of: properties, each a leaf with a sample value or a type that
// is the name of another definition. All three forms are read into one tree of objects and written
// from it.
package schema

import (
	"unicode/utf8"

	"jackfield/internal/fault"
)

// Limits of what is read. Samples and CSV files come from callers, and a path in CSV repeats all keys
// above it, so that a small sample can make a large file.
const (
	maxBytes    = 8 << 20  // of a sample, a map of definitions or a CSV file
	maxDepth    = 64       // levels of objects and arrays
	maxFields   = 20_000   // fields of one model, containers included
	maxKeyBytes = 1024     // length of one key
	maxUnfolded = 32 << 20 // of definitions that are read, each use counted
	maxCSVBytes = 32 << 20 // of the CSV text that is made
)

// FromSample makes the map of definitions of a model from an example of it: an object, or an array of
// objects whose fields are united. The fault is Invalid for anything else and for every limit.
func FromSample(name string, sample []byte) ([]byte, error) {
	m, err := readSample(name, sample)
	if err != nil {
		return nil, err
	}
	m.assignNames()
	return m.definitions()
}

// CSV writes a map of definitions as CSV, one row per leaf of the definition called name. The text
// does not depend on the order of keys in the map. What the columns cannot carry is left out:
// docs/decisions/0323-models-as-csv.md.
func CSV(name string, definitions []byte) ([]byte, error) {
	m, err := readDefinitions(name, definitions)
	if err != nil {
		return nil, err
	}
	return m.csv()
}

// CSVFromSample is CSV of FromSample: the same text as for the definitions of the sample.
func CSVFromSample(name string, sample []byte) ([]byte, error) {
	definitions, err := FromSample(name, sample)
	if err != nil {
		return nil, err
	}
	return CSV(name, definitions)
}

// FromCSV reads the map of definitions back. For what FromSample made, the result equals it. Columns
// are found by their heading; name and type must be there. The fault is Invalid and names the line.
func FromCSV(name string, csv []byte) ([]byte, error) {
	m, err := readCSV(name, csv)
	if err != nil {
		return nil, err
	}
	m.assignNames()
	return m.definitions()
}

// checkInput refuses a nameless model and input beyond the limit.
func checkInput(name string, data []byte, what string) error {
	switch {
	case name == "":
		return fault.New(fault.Invalid, "the model has no name; it stands in the path: /models/{name}/…")
	case !utf8.ValidString(name):
		return fault.New(fault.Invalid, "the name of the model is not UTF-8")
	case len(name) > maxKeyBytes:
		return fault.New(fault.Invalid, "the name of the model has %d bytes, more than %d", len(name), maxKeyBytes)
	case len(data) > maxBytes:
		return fault.New(fault.TooLarge, "the %s has %d bytes, more than %d; leave out repeated records", what, len(data), maxBytes)
	}
	return nil
}
