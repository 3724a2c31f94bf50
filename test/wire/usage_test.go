package wire_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"jackfield/internal/server"
	"jackfield/internal/store/storetest"
)

// usageRow is what the tests look at of a record.
type usageRow struct {
	TrafficID     string `json:"traffic_id"`
	RequestID     string `json:"request_id"`
	RequestStatus string `json:"request_status"`
	RequestURI    string `json:"request_uri"`
	ElementAPI    string `json:"element_api"`
	AccountID     int64  `json:"account_id"`
	ElementKey    string `json:"element_key"`
	InstanceName  string `json:"instance_name"`
}

func (h *house) usage(query url.Values) (rows []usageRow, a *answer) {
	h.t.Helper()
	a = h.do(request{path: "/usage", query: query}).want(200)
	a.into(&rows)
	if rows == nil {
		h.t.Fatalf("null is no list: %s", a.body)
	}
	if a.header.Get("Elements-Returned-Count") != fmt.Sprint(len(rows)) {
		h.t.Errorf("the count says %s of %d", a.header.Get("Elements-Returned-Count"), len(rows))
	}
	return rows, a
}

func (h *house) requestIDs(query url.Values) []string {
	h.t.Helper()
	rows, _ := h.usage(query)
	var all []string
	for _, row := range rows {
		all = append(all, row.RequestID)
	}
	return all
}

func TestUsageIsListedOnBothDatabases(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		usageIsListed(t, build(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		address := storetest.PostgresURL(t)
		usageIsListed(t, build(t, func(o *server.Options) { o.Database = address }))
	})
}

func usageIsListed(t *testing.T, h *house) {
	one, two := h.act("one"), h.act("two")
	var calls []string // oldest first
	for n, call := range []request{
		{path: "/hubs/crm/contacts?pageSize=1", token: one.Token},
		{path: "/hubs/crm/contacts/0123456789abcdef01234567", token: one.Token},
		{path: "/hubs/crm/contacts?pageSize=2&where=lastName='Byron'", token: two.Token},
		{path: "/hubs/crm/ping", token: two.Token},
	} {
		a := h.do(call)
		calls = append(calls, a.header.Get("Elements-Request-Id"))
		if n == 1 && a.status != 404 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	hub := func(more ...string) url.Values {
		q := url.Values{"hub": {"crm"}}
		for n := 0; n < len(more); n += 2 {
			q.Add(more[n], more[n+1])
		}
		return q
	}
	newest := slices.Clone(calls)
	slices.Reverse(newest)
	today := time.Now().UTC().Format(time.DateOnly)
	for name, test := range map[string]struct {
		query url.Values
		want  []string
	}{
		"newest first":           {hub(), newest},
		"success":                {hub("status", "success"), []string{calls[3], calls[2], calls[0]}},
		"FAILED":                 {hub("status", "FAILED"), []string{calls[1]}},
		"a key":                  {hub("keys[]", "actessentials"), newest},
		"a key in a comma list":  {hub("keys", "none,actessentials"), newest},
		"another key":            {hub("keys[]", "dice"), nil},
		"a tag":                  {hub("tags[]", "two"), newest[:2]},
		"text":                   {hub("searchText", "BYRON"), []string{calls[2]}},
		"text nobody has":        {hub("searchText", "no call had this"), nil},
		"a day":                  {hub("from", today, "to", today), newest},
		"a moment long ago":      {hub("from", "2018-01-01T00:00:00Z", "to", "2018-01-02T00:00:00.5+02:00"), nil},
		"the first two":          {hub("pageSize", "2"), newest[:2]},
		"page two":               {hub("pageSize", "2", "pageOffset", "2"), newest[2:]},
		"page three of two":      {hub("pageSize", "2", "pageOffset", "3"), nil},
		"everything combined":    {hub("status", "success", "keys[]", "actessentials", "tags[]", "one", "from", today, "searchText", "contacts", "pageSize", "5", "pageOffset", "1"), []string{calls[0]}},
		"an account of nobody":   {hub("accountIds[]", "987654"), nil},
		"an empty token is none": {hub("nextPage", "", "pageSize", "1"), newest[:1]},
	} {
		if got := h.requestIDs(test.query); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	rows, _ := h.usage(hub())
	if !slices.Equal(h.requestIDs(hub("accountIds[]", fmt.Sprint(rows[0].AccountID))), newest) {
		t.Error("the own account's id finds something else")
	}

	// Pages follow the token, which wins over the page's number.
	var paged []string
	for next := ""; ; {
		rows, a := h.usage(hub("pageSize", "1", "pageOffset", "1", "nextPage", next))
		for _, row := range rows {
			paged = append(paged, row.RequestID)
		}
		if next = a.header.Get("Elements-Next-Page-Token"); next == "" {
			break
		}
	}
	if !slices.Equal(paged, newest) {
		t.Errorf("%v, want %v", paged, newest)
	}

	// A row is what a read of it answers, and platform calls are in the list too.
	var read usageRow
	h.do(request{path: "/usage/" + calls[1]}).want(200).into(&read)
	if i := slices.Index(h.requestIDs(hub()), calls[1]); rows[i] != read || read.TrafficID != calls[1] {
		t.Errorf("%+v is not %+v", rows[i], read)
	}
	all, _ := h.usage(url.Values{"searchText": {"POST /instances"}})
	if len(all) != 2 || all[0].ElementAPI != "POST /instances" {
		t.Errorf("%+v", all)
	}
}

func TestWhatAListOfUsageCannotAnswerIsRefused(t *testing.T) {
	t.Parallel()
	h := build(t)
	tomorrow := time.Now().UTC().AddDate(0, 0, 2).Format(time.DateOnly)
	for query, want := range map[string]int{
		"from=" + tomorrow: 404,
		"from=" + tomorrow + "&to=2099-01-01T00:00:00Z": 404,
		"from=2099-01-01T00:00:00%2B02:00":              404,
		"to=" + tomorrow:                                200,
		"from=2026-01-02&to=2026-01-01":                 400,
		"from=yesterday":                                400,
		"from=9e9":                                      400,
		"from=99999-01-01":                              400,
		"to=%00":                                        400,
		"status=maybe":                                  400,
		"pageSize=0":                                    400,
		"pageSize=x":                                    400,
		"pageSize=999999999":                            200,
		"pageOffset=-1":                                 400,
		"pageOffset=999999999":                          400,
		"nextPage=***":                                  400,
		"nextPage=bnVsbA":                               400,
		"accountIds[]=x":                                400,
		"tags[]=%00":                                    200,
		"searchText=%25%5C%27%22_":                      200,
		"searchText=" + strings.Repeat("x", 1001):       400,
		"hub=%FF":                                       200,
		"hub=%zz":                                       400,
	} {
		if a := h.do(request{path: "/usage?" + query}); a.status != want {
			t.Errorf("%s: %d, want %d: %s", query, a.status, want, short(a.body))
		}
	}
	if a := h.do(request{path: "/usage", header: map[string]string{"Authorization": ""}}); a.status != http.StatusUnauthorized {
		t.Errorf("without a login: %d", a.status)
	}
	h.do(request{method: "POST", path: "/usage"}).want(405)
}
