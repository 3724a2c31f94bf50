package metadata

import (
	"bytes"
	"encoding/json"
	"strings"

	"jackfield/internal/connector"
)

// Summary is what GET /elements/metadata lists of a connector, and the basic form of
// GET /elements/{id}/metadata (reference/hub-api.md §5.5, elements.md §11.4).
type Summary struct {
	ID                    int64  `json:"id"`
	Key                   string `json:"key"`
	Name                  string `json:"name"`
	Description           string `json:"description"`
	Image                 string `json:"image"`
	Hub                   string `json:"hub"`
	DisplayOrder          int    `json:"displayOrder"`
	Active                bool   `json:"active"`
	Beta                  bool   `json:"beta"`
	Extended              bool   `json:"extended"`
	DefaultAuthentication string `json:"defaultAuthentication"`
	Events                Events `json:"events"`
}

// expanded adds what ?expand=true asks for.
type expanded struct {
	Summary
	Transformations     bool                       `json:"transformations"`
	ElementType         string                     `json:"elementType"`
	Churros             bool                       `json:"churros"`
	NormalizedPaging    bool                       `json:"normalizedPaging"`
	SwaggerValidated    bool                       `json:"swaggerValidated"`
	Cloneable           bool                       `json:"cloneable"`
	Extendable          bool                       `json:"extendable"`
	AuthenticationType  string                     `json:"authenticationType"`
	AuthenticationTypes []string                   `json:"authenticationTypes"`
	Discovery           map[string]json.RawMessage `json:"discovery"`
	Bulk                map[string]json.RawMessage `json:"bulk"`
	API                 map[string]json.RawMessage `json:"api"`
	Usage               struct{}                   `json:"usage"` // counted elsewhere; what an export says of it is another installation's
	Resources           []resource                 `json:"resources"`
}

// defaultDisplayOrder is where a connector stands in a catalogue when its definition does not say.
const defaultDisplayOrder = 100

// stated is the elementMetadata of a definition: facts about the provider that cannot be derived.
type stated struct {
	Image        string
	Description  string
	DisplayOrder *int
	Beta         bool
	Churros      bool
	Swagger      bool `json:"swaggerValidated"`
	ElementType  string

	EventTypes          []string
	PollingResources    []string
	AuthenticationTypes []string

	Discovery, Bulk, API map[string]json.RawMessage

	all map[string]json.RawMessage
}

// statedBy reads elementMetadata. Members of an unexpected type count as absent.
func statedBy(d *connector.Definition) stated {
	var s stated
	_ = json.Unmarshal(d.ElementMetadata, &s.all) // not an object: nothing is stated
	for name, target := range map[string]any{
		"image": &s.Image, "description": &s.Description, "displayOrder": &s.DisplayOrder, "beta": &s.Beta,
		"churros": &s.Churros, "swaggerValidated": &s.Swagger, "elementType": &s.ElementType,
		"eventTypes": &s.EventTypes, "pollingResources": &s.PollingResources, "authenticationTypes": &s.AuthenticationTypes,
		"discovery": &s.Discovery, "bulk": &s.Bulk, "api": &s.API,
	} {
		if raw, ok := s.all[name]; ok {
			_ = json.Unmarshal(raw, target)
		}
	}
	return s
}

func summarize(d *connector.Definition, s stated) Summary {
	order := defaultDisplayOrder
	if s.DisplayOrder != nil {
		order = *s.DisplayOrder
	}
	defaultType, _ := authenticationTypes(d, s)
	return Summary{
		ID: d.ID, Key: d.Key, Name: d.Name, Description: firstOf(d.Description, s.Description),
		Image: firstOf(d.Image, s.Image, d.Logo), Hub: firstOf(d.Hub, connector.DefaultHub), DisplayOrder: order,
		Active: d.Active, Beta: d.Beta || s.Beta && !connector.Has(d, "beta"), Extended: d.Extended,
		DefaultAuthentication: defaultType, Events: eventsOf(d, s),
	}
}

// Element is the answer of GET /elements/{id}/metadata, with expand the one of ?expand=true. What the
// definition's elementMetadata states beyond the derived members is added to the expanded form.
func Element(d *connector.Definition, expand bool) ([]byte, error) {
	s := statedBy(d)
	summary := summarize(d, s)
	if !expand {
		return printed(summary)
	}
	defaultType, types := authenticationTypes(d, s)
	resources := resourcesOf(d, summary.Events)
	derived, err := printed(expanded{
		Summary: summary, Transformations: d.TransformationsEnabled,
		ElementType: firstOf(s.ElementType, d.ProtocolType, "http"),
		Churros:     s.Churros, SwaggerValidated: s.Swagger, NormalizedPaging: pages(d),
		Cloneable: d.Cloneable, Extendable: d.Extendable,
		AuthenticationType: defaultType, AuthenticationTypes: types,
		Discovery: discoveryOf(d, s, resources), Bulk: bulkOf(d, s), API: apiOf(d, s),
		Resources: resources,
	})
	if err != nil {
		return nil, err
	}
	return withStated(s.all, derived)
}

