package api

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/usage"
)

// listUsage answers GET /usage: records, newest first (reference/operations.md §4.2).
func (a *API) listUsage(e *exchange) error {
	query, err := e.usageQuery()
	if err != nil {
		return err
	}
	page, next, err := a.Usage.List(e.r.Context(), e.principal.UsageScope(), *query, time.Now())
	if err != nil {
		return err
	}
	rows := make([]usage.Record, len(page))
	for i, record := range page {
		rows[i] = usage.Wire(record)
	}
	e.nextPage(next)
	e.returned(len(rows))
	return e.json(rows)
}

func (e *exchange) usageQuery() (*usage.Query, error) {
	given, err := parseQuery(e.r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	q := &usage.Query{
		Hub: strings.ToLower(given.Get("hub")), Keys: e.list("keys"), Tags: e.list("tags"),
		SearchText: given.Get("searchText"), NextPage: given.Get("nextPage"),
	}
	if q.PageSize, err = e.pageSize(usage.MaxPageSize); err != nil {
		return nil, err
	}
	if given.Get("pageSize") == "" {
		q.PageSize = usage.DefaultPageSize
	}
	if text := given.Get("pageOffset"); text != "" {
		if q.PageOffset, err = strconv.Atoi(text); err != nil || q.PageOffset < 0 {
			return nil, fault.New(fault.Invalid, "The parameter pageOffset must be a whole number from 0, not %q", text)
		}
	}
	for _, text := range e.list("accountIds") {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fault.New(fault.Invalid, "The parameter accountIds[] must hold ids of accounts, not %q", text)
		}
		q.AccountIDs = append(q.AccountIDs, id)
	}
	switch status := given.Get("status"); {
	case status == "":
	case strings.EqualFold(status, usage.Success):
		q.Outcome = store.Succeeded
	case strings.EqualFold(status, usage.Failed):
		q.Outcome = store.Failed
	default:
		return nil, fault.New(fault.Invalid, "The parameter status must be success or failed, not %q", status)
	}
	if q.From, _, err = moment(given, "from"); err != nil {
		return nil, err
	}
	to, unit, err := moment(given, "to")
	if err == nil && unit > 0 {
		q.To = to.Add(unit) // the day, second or millisecond that it names is in the range
	}
	return q, err
}

// momentForms are how clients write the ends of a range, with the span that the text names. Times without a zone are UTC.
var momentForms = []struct {
	layout string
	unit   time.Duration
}{
	{time.DateOnly, 24 * time.Hour},
	{time.RFC3339, time.Second}, // also reads fractions
	{"2006-01-02T15:04:05Z0700", time.Second},
	{"2006-01-02T15:04:05", time.Second},
	{"2006-01-02T15:04Z07:00", time.Minute},
	{"2006-01-02T15:04", time.Minute},
	{time.DateTime, time.Second},
}

// moment reads a date or a date-time of a query. The unit is 0 when the parameter is not given. A plus sign that a
// client did not encode arrives as a space.
func moment(query url.Values, name string) (at time.Time, unit time.Duration, err error) {
	text := strings.TrimSpace(query.Get(name))
	if text == "" {
		return time.Time{}, 0, nil
	}
	for _, try := range []string{text, strings.Replace(text, " ", "+", 1)} {
		for _, form := range momentForms {
			at, err := time.Parse(form.layout, try)
			if err != nil {
				continue
			}
			if at.Year() < 1970 || at.Year() > 9999 {
				break
			}
			unit := form.unit
			if at.Nanosecond() != 0 {
				unit = time.Millisecond
			}
			return at.UTC(), unit, nil
		}
	}
	return time.Time{}, 0, fault.New(fault.Invalid,
		"The parameter %s must be a date or a date-time such as 2018-06-12 or 2018-06-12T10:11:12Z, not %q", name, text)
}

// readUsage answers GET /usage/{id}: by traffic id or by request id, which are the same here. The
// record of a traced call has its trace.
func (a *API) readUsage(e *exchange) error {
	found, err := a.Usage.Find(e.r.Context(), e.principal.UsageScope(), e.param("id"))
	if err != nil {
		return err
	}
	row := usage.Wire(*found)
	if row.Trace, err = a.Traces.FindByRequest(e.r.Context(), e.principal.UsageScope(), found.RequestID); err != nil {
		return err
	}
	return e.json(row)
}

// record leaves a usage record of every authenticated request, once (reference/operations.md §4).
func (a *API) record(e *exchange) {
	if e.recorded {
		return
	}
	e.recorded = true
	switch {
	case e.status == 0:
		e.status = http.StatusOK
		return // a preflight
	case e.call != nil && e.call.Principal != nil:
		a.Gateway.Record(e.call, e.status)
	case e.principal != nil:
		p := e.principal
		a.Usage.Record(store.UsageRecord{
			RequestID: e.id, At: e.started, Duration: time.Since(e.started), Status: e.status,
			Method: e.r.Method, URI: usage.ScrubURI(e.r.URL.RequestURI()), API: e.pattern, IP: remoteIP(e.r),
			OrganizationID: p.Organization.ID, OrganizationExternalID: p.Organization.ExternalID,
			OrganizationName: p.Organization.Name, AccountID: p.Account.ID, UserID: p.User.ID,
		})
	}
}
