package catalog

import (
	"slices"
	"strings"
	"sync"

	"jackfield/internal/connector"
	"jackfield/internal/credential"
	"jackfield/internal/store"
)

// Connector is one entry of the catalogue as an account sees it.
type Connector struct {
	// Definition is what calls run on: of a system connector that the account has extended, with the additions.
	// Secrets are in clear. Shared: do not change it.
	*connector.Definition

	// Owner is the account that the connector belongs to; store.SystemAccount for the shipped catalogue.
	Owner int64
	// Own is the definition without what an extension added; the same as Definition when there is none.
	Own *connector.Definition
	// Extension is what the account has added to a system connector, nil without additions.
	Extension *connector.Definition

	version int64 // of the stored document
	logo    []byte
	program func() *Program
	shown   func() *connector.Definition
}

// Entry is a system connector with its picture, as a folder holds it.
type Entry struct {
	Definition *connector.Definition
	Logo       []byte // SVG, nil without one

	numbered bool // the parts have their ids
}

func newConnector(def *connector.Definition, owner int64) *Connector {
	c := &Connector{Definition: def, Own: def, Owner: owner}
	c.program = sync.OnceValue(func() *Program { return compile(c) })
	c.shown = sync.OnceValue(func() *connector.Definition { return shown(c.Definition) })
	return c
}

// System reports whether the connector belongs to the shipped catalogue.
func (c *Connector) System() bool { return c.Owner == store.SystemAccount }

// Version grows with every change of a private connector or an extension; 0 for the shipped catalogue.
func (c *Connector) Version() int64 { return c.version }

// Program is the connector compiled for calls. It is compiled on first use and then shared.
func (c *Connector) Program() *Program { return c.program() }

// Shown is the definition as answers show it: with every member that clients count on, and secrets masked. Shared: do
// not change it.
func (c *Connector) Shown() *connector.Definition { return c.shown() }

// Logo is the connector's own picture as SVG, nil when it ships none.
func (c *Connector) Logo() []byte { return c.logo }

// HubKey is the key of the connector's hub. Unlike Program it compiles nothing.
func (c *Connector) HubKey() string {
	if c.Hub == "" {
		return connector.DefaultHub
	}
	return strings.ToLower(c.Hub)
}

// extended is a system connector with an account's additions. Resources and models of the account come after those
// of the catalogue; entries, parameters, hooks and objects of the account replace those of the same name.
func (c *Connector) extended(extension *connector.Definition, version int64) *Connector {
	whole := *c.Definition
	whole.Extended = true
	whole.Resources = slices.Concat(c.Resources, extension.Resources)
	whole.Models = slices.Concat(c.Models, extension.Models)
	whole.Objects = slices.Concat(c.Objects, extension.Objects)
	whole.Hooks = slices.Concat(c.Hooks, extension.Hooks)
	whole.Parameters = slices.Concat(c.Parameters, extension.Parameters)
	whole.Configuration = slices.Clone(c.Configuration)
	for _, e := range extension.Configuration {
		if i := slices.IndexFunc(whole.Configuration, func(o connector.ConfigurationEntry) bool { return o.Key == e.Key }); i >= 0 {
			whole.Configuration[i] = e
		} else {
			whole.Configuration = append(whole.Configuration, e)
		}
	}
	x := newConnector(&whole, c.Owner)
	x.Own, x.Extension, x.version, x.logo = c.Definition, extension, version, c.logo
	return x
}

// shown makes the form of Connector.Shown (reference/clients.md §8.1, reference/elements.md §1).
func shown(def *connector.Definition) *connector.Definition {
	whole := *def
	connector.Show(&whole, "id", "name", "key", "description", "image", "logo", "active", "deleted", "typeOauth", "trialAccount",
		"configuration", "resources", "objects", "models", "transformationsEnabled", "bulkDownloadEnabled", "bulkUploadEnabled",
		"cloneable", "extendable", "beta", "authentication", "hooks", "extended", "useModelsForMetadata", "hub", "protocolType",
		"parameters", "private")
	whole.Configuration = slices.Clone(def.Configuration)
	for i := range whole.Configuration {
		mask(&whole.Configuration[i])
	}
	whole.Resources = slices.Clone(def.Resources)
	for i := range whole.Resources {
		connector.Show(&whole.Resources[i], "id", "type", "parameters", "hooks", "ownerAccountId")
	}
	return &whole
}

