package api

import (
	"encoding/json"
	"mime"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
)

// definition reads a connector from the body, JSON or YAML. The limit is connector.MaxDocument.
func (e *exchange) definition() (*connector.Definition, error) {
	body, err := e.body()
	if err != nil {
		return nil, err
	}
	return connector.Parse(body)
}

func (a *API) createElement(e *exchange) error {
	d, err := e.definition()
	if err != nil {
		return err
	}
	made, err := a.Builder.Create(e.r.Context(), e.principal, d)
	if err != nil {
		return err
	}
	return e.json(made.Shown())
}

func (a *API) replaceElement(e *exchange) error {
	d, err := e.definition()
	if err != nil {
		return err
	}
	changed, err := a.Builder.Replace(e.r.Context(), e.principal, e.param("keyOrId"), d)
	if err != nil {
		return err
	}
	return e.json(changed.Shown())
}

func (a *API) changeElement(e *exchange) error {
	body, err := e.body()
	if err != nil {
		return err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return fault.New(fault.Invalid, "The body must be a JSON object of the members to change")
	}
	changed, err := a.Builder.Merge(e.r.Context(), e.principal, e.param("keyOrId"), members)
	if err != nil {
		return err
	}
	return e.json(changed.Shown())
}

func (a *API) deleteElement(e *exchange) error {
	return e.done(a.Builder.Delete(e.r.Context(), e.principal, e.param("keyOrId")))
}

func (a *API) activateElement(e *exchange) error   { return a.setActive(e, true) }
func (a *API) deactivateElement(e *exchange) error { return a.setActive(e, false) }

func (a *API) setActive(e *exchange, active bool) error {
	changed, err := a.Builder.SetActive(e.r.Context(), e.principal, e.param("keyOrId"), active)
	if err != nil {
		return err
	}
	return e.json(changed.Shown())
}

func (a *API) cloneElement(e *exchange) error {
	made, err := a.Builder.Clone(e.r.Context(), e.principal, e.param("keyOrId"))
	if err != nil {
		return err
	}
	return e.json(made.Shown())
}

// exportElement answers the definition as a file; extendedOnly=true gives the account's additions alone.
func (a *API) exportElement(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	e.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": found.Key + ".json"}))
	if e.r.URL.Query().Get("extendedOnly") == "true" {
		return e.json(found.ExportExtension())
	}
	export := found.Export()
	export.ID = found.ID // doctor-core deletes what it has exported by this id (docs/decisions/0361)
	connector.Show(export, "id")
	return e.json(export)
}

func (a *API) listShares(e *exchange) error {
	shared, err := a.Builder.Shares(e.r.Context(), e.principal, e.param("keyOrId"))
	if err != nil {
		return err
	}
	if shared == nil {
		shared = []int64{}
	}
	return e.json(shared)
}

func (a *API) shareElement(e *exchange) error {
	account, err := e.number("accountId", "account")
	if err != nil {
		return err
	}
	if err := a.Builder.Share(e.r.Context(), e.principal, e.param("keyOrId"), account); err != nil {
		return err
	}
	return a.listShares(e)
}

func (a *API) unshareElement(e *exchange) error {
	account, err := e.number("accountId", "account")
	if err != nil {
		return err
	}
	return e.done(a.Builder.Unshare(e.r.Context(), e.principal, e.param("keyOrId"), account))
}

// hideElements and showElements keep the list of catalogue connectors that an organization does not offer.
func (a *API) hideElements(e *exchange) error { return a.setHidden(e, true) }
func (a *API) showElements(e *exchange) error { return a.setHidden(e, false) }

func (a *API) setHidden(e *exchange, hidden bool) error {
	if !e.principal.OrganizationAdmin() {
		return fault.New(fault.Forbidden, "Only an administrator of the organization may hide elements")
	}
	body, err := e.body()
	if err != nil {
		return err
	}
	var keys []string
	if err := json.Unmarshal(body, &keys); err != nil {
		return fault.New(fault.Invalid, `The body must be an array of element keys, such as ["salesforce"]`)
	}
	ctx, organization := e.r.Context(), e.principal.Organization.ID
	if err := a.DB.SetHiddenConnectors(ctx, organization, keys, hidden); err != nil {
		return err
	}
	all, err := a.DB.HiddenConnectors(ctx, organization)
	if err != nil {
		return err
	}
	if all == nil {
		all = []string{}
	}
	return e.json(all)
}
