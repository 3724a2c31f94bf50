package connector

import "encoding/json"

// ResourceModel names and describes what a resource takes and answers (reference/elements.md
// §10.1). The definitions stay in their old Swagger dialect: a property's type may be the name of
// another definition.
type ResourceModel struct {
	Wire
	Name           string          `json:"name"`
	Transform      bool            `json:"transform"`
	Swagger        json.RawMessage `json:"swagger"` // map of definitions
	RawSwagger     json.RawMessage `json:"rawSwagger"`
	RequestName    string          `json:"requestName"`
	RequestSwagger json.RawMessage `json:"requestSwagger"` // map of definitions
}

// Model is an element-wide model (reference/elements.md §10.3).
type Model struct {
	Wire
	ID                     int64           `json:"id"`
	ElementID              int64           `json:"elementId"`
	Name                   string          `json:"name"`
	VendorName             string          `json:"vendorName"`
	Description            string          `json:"description"`
	ModelType              string          `json:"modelType"`
	CustomFields           bool            `json:"customFields"`
	NullsRequired          bool            `json:"nullsRequired"`
	SearchableJoins        json.RawMessage `json:"searchableJoins"`
	VendorDocumentationURL string          `json:"vendorDocumentationUrl"`
	Notes                  string          `json:"notes"`
	CommitMessage          string          `json:"commitMessage"`
	IsQA                   bool            `json:"isQA"`
	OwnerAccountID         int64           `json:"ownerAccountId"`
	OwnerCompanyID         int64           `json:"ownerCompanyId"`
	Resources              []ModelResource `json:"resources"`
	ModelFields            []ModelField    `json:"modelFields"`
	Fields                 []ModelField    `json:"fields"` // the name that exports use for ModelFields
	ChildModelIDs          []int64         `json:"childModelIds"`
	ParentModelIDs         []int64         `json:"parentModelIds"`
}

// ModelResource points a model at a resource that uses it.
type ModelResource struct {
	Wire
	ID int64 `json:"id"`
}

// ModelField is one field of a Model. Limits and samples are kept as they came, because exports
// write them as numbers or as text.
type ModelField struct {
	Wire
	ID                               int64           `json:"id"`
	ModelID                          int64           `json:"modelId"`
	OwnerAccountID                   int64           `json:"ownerAccountId"`
	OwnerCompanyID                   int64           `json:"ownerCompanyId"`
	CreatedDate                      string          `json:"createdDate"`
	UpdatedDate                      string          `json:"updatedDate"`
	Name                             string          `json:"name"`
	VendorName                       string          `json:"vendorName"`
	DataType                         *DataType       `json:"dataType"`
	DisplayName                      string          `json:"displayName"`
	SampleValue                      json.RawMessage `json:"sampleValue"`
	Description                      string          `json:"description"`
	Mask                             string          `json:"mask"`
	PrimaryKey                       bool            `json:"primaryKey"`
	PrimaryIdentifier                bool            `json:"primaryIdentifier"`
	ForeignKey                       bool            `json:"foreignKey"`
	RelatedModelID                   int64           `json:"relatedModelId"`
	ObjectNameReference              string          `json:"objectNameReference"`
	MaxLength                        json.RawMessage `json:"maxLength"`
	MinLength                        json.RawMessage `json:"minLength"`
	DefaultValue                     json.RawMessage `json:"defaultValue"`
	Precision                        json.RawMessage `json:"precision"`
	Nullable                         bool            `json:"nullable"`
	Hidden                           bool            `json:"hidden"`
	Ignore                           bool            `json:"ignore"`
	ReadOnly                         bool            `json:"readOnly"`
	SearchOperators                  json.RawMessage `json:"searchOperators"`
	SearchNames                      json.RawMessage `json:"searchNames"`
	EnumValues                       json.RawMessage `json:"enumValues"`
	SubFormat                        string          `json:"subFormat"`
	Subformat                        string          `json:"subformat"` // the spelling that exports use
	CommonField                      json.RawMessage `json:"commonField"`
	ConditionallyRequiredDescription string          `json:"conditionallyRequiredDescription"`
	FieldMethods                     []FieldMethod   `json:"fieldMethods"`
}

// DataType is the JSON type and format of a model field.
type DataType struct {
	Wire
	JSONType string `json:"jsonType"`
	Format   string `json:"format"`
}

// FieldMethod says in which method and direction a field occurs.
type FieldMethod struct {
	Wire
	ID        int64  `json:"id"`
	FieldID   int64  `json:"fieldId"`
	Method    string `json:"method"`
	Direction string `json:"direction"`
	Populated string `json:"populated"`
}
