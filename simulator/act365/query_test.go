package act365

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// people is a bench with a handful of contacts of known content and nothing else.
func people(t *testing.T, o Options) *bench {
	t.Helper()
	o.Contacts, o.StrictNames = -1, "off"
	b := start(t, o)
	for _, body := range []string{
		`{"firstName":"a","lastName":"O'Brien","company":"Mill","customerType":1,"birthday":"2000-02-29T00:00:00Z","groups":["111111111111111111111111"]}`,
		`{"firstName":"b","lastName":"smith","company":"mill","customerType":2,"birthday":"1999-12-31T23:30:00-01:00","businessAddress":{"city":"Aberfeld"}}`,
		`{"firstName":"c","lastName":"Smith","customerType":3,"mobilePhone":"5551234","customFields":{"tier":"gold","seats":7,"vip":true}}`,
		`{"firstName":"d","lastName":null,"company":"Say \"so\"","customerType":null,"groups":["111111111111111111111111","222222222222222222222222"]}`,
		`{"firstName":"e","lastName":"Ärger","company":"e","emailAddress":"e@example.com","businessAddress":{"city":"Dunmere"},"customerType":10}`,
	} {
		b.want(201, "POST", "/Contacts", body)
	}
	return b
}

// hits are the first names of the contacts that a filter finds.
func (b *bench) hits(filter string) string {
	b.t.Helper()
	answer := b.get("/Contacts", "$filter", filter)
	if answer.status != 200 {
		return fmt.Sprintf("%d %s", answer.status, answer.body)
	}
	return strings.Join(names(answer.list(b.t), "firstName"), "")
}

func TestFiltersSelectWhatTheySay(t *testing.T) {
	t.Parallel()
	b := people(t, Options{})
	for filter, want := range map[string]string{
		// comparisons and literals
		`lastName eq 'O''Brien'`:        "a",
		`lastName eq O'Brien`:           "a",
		`lastName eq 'Smith'`:           "c",
		`lastName eq Smith`:             "c",
		`lastName ne 'Smith'`:           "abde",
		`'Smith' eq lastName`:           "c",
		`company eq 'Say "so"'`:         "d",
		`lastName gt 'Smith'`:           "be",
		`lastName ge 'Smith'`:           "bce",
		`lastName lt 'Smith'`:           "a",
		`mobilePhone eq 5551234`:        "c",
		`mobilePhone eq '5551234'`:      "c",
		`emailAddress eq e@example.com`: "e",
		`customerType eq 2`:             "b",
		`customerType gt 2`:             "ce",
		`2 lt customerType`:             "ce",
		`customerType le 2.5`:           "ab",
		`customerType eq '10'`:          "e",
		`1 eq 1`:                        "abcde",
		`'a' gt 'b'`:                    "",
		`true`:                          "abcde",
		`company eq firstName`:          "e",
		// precedence
		`customerType eq 1 or customerType eq 2 and company eq 'mill'`:   "ab",
		`(customerType eq 1 or customerType eq 2) and company eq 'mill'`: "b",
		`not customerType eq 1 and company eq 'mill'`:                    "b",
		`not (customerType eq 1 or customerType eq 2)`:                   "cde",
		`(customerType eq 1 or customerType eq 3)`:                       "ac",
		// functions
		`startswith(lastName,'Sm')`:                  "c",
		`endswith(lastName,'th')`:                    "bc",
		`substringof('mit',lastName)`:                "bc",
		`contains(lastName,'mit')`:                   "bc",
		`substringof(mit,lastName)`:                  "bc",
		`contains(lastName,firstName)`:               "e",
		`startswith(tolower(lastName),'sm') eq true`: "bc",
		`toupper(company) eq 'MILL'`:                 "ab",
		`length(lastName) gt 5`:                      "a",
		`length(lastName) eq 5`:                      "bce",
		`not contains(lastName,'mit')`:               "ade",
		`startswith('abc','ab')`:                     "abcde",
		// paths, lists, free maps
		`businessAddress/city eq 'Aberfeld'`:   "b",
		`businessAddress/city ne null`:         "be",
		`businessAddress eq null`:              "acd",
		`groups eq '111111111111111111111111'`: "ad",
		`groups ne '111111111111111111111111'`: "bce",
		`groups eq '222222222222222222222222'`: "d",
		`groups eq null`:                       "bce",
		`startswith(groups,'22')`:              "d",
		`customFields/tier eq 'gold'`:          "c",
		`customFields/seats gt 5`:              "c",
		`customFields/vip eq true`:             "c",
		`customFields/none eq null`:            "abcde",
		`customFields ne null`:                 "c",
		`startswith(customFields/tier,'go')`:   "c",
	} {
		if got := b.hits(filter); got != want {
			t.Errorf("%s finds %q, want %q", filter, got, want)
		}
	}
}

