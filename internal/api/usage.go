package api

import (
	"net/http"
	"time"

	"jackfield/internal/store"
	"jackfield/internal/usage"
)

// readUsage answers GET /usage/{id}: by traffic id or by request id, which are the same here.
func (a *API) readUsage(e *exchange) error {
	found, err := a.Usage.Find(e.r.Context(), e.principal.UsageScope(), e.param("id"))
	if err != nil {
		return err
	}
	return e.json(usage.Wire(*found))
}

// record leaves a usage record of every authenticated request (reference/operations.md §4).
func (a *API) record(e *exchange) {
	switch {
	case e.status == 0:
		e.status = http.StatusOK
		return // a preflight
	case e.call != nil && e.call.Principal != nil:
		a.Gateway.Record(e.call, e.status)
	case e.principal != nil:
		p := e.principal
		a.Usage.Record(store.UsageRecord{
			RequestID: e.id, At: e.started, Duration: time.Since(e.started), Status: e.status,
			Method: e.r.Method, URI: usage.ScrubURI(e.r.URL.RequestURI()), API: e.pattern, IP: remoteIP(e.r),
			OrganizationID: p.Organization.ID, OrganizationExternalID: p.Organization.ExternalID,
			OrganizationName: p.Organization.Name, AccountID: p.Account.ID, UserID: p.User.ID,
		})
	}
}
