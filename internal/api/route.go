package api

import (
	"net/http"

	"jackfield/internal/access"
	"jackfield/internal/fault"
)

// need says which credentials a platform route wants (reference/http-conventions.md §2.2).
type need int

const (
	public        need = iota // none
	platform                  // User + Organization, or Bearer
	bearer                    // Bearer of a login, or User + Organization
	instanceToken             // User + Element
)

// route is one row of the privilege table: every platform route stands here and nowhere else.
type route struct {
	method, pattern string
	need            need
	privilege       string // "" = ownership alone decides
	serve           func(*API, *exchange) error
}

var routes = []route{
	{"POST", "/authentication", public, "", (*API).logIn},
	{"GET", "/authentication/secrets", bearer, "", (*API).secrets},

	{"GET", "/elements", platform, access.ViewElements, (*API).listElements},
	{"GET", "/elements/keys", platform, access.ViewElements, (*API).listElementKeys},
	{"GET", "/elements/{keyOrId}", platform, access.ViewElements, (*API).readElement},
	{"GET", "/hubs", platform, "", (*API).listHubs},
	{"GET", "/hubs/keys", platform, "", (*API).listHubKeys},
	{"GET", "/hubs/{hub}", platform, "", (*API).readHub},
	{"GET", "/hubs/{hub}/elements", platform, access.ViewElements, (*API).listHubElements},

	{"POST", "/instances", platform, access.CreateElementInstances, (*API).createInstance},
	{"GET", "/instances", platform, "", (*API).listInstances},
	{"PUT", "/instances", instanceToken, access.CreateElementInstances, (*API).replaceInstance},
	{"PATCH", "/instances", instanceToken, access.CreateElementInstances, (*API).changeInstance},
	{"DELETE", "/instances", instanceToken, "", (*API).deleteInstance},
	{"GET", "/instances/count", platform, "", (*API).countInstances},
	{"PUT", "/instances/enabled", instanceToken, "", (*API).enableInstance},
	{"DELETE", "/instances/enabled", instanceToken, "", (*API).disableInstance},
	{"GET", "/instances/configuration", instanceToken, "", (*API).listConfiguration},
	{"GET", "/instances/configuration/{configId}", instanceToken, "", (*API).readConfiguration},
	{"PATCH", "/instances/configuration/{configId}", instanceToken, access.CreateElementInstances, (*API).changeConfiguration},

	{"GET", "/instances/{id}", platform, "", (*API).readInstance},
	{"PUT", "/instances/{id}", platform, access.CreateElementInstances, (*API).replaceInstance},
	{"PATCH", "/instances/{id}", platform, access.CreateElementInstances, (*API).changeInstance},
	{"DELETE", "/instances/{id}", platform, "", (*API).deleteInstance},
	{"PUT", "/instances/{id}/enabled", platform, "", (*API).enableInstance},
	{"DELETE", "/instances/{id}/enabled", platform, "", (*API).disableInstance},
	{"GET", "/instances/{id}/configuration", platform, "", (*API).listConfiguration},
	{"GET", "/instances/{id}/configuration/{configId}", platform, "", (*API).readConfiguration},
	{"PATCH", "/instances/{id}/configuration/{configId}", platform, access.CreateElementInstances, (*API).changeConfiguration},

	{"POST", "/elements/{keyOrId}/instances", platform, access.CreateElementInstances, (*API).createInstance},
	{"GET", "/elements/{keyOrId}/instances", platform, "", (*API).listInstances},
	{"GET", "/elements/{keyOrId}/instances/{id}", platform, "", (*API).readInstance},
	{"PUT", "/elements/{keyOrId}/instances/{id}", platform, access.CreateElementInstances, (*API).replaceInstance},
	{"DELETE", "/elements/{keyOrId}/instances/{id}", platform, "", (*API).deleteInstance},

	{"GET", "/usage", platform, "", (*API).listUsage},
	{"GET", "/usage/{id}", platform, "", (*API).readUsage},
}

// platform wraps a handler with what its row of the table demands. Privileges are checked before anything is
// looked up (reference/http-conventions.md §2.2).
func (a *API) platform(row route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		e := exchangeOf(w, r)
		e.r, e.pattern = r, row.method+" "+row.pattern
		if err := a.admit(e, row); err != nil {
			a.fail(e, err)
			return
		}
		if err := row.serve(a, e); err != nil {
			a.fail(e, err)
		}
	}
}

func (a *API) admit(e *exchange, row route) error {
	if row.need == public {
		return nil
	}
	ctx := e.r.Context()
	if principal, ok := access.PrincipalFrom(ctx); ok {
		e.principal = principal
	} else {
		if row.need != instanceToken {
			if err := access.RequirePlatform(e.credentials); err != nil {
				return err
			}
		}
		principal, err := a.Access.Authenticate(ctx, e.credentials)
		if err != nil {
			return err
		}
		e.principal = principal
	}
	if row.need == instanceToken && e.credentials.Element == "" {
		return fault.New(fault.Unauthenticated, "The call needs an Element token: send the header Authorization with Element <token>")
	}
	if row.privilege == "" {
		return nil
	}
	return e.principal.Require(row.privilege)
}
