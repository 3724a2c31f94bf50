package connector

// Parameter moves one value from our side of a call to the provider's (reference/elements.md §5,
// reference/hub-api.md §3.2). With Source "response" the sides are swapped.
type Parameter struct {
	Wire
	ID          int64  `json:"id"`
	ElementID   int64  `json:"elementId"`
	ResourceID  int64  `json:"resourceId"`
	CreatedDate string `json:"createdDate"`
	UpdatedDate string `json:"updatedDate"`

	Name           string `json:"name"` // our side; for TypeValue the literal itself
	Type           string `json:"type"`
	VendorName     string `json:"vendorName"`
	VendorType     string `json:"vendorType"`
	DataType       string `json:"dataType"`
	VendorDataType string `json:"vendorDataType"`
	Source         string `json:"source"`    // "" and "request" mean the request
	Converter      string `json:"converter"` // of the where expression, see ConverterName
	Required       bool   `json:"required"`
	Description    string `json:"description"`
	SampleData     string `json:"sampleData" wire:"text"`
}

// Where a parameter's value comes from (Type) or goes to (VendorType).
const (
	TypeQuery         = "query"
	TypePath          = "path"
	TypeHeader        = "header"
	TypeBody          = "body"
	TypeBodyField     = "bodyField"
	TypeBodyToken     = "bodyToken" // VendorType only: fills {name} in a body template
	TypeForm          = "form"
	TypeMultipart     = "multipart"
	TypeFile          = "file"
	TypeConfiguration = "configuration"
	TypeValue         = "value"
	TypeCustomValue   = "customValue"
	TypePrevBody      = "prevBody"
	TypePrevBodyField = "prevBodyField"
	TypeNoOp          = "no-op" // VendorType only: seen by hooks, not sent

	// TypeWhere is Jackfield's own: the value is lifted out of the where expression, from a
	// top-level AND equality whose attribute is Name (docs/connectors.md). As a VendorType it adds the
	// constant Name, a condition, to every expression.
	TypeWhere = "where"
)

// Values of Parameter.Source.
const (
	SourceRequest  = "request"
	SourceResponse = "response"
)

// FromResponse reports whether the value is taken from the provider's answer.
func (p *Parameter) FromResponse() bool { return p.Source == SourceResponse }

const converterPrefix = "converter:"

// ConverterName is the converter that rewrites the where expression for the provider, "" when the
// expression is sent as it is. Exports name it in converter, in vendorName, or in both.
func (p *Parameter) ConverterName() string {
	if p.Converter != "" {
		return p.Converter
	}
	if len(p.VendorName) > len(converterPrefix) && p.VendorName[:len(converterPrefix)] == converterPrefix {
		return p.VendorName[len(converterPrefix):]
	}
	return ""
}
