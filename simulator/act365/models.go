package act365

import "sync"

// schema holds the models of reference/act365.md §6. It is made once and never changed.
type schema struct {
	contact, interaction, group, todo, opportunity, campaign *model
	metadata, export, webhook, user, stage, total            *model
	address, accounting, invoice, link, recurrence           *model
}

var models = sync.OnceValue(newSchema)

func newSchema() *schema {
	s := &schema{}
	s.address = newModel("address", all(text, "line1", "line2", "line3", "city", "state", "postalCode", "country", "type")...)
	s.invoice = newModel("invoice", join(
		all(text, "associatedRecordId", "number", "description", "currency"),
		all(whole, "balance"), all(moment, "dueDate"))...)
	s.accounting = newModel("accounting", join(
		all(text, "associatedRecordId", "displayName", "email", "currency"),
		all(whole, "balance", "overdueBalance"),
		all(text, "realmId"), all(moment, "lastSynced"),
		[]property{nested("outstandingInvoices", objects, s.invoice)})...)
	s.link = newModel("reference", all(text, "id", "displayName")...)
	s.contact = s.contactModel()
	s.interaction = s.interactionModel()
	s.group = newModel("group", join(
		[]property{server("id", text)},
		all(text, "name", "description"),
		[]property{server("isDynamic", flag), server("contactsCount", whole)},
		ownership())...)
	s.todo = newModel("todo", join(
		[]property{server("id", text)},
		all(text, "subject"), all(flag, "isPriority", "isCompleted"), all(moment, "dueDate"), all(text, "notes"),
		[]property{nested("contacts", objects, s.link), server("recordOwner", text), server("created", moment)})...)
	s.opportunity = newModel("opportunity", join(
		[]property{server("id", text)},
		all(text, "title", "stage"), all(number, "total"), all(text, "currency", "description", "notes"),
		all(moment, "estimatedClose", "actualClose"), all(whole, "probability"),
		[]property{nested("contacts", objects, s.link)},
		all(text, "customField1", "customField2", "customField3", "customField4", "customField5"),
		all(free, "customFields"), ownership())...)
	s.campaign = newModel("campaign", join(
		[]property{server("id", text)},
		all(text, "senderEmailAddress", "groupId", "timeZone"),
		campaignProperties(s.link), ownership())...)
	s.metadata = newModel("metadata", join(
		[]property{server("id", text)},
		all(text, "name", "type", "value", "entityType"), all(whole, "dataType", "decimalPlaces"),
		all(texts, "enumeration"), all(flag, "show"), []property{server("edited", moment)})...)
	s.export = newModel("export", join(
		[]property{server("id", text), server("exportId", text)},
		all(text, "groupId", "query"), ownership())...)
	s.webhook = newModel("webhook", join([]property{server("id", text)}, all(text, "event", "target_url"))...)
	s.user = newModel("user", join([]property{server("id", text)}, all(text, "firstName", "lastName", "emailAddress", "timeZone"))...)
	s.stage = newModel("stage", join([]property{server("id", text)}, all(text, "name"), all(whole, "order"))...)
	s.total = newModel("total", join(all(text, "stage", "currency"), all(whole, "count"), all(number, "total"))...)
	return s
}

// ownership is what the provider notes on nearly every record; clients cannot set it.
func ownership() []property {
	return []property{server("recordOwner", text), server("created", moment), server("lastUpdated", moment)}
}

func (s *schema) contactModel() *model {
	return newModel("contact", join(
		[]property{server("id", text)},
		all(text, "firstName", "lastName", "company", "jobTitle", "emailAddress", "altEmailAddress",
			"businessPhone", "mobilePhone", "homePhone", "website", "linkedinUrl"),
		all(moment, "birthday"), all(text, "source"), all(whole, "customerType"),
		all(text, "imageSource", "uploadedImageUrl"),
		[]property{nested("businessAddress", object, s.address), nested("homeAddress", object, s.address)},
		all(texts, "groups"), []property{server("dynamicGroups", texts)},
		all(text, "customField1", "customField2", "customField3", "customField4", "customField5"),
		all(free, "customFields", "socialProfiles"),
		[]property{nested("quickbooksData", object, s.accounting), nested("xeroData", object, s.accounting)},
		ownership())...)
}

func (s *schema) interactionModel() *model {
	recurDay := newModel("recurDay", join(
		all(whole, "day", "dayType"), all(wholes, "daysOfWeek"), all(whole, "ordinal"))...)
	seriesEnd := newModel("seriesEnd", join(
		all(whole, "endType"), all(moment, "endDate"), all(whole, "maxOccurrences"))...)
	s.recurrence = newModel("recurSpec", join(
		all(whole, "frequency", "recurType"), all(moment, "seriesStart"),
		[]property{nested("recurDay", object, recurDay), nested("seriesEnd", object, seriesEnd)})...)
	click := newModel("click", join(all(moment, "time"), all(text, "url"))...)
	signal := newModel("trackedEmailSignal", join(
		all(text, "id"), all(flag, "initialized", "pixel"), all(text, "primaryRecipient"),
		all(texts, "links"), all(moments, "opens"), []property{nested("clicks", objects, click)},
		all(text, "recordOwner"), all(moment, "created", "lastUpdated"))...)
	details := newModel("campaignDetails", join(campaignMembers(s.link), all(text, "recordOwner"))...)
	return newModel("interaction", join(
		[]property{server("id", text)},
		all(text, "type", "subject", "details", "notes", "location", "phoneNumber"),
		all(moment, "startTime", "endTime"), all(text, "timeZone"), all(flag, "isCompleted", "omitFromICal"),
		[]property{
			nested("address", object, s.address),
			nested("contacts", objects, s.link),
			onlyInDetail(nested("users", objects, s.link)),
			onlyInDetail(a("opportunityId", text)),
			a("campaignId", text),
			nested("campaignDetails", object, details),
			onlyInDetail(a("cost", number)),
			onlyInDetail(a("revenue", number)),
			a("currency", text),
			a("parentInteractionId", text),
			setByServer(a("userCreatorId", text)),
			a("isSeriesWithEndDate", flag),
			a("isSeriesWithMaxOccurrences", flag),
			onlyInDetail(setByServer(a("seriesId", text))),
			onlyInDetail(setByServer(a("seriesBaseInstanceId", text))),
			onlyInDetail(nested("recurSpec", object, s.recurrence)),
			a("trackedEmailSignalId", text),
			nested("trackedEmailSignal", object, signal),
		},
		ownership())...)
}

// campaignMembers are the members of CampaignDetails (reference/act365.md §6.2).
func campaignMembers(link *model) []property {
	return join(
		all(text, "campaignId", "name", "type", "status"), all(whole, "statusId"),
		all(text, "templateId", "templateName", "templateType", "templateThumbnailUrl", "emailSubject", "groupName"),
		all(moment, "sendDate"),
		all(whole, "sent", "opens", "uniqueOpens", "virtualOpens", "openRate", "clicks", "uniqueClicks",
			"bounces", "optOut", "viewAsPage", "contactsCount"),
		[]property{nested("contacts", objects, link)},
		all(flag, "isSummary", "isOverLimit"))
}

// campaignProperties are campaignMembers as a campaign has them: what a client may say is the
// payload of reference/act365.md §6.6 and a name; the rest is the provider's.
func campaignProperties(link *model) []property {
	list := campaignMembers(link)
	for i := range list {
		switch list[i].name {
		case "name", "templateId", "emailSubject", "sendDate":
		case "contacts":
			list[i].server, list[i].detail = true, true
		default:
			list[i].server = true
		}
	}
	return list
}
