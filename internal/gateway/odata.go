package gateway

import (
	"net/url"
	"strings"

	"jackfield/internal/ceql"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/soap"

	"github.com/tidwall/gjson"
)

// protocolOData is the protocolType of connectors whose provider speaks OData.
const protocolOData = "odata"

func (c *Call) speaksOData() bool {
	return c.Program != nil && c.Program.Connector.ProtocolType == protocolOData
}

// keyLiteral writes the value of a key as it stands in the provider's path. Between quotes a quote is doubled, which is
// how OData says one; a key without quotes is a number, a guid or a date, and nothing that could end it.
func (c *Call) keyLiteral(template, name, content string) (string, error) {
	placeholder := "{" + name + "}"
	at := strings.Index(template, placeholder)
	if at <= 0 {
		return content, nil
	}
	switch before, after := template[at-1], template[at+len(placeholder):]; {
	case before == '\'' && strings.HasPrefix(after, "'"):
		return strings.ReplaceAll(content, "'", "''"), nil
	case c.speaksOData() && (before == '(' || before == '=' || before == ',') && strings.Contains(after, ")") && !isBareKey(content):
		return "", fault.New(fault.Invalid, "The path value of %s must be a number, a guid or a date, not %q", name, content)
	}
	return content, nil
}

// isBareKey reports whether a text can be a key without quotes: digits, letters and what stands in guids and dates.
func isBareKey(text string) bool {
	const longest = 60 // a date with a fraction and an offset has 35
	if text == "" || len(text) > longest {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if strings.IndexByte("0123456789-+.:", c) < 0 {
				return false
			}
		}
	}
	return true
}

// followsLinks takes the address of the next page that an OData service gives when its pages are smaller than what was
// asked for, and reports whether that decides if there is one. Pages are counted until the first such address comes.
func (c *Call) followsLinks() bool {
	if !c.speaksOData() || !c.Resource.List || !c.isList || c.nextToken != "" || c.Resource.NextPageKey != "" || c.Resource.PaginationType != connector.PaginationVendor {
		return false
	}
	link := ""
	for _, path := range []string{`\@odata\.nextLink`, `odata\.nextLink`, "d.__next"} { // versions 4, 3 and 2
		if found := gjson.GetBytes(c.response.body, path); found.Type == gjson.String {
			link = found.Str
			break
		}
	}
	if link = c.ownLink(link); link != "" {
		c.nextToken = pageToken{Link: link, PageSize: c.paging.size}.encode()
	}
	return c.nextToken != "" || c.paging.link != ""
}

// ownLink is the address of the next page at the host that was asked: services behind a proxy name themselves otherwise.
// A link may be relative to the address of the request. Its $top is taken out: it says how many rows are left of the page
// that was asked for, behind which there are more.
func (c *Call) ownLink(link string) string {
	target, err := c.target()
	if err != nil || link == "" {
		return ""
	}
	asked, err := url.Parse(target)
	if err != nil {
		return ""
	}
	next, err := url.Parse(link)
	if err != nil {
		return ""
	}
	next = asked.ResolveReference(next)
	if next.Scheme != asked.Scheme || next.Host != asked.Host {
		asked.RawQuery = next.RawQuery
		next = asked
	}
	var kept []string
	for term := range strings.SplitSeq(next.RawQuery, "&") {
		if name, _, _ := strings.Cut(term, "="); name != "$top" && name != "%24top" && term != "" {
			kept = append(kept, term)
		}
	}
	next.RawQuery, next.Fragment = strings.Join(kept, "&"), ""
	return next.String()
}

// typedWhere gives the values of an expression the kinds that the model has for them: OData compares no text with a number.
func (c *Call) typedWhere(expr ceql.Expr) ceql.Expr {
	model := c.Resource.Model
	if expr == nil || !c.speaksOData() || model == nil {
		return expr
	}
	shape := soap.NewShape(model.Swagger, model.Name)
	if shape == nil {
		return expr
	}
	return ceql.OfTypes(expr, shape.Field)
}