func TestDatesCompareAsInstantsInEveryWriting(t *testing.T) {
	t.Parallel()
	b := people(t, Options{})
	for filter, want := range map[string]string{
		`birthday eq '2000-02-29T00:00:00Z'`:                            "a",
		`birthday eq '2000-02-29T00:00:00.000Z'`:                        "a",
		`birthday eq '2000-02-29T02:00:00+02:00'`:                       "a",
		`birthday eq 2000-02-29T00:00:00Z`:                              "a",
		`birthday eq datetime'2000-02-29T00:00:00'`:                     "a",
		`birthday eq datetimeoffset'2000-02-28T23:00:00.0000000-01:00'`: "a",
		`birthday eq '2000-02-29'`:                                      "a",
		`birthday eq '2000-01-01T00:30:00Z'`:                            "b",
		`birthday lt '2000-01-01T00:30:00.001Z'`:                        "b",
		`birthday gt '1990-01-01' and birthday lt '2010-01-01'`:         "ab",
		`created ge '2026-03-10T12:00:00Z'`:                             "abcde",
		`created gt '2026-03-10T12:00:00Z'`:                             "",
	} {
		if got := b.hits(filter); got != want {
			t.Errorf("%s finds %q, want %q", filter, got, want)
		}
	}
}

func TestOnlyEqualityIsTrueOfNull(t *testing.T) {
	t.Parallel()
	b := people(t, Options{})
	for filter, want := range map[string]string{
		`lastName eq null`:         "d",
		`lastName ne null`:         "abce",
		`null eq lastName`:         "d",
		`lastName gt null`:         "",
		`lastName le null`:         "",
		`customerType lt 5`:        "abc",
		`not (customerType lt 5)`:  "de",
		`length(lastName) eq null`: "d",
		`company eq lastName`:      "",
		`null eq null`:             "abcde",
	} {
		if got := b.hits(filter); got != want {
			t.Errorf("%s finds %q, want %q", filter, got, want)
		}
	}
}

func TestWrongFiltersAnswer400WithThePosition(t *testing.T) {
	t.Parallel()
	b := people(t, Options{})
	for filter, at := range map[string]string{
		``:                                  "position 1",
		`nothing eq 1`:                      `position 1: contact has no property`,
		`lastName eq 'x`:                    "position 13",
		`lastName like 'x'`:                 "position 10",
		`firstName eq 'x' and foo/bar eq 1`: "position 22",
		`customerType eq 'many'`:            "position 17",
		`birthday eq '2001-02-29'`:          "position 13",
		`birthday eq yesterday`:             "position 13",
		`lastName`:                          "position 1: a condition is expected",
		`'x'`:                               "position 1: a condition is expected",
		`length(customerType) eq 1`:         "position 8",
		`businessAddress eq 'x'`:            "position 17",
		`firstName eq customerType`:         "position 11",
		`groups/x eq 'y'`:                   "position 1",
		`tolower(groups) eq 'y'`:            "position 9",
		strings.Repeat("(", 51) + "1 eq 1" + strings.Repeat(")", 51): "deeper than 50",
		`firstName eq '` + strings.Repeat("x", 8192) + `'`:           "8192",
	} {
		answer := b.get("/Contacts", "$filter", filter)
		message, _ := answer.object(t)["message"].(string)
		if answer.status != 400 || !strings.Contains(message, at) || !strings.Contains(message, "$filter") {
			t.Errorf("%.60s: status %d, %s; want %q", filter, answer.status, message, at)
		}
	}
}

func TestCaseMattersUnlessTurnedOff(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string][2]string{
		`lastName eq 'SMITH'`:     {"", "bc"},
		`lastName ne 'smith'`:     {"acde", "ade"},
		`contains(company,'ILL')`: {"", "ab"},
		`lastName eq 'Smith'`:     {"c", "bc"},
	} {
		for i, o := range []Options{{}, {CaseInsensitive: true}} {
			if got := people(t, o).hits(filter); got != want[i] {
				t.Errorf("%s with case-insensitive %v finds %q, want %q", filter, o.CaseInsensitive, got, want[i])
			}
		}
	}
}

func TestStrictFiltersRefuseTextWithoutQuotes(t *testing.T) {
	t.Parallel()
	b := people(t, Options{Filter: "strict"})
	for filter, ok := range map[string]bool{
		`lastName eq 'Smith'`:              true,
		`customerType eq 2`:                true,
		`birthday gt 2000-01-01T00:00:00Z`: true,
		`lastName eq Smith`:                false,
		`mobilePhone eq 5551234`:           false,
		`customerType eq '2'`:              false,
		`id eq 5dca0f5b8b5c4e1e9c1d2f3a`:   false,
	} {
		if status := b.get("/Contacts", "$filter", filter).status; (status == 200) != ok {
			t.Errorf("%s: status %d", filter, status)
		}
	}
}

