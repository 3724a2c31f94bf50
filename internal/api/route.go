package api

import (
	"net/http"
	"strings"

	"jackfield/internal/access"
	"jackfield/internal/audit"
	"jackfield/internal/branding"
	"jackfield/internal/fault"
	"jackfield/internal/signon"
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

// scope says whose things a route reaches; what is outside answers as if it were not there. docs/privileges.md and the
// matrix test are made from it.
type scope string

const (
	anybody        scope = "anybody"        // nothing of a tenant
	self           scope = "self"           // the caller
	catalogueOf    scope = "catalogue"      // connectors that the caller's account sees
	account        scope = "account"        // the caller's account; for administrators of the organization any of its accounts
	anyAccount     scope = "any account"    // as account; for administrators of the customer also every account of its organizations
	instanceOf     scope = "instance"       // an instance that the caller may use
	organization   scope = "organization"   // the caller's organization
	administration scope = "administration" // the caller's organization; for its administrators alone
	customer       scope = "customer"       // organizations of the caller's customer; for administrators of the customer alone
)

// route is one row of the privilege table: every platform route stands here and nowhere else.
type route struct {
	method, pattern string
	need            need
	privilege       string // "" = ownership alone decides; "a|b" = one of them is enough
	scope           scope
	serve           func(*API, *exchange) error
}

// Where more than one privilege is enough.
const (
	viewUsers = access.ViewUsersOrg + "|" + access.ViewUsersAccount
	addUsers  = access.AddUsersOrg + "|" + access.AddUsersAccount
	editUsers = access.EditUsersOrg + "|" + access.EditUsersAccount
	viewLogs  = access.ViewLogsOrg + "|" + access.ViewLogsAccount
)

var routes = []route{
	{"POST", "/authentication", public, "", anybody, (*API).logIn},
	{"GET", "/authentication/secrets", bearer, "", self, (*API).secrets},
	{"GET", "/users/me/secrets", platform, "", self, (*API).listUserSecrets},
	{"PUT", "/users/me/secret", platform, "", self, (*API).rotateUserSecret},
	{"DELETE", "/users/me/secrets", platform, "", self, (*API).endUserOverlap},
	{"GET", "/users/me/api-keys", platform, "", self, (*API).listAPIKeys},
	{"POST", "/users/me/api-keys", platform, "", self, (*API).createAPIKey},
	{"DELETE", "/users/me/api-keys/{keyId}", platform, "", self, (*API).deleteAPIKey},
	{"GET", "/users/{id}/secrets", platform, editUsers, account, (*API).listUserSecrets},
	{"PUT", "/users/{id}/secret", platform, editUsers, account, (*API).rotateUserSecret},
	{"DELETE", "/users/{id}/secrets", platform, editUsers, account, (*API).endUserOverlap},
	{"GET", "/users/{id}/api-keys", platform, editUsers, account, (*API).listAPIKeys},
	{"POST", "/users/{id}/api-keys", platform, editUsers, account, (*API).createAPIKey},
	{"DELETE", "/users/{id}/api-keys/{keyId}", platform, editUsers, account, (*API).deleteAPIKey},
	{"GET", "/organizations/me/secrets", platform, access.ModifySecurity, organization, (*API).listOrganizationSecrets},
	{"PUT", "/organizations/me/secret", platform, access.ModifySecurity, organization, (*API).rotateOrganizationSecret},
	{"DELETE", "/organizations/me/secrets", platform, access.ModifySecurity, organization, (*API).endOrganizationOverlap},
	{"PUT", "/instances/token", instanceToken, access.CreateElementInstances, instanceOf, (*API).rotateToken},
	{"PUT", "/instances/{id}/token", platform, access.CreateElementInstances, instanceOf, (*API).rotateToken},
	{"GET", "/instances/{id}/tokens", platform, "", instanceOf, (*API).listTokens},
	{"DELETE", "/instances/{id}/tokens", platform, access.CreateElementInstances, instanceOf, (*API).endTokenOverlap},
	{"POST", "/authentication/passwords", bearer, "", self, (*API).setOwnPassword},
	{"PUT", "/authentication/passwords", public, "", anybody, (*API).changePassword},
	{"POST", "/authentication/passwords/reset", public, "", anybody, (*API).requestReset},
	{"PUT", "/authentication/passwords/reset", public, "", anybody, (*API).resetPassword},
	{"GET", "/organizations/password-policies", platform, "", organization, (*API).readPolicy},
	{"PUT", "/organizations/password-policies", platform, access.ModifySecurity, organization, (*API).putPolicy},
	{"DELETE", "/organizations/password-policies", platform, access.ModifySecurity, organization, (*API).resetPolicy},
	{"GET", "/mails", platform, access.ModifySecurity, organization, (*API).listMails},
	{"GET", "/mails/{id}", platform, access.ModifySecurity, organization, (*API).readMail},

	{"GET", "/users", platform, viewUsers, account, (*API).listUsers},
	{"GET", "/users/{user}", platform, viewUsers, account, (*API).readUser},
	{"PATCH", "/users/{user}", platform, editUsers, account, (*API).changeUser},
	{"DELETE", "/users/{user}", platform, access.DeleteUsersOrg + "|" + access.DeleteUsersAccount, account, (*API).deleteUser},
	{"GET", "/users/{user}/roles", platform, viewUsers, account, (*API).listUserRoles},
	{"PUT", "/users/{user}/roles/{roleKey}", platform, editUsers, account, (*API).grantUserRole},
	{"DELETE", "/users/{user}/roles/{roleKey}", platform, editUsers, account, (*API).revokeUserRole},
	{"GET", "/organizations/users", platform, access.ViewUsersOrg, account, (*API).listUsers},
	{"POST", "/organizations/users", platform, access.AddUsersOrg, account, (*API).createUser},
	{"GET", "/organizations/users/{user}", platform, access.ViewUsersOrg, account, (*API).readUser},
	{"PATCH", "/organizations/users/{user}", platform, editUsers, account, (*API).changeUser},
	{"DELETE", "/organizations/users/{user}", platform, access.DeleteUsersOrg, account, (*API).deleteUser},
	{"GET", "/accounts/{id}/users", platform, access.ViewUsersAccount, account, (*API).listUsers},
	{"POST", "/accounts/{id}/users", platform, access.AddUsersAccount, account, (*API).createUser},
	{"GET", "/accounts/{id}/users/{user}", platform, access.ViewUsersAccount, account, (*API).readUser},
	{"PATCH", "/accounts/{id}/users/{user}", platform, access.EditUsersAccount, account, (*API).changeUser},
	{"PUT", "/accounts/{id}/users/{user}", platform, access.EditUsersAccount, account, (*API).replaceUser},
	{"DELETE", "/accounts/{id}/users/{user}", platform, access.DeleteUsersAccount, account, (*API).deleteUser},

	{"GET", "/accounts", platform, "", account, (*API).listAccounts},
	{"POST", "/accounts", platform, "", administration, (*API).createAccount},
	{"GET", "/accounts/instances", platform, "", instanceOf, (*API).listAccountInstances},
	{"GET", "/accounts/{id}", platform, "", account, (*API).readAccount},
	{"PATCH", "/accounts/{id}", platform, "", administration, (*API).changeAccount},
	{"PUT", "/accounts/{id}", platform, "", administration, (*API).replaceAccount},
	{"DELETE", "/accounts/{id}", platform, "", administration, (*API).deleteAccount},
	{"GET", "/accounts/{id}/instances", platform, "", instanceOf, (*API).listAccountInstances},
	{"GET", "/accounts/{id}/settings", platform, "", account, (*API).readAccountSettings},
	{"POST", "/accounts/{id}/settings", platform, access.EditUsersAccount, account, (*API).changeAccountSettings},
	{"PATCH", "/accounts/{id}/settings", platform, access.EditUsersAccount, account, (*API).changeAccountSettings},
	{"GET", "/accounts/{id}/roles", platform, access.ViewUsersAccount, account, (*API).listAccountRoles},
	{"PUT", "/accounts/{id}/roles/{roleKey}", platform, access.EditUsersAccount, account, (*API).grantAccountRole},
	{"DELETE", "/accounts/{id}/roles/{roleKey}", platform, access.EditUsersAccount, account, (*API).revokeAccountRole},

	{"GET", "/organizations/me", platform, "", organization, (*API).readOwnOrganization},
	{"PUT", "/organizations/me", platform, "", administration, (*API).renameOwnOrganization},
	{"POST", "/organizations", platform, "", customer, (*API).createOrganization},
	{"GET", "/organizations/{id}/accounts", platform, "", organization, (*API).listOrganizationAccounts},
	{"POST", "/organizations/{id}/accounts", platform, "", administration, (*API).createOrganizationAccount},
	{"GET", "/organizations/{id}/accounts/{accountId}", platform, "", organization, (*API).readOrganizationAccount},
	{"GET", "/organizations/privileges", platform, "", anybody, (*API).listPrivileges},
	{"GET", "/organizations/roles", platform, access.ConfigureRoles, organization, (*API).listRoles},
	{"GET", "/organizations/roles/grantable", platform, addUsers + "|" + editUsers, organization, (*API).listGrantableRoles},
	{"PUT", "/organizations/roles", platform, access.ConfigureRoles, organization, (*API).replaceRoles},
	{"POST", "/organizations/roles", platform, access.ConfigureRoles, organization, (*API).createRole},
	{"PUT", "/organizations/roles/reset", platform, access.ConfigureRoles, organization, (*API).resetRoles},
	{"PUT", "/organizations/roles/{roleId}", platform, access.ConfigureRoles, organization, (*API).replaceRole},
	{"DELETE", "/organizations/roles/{roleId}", platform, access.ConfigureRoles, organization, (*API).deleteRole},
	{"GET", "/customers/me", platform, "", self, (*API).readCustomer},
	{"GET", "/customers/organizations", platform, "", customer, (*API).listCustomerOrganizations},
	{"GET", "/customers/organizations/{id}", platform, "", customer, (*API).readCustomerOrganization},
	{"DELETE", "/customers/organizations/{id}", platform, "", customer, (*API).deleteCustomerOrganization},
	{"POST", "/customers/signup", platform, "", customer, (*API).signUp},

	{"GET", "/elements", catalogue, access.ViewElements, catalogueOf, (*API).listElements},
	{"POST", "/elements", platform, access.CreateElements, account, (*API).createElement},
	{"GET", "/elements/keys", catalogue, access.ViewElements, catalogueOf, (*API).listElementKeys},
	{"GET", "/elements/metadata", catalogue, access.ViewElements, catalogueOf, (*API).elementsMetadata},
	{"POST", "/elements/convert", platform, access.CreateElements, account, (*API).convertElement},
	{"GET", "/elements/{keyOrId}", catalogue, access.ViewElements, catalogueOf, (*API).readElement},
	{"PUT", "/elements/{keyOrId}", platform, access.EditElements, account, (*API).replaceElement},
	{"PATCH", "/elements/{keyOrId}", platform, access.EditElements, account, (*API).changeElement},
	{"DELETE", "/elements/{keyOrId}", platform, access.DeleteElements, account, (*API).deleteElement},
	{"PUT", "/elements/{keyOrId}/active", platform, access.EditElements, account, (*API).activateElement},
	{"DELETE", "/elements/{keyOrId}/active", platform, access.EditElements, account, (*API).deactivateElement},
	{"POST", "/elements/{keyOrId}/clone", platform, access.CreateElements, account, (*API).cloneElement},
	{"GET", "/elements/{keyOrId}/export", platform, access.ViewElements, account, (*API).exportElement},
	{"GET", "/elements/{keyOrId}/docs", catalogue, access.ViewElements, catalogueOf, (*API).elementDocs},
	{"GET", "/elements/{keyOrId}/lbdocs", catalogue, access.ViewElements, catalogueOf, (*API).elementDocs},
	{"GET", "/elements/{keyOrId}/operations/{operationId}/docs", catalogue, access.ViewElements, catalogueOf, (*API).elementDocs},
	{"GET", "/elements/{keyOrId}/objects/{objectId}/docs", catalogue, access.ViewElements, catalogueOf, (*API).elementObjectDocs},
	{"GET", "/elements/{keyOrId}/metadata", catalogue, access.ViewElements, catalogueOf, (*API).elementMetadata},
	{"GET", "/elements/{keyOrId}/transformations", platform, access.ViewElements, account, (*API).defaultTransformations},
	{"GET", "/elements/{keyOrId}/versions", platform, access.ViewElements, account, (*API).versions},
	{"GET", "/elements/{keyOrId}/validate", platform, access.ViewElements, account, (*API).validateElement},
	{"GET", "/elements/{keyOrId}/cheat-sheet", platform, access.ViewElements, account, (*API).cheatSheet},
	{"GET", "/elements/{keyOrId}/accounts", platform, access.ViewElements, account, (*API).listShares},
	{"PUT", "/elements/{keyOrId}/accounts/{accountId}", platform, access.EditElements, account, (*API).shareElement},
	{"DELETE", "/elements/{keyOrId}/accounts/{accountId}", platform, access.EditElements, account, (*API).unshareElement},
	{"GET", "/elements/{keyOrId}/authentication-types", platform, access.ViewElements, account, (*API).authenticationTypes},
	{"GET", "/elements/{keyOrId}/authentication-types/{type}/configurations", platform, access.ViewElements, account, (*API).authenticationConfigurations},

	{"GET", "/elements/{keyOrId}/oauth/url", catalogue, access.ViewElements, catalogueOf, (*API).authorizeURL},
	{"POST", "/elements/{keyOrId}/oauth/url", catalogue, access.ViewElements, catalogueOf, (*API).authorizeURL},
	{"GET", "/elements/{keyOrId}/oauth/url/default", catalogue, access.ViewElements, catalogueOf, (*API).defaultAuthorizeURL},
	{"GET", "/elements/{keyOrId}/oauth/token", catalogue, access.ViewElements, catalogueOf, (*API).requestToken},
	{"GET", "/elements/oauthProxies", platform, access.ViewElements, account, (*API).listProxies},
	{"POST", "/elements/oauthProxies", platform, access.CreateElements, account, (*API).createProxy},
	{"DELETE", "/elements/oauthProxies/{id}", platform, access.DeleteElements, account, (*API).deleteProxy},
	{"POST", "/elements/oauthProxies/{id}/applicationUrl", platform, access.EditElements, account, (*API).allowProxyURL},
	{"DELETE", "/elements/oauthProxies/{id}/applicationUrl", platform, access.EditElements, account, (*API).removeProxyURL},
	{"GET", "/elements/oauth/proxy", public, "", anybody, (*API).passOn},

	{"GET", "/elements/{keyOrId}/configuration", catalogue, access.ViewElements, catalogueOf, (*API).listElementConfiguration},
	{"POST", "/elements/{keyOrId}/configuration", platform, access.EditElements, account, (*API).createElementConfiguration},
	{"PUT", "/elements/{keyOrId}/configuration/{configurationKey}", platform, access.EditElements, account, (*API).replaceElementConfiguration},
	{"DELETE", "/elements/{keyOrId}/configuration/{configurationKey}", platform, access.EditElements, account, (*API).deleteElementConfiguration},
	{"PUT", "/elements/{keyOrId}/configurations", platform, access.EditElements, account, (*API).replaceElementConfigurations},

	{"GET", "/elements/{keyOrId}/parameters", platform, access.ViewElements, account, (*API).listParameters},
	{"POST", "/elements/{keyOrId}/parameters", platform, access.EditElements, account, (*API).createParameter},
	{"GET", "/elements/{keyOrId}/parameters/{parameterId}", platform, access.ViewElements, account, (*API).readParameter},
	{"PUT", "/elements/{keyOrId}/parameters/{parameterId}", platform, access.EditElements, account, (*API).replaceParameter},
	{"DELETE", "/elements/{keyOrId}/parameters/{parameterId}", platform, access.EditElements, account, (*API).deleteParameter},
	{"GET", "/elements/{keyOrId}/hooks", platform, access.ViewElements, account, (*API).listHooks},
	{"POST", "/elements/{keyOrId}/hooks", platform, access.EditElements, account, (*API).createHook},
	{"GET", "/elements/{keyOrId}/hooks/{hookId}", platform, access.ViewElements, account, (*API).readHook},
	{"PUT", "/elements/{keyOrId}/hooks/{hookId}", platform, access.EditElements, account, (*API).replaceHook},
	{"DELETE", "/elements/{keyOrId}/hooks/{hookId}", platform, access.EditElements, account, (*API).deleteHook},

	{"GET", "/elements/{keyOrId}/resources", platform, access.ViewElements, account, (*API).listResources},
	{"POST", "/elements/{keyOrId}/resources", platform, access.EditElements, account, (*API).createResource},
	{"GET", "/elements/{keyOrId}/resources/{resourceId}", platform, access.ViewElements, account, (*API).readResource},
	{"PUT", "/elements/{keyOrId}/resources/{resourceId}", platform, access.EditElements, account, (*API).replaceResource},
	{"DELETE", "/elements/{keyOrId}/resources/{resourceId}", platform, access.EditElements, account, (*API).deleteResource},
	{"GET", "/elements/{keyOrId}/resources/{resourceId}/models", platform, access.ViewElements, account, (*API).readModel},
	{"POST", "/elements/{keyOrId}/resources/{resourceId}/models", platform, access.EditElements, account, (*API).putModel},
	{"PUT", "/elements/{keyOrId}/resources/{resourceId}/models", platform, access.EditElements, account, (*API).putModel},
	{"DELETE", "/elements/{keyOrId}/resources/{resourceId}/models", platform, access.EditElements, account, (*API).deleteModel},
	{"GET", "/elements/{keyOrId}/resources/{resourceId}/parameters", platform, access.ViewElements, account, (*API).listParameters},
	{"POST", "/elements/{keyOrId}/resources/{resourceId}/parameters", platform, access.EditElements, account, (*API).createParameter},
	{"GET", "/elements/{keyOrId}/resources/{resourceId}/parameters/{parameterId}", platform, access.ViewElements, account, (*API).readParameter},
	{"PUT", "/elements/{keyOrId}/resources/{resourceId}/parameters/{parameterId}", platform, access.EditElements, account, (*API).replaceParameter},
	{"DELETE", "/elements/{keyOrId}/resources/{resourceId}/parameters/{parameterId}", platform, access.EditElements, account, (*API).deleteParameter},
	{"GET", "/elements/{keyOrId}/resources/{resourceId}/hooks", platform, access.ViewElements, account, (*API).listHooks},
	{"POST", "/elements/{keyOrId}/resources/{resourceId}/hooks", platform, access.EditElements, account, (*API).createHook},
	{"GET", "/elements/{keyOrId}/resources/{resourceId}/hooks/{hookId}", platform, access.ViewElements, account, (*API).readHook},
	{"PUT", "/elements/{keyOrId}/resources/{resourceId}/hooks/{hookId}", platform, access.EditElements, account, (*API).replaceHook},
	{"DELETE", "/elements/{keyOrId}/resources/{resourceId}/hooks/{hookId}", platform, access.EditElements, account, (*API).deleteHook},

	{"GET", "/elements/{keyOrId}/objects", platform, access.ViewElements, account, (*API).listObjects},
	{"POST", "/elements/{keyOrId}/objects", platform, access.EditElements, account, (*API).createObject},
	{"GET", "/elements/{keyOrId}/objects/{objectId}", platform, access.ViewElements, account, (*API).readObject},
	{"PUT", "/elements/{keyOrId}/objects/{objectId}", platform, access.EditElements, account, (*API).replaceObject},
	{"DELETE", "/elements/{keyOrId}/objects/{objectId}", platform, access.EditElements, account, (*API).deleteObject},
	{"GET", "/elements/{keyOrId}/objects/{objectId}/fields", platform, access.ViewElements, account, (*API).listFields},
	{"POST", "/elements/{keyOrId}/objects/{objectId}/fields", platform, access.EditElements, account, (*API).createField},
	{"GET", "/elements/{keyOrId}/objects/{objectId}/fields/{fieldId}", platform, access.ViewElements, account, (*API).readField},
	{"PUT", "/elements/{keyOrId}/objects/{objectId}/fields/{fieldId}", platform, access.EditElements, account, (*API).replaceField},
	{"DELETE", "/elements/{keyOrId}/objects/{objectId}/fields/{fieldId}", platform, access.EditElements, account, (*API).deleteField},
	{"GET", "/elements/{keyOrId}/models", platform, access.ViewElements, account, (*API).listModels},
	{"POST", "/elements/{keyOrId}/models", platform, access.EditElements, account, (*API).createElementModel},
	{"PUT", "/elements/{keyOrId}/models", platform, access.EditElements, account, (*API).upsertElementModel},
	{"GET", "/elements/{keyOrId}/models/{modelId}", platform, access.ViewElements, account, (*API).readElementModel},
	{"PUT", "/elements/{keyOrId}/models/{modelId}", platform, access.EditElements, account, (*API).replaceElementModel},
	{"DELETE", "/elements/{keyOrId}/models/{modelId}", platform, access.EditElements, account, (*API).deleteElementModel},

	{"GET", "/hubs", catalogue, "", catalogueOf, (*API).listHubs},
	{"POST", "/hubs", platform, access.CreateElements, account, (*API).createHub},
	{"GET", "/hubs/keys", catalogue, "", catalogueOf, (*API).listHubKeys},
	{"GET", "/hubs/{hub}", catalogue, "", catalogueOf, (*API).readHub},
	{"DELETE", "/hubs/{hub}", platform, access.DeleteElements, account, (*API).deleteHub},
	{"GET", "/hubs/{hub}/elements", catalogue, access.ViewElements, catalogueOf, (*API).listHubElements},
	{"GET", "/docs/{hub}", catalogue, access.ViewElements, catalogueOf, (*API).hubDocs},
	{"POST", "/models/{name}/schema", platform, "", self, (*API).modelSchema},
	{"POST", "/models/{name}/schema/csv", platform, "", self, (*API).modelFromCSV},
	{"POST", "/models/{name}/csv", platform, "", self, (*API).modelCSV},
	{"POST", "/integrations", platform, "", account, (*API).createIntegration},
	{"GET", "/integrations", platform, "", account, (*API).listIntegrations},
	{"GET", "/integrations/{id}", platform, "", account, (*API).readIntegration},
	{"PUT", "/integrations/{id}", platform, "", account, (*API).replaceIntegration},
	{"DELETE", "/integrations/{id}", platform, "", account, (*API).deleteIntegration},
	{"POST", "/integrations/{id}/formulas/{formulaId}", platform, "", account, (*API).attachPart},
	{"DELETE", "/integrations/{id}/formulas/{formulaId}", platform, "", account, (*API).detachPart},
	{"POST", "/integrations/{id}/formulas/instances/{formulaInstanceId}", platform, "", account, (*API).attachPart},
	{"DELETE", "/integrations/{id}/formulas/instances/{formulaInstanceId}", platform, "", account, (*API).detachPart},
	{"POST", "/element-products", platform, "", account, (*API).createProduct},
	{"GET", "/element-products", platform, "", account, (*API).listProducts},
	{"GET", "/element-products/{id}", platform, "", account, (*API).readProduct},
	{"PATCH", "/element-products/{id}", platform, "", account, (*API).changeProduct},
	{"DELETE", "/element-products/{id}", platform, "", account, (*API).deleteProduct},
	{"POST", "/applications", platform, "", account, (*API).createApplication},
	{"GET", "/applications", platform, "", account, (*API).listApplications},
	{"GET", "/applications/all", platform, "", account, (*API).listAllApplications},
	{"GET", "/applications/{id}", platform, "", account, (*API).readApplication},
	{"PUT", "/applications/{id}", platform, "", account, (*API).replaceApplication},
	{"DELETE", "/applications/{id}", platform, "", account, (*API).deleteApplication},
	{"GET", "/catalog-properties", platform, "", self, (*API).catalogProperties},
	{"PUT", "/catalog-properties", platform, "", self, (*API).replaceCatalogProperties},
	{"GET", "/change-management/*", platform, "", self, (*API).changeManagement},
	{"POST", "/change-management/*", platform, "", self, (*API).changeManagement},
	{"PUT", "/change-management/*", platform, "", self, (*API).changeManagement},
	{"PATCH", "/change-management/*", platform, "", self, (*API).changeManagement},
	{"DELETE", "/change-management/*", platform, "", self, (*API).changeManagement},
	{"POST", "/signup-partners", public, "", anybody, (*API).signUpPartner},
	{"PUT", "/customers/elements/blacklist", platform, "", administration, (*API).hideElements},
	{"DELETE", "/customers/elements/blacklist", platform, "", administration, (*API).showElements},

	{"POST", "/instances", platform, access.CreateElementInstances, account, (*API).createInstance},
	{"GET", "/instances", platform, "", account, (*API).listInstances},
	{"PUT", "/instances", instanceToken, access.CreateElementInstances, instanceOf, (*API).replaceInstance},
	{"PATCH", "/instances", instanceToken, access.CreateElementInstances, instanceOf, (*API).changeInstance},
	{"DELETE", "/instances", instanceToken, "", instanceOf, (*API).deleteInstance},
	{"GET", "/instances/count", platform, "", account, (*API).countInstances},
	{"POST", "/instances/connect-links", platform, access.CreateElementInstances, account, (*API).createConnectLink},
	{"GET", "/instances/connect-links", platform, access.CreateElementInstances, account, (*API).listConnectLinks},
	{"GET", "/instances/connect-links/{linkId}", platform, access.CreateElementInstances, account, (*API).readConnectLink},
	{"DELETE", "/instances/connect-links/{linkId}", platform, access.CreateElementInstances, account, (*API).deleteConnectLink},
	{"PUT", "/instances/enabled", instanceToken, "", instanceOf, (*API).enableInstance},
	{"DELETE", "/instances/enabled", instanceToken, "", instanceOf, (*API).disableInstance},
	{"GET", "/instances/configuration", instanceToken, "", instanceOf, (*API).listConfiguration},
	{"GET", "/instances/configuration/{configId}", instanceToken, "", instanceOf, (*API).readConfiguration},
	{"PATCH", "/instances/configuration/{configId}", instanceToken, access.CreateElementInstances, instanceOf, (*API).changeConfiguration},

	{"GET", "/instances/docs", instanceToken, "", instanceOf, (*API).instanceDocs},
	{"GET", "/instances/docs/{operationId}", instanceToken, "", instanceOf, (*API).instanceDocs},
	{"GET", "/instances/docs/{operationId}/definitions", instanceToken, "", instanceOf, (*API).operationDefinitions},
	{"GET", "/instances/{id}/docs", platform, "", instanceOf, (*API).instanceDocs},
	{"GET", "/instances/{id}/docs/{operationId}", platform, "", instanceOf, (*API).instanceDocs},
	{"GET", "/instances/{id}/docs/{operationId}/definitions", platform, "", instanceOf, (*API).operationDefinitions},

	{"GET", "/instances/{id}", platform, "", instanceOf, (*API).readInstance},
	{"POST", "/instances/{id}", platform, access.CreateElementInstances, instanceOf, (*API).traceByInstance},
	{"PUT", "/instances/{id}", platform, access.CreateElementInstances, instanceOf, (*API).replaceInstance},
	{"PATCH", "/instances/{id}", platform, access.CreateElementInstances, instanceOf, (*API).changeInstance},
	{"DELETE", "/instances/{id}", platform, "", instanceOf, (*API).deleteInstance},
	{"PUT", "/instances/{id}/enabled", platform, "", instanceOf, (*API).enableInstance},
	{"DELETE", "/instances/{id}/enabled", platform, "", instanceOf, (*API).disableInstance},
	{"GET", "/instances/{id}/configuration", platform, "", instanceOf, (*API).listConfiguration},
	{"GET", "/instances/{id}/configuration/{configId}", platform, "", instanceOf, (*API).readConfiguration},
	{"PATCH", "/instances/{id}/configuration/{configId}", platform, access.CreateElementInstances, instanceOf, (*API).changeConfiguration},

	{"POST", "/elements/{keyOrId}/instances", platform, access.CreateElementInstances, account, (*API).createInstance},
	{"GET", "/elements/{keyOrId}/instances", platform, "", account, (*API).listInstances},
	{"GET", "/elements/{keyOrId}/instances/{id}", platform, "", instanceOf, (*API).readInstance},
	{"PUT", "/elements/{keyOrId}/instances/{id}", platform, access.CreateElementInstances, instanceOf, (*API).replaceInstance},
	{"DELETE", "/elements/{keyOrId}/instances/{id}", platform, "", instanceOf, (*API).deleteInstance},

	{"PUT", "/instances/trace-logging", instanceToken, "", instanceOf, (*API).startTrace},
	{"DELETE", "/instances/trace-logging", instanceToken, "", instanceOf, (*API).stopTrace},
	{"PUT", "/instances/{id}/trace-logging", platform, "", instanceOf, (*API).startTrace},
	{"DELETE", "/instances/{id}/trace-logging", platform, "", instanceOf, (*API).stopTrace},
	{"GET", "/elements/{keyOrId}/trace/{traceId}", platform, "", account, (*API).readTrace},

	{"GET", "/accounts/{id}/limits", platform, "", anyAccount, (*API).readLimits},
	{"PUT", "/accounts/{id}/limits", platform, "", customer, (*API).replaceLimits},

	{"GET", "/authentication/saml/{idpId}/metadata", public, "", anybody, (*API).samlMetadata},
	{"POST", "/authentication/saml/{idpId}/acs", public, "", anybody, (*API).consumeAssertion},
	{"POST", "/accounts/identity-providers", platform, accountSignOn, account, createIdentityProvider(signon.OfAccount)},
	{"GET", "/accounts/identity-providers", platform, accountSignOn, account, listIdentityProviders(signon.OfAccount)},
	{"GET", "/accounts/identity-providers/{id}", platform, accountSignOn, account, readIdentityProvider(signon.OfAccount)},
	{"PATCH", "/accounts/identity-providers/{id}", platform, accountSignOn, account, changeIdentityProvider(signon.OfAccount)},
	{"DELETE", "/accounts/identity-providers/{id}", platform, accountSignOn, account, deleteIdentityProvider(signon.OfAccount)},
	{"POST", "/organizations/identity-providers", platform, access.ModifySecurity, organization, createIdentityProvider(signon.OfOrganization)},
	{"GET", "/organizations/identity-providers", platform, access.ModifySecurity, organization, listIdentityProviders(signon.OfOrganization)},
	{"GET", "/organizations/identity-providers/{id}", platform, access.ModifySecurity, organization, readIdentityProvider(signon.OfOrganization)},
	{"PATCH", "/organizations/identity-providers/{id}", platform, access.ModifySecurity, organization, changeIdentityProvider(signon.OfOrganization)},
	{"DELETE", "/organizations/identity-providers/{id}", platform, access.ModifySecurity, organization, deleteIdentityProvider(signon.OfOrganization)},
	{"POST", "/customers/identity-providers", platform, "", customer, createIdentityProvider(signon.OfCustomer)},
	{"GET", "/customers/identity-providers", platform, "", customer, listIdentityProviders(signon.OfCustomer)},
	{"GET", "/customers/identity-providers/{id}", platform, "", customer, readIdentityProvider(signon.OfCustomer)},
	{"DELETE", "/customers/identity-providers/{id}", platform, "", customer, deleteIdentityProvider(signon.OfCustomer)},

	{"GET", "/audit-logs", platform, viewLogs, account, auditLog("", "")},
	{"GET", "/audit-logs/export", platform, viewLogs, account, (*API).exportAudit},
	{"GET", "/audit-logs/authentication", platform, viewLogs, account, auditLog(audit.KindAuthentication, "")},
	{"GET", "/audit-logs/common-resources", platform, viewLogs, account, auditLog(audit.KindCommonResources, "")},
	{"GET", "/audit-logs/common-resources/{commonResourceName}", platform, viewLogs, account, auditLog(audit.KindCommonResources, "commonResourceName")},
	{"GET", "/audit-logs/element-instances", platform, viewLogs, account, auditLog(audit.KindElementInstances, "")},
	{"GET", "/audit-logs/element-instances/{elementInstanceId}", platform, viewLogs, account, auditLog(audit.KindElementInstances, "elementInstanceId")},
	{"GET", "/audit-logs/elements", platform, viewLogs, account, auditLog(audit.KindElements, "")},
	{"GET", "/audit-logs/elements/{elementId}", platform, viewLogs, account, auditLog(audit.KindElements, "elementId")},
	{"GET", "/audit-logs/formula-instances", platform, viewLogs, account, auditLog(audit.KindFormulaInstances, "")},
	{"GET", "/audit-logs/formulas", platform, viewLogs, account, auditLog(audit.KindFormulas, "")},
	{"GET", "/audit-logs/formulas/{entityId}", platform, viewLogs, account, auditLog(audit.KindFormulas, "entityId")},
	{"GET", "/organizations/branding", platform, "", organization, (*API).readBranding},
	{"PUT", "/organizations/branding", platform, access.ManageUIBranding, organization, (*API).putBranding},
	{"DELETE", "/organizations/branding", platform, access.ManageUIBranding, organization, (*API).deleteBranding},
	{"PATCH", "/organizations/branding/logo", platform, access.ManageUIBranding, organization, putBrandingImage(branding.Logo)},
	{"PATCH", "/organizations/branding/favicon", platform, access.ManageUIBranding, organization, putBrandingImage(branding.Favicon)},

	{"GET", "/usage", platform, "", account, (*API).listUsage},
	{"GET", "/usage/{id}", platform, "", account, (*API).readUsage},
}

// accountSignOn is who administers the identity providers of an account: its administrators and those of the organization.
const accountSignOn = access.ModifySecurity + "|" + access.EditUsersAccount

// platform wraps a handler with what its row of the table demands. Privileges are checked before anything is
// looked up (reference/http-conventions.md §2.2).
func (a *API) platform(row route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		e := exchangeOf(w, r)
		e.r, e.pattern = r, row.method+" "+row.pattern
		if err := a.admit(e, row); err != nil {
			a.auditRefused(e, err)
			a.fail(e, err)
			return
		}
		a.perform(e, row)
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
	if err := a.Limits.Request(ctx, e.principal.Account.ID); err != nil {
		return err
	}
	if row.need == instanceToken && e.credentials.Element == "" {
		return fault.New(fault.Unauthenticated, "The call needs an Element token: send the header Authorization with Element <token>")
	}
	switch {
	case row.scope == administration && !e.principal.OrganizationAdmin():
		return fault.New(fault.Forbidden, "Only an administrator of the organization may do this: the role %q is missing", access.RoleOrganizationAdmin)
	case row.scope == customer && !e.principal.CustomerAdmin():
		return fault.New(fault.Forbidden, "Only a customer administrator may do this: the role %q is missing", access.RoleCustomerAdmin)
	}
	if row.privilege == "" {
		return nil
	}
	return e.principal.Require(strings.Split(row.privilege, "|")...)
}
