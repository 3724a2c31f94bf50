package rest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// file is a provider as its YAML describes it. simulator/README.md explains the members with examples.
type file struct {
	Provider    string            `yaml:"provider"`    // name, for people
	Base        string            `yaml:"base"`        // goes before every path
	Strict      bool              `yaml:"strict"`      // refuse unknown parameters and fields instead of only noting them
	Auth        []credential      `yaml:"auth"`        // one of them lets in; none = open
	Headers     []string          `yaml:"headers"`     // headers that every request must have
	Parameters  []string          `yaml:"parameters"`  // query parameters that every call takes, without effect
	Errors      errorShape        `yaml:"errors"`      // how refusals look
	Rate        rate              `yaml:"rate"`        // calls in a window
	Time        string            `yaml:"time"`        // how instants are written: rfc3339, millis, zone, space, epoch, epochms
	Paging      paging            `yaml:"paging"`      // of every list that says nothing else
	Sort        order             `yaml:"sort"`        // ditto
	Wrap        wrap              `yaml:"wrap"`        // ditto
	Collections []*collection     `yaml:"collections"` // what there is
	Queries     []*call           `yaml:"queries"`     // calls that name their collection in a text: SELECT … FROM
	Fixed       []*call           `yaml:"fixed"`       // calls with one constant answer
	Files       *files            `yaml:"files"`       // a tree of files
	Answer      map[string]string `yaml:"answer"`      // headers of every answer
}

type credential struct {
	Type     string   `yaml:"type"`     // basic, bearer, header, query
	Name     string   `yaml:"name"`     // of the header or parameter
	Prefix   string   `yaml:"prefix"`   // before the token in a header
	Username string   `yaml:"username"` // basic
	Password string   `yaml:"password"` // basic
	Tokens   []string `yaml:"tokens"`   // bearer, header, query
}

// errorShape is how a provider refuses. Body may hold {message}, {code}, {status}, {field} and {path}; a text is sent
// as it is, anything else as JSON.
type errorShape struct {
	Body        any            `yaml:"body"`
	ContentType string         `yaml:"contentType"`
	Codes       map[string]any `yaml:"codes"`  // {code} by cause
	Status      map[string]int `yaml:"status"` // HTTP status by cause
}

type rate struct {
	Requests   int    `yaml:"requests"`
	Window     int    `yaml:"window"` // seconds
	Status     int    `yaml:"status"`
	RetryAfter bool   `yaml:"retryAfter"`
	Header     string `yaml:"header"` // carries how many calls are left
}

type wrap struct {
	One     string `yaml:"one"`     // member that holds a record in an answer
	List    string `yaml:"list"`    // member that holds a list
	Request string `yaml:"request"` // member that a body must have
	Row     string `yaml:"row"`     // member that holds each record of a list
}

// paging is how a list is cut. Names are those of the provider's parameters.
type paging struct {
	Style     string            `yaml:"style"` // offset, page, cursor, after (id of the last row), none
	Size      string            `yaml:"size"`
	At        string            `yaml:"at"`
	Default   int               `yaml:"default"`
	Max       int               `yaml:"max"`
	Over      string            `yaml:"over"` // clamp or refuse
	Start     int               `yaml:"start"`
	MaxOffset int               `yaml:"maxOffset"`
	Envelope  map[string]string `yaml:"envelope"` // path in the answer: word such as more, cursor, link
	Last      string            `yaml:"last"`     // omit or null: what has no next page
	Link      bool              `yaml:"link"`     // Link header
	Alone     bool              `yaml:"alone"`    // a cursor goes with no parameter but the size
	Headers   map[string]string `yaml:"headers"`  // header: word
	Continue  string            `yaml:"continue"` // call that goes on from {cursor}: GET /query/{cursor}
}

type order struct {
	Parameter string   `yaml:"parameter"`
	Style     string   `yaml:"style"` // minus (-name), words (name desc), colon (name:desc), separate, objects
	Direction string   `yaml:"direction"`
	Fields    []string `yaml:"fields"` // none = every field
	Default   string   `yaml:"default"`
}

type selection struct {
	Parameter string   `yaml:"parameter"`
	Default   []string `yaml:"default"` // fields that come unasked; none = all
	Always    []string `yaml:"always"`  // fields that come with any choice
}

type filter struct {
	Parameters map[string]string `yaml:"parameters"` // parameter: field, or "field >="
	Expression string            `yaml:"expression"` // parameter with an expression
	Language   string            `yaml:"language"`   // soql, jql, zendesk, freshdesk, stripe
	Names      map[string]string `yaml:"names"`      // what expressions call fields: field
	Quoted     bool              `yaml:"quoted"`     // the expression stands in double quotes
	Groups     string            `yaml:"groups"`     // member of the body with HubSpot's filter groups
	Required   bool              `yaml:"required"`   // no list without a condition
}

type identity struct {
	Field   string   `yaml:"field"`
	Style   string   `yaml:"style"`   // number, text (a number in quotes), padded, uuid
	Prefix  string   `yaml:"prefix"`  // of padded: before the digits
	Width   int      `yaml:"width"`   // of padded: how many digits
	Start   int      `yaml:"start"`   // first number
	Aliases []string `yaml:"aliases"` // other fields that find a record
}