func TestFiltersOnOtherRecordsSeeTheirNestedLists(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	first := b.get("/Interactions", "$top", "1").list(t)[0]
	contact := first["contacts"].([]any)[0].(map[string]any)
	list := b.get("/Interactions", "$filter", "contacts/id eq '"+contact["id"].(string)+"'").list(t)
	if !slices.Contains(ids(list), first["id"].(string)) {
		t.Error("an interaction is not found by its contact")
	}
	for _, r := range list {
		if !strings.Contains(fmt.Sprint(r["contacts"]), contact["id"].(string)) {
			t.Errorf("%v does not have the contact", r["id"])
		}
	}
	completed := b.get("/Todos", "$filter", "isCompleted").list(t)
	open := b.get("/Todos", "$filter", "isCompleted eq false").list(t)
	if len(completed) == 0 || len(open) == 0 || len(completed)+len(open) != 30 {
		t.Errorf("%d completed and %d open todos of 30", len(completed), len(open))
	}
}

func TestPagesJoinToTheWholeList(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Contacts: 400})
	for _, path := range []string{"/Contacts", "/Interactions", "/Groups", "/Todos", "/Opportunities", "/Campaigns", "/Metadata"} {
		whole := ids(b.get(path, "$top", "4").list(t))
		parts := slices.Concat(ids(b.get(path, "$top", "2").list(t)), ids(b.get(path, "$top", "2", "$skip", "2").list(t)))
		if len(whole) != 4 || !slices.Equal(whole, parts) || !slices.IsSorted(whole) {
			t.Errorf("%s: %v and %v", path, whole, parts)
		}
	}
	all := ids(b.get("/Contacts").list(t))
	if len(all) != 150 {
		t.Errorf("%d contacts came without a page size", len(all))
	}
	if last := b.get("/Contacts", "$skip", "390").list(t); len(last) != 10 {
		t.Errorf("the last page has %d", len(last))
	}
	if none := b.get("/Contacts", "$skip", "4000"); none.body != "[]" {
		t.Errorf("behind the end is %s", none.body)
	}
	if none := b.get("/Contacts", "$top", "0"); none.body != "[]" {
		t.Errorf("an empty page is %s", none.body)
	}
	filtered := b.get("/Contacts", "$filter", "customerType ge 0", "$top", "5", "$skip", "5").list(t)
	if !slices.Equal(ids(filtered), all[5:10]) {
		t.Error("a filter that lets everything pass changes the page")
	}
}

func TestPageSizesAboveTheLimitAreCutOrRefused(t *testing.T) {
	t.Parallel()
	if list := start(t, Options{Contacts: 200}).get("/Contacts", "$top", "1000").list(t); len(list) != 150 {
		t.Errorf("%d records came", len(list))
	}
	reject := start(t, Options{Contacts: 200, MaxTop: "reject"})
	reject.want(400, "GET", "/Contacts?$top=151", "")
	reject.want(200, "GET", "/Contacts?$top=150", "")
}

func TestOptionsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	for query, status := range map[string]int{
		"$top=x": 400, "$top=-1": 400, "$top=1.5": 400, "$top=99999999999": 400, "$top=": 400,
		"$skip=x": 400, "$skip=-1": 400,
		"$orderby=nothing": 400, "$orderby=lastName+up": 400, "$orderby=businessAddress": 400, "$orderby=groups": 400, "$orderby=": 400,
		"$select=nothing": 400, "$select=": 400,
		"$top=1&$top=2": 400,
		"$filter=%zz":   400,
		"$nothing=1":    400,
		"$count=true&$inlinecount=allpages&$expand=x&$format=json&$top=1": 200,
		"unknown=1&page=2": 200,
	} {
		if got := b.call("GET", "/Contacts?"+query, ""); got.status != status {
			t.Errorf("%s: status %d, want %d: %s", query, got.status, status, got.body)
		}
	}
}

func TestOptionNamesHaveNoCase(t *testing.T) {
	t.Parallel()
	b := people(t, Options{})
	for _, query := range []string{"$orderby=firstName+desc&$top=2", "$orderBy=firstName+desc&$TOP=2", "%24orderby=firstName%20desc&%24top=2"} {
		if got := strings.Join(names(b.call("GET", "/Contacts?"+query, "").list(t), "firstName"), ""); got != "ed" {
			t.Errorf("%s gives %s", query, got)
		}
	}
}

