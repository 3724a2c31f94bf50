package act365

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Probes that write. Every record they make is deleted when the probe is over.

func probeCreate(p *prober) finding {
	answer := p.create("Contacts", map[string]any{"firstName": "Jackfield", "lastName": probeName()})
	whole := answer.object() != nil
	for _, property := range models().contact.properties {
		_, there := answer.object()[property.name]
		whole = whole && there
	}
	return found(answer.status == http.StatusCreated && whole, "status %d, whole record: %v, Location %q",
		answer.status, whole, answer.header.Get("Location"))
}

func probeUnknownMember(p *prober) finding {
	answer := p.create("Contacts", map[string]any{"firstName": "Jackfield", "lastName": probeName(), "jackfieldUnknown": 1})
	return found(answer.status/100 == 2, "status %d", answer.status)
}

func probePut(p *prober) finding {
	made := p.create("Contacts", map[string]any{"firstName": "Jackfield", "lastName": probeName(), "company": "Probe"})
	id := p.idOf(made)
	if id == "" {
		return unclear("no contact could be made: status %d", made.status)
	}
	answer := p.send(http.MethodPut, "Contacts/"+id, map[string]any{"firstName": "Jackfield", "lastName": probeName()})
	company := p.get("Contacts/" + id).object()["company"]
	return found(answer.status == http.StatusOK && company == nil, "status %d, a member left out is null: %v", answer.status, company == nil)
}

// idOf is the id of a record just made, from its body or its address.
func (p *prober) idOf(made probeAnswer) string {
	if id := made.id(); id != "" {
		return id
	}
	at := made.header.Get("Location")
	return at[strings.LastIndexByte(at, '/')+1:]
}

func probeUpdates(p *prober) finding {
	var says []string
	all := true
	for _, kind := range []struct {
		path, property string
		body           map[string]any
	}{
		{"Opportunities", "description", map[string]any{"title": probeName(), "stage": "Leads"}},
		{"Todos", "notes", map[string]any{"subject": probeName()}},
		{"Groups", "description", map[string]any{"name": probeName()}},
	} {
		made := p.create(kind.path, kind.body)
		id := p.idOf(made)
		if id == "" {
			return unclear("no record of %s could be made: status %d", kind.path, made.status)
		}
		whole := map[string]any{kind.property: "put"}
		for name, value := range kind.body {
			whole[name] = value
		}
		at := kind.path + "/" + id
		for _, way := range []struct {
			name  string
			write func() probeAnswer
		}{
			{"PUT /{id}", func() probeAnswer { return p.send(http.MethodPut, at, whole) }},
			{"PATCH /{id}", func() probeAnswer { return p.send(http.MethodPatch, at, map[string]any{kind.property: "patch"}) }},
			{"PATCH by filter", func() probeAnswer {
				return p.send(http.MethodPatch, kind.path, map[string]any{kind.property: "filter"}, "$filter", "id eq "+id)
			}},
		} {
			if answer := way.write(); answer.status/100 != 2 {
				all = false
				says = append(says, fmt.Sprintf("%s %s answers %d", kind.path, way.name, answer.status))
			}
		}
	}
	if all {
		says = []string{"all three ways work on all three"}
	}
	return found(all, "%s", strings.Join(says, ", "))
}

func probePatch(p *prober) finding {
	made := p.create("Contacts", map[string]any{"firstName": "Jackfield", "lastName": probeName()})
	id := p.idOf(made)
	if id == "" {
		return unclear("no contact could be made: status %d", made.status)
	}
	answer := p.send(http.MethodPatch, "Contacts", map[string]any{"jobTitle": "Changed"}, "$filter", "id eq "+id)
	shape := "something else"
	var body any
	if json.Unmarshal(answer.body, &body) == nil {
		switch body.(type) {
		case map[string]any:
			shape = "an object"
		case []any:
			shape = "an array"
		case float64:
			shape = "a number"
		}
	}
	whole := shape == "an object" && answer.id() == id && answer.object()["jobTitle"] == "Changed"
	return found(answer.status == http.StatusOK && whole, "status %d, %s", answer.status, shape)
}

func probeFirstName(p *prober) finding {
	answer := p.create("Contacts", map[string]any{"lastName": probeName()})
	return found(answer.status == http.StatusBadRequest, "status %d", answer.status)
}

func probeGroupName(p *prober) finding {
	name := probeName()
	if first := p.create("Groups", map[string]any{"name": name}); first.status/100 != 2 {
		return unclear("no group could be made: status %d", first.status)
	}
	second := p.create("Groups", map[string]any{"name": name})
	return found(second.status == http.StatusBadRequest, "status %d", second.status)
}

// probeWebhook registers a target that only the provider's own machine could reach, and takes it
// away again at once.
func probeWebhook(p *prober) finding {
	answer := p.create("Webhooks", map[string]any{"event": "contacts_post", "target_url": "http://127.0.0.1:9/jackfield-probe"})
	return found(answer.status/100 == 2 && answer.id() != "", "status %d, has an id: %v", answer.status, answer.id() != "")
}
