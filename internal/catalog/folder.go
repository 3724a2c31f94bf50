package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"jackfield/internal/connector"
)

// Limits of an operator's folder of connectors. A single definition has the limit of connector.MaxDocument.
const (
	maxFolderItems = 2000      // connectors in a folder
	maxHookFiles   = 1000      // hook files of one connector
	maxLogo        = 256 << 10 // bytes of a logo.svg
)

// Names in a connector's folder, see docs/connectors.md.
const (
	definitionYAML = "definition.yaml"
	definitionJSON = "definition.json"
	modelsYAML     = "models.yaml"
	logoSVG        = "logo.svg"
	hooksFolder    = "hooks"
)

// Broken is one fault of a file in an operator's folder. The connector is not in force, or still in its last sound
// version.
type Broken struct {
	Path   string // of the file, below the folder
	Line   int    // from 1; 0 when the fault has no line or it is not known
	Reason string
	Kept   bool // an earlier version stays in force

	claim bool // it is about a key or id that another connector has
}

func (b Broken) String() string {
	place := b.Path
	if b.Line > 0 {
		place = fmt.Sprintf("%s:%d", b.Path, b.Line)
	}
	return place + ": " + b.Reason
}

// Folder is an operator's folder of connectors: sub-folders in the folder form, and single files (*.json, *.yaml,
// *.yml) with one definition each. Hidden files are left alone, and so are links that lead out of the folder. It
// remembers what it read, so that reading again parses only what has changed. Not safe for concurrent use.
type Folder struct {
	dir     string
	shipped map[string]int64 // ids of the connectors that the folder stands beside, by key
	check   func(*connector.Definition) []connector.Problem
	items   map[string]*item // by name in the folder
}

// item is one connector of a folder.
type item struct {
	name    string
	files   map[string]fs.FileInfo // what it consists of, by path
	main    string                 // the file with the definition
	newest  *Entry                 // of the last reading that was sound
	current *Entry                 // in force: newest, unless its key or id is another's
	faults  []Broken               // of the last reading
}

// Refresh looks for changes by time, size and identity of files, and reads what has changed. It reports whether
// anything has. An error means that the folder itself cannot be read; then everything stays as it was.
func (f *Folder) Refresh() (changed bool, err error) {
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return false, err
	}
	defer root.Close()
	fsys := root.FS()
	found, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return false, err
	}
	before := f.items
	f.items = make(map[string]*item, len(found))
	var stale []*item
	for _, e := range found {
		if !relevant(fsys, e) {
			continue
		}
		if len(f.items) == maxFolderItems {
			f.items = before
			return false, fmt.Errorf("there are more than %d connectors", maxFolderItems)
		}
		it := before[e.Name()]
		if it == nil {
			it = &item{name: e.Name()}
		}
		f.items[it.name] = it
		files, err := filesOf(fsys, it.name)
		if err != nil {
			changed = it.fail(err) || changed
			continue
		}
		if !same(it.files, files) {
			it.files = files
			stale = append(stale, it)
		}
	}
	for name := range before {
		changed = changed || f.items[name] == nil
	}
	if before == nil || changed || len(stale) > 0 {
		f.read(fsys, stale)
		f.settle(fsys)
		return true, nil
	}
	return false, nil
}

// relevant reports whether something in the folder is meant as a connector. A link that leads nowhere is: it is
// reported.
func relevant(fsys fs.FS, e fs.DirEntry) bool {
	if strings.HasPrefix(e.Name(), ".") {
		return false
	}
	switch path.Ext(e.Name()) {
	case ".json", ".yaml", ".yml":
		return true
	}
	if e.Type()&fs.ModeSymlink == 0 {
		return e.IsDir()
	}
	info, err := fs.Stat(fsys, e.Name())
	return err != nil || info.IsDir()
}