func TestListsAreOrderedAsAsked(t *testing.T) {
	t.Parallel()
	b := people(t, Options{})
	for order, want := range map[string]string{
		"firstName desc":                        "edcba",
		"lastName":                              "dacbe",
		"lastName desc":                         "ebcad",
		"customerType desc":                     "ecbad",
		"company,firstName desc":                "cadeb",
		"birthday":                              "cdeba",
		"businessAddress/city, firstName":       "acdbe",
		"created":                               "abcde",
		"created desc":                          "abcde", // all the same; ties are in order of id
		"customFields/seats desc,firstName asc": "cabde",
	} {
		if got := strings.Join(names(b.get("/Contacts", "$orderby", order).list(t), "firstName"), ""); got != want {
			t.Errorf("%s gives %s, want %s", order, got, want)
		}
	}
}

func TestSelectLeavesOutTheRest(t *testing.T) {
	t.Parallel()
	b := people(t, Options{})
	answer := b.get("/Contacts", "$select", "lastName,firstName,businessAddress/city", "$top", "2")
	want := `[{"firstName":"a","lastName":"O'Brien","businessAddress":null},` +
		`{"firstName":"b","lastName":"smith","businessAddress":{"line1":null,"line2":null,"line3":null,"city":"Aberfeld","state":null,"postalCode":null,"country":null,"type":null}}]`
	if answer.body != want {
		t.Errorf("%s", answer.body)
	}
	id := b.get("/Contacts", "$top", "1").list(t)[0]["id"].(string)
	if one := b.get("/Contacts/"+id, "$select", "firstName"); one.body != `{"firstName":"a"}` {
		t.Errorf("%s", one.body)
	}
}

func TestGroupIDIsAParameterBesideTheFilter(t *testing.T) {
	t.Parallel()
	b := people(t, Options{})
	one, two := strings.Repeat("1", 24), strings.Repeat("2", 24)
	for _, c := range []struct{ query, want string }{
		{"groupId=" + one, "ad"},
		{"groupid=" + two, "d"},
		{"groupId=" + one + "&$filter=customerType+eq+1", "a"},
		{"groupId=" + strings.Repeat("3", 24), ""},
		{"groupId=nonsense", ""},
		{"groupId=" + one + "&$top=1&$skip=1", "d"},
	} {
		if got := strings.Join(names(b.call("GET", "/Contacts?"+c.query, "").list(t), "firstName"), ""); got != c.want {
			t.Errorf("%s gives %q, want %q", c.query, got, c.want)
		}
	}
	if all := b.get("/Groups", "groupId", one).list(t); len(all) == 0 {
		t.Error("groupId hides groups, though only contacts have it")
	}
}

func TestCampaignsCanBePagedByNumber(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	all := ids(b.get("/Campaigns").list(t))
	for page := 1; page <= 3; page++ {
		got := ids(b.get("/Campaigns", "$top", "5", "pageNumber", strconv.Itoa(page)).list(t))
		if want := all[(page-1)*5 : min(12, page*5)]; !slices.Equal(got, want) {
			t.Errorf("page %d is %v, want %v", page, got, want)
		}
	}
	if got := ids(b.get("/Campaigns", "$top", "5", "$skip", "1", "pageNumber", "3").list(t)); !slices.Equal(got, all[1:6]) {
		t.Error("pageNumber wins over $skip")
	}
	b.want(400, "GET", "/Campaigns?pageNumber=0", "")
}

func TestSemicolonsAndPlusSignsStayInTheFilter(t *testing.T) {
	t.Parallel()
	b := people(t, Options{})
	b.want(201, "POST", "/Contacts", `{"firstName":"f","company":"x;y+z"}`)
	if got := b.call("GET", "/Contacts?$filter=company%20eq%20'x;y%2Bz'", ""); len(got.list(t)) != 1 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func FuzzFiltersNeverBreak(f *testing.F) {
	f.Add(`startswith(lastName,'O') and not (groups eq 'x' or businessAddress/city lt null)`)
	f.Add(`length(tolower(customFields/a)) ge 2.5 or xeroData/outstandingInvoices/balance gt 5`)
	f.Add(`contains(contains,datetime'2019') eq (true)`)
	sim := New(Options{Contacts: 40, Clock: testTime})
	defer sim.Close()
	rows := sim.accounts[0].collections[contacts].rows
	f.Fuzz(func(t *testing.T, text string) {
		for _, fold := range []bool{false, true} {
			c := &compiler{model: models().contact, fold: fold}
			test, _, err := c.compileFilter(text)
			if err != nil {
				continue
			}
			for _, r := range rows {
				test(r)
			}
		}
	})
}
