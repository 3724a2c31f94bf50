package metadata

import (
	"slices"
	"strings"

	"jackfield/internal/connector"
)

// resource is what the expanded metadata says of one object.
type resource struct {
	CanonicalName string         `json:"canonicalName"`
	Operations    []string       `json:"operations"` // search, get, create, update, replace, delete
	Events        resourceEvents `json:"events"`
	Bulk          resourceBulk   `json:"bulk"`
	CustomField   customField    `json:"customField"`
}

type resourceEvents struct {
	Supported  bool     `json:"supported"`
	Methods    []string `json:"methods"`
	EventTypes []string `json:"eventTypes"`
}

type resourceBulk struct {
	Upload   bulkSupport `json:"upload"`
	Download bulkSupport `json:"download"`
}

type bulkSupport struct {
	Supported bool `json:"supported"`
	Native    bool `json:"native"` // through a bulk interface of the provider's own
}

// customField says what can be done with the fields that a customer adds to an object.
type customField struct {
	Get    bool `json:"get"`
	Create bool `json:"create"`
	Update bool `json:"update"`
	Delete bool `json:"delete"`
}

// resourcesOf lists every object that has a path, described or not: its operations can be called.
func resourcesOf(d *connector.Definition, events Events) []resource {
	list := []resource{}
	for _, e := range endpointsOf(d) {
		object := objectNamed(d, e.name)
		list = append(list, resource{
			CanonicalName: e.name,
			Operations:    operations(e),
			Events:        eventsOn(e, object, events),
			Bulk:          bulkOn(d, e, object),
			CustomField:   customFieldsOn(d, e, object),
		})
	}
	return list
}

func operations(e *endpoint) []string {
	names := []string{}
	for _, r := range e.resources {
		name := ""
		switch record := strings.HasSuffix(r.Path, "}"); r.Method {
		case get:
			name = "search"
			if record {
				name = "get"
			}
		case post:
			name = "create"
		case patch:
			name = "update"
		case put:
			name = "replace"
		case del:
			name = "delete"
		}
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func eventsOn(e *endpoint, object *connector.Object, events Events) resourceEvents {
	r := resourceEvents{Methods: []string{}, EventTypes: []string{}}
	for _, way := range []struct {
		method  string
		sources map[string]EventSource
	}{{byPolling, events.Polling}, {byWebhook, events.Webhook}} {
		if source, ok := sourceOf(way.sources, e.name); ok {
			r.Methods = append(r.Methods, way.method)
			r.addTypes(source.EventTypes...)
		}
	}
	if object != nil {
		for name, on := range map[string]bool{"created": object.EventCreatedSupported, "updated": object.EventUpdatedSupported, "deleted": object.EventDeletedSupported} {
			if on {
				r.addTypes(name)
			}
		}
		r.Supported = object.EventsEnabled
	}
	slices.Sort(r.EventTypes)
	r.Supported = r.Supported || len(r.Methods) > 0
	return r
}

func (r *resourceEvents) addTypes(names ...string) {
	for _, name := range names {
		if !slices.Contains(r.EventTypes, name) {
			r.EventTypes = append(r.EventTypes, name)
		}
	}
}

// sourceOf finds the source of an object, or the one that stands for all.
func sourceOf(sources map[string]EventSource, name string) (EventSource, bool) {
	if s, ok := sources[name]; ok {
		return s, true
	}
	key := fold(name)
	for n, s := range sources {
		if fold(n) == key {
			return s, true
		}
	}
	s, ok := sources[anyObject]
	return s, ok
}

// bulkOn says whether an object can be loaded in bulk: the connector must allow it, and the object
// too where it says; else a download needs a list to read and an upload something to create with.
func bulkOn(d *connector.Definition, e *endpoint, object *connector.Object) resourceBulk {
	download, upload := false, false
	for _, r := range e.resources {
		download = download || r.Method == get && !strings.HasSuffix(r.Path, "}")
		upload = upload || r.Method == post
	}
	b := resourceBulk{}
	if object != nil {
		b.Download.Native, b.Upload.Native = object.NativeBulkDownload, object.NativeBulkUpload
		download = saidOr(download, object, object.BulkDownloadEnabled || object.HulkDownloadEnabled, "bulkDownloadEnabled", "hulkDownloadEnabled")
		upload = saidOr(upload, object, object.BulkUploadEnabled || object.HulkUploadEnabled, "bulkUploadEnabled", "hulkUploadEnabled")
	}
	b.Download.Supported = d.BulkDownloadEnabled && download
	b.Upload.Supported = d.BulkUploadEnabled && upload
	return b
}

// saidOr is what an object says under one of the names, or the fallback when it has none of them.
func saidOr(fallback bool, object *connector.Object, says bool, names ...string) bool {
	for _, name := range names {
		if connector.Has(object, name) {
			return says
		}
	}
	return fallback
}

// customFieldsOn looks for resources that manage an object's custom fields, such as
// /contacts/custom-fields/{id}, and for the marks that an object carries.
func customFieldsOn(d *connector.Definition, e *endpoint, object *connector.Object) customField {
	c := customField{Get: object != nil && (object.CustomFields || object.MetadataDiscovery)}
	for i := range d.Resources {
		r := &d.Resources[i]
		if !r.Callable() || !managesCustomFields(connector.RelativePath(r.Path), e.name) {
			continue
		}
		switch r.Method {
		case get:
			c.Get = true
		case post:
			c.Create = true
		case put, patch:
			c.Update = true
		case del:
			c.Delete = true
		}
	}
	return c
}

func managesCustomFields(path, name string) bool {
	first, rest, _ := strings.Cut(strings.Trim(path, "/"), "/")
	if first != name {
		return false
	}
	for segment := range strings.SplitSeq(rest, "/") {
		if fold(segment) == "customfield" {
			return true
		}
	}
	return false
}
