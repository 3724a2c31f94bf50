package connector

// Resource is one method on one path and the provider call behind it (reference/elements.md §6).
type Resource struct {
	Wire
	ID             int64  `json:"id"`
	OwnerAccountID int64  `json:"ownerAccountId"` // 1 = shipped with the platform
	CreatedDate    string `json:"createdDate"`
	UpdatedDate    string `json:"updatedDate"`
	Description    string `json:"description"`

	Path         string `json:"path"` // /hubs/{hub}/…; see CanonicalPath and RelativePath
	Method       string `json:"method"`
	VendorPath   string `json:"vendorPath"` // appended to base.url, or absolute, or SQL
	VendorMethod string `json:"vendorMethod"`
	Type         string `json:"type"` // "" means api, see ResourceType
	Kind         string `json:"kind"` // eb, java, eb_soap

	RootKey        string `json:"rootKey"`     // "request|response", or one part for the response
	NextPageKey    string `json:"nextPageKey"` // where the answer holds the next page
	PaginationType string `json:"paginationType"`
	NextResource   string `json:"nextResource"` // "METHOD:/path", the next link of a chain
	OperationID    string `json:"operationId"`
	ObjectName     string `json:"objectName"`

	Parameters []Parameter    `json:"parameters"`
	Hooks      []Hook         `json:"hooks"`
	Response   *Response      `json:"response"`
	Model      *ResourceModel `json:"model"`
	Object     *Object        `json:"object"`

	ModelID         int64 `json:"modelId"`
	FormulaID       int64 `json:"formulaId"`
	ModelMigrated   bool  `json:"modelMigrated"`
	TryitoutDisable bool  `json:"tryitoutDisable"`
}

// Response describes what a resource answers with.
type Response struct {
	Wire
	ContentType         string `json:"contentType"`
	ContentTypeAsString string `json:"contentTypeAsString"`
	SampleData          string `json:"sampleData"` // JSON in a string
}

// What a resource is for (Resource.Type).
const (
	ResourceAPI                     = "api"
	ResourceAPINoDocumentation      = "apiNoDocumentation"
	ResourceAPIElementRequest       = "apiElementRequest"
	ResourceFormula                 = "formulaAsResource"
	ResourceOnProvision             = "onProvision"
	ResourceOnProvisionCache        = "onProvisionCacheVendorDataAsync"
	ResourceOnDelete                = "onDelete"
	ResourceOnRefresh               = "onRefresh"
	ResourceProvisionAuthValidation = "provisionAuthValidation"
	ResourceOnProvisionWebhook      = "onProvisionWebhook"
	ResourceOnDeleteWebhook         = "onDeleteWebhook"
	ResourceOAuthAuthorizeURL       = "oauthOnAuthorizeUrl"
	ResourceOAuthTokenExchange      = "oauthOnTokenExchange"
	ResourceOAuthTokenRefresh       = "oauthOnTokenRefresh"
	ResourceOAuthTokenRevoke        = "oauthOnTokenRevoke"
	ResourceOAuthTokenRequest       = "oauthOnTokenRequest"
	ResourceOAuth1TokenRequest      = "oauth1OnTokenRequest"
	ResourceOAuth2ClientCredentials = "oauth2ClientCredentials"
	ResourceOAuth2Password          = "oauth2Password"
)

// Values of Resource.PaginationType. Empty means that the connector's setting counts.
const (
	PaginationVendor    = "VENDOR_SUPPORTED"
	PaginationOurs      = "VENDOR_NOT_SUPPORTED" // the full list comes, we cut pages
	PaginationNone      = "NO_PAGINATION"
	historicAuthorize   = "oauthOnAuthroizeUrl" // historic misspelling, still exported
	hubsPrefix          = "/hubs/"
	defaultResourceType = ResourceAPI
)

// ResourceType is Type with its default, and with the historic misspelling put right.
func (r *Resource) ResourceType() string {
	switch r.Type {
	case "":
		return defaultResourceType
	case historicAuthorize:
		return ResourceOAuthAuthorizeURL
	}
	return r.Type
}

// Callable reports whether the resource is one that clients call on a hub, unlike the resources
// that the platform calls itself, such as onProvision.
func (r *Resource) Callable() bool {
	switch r.ResourceType() {
	case ResourceAPI, ResourceAPINoDocumentation, ResourceAPIElementRequest, ResourceFormula:
		return true
	}
	return false
}
