package act365

// assumption is one thing about the provider that nobody outside it has been able to confirm, and
// that the simulator and the connector take for granted (reference/act365.md §11 and the marks [A]
// and [I] in its other sections).
type assumption struct {
	id      string // number in §11, or section
	subject string
	assumed string
	knob    string // what to change in the connector when it is wrong
	test    string // the test in this package that pins the simulator to it
	writes  bool   // the probe changes data
	// probe asks a live service. It is nil where asking cannot tell.
	probe func(*prober) finding
	why   string // why there is no probe
}

// contract lists every assumption. A test checks that the named tests exist.
func contract() []assumption {
	// The probe of the rate comes last: after it the service refuses everything for a while.
	return append(append(readContract(), writeContract()...), assumption{
		id: "11.6", subject: "refusal by rate", assumed: "429 after 150 calls a minute, per developer key",
		knob: "ratelimit.requests, ratelimit.window, ratelimit.statuses",
		test: "TestCallsBeyondTheRateAreRefusedUntilTheNextWindow", probe: probeRate,
	})
}

// readContract are the assumptions that reading can confirm.
func readContract() []assumption {
	return []assumption{
		{id: "11.1", subject: "string literals in $filter", assumed: "quoted, with ' doubled; barewords are taken too",
			knob: "odata.literal.style", test: "TestFiltersSelectWhatTheySay", probe: probeLiterals},
		{id: "11.2", subject: "date literals in $filter", assumed: "quoted ISO; bare and datetime'…' are taken too",
			knob: "odata.date.style", test: "TestDatesCompareAsInstantsInEveryWriting", probe: probeDates},
		{id: "11.3", subject: "functions for LIKE", assumed: "substringof; contains is taken too",
			knob: "odata.like.function", test: "TestFiltersSelectWhatTheySay", probe: probeLike},
		{id: "3.1-in", subject: "IN as a group of or", assumed: "(a eq 'x' or a eq 'y')",
			knob: "resource definition", test: "TestFiltersSelectWhatTheySay", probe: probeIn},
		{id: "3.1-null", subject: "IS NULL", assumed: "a eq null, a ne null",
			knob: "resource definition", test: "TestOnlyEqualityIsTrueOfNull", probe: probeNull},
		{id: "3.1-path", subject: "members of nested objects in $filter", assumed: "businessAddress/city eq 'x'",
			knob: "resource definition", test: "TestFiltersSelectWhatTheySay", probe: probeNestedPath},
		{id: "11.4", subject: "spelling of the order option", assumed: "$orderby, in any case",
			knob: "odata.orderby.name", test: "TestOptionNamesHaveNoCase", probe: probeOrder},
		{id: "9-order", subject: "ordering by created", assumed: "is honoured",
			knob: "bulk.query.field_name", test: "TestListsAreOrderedAsAsked", probe: probeCreatedOrder},
		{id: "11.5", subject: "$top above 150", assumed: "is cut to 150",
			knob: "pagination.max", test: "TestPageSizesAboveTheLimitAreCutOrRefused", probe: probeTop},
		{id: "11.7", subject: "body of an error", assumed: "JSON with message",
			knob: "none, the reader is tolerant", test: "TestErrorsComeInTheShapeAskedFor", probe: probeErrorBody},
		{id: "3-404", subject: "an id that does not exist", assumed: "404",
			knob: "resource definition", test: "TestIDsAreCheckedBeforeTheyAreLookedUp", probe: probeUnknownID},
		{id: "11.11", subject: "paths of collections", assumed: "/Groups, /Todos, /Campaigns, /Opportunities/Totals and the others exist",
			knob: "resource definition", test: "TestEveryResourceOfTheConnectorHasAnAnswer", probe: probePaths},
		{id: "11.12", subject: "call that checks credentials", assumed: "GET /Contacts; wrong keys answer 401",
			knob: "resource of type provisionAuthValidation", test: "TestOnlyKnownKeysComeIn", probe: probeCredentials},
		{id: "11.13", subject: "OAuth token address", assumed: "…/oauth/v2/token beside the API, standard error bodies",
			knob: "oauth.token.url", test: "TestAnAuthorizationCodeBuysTokens", probe: probeTokenURL},
		{id: "11.14", subject: "case in comparisons of text", assumed: "matters",
			knob: "none", test: "TestCaseMattersUnlessTurnedOff", probe: probeCase},
		{id: "11.15", subject: "order when none is asked for", assumed: "ascending by id, stable from page to page",
			knob: "the connector may force orderBy", test: "TestPagesJoinToTheWholeList", probe: probeNaturalOrder},
		{id: "11.19", subject: "host", assumed: "app.act365.com",
			knob: "base.url", test: "TestTheBasePathCanBeMoved", probe: probeHost},
		{id: "3-null", subject: "properties without a value", assumed: "are there as null",
			knob: "filter.response.nulls", test: "TestEveryPropertyOfAModelIsPresent", probe: probeNulls},
		{id: "6.2", subject: "items of the list of interactions", assumed: "leave out cost, revenue, recurSpec, opportunityId, users and series ids",
			knob: "none", test: "TestListsOfInteractionsLeaveOutDetail", probe: probeListDetail},
		{id: "6.3", subject: "members of a group", assumed: "isDynamic, contactsCount",
			knob: "model", test: "TestEveryPropertyOfAModelIsPresent", probe: probeMembers("Groups", "isDynamic", "contactsCount")},
		{id: "6.4", subject: "members of a todo", assumed: "isCompleted, dueDate, notes, contacts, recordOwner",
			knob: "model", test: "TestEveryPropertyOfAModelIsPresent", probe: probeMembers("Todos", "isCompleted", "dueDate", "notes", "contacts", "recordOwner")},
		{id: "6.5", subject: "members of an opportunity", assumed: "customFields, probability",
			knob: "model", test: "TestEveryPropertyOfAModelIsPresent", probe: probeMembers("Opportunities", "customFields", "probability")},
		{id: "6.5-totals", subject: "shape of totals", assumed: "an array of {stage, currency, count, total}",
			knob: "resource definition", test: "TestTotalsAddUpByStageAndCurrency", probe: probeMembers("Opportunities/Totals", "stage", "currency", "count", "total")},
		{id: "6.6", subject: "members of a campaign", assumed: "id, name, status, created, lastUpdated",
			knob: "model", test: "TestEveryPropertyOfAModelIsPresent", probe: probeMembers("Campaigns", "id", "name", "status", "created", "lastUpdated")},
		{id: "6.10", subject: "members of a user", assumed: "firstName, lastName, emailAddress, timeZone",
			knob: "model", test: "TestTheCallerIsTheFirstUser", probe: probeMembers("UserInfos", "id", "firstName", "lastName", "emailAddress", "timeZone")},
		{id: "6.11", subject: "members of a stage", assumed: "id, name, order",
			knob: "model", test: "TestEveryPropertyOfAModelIsPresent", probe: probeMembers("OpportunityStages", "id", "name", "order")},
		{id: "calendar", subject: "answer of /CalendarUrlKey", assumed: "a bare JSON string",
			knob: "hook", test: "TestTheCalendarKeyChangesWhenAskedTo", probe: probeCalendarKey},
		{id: "pageNumber", subject: "pageNumber of /Campaigns", assumed: "pages from 1 when there is no $skip",
			knob: "resource definition", test: "TestCampaignsCanBePagedByNumber", probe: probePageNumber},
	}
}

