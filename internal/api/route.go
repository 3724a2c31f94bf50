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
	catalogue                 // as platform; none where the server offers the catalogue to everybody
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

	{"GET", "/elements", catalogue, access.ViewElements, (*API).listElements},
	{"POST", "/elements", platform, access.CreateElements, (*API).createElement},
	{"GET", "/elements/keys", catalogue, access.ViewElements, (*API).listElementKeys},
	{"GET", "/elements/metadata", catalogue, access.ViewElements, (*API).elementsMetadata},
	{"POST", "/elements/convert", platform, access.CreateElements, (*API).convertElement},
	{"GET", "/elements/{keyOrId}", catalogue, access.ViewElements, (*API).readElement},
	{"PUT", "/elements/{keyOrId}", platform, access.EditElements, (*API).replaceElement},
	{"PATCH", "/elements/{keyOrId}", platform, access.EditElements, (*API).changeElement},
	{"DELETE", "/elements/{keyOrId}", platform, access.DeleteElements, (*API).deleteElement},
	{"PUT", "/elements/{keyOrId}/active", platform, access.EditElements, (*API).activateElement},
	{"DELETE", "/elements/{keyOrId}/active", platform, access.EditElements, (*API).deactivateElement},
	{"POST", "/elements/{keyOrId}/clone", platform, access.CreateElements, (*API).cloneElement},
	{"GET", "/elements/{keyOrId}/export", platform, access.ViewElements, (*API).exportElement},
	{"GET", "/elements/{keyOrId}/docs", catalogue, access.ViewElements, (*API).elementDocs},
	{"GET", "/elements/{keyOrId}/lbdocs", catalogue, access.ViewElements, (*API).elementDocs},
	{"GET", "/elements/{keyOrId}/operations/{operationId}/docs", catalogue, access.ViewElements, (*API).elementDocs},
	{"GET", "/elements/{keyOrId}/objects/{objectId}/docs", catalogue, access.ViewElements, (*API).elementObjectDocs},
	{"GET", "/elements/{keyOrId}/metadata", catalogue, access.ViewElements, (*API).elementMetadata},
	{"GET", "/elements/{keyOrId}/transformations", platform, access.ViewElements, (*API).defaultTransformations},
	{"GET", "/elements/{keyOrId}/versions", platform, access.ViewElements, (*API).versions},
	{"GET", "/elements/{keyOrId}/validate", platform, access.ViewElements, (*API).validateElement},
	{"GET", "/elements/{keyOrId}/cheat-sheet", platform, access.ViewElements, (*API).cheatSheet},
	{"GET", "/elements/{keyOrId}/accounts", platform, access.ViewElements, (*API).listShares},
	{"PUT", "/elements/{keyOrId}/accounts/{accountId}", platform, access.EditElements, (*API).shareElement},
	{"DELETE", "/elements/{keyOrId}/accounts/{accountId}", platform, access.EditElements, (*API).unshareElement},
	{"GET", "/elements/{keyOrId}/authentication-types", platform, access.ViewElements, (*API).authenticationTypes},
	{"GET", "/elements/{keyOrId}/authentication-types/{type}/configurations", platform, access.ViewElements, (*API).authenticationConfigurations},

	{"GET", "/elements/{keyOrId}/oauth/url", catalogue, access.ViewElements, (*API).authorizeURL},
	{"POST", "/elements/{keyOrId}/oauth/url", catalogue, access.ViewElements, (*API).authorizeURL},
	{"GET", "/elements/{keyOrId}/oauth/url/default", catalogue, access.ViewElements, (*API).defaultAuthorizeURL},
	{"GET", "/elements/{keyOrId}/oauth/token", catalogue, access.ViewElements, (*API).requestToken},
	{"GET", "/elements/oauthProxies", platform, access.ViewElements, (*API).listProxies},
	{"POST", "/elements/oauthProxies", platform, access.CreateElements, (*API).createProxy},
	{"DELETE", "/elements/oauthProxies/{id}", platform, access.DeleteElements, (*API).deleteProxy},
	{"POST", "/elements/oauthProxies/{id}/applicationUrl", platform, access.EditElements, (*API).allowProxyURL},
	{"DELETE", "/elements/oauthProxies/{id}/applicationUrl", platform, access.EditElements, (*API).removeProxyURL},
	{"GET", "/elements/oauth/proxy", public, "", (*API).passOn},

	{"GET", "/elements/{keyOrId}/configuration", catalogue, access.ViewElements, (*API).listElementConfiguration},
	{"POST", "/elements/{keyOrId}/configuration", platform, access.EditElements, (*API).createElementConfiguration},
	{"PUT", "/elements/{keyOrId}/configuration/{configurationKey}", platform, access.EditElements, (*API).replaceElementConfiguration},
	{"DELETE", "/elements/{keyOrId}/configuration/{configurationKey}", platform, access.EditElements, (*API).deleteElementConfiguration},
	{"PUT", "/elements/{keyOrId}/configurations", platform, access.EditElements, (*API).replaceElementConfigurations},

	{"GET", "/elements/{keyOrId}/parameters", platform, access.ViewElements, (*API).listParameters},
	{"POST", "/elements/{keyOrId}/parameters", platform, access.EditElements, (*API).createParameter},
	{"GET", "/elements/{keyOrId}/parameters/{parameterId}", platform, access.ViewElements, (*API).readParameter},
	{"PUT", "/elements/{keyOrId}/parameters/{parameterId}", platform, access.EditElements, (*API).replaceParameter},
	{"DELETE", "/elements/{keyOrId}/parameters/{parameterId}", platform, access.EditElements, (*API).deleteParameter},
	{"GET", "/elements/{keyOrId}/hooks", platform, access.ViewElements, (*API).listHooks},
	{"POST", "/elements/{keyOrId}/hooks", platform, access.EditElements, (*API).createHook},
	{"GET", "/elements/{keyOrId}/hooks/{hookId}", platform, access.ViewElements, (*API).readHook},
	{"PUT", "/elements/{keyOrId}/hooks/{hookId}", platform, access.EditElements, (*API).replaceHook},
	{"DELETE", "/elements/{keyOrId}/hooks/{hookId}", platform, access.EditElements, (*API).deleteHook},

	{"GET", "/elements/{keyOrId}/resources", platform, access.ViewElements, (*API).listResources},
	{"POST", "/elements/{keyOrId}/resources", platform, access.EditElements, (*API).createResource},
	{"GET", "/elements/{keyOrId}/resources/{resourceId}", platform, access.ViewElements, (*API).readResource},
	{"PUT", "/elements/{keyOrId}/resources/{resourceId}", platform, access.EditElements, (*API).replaceResource},
	{"DELETE", "/elements/{keyOrId}/resources/{resourceId}", platform, access.EditElements, (*API).deleteResource},
	{"GET", "/elements/{keyOrId}/resources/{resourceId}/models", platform, access.ViewElements, (*API).readModel},
	{"POST", "/elements/{keyOrId}/resources/{resourceId}/models", platform, access.EditElements, (*API).putModel},
	{"PUT", "/elements/{keyOrId}/resources/{resourceId}/models", platform, access.EditElements, (*API).putModel},
	{"DELETE", "/elements/{keyOrId}/resources/{resourceId}/models", platform, access.EditElements, (*API).deleteModel},
	{"GET", "/elements/{keyOrId}/resources/{resourceId}/parameters", platform, access.ViewElements, (*API).listParameters},
	{"POST", "/elements/{keyOrId}/resources/{resourceId}/parameters", platform, access.EditElements, (*API).createParameter},
	{"GET", "/elements/{keyOrId}/resources/{resourceId}/parameters/{parameterId}", platform, access.ViewElements, (*API).readParameter},
	{"PUT", "/elements/{keyOrId}/resources/{resourceId}/parameters/{parameterId}", platform, access.EditElements, (*API).replaceParameter},
	{"DELETE", "/elements/{keyOrId}/resources/{resourceId}/parameters/{parameterId}", platform, access.EditElements, (*API).deleteParameter},
	{"GET", "/elements/{keyOrId}/resources/{resourceId}/hooks", platform, access.ViewElements, (*API).listHooks},
	{"POST", "/elements/{keyOrId}/resources/{resourceId}/hooks", platform, access.EditElements, (*API).createHook},
	{"GET", "/elements/{keyOrId}/resources/{resourceId}/hooks/{hookId}", platform, access.ViewElements, (*API).readHook},
	{"PUT", "/elements/{keyOrId}/resources/{resourceId}/hooks/{hookId}", platform, access.EditElements, (*API).replaceHook},
	{"DELETE", "/elements/{keyOrId}/resources/{resourceId}/hooks/{hookId}", platform, access.EditElements, (*API).deleteHook},

	{"GET", "/elements/{keyOrId}/objects", platform, access.ViewElements, (*API).listObjects},
	{"POST", "/elements/{keyOrId}/objects", platform, access.EditElements, (*API).createObject},
	{"GET", "/elements/{keyOrId}/objects/{objectId}", platform, access.ViewElements, (*API).readObject},
	{"PUT", "/elements/{keyOrId}/objects/{objectId}", platform, access.EditElements, (*API).replaceObject},
	{"DELETE", "/elements/{keyOrId}/objects/{objectId}", platform, access.EditElements, (*API).deleteObject},
	{"GET", "/elements/{keyOrId}/objects/{objectId}/fields", platform, access.ViewElements, (*API).listFields},
	{"POST", "/elements/{keyOrId}/objects/{objectId}/fields", platform, access.EditElements, (*API).createField},
	{"GET", "/elements/{keyOrId}/objects/{objectId}/fields/{fieldId}", platform, access.ViewElements, (*API).readField},
	{"PUT", "/elements/{keyOrId}/objects/{objectId}/fields/{fieldId}", platform, access.EditElements, (*API).replaceField},
	{"DELETE", "/elements/{keyOrId}/objects/{objectId}/fields/{fieldId}", platform, access.EditElements, (*API).deleteField},
	{"GET", "/elements/{keyOrId}/models", platform, access.ViewElements, (*API).listModels},
	{"POST", "/elements/{keyOrId}/models", platform, access.EditElements, (*API).createElementModel},
	{"PUT", "/elements/{keyOrId}/models", platform, access.EditElements, (*API).upsertElementModel},
	{"GET", "/elements/{keyOrId}/models/{modelId}", platform, access.ViewElements, (*API).readElementModel},
	{"PUT", "/elements/{keyOrId}/models/{modelId}", platform, access.EditElements, (*API).replaceElementModel},
	{"DELETE", "/elements/{keyOrId}/models/{modelId}", platform, access.EditElements, (*API).deleteElementModel},

	{"GET", "/hubs", catalogue, "", (*API).listHubs},
	{"POST", "/hubs", platform, access.CreateElements, (*API).createHub},
	{"GET", "/hubs/keys", catalogue, "", (*API).listHubKeys},
	{"GET", "/hubs/{hub}", catalogue, "", (*API).readHub},
	{"DELETE", "/hubs/{hub}", platform, access.DeleteElements, (*API).deleteHub},
	{"GET", "/hubs/{hub}/elements", catalogue, access.ViewElements, (*API).listHubElements},
	{"GET", "/docs/{hub}", catalogue, access.ViewElements, (*API).hubDocs},
	{"POST", "/models/{name}/schema", platform, "", (*API).modelSchema},
	{"POST", "/models/{name}/schema/csv", platform, "", (*API).modelFromCSV},
	{"POST", "/models/{name}/csv", platform, "", (*API).modelCSV},
	{"PUT", "/customers/elements/blacklist", platform, "", (*API).hideElements},
	{"DELETE", "/customers/elements/blacklist", platform, "", (*API).showElements},

	{"POST", "/instances", platform, access.CreateElementInstances, (*API).createInstance},
	{"GET", "/instances", platform, "", (*API).listInstances},
	{"PUT", "/instances", instanceToken, access.CreateElementInstances, (*API).replaceInstance},
	{"PATCH", "/instances", instanceToken, access.CreateElementInstances, (*API).changeInstance},
	{"DELETE", "/instances", instanceToken, "", (*API).deleteInstance},
	{"GET", "/instances/count", platform, "", (*API).countInstances},
	{"POST", "/instances/connect-links", platform, access.CreateElementInstances, (*API).createConnectLink},
	{"GET", "/instances/connect-links", platform, access.CreateElementInstances, (*API).listConnectLinks},
	{"GET", "/instances/connect-links/{linkId}", platform, access.CreateElementInstances, (*API).readConnectLink},
	{"DELETE", "/instances/connect-links/{linkId}", platform, access.CreateElementInstances, (*API).deleteConnectLink},
	{"PUT", "/instances/enabled", instanceToken, "", (*API).enableInstance},
	{"DELETE", "/instances/enabled", instanceToken, "", (*API).disableInstance},
	{"GET", "/instances/configuration", instanceToken, "", (*API).listConfiguration},
	{"GET", "/instances/configuration/{configId}", instanceToken, "", (*API).readConfiguration},
	{"PATCH", "/instances/configuration/{configId}", instanceToken, access.CreateElementInstances, (*API).changeConfiguration},

	{"GET", "/instances/docs", instanceToken, "", (*API).instanceDocs},
	{"GET", "/instances/docs/{operationId}", instanceToken, "", (*API).instanceDocs},
	{"GET", "/instances/docs/{operationId}/definitions", instanceToken, "", (*API).operationDefinitions},
	{"GET", "/instances/{id}/docs", platform, "", (*API).instanceDocs},
	{"GET", "/instances/{id}/docs/{operationId}", platform, "", (*API).instanceDocs},
	{"GET", "/instances/{id}/docs/{operationId}/definitions", platform, "", (*API).operationDefinitions},

	{"GET", "/instances/{id}", platform, "", (*API).readInstance},
	{"POST", "/instances/{id}", platform, access.CreateElementInstances, (*API).traceByInstance},
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

	{"PUT", "/instances/trace-logging", instanceToken, "", (*API).startTrace},
	{"DELETE", "/instances/trace-logging", instanceToken, "", (*API).stopTrace},
	{"PUT", "/instances/{id}/trace-logging", platform, "", (*API).startTrace},
	{"DELETE", "/instances/{id}/trace-logging", platform, "", (*API).stopTrace},
	{"GET", "/elements/{keyOrId}/trace/{traceId}", platform, "", (*API).readTrace},

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
	if row.need == catalogue && a.AnonymousCatalog && e.r.Header.Get("Authorization") == "" {
		if _, known := access.PrincipalFrom(ctx); !known {
			return nil // what everybody sees; credentials that are there must be right
		}
	}
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
