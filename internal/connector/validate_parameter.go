package connector

import (
	"fmt"
	"strings"

	"jackfield/internal/ceql"
)

// parameterTypes are the places a value may come from (reference/hub-api.md §3.2, elements.md §5).
func parameterTypes() []string {
	return []string{
		TypeQuery, TypePath, TypeHeader, TypeBody, TypeBodyField, TypeForm, TypeMultipart, TypeFile,
		TypeConfiguration, TypeValue, TypeCustomValue, TypePrevBody, TypePrevBodyField, TypeWhere,
	}
}

// vendorTypes are the places a value may go to.
func vendorTypes() []string {
	return []string{
		TypeQuery, TypePath, TypeHeader, TypeBody, TypeBodyField, TypeBodyToken, TypeForm, TypeMultipart,
		TypeFile, TypeConfiguration, TypeValue, TypeNoOp, TypeWhere,
	}
}

func (c *checker) definitionParameters() {
	for i := range c.d.Parameters {
		p, path := &c.d.Parameters[i], fmt.Sprintf("parameters[%d]", i)
		c.parameter(path, p)
		if p.Type == TypeWhere {
			c.fail(path+".type", "a parameter of type where belongs to a resource that takes a where expression")
		}
	}
}

func (c *checker) parameter(path string, p *Parameter) {
	if p.Name == "" && p.Type != TypeValue && p.Type != TypeBody && p.Type != TypePrevBody {
		c.fail(path+".name", "is missing")
	}
	c.oneOf(path+".type", p.Type, parameterTypes())
	c.oneOf(path+".vendorType", p.VendorType, vendorTypes())
	if p.Source != "" {
		c.oneOf(path+".source", p.Source, []string{SourceRequest, SourceResponse})
	}
	if p.VendorName == "" && p.VendorType != TypeBody && p.VendorType != TypeNoOp && p.VendorType != TypeWhere {
		c.warn(path+".vendorName", "of %q is missing: the value is sent without a name", p.Name)
	}
	c.converter(path, p)
	if p.VendorType == TypeWhere {
		c.constantWhere(path, p)
	}
}

// constantWhere checks a condition that is added to every where expression of a resource.
func (c *checker) constantWhere(path string, p *Parameter) {
	if p.Type != TypeValue {
		c.fail(path+".vendorType", "where takes a constant of type value: a condition such as type = 'ticket'")
		return
	}
	if _, err := ceql.ParseWhere(p.Name); err != nil {
		c.fail(path+".name", "%v", err)
	}
}

func (c *checker) converter(path string, p *Parameter) {
	name := p.ConverterName()
	if name == "" {
		return
	}
	// Unknown converters must import: a connector is useful without its where (reference/clients.md §8.1).
	if !knownConverter(name) {
		c.warn(path+".converter", "%s is not built in: where expressions on this resource are refused", name)
	}
	if other, both := strings.CutPrefix(p.VendorName, converterPrefix); both && other != name {
		c.warn(path+".converter", "%s is used, and vendorName names %s", name, other)
	}
}
