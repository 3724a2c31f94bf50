package instance

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"jackfield/internal/fault"
)

// Limits of a request. They keep one instance from filling the database; a request above one is Invalid.
const (
	MaxTags               = 200
	MaxTagLength          = 255     // characters
	MaxConfigurationKeys  = 1000    // per request
	MaxConfigurationKey   = 255     // bytes
	MaxConfigurationValue = 1 << 20 // bytes; key stores in base64 are the largest values known
)

// Values of externalAuthentication (reference/instances.md §3.4).
const (
	AuthenticationHere    = "none"    // the platform exchanges and refreshes
	AuthenticationInitial = "initial" // the client did the exchange, the platform refreshes
)

// Request is what a client asks for on POST, PUT or PATCH. Nil fields were not given.
type Request struct {
	Connector              ConnectorReference
	Name                   *string
	Tags                   *[]string
	Configuration          map[string]*string // nil value = null: cleared
	ProviderData           map[string]json.RawMessage
	ExternalAuthentication *string
	Proxy                  Proxy
	Debug                  bool  // debug: true in providerData or configuration
	ConnectLinkID          int64 // connect link that a new instance uses up, as one with being stored; 0 = none
	RetrieveObjects        bool  // the answer lists the connector's objects (reference/hub-api.md §5.1)
}

// Proxy says that the provider was sent to our own callback address, which passes the user on to the client's application
// (reference/elements.md §9.2). The zero value says that it was not.
type Proxy struct {
	Name    string // of an OAuth proxy of the account
	Address string // our callback, as the client reaches this server; set by whoever serves the request
}

// ConnectorReference names a connector by id or by key; the zero value names none.
type ConnectorReference struct {
	ID  int64
	Key string
}

// Given reports whether a connector is named.
func (r ConnectorReference) Given() bool { return r.ID != 0 || r.Key != "" }

// ParseRequest reads the JSON body of a create, replace or change. Unknown and read-only members are ignored,
// because clients send whole answers back. A wrong type is an Invalid fault that names the member.
func ParseRequest(body []byte) (*Request, error) {
	if !utf8.Valid(body) {
		return nil, fault.New(fault.Invalid, "the body is not valid UTF-8")
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, badBody(err)
	}
	if members == nil {
		return nil, fault.New(fault.Invalid, "the body must be a JSON object")
	}
	r := new(Request)
	for _, read := range []func(map[string]json.RawMessage) error{
		r.readConnector, r.readName, r.readTags, r.readConfiguration, r.readProviderData, r.readExternalAuthentication, r.readProxy,
	} {
		if err := read(members); err != nil {
			return nil, err
		}
	}
	r.RetrieveObjects = string(members["retrieveObjectsAfterInstantiation"]) == "true"
	return r, nil
}

func badBody(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fault.Wrap(fault.Invalid, err, "the body is not valid JSON: %s at byte %d", syntax.Error(), syntax.Offset)
	}
	return fault.Wrap(fault.Invalid, err, "the body must be a JSON object")
}

func wrongType(member, want string) error {
	return fault.New(fault.Invalid, "%s must be %s", member, want)
}

func null(value json.RawMessage) bool { return bytes.Equal(value, []byte("null")) }

func (r *Request) readConnector(members map[string]json.RawMessage) error {
	value, given := members["element"]
	if !given || null(value) {
		return nil
	}
	var element struct{ ID, Key json.RawMessage }
	if json.Unmarshal(value, &element) != nil {
		return wrongType("element", `an object with "key" or "id"`)
	}
	if len(element.Key) > 0 && !null(element.Key) && json.Unmarshal(element.Key, &r.Connector.Key) != nil {
		return wrongType("element.key", "a string")
	}
	if len(element.ID) == 0 || null(element.ID) {
		return nil
	}
	text := strings.Trim(string(element.ID), `"`) // some clients send ids as strings
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return wrongType("element.id", "an integer")
	}
	r.Connector.ID = id
	return nil
}

func (r *Request) readName(members map[string]json.RawMessage) error {
	value, given := members["name"]
	if !given {
		return nil
	}
	r.Name = new(string)
	if null(value) { // a required text that is cleared is as wrong as an empty one
		return nil
	}
	if json.Unmarshal(value, r.Name) != nil {
		return wrongType("name", "a string")
	}
	return nil
}

