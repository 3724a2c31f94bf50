package gateway

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"jackfield/internal/catalog"
	"jackfield/internal/ceql"
	"jackfield/internal/fault"
	"jackfield/internal/sandbox"

	"github.com/tidwall/gjson"
)

// before runs the scripts that may change the provider's request: element-wide first, then the resource's
// own. A resource without any skips the stage entirely.
func (g *Gateway) before(ctx context.Context, c *Call) error {
	for _, script := range c.Resource.Before {
		if err := g.hook(ctx, c, script, false); err != nil {
			return err
		}
	}
	return nil
}

// hook runs one script and takes over what it gives back (reference/elements.md §8).
func (g *Gateway) hook(ctx context.Context, c *Call, script *sandbox.Script, answered bool) error {
	requests := hookRequests{gateway: g, script: script.Name(), trace: c.Trace}
	output, err := g.sandbox.Run(ctx, script, sandbox.Input{Variables: c.variables(script, answered), Fetch: requests.fetch})
	g.limits.Script(c.Principal.Account.ID, output.Spent)
	for _, mail := range output.Mails { // also of a script that failed afterwards
		g.sendMail(ctx, c, mail, script.Name())
		c.Trace.mailed(mail, script.Name())
	}
	if err != nil {
		return err
	}
	for _, line := range output.Logs {
		g.log.DebugContext(ctx, "hook", "request", c.RequestID, "script", script.Name(), "line", line)
	}
	if len(output.Done) == 0 {
		return nil
	}
	result := gjson.ParseBytes(output.Done)
	if !result.IsObject() {
		return nil
	}
	result.ForEach(func(name, v gjson.Result) bool {
		err = c.takeOver(name.String(), v)
		return err == nil
	})
	if err != nil {
		return err
	}
	return c.hookError(result)
}

// Bounds of what hooks of one call may write into the configuration.
const (
	maxWrittenKeys  = 100
	maxWrittenValue = 64 << 10 // bytes of one value
)

// writeAll takes over configuration values: a null empties one, what is no text is kept as JSON.
func (c *Call) writeAll(values gjson.Result) error {
	var err error
	values.ForEach(func(key, value gjson.Result) bool {
		text := value.String()
		switch _, known := c.configuration[key.String()]; {
		case len(text) > maxWrittenValue:
			err = fault.New(fault.Invalid, "A hook wrote %d bytes to configuration.%s: the limit is %d KiB", len(text), key.String(), maxWrittenValue>>10)
		case !known && len(c.configuration) >= maxWrittenKeys:
			err = fault.New(fault.Invalid, "The hooks of one call may write %d values of the configuration", maxWrittenKeys)
		default:
			c.write(key.String(), text)
		}
		return err == nil
	})
	return err
}

// takeOver applies one member of a script's result: maps are merged, other values replace, a null in a map
// removes. Names that nothing is known by are ignored, as those that scripts in the wild set without effect.
func (c *Call) takeOver(name string, v gjson.Result) error {
	vendor, response := &c.vendor, &c.response
	switch name {
	case "continue":
		c.skipped = v.Type == gjson.False || v.String() == "false"
	case "request_vendor_method":
		vendor.method = strings.ToUpper(v.String())
	case "request_vendor_path", "request_vendor_url":
		vendor.path = v.String()
	case "request_vendor_parameters":
		mergePairs(&vendor.parameters, v)
	case "request_vendor_headers":
		return mergeHeader(vendor.header, v)
	case "request_vendor_body", "request_vendor_body_map":
		vendor.body = bodyOf(v)
		vendor.hasBody = vendor.body != nil
	case "request_root_key", "response_root_key":
		_, in := catalog.RootKeys(v.String())
		c.rootKeyOverride = &in
	case "response_body":
		response.body = bodyOf(v)
	case "response_headers":
		return c.answerHeaders(v)
	case "response_status_code":
		if status := int(v.Int()); status >= 100 && status <= 599 {
			response.status = status
		}
	case "configuration":
		return c.writeAll(v)
	}
	return nil
}

