package gateway

import (
	"jackfield/internal/store"
	"jackfield/internal/usage"
)

// Record hands a finished call to the batch writer with the HTTP status it was answered with; nobody waits for
// it. Calls that nobody can be charged with, because the credentials were refused, leave no record.
func (g *Gateway) Record(c *Call, status int) {
	if c.Principal == nil || c.Lifecycle {
		return
	}
	g.EndTrace(c, status)
	if c.started.IsZero() { // refused before it came to Do
		c.started = g.now()
	}
	p := c.Principal
	r := store.UsageRecord{
		RequestID: c.RequestID, At: c.started, Duration: g.now().Sub(c.started), Status: status,
		Method: c.Method, IP: c.RemoteIP,
		OrganizationID: p.Organization.ID, OrganizationExternalID: p.Organization.ExternalID, OrganizationName: p.Organization.Name,
		AccountID: p.Account.ID, UserID: p.User.ID,
	}
	path := c.HubPath
	if c.Instance != nil {
		r.InstanceID, r.InstanceName, r.Tags, r.ConnectorKey = c.Instance.ID, c.Instance.Name, c.Instance.Tags, c.Instance.ConnectorKey
	}
	if c.Program != nil {
		r.ConnectorName, r.Hub = c.Program.Connector.Name, c.Program.Hub
	}
	r.API = c.Method + " " + path
	if c.Resource != nil {
		r.API = c.Resource.Method + " " + c.Resource.Canonical
	}
	r.URI = usage.ScrubURI(requestURI(c))
	g.usage.Record(r)
}

func requestURI(c *Call) string {
	if len(c.Query) == 0 {
		return c.HubPath
	}
	return c.HubPath + "?" + c.Query.Encode()
}
