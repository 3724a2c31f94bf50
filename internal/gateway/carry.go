package gateway

import "jackfield/internal/catalog"

// valuesOf are the path variables of the next resource of a chain: those of the same name go on, the others are read from
// the answer so far. So POST /contacts can end in GET /contacts/{id}, whose id is in the answer to the first.
func (c *Call) valuesOf(next *catalog.Resource) []string {
	values := make([]string, len(next.Variables))
	for i, name := range next.Variables {
		if value, ok := c.variable(name); ok {
			values[i] = value
			continue
		}
		if root := c.Resource.RootKeyIn; root != "" {
			if raw, ok := member(c.previous, root+"."+name); ok {
				values[i] = rawText(raw)
				continue
			}
		}
		if raw, ok := member(c.previous, name); ok {
			values[i] = rawText(raw)
		}
	}
	return values
}