func (r *Request) readTags(members map[string]json.RawMessage) error {
	value, given := members["tags"]
	if !given {
		return nil
	}
	var items []json.RawMessage
	if json.Unmarshal(value, &items) != nil {
		return wrongType("tags", "an array of strings")
	}
	if len(items) > MaxTags {
		return fault.New(fault.Invalid, "tags has %d entries: at most %d are allowed", len(items), MaxTags)
	}
	tags := make([]string, 0, len(items))
	seen := map[string]bool{}
	for i, item := range items {
		var tag string
		member := "tags[" + strconv.Itoa(i) + "]"
		if null(item) || json.Unmarshal(item, &tag) != nil {
			return wrongType(member, "a string")
		}
		tag = strings.TrimSpace(tag)
		if utf8.RuneCountInString(tag) > MaxTagLength {
			return fault.New(fault.Invalid, "%s is longer than %d characters", member, MaxTagLength)
		}
		if strings.ContainsRune(tag, 0) {
			return fault.New(fault.Invalid, "%s holds the character U+0000", member)
		}
		if tag == "" || seen[tag] {
			continue
		}
		seen[tag] = true
		tags = append(tags, tag)
	}
	r.Tags = &tags
	return nil
}

func (r *Request) readConfiguration(members map[string]json.RawMessage) error {
	value, given := members["configuration"]
	if !given || null(value) {
		return nil
	}
	var items map[string]json.RawMessage
	if json.Unmarshal(value, &items) != nil {
		return wrongType("configuration", "an object")
	}
	if len(items) > MaxConfigurationKeys {
		return fault.New(fault.Invalid, "configuration has %d keys: at most %d are allowed", len(items), MaxConfigurationKeys)
	}
	r.Configuration = make(map[string]*string, len(items))
	for key, item := range items {
		if key == "" || len(key) > MaxConfigurationKey {
			return fault.New(fault.Invalid, "configuration has a key of %d bytes: 1 to %d are allowed", len(key), MaxConfigurationKey)
		}
		if strings.ContainsRune(key, 0) {
			return fault.New(fault.Invalid, "configuration has a key that holds the character U+0000")
		}
		text, err := valueText("configuration."+key, item)
		if err != nil {
			return err
		}
		r.Configuration[key] = text
		if key == "debug" {
			r.Debug = r.Debug || truth(item)
		}
	}
	return nil
}

// valueText turns a configuration value into text: values are strings in every answer, whatever they were
// given as (reference/instances.md §1). It returns nil for null.
func valueText(member string, value json.RawMessage) (*string, error) {
	var text string
	switch value[0] {
	case 'n':
		return nil, nil
	case '"':
		if err := json.Unmarshal(value, &text); err != nil {
			return nil, wrongType(member, "a string")
		}
	case '{', '[':
		var compact bytes.Buffer
		if err := json.Compact(&compact, value); err != nil {
			return nil, wrongType(member, "valid JSON")
		}
		text = compact.String()
	default: // true, false and numbers, digit for digit
		text = string(value)
	}
	if strings.ContainsRune(text, 0) { // PostgreSQL stores every other character
		return nil, fault.New(fault.Invalid, "%s holds the character U+0000", member)
	}
	if len(text) > MaxConfigurationValue {
		return nil, fault.New(fault.Invalid, "%s has %d bytes: at most %d are allowed", member, len(text), MaxConfigurationValue)
	}
	return &text, nil
}

func truth(value json.RawMessage) bool {
	return string(value) == "true" || string(value) == `"true"`
}

func (r *Request) readProviderData(members map[string]json.RawMessage) error {
	value, given := members["providerData"]
	if !given || null(value) {
		return nil
	}
	if json.Unmarshal(value, &r.ProviderData) != nil {
		return wrongType("providerData", "an object")
	}
	r.Debug = r.Debug || truth(r.ProviderData["debug"])
	return nil
}

func (r *Request) readExternalAuthentication(members map[string]json.RawMessage) error {
	value, given := members["externalAuthentication"]
	if !given || null(value) {
		return nil
	}
	var text string
	if json.Unmarshal(value, &text) != nil {
		return wrongType("externalAuthentication", "a string")
	}
	if text != AuthenticationHere && text != AuthenticationInitial {
		return fault.New(fault.Invalid, "externalAuthentication must be %q or %q", AuthenticationHere, AuthenticationInitial)
	}
	r.ExternalAuthentication = &text
	return nil
}

// readProxy reads {"isOauthProxy": true, "oauthProxyName": "…"}, in either spelling of the first.
func (r *Request) readProxy(members map[string]json.RawMessage) error {
	value, given := members["oauthProxy"]
	if !given || null(value) {
		return nil
	}
	var proxy map[string]json.RawMessage
	if json.Unmarshal(value, &proxy) != nil {
		return wrongType("oauthProxy", "an object")
	}
	if !truth(proxy["isOauthProxy"]) && !truth(proxy["isOAuthProxy"]) {
		return nil
	}
	if json.Unmarshal(proxy["oauthProxyName"], &r.Proxy.Name) != nil || r.Proxy.Name == "" {
		return wrongType("oauthProxy.oauthProxyName", "the name of an OAuth proxy")
	}
	return nil
}
