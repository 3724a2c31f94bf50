package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"jackfield/internal/ceql"
	"jackfield/internal/connector"
	"jackfield/internal/database"
	"jackfield/internal/fault"

	"github.com/tidwall/gjson"
)

// namedParameters is the vendorName of the constant that lists the names a statement binds (reference/elements.md §7.2).
const namedParameters = "namedParameters"

// keyDriver names the configuration entry with the class of a JDBC driver.
const keyDriver = "jdbc.driver.classname"

// statement is what a call to a database connector binds. The SQL itself is vendor.path, so that hooks see it with its
// names and may write another one.
type statement struct {
	values map[string]any // by vendorName; nil for a parameter that the caller did not give
	listed []string       // by namedParameters
	paging []string       // names that say which rows are asked for
	where  ceql.Expr
}

// onDatabase reports whether the connector speaks SQL.
func (c *Call) onDatabase() bool { return c.Program.Connector.ProtocolType == protocolDatabase }

// bindStatement takes down what the names of the statement stand for. Nothing is put into its text.
func (b *binder) bindStatement() error {
	c := b.call
	if c.upload != nil {
		return fault.New(fault.UnsupportedMedia, "A database takes JSON: send the body as application/json")
	}
	c.vendor.path, c.vendor.body, c.vendor.hasBody = b.path, c.body, c.body != nil
	c.statement = statement{values: map[string]any{}}
	c.limitRows()
	var err error
	if c.statement.where, err = c.constantWhere(); err != nil {
		return err
	}
	for _, p := range c.Resource.Parameters {
		if p.Source == connector.SourceResponse {
			continue
		}
		if err := b.bindNamed(p); err != nil {
			return err
		}
	}
	return nil
}

// limitRows makes the page as large as a database answers when nobody says how large (reference/hub-api.md §3.6).
func (c *Call) limitRows() {
	if !c.Resource.List {
		c.paging = paging{page: 1, size: database.DefaultRows}
		return
	}
	if c.Query.Get("pageSize") == "" && c.Query.Get("nextPage") == "" {
		c.paging.size = min(c.paging.size, database.DefaultRows)
	}
}

func (b *binder) bindNamed(p *connector.Parameter) error {
	c := b.call
	switch {
	case p.Type == connector.TypeQuery && p.Name == "where":
		if c.where == nil && p.Required && len(c.lifted) == 0 {
			return fault.New(fault.Invalid, "The query parameter where is required for %s %s", c.Resource.Method, c.Resource.Canonical)
		}
		if p.VendorType != connector.TypeNoOp && p.ConverterName() != converterEvaluate {
			c.statement.where = ceql.Both(c.statement.where, ceql.Rename(c.where, c.searchNames()))
		}
		return nil
	case p.Type == connector.TypeValue && p.VendorName == namedParameters:
		for name := range strings.SplitSeq(p.Name, ",") {
			if name = strings.TrimPrefix(strings.TrimSpace(name), ":"); name != "" {
				c.statement.listed = append(c.statement.listed, name)
			}
		}
		return nil
	case p.Type == connector.TypeValue && p.VendorType == connector.TypeWhere:
		return nil // a condition: constantWhere reads it
	}
	v, ok, err := b.readNamed(p)
	if err != nil {
		return err
	}
	if !ok && p.Required && !c.Lifecycle {
		return fault.New(fault.Invalid, "The %s parameter %s is required for %s %s", p.Type, p.Name, c.Resource.Method, c.Resource.Canonical)
	}
	switch {
	case p.VendorType == connector.TypeHeader || p.VendorType == connector.TypeConfiguration:
		if ok {
			return b.write(p, v)
		}
		return nil
	case p.Type == connector.TypeBody || p.Type == connector.TypePrevBody:
		gjson.ParseBytes(v.raw).ForEach(func(name, member gjson.Result) bool {
			if name.Type == gjson.String {
				c.name(name.String(), value{raw: []byte(member.Raw)}, "")
			}
			return true
		})
	}
	if !ok {
		if _, given := c.statement.values[p.VendorName]; !given {
			c.statement.values[p.VendorName] = nil
		}
		return nil
	}
	c.name(p.VendorName, v, p.VendorDataType)
	return nil
}

// readNamed reads a parameter. Those that page always have a value: a statement cannot leave its LIMIT out.
func (b *binder) readNamed(p *connector.Parameter) (value, bool, error) {
	c := b.call
	if p.Type == connector.TypeQuery && c.Resource.List && (p.Name == "page" || p.Name == "pageSize") {
		c.statement.paging = append(c.statement.paging, p.VendorName)
		switch {
		case p.Name == "pageSize":
			return text(itoa(c.paging.size)), true, nil
		case strings.EqualFold(p.VendorName, "offset"):
			return text(itoa((c.paging.page - 1) * c.paging.size)), true, nil
		}
		return text(c.vendorPage()), true, nil
	}
	v, ok, err := b.read(p)
	if len(v.texts) > 1 {
		v = text(strings.Join(v.texts, ","))
	}
	return v, ok, err
}

// name keeps a value. Hooks see it as a parameter of the provider, and may give another one.
func (c *Call) name(name string, v value, dataType string) {
	c.statement.values[name] = typed(v, dataType)
	for i, p := range c.vendor.parameters {
		if p.name == name {
			c.vendor.parameters[i].value = v.text()
			return
		}
	}
	c.vendor.parameters = append(c.vendor.parameters, pair{name, v.text()})
}

