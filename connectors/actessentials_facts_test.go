package connectors_test

// resourceFact is one resource of the original definition as reference/act365-connector.md lists it.
type resourceFact struct{ call, vendor, parameters, hooks, model string }

const (
	list  = "orderBy query > $orderBy query; page query > $skip query; pageSize query > $top query; where query > converter:toODataFilter query"
	where = "where query > converter:toODataFilter query"
	byID  = "id path > id path!"
)

// original is the list of 57; an exclamation mark means required.
var original = []resourceFact{
	{"GET /activities", "GET /Interactions", list, "", "interactionsList"},
	{"POST /activities", "POST /Interactions", "interaction body > interaction body!", "", "Interaction"},
	{"DELETE /activities/{id}", "DELETE /Interactions/{id}", byID, "", ""},
	{"GET /activities/{id}", "GET /Interactions/{id}", byID, "", "Interaction"},
	{"PUT /activities/{id}", "PUT /Interactions/{id}", "activity body > interaction body!; id path > id path!", "", "Interaction"},
	{"GET /authentication", "GET /Contacts", "", "", ""},
	{"GET /calendar", "GET /Calendar", "urlKey query > urlKey query!", "", "InteractionList"},
	{"GET /calendar-url-key", "GET /CalendarUrlKey", "", "postRequest", "calendarUrlKey"},
	{"PATCH /calendar-url-key", "PUT /CalendarUrlKey", "", "postRequest", "calendarUrlKey"},
	{"GET /calendar/{urlKey}", "GET /Calendar/{urlKey}", "urlKey path > urlKey path!", "preRequest", "InteractionList"},
	{"GET /campaigns", "GET /Campaigns", "orderBy query > $orderBy query; page query > $skip query; pageNumber query > pageNumber query", "", "campaignsList"},
	{"POST /campaigns", "POST /Campaigns", "campaign body > campaign body!", "", "Campaign"},
	{"GET /campaigns/{id}", "GET /Campaigns/{id}", byID, "", "CampaignDetails"},
	{"GET /campaigns/{id}/contact/{contactId}", "GET /Campaigns/{id}/Contact/{contactId}", "contactId path > contactId path!; id path > id path!", "", "CampaignDetails"},
	{"DELETE /contacts", "DELETE /Contacts", where, "", ""},
	{"GET /contacts", "GET /Contacts", list, "preRequest", "contactsList"},
	{"POST /contacts", "POST /Contacts", "contact body > contact body!", "", "contacts"},
	{"DELETE /contacts/{id}", "DELETE /Contacts/{id}", byID, "", ""},
	{"GET /contacts/{id}", "GET /Contacts/{id}", byID, "", "contacts"},
	{"PATCH /contacts/{id}", "PATCH /Contacts", "body body > contact body!; id path > id path!; where query > converter:toODataFilter query", "preRequest", ""},
	{"GET /emarketing-templates", "GET /EmarketingTemplates", "", "", ""},
	{"POST /export", "POST /Export", "export body > export body!", "", "Export"},
	{"GET /export/download/{id}", "GET /Export/Download/{id}", byID, "", "ContactList"},
	{"GET /export/{id}", "GET /Export/{id}", byID, "", "ContactList"},
	{"POST /import/google", "POST /Import/google", "groupName query > groupName query!", "", "dataImported"},
	{"POST /import/icloud", "POST /Import/icloud", "groupName query > groupName query!; importCredentials body > importCredentials body!", "", "ImportResponse"},
	{"POST /interaction-series", "POST /InteractionSeries", "interaction body > interaction body!", "", "Interaction"},
	{"DELETE /interaction-series/{id}", "DELETE /InteractionSeries/{id}", byID, "", ""},
	{"GET /interaction-series/{id}", "GET /InteractionSeries/{id}", byID, "", "Interaction"},
	{"PUT /interaction-series/{id}", "PUT /InteractionSeries/{id}", "id path > id path!; interaction body > interaction body!", "", "Interaction"},
	{"GET /lists", "GET /Groups", "orderBy query > $orderBy query; page query > $skip query; pageSize query > $skip query; where query > converter:toODataFilter query", "", "listsList"},
	{"POST /lists", "POST /Groups", "list body > group body!", "", "Group"},
	{"DELETE /lists/{id}", "DELETE /Groups/{id}", byID, "", ""},
	{"GET /lists/{id}", "GET /Groups/{id}", byID, "", "groups"},
	{"PUT /lists/{id}", "PUT /Groups/{id}", "id path > id path!; list body > group body!", "", "lists"},
	{"GET /metadata", "GET /Metadata", where, "", "metadata"},
	{"PUT /metadata", "PUT /Metadata", "metadata body > metadata body!", "", "MetadataList"},
	{"GET /opportunities", "GET /Opportunities", list, "", "leadsList"},
	{"POST /opportunities", "POST /Opportunities", "opportunity body > opportunity body!", "", "Opportunity"},
	{"DELETE /opportunities/{id}", "DELETE /Opportunities/{id}", byID, "", ""},
	{"GET /opportunities/{id}", "GET /Opportunities/{id}", byID, "", "Opportunity"},
	{"PATCH /opportunities/{id}", "PATCH /Opportunities", "id path > id no-op!; opportunity body > body body!; where query > converter:toODataFilter query", "preRequest", ""},
	{"PUT /opportunities/{id}", "PUT /Opportunities/{id}", "body body > opportunity body!; id path > id path!", "", "Opportunity"},
	{"GET /opportunities/{opportunityId}/activities", "GET /Opportunities/{opportunityId}/Activities", "opportunityId path > opportunityId path!; where query > converter:toODataFilter query", "", "InteractionList"},
	{"GET /opportunities/stages", "GET /opportunities/stages", where, "", "opportunityStages"},
	{"PUT /opportunities/stages/{id}", "PUT /Opportunities/Stages/{id}", "body body > stage body!; id path > id path!", "", "OpportunityStage"},
	{"GET /opportunities/totals", "GET /Opportunities/Totals", where, "", "opportunitiesTotalsList"},
	{"GET /ping", "GET ", "", "", ""},
	{"GET /todos", "GET /Todos", list, "", "activitiesList"},
	{"POST /todos", "POST /Todos", "activity body > todo body!", "", "activities"},
	{"DELETE /todos/{id}", "DELETE /Todos/{id}", byID, "", ""},
	{"GET /todos/{id}", "GET /Todos/{id}", byID, "", "Todo"},
	{"PATCH /todos/{id}", "PATCH /Todos", "body body > todo body!; id path > id query!", "preRequest", "activity"},
	{"GET /user-infos", "GET /UserInfos", where, "", "userInfosList"},
	{"POST /webhook/create-contact", "POST /Webhooks", "webhook body > webhook body!", "", "webhookCreateContact"},
	{"GET /webhooks", "GET /Webhooks", "", "", "webhooksList"},
	{"DELETE /webhooks/{id}", "DELETE /Webhooks/{id}", byID, "", "Webhook"},
}

