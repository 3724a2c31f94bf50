package gateway

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/catalog"
	"jackfield/internal/ceql"
	"jackfield/internal/credential"
	"jackfield/internal/instance"
	"jackfield/internal/limit"
)

// Call is one hub call on its way through the corridor. The exported fields of the caller's side are set by
// whoever makes the call; the stages fill the rest.
type Call struct {
	// The caller's side.
	RequestID   string // 24 hex digits
	Credentials access.Credentials
	Principal   *access.Principal  // set beforehand by internal callers, else by identify
	Instance    *instance.Instance // ditto
	Method      string
	Path        string // escaped, without base and without /hubs/{hub}: /contacts/5
	HubPath     string // path as the caller wrote it, for the usage record
	Query       url.Values
	Header      http.Header
	Body        io.Reader // nil when there is none
	RemoteIP    string
	BaseURL     string // where the caller reached the server, for documentation

	// Lifecycle is set for calls that provisioning makes: the resource is given and need not be callable.
	Lifecycle bool
	renewal   bool // part of a renewal

	// Trace gathers what goes over the wire, nil for most calls. Do sets it while trace logging is on for the instance;
	// provisioning sets one for several calls.
	Trace *Trace

	// Resolved.
	Program  *catalog.Program
	Resource *catalog.Resource
	values   []string // of the path variables, in the order of Resource.Variables
	builtin  func(context.Context, *Gateway, *Call) (*Answer, error)

	// From query.
	where  ceql.Expr
	lifted map[string]string // terms taken out of where, by parameter name
	paging paging

	// The body of the caller, read once.
	body     []byte
	bodyRead bool
	upload   *upload // a body that streams instead

	vendor    vendorRequest
	statement statement // of connectors of databases
	response  vendorResponse
	stream    io.ReadCloser // provider body that streams through
	buffer    *[]byte       // pooled memory behind response.body

	previous        []byte // body of the previous link of a chain
	previousHeader  http.Header
	configuration   map[string]string // written by hooks and response parameters, to be kept
	answerHeader    http.Header       // set by response parameters and hooks
	remarks         []string          // Elements-Error
	nextToken       string
	count           int
	isList          bool
	skipped         bool // a hook said continue: false
	started         time.Time
	rootKeyOverride *string
	refusal         *vendorResponse // of a lifecycle call: what the provider refused it with
}

// vendorRequest is the provider's side of a call before it is sent.
type vendorRequest struct {
	method     string
	path       string // template of the resource with the variables filled in, or absolute
	parameters []pair
	header     http.Header
	form       []pair
	body       []byte
	hasBody    bool
	open       []string // words of a body template that no parameter had a value for
}

type pair struct{ name, value string }

// vendorResponse is what the provider answered.
type vendorResponse struct {
	status int
	header http.Header
	body   []byte
	raw    []byte // the XML that body was made of, nil for other answers
	said   string // what a fault of SOAP says, in the provider's words
}

// text is the answer as the provider wrote it.
func (r *vendorResponse) text() []byte {
	if r.raw != nil {
		return r.raw
	}
	return r.body
}

func (r *vendorResponse) failed() bool { return r.status < 200 || r.status > 207 }

// Configuration is the instance's configuration in force, with what hooks of this call changed.
func (c *Call) Configuration(key string) string {
	if value, ok := c.configuration[key]; ok {
		return value
	}
	if c.withheld(key) {
		return ""
	}
	return c.Instance.Effective[key]
}

// withheld reports whether a value is a secret of the system connector itself, and something that an account added to it would see it:
// a script or a parameter could send it anywhere.
func (c *Call) withheld(key string) bool {
	if c.Resource == nil || !c.Resource.Guarded || !credential.OwnedByAuthor(key) {
		return false
	}
	entry := c.Program.Connector.Own.Entry(key)
	return entry != nil && entry.DefaultValue != "" && entry.DefaultValue == c.Instance.Effective[key]
}

// Written is the configuration that hooks and response parameters wrote during the call.
func (c *Call) Written() map[string]string { return c.configuration }

// write keeps a configuration value for the rest of the call and, for stored instances, beyond it.
func (c *Call) write(key, value string) {
	if c.configuration == nil {
		c.configuration = map[string]string{}
	}
	c.configuration[key] = value
}

// variable is the value of a path variable by its name.
func (c *Call) variable(name string) (string, bool) {
	for i, variable := range c.Resource.Variables {
		if variable == name && i < len(c.values) {
			return c.values[i], true
		}
	}
	return "", false
}

func (c *Call) release() {
	if c.stream != nil {
		c.stream.Close()
		c.stream = nil
	}
	if c.buffer != nil {
		putBuffer(c.buffer)
		c.buffer = nil
	}
}

// Answer is the outcome of a call. Body is set for answers in memory, Stream for those that flow through.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	Stream io.ReadCloser
	Call   *Call
	place  limit.Held // of a stream
}

// Close gives memory and connections back. The answer must not be used afterwards.
func (a *Answer) Close() {
	if a.Stream != nil {
		a.Stream.Close()
		a.Stream = nil
		a.place.Done()
	}
	if a.Call != nil {
		a.Call.release()
	}
}

// object is a JSON object with raw members.
type object = map[string]json.RawMessage