// filesOf lists what a connector consists of. All must be ordinary files: a pipe might never end.
func filesOf(fsys fs.FS, name string) (map[string]fs.FileInfo, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	names := []string{name}
	if info.IsDir() {
		names = nil
		for _, inner := range []string{definitionYAML, definitionJSON, modelsYAML, logoSVG} {
			names = append(names, path.Join(name, inner))
		}
		hooks, err := fs.ReadDir(fsys, path.Join(name, hooksFolder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if len(hooks) > maxHookFiles {
			return nil, fmt.Errorf("%s has more than %d files", path.Join(name, hooksFolder), maxHookFiles)
		}
		for _, hook := range hooks {
			names = append(names, path.Join(name, hooksFolder, hook.Name()))
		}
	}
	files := make(map[string]fs.FileInfo, len(names))
	for _, file := range names {
		info, err := fs.Stat(fsys, file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		case !info.Mode().IsRegular():
			return nil, fmt.Errorf("%s is no ordinary file", file)
		default:
			files[file] = info
		}
	}
	return files, nil
}

// same reports whether the files are the ones that were read. A link that was turned to another file shows by the
// file's identity, even when both have one size and time.
func same(a, b map[string]fs.FileInfo) bool {
	return a != nil && maps.EqualFunc(a, b, func(x, y fs.FileInfo) bool {
		return x.Size() == y.Size() && x.ModTime().Equal(y.ModTime()) && os.SameFile(x, y)
	})
}

// fail notes that a connector cannot be looked at. It reports whether that is news.
func (it *item) fail(err error) bool {
	faults := []Broken{{Path: it.name, Reason: plain(err)}}
	if it.files == nil && slices.Equal(it.faults, faults) {
		return false
	}
	it.files, it.faults = nil, faults
	return true
}

// plain is an error in words without the name of the system call.
func plain(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Path + ": " + p.Err.Error()
	}
	return err.Error()
}

// read parses connectors, as many at a time as there are processors.
func (f *Folder) read(fsys fs.FS, stale []*item) {
	work := make(chan *item)
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(stale)) {
		wait.Go(func() {
			for it := range work {
				if it.read(fsys, f.check) {
					f.identify(it.newest.Definition)
					number(it.newest.Definition)
					it.newest.numbered = true
				}
			}
		})
	}
	for _, it := range stale {
		work <- it
	}
	close(work)
	wait.Wait()
}

// read reports whether there is a new sound version.
func (it *item) read(fsys fs.FS, check func(*connector.Definition) []connector.Problem) bool {
	it.faults = nil
	it.main = it.name
	for _, name := range []string{definitionYAML, definitionJSON} {
		if it.files[path.Join(it.name, name)] != nil {
			it.main = path.Join(it.name, name)
			break
		}
	}
	entry, err := it.load(fsys)
	if err == nil {
		err = connector.Refuse(check(entry.Definition))
	}
	if err != nil {
		it.faults = it.explain(fsys, err)
		return false
	}
	if entry.Definition.Key == "" {
		entry.Definition.Key = connector.KeyFromName(entry.Definition.Name)
	}
	it.newest = entry
	return true
}

func (it *item) load(fsys fs.FS) (*Entry, error) {
	if it.files[it.name] != nil {
		def, err := loadFile(fsys, it.name)
		return &Entry{Definition: def}, err
	}
	sub, err := fs.Sub(fsys, it.name)
	if err != nil {
		return nil, err
	}
	def, err := connector.LoadFolder(fsys, it.name)
	if err != nil {
		return nil, err
	}
	entry := &Entry{Definition: def}
	logo := it.files[path.Join(it.name, logoSVG)]
	if logo == nil {
		return entry, nil
	}
	if logo.Size() > maxLogo {
		return nil, fmt.Errorf("%s: is larger than %d KB", logoSVG, maxLogo>>10)
	}
	entry.Logo, err = fs.ReadFile(sub, logoSVG)
	return entry, err
}

// loadFile reads a definition that is one file.
func loadFile(fsys fs.FS, name string) (*connector.Definition, error) {
	text, err := readText(fsys, name)
	if err != nil {
		return nil, err
	}
	if path.Ext(name) == ".json" {
		return connector.ParseJSON(text)
	}
	return connector.ParseYAML(text)
}

func readText(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > connector.MaxDocument {
		return nil, fmt.Errorf("is larger than %d MB", connector.MaxDocument/1_000_000)
	}
	text, err := fs.ReadFile(fsys, name)
	return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), err // a mark that some editors set
}

// Content is what is in force, by name in the folder, and every fault.
func (f *Folder) Content() (entries []Entry, broken []Broken) {
	for _, name := range slices.Sorted(maps.Keys(f.items)) {
		it := f.items[name]
		if it.current != nil {
			entries = append(entries, *it.current)
		}
		for _, b := range it.faults {
			b.Kept = it.current != nil
			broken = append(broken, b)
		}
	}
	return entries, broken
}
