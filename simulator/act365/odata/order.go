package odata

import "strings"

// Order is one term of $orderby.
type Order struct {
	Path       string
	Descending bool
	At         int
}

// ParseOrder reads a $orderby list: property paths, each with an optional asc or desc.
func ParseOrder(text string) ([]Order, error) {
	var terms []Order
	err := eachPart(text, func(part string, at int) error {
		words := strings.Fields(part)
		switch {
		case len(words) == 0:
			return Errorf(at, "a property is missing")
		case !isPath(words[0]):
			return Errorf(at, "%q is not a property", words[0])
		case len(words) > 2:
			return Errorf(at, "%q is not expected after %q", words[2], words[0]+" "+words[1])
		}
		term := Order{Path: words[0], At: at}
		if len(words) == 2 {
			switch words[1] {
			case "asc":
			case "desc":
				term.Descending = true
			default:
				return Errorf(at, "the direction of %q is %q; it can be asc or desc", words[0], words[1])
			}
		}
		terms = append(terms, term)
		return nil
	})
	return terms, err
}

// Selected is one name of $select.
type Selected struct {
	Path string
	At   int
}

// ParseSelect reads a $select list of property paths.
func ParseSelect(text string) ([]Selected, error) {
	var names []Selected
	err := eachPart(text, func(part string, at int) error {
		name := strings.TrimSpace(part)
		if !isPath(name) {
			return Errorf(at, "%q is not a property", name)
		}
		names = append(names, Selected{Path: name, At: at})
		return nil
	})
	return names, err
}

// eachPart calls take with every comma-separated part and the 1-based position of its first
// character that is no space.
func eachPart(text string, take func(part string, at int) error) error {
	if len(text) > MaxLength {
		return Errorf(MaxLength, "the list is %d bytes long, the limit is %d", len(text), MaxLength)
	}
	at := 1
	for part := range strings.SplitSeq(text, ",") {
		length := len([]rune(part))
		indent := length - len([]rune(strings.TrimLeft(part, " \t\r\n")))
		if err := take(part, at+indent); err != nil {
			return err
		}
		at += length + 1
	}
	return nil
}
