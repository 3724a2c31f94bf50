package metadata

import (
	"encoding/json"
	"slices"
	"strings"

	"jackfield/internal/connector"
)

// Events says how changes at the provider are noticed (reference/events.md §4).
type Events struct {
	Supported bool                   `json:"supported"`
	Methods   []string               `json:"methods"` // polling, webhook
	Polling   map[string]EventSource `json:"polling"` // by object
	Webhook   map[string]EventSource `json:"webhook"`
}

// EventSource is what changes of one object are reported as, and from where.
type EventSource struct {
	PollURL    string   `json:"pollUrl,omitempty"` // hub path with placeholders, as configured
	EventTypes []string `json:"eventTypes"`        // created, updated, deleted, unknown
}

// Values of Events.Methods.
const (
	byPolling = "polling"
	byWebhook = "webhook"
)

// anyObject stands for every object in event.metadata (reference/events.md §2).
const anyObject = "{objectName}"

// eventsOf derives the events from event.metadata, event.vendor.type and the pollers' configuration;
// elementMetadata may name a method that the configuration does not show.
func eventsOf(d *connector.Definition, s stated) Events {
	e := Events{Methods: []string{}, Polling: pollers(d), Webhook: map[string]EventSource{}}
	var declared struct{ Polling, Webhook map[string]json.RawMessage }
	_ = json.Unmarshal([]byte(d.Default("event.metadata")), &declared) // reported when the definition is checked
	addDeclared(e.Polling, declared.Polling)
	addDeclared(e.Webhook, declared.Webhook)

	kinds := append([]string{d.Default("event.vendor.type")}, s.EventTypes...)
	if len(e.Polling) > 0 || named(kinds, byPolling) {
		e.Methods = append(e.Methods, byPolling)
	}
	if len(e.Webhook) > 0 || named(kinds, byWebhook) {
		e.Methods = append(e.Methods, byWebhook)
	}
	e.Supported = len(e.Methods) > 0
	if len(e.Polling) == 0 && slices.Contains(e.Methods, byPolling) {
		for _, name := range s.PollingResources {
			e.Polling[name] = EventSource{EventTypes: []string{"unknown"}}
		}
		if len(e.Polling) == 0 { // what is polled is left to the instance
			e.Polling[anyObject] = EventSource{EventTypes: []string{"unknown"}}
		}
	}
	return e
}

// named reports whether one of the vendor types means a method: they occur as webhook and webhooks, in
// any case.
func named(kinds []string, method string) bool {
	return slices.ContainsFunc(kinds, func(kind string) bool {
		return strings.HasPrefix(strings.ToLower(strings.TrimSpace(kind)), method)
	})
}

// addDeclared puts what event.metadata says over what the pollers show.
func addDeclared(sources map[string]EventSource, declared map[string]json.RawMessage) {
	for name, raw := range declared {
		var said EventSource
		_ = json.Unmarshal(raw, &said) // not an object: the name counts
		source := sources[name]
		source.PollURL = firstOf(said.PollURL, source.PollURL)
		if len(said.EventTypes) > 0 {
			source.EventTypes = said.EventTypes
		}
		if len(source.EventTypes) == 0 {
			source.EventTypes = []string{"unknown"}
		}
		sources[name] = source
	}
}

// pollers reads what the connector polls by default. The older list of names and lines replaces the
// JSON configuration where it is present (reference/events.md §§2, 3.6).
func pollers(d *connector.Definition) map[string]EventSource {
	configured := pollerEntries(d.Default("event.poller.configuration"))
	lines := strings.FieldsFunc(d.Default("event.poller.urls"), func(r rune) bool { return r == '\n' || r == '\r' })
	if len(lines) == 0 {
		return configured
	}
	listed := map[string]EventSource{}
	for _, line := range lines {
		parts := strings.Split(strings.TrimSpace(line), "|")
		if len(parts) > 1 && strings.Contains(parts[1], "/") {
			listed[parts[0]] = EventSource{PollURL: strings.TrimSpace(parts[1]), EventTypes: eventTypes(part(parts, 6), part(parts, 3))}
			continue
		}
		for _, name := range parts {
			if name = strings.TrimSpace(name); name == "" {
				continue
			}
			source, known := configured[name]
			if !known {
				source.EventTypes = []string{"unknown"}
			}
			listed[name] = source
		}
	}
	return listed
}

func part(parts []string, i int) string {
	if i < len(parts) {
		return strings.TrimSpace(parts[i])
	}
	return ""
}

// pollerEntries reads event.poller.configuration: an object, or a string that holds one.
func pollerEntries(value string) map[string]EventSource {
	raw := json.RawMessage(strings.TrimSpace(value))
	if inner := text(raw); inner != "" {
		raw = json.RawMessage(inner)
	}
	var entries map[string]json.RawMessage
	_ = json.Unmarshal(raw, &entries) // reported when the definition is checked
	sources := map[string]EventSource{}
	for name, raw := range entries {
		var entry struct {
			URL   string `json:"url"`
			Dates struct {
				Created string `json:"createdDateField"`
				Updated string `json:"updatedDateField"`
			} `json:"datesConfiguration"`
		}
		_ = json.Unmarshal(raw, &entry) // an entry of another form is polled in its own way
		sources[name] = EventSource{PollURL: strings.TrimSpace(entry.URL), EventTypes: eventTypes(entry.Dates.Created, entry.Dates.Updated)}
	}
	return sources
}

// eventTypes are the types that polling tells apart by these date fields (reference/events.md §3.4):
// without any date a change has no type, and one field for both is always a creation.
func eventTypes(created, updated string) []string {
	switch {
	case created == "" && updated == "":
		return []string{"unknown"}
	case updated == "" || created == updated:
		return []string{"created"}
	case created == "":
		return []string{"updated"}
	}
	return []string{"created", "updated"}
}
