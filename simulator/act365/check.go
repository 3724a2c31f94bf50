package act365

import (
	"net/url"
	"slices"
	"strings"
)

// The rules of reference/act365.md §12.3, one function per kind of record.

var (
	interactionTypes = []string{"Campaign", "QuickNote", "Call", "Meeting", "Email", "Other"}
	currencies       = []string{"USD", "INR", "GBP", "EUR", "AUD", "MXN", "BRL", "NZD", "CAD"}
)

// webhookEvents are the assumed names of what a webhook can ask for (reference/act365.md §8).
func webhookEvents() []string {
	var events []string
	for _, controller := range []string{contacts, opportunities, interactions, groups, todos} {
		for _, verb := range []string{"post", "put", "patch", "delete"} {
			events = append(events, controller+"_"+verb)
		}
	}
	return events
}

// need notes each of the properties that has no text in it.
func (k *checking) need(names ...string) {
	for _, name := range names {
		if strings.TrimSpace(k.text(name)) == "" {
			k.wrong(name, "The %s field is required.", name)
		}
	}
}

// among notes a property whose text is none of those allowed; null is good.
func (k *checking) among(name string, allowed []string) {
	if value, ok := k.model.get(k.row, name).(string); ok && !slices.Contains(allowed, value) {
		k.wrong(name, "%q is not one of %s.", value, strings.Join(allowed, ", "))
	}
}

func (k *checking) email(names ...string) {
	for _, name := range names {
		if value, ok := k.model.get(k.row, name).(string); ok && !isEmail(value) {
			k.wrong(name, "%q is no e-mail address.", value)
		}
	}
}

func (k *checking) zone(name string) {
	if value, ok := k.model.get(k.row, name).(string); ok && !isTimeZone(value) {
		k.wrong(name, "%q is no time zone known by IANA or Windows.", value)
	}
}

// isEmail is as strict as a form field: something, an @, and a dotted domain.
func isEmail(s string) bool {
	local, domain, found := strings.Cut(s, "@")
	if !found || local == "" || strings.ContainsAny(s, " \t\r\n<>,;") || strings.Contains(domain, "@") {
		return false
	}
	head, tail, dotted := strings.Cut(domain, ".")
	return dotted && head != "" && tail != "" && !strings.HasSuffix(tail, ".") && !strings.Contains(domain, "..")
}

func checkContact(k *checking) {
	if k.call.sim.options.StrictNames == "on" {
		k.need("firstName")
	}
	k.email("emailAddress", "altEmailAddress")
}

func checkInteraction(k *checking) {
	k.need("subject", "type", "timeZone")
	if k.text("type") != "" {
		k.among("type", interactionTypes)
	}
	if k.text("timeZone") != "" {
		k.zone("timeZone")
	}
	start, hasStart := k.model.get(k.row, "startTime").(instant)
	end, hasEnd := k.model.get(k.row, "endTime").(instant)
	if hasStart && hasEnd && end.ms < start.ms {
		k.wrong("endTime", "The end is before the start.")
	}
}

func checkGroup(k *checking) {
	k.need("name")
	if k.row[k.model.at("isDynamic")] == nil {
		k.row[k.model.at("isDynamic")] = false
		k.row[k.model.at("contactsCount")] = int64(0)
	}
	if k.call.sim.options.UniqueGroups != "on" {
		return
	}
	for _, other := range k.acct.collections[groups].rows {
		if other.id() != k.row.id() && k.model.text(other, "name") == k.text("name") {
			k.wrong("name", "There is a group named %q already.", k.text("name"))
			return
		}
	}
}

func checkTodo(k *checking) { k.need("subject") }

func checkOpportunity(k *checking) {
	k.need("title", "stage")
	k.among("currency", currencies)
}

func checkStage(k *checking) { k.need("name") }

// checkCampaign also fills in what the provider knows of a campaign that is about to be sent.
func checkCampaign(k *checking) {
	k.need("groupId")
	k.email("senderEmailAddress")
	k.zone("timeZone")
	if k.model.get(k.row, "sendDate") == nil {
		k.wrong("sendDate", "The sendDate field is required.")
	}
	group, found := k.acct.collections[groups].find(k.text("groupId"))
	if !found {
		if k.text("groupId") != "" {
			k.wrong("groupId", "There is no group with the id %q.", k.text("groupId"))
		}
		return
	}
	if k.text("name") == "" {
		k.row[k.model.at("name")] = k.model.get(k.row, "emailSubject")
	}
	fillCampaign(k.row, group, groupLinks(k.acct, group.id()), campaignScheduled)
}

func checkExport(k *checking) {
	query := k.text("query")
	if _, err := k.call.sim.exportQuery(query); err != nil {
		k.wrong("query", "%s", err)
	}
	k.row[k.model.at("exportId")] = k.row.id()
}

func checkWebhook(k *checking) {
	k.need("event", "target_url")
	if k.text("event") != "" {
		k.among("event", webhookEvents())
	}
	target := k.text("target_url")
	if target == "" {
		return
	}
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		k.wrong("target_url", "%q is no absolute http or https address.", target)
		return
	}
	if o := k.call.sim.options; o.Webhooks && !o.WebhookAny && !isLoopbackHost(u.Hostname()) {
		k.wrong("target_url", "This simulator delivers to loopback addresses only; start it with --webhook-any to allow others.")
	}
}