type collection struct {
	Name     string             `yaml:"name"`
	ID       identity           `yaml:"id"`
	Nested   string             `yaml:"nested"` // member that holds all fields but those of the provider
	Seed     seed               `yaml:"seed"`
	Rows     []map[string]any   `yaml:"rows"`
	Fields   []string           `yaml:"fields"`   // accepted in bodies besides those of the seeds; name.* for any below
	Server   map[string]any     `yaml:"server"`   // set by the provider; may not be sent
	Created  string             `yaml:"created"`  // fields with the time of creation; ^name is outside of nested
	Updated  string             `yaml:"updated"`  // fields with the time of the last change
	Required []string           `yaml:"required"` // fields that a new record must have
	Unique   []string           `yaml:"unique"`   // fields with a value of their own
	Wrap     *wrap              `yaml:"wrap"`
	Paging   *paging            `yaml:"paging"`
	Sort     *order             `yaml:"sort"`
	Select   selection          `yaml:"select"`
	Filter   filter             `yaml:"filter"`
	Calls    map[string]callSet `yaml:"calls"` // list, get, create, update, delete
}

type seed struct {
	Count int            `yaml:"count"`
	Row   map[string]any `yaml:"row"`
}

// call is one thing that can be called: "GET /contacts/{id}".
type call struct {
	Call   string     `yaml:"call"`
	Status int        `yaml:"status"`
	Answer any        `yaml:"answer"` // record, none, or a body with {id} and {field}
	Form   bool       `yaml:"form"`   // bodies are forms with brackets
	Wrap   *wrap      `yaml:"wrap"`
	Paging *paging    `yaml:"paging"`
	Sort   *order     `yaml:"sort"`
	Select *selection `yaml:"select"`
	Filter *filter    `yaml:"filter"`
	Query  []string   `yaml:"query"` // parameters that may be sent, without effect
	Body   []string   `yaml:"body"`  // fields of the body that may be sent, without effect
	Set    any        `yaml:"set"`   // fields that an update sets by itself

	do         string
	collection *collection
	method     string
	segments   []string
}

// callSet reads one call or several, each as text or as an object.
type callSet []*call

func (c *callSet) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			var one callSet
			if err := one.UnmarshalYAML(item); err != nil {
				return err
			}
			*c = append(*c, one...)
		}
		return nil
	}
	one := &call{}
	*c = append(*c, one)
	if n.Kind == yaml.ScalarNode {
		one.Call = n.Value
		return nil
	}
	// A node decodes with unknown members let by, so they are looked for by hand.
	text, err := yaml.Marshal(n)
	if err != nil {
		return err
	}
	return decode(text, one)
}

func decode(text []byte, into any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func parse(text []byte) (*file, error) {
	f := &file{}
	if err := decode(text, f); err != nil {
		return nil, fmt.Errorf("the provider file: %w", err)
	}
	if f.Base != "" {
		f.Base = "/" + strings.Trim(f.Base, "/")
	}
	for _, c := range f.Collections {
		if err := c.complete(f); err != nil {
			return nil, fmt.Errorf("collection %s: %w", c.Name, err)
		}
	}
	return f, nil
}

func (c *collection) complete(f *file) error {
	if c.Name == "" {
		return errors.New("it has no name")
	}
	if c.ID.Field == "" {
		c.ID.Field = "id"
	}
	if c.ID.Start == 0 {
		c.ID.Start = 1
	}
	if c.Wrap == nil {
		c.Wrap = &f.Wrap
	}
	if c.Paging == nil {
		c.Paging = &f.Paging
	}
	if c.Sort == nil {
		c.Sort = &f.Sort
	}
	if c.Calls == nil {
		return errors.New("it has no calls: write calls: {list: GET /path, …}")
	}
	for do, set := range c.Calls {
		switch do {
		case "list", "get", "create", "update", "delete":
		default:
			return fmt.Errorf("calls.%s is none of list, get, create, update, delete", do)
		}
		for _, one := range set {
			one.do, one.collection = do, c
			one.inherit(c)
		}
	}
	return nil
}

func (c *call) inherit(of *collection) {
	if c.Wrap == nil {
		c.Wrap = of.Wrap
	}
	if c.Paging == nil {
		c.Paging = of.Paging
	}
	if c.Sort == nil {
		c.Sort = of.Sort
	}
	if c.Select == nil {
		c.Select = &of.Select
	}
	if c.Filter == nil {
		c.Filter = &of.Filter
	}
	if c.Status == 0 {
		c.Status = 200
	}
}

// split makes method and segments of the text of a call.
func (c *call) split(base string) error {
	method, path, ok := strings.Cut(c.Call, " ")
	if !ok || !strings.HasPrefix(path, "/") {
		return fmt.Errorf("the call %q is not METHOD /path", c.Call)
	}
	c.method = method
	c.segments = strings.Split(strings.TrimPrefix(base+path, "/"), "/")
	return nil
}