// correction is where the shipped definition leaves the original on purpose.
type correction struct{ vendor, parameters, hooks, why string }

var corrections = map[string]correction{
	"GET /authentication": {parameters: "1 value > $top query", why: "one record is enough to try the keys"},
	"GET /ping":           {vendor: "GET /UserInfos", why: "a cheap call instead of none"},
	"GET /campaigns": {
		parameters: "orderBy query > $orderBy query; page query > $skip query; pageNumber query > pageNumber query; pageSize query > $top query; where query > converter:toODataFilter query",
		why:        "pages need a size, and the event poller a filter",
	},
	"GET /lists":       {parameters: list, why: "the page size is $top"},
	"DELETE /contacts": {parameters: where + "!", why: "no call may delete every contact by accident"},
	"GET /contacts": {
		parameters: list + "; groupId where > groupId query", hooks: "-",
		why: "a declared parameter does what a hook did",
	},
	"PATCH /contacts/{id}":      {hooks: "preRequest postRequest", why: "a list of one is the record, an empty one is 404"},
	"PATCH /opportunities/{id}": {hooks: "preRequest postRequest", why: "a list of one is the record, an empty one is 404"},
	"PATCH /todos/{id}": {
		parameters: "body body > todo body!; id path > id no-op!", hooks: "preRequest postRequest",
		why: "the id goes into the filter and nowhere else",
	},
	"POST /activities":             {hooks: "postRequest", why: "the id may come in Location alone"},
	"POST /campaigns":              {hooks: "postRequest", why: "the id may come in Location alone"},
	"POST /contacts":               {hooks: "postRequest", why: "the id may come in Location alone"},
	"POST /interaction-series":     {hooks: "postRequest", why: "the id may come in Location alone"},
	"POST /lists":                  {hooks: "postRequest", why: "the id may come in Location alone"},
	"POST /opportunities":          {hooks: "postRequest", why: "the id may come in Location alone"},
	"POST /todos":                  {hooks: "postRequest", why: "the id may come in Location alone"},
	"POST /webhook/create-contact": {hooks: "postRequest", why: "the id may come in Location alone"},
}