// typed is a value with the type that JSON or the definition gives it.
func typed(v value, dataType string) any {
	raw := v.raw
	if len(v.texts) > 0 {
		raw = typedJSON(v.text(), dataType)
	}
	switch found := gjson.ParseBytes(raw); found.Type {
	case gjson.Null:
		return nil
	case gjson.True, gjson.False:
		return found.Bool()
	case gjson.Number:
		return json.Number(found.Raw)
	case gjson.String:
		return found.String()
	default:
		return json.RawMessage(found.Raw)
	}
}

// named is what a name of the statement stands for: what a hook left of it, else a path variable of that name or, for
// names that namedParameters lists, a member of the body or a query parameter.
func (c *Call) named(name string) (any, bool) {
	bound, declared := c.statement.values[name]
	for _, p := range c.vendor.parameters {
		if p.name != name {
			continue
		}
		if declared && textOf(bound) == p.value {
			return bound, true // with its type
		}
		return p.value, true
	}
	if declared {
		return nil, true
	}
	if found, ok := c.variable(name); ok {
		return found, true
	}
	if !slices.Contains(c.statement.listed, name) {
		return nil, false
	}
	if raw, ok := member(c.body, name); ok {
		return typed(value{raw: raw}, ""), true
	}
	if found, ok := c.Query[name]; ok {
		return found[0], true
	}
	return nil, true
}

func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case json.RawMessage:
		return string(v)
	default:
		return fmt.Sprint(v)
	}
}

// statement runs the SQL of a database connector in place of a provider call (reference/elements.md §7.2). What the
// database refuses is an answer of the provider: hooks see it, and it becomes a fault behind them.
func (g *Gateway) statement(ctx context.Context, c *Call) error {
	if g.databases == nil {
		return notCurrentlySupported()
	}
	base, err := c.baseURL()
	if err != nil {
		return err
	}
	st := database.Statement{
		Text: c.vendor.path, Value: c.named, Where: c.statement.where, Paging: c.statement.paging,
		Skip: (c.paging.page - 1) * c.paging.size, Rows: c.paging.size,
	}
	if len(c.Resource.Before) > 0 && !strings.Contains(st.Text, "{where}") {
		st.Where = nil // a hook did with it what it wanted
	}
	started, sent := g.now(), ""
	st.Observe = func(text string) { sent = text }
	source := database.Source{URL: base, Username: c.Configuration("username"), Password: c.Configuration("password"), Driver: c.Configuration(keyDriver)}
	result, err := g.databases.Run(ctx, source, st)
	var refusal *database.Refusal
	switch {
	case errors.As(err, &refusal):
		c.response = vendorResponse{status: refusal.Status, header: jsonHeader(), said: refusal.Message}
		c.response.body = encode(map[string]string{"message": refusal.Message, "code": refusal.Code})
		err = nil
	case err == nil:
		c.response = vendorResponse{status: http.StatusOK, header: jsonHeader(), body: result.Body}
		c.nextRows(result)
	}
	c.Trace.queried(base, sent, started, g.now().Sub(started), &c.response, err)
	return err
}

// notCurrentlySupported is the original's answer to what the engine cannot run (reference/elements.md §6, kind).
func notCurrentlySupported() error { return database.Unsupported() }

func jsonHeader() http.Header { return http.Header{"Content-Type": {"application/json"}} }

// nextRows sets the token for the rows behind the answer. Of a statement that pages itself nobody knows what is behind its
// own limit; a full page may have a next one then.
func (c *Call) nextRows(result *database.Result) {
	if result.SelfPaged {
		return
	}
	c.paging.scanned = true
	switch {
	case !result.More || c.Resource.PaginationType == connector.PaginationNone:
	case c.pages() && c.Resource.List:
		c.nextToken = pageToken{Page: c.paging.page + 1, PageSize: c.paging.size}.encode()
	default:
		c.remarks = append(c.remarks, fmt.Sprintf("the first %d rows: the statement has more, and this resource has no pages", result.Rows))
	}
}

// asked names what was asked of the provider, for messages. SQL is the definition's and says nothing to a caller.
func (c *Call) asked() string {
	if c.onDatabase() {
		return c.Resource.Method + " " + c.Resource.Canonical
	}
	return c.vendor.method + " " + c.Resource.VendorPath
}

// queried takes down a statement: its text with placeholders, never the values.
func (t *Trace) queried(base, text string, at time.Time, took time.Duration, response *vendorResponse, err error) {
	if t == nil {
		return
	}
	if t.last = len(t.calls) < maxTraceCalls; !t.last {
		t.leftOut++
		return
	}
	call := tracedCall{at: at, duration: took, try: 1}
	call.request = tracedMessage{method: "SQL", url: t.keepText(withoutUser(base), maxTraceURL), body: t.keep([]byte(text))}
	if err != nil {
		call.failure = said(err)
	} else {
		call.response = &tracedMessage{status: response.status, body: t.keep(response.body)}
	}
	t.calls = append(t.calls, call)
}

// withoutUser is the address of a database without user, password and options.
func withoutUser(base string) string {
	base, _, _ = strings.Cut(base, "?")
	if scheme, rest, ok := strings.Cut(base, "//"); ok {
		return scheme + "//" + rest[strings.LastIndexByte(rest, '@')+1:]
	}
	return base
}
