package wire_test

import (
	"io/fs"
	"slices"

	"jackfield/connectors"
	"jackfield/internal/server"
)

// shelf is the shipped connectors, but for those that a test does not need.
type shelf struct {
	fs.FS
	keys []string
}

func (s shelf) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(s.FS, name)
	if name == "." {
		entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !slices.Contains(s.keys, e.Name()) })
	}
	return entries, err
}

// only ships the given connectors beside the first one.
func only(keys ...string) option {
	return func(o *server.Options) {
		o.Connectors = shelf{connectors.FS(), append([]string{"actessentials"}, keys...)}
	}
}
