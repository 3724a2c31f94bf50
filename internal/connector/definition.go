package connector

import "encoding/json"

// Definition is one connector: how to reach a provider, what an instance must be asked for, and
// which resources it offers (reference/elements.md §1). Every field keeps whether it was absent,
// null or empty, so that what was read is printed again; see Wire.
type Definition struct {
	Wire
	ID          int64  `json:"id"`
	Key         string `json:"key"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Hub         string `json:"hub"`
	Image       string `json:"image"`
	Logo        string `json:"logo"`

	Active       bool `json:"active"`
	Deleted      bool `json:"deleted"`
	Beta         bool `json:"beta"`
	TrialAccount bool `json:"trialAccount"`
	Private      bool `json:"private"`
	TypeOauth    bool `json:"typeOauth"` // true for oauth1 and oauth2
	Cloneable    bool `json:"cloneable"`
	Extendable   bool `json:"extendable"`
	Extended     bool `json:"extended"` // the caller's account has added or overridden resources

	TransformationsEnabled      bool `json:"transformationsEnabled"`
	ChildTransformationsEnabled bool `json:"childTransformationsEnabled"`
	BulkDownloadEnabled         bool `json:"bulkDownloadEnabled"`
	BulkUploadEnabled           bool `json:"bulkUploadEnabled"`
	UseModelsForMetadata        bool `json:"useModelsForMetadata"` // metadata from Models instead of resource models

	ProtocolType     string `json:"protocolType"`     // http, jdbc, soap, odata
	ModelType        string `json:"modelType"`        // basic, standard
	PaginatorVersion string `json:"paginatorVersion"` // V2, V3
	HookName         string `json:"hookName"`

	ConfigDescription          string `json:"configDescription"`
	ExistingAccountDescription string `json:"existingAccountDescription"`
	SignupURL                  string `json:"signupURL"`
	TrialAccountDescription    string `json:"trialAccountDescription"`
	ElementProvisionType       string `json:"elementProvisionType"`

	Authentication         Authentication          `json:"authentication"`
	Configuration          []ConfigurationEntry    `json:"configuration"`
	Parameters             []Parameter             `json:"parameters"` // apply to every resource
	Resources              []Resource              `json:"resources"`
	Hooks                  []Hook                  `json:"hooks"` // run for every resource
	Objects                []Object                `json:"objects"`
	Models                 []Model                 `json:"models"`
	DefaultTransformations []DefaultTransformation `json:"defaultTransformations"`

	ElementMetadata json.RawMessage `json:"elementMetadata"` // input of /metadata, reference/elements.md §11.4
	ObjectMetadata  json.RawMessage `json:"objectMetadata"`

	OwnerAccountID int64  `json:"ownerAccountId"`
	CreatedDate    string `json:"createdDate"` // ISO 8601
	UpdatedDate    string `json:"updatedDate"`
}

// Authentication says how calls are signed (reference/elements.md §9.1).
type Authentication struct {
	Wire
	Type string `json:"type"`
}

// DefaultTransformation names an object mapping that comes with the connector.
type DefaultTransformation struct {
	Wire
	Name       string `json:"name"`
	VendorName string `json:"vendorName"`
}

// Clone copies a definition, so that no part of the copy is shared.
func (d *Definition) Clone() (*Definition, error) {
	text, err := d.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return ParseJSON(text)
}

// Entry finds the configuration entry with the given key. It returns nil when there is none.
func (d *Definition) Entry(key string) *ConfigurationEntry {
	for i := range d.Configuration {
		if d.Configuration[i].Key == key {
			return &d.Configuration[i]
		}
	}
	return nil
}

// Default is the default value of a configuration key, "" when the key is unknown or has none.
func (d *Definition) Default(key string) string {
	if e := d.Entry(key); e != nil {
		return e.DefaultValue
	}
	return ""
}

// ResourcesOfType lists the resources with the given type, in declared order.
func (d *Definition) ResourcesOfType(t string) []*Resource {
	var found []*Resource
	for i := range d.Resources {
		if d.Resources[i].ResourceType() == t {
			found = append(found, &d.Resources[i])
		}
	}
	return found
}