// configurationFact is one entry: type, default, and the flags r(equired), h(idden), i(nternal).
type configurationFact struct {
	key, kind, value, flags string
	order                   int
}

var configuration = []configurationFact{
	{"bulk.query.operator", "TEXTFIELD_128", ">=", "h", 1},
	{"base.url", "TEXTFIELD_1000", "https://app.act365.com/act/api", "h", 1},
	{"allow.select.fields", "BOOLEAN", "true", "h", 1},
	{"bulk.query.field_name", "TEXTFIELD_128", "created", "h", 1},
	{"bulk.relations", "TEXTAREA", "", "h", 1},
	{"pagination.type", "TEXTFIELD_32", "offset", "h", 1},
	{"bulk.query.date_mask", "TEXTFIELD_128", "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "h", 1},
	{"pagination.max", "TEXTFIELD_32", "150", "h", 1},
	{"pagination.page.startindex", "TEXTFIELD_32", "1", "h", 1},
	{"bulk.add_metadata", "TEXTFIELD_128", "", "h", 1},
	{"bulk.query.download_format", "TEXTFIELD_128", "JSON", "h", 1},
	{"username", "TEXTFIELD_32", "", "r", 2},
	{"password", "PASSWORD", "", "r", 3},
	{"filter.response.nulls", "BOOLEAN", "true", "", 51},
	{"default.select.fields.map", "TEXTAREA", "", "hi", 98},
	{"event.vendor.type", "TEXTFIELD_128", "polling", "hi", 100},
	{"event.poller.refresh_interval", "TEXTFIELD_128", "15", "", 101},
	{"event.notification.enabled", "BOOLEAN", "false", "", 102},
	{"event.notification.callback.url", "TEXTFIELD_1000", "", "", 103},
	{"event.poller.configuration", "TEXTAREA", "*", "", 104},
	{"event.notification.basic.username", "TEXTFIELD_1000", "", "", 110},
	{"event.notification.basic.password", "PASSWORD", "", "", 112},
	// Of the definition a year later (reference/act365.md §7.2).
	{"instance.variables", "CODE_EDITOR", "", "", 100},
	{"event.notification.callback.headers", "TEXTFIELD_128", "", "", 12},
	// Our own (reference/act365.md §11).
	{"odata.literal.style", "COMBO", "quoted", "h", 200},
	{"odata.date.style", "COMBO", "quoted", "h", 201},
	{"odata.like.function", "COMBO", "substringof", "h", 202},
	{"odata.orderby.name", "TEXTFIELD_32", "$orderby", "h", 203},
	{"ratelimit.requests", "TEXTFIELD_32", "140", "h", 204},
	{"ratelimit.window", "TEXTFIELD_32", "60", "h", 205},
	{"ratelimit.statuses", "TEXTFIELD_32", "429,403", "h", 206},
	{"update.strategy", "COMBO", "patch-filter", "h", 207},
}
