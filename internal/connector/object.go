package connector

// Object is the older description of what a connector deals with (reference/elements.md §10.2). It
// stands in Definition.Objects and in Resource.Object.
type Object struct {
	Wire
	ID             int64  `json:"id"`
	ElementID      int64  `json:"elementId"`
	OwnerAccountID int64  `json:"ownerAccountId"`
	Name           string `json:"name"`
	VendorName     string `json:"vendorName"`
	Description    string `json:"description"`
	Notes          string `json:"notes"`

	PrimaryKeyName    string `json:"primaryKeyName"`
	CreatedDateName   string `json:"createdDateName"`
	CreatedDateFormat string `json:"createdDateFormat"`
	UpdatedDateName   string `json:"updatedDateName"`
	UpdatedDateFormat string `json:"updatedDateFormat"`
	QueryDateName     string `json:"queryDateName"`
	QueryDateFormat   string `json:"queryDateFormat"`
	QueryDateOperator string `json:"queryDateOperator"`

	BulkDownloadEnabled bool `json:"bulkDownloadEnabled"`
	BulkUploadEnabled   bool `json:"bulkUploadEnabled"`
	HulkDownloadEnabled bool `json:"hulkDownloadEnabled"` // spelt so in exports, beside the bulk flags
	HulkUploadEnabled   bool `json:"hulkUploadEnabled"`
	NativeBulkDownload  bool `json:"nativeBulkDownload"`
	NativeBulkUpload    bool `json:"nativeBulkUpload"`

	EventsEnabled         bool   `json:"eventsEnabled"`
	EventCreatedSupported bool   `json:"eventCreatedSupported"`
	EventUpdatedSupported bool   `json:"eventUpdatedSupported"`
	EventDeletedSupported bool   `json:"eventDeletedSupported"`
	VendorEventTypes      string `json:"vendorEventTypes"`

	CustomFields        bool                 `json:"customFields"`
	MetadataDiscovery   bool                 `json:"metadataDiscovery"`
	Migrated            bool                 `json:"migrated"`
	NullsRequired       bool                 `json:"nullsRequired"`
	IsNestedObject      bool                 `json:"isNestedObject"`
	OperationsSupported []string             `json:"operationsSupported"`
	Tags                []string             `json:"tags"`
	SearchConfiguration *SearchConfiguration `json:"searchConfiguration"`
	Fields              []ObjectField        `json:"fields"`
}

// SearchConfiguration says which fields and operators an object can be searched by.
type SearchConfiguration struct {
	Wire
	Fields    []string `json:"fields"`
	Operators []string `json:"operators"`
}

// ObjectField is one field of an Object.
type ObjectField struct {
	Wire
	ID                int64            `json:"id"`
	ObjectID          int64            `json:"objectId"`
	Name              string           `json:"name"`
	Type              string           `json:"type"`
	Format            string           `json:"format"`
	Mask              string           `json:"mask"`
	DisplayName       string           `json:"displayName"`
	SampleValue       string           `json:"sampleValue" wire:"text"`
	Description       string           `json:"description"`
	PrimaryKey        bool             `json:"primaryKey"`
	ReadOnly          bool             `json:"readOnly"`
	Hidden            bool             `json:"hidden"`
	Required          bool             `json:"required"`
	Request           bool             `json:"request"`
	Response          bool             `json:"response"`
	Reference         *ObjectReference `json:"reference"`
	ReferenceObjectID int64            `json:"referenceObjectId"`
}

// ObjectReference is the nested object that a field holds.
type ObjectReference struct {
	Wire
	Name   string        `json:"name"`
	Fields []ObjectField `json:"fields"`
}