// withStated adds the stated members that derived has not.
func withStated(all map[string]json.RawMessage, derived []byte) ([]byte, error) {
	merged := make(map[string]json.RawMessage, len(all))
	for name, value := range all {
		merged[name] = value
	}
	if err := json.Unmarshal(derived, &merged); err != nil {
		return nil, err
	}
	return printed(merged)
}

// printed is JSON in which the comparisons of a poller's address stay readable.
func printed(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// authenticationTypes are the types that an instance may choose from; most connectors have one.
func authenticationTypes(d *connector.Definition, s stated) (defaultType string, all []string) {
	defaultType = d.Authentication.Type
	if entry := d.Entry("authentication.type"); entry != nil {
		for _, o := range entry.Options {
			all = append(all, o.Value)
		}
		defaultType = firstOf(entry.DefaultValue, defaultType)
	}
	if len(all) == 0 {
		all = s.AuthenticationTypes
	}
	if len(all) == 0 {
		all = []string{firstOf(defaultType, "none")}
	}
	return firstOf(defaultType, all[0]), all
}

// pages reports whether callers page through lists in the platform's way: a pagination setting says
// how to translate page and pageSize, or the resources declare them.
func pages(d *connector.Definition) bool {
	for _, key := range []string{"pagination.type", "pagination.max", "pagination"} {
		if d.Default(key) != "" {
			return true
		}
	}
	for i := range d.Resources {
		for _, p := range d.Resources[i].Parameters {
			if p.Type == connector.TypeQuery && (p.Name == "page" || p.Name == "nextPage") {
				return true
			}
		}
	}
	return false
}

// discoveryOf says whether objects and fields that a customer added at the provider can be found. What
// elementMetadata states under the same name counts; its own names for the same facts are read too.
func discoveryOf(d *connector.Definition, s stated, resources []resource) map[string]json.RawMessage {
	var fields, objects, generic, custom bool
	for i := range d.Resources {
		r := &d.Resources[i]
		if !r.Callable() {
			continue
		}
		switch path := connector.RelativePath(r.Path); {
		case path == "/objects":
			objects = true
		case strings.HasPrefix(path, "/objects/") && strings.HasSuffix(path, "/metadata"):
			fields = true
		case strings.HasPrefix(path, "/{"):
			generic = true
		}
	}
	for _, r := range resources {
		custom = custom || r.CustomField.Get
	}
	for i := range d.Objects {
		fields = fields || d.Objects[i].MetadataDiscovery
	}
	return withDefaults(s.Discovery, map[string]bool{
		"customFields":          fields || isTrue(s.Discovery["supportCustomFieldsDiscovery"]),
		"customObjects":         objects || isTrue(s.Discovery["objectDiscoverySupport"]),
		"endpointCustomFields":  custom || isTrue(s.Discovery["vendorSupportCustomFieldsDiscovery"]),
		"endpointCustomObjects": generic || isTrue(s.Discovery["nativeObjectDiscovery"]),
	})
}

// bulkOf has the switches of the definition, which decide at run time, over what elementMetadata says.
func bulkOf(d *connector.Definition, s stated) map[string]json.RawMessage {
	bulk := withDefaults(s.Bulk, map[string]bool{"upload": d.BulkUploadEnabled, "download": d.BulkDownloadEnabled})
	for name, on := range map[string]bool{"upload": d.BulkUploadEnabled, "download": d.BulkDownloadEnabled} {
		if connector.Has(d, "bulk"+strings.ToUpper(name[:1])+name[1:]+"Enabled") {
			bulk[name] = boolean(on)
		}
	}
	return bulk
}

// apiOf describes the provider's interface.
func apiOf(d *connector.Definition, s stated) map[string]json.RawMessage {
	api := withDefaults(s.API, nil)
	if kind := text(api["type"]); kind == "" || kind == "unknown" {
		kind = d.ProtocolType
		if kind == "" || kind == "http" {
			kind = "rest"
		}
		api["type"] = quoted(kind)
	}
	if text(api["contentType"]) == "" {
		api["contentType"] = quoted(usualContentType(d))
	}
	return api
}

// usualContentType is the media type that most resources answer with.
func usualContentType(d *connector.Definition) string {
	count, usual := map[string]int{}, "application/json"
	for i := range d.Resources {
		if r := d.Resources[i].Response; r != nil && r.ContentType != "" {
			count[r.ContentType]++
			if count[r.ContentType] > count[usual] {
				usual = r.ContentType
			}
		}
	}
	return usual
}

func withDefaults(stated map[string]json.RawMessage, derived map[string]bool) map[string]json.RawMessage {
	all := make(map[string]json.RawMessage, len(stated)+len(derived))
	for name, value := range derived {
		all[name] = boolean(value)
	}
	for name, value := range stated {
		if _, known := derived[name]; known && string(value) != "true" && string(value) != "false" {
			continue // clients check for a boolean
		}
		all[name] = value
	}
	return all
}

func boolean(b bool) json.RawMessage {
	if b {
		return json.RawMessage("true")
	}
	return json.RawMessage("false")
}

func quoted(value string) json.RawMessage {
	data, err := json.Marshal(value)
	if err != nil {
		return json.RawMessage(`""`) // a string always marshals
	}
	return data
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
