package soap

import (
	"strconv"
	"strings"
)

// Step is one step of a path: a name, [0] or [*].
type Step string

func (s Step) index() (int, bool) {
	if !strings.HasPrefix(string(s), "[") {
		return 0, false
	}
	n, err := strconv.Atoi(strings.Trim(string(s), "[]"))
	return n, err == nil && n >= 0
}

func (s Step) star() bool { return s == "[*]" }

// Steps splits a path: data[0].x is data, [0], x. A backslash takes the meaning of the character behind it.
func Steps(path string) []Step {
	var steps []Step
	var name strings.Builder
	end := func() {
		if name.Len() > 0 {
			steps = append(steps, Step(name.String()))
			name.Reset()
		}
	}
	for i := 0; i < len(path); i++ {
		switch c := path[i]; c {
		case '\\':
			if i+1 < len(path) {
				i++
				name.WriteByte(path[i])
			}
		case '.':
			end()
		case '[':
			end()
			closing := strings.IndexByte(path[i:], ']')
			if closing < 0 {
				closing = len(path) - i - 1
			}
			steps = append(steps, Step(path[i:i+closing+1]))
			i += closing
		default:
			name.WriteByte(c)
		}
	}
	end()
	return steps
}

// local is a name without its prefix.
func local(name string) string {
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}
