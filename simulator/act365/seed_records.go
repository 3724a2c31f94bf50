package act365

import (
	"fmt"
	"strconv"
	"strings"
)

// One function per kind of record: what the i-th one, made at a time, is like.

func (g *seeder) groupAt(i int, created instant) row {
	d := g.start(g.s.group, groups, i, created)
	name := "Churros Test" // the acceptance checks of reference/act365.md §10 search for it
	if i > 0 {
		name = groupNames[(i-1)%len(groupNames)]
		if round := (i - 1) / len(groupNames); round > 0 {
			name += " " + strconv.Itoa(round+1)
		}
	}
	dynamic := i == 3 || i == 4
	if dynamic {
		name = [...]string{"Recently changed", "Without e-mail"}[i-3]
	}
	d.set("name", name)
	d.set("description", "Contacts of the group "+name)
	d.set("isDynamic", dynamic)
	d.set("contactsCount", int64(0))
	return d.r
}

func (g *seeder) contactAt(i int, created instant) row {
	d := g.start(g.s.contact, contacts, i, created)
	first := pick(g, firstNames)
	last := pick(g, lastNameHeads) + pick(g, lastNameTails)
	d.set("firstName", first)
	d.set("lastName", last)
	d.set("company", pick(g, companyHeads)+" "+pick(g, companyTails).(string))
	d.set("jobTitle", pick(g, jobTitles))
	d.set("emailAddress", strings.ToLower(first.(string)+"."+last)+"."+strconv.Itoa(i)+"@"+pick(g, emailDomains))
	d.set("businessPhone", g.phone())
	if g.odds(2) {
		d.set("mobilePhone", g.phone())
	}
	if g.odds(4) {
		d.set("website", "https://www."+pick(g, emailDomains))
	}
	if g.odds(5) {
		d.set("birthday", instant{ms: g.rng.Int64N(60*365) * 86_400_000})
	}
	d.set("source", pick(g, sources))
	d.set("customerType", int64(g.rng.IntN(4)))
	if !g.odds(3) {
		d.set("businessAddress", g.addressOf("Business"))
	}
	if g.odds(5) {
		d.set("homeAddress", g.addressOf("Home"))
	}
	g.join(d, i)
	if g.odds(3) {
		d.set("customField1", pick(g, cities)[1])
	}
	if g.odds(10) {
		d.set("customFields", map[string]any{"Account manager": "Team " + strconv.Itoa(g.rng.IntN(9)+1)})
	}
	if g.odds(10) {
		d.set("socialProfiles", map[string]any{"linkedIn": "https://social.example.com/" + strconv.Itoa(i)})
	}
	return d.r
}

// join puts a contact into up to three groups and, by chance, into the dynamic ones.
func (g *seeder) join(d draft, i int) {
	if n := g.rng.IntN(4); n > 0 && len(g.static) > 0 {
		list, at := make([]string, 0, n), g.rng.IntN(len(g.static))
		for k := range min(n, len(g.static)) {
			list = append(list, g.static[(at+k)%len(g.static)])
		}
		d.set("groups", list)
	}
	if len(g.dynamic) > 0 && i%7 == 0 {
		d.set("dynamicGroups", []string{g.dynamic[0]})
	}
}

// phone is a number from the block 555-0100 to 555-0199, which is kept free for fiction.
func (g *seeder) phone() string {
	n := g.rng.IntN(100)
	return "555-01" + string([]byte{byte('0' + n/10), byte('0' + n%10)})
}

func (g *seeder) addressOf(kind string) row {
	city := pick(g, cities)
	return row{
		strconv.Itoa(g.rng.IntN(98)+1) + " " + pick(g, streets), nil, nil,
		city[0], city[1], strconv.Itoa(10000 + g.rng.IntN(89999)), city[2], kind,
	}
}

func (g *seeder) opportunityAt(i int, created instant) row {
	d := g.start(g.s.opportunity, opportunities, i, created)
	season, subject := pick(g, seasons), pick(g, subjects)
	d.set("title", strings.ToUpper(season[:1])+season[1:]+" "+subject+" "+strconv.Itoa(i+1))
	stage := g.rng.IntN(len(stageNames))
	d.set("stage", stageNames[stage])
	d.set("total", float64(g.rng.IntN(2_000_000))/100)
	d.set("currency", currencies[g.rng.IntN(4)%3])
	d.set("probability", int64(stage*20))
	d.set("estimatedClose", instant{ms: created.ms + int64(g.rng.IntN(180))*86_400_000})
	if stage == len(stageNames)-1 {
		d.set("actualClose", instant{ms: created.ms + int64(g.rng.IntN(90))*86_400_000})
	}
	if g.odds(3) {
		d.set("description", "Wants a "+subject+" in "+season+".")
	}
	d.set("contacts", g.someContacts())
	return d.r
}

