package api

import (
	"encoding/json"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// hub is a category of connectors (reference/elements.md §2).
type hub struct {
	ID          int64                 `json:"id"`
	Key         string                `json:"key"`
	Name        string                `json:"name"`
	Description string                `json:"description"`
	VideoLink   string                `json:"videoLink"`
	Active      bool                  `json:"active"`
	Resources   *[]connector.Resource `json:"resources,omitempty"` // with hydrate=true
}

// hubs lists the hubs that have a connector, then those that the account has added.
func (a *API) hubs(e *exchange) ([]hub, error) {
	view, err := a.view(e)
	if err != nil {
		return nil, err
	}
	all := []hub{}
	seen := map[string]bool{}
	for i, key := range view.Hubs() {
		seen[key] = true
		all = append(all, hub{ID: int64(i + 1), Key: key, Name: hubName(key), Active: true})
	}
	if e.principal == nil {
		return all, nil
	}
	own, err := a.DB.For(e.principal.Account.ID).Hubs(e.r.Context())
	if err != nil {
		return nil, err
	}
	for _, h := range own {
		made := hubOf(h)
		if !seen[h.Key] {
			all = append(all, made)
			continue
		}
		for i := range all {
			if all[i].Key == h.Key {
				all[i] = made
			}
		}
	}
	return all, nil
}

func hubOf(h store.Hub) hub {
	return hub{ID: h.ID, Key: h.Key, Name: h.Name, Description: h.Description, VideoLink: h.VideoLink, Active: h.Active}
}

// hubName is the label of a hub: short keys are abbreviations.
func hubName(key string) string {
	if len(key) <= 3 {
		return strings.ToUpper(key)
	}
	return strings.ToUpper(key[:1]) + key[1:]
}

// listHubs answers GET /hubs; hydrate=true adds the resources of each hub's connectors, each path once.
func (a *API) listHubs(e *exchange) error {
	all, err := a.hubs(e)
	if err != nil {
		return err
	}
	page, err := e.cut(len(all))
	if err != nil {
		return err
	}
	all = all[page.from:page.to]
	if e.r.URL.Query().Get("hydrate") == "true" {
		if err := a.hydrate(e, all); err != nil {
			return err
		}
	}
	e.nextPage(page.next)
	e.returned(len(all))
	return e.json(all)
}

func (a *API) hydrate(e *exchange, all []hub) error {
	view, err := a.view(e)
	if err != nil {
		return err
	}
	for i := range all {
		resources := []connector.Resource{}
		seen := map[string]bool{}
		for _, c := range view.All() {
			if c.HubKey() != all[i].Key {
				continue
			}
			for _, r := range c.Shown().Resources {
				if name := r.Method + " " + r.Path; r.ResourceType() == connector.ResourceAPI && !seen[name] {
					seen[name] = true
					connector.Omit(&r, "parameters", "hooks", "model", "object", "response")
					resources = append(resources, r)
				}
			}
		}
		all[i].Resources = &resources
	}
	return nil
}

func (a *API) listHubKeys(e *exchange) error {
	all, err := a.hubs(e)
	if err != nil {
		return err
	}
	keys := make([]string, 0, len(all))
	for _, h := range all {
		keys = append(keys, h.Key)
	}
	return e.pageOfKeys(keys)
}

func (a *API) readHub(e *exchange) error {
	all, err := a.hubs(e)
	if err != nil {
		return err
	}
	for _, h := range all {
		if h.Key == e.param("hub") {
			return e.json(h)
		}
	}
	return fault.New(fault.NotFound, "No hub found with key %s", e.param("hub"))
}

// createHub answers POST /hubs. The key is derived from the name when it is absent.
func (a *API) createHub(e *exchange) error {
	body, err := e.body()
	if err != nil {
		return err
	}
	wanted := struct {
		Key, Name, Description, VideoLink string
		Active                            *bool
	}{}
	if err := json.Unmarshal(body, &wanted); err != nil {
		return fault.New(fault.Invalid, "The hub is not valid JSON: %v", err)
	}
	made := store.Hub{Key: strings.ToLower(wanted.Key), Name: wanted.Name, Description: wanted.Description, VideoLink: wanted.VideoLink, Active: true}
	if wanted.Active != nil {
		made.Active = *wanted.Active
	}
	if made.Key == "" {
		made.Key = connector.KeyFromName(made.Name)
	}
	if made.Key == "" || strings.ContainsAny(made.Key, "/?#% ") {
		return fault.New(fault.Invalid, "The hub needs a key or a name to make one from; the key stands in URLs")
	}
	if made.Name == "" {
		made.Name = hubName(made.Key)
	}
	all, err := a.hubs(e)
	if err != nil {
		return err
	}
	for _, h := range all {
		if h.Key == made.Key {
			return fault.New(fault.Conflict, "A hub with the key %s is there already", made.Key)
		}
	}
	if err := a.DB.For(e.principal.Account.ID).CreateHub(e.r.Context(), &made); err != nil {
		return err
	}
	return e.json(hubOf(made))
}

// deleteHub removes a hub that the account has added. The hubs of the catalogue stay: Forbidden.
func (a *API) deleteHub(e *exchange) error {
	key := e.param("hub")
	err := a.DB.For(e.principal.Account.ID).DeleteHub(e.r.Context(), key)
	if fault.Is(err, fault.NotFound) {
		view, failed := a.view(e)
		if failed != nil {
			return failed
		}
		for _, c := range view.All() {
			if c.HubKey() == key {
				return fault.New(fault.Forbidden, "The hub %s has connectors of the catalogue and cannot be deleted", key)
			}
		}
	}
	if err != nil {
		return err
	}
	return e.empty()
}

func (a *API) listHubElements(e *exchange) error {
	view, err := a.view(e)
	if err != nil {
		return err
	}
	var rows []*connector.Definition
	for _, c := range view.All() {
		if c.HubKey() == e.param("hub") {
			rows = append(rows, abridge(c.Definition))
		}
	}
	page, err := e.cut(len(rows))
	if err != nil {
		return err
	}
	if rows = rows[page.from:page.to]; len(rows) == 0 {
		return fault.New(fault.NotFound, "No elements found")
	}
	e.nextPage(page.next)
	e.returned(len(rows))
	return e.json(rows)
}
