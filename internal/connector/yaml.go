package connector

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v3"

	"jackfield/internal/fault"
)

// MaxYAMLNodes is how many values a YAML document may come to once its aliases are followed. The
// largest exported definition has 15,000; the limit stops documents that alias themselves up.
const MaxYAMLNodes = 500_000

// ParseYAML reads one definition written as YAML: the same members as the JSON form.
func ParseYAML(data []byte) (*Definition, error) {
	text, err := yamlToJSON(data)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the definition is not readable YAML: %v", err)
	}
	return ParseJSON(text)
}

// yamlToJSON turns a document into JSON text. Plain scalars keep their YAML type (true, 5, null),
// all others are strings, dates too.
func yamlToJSON(data []byte) ([]byte, error) {
	if err := tooMuchYAML(data); err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 {
		return nil, errors.New("the document is empty")
	}
	c := &yamlReader{}
	if err := c.node(document.Content[0], 0); err != nil {
		return nil, err
	}
	return c.out, nil
}

type yamlReader struct {
	out   []byte
	nodes int
}

func (c *yamlReader) node(n *yaml.Node, depth int) error {
	if c.nodes++; c.nodes > MaxYAMLNodes {
		return fmt.Errorf("line %d: the limit of %d values is reached (what an alias stands for counts each time)", n.Line, MaxYAMLNodes)
	}
	if len(c.out) > MaxDocument {
		return fmt.Errorf("line %d: the limit of %d MB is reached (what an alias stands for counts each time)", n.Line, MaxDocument/1_000_000)
	}
	if depth > MaxNesting {
		return fmt.Errorf("line %d: nested deeper than %d levels", n.Line, MaxNesting)
	}
	switch n.Kind {
	case yaml.AliasNode:
		return c.node(n.Alias, depth+1)
	case yaml.SequenceNode:
		c.out = append(c.out, '[')
		for i, item := range n.Content {
			if i > 0 {
				c.out = append(c.out, ',')
			}
			if err := c.node(item, depth+1); err != nil {
				return err
			}
		}
		c.out = append(c.out, ']')
		return nil
	case yaml.MappingNode:
		return c.mapping(n, depth)
	case yaml.ScalarNode:
		return c.scalar(n)
	}
	return fmt.Errorf("line %d: unexpected YAML", n.Line)
}

func (c *yamlReader) mapping(n *yaml.Node, depth int) error {
	names := make(map[string]bool, len(n.Content)/2)
	c.out = append(c.out, '{')
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		switch {
		case name.Kind != yaml.ScalarNode || name.Tag == "!!merge":
			return fmt.Errorf("line %d: a member's name must be plain text", name.Line)
		case names[name.Value]:
			return fmt.Errorf("line %d: %q stands twice", name.Line, name.Value)
		}
		names[name.Value] = true
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = append(appendString(c.out, name.Value), ':')
		if err := c.node(n.Content[i+1], depth+1); err != nil {
			return err
		}
	}
	c.out = append(c.out, '}')
	return nil
}

func (c *yamlReader) scalar(n *yaml.Node) error {
	switch n.ShortTag() {
	case "!!null":
		c.out = append(c.out, "null"...)
	case "!!bool":
		var b bool
		if err := n.Decode(&b); err != nil {
			return err
		}
		c.out = strconv.AppendBool(c.out, b)
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) { // keeps 1.50 and 12345678901234567890 as they are written
			c.out = append(c.out, n.Value...)
			return nil
		}
		var f float64
		if err := n.Decode(&f); err != nil {
			return err
		}
		if math.IsInf(f, 0) || math.IsNaN(f) {
			return fmt.Errorf("line %d: %s is not a JSON number", n.Line, n.Value)
		}
		c.out = strconv.AppendFloat(c.out, f, 'g', -1, 64)
	case "!!str", "!!timestamp":
		c.out = appendString(c.out, n.Value)
	default:
		return fmt.Errorf("line %d: the tag %s is not understood", n.Line, n.Tag)
	}
	return nil
}

// jsonToYAML prints JSON text as YAML, members in their order, strings of several lines as blocks.
func jsonToYAML(text []byte) ([]byte, error) {
	s := &scanner{data: text}
	s.space()
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(s.yamlNode()); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

func (s *scanner) yamlNode() *yaml.Node {
	switch s.data[s.pos] {
	case '{':
		n := &yaml.Node{Kind: yaml.MappingNode}
		for first := true; s.next(first); first = false {
			name := string(s.member())
			n.Content = append(n.Content, yamlString(name), s.yamlNode())
		}
		return n
	case '[':
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for first := true; s.next(first); first = false {
			n.Content = append(n.Content, s.yamlNode())
		}
		return n
	case '"':
		return yamlString(s.text())
	case 't', 'f':
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: string(s.literal())}
	case 'n':
		s.literal()
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	}
	// JSON's numbers are YAML's, but for an exponent without a point, which YAML takes for text.
	value := string(s.literal())
	if n := (&yaml.Node{Kind: yaml.ScalarNode, Value: value}); n.ShortTag() == "!!str" {
		f, _ := strconv.ParseFloat(value, 64)
		value = strconv.FormatFloat(f, 'f', -1, 64)
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: value}
}

func yamlString(value string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(strings.ToValidUTF8(value, "\uFFFD"))
	return n
}
