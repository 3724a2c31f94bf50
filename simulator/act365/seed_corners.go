package act365

import (
	"strings"
	"time"
)

// Records that hold what goes wrong in practice, at fixed positions in order of creation
// (reference/act365.md §12.7). An account with fewer records lacks the later ones.

// contactCorners changes the first contacts.
func (g *seeder) contactCorners() {
	list := g.acct.collections[contacts].rows
	names := func(first, last string) func(draft) {
		return func(d draft) { d.set("firstName", first); d.set("lastName", last) }
	}
	sameEmail := func(d draft) { d.set("emailAddress", "shared.mailbox@example.com") }
	sameTime := func(d draft) { d.set("lastUpdated", instant{ms: g.now.ms - 36*3_600_000 - g.now.ms%1000 + 250}) }
	plainTime := instant{ms: g.now.ms - 48*3_600_000 - g.now.ms%1000, offset: 330}
	for i, corner := range []func(draft){
		names("Liam", "O'Brien"),
		names(`Rosa "Rosie"`, "Fairbrook"),
		names("Jürgen", "Müßig-Öztürk"),
		names("小雨", "林"),
		names("نور", "שלום"),
		names("Kit 🚀", "Wren👩‍🔧"),
		names("Zoe\u0308", "A\u030angstro\u0308m"),
		func(d draft) { d.set("emailAddress", nil); d.set("dynamicGroups", g.dynamic[1:]) },
		sameEmail, sameEmail,
		sameTime, sameTime, sameTime,
		func(d draft) { d.set("birthday", instantOf(time.Date(2000, 2, 29, 0, 0, 0, 0, time.UTC))) },
		func(d draft) { d.set("lastUpdated", plainTime) },
		func(d draft) { d.set("groups", nil); d.set("dynamicGroups", nil) },
		func(d draft) { d.set("groups", g.static[:min(20, len(g.static))]) },
		func(d draft) { d.set("quickbooksData", g.accounting("QuickBooks")) },
		func(d draft) { d.set("xeroData", g.accounting("Xero")) },
		names("Churros", "Test"),
		names("Ada", SampleLastName),
		names("Bruno", SampleLastName),
		names("Zita", SampleLastName),
	} {
		if i < len(list) {
			corner(draft{m: g.s.contact, r: list[i]})
		}
	}
}

// accounting is a full set of what an accounting package adds to a contact.
func (g *seeder) accounting(system string) row {
	due := instant{ms: g.now.ms - g.now.ms%1000 + 14*86_400_000}
	invoice := func(number string, balance int64) row {
		return row{"inv-" + number, number, "Delivery " + number, "USD", balance, due}
	}
	return row{
		"customer-17", system + " customer", "billing@example.com", "USD", int64(1250), int64(250),
		"realm-1", instant{ms: g.now.ms - 3_600_000}, []row{invoice("1001", 1000), invoice("1002", 250)},
	}
}

func (g *seeder) opportunityCorners() {
	list := g.acct.collections[opportunities].rows
	tenth, fifth := 0.1, 0.2
	for i, total := range []float64{0, tenth + fifth} { // the second is 0.30000000000000004
		if i < len(list) {
			list[i][g.s.opportunity.at("total")] = total
		}
	}
}

func (g *seeder) interactionCorners() {
	list := g.acct.collections[interactions].rows
	m := g.s.interaction
	for i, corner := range []func(draft){
		func(d draft) { d.set("notes", longNote()) },
		func(d draft) {
			d.set("recurSpec", g.weekly(d.r))
			d.set("seriesId", d.r.id())
			d.set("seriesBaseInstanceId", d.r.id())
			d.set("isSeriesWithMaxOccurrences", true)
		},
		func(d draft) { g.occurrence(d, list[1]) },
		func(d draft) { g.occurrence(d, list[1]) },
		func(d draft) {
			// Half past one in the night in which Berlin's clocks go from two to three.
			start := lastSunday(g.now.time().Year()-1, time.March).Add(30 * time.Minute)
			d.set("startTime", instantOf(start))
			d.set("endTime", instantOf(start.Add(time.Hour)))
			d.set("timeZone", "Europe/Berlin")
		},
	} {
		if i < len(list) {
			corner(draft{m: m, r: list[i]})
		}
	}
}

// occurrence makes an interaction a part of a series.
func (g *seeder) occurrence(d draft, base row) {
	d.set("seriesId", base.id())
	d.set("seriesBaseInstanceId", base.id())
	d.set("parentInteractionId", base.id())
	d.set("subject", d.m.get(base, "subject"))
}

// weekly is "every Tuesday, three times".
func (g *seeder) weekly(r row) row {
	day := row{nil, nil, []int64{2}, nil}
	end := row{int64(1), nil, int64(3)}
	return row{int64(1), int64(2), g.s.interaction.get(r, "startTime"), day, end}
}

// longNote has 4000 characters of what breaks CSV files and spreadsheets.
func longNote() string {
	const part = "Line with, commas;\tand a tab\n=cmd|'/c calc'!A1\n\"quoted\" text\r\n+1, -1, @sum(A1)\n"
	return strings.Repeat(part, 4000/len(part)+1)[:4000]
}

func lastSunday(year int, month time.Month) time.Time {
	day := time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -1)
	return day.AddDate(0, 0, -int(day.Weekday()))
}