// answerHeaders takes response headers over for the caller: those that the script set or changed, not the whole
// of the provider's, which scripts often hand back as it was.
func (c *Call) answerHeaders(v gjson.Result) error {
	given := http.Header{}
	if err := mergeHeader(given, v); err != nil {
		return err
	}
	for name := range given {
		content := given.Get(name)
		if c.response.header.Get(name) != content {
			c.setAnswerHeader(name, content)
		}
	}
	if c.response.header == nil {
		c.response.header = http.Header{}
	}
	return mergeHeader(c.response.header, v)
}

// hookError turns response_error into the call's failure: status as the hook says, otherwise 400
// (reference/http-conventions.md §7.1).
func (c *Call) hookError(result gjson.Result) error {
	message := result.Get("response_error")
	if detail := result.Get("response_error_message"); detail.Exists() && (detail.Type != gjson.Null) {
		message = detail
	}
	if !message.Exists() || message.Type == gjson.Null || message.Type == gjson.False || message.String() == "" {
		return nil
	}
	status := http.StatusBadRequest
	if given := int(result.Get("response_status_code").Int()); given >= 400 && given <= 599 {
		status = given
	}
	return &fault.Error{Kind: kindOf(status), Status: status, Message: message.String()}
}

// bodyOf is a body given by a script: an object or array as JSON, a text as it is, null as no body.
func bodyOf(v gjson.Result) []byte {
	switch v.Type {
	case gjson.Null:
		return nil
	case gjson.String:
		return []byte(v.String())
	}
	return []byte(v.Raw)
}

func mergePairs(pairs *[]pair, v gjson.Result) {
	v.ForEach(func(key, content gjson.Result) bool {
		name := key.String()
		kept := (*pairs)[:0:0]
		for _, p := range *pairs {
			if p.name != name {
				kept = append(kept, p)
			}
		}
		switch {
		case content.Type == gjson.Null:
		case content.IsArray():
			for _, one := range content.Array() {
				kept = append(kept, pair{name, one.String()})
			}
		default:
			kept = append(kept, pair{name, content.String()})
		}
		*pairs = kept
		return true
	})
}

func mergeHeader(header http.Header, v gjson.Result) error {
	var bad error
	v.ForEach(func(key, content gjson.Result) bool {
		name := key.String()
		if content.Type == gjson.Null {
			header.Del(name)
			if strings.EqualFold(name, "Authorization") {
				header["Authorization"] = nil // taken away on purpose: the credential must not put it back
			}
			return true
		}
		text := content.String()
		if strings.ContainsAny(name, "\r\n:\x00 ") || name == "" || strings.ContainsAny(text, "\r\n\x00") {
			bad = fault.New(fault.Invalid, "A hook set a header that is not valid: names and values must not contain line breaks")
			return false
		}
		header.Set(name, text)
		return true
	})
	return bad
}

// variables are what scripts see (reference/hub-api.md §3.4). Values are JSON; the sandbox parses only those
// that a script reads.
func (c *Call) variables(script *sandbox.Script, answered bool) object {
	r := c.Resource
	vars := object{
		"request_method":            quote(c.Method),
		"request_path":              quote(r.Canonical),
		"request_path_variables":    c.pathVariables(),
		"request_parameters":        c.requestParameters(),
		"request_headers":           lowerHeader(c.Header),
		"request_expression":        encode(ceql.Flatten(c.where)),
		"request_vendor_method":     quote(c.vendor.method),
		"request_vendor_path":       quote(c.vendor.path),
		"request_vendor_parameters": pairObject(c.vendor.parameters),
		"request_vendor_headers":    vendorHeader(c.vendor.header),
		"request_root_key":          quote(r.RootKey),
		"object_name":               quote(r.ObjectName),
		"meta_data":                 c.metaData(script),
		"configuration":             c.configurationObject(),
	}
	if target, err := c.target(); err == nil {
		vars["request_vendor_url"] = quote(target)
	}
	vars["request_body"], vars["request_body_map"] = bodyVariables(c.body)
	vars["request_vendor_body"], vars["request_vendor_body_map"] = bodyVariables(c.vendor.body)
	if c.previous != nil {
		vars["request_previous_response"] = parsedBody(c.previous)
		vars["request_previous_response_headers"] = lowerHeader(c.previousHeader)
	}
	if answered {
		vars["response_body"] = parsedBody(c.response.body)
		vars["response_body_map"], vars["response_body_raw_map"] = vars["response_body"], vars["response_body"]
		if script.Reads("response_body_raw") {
			vars["response_body_raw"] = quote(string(c.response.text()))
		}
		vars["response_headers"] = lowerHeader(c.response.header)
		vars["response_status_code"] = []byte(strconv.Itoa(c.response.status))
		vars["response_iserror"] = []byte(strconv.FormatBool(c.response.failed()))
		vars["response_root_key"] = quote(r.RootKey)
	}
	return vars
}

