package gateway

import (
	"strings"

	"jackfield/internal/ceql"
	"jackfield/internal/connector"
	"jackfield/internal/fault"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// bindWhere sends the caller's expression, with the conditions that the definition always adds.
func (b *binder) bindWhere(p *connector.Parameter) error {
	c := b.call
	if c.where == nil && p.Required && len(c.lifted) == 0 {
		return fault.New(fault.Invalid, "The query parameter where is required for %s %s", c.Resource.Method, c.Resource.Canonical)
	}
	if p.VendorType == connector.TypeNoOp {
		return c.onlyLifted()
	}
	expr, err := c.constantWhere()
	if err != nil {
		return err
	}
	if expr = ceql.Both(expr, ceql.Rename(c.where, c.searchNames())); expr == nil {
		return nil
	}
	converter := p.ConverterName()
	pairs, err := c.convertWhere(p, c.typedWhere(expr), converter)
	if err != nil {
		return err
	}
	for _, term := range pairs {
		if term.value == "" && converter != "toQueryParameters" {
			continue
		}
		if p.VendorType == connector.TypePath {
			b.fill(term.name, term.value)
			continue
		}
		c.vendor.parameters = append(c.vendor.parameters, term)
	}
	return nil
}

// onlyLifted refuses what is left of an expression where nobody takes it: the provider has parameters for some terms, and
// no script reads the rest.
func (c *Call) onlyLifted() error {
	lifts := c.Resource.Lifts()
	if c.where == nil || len(lifts) == 0 || c.Resource.HasHooks() {
		return nil
	}
	terms := make([]string, len(lifts))
	for i, p := range lifts {
		terms[i] = p.Name
		if _, op, _ := ceql.ParseTermName(p.Name); op == ceql.Equal {
			terms[i] += " ="
		}
	}
	return fault.New(fault.Invalid, "where of this resource takes %s, joined by AND, each once: it cannot take %s", strings.Join(terms, ", "), ceql.Print(c.where))
}

// constantWhere joins the conditions that the definition adds to every expression of the resource: constants of
// vendorType where, in CEQL and in the provider's names. Words such as ${configuration.key} stand for values; a condition
// whose value is empty then is left out.
func (c *Call) constantWhere() (ceql.Expr, error) {
	var all ceql.Expr
	for _, p := range c.Resource.Parameters {
		if p.VendorType != connector.TypeWhere || p.Type != connector.TypeValue {
			continue
		}
		expr, err := ceql.ParseWhere(p.Name)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "The condition %q of %s %s is not valid", p.Name, c.Resource.Method, c.Resource.Canonical)
		}
		all = ceql.Both(all, ceql.Fill(expr, c.substitute))
	}
	return all, nil
}

// convertWhere writes the expression in the provider's language. Parameters for the query or the path are returned;
// what goes into the body, a form or a header is put there (docs/connectors.md "Converters").
func (c *Call) convertWhere(p *connector.Parameter, expr ceql.Expr, converter string) ([]pair, error) {
	converted, err := ceql.Convert(converter, expr, c.Instance.Effective)
	if err != nil {
		return nil, err
	}
	name := p.VendorName
	if strings.HasPrefix(name, "converter:") || name == "" {
		name = converted.Name
	}
	place := p.VendorType
	if place == connector.TypeQuery && converted.Place != ceql.PlaceQuery {
		place = converted.Place
	}
	pairs := make([]pair, 0, len(converted.Terms)+1)
	for _, term := range converted.Terms {
		pairs = append(pairs, pair{term.Name, term.Value})
	}
	if converted.Text != "" {
		pairs = append(pairs, pair{name, converted.Text})
	}
	switch place {
	case connector.TypeForm, connector.TypeMultipart:
		c.vendor.form = append(c.vendor.form, pairs...)
	case connector.TypeBody, connector.TypeBodyField:
		return nil, c.whereInBody(place, name, pairs, converted.JSON)
	case connector.TypeHeader:
		for _, term := range pairs {
			if strings.ContainsAny(term.value, "\r\n\x00") {
				return nil, fault.New(fault.Invalid, "where must not contain line breaks on this resource")
			}
			c.vendor.header.Set(term.name, term.value)
		}
	default:
		if len(converted.JSON) > 0 {
			pairs = append(pairs, pair{name, string(converted.JSON)})
		}
		return pairs, nil
	}
	return nil, nil
}

// searchNames are the names that the provider searches by where records call them otherwise, as JSON: where.names is
// {"created_at":"created"}, or has such an object for each object name.
func (c *Call) searchNames() string {
	names := c.Instance.Effective["where.names"]
	if names == "" {
		return ""
	}
	if own := gjson.Get(names, c.Resource.ObjectName); own.IsObject() {
		return own.Raw
	}
	return names
}

// whereInBody puts a converted expression into the JSON body that the call sends: as all of it, as one member, or as
// a member for each condition.
func (c *Call) whereInBody(place, name string, pairs []pair, raw []byte) error {
	vendor := &c.vendor
	if raw == nil && len(pairs) == 0 {
		return nil
	}
	vendor.hasBody = true
	if place == connector.TypeBody {
		vendor.body = raw
		if raw == nil {
			vendor.body = []byte(pairs[0].value)
		}
		return nil
	}
	if len(vendor.body) == 0 {
		vendor.body = []byte("{}")
	}
	if !gjson.ParseBytes(vendor.body).IsObject() {
		return fault.New(fault.Invalid, "The body must be a JSON object to take a where expression")
	}
	set := func(member string, raw []byte) (err error) {
		vendor.body, err = sjson.SetRawBytes(vendor.body, member, raw)
		return err
	}
	var err error
	switch {
	case raw != nil && name == "":
		gjson.ParseBytes(raw).ForEach(func(member, v gjson.Result) bool {
			err = set(member.String(), []byte(v.Raw))
			return err == nil
		})
	case raw != nil:
		err = set(name, raw)
	default:
		for _, term := range pairs {
			if err = set(term.name, quote(term.value)); err != nil {
				break
			}
		}
	}
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "The where expression could not be put into the body")
	}
	return nil
}