func (g *seeder) interactionAt(i int, created instant) row {
	d := g.start(g.s.interaction, interactions, i, created)
	kind := interactionTypes[1+g.rng.IntN(len(interactionTypes)-1)]
	d.set("type", kind)
	d.set("subject", pick(g, verbs)+" the "+pick(g, seasons)+" "+pick(g, subjects))
	start := instant{ms: created.ms + g.rng.Int64N(30*24)*3_600_000}
	start.ms -= start.ms % 900_000 // calendars work in quarters of an hour
	d.set("startTime", start)
	d.set("endTime", instant{ms: start.ms + int64(g.rng.IntN(8))*900_000})
	d.set("timeZone", pick(g, zoneNames))
	d.set("isCompleted", start.ms < g.now.ms)
	d.set("omitFromICal", g.odds(10))
	switch kind {
	case "Meeting":
		d.set("location", "Room "+strconv.Itoa(g.rng.IntN(9)+1))
	case "Call":
		d.set("phoneNumber", g.phone())
	}
	if g.odds(3) {
		d.set("notes", "Asked about the "+pick(g, subjects)+".")
	}
	d.set("contacts", g.someContacts())
	owner := g.people[i%len(g.people)]
	d.set("users", []row{{owner.id, owner.name()}})
	d.set("userCreatorId", owner.id)
	if len(g.chances) > 0 && g.odds(5) {
		d.set("opportunityId", pick(g, g.chances))
		d.set("revenue", float64(g.rng.IntN(100_000))/100)
		d.set("cost", float64(g.rng.IntN(10_000))/100)
		d.set("currency", "USD")
	}
	return d.r
}

func (g *seeder) todoAt(i int, created instant) row {
	d := g.start(g.s.todo, todos, i, created)
	d.set("subject", pick(g, verbs)+" the "+pick(g, subjects)+" "+strconv.Itoa(i+1))
	d.set("isPriority", g.odds(4))
	d.set("isCompleted", g.odds(2))
	if !g.odds(4) {
		d.set("dueDate", instant{ms: created.ms + int64(g.rng.IntN(60))*86_400_000})
	}
	d.set("contacts", g.someContacts())
	return d.r
}

// someContacts are references to one contact or two; none when there are no contacts.
func (g *seeder) someContacts() any {
	if len(g.links) == 0 {
		return nil
	}
	list := []row{pick(g, g.links)}
	if g.odds(5) {
		list = append(list, pick(g, g.links))
	}
	return list
}

// Status of a campaign.
const (
	campaignScheduled = 1
	campaignSent      = 2
	// campaignContacts is how many of its contacts a campaign lists; the count is of all.
	campaignContacts = 100
)

func (g *seeder) campaignAt(i int, created instant) row {
	d := g.start(g.s.campaign, campaigns, i, created)
	list := g.acct.collections[groups].rows
	group := list[i%len(list)]
	season, subject := pick(g, seasons), pick(g, subjects)
	d.set("senderEmailAddress", g.owners[i%len(g.owners)])
	d.set("groupId", group.id())
	d.set("timeZone", pick(g, zoneNames))
	d.set("name", "The "+season+" "+subject)
	d.set("emailSubject", "Our "+subject+" for "+season)
	d.set("templateId", fmt.Sprintf("00000000-0000-4000-8000-%012x", i+1))
	sent := instant{ms: created.ms + int64(1+g.rng.IntN(20))*86_400_000}
	d.set("sendDate", sent)
	status := campaignScheduled
	if sent.ms < g.now.ms {
		status = campaignSent
	}
	links := g.members[group.id()]
	if g.members == nil {
		links = groupLinks(g.acct, group.id())
	}
	fillCampaign(d.r, group, links, status)
	if status == campaignSent {
		n, _ := g.s.group.get(group, "contactsCount").(int64)
		d.set("sent", n)
		d.set("opens", n*2/3)
		d.set("uniqueOpens", n/2)
		d.set("openRate", int64(50))
		d.set("clicks", n/5)
		d.set("uniqueClicks", n/6)
		d.set("bounces", n/50)
		d.set("optOut", n/100)
	}
	return d.r
}

// fillCampaign sets what the provider knows of a campaign: its group, its contacts and its counts.
func fillCampaign(r, group row, links []row, status int) {
	m, gm := models().campaign, models().group
	d := draft{m: m, r: r}
	d.set("campaignId", r.id())
	d.set("type", "Email")
	d.set("statusId", int64(status))
	d.set("status", map[int]any{campaignScheduled: "Scheduled", campaignSent: "Sent"}[status])
	d.set("templateName", "Plain letter")
	d.set("templateType", "Basic")
	d.set("groupName", gm.get(group, "name"))
	d.set("contactsCount", gm.get(group, "contactsCount"))
	for _, name := range []string{"sent", "opens", "uniqueOpens", "virtualOpens", "openRate", "clicks",
		"uniqueClicks", "bounces", "optOut", "viewAsPage"} {
		d.set(name, int64(0))
	}
	d.set("isSummary", false)
	d.set("isOverLimit", false)
	if links == nil {
		links = []row{}
	}
	d.set("contacts", links)
}

// groupLinks are references to the contacts of a group, as many as a campaign lists.
func groupLinks(acct *account, group string) (links []row) {
	for _, contact := range acct.collections[contacts].rows {
		if len(links) == campaignContacts {
			break
		}
		if inGroup(contact, group) {
			links = append(links, linkTo(contact))
		}
	}
	return links
}