// metaData is what the definition says of the object, {} when it says nothing.
func (c *Call) metaData(script *sandbox.Script) []byte {
	if described := c.Program.Connector.ObjectMetadata; len(described) > 0 && script.Reads("meta_data") {
		all := gjson.ParseBytes(described)
		for _, name := range []string{c.Resource.ObjectName, c.Resource.Object} {
			if found := memberOf(all, name); found.Exists() {
				return []byte(found.Raw)
			}
		}
	}
	return []byte("{}")
}

func (c *Call) pathVariables() []byte {
	values := make(map[string]string, len(c.values))
	for i, name := range c.Resource.Variables {
		if i < len(c.values) {
			values[name] = c.values[i]
		}
	}
	return encode(values)
}

// requestParameters are the caller's query parameters; where is the parsed expression printed back in
// canonical form, never the caller's own text (reference/ceql.md §6).
func (c *Call) requestParameters() []byte {
	values := make(map[string]any, len(c.Query))
	for name, all := range c.Query {
		if len(all) == 1 {
			values[name] = all[0]
		} else {
			values[name] = all
		}
	}
	if _, given := values["where"]; given && declares(c, "where") {
		values["where"] = ceql.Print(c.where)
	}
	for name, value := range c.lifted {
		values[name] = value
	}
	return encode(values)
}

// configurationObject is the configuration in force, without secrets that are not for the script.
func (c *Call) configurationObject() []byte {
	shown := c.effective()
	for key := range shown {
		if c.withheld(key) {
			shown = maps.Clone(shown)
			delete(shown, key)
		}
	}
	return encode(shown)
}

func bodyVariables(body []byte) (asText, parsed []byte) {
	if body == nil {
		return []byte("null"), []byte("null")
	}
	return quote(string(body)), parsedBody(body)
}

// parsedBody is a JSON body as it is, any other body as text.
func parsedBody(body []byte) []byte {
	switch {
	case len(body) == 0:
		return []byte("null")
	case gjson.ValidBytes(body):
		return body
	}
	return quote(string(body))
}

// lowerHeader is a header as scripts see those of the caller and of the provider's answer: names in lower case,
// set-cookie as a list. What authenticates at us is left out.
func lowerHeader(header http.Header) []byte {
	values := make(map[string]any, len(header))
	for name, all := range header {
		switch name {
		case "Authorization", "Cookie":
		case "Set-Cookie":
			values["set-cookie"] = all
		default:
			values[strings.ToLower(name)] = strings.Join(all, ", ")
		}
	}
	return encode(values)
}

// vendorHeader is the header of the provider's request, names in canonical case as connectors spell them.
func vendorHeader(header http.Header) []byte {
	values := make(map[string]string, len(header))
	for name, all := range header {
		values[name] = strings.Join(all, ", ")
	}
	return encode(values)
}

func pairObject(pairs []pair) []byte {
	values := make(map[string]any, len(pairs))
	for _, p := range pairs {
		switch before := values[p.name].(type) {
		case nil:
			values[p.name] = p.value
		case string:
			values[p.name] = []string{before, p.value}
		case []string:
			values[p.name] = append(before, p.value)
		}
	}
	return encode(values)
}

func quote(s string) []byte { return encode(s) }

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings, maps and slices of strings always encode
	}
	return text
}