// mask hides the default of a secret entry (reference/elements.md §4.3).
func mask(e *connector.ConfigurationEntry) {
	e.DefaultValue = credential.MaskValue(e.Type, e.Key, e.DefaultValue)
}

// Export is the definition as it travels: secrets masked, without the ids, times and owners of its parts, and with the
// arrays that old clients walk over (reference/clients.md §§2 rule 11, 3). The connector's own id stays: old clients
// delete by it. Importing an export makes an equal connector.
func (c *Connector) Export() *connector.Definition {
	if c.Extension != nil {
		return exported(c.Own)
	}
	return exported(c.Definition)
}

// ExportExtension is what the account has added, in the form of an export: private is left out and extended is true,
// so that a second import changes what the first made (reference/clients.md §3). Without additions it has no parts.
func (c *Connector) ExportExtension() *connector.Definition {
	from := c.Extension
	if from == nil {
		from = &connector.Definition{}
	}
	head := *c.Own
	connector.Omit(&head, "private", "defaultTransformations", "elementMetadata", "objectMetadata")
	head.Extra = nil
	head.Extended = true
	head.Resources, head.Models, head.Objects = from.Resources, from.Models, from.Objects
	head.Hooks, head.Parameters, head.Configuration = from.Hooks, from.Parameters, from.Configuration
	return exported(&head)
}

func exported(def *connector.Definition) *connector.Definition {
	whole := *def
	connector.Omit(&whole, "ownerAccountId", "createdDate", "updatedDate")
	connector.Show(&whole, "name", "key", "description", "configuration", "parameters", "hooks", "resources")
	whole.Configuration = slices.Clone(def.Configuration)
	for i := range whole.Configuration {
		connector.Omit(&whole.Configuration[i], "id")
		mask(&whole.Configuration[i])
	}
	whole.Parameters = exportedParameters(def.Parameters)
	whole.Hooks = exportedHooks(def.Hooks)
	whole.Resources = slices.Clone(def.Resources)
	for i := range whole.Resources {
		r := &whole.Resources[i]
		if !named(def.Models, r.ID) {
			connector.Omit(r, "id")
		}
		connector.Omit(r, "ownerAccountId", "createdDate", "updatedDate", "modelId")
		r.Parameters, r.Hooks = exportedParameters(r.Parameters), exportedHooks(r.Hooks)
		if r.Object != nil {
			object := exportedObject(*r.Object)
			r.Object = &object
		}
	}
	whole.Objects = slices.Clone(def.Objects)
	for i := range whole.Objects {
		whole.Objects[i] = exportedObject(whole.Objects[i])
	}
	whole.Models = slices.Clone(def.Models)
	for i := range whole.Models {
		m := &whole.Models[i]
		connector.Omit(m, "id", "elementId", "ownerAccountId")
		m.ModelFields, m.Fields = exportedFields(m.ModelFields), exportedFields(m.Fields)
	}
	return &whole
}

// named reports whether a model names a resource by its id: an import then finds out which resource is meant.
func named(models []connector.Model, resourceID int64) bool {
	for i := range models {
		if slices.ContainsFunc(models[i].Resources, func(r connector.ModelResource) bool { return r.ID == resourceID }) {
			return true
		}
	}
	return false
}

func exportedParameters(all []connector.Parameter) []connector.Parameter {
	all = slices.Clone(all)
	for i := range all {
		connector.Omit(&all[i], "id", "elementId", "resourceId", "createdDate", "updatedDate")
	}
	return all
}

func exportedHooks(all []connector.Hook) []connector.Hook {
	all = slices.Clone(all)
	for i := range all {
		connector.Omit(&all[i], "id", "elementId", "resourceId")
		connector.Show(&all[i], "body") // old clients write it into a file without asking whether it is there
	}
	return all
}

func exportedFields(all []connector.ModelField) []connector.ModelField {
	all = slices.Clone(all)
	for i := range all {
		connector.Omit(&all[i], "id", "modelId", "ownerAccountId", "createdDate", "updatedDate")
	}
	return all
}

func exportedObject(o connector.Object) connector.Object {
	connector.Omit(&o, "id", "elementId", "ownerAccountId")
	o.Fields = slices.Clone(o.Fields)
	for i := range o.Fields {
		connector.Omit(&o.Fields[i], "id", "objectId", "referenceObjectId")
	}
	return o
}
