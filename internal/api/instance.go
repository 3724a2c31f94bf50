package api

import (
	"strconv"

	"jackfield/internal/catalog"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/metadata"
)

// createInstance answers POST /instances and POST /elements/{keyOrId}/instances, where the path wins over the
// element of the body (reference/instances.md §3).
func (a *API) createInstance(e *exchange) error {
	request, err := a.instanceRequest(e)
	if err != nil {
		return err
	}
	connector, err := a.wanted(e, request.Connector)
	if err != nil {
		return err
	}
	made, err := a.provision(e, connector, request)
	if err != nil {
		return err
	}
	if !request.RetrieveObjects {
		return e.json(made.FullWire())
	}
	return e.json(struct {
		*instance.Wire
		Objects []metadata.Object `json:"objects"`
	}{made.FullWire(), metadata.DetailedObjects(connector.Definition)})
}

// provision makes an instance, with a trace when the client wants to see what the provider is asked.
func (a *API) provision(e *exchange, c *catalog.Connector, request *instance.Request) (*instance.Instance, error) {
	if !request.Debug {
		return a.Provision.Create(e.r.Context(), e.principal, c, request)
	}
	trace := a.Gateway.NewTrace(e.id)
	e.traced(trace.ID)
	return a.Provision.CreateTraced(e.r.Context(), e.principal, c, request, trace)
}

// wanted is the connector that a new instance is of.
func (a *API) wanted(e *exchange, reference instance.ConnectorReference) (*catalog.Connector, error) {
	ctx, account := e.r.Context(), e.principal.Account.ID
	if keyOrID := e.param("keyOrId"); keyOrID != "" {
		return a.Catalog.Find(ctx, account, keyOrID)
	}
	switch {
	case reference.Key != "":
		return a.Catalog.FindKey(ctx, account, reference.Key)
	case reference.ID != 0:
		return a.Catalog.Find(ctx, account, strconv.FormatInt(reference.ID, 10))
	}
	return nil, fault.New(fault.Invalid, `The element is missing: name it by {"element": {"key": "…"}}`)
}

func (a *API) instanceRequest(e *exchange) (*instance.Request, error) {
	body, err := e.body()
	if err != nil {
		return nil, err
	}
	request, err := instance.ParseRequest(body)
	if err == nil && request.Proxy.Name != "" {
		request.Proxy = a.proxy(e, request.Proxy.Name)
	}
	return request, err
}

// listInstances answers GET /instances and GET /elements/{keyOrId}/instances.
func (a *API) listInstances(e *exchange) error {
	return a.instancesPage(e, func(q instance.Query) ([]*instance.Instance, string, error) {
		return a.Instances.List(e.r.Context(), e.principal, q)
	})
}

// instancesPage answers a page of instances as the query string wants it.
func (a *API) instancesPage(e *exchange, list func(instance.Query) ([]*instance.Instance, string, error)) error {
	query := e.r.URL.Query()
	size, err := e.pageSize(instance.MaxPageSize)
	if err != nil {
		return err
	}
	wish := instance.Query{Tags: e.list("tags"), SearchText: query.Get("searchText"), NextPage: query.Get("nextPage"), PageSize: size}
	if keyOrID := e.param("keyOrId"); keyOrID != "" {
		connector, err := a.Catalog.Find(e.r.Context(), e.principal.Account.ID, keyOrID)
		if err != nil {
			return err
		}
		wish.ConnectorID = connector.ID
	}
	page, next, err := list(wish)
	if err != nil {
		return err
	}
	e.nextPage(next)
	e.returned(len(page))
	rows := make([]any, len(page))
	for i, found := range page {
		if query.Get("hydrate") == "false" {
			rows[i] = found.BriefWire()
		} else {
			rows[i] = found.Wire()
		}
	}
	return e.json(rows)
}

func (a *API) countInstances(e *exchange) error {
	return e.answered(a.Instances.Count(e.r.Context(), e.principal))
}

func (a *API) readInstance(e *exchange) error {
	found, err := a.instance(e, a.Instances.Find)
	if err != nil {
		return err
	}
	return e.json(found.Wire())
}

// replaceInstance answers PUT: everything given is replaced, and the provider is asked again unless
// reAuthenticate=false.
func (a *API) replaceInstance(e *exchange) error {
	ask := e.r.URL.Query().Get("reAuthenticate") != "false"
	return a.alterInstance(e, func(found *instance.Instance, request *instance.Request) (*instance.Instance, error) {
		return a.Provision.Replace(e.r.Context(), e.principal, found, request, ask)
	})
}

// changeInstance answers PATCH: only what is given changes.
func (a *API) changeInstance(e *exchange) error {
	return a.alterInstance(e, func(found *instance.Instance, request *instance.Request) (*instance.Instance, error) {
		return a.Provision.Change(e.r.Context(), e.principal, found, request)
	})
}

func (a *API) alterInstance(e *exchange, alter func(*instance.Instance, *instance.Request) (*instance.Instance, error)) error {
	found, err := a.instance(e, a.Instances.FindForChange)
	if err != nil {
		return err
	}
	request, err := a.instanceRequest(e)
	if err != nil {
		return err
	}
	changed, err := alter(found, request)
	if err != nil {
		return err
	}
	return e.json(changed.Wire())
}

func (a *API) deleteInstance(e *exchange) error {
	found, err := a.instance(e, a.Instances.FindForChange)
	if err != nil {
		return err
	}
	return e.done(a.Provision.Delete(e.r.Context(), e.principal, found))
}

func (a *API) enableInstance(e *exchange) error  { return a.setEnabled(e, true) }
func (a *API) disableInstance(e *exchange) error { return a.setEnabled(e, false) }

func (a *API) setEnabled(e *exchange, enabled bool) error {
	found, err := a.instance(e, a.Instances.FindForChange)
	if err != nil {
		return err
	}
	if err := a.Instances.SetEnabled(e.r.Context(), found, enabled); err != nil {
		return err
	}
	found.Disabled = !enabled
	return e.json(found.Wire())
}

func (a *API) listConfiguration(e *exchange) error {
	found, err := a.instance(e, a.Instances.Find)
	if err != nil {
		return err
	}
	return e.answered(a.Instances.ConfigurationRows(e.r.Context(), found))
}

func (a *API) readConfiguration(e *exchange) error {
	found, err := a.instance(e, a.Instances.Find)
	if err != nil {
		return err
	}
	id, err := e.number("configId", "configuration")
	if err != nil {
		return err
	}
	return e.answered(a.Instances.ConfigurationRow(e.r.Context(), found, id))
}

func (a *API) changeConfiguration(e *exchange) error {
	found, err := a.instance(e, a.Instances.FindForChange)
	if err != nil {
		return err
	}
	id, err := e.number("configId", "configuration")
	if err != nil {
		return err
	}
	body, err := e.body()
	if err != nil {
		return err
	}
	return e.answered(a.Instances.PatchConfigurationRow(e.r.Context(), found, id, body))
}
