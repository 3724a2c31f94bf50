package act365

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// Probes that only read. Each takes a property of a contact that is there and asks for it in the
// way the assumption says.

// sampleText finds a contact with text in a property.
func (p *prober) sampleText(name string, fits func(string) bool) (id, text string, ok bool) {
	for _, contact := range p.sample {
		id, _ := contact["id"].(string)
		text, _ := contact[name].(string)
		if id != "" && text != "" && fits(text) {
			return id, text, true
		}
	}
	return "", "", false
}

func anyText(string) bool { return true }

func isBareword(s string) bool {
	return len(s) > 2 && !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) })
}

// finds tells whether a filter answers with the contact among the first, and the status.
func (p *prober) finds(filter, id string) (bool, int) {
	answer := p.get("Contacts", "$filter", filter, "$top", "150")
	return slices.ContainsFunc(answer.list(), func(r map[string]any) bool { return r["id"] == id }), answer.status
}

// forms tries ways to write the same filter. The first is the one assumed.
func (p *prober) forms(id string, filters ...string) finding {
	var says []string
	all := true
	for _, filter := range filters {
		ok, status := p.finds(filter, id)
		all = all && ok
		says = append(says, fmt.Sprintf("%s: %s", filter, map[bool]string{true: "found", false: fmt.Sprintf("not found, status %d", status)}[ok]))
	}
	return found(all, "%s", strings.Join(says, "; "))
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func probeLiterals(p *prober) finding {
	id, name, ok := p.sampleText("company", anyText)
	if !ok {
		return unclear("no contact at hand has a company")
	}
	filters := []string{"company eq " + quote(name) + " and id eq " + quote(id), "id eq " + id}
	return p.forms(id, filters...)
}

func probeDates(p *prober) finding {
	id, created, ok := p.sampleText("created", anyText)
	if !ok {
		return unclear("no contact at hand has a date of creation")
	}
	pin := "id eq " + quote(id) + " and created ge "
	return p.forms(id, pin+quote(created), pin+created, pin+"datetime"+quote(strings.TrimSuffix(created, "Z")))
}

func probeLike(p *prober) finding {
	id, name, ok := p.sampleText("lastName", func(s string) bool { return len([]rune(s)) > 3 })
	if !ok {
		return unclear("no contact at hand has a last name of four letters")
	}
	letters := []rune(name)
	part, head, tail := quote(string(letters[1:3])), quote(string(letters[:2])), quote(string(letters[2:]))
	pin := " and id eq " + quote(id)
	return p.forms(id, "substringof("+part+",lastName)"+pin, "contains(lastName,"+part+")"+pin,
		"startswith(lastName,"+head+")"+pin, "endswith(lastName,"+tail+")"+pin)
}

func probeIn(p *prober) finding {
	if len(p.sample) < 2 {
		return unclear("there are not two contacts")
	}
	first, _ := p.sample[0]["id"].(string)
	second, _ := p.sample[1]["id"].(string)
	answer := p.get("Contacts", "$filter", "(id eq "+quote(first)+" or id eq "+quote(second)+")")
	return found(len(answer.list()) == 2, "status %d, %d of 2 records", answer.status, len(answer.list()))
}

func probeNull(p *prober) finding {
	for _, contact := range p.sample {
		for _, name := range []string{"altEmailAddress", "homePhone", "birthday", "website", "linkedinUrl"} {
			if value, there := contact[name]; there && value == nil {
				id, _ := contact["id"].(string)
				is, status := p.finds("id eq "+quote(id)+" and "+name+" eq null", id)
				isNot, _ := p.finds("id eq "+quote(id)+" and "+name+" ne null", id)
				return found(is && !isNot, "status %d; eq null finds it: %v, ne null: %v", status, is, isNot)
			}
		}
	}
	return unclear("no contact at hand has a property that is null")
}

func probeNestedPath(p *prober) finding {
	list := p.get("Contacts", "$filter", "businessAddress/city ne null", "$top", "1")
	if list.status != http.StatusOK {
		return found(false, "status %d", list.status)
	}
	if len(list.list()) == 0 {
		return unclear("no contact has a business address with a city")
	}
	contact := list.list()[0]
	address, _ := contact["businessAddress"].(map[string]any)
	city, _ := address["city"].(string)
	id, _ := contact["id"].(string)
	return p.forms(id, "businessAddress/city eq "+quote(city)+" and id eq "+quote(id))
}

// ascending tells whether a property never falls from record to record.
func ascending(list []map[string]any, name string) bool {
	return slices.IsSortedFunc(list, func(a, b map[string]any) int {
		x, _ := a[name].(string)
		y, _ := b[name].(string)
		return strings.Compare(x, y)
	})
}

func probeOrder(p *prober) finding {
	down := p.get("Contacts", "$orderby", "id desc", "$top", "20")
	mixed := p.get("Contacts", "$orderBy", "id desc", "$top", "20")
	backwards := func(a probeAnswer) bool {
		list := a.list()
		slices.Reverse(list)
		return len(list) > 1 && ascending(list, "id")
	}
	if len(p.sample) < 2 {
		return unclear("there are not two contacts")
	}
	return found(backwards(down) && backwards(mixed), "$orderby works: %v, $orderBy works: %v", backwards(down), backwards(mixed))
}

func probeCreatedOrder(p *prober) finding {
	if len(p.sample) < 2 {
		return unclear("there are not two contacts")
	}
	answer := p.get("Contacts", "$orderby", "created", "$top", "20")
	sorted := slices.IsSortedFunc(answer.list(), func(a, b map[string]any) int {
		x, _ := a["created"].(string)
		y, _ := b["created"].(string)
		before, _ := parseInstant(x)
		after, _ := parseInstant(y)
		return int(before.ms/1000 - after.ms/1000)
	})
	return found(answer.status == http.StatusOK && sorted, "status %d, in order: %v", answer.status, sorted)
}

func probeTop(p *prober) finding {
	answer := p.get("Contacts", "$top", "151")
	n := len(answer.list())
	if answer.status == http.StatusOK && n < maxPage {
		return unclear("status 200, but there are only %d contacts", n)
	}
	return found(answer.status == http.StatusOK && n == maxPage, "status %d, %d records", answer.status, n)
}

func probeRate(p *prober) finding {
	if !p.options.Rate {
		return unclear("not asked: it takes --live-rate, which uses up a minute's calls")
	}
	for n := 1; n <= 400; n++ {
		answer := p.get("Contacts", "$top", "1", "$select", "id")
		p.failed = nil // a refusal is what is looked for
		switch {
		case answer.err != nil:
			return unclear("call %d failed: %v", n, answer.err)
		case answer.status != http.StatusOK:
			return found(answer.status == http.StatusTooManyRequests && n <= maxPage+1,
				"status %d at call %d of this probe, Retry-After %q, %s", answer.status, n, answer.header.Get("Retry-After"), answer.header.Get("Content-Type"))
		}
	}
	return found(false, "400 calls in a row were answered")
}

func probeErrorBody(p *prober) finding {
	answer := p.get("Contacts", "$filter", "lastName eq 'never closed")
	message, _ := answer.object()["message"].(string)
	names := make([]string, 0, 4)
	for name := range answer.object() {
		names = append(names, name)
	}
	slices.Sort(names)
	return found(answer.status == http.StatusBadRequest && message != "",
		"status %d, %s, members: %s", answer.status, answer.header.Get("Content-Type"), strings.Join(names, ", "))
}

func probeUnknownID(p *prober) finding {
	answer := p.get("Contacts/000000000000000000000000")
	return found(answer.status == http.StatusNotFound, "status %d", answer.status)
}

func probePaths(p *prober) finding {
	var missing []string
	for _, path := range []string{"Contacts", "Interactions", "Groups", "Todos", "Opportunities", "Opportunities/Totals",
		"Opportunities/Stages", "OpportunityStages", "Campaigns", "Metadata", "UserInfos", "Webhooks"} {
		if answer := p.get(path, "$top", "1"); answer.status != http.StatusOK || answer.list() == nil {
			missing = append(missing, fmt.Sprintf("%s answers %d", path, answer.status))
		}
	}
	if len(missing) > 0 {
		return found(false, "%s", strings.Join(missing, ", "))
	}
	return found(true, "all twelve answer an array")
}

func probeCredentials(p *prober) finding {
	wrong := *p
	wrong.options.APIKey = "jackfield-probe-wrong-key"
	answer := wrong.get("Contacts", "$top", "1")
	p.failed = wrong.failed
	return found(answer.status == http.StatusUnauthorized, "status %d, WWW-Authenticate %q", answer.status, answer.header.Get("WWW-Authenticate"))
}

func probeTokenURL(p *prober) finding {
	address := p.base[:strings.LastIndexByte(p.base, '/')] + "/oauth/v2/token"
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"none"}, "client_id": {"jackfield-probe"}, "client_secret": {"none"}}
	r, err := http.NewRequestWithContext(p.ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return unclear("%v", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := p.do(r)
	code, _ := answer.object()["error"].(string)
	return found((answer.status == http.StatusBadRequest || answer.status == http.StatusUnauthorized) && code != "",
		"status %d, error %q", answer.status, code)
}

func probeCase(p *prober) finding {
	id, name, ok := p.sampleText("lastName", isBareword)
	if !ok {
		return unclear("no contact at hand has a last name of plain letters")
	}
	other := strings.ToUpper(name)
	if other == name {
		other = strings.ToLower(name)
	}
	hit, status := p.finds("lastName eq "+quote(other)+" and id eq "+quote(id), id)
	return found(!hit && status == http.StatusOK, "status %d, %s finds %s: %v", status, quote(other), quote(name), hit)
}

func probeNaturalOrder(p *prober) finding {
	whole := p.get("Contacts", "$top", "4").list()
	if len(whole) < 4 {
		return unclear("there are not four contacts")
	}
	parts := append(p.get("Contacts", "$top", "2").list(), p.get("Contacts", "$top", "2", "$skip", "2").list()...)
	same := slices.EqualFunc(whole, parts, func(a, b map[string]any) bool { return a["id"] == b["id"] })
	return found(same && ascending(whole, "id"), "by id: %v; two pages of two are one of four: %v", ascending(whole, "id"), same)
}

func probeHost(p *prober) finding {
	return finding{verdict: agrees, found: p.base + " answers"}
}

func probeNulls(p *prober) finding {
	if len(p.sample) == 0 {
		return unclear("there are no contacts")
	}
	nulls, missing := 0, []string{}
	for _, property := range models().contact.properties {
		switch value, there := p.sample[0][property.name]; {
		case !there:
			missing = append(missing, property.name)
		case value == nil:
			nulls++
		}
	}
	return found(len(missing) == 0 && nulls > 0, "%d nulls in the first contact; missing: %s", nulls, strings.Join(missing, ", "))
}

func probeListDetail(p *prober) finding {
	list := p.get("Interactions", "$top", "1").list()
	if len(list) == 0 {
		return unclear("there are no interactions")
	}
	var there []string
	for _, property := range models().interaction.properties {
		if _, has := list[0][property.name]; has && property.detail {
			there = append(there, property.name)
		}
	}
	return found(len(there) == 0, "in the list: %s", strings.Join(there, ", "))
}

// probeMembers looks for properties in the first record of a collection.
func probeMembers(path string, names ...string) func(*prober) finding {
	return func(p *prober) finding {
		answer := p.get(path, "$top", "1")
		list := answer.list()
		if answer.status != http.StatusOK {
			return found(false, "status %d", answer.status)
		}
		if len(list) == 0 {
			return unclear("there are none")
		}
		var missing []string
		for _, name := range names {
			if _, there := list[0][name]; !there {
				missing = append(missing, name)
			}
		}
		return found(len(missing) == 0, "missing: %s", strings.Join(missing, ", "))
	}
}

func probeCalendarKey(p *prober) finding {
	answer := p.get("CalendarUrlKey")
	var key string
	isString := json.Unmarshal(answer.body, &key) == nil && key != ""
	// The key opens the calendar to whoever has it, so it is not printed.
	return found(answer.status == http.StatusOK && isString, "status %d, a JSON string: %v", answer.status, isString)
}

func probePageNumber(p *prober) finding {
	second := p.get("Campaigns", "$top", "1", "$skip", "1").list()
	if len(second) == 0 {
		return unclear("there are not two campaigns")
	}
	numbered := p.get("Campaigns", "$top", "1", "pageNumber", "2").list()
	return found(len(numbered) == 1 && numbered[0]["id"] == second[0]["id"], "pageNumber=2 is $skip=1: %v", len(numbered) == 1 && numbered[0]["id"] == second[0]["id"])
}
