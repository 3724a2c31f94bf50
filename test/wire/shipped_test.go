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

// few are the connectors that servers of these tests have unless they ask for more: reading all of them, hundreds of times,
// takes most of the time under the race detector.
var few = shelf{connectors.FS(), []string{"actessentials", "actessentialsoauth"}}

// only ships the given connectors beside the first one.
func only(keys ...string) option {
	return func(o *server.Options) {
		o.Connectors = shelf{connectors.FS(), append([]string{"actessentials"}, keys...)}
	}
}

// everything ships what the program ships.
func everything(o *server.Options) { o.Connectors = connectors.FS() }
