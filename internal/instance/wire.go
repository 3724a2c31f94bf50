package instance

import (
	"time"

	"jackfield/internal/connector"
)

// Wire is an instance as clients see it, keys in the order of the original (reference/instances.md §1,
// reference/act365.md §7.1). Secrets are masked; only the token is in clear.
type Wire struct {
	ID                     int64             `json:"id"`
	Name                   string            `json:"name"`
	CreatedDate            string            `json:"createdDate"` // ISO 8601, UTC, seconds
	Token                  string            `json:"token"`
	ElementID              int64             `json:"elementId"`
	Tags                   []string          `json:"tags"`
	Valid                  bool              `json:"valid"`
	InvalidReason          string            `json:"invalidReason,omitempty"` // own addition: why not valid
	Disabled               bool              `json:"disabled"`
	MaxCacheSize           int               `json:"maxCacheSize"`    // always 0
	CacheTimeToLive        int               `json:"cacheTimeToLive"` // always 0
	Configuration          map[string]string `json:"configuration"`
	AuthenticationType     string            `json:"authenticationType"`
	EventsEnabled          bool              `json:"eventsEnabled"`
	CallbackURL            string            `json:"eventsNotificationCallbackUrl,omitempty"`
	CachingEnabled         bool              `json:"cachingEnabled"` // always false
	TraceLoggingEnabled    bool              `json:"traceLoggingEnabled"`
	OrganizationID         int64             `json:"organizationId"`
	AccountID              int64             `json:"accountId"`
	ExternalAuthentication string            `json:"externalAuthentication"`
	UserID                 int64             `json:"userId"`
	Element                Element           `json:"element"`
	User                   Creator           `json:"user"`
}

// Element is the connector inside an instance. Lists and reads leave out the large members, which are nil then.
type Element struct {
	ID                         int64                  `json:"id"`
	Name                       string                 `json:"name"`
	Key                        string                 `json:"key"`
	Description                string                 `json:"description"`
	Image                      string                 `json:"image"`
	Logo                       string                 `json:"logo"`
	Active                     bool                   `json:"active"`
	Deleted                    bool                   `json:"deleted"`
	TypeOauth                  bool                   `json:"typeOauth"`
	TrialAccount               bool                   `json:"trialAccount"`
	ConfigDescription          string                 `json:"configDescription,omitempty"`
	ExistingAccountDescription string                 `json:"existingAccountDescription,omitempty"`
	SignupURL                  string                 `json:"signupURL,omitempty"`
	Resources                  *[]connector.Resource  `json:"resources,omitempty"`
	Objects                    *[]connector.Object    `json:"objects,omitempty"`
	TransformationsEnabled     bool                   `json:"transformationsEnabled"`
	BulkDownloadEnabled        bool                   `json:"bulkDownloadEnabled"`
	BulkUploadEnabled          bool                   `json:"bulkUploadEnabled"`
	Cloneable                  bool                   `json:"cloneable"`
	Extendable                 bool                   `json:"extendable"`
	Beta                       bool                   `json:"beta"`
	Authentication             ElementAuthentication  `json:"authentication"`
	Extended                   bool                   `json:"extended"`
	UseModelsForMetadata       bool                   `json:"useModelsForMetadata"`
	Hub                        string                 `json:"hub"`
	ProtocolType               string                 `json:"protocolType"`
	Parameters                 *[]connector.Parameter `json:"parameters,omitempty"`
	Private                    bool                   `json:"private"`
}

// ElementAuthentication is the way a connector authenticates.
type ElementAuthentication struct {
	Type string `json:"type"`
}

// Brief is a row of a list with hydrate=false.
type Brief struct {
	ID       int64        `json:"id"`
	Name     string       `json:"name"`
	Token    string       `json:"token"`
	Tags     []string     `json:"tags"`
	Valid    bool         `json:"valid"`
	Disabled bool         `json:"disabled"`
	Element  BriefElement `json:"element"`
	User     Creator      `json:"user"`
}

// BriefElement names the connector of a Brief.
type BriefElement struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Key  string `json:"key"`
	Hub  string `json:"hub"`
}

// Wire is the instance as reads, lists and changes answer it.
func (i *Instance) Wire() *Wire {
	values := shown(entries(i.Definition), i.Configuration)
	return &Wire{
		ID: i.ID, Name: i.Name, CreatedDate: i.CreatedAt.UTC().Format(time.RFC3339), Token: i.Token,
		ElementID: i.ConnectorID, Tags: listed(i.Tags), Valid: i.Valid, InvalidReason: i.InvalidReason, Disabled: i.Disabled,
		Configuration: values, AuthenticationType: i.AuthenticationType,
		TraceLoggingEnabled: i.Traced(time.Now()), EventsEnabled: i.EventsEnabled(), CallbackURL: values[keyCallbackURL],
		OrganizationID: i.OrganizationID, AccountID: i.AccountID,
		ExternalAuthentication: i.ExternalAuthentication, UserID: i.UserID,
		Element: element(i), User: i.Creator,
	}
}

// FullWire is the instance as POST answers it: with the connector's resources, objects and parameters.
func (i *Instance) FullWire() *Wire {
	w := i.Wire()
	if def := i.Definition; def != nil {
		resources, objects, parameters := listed(def.Resources), listed(def.Objects), listed(def.Parameters)
		w.Element.Resources, w.Element.Objects, w.Element.Parameters = &resources, &objects, &parameters
	}
	return w
}

// BriefWire is the instance as lists with hydrate=false answer it.
func (i *Instance) BriefWire() *Brief {
	e := element(i)
	return &Brief{
		ID: i.ID, Name: i.Name, Token: i.Token, Tags: listed(i.Tags), Valid: i.Valid, Disabled: i.Disabled,
		Element: BriefElement{ID: e.ID, Name: e.Name, Key: e.Key, Hub: e.Hub}, User: i.Creator,
	}
}

func element(i *Instance) Element {
	def := i.Definition
	if def == nil {
		return Element{ID: i.ConnectorID, Key: i.ConnectorKey, Name: i.ConnectorKey, Deleted: true,
			Authentication: ElementAuthentication{Type: i.AuthenticationType}}
	}
	return Element{
		ID: def.ID, Name: def.Name, Key: def.Key, Description: def.Description, Image: def.Image, Logo: def.Logo,
		Active: def.Active, Deleted: def.Deleted, TypeOauth: def.TypeOauth, TrialAccount: def.TrialAccount,
		ConfigDescription: def.ConfigDescription, ExistingAccountDescription: def.ExistingAccountDescription,
		SignupURL:              def.SignupURL,
		TransformationsEnabled: def.TransformationsEnabled, BulkDownloadEnabled: def.BulkDownloadEnabled,
		BulkUploadEnabled: def.BulkUploadEnabled, Cloneable: def.Cloneable, Extendable: def.Extendable, Beta: def.Beta,
		Authentication: ElementAuthentication{Type: def.Authentication.Type}, Extended: def.Extended,
		UseModelsForMetadata: def.UseModelsForMetadata, Hub: def.Hub, ProtocolType: def.ProtocolType, Private: def.Private,
	}
}

// listed makes a missing list an empty one: clients take no null.
func listed[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
