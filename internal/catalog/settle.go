package catalog

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"jackfield/internal/connector"
)

// settle decides what is in force. Of two connectors with one key or id the one that was there first stays, else the
// first by name; the other is a fault.
func (f *Folder) settle(fsys fs.FS) {
	c := claims{shipped: map[int64]string{}, keys: map[string]string{}, ids: map[int64]string{}}
	for key, id := range f.shipped {
		c.shipped[id] = key
	}
	names := slices.Sorted(maps.Keys(f.items))
	for _, name := range names {
		if it := f.items[name]; it.current != nil && it.current == it.newest {
			c.take(it.current.Definition, it.main)
		}
	}
	for _, name := range names {
		it := f.items[name]
		if it.newest == nil || it.newest == it.current {
			continue
		}
		it.faults = slices.DeleteFunc(it.faults, func(b Broken) bool { return b.claim })
		member, reason := c.conflict(it.newest.Definition)
		if reason == "" {
			it.current = it.newest
		} else {
			text, _ := readText(fsys, it.main) // without it there is no line
			it.faults = append(it.faults, Broken{Path: it.main, Line: connector.LineOf(text, member), Reason: reason, claim: true})
			if it.current == nil {
				continue
			}
			if _, taken := c.conflict(it.current.Definition); taken != "" {
				it.current = nil
				continue
			}
		}
		c.take(it.current.Definition, it.main)
	}
}

// identify gives a definition its id. Ids of the shipped range are kept; one of another system's private connectors
// means nothing here. A connector that stands in for a shipped one has its id, because instances name it.
func (f *Folder) identify(def *connector.Definition) {
	if def.ID >= 1 && def.ID < firstFolderID+folderIDs {
		return
	}
	def.ID = f.shipped[def.Key]
	if def.ID == 0 {
		def.ID = firstFolderID + hashOf(def.Key)%folderIDs
	}
}

// claims are the keys and ids in use, with the file that has them.
type claims struct {
	shipped map[int64]string // keys of shipped connectors
	keys    map[string]string
	ids     map[int64]string
}

func (c *claims) take(def *connector.Definition, file string) {
	c.keys[def.Key], c.ids[def.ID] = file, file
}

// conflict is the member of a definition that another has already, and why that cannot be.
func (c *claims) conflict(def *connector.Definition) (member, reason string) {
	if other, taken := c.keys[def.Key]; taken {
		return "key", fmt.Sprintf("the key %q is that of %s: give each connector its own", def.Key, other)
	}
	if other, taken := c.ids[def.ID]; taken {
		return "id", fmt.Sprintf("the id %d is that of %s: give each connector its own", def.ID, other)
	}
	if key, taken := c.shipped[def.ID]; taken && key != def.Key {
		return "id", fmt.Sprintf("the id %d is that of the shipped connector %s: give this one its own", def.ID, key)
	}
	return "", ""
}

var lineInWords = regexp.MustCompile(`\bline (\d+)\b`)

// explain turns the error of a connector into faults with file and line.
func (it *item) explain(fsys fs.FS, err error) []Broken {
	file, prefix := it.main, ""
	for _, name := range []string{definitionYAML, definitionJSON, modelsYAML, logoSVG} {
		if strings.HasPrefix(err.Error(), name+": ") {
			file, prefix = path.Join(it.name, name), name+": "
		}
	}
	var text []byte
	var faults []Broken
	for _, p := range connector.Reasons(err) {
		b := Broken{Path: file, Reason: p.Reason}
		if p.Path == "" {
			b.Reason = strings.TrimPrefix(p.Reason, prefix)
			if said := lineInWords.FindStringSubmatch(b.Reason); said != nil {
				b.Line, _ = strconv.Atoi(said[1]) // digits
			}
		} else {
			if text == nil {
				text, _ = readText(fsys, file) // without it there is no line
			}
			b.Reason = p.Path + " " + p.Reason
			b.Line = connector.LineOf(text, p.Path)
		}
		faults = append(faults, b)
	}
	return faults
}