// writeContract are the assumptions that take a change to confirm.
func writeContract() []assumption {
	return []assumption{
		{id: "11.8", subject: "answer of a POST", assumed: "201 with the whole record", writes: true,
			knob: "any 2xx; Location when the body lacks an id", test: "TestCreateAnswersAsAsked", probe: probeCreate},
		{id: "3-json", subject: "unknown members of a body", assumed: "are ignored", writes: true,
			knob: "none", test: "TestUnknownMembersAreIgnoredAndJournaled", probe: probeUnknownMember},
		{id: "4-put", subject: "PUT /Contacts/{id}", assumed: "200; members left out become null", writes: true,
			knob: "resource definition", test: "TestPutReplacesAllButWhatTheProviderSets", probe: probePut},
		{id: "11.9", subject: "updates of opportunities, todos and groups", assumed: "PUT and PATCH by id, PATCH by filter", writes: true,
			knob: "update.strategy", test: "TestUpdatesWorkInEveryStrategy", probe: probeUpdates},
		{id: "11.10", subject: "answer of PATCH /Contacts", assumed: "200 with the changed record", writes: true,
			knob: "an array of one is unwrapped", test: "TestPatchAnswersAsAsked", probe: probePatch},
		{id: "11.16", subject: "first name of a contact", assumed: "is demanded", writes: true,
			knob: "none in the connector", test: "TestBodiesAreValidated", probe: probeFirstName},
		{id: "11.17", subject: "a second group of the same name", assumed: "400", writes: true,
			knob: "none", test: "TestGroupNamesAreUniqueUnlessTurnedOff", probe: probeGroupName},
		{id: "6.9", subject: "registering a webhook", assumed: "event contacts_post is known; the answer has an id", writes: true,
			knob: "resource definition", test: "TestWebhooksAreToldOfChanges", probe: probeWebhook},
		{id: "11.18", subject: "payload of a webhook", assumed: "{event, resource_url, id, occurred}",
			knob: "webhooks are off by default", test: "TestWebhooksAreToldOfChanges",
			why: "it takes a public address that the provider can call"},
	}
}
