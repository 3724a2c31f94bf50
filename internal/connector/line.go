package connector

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v3"
)

// LineOf is the line, from 1, that a part of a definition begins on in its JSON or YAML text. Path is written as in
// Problem.Path, such as resources[3].method. Of a part that is not there it is the line of what should hold it, and of
// a text that cannot be read 0. It reads the text anew: it is for the few that have faults.
func LineOf(text []byte, path string) int {
	steps := stepsOf(path)
	if json.Valid(text) {
		s := &scanner{data: text}
		s.space()
		return 1 + bytes.Count(text[:s.find(steps)], []byte{'\n'})
	}
	var document yaml.Node
	if len(text) > MaxDocument || yaml.Unmarshal(text, &document) != nil || len(document.Content) == 0 {
		return 0
	}
	return lineOfNode(document.Content[0], steps)
}

// stepsOf takes a path apart: resources[3].method is resources, 3, method.
func stepsOf(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
}

// find is the offset of the part that the steps lead to, as far as they do. The scanner stands at the value.
func (s *scanner) find(steps []string) int {
	at := s.pos
	if len(steps) == 0 {
		return at
	}
	switch s.data[s.pos] {
	case '{':
		for first := true; s.next(first); first = false {
			begin := s.pos
			if string(s.member()) == steps[0] {
				if len(steps) == 1 {
					return begin
				}
				return s.find(steps[1:])
			}
			s.pos = s.skip()
		}
	case '[':
		wanted, err := strconv.Atoi(steps[0])
		for n, first := 0, true; err == nil && s.next(first); n, first = n+1, false {
			if n == wanted {
				return s.find(steps[1:])
			}
			s.pos = s.skip()
		}
	}
	return at
}

// lineOfNode is find for YAML. A part that an alias stands for is looked for where it is written.
func lineOfNode(n *yaml.Node, steps []string) int {
	line := n.Line
	for len(steps) > 0 {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		var next *yaml.Node
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == steps[0] {
					line, next = n.Content[i].Line, n.Content[i+1]
				}
			}
		case yaml.SequenceNode:
			if i, err := strconv.Atoi(steps[0]); err == nil && i < len(n.Content) {
				line, next = n.Content[i].Line, n.Content[i]
			}
		}
		if next == nil {
			return line
		}
		n, steps = next, steps[1:]
	}
	return line
}
