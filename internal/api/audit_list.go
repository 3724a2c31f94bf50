package api

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/audit"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// maxAuditCSV is how many rows an export as CSV has at most (reference/operations.md §6).
const maxAuditCSV = 10_000

// auditBody is a row of the audit log (reference/http-conventions.md §8.3). user_email, entity, login, request_id and changes are additions
// of ours.
type auditBody struct {
	ID          int64           `json:"id"`
	Timestamp   string          `json:"timestamp"`
	Method      string          `json:"method"`
	Status      *int            `json:"status"` // null: the change has not ended, or the server has before it
	ResourceURI string          `json:"resource_uri"`
	IPAddress   string          `json:"ip_address"`
	UserID      *int64          `json:"user_id"`
	UserEmail   string          `json:"user_email,omitempty"`
	AccountID   *int64          `json:"account_id"`
	OrgID       *int64          `json:"org_id"`
	InstanceID  *int64          `json:"instance_id"`
	Entity      string          `json:"entity"`
	EntityID    *string         `json:"entity_id"`
	Login       string          `json:"login"`
	RequestID   string          `json:"request_id,omitempty"`
	Changes     json.RawMessage `json:"changes,omitempty"`
}

func auditBodyOf(e *store.AuditEntry) auditBody {
	return auditBody{
		ID: e.ID, Timestamp: e.At.UTC().Format("2006-01-02T15:04:05.000Z"), Method: e.Method, Status: given(e.Status), ResourceURI: e.URI, IPAddress: e.IP,
		UserID: given(e.UserID), UserEmail: e.UserEmail, AccountID: given(e.AccountID), OrgID: given(e.OrganizationID), InstanceID: given(e.InstanceID),
		Entity: e.Kind, EntityID: given(e.EntityID), Login: e.Login, RequestID: e.RequestID, Changes: json.RawMessage(e.Changes),
	}
}

// given is nil for what is not known.
func given[T comparable](value T) *T {
	var none T
	if value == none {
		return nil
	}
	return &value
}

// auditLog answers GET /audit-logs and the lists of one kind; variable names what the path narrows it to, "" = nothing.
func auditLog(kind, variable string) func(*API, *exchange) error {
	return func(a *API, e *exchange) error {
		q, err := a.auditQuery(e, kind, variable)
		if err != nil {
			return err
		}
		rows, next, err := a.Audit.List(e.r.Context(), audit.ScopeOf(e.principal), *q)
		if err != nil {
			return err
		}
		bodies := make([]auditBody, len(rows))
		for i := range rows {
			bodies[i] = auditBodyOf(&rows[i])
		}
		e.nextPage(next)
		e.returned(len(bodies))
		return e.json(bodies)
	}
}

func (a *API) auditQuery(e *exchange, kind, variable string) (*audit.Query, error) {
	given, err := parseQuery(e.r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	q := &audit.Query{
		Kind: kind, Method: strings.ToUpper(given.Get("method")), URI: given.Get("uri"), EntityID: given.Get("entityId"), NextPage: given.Get("nextPage"),
	}
	if kind == "" {
		q.Kind = given.Get("entity")
	}
	if variable != "" {
		q.EntityID = e.param(variable)
	}
	if q.Kind == audit.KindElements && q.EntityID != "" {
		q.EntityID = a.connectorEntity(e, q.EntityID)
	}
	if q.PageSize, err = e.pageSize(audit.PageSize); err != nil {
		return nil, err
	}
	for name, to := range map[string]*int64{"userId": &q.UserID, "accountId": &q.AccountID, "instanceId": &q.InstanceID} {
		if text := given.Get(name); text != "" {
			if *to, err = strconv.ParseInt(text, 10, 64); err != nil || *to < 1 {
				return nil, fault.New(fault.Invalid, "The parameter %s must be an id, not %q", name, text)
			}
		}
	}
	if text := given.Get("status"); text != "" {
		if q.Status, err = strconv.Atoi(text); err != nil || q.Status < 100 || q.Status > 599 {
			return nil, fault.New(fault.Invalid, "The parameter status must be a status such as 200, not %q", text)
		}
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

// exportAudit answers GET /audit-logs/export, an addition of ours: all rows that the filters leave, as lines of JSON, or as CSV for who
// accepts text/csv. It goes out while it is read.
func (a *API) exportAudit(e *exchange) error {
	q, err := a.auditQuery(e, "", "")
	if err != nil {
		return err
	}
	out := bufio.NewWriter(e.w)
	media, name, most := "application/x-ndjson", "audit.jsonl", 0
	write := func(row *store.AuditEntry) error { return writeLine(out, row) }
	end := out.Flush
	if strings.Contains(strings.ToLower(e.r.Header.Get("Accept")), "text/csv") {
		table := csv.NewWriter(out)
		media, name, most = "text/csv; charset=utf-8", "audit.csv", maxAuditCSV
		write = func(row *store.AuditEntry) error { return table.Write(auditCells(row)) }
		end = func() error { table.Flush(); return out.Flush() }
		if err := table.Write(auditColumns); err != nil {
			return err
		}
	}
	// The first row decides whether this is an answer or a failure.
	begin := func() {
		if e.status != 0 {
			return
		}
		h := e.w.Header()
		h.Set("Content-Type", media)
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
		e.status = http.StatusOK
		e.w.WriteHeader(http.StatusOK)
	}
	err = a.Audit.Each(e.r.Context(), audit.ScopeOf(e.principal), *q, most, func(row *store.AuditEntry) error {
		begin()
		return write(row)
	})
	if err != nil && e.status == 0 {
		return err
	}
	begin()
	if err == nil {
		err = end()
	}
	if err != nil {
		a.Log.Warn("an export of the audit log broke off", "request", e.id, "error", err)
		panic(http.ErrAbortHandler) // the caller must see that it is not whole
	}
	return nil
}

func writeLine(out *bufio.Writer, row *store.AuditEntry) error {
	encoder := json.NewEncoder(out) // ends a line
	encoder.SetEscapeHTML(false)
	return encoder.Encode(auditBodyOf(row))
}

var auditColumns = []string{
	"id", "timestamp", "method", "status", "resource_uri", "ip_address", "user_id", "user_email", "account_id", "org_id", "instance_id", "entity",
	"entity_id", "login", "request_id", "changes",
}

func auditCells(e *store.AuditEntry) []string {
	cells := []string{
		strconv.FormatInt(e.ID, 10), e.At.UTC().Format(time.RFC3339Nano), e.Method, strconv.Itoa(e.Status), e.URI, e.IP, strconv.FormatInt(e.UserID, 10), e.UserEmail,
		strconv.FormatInt(e.AccountID, 10), strconv.FormatInt(e.OrganizationID, 10), strconv.FormatInt(e.InstanceID, 10), e.Kind, e.EntityID, e.Login, e.RequestID,
		e.Changes,
	}
	for i, cell := range cells {
		if strings.IndexAny(cell, "=+-@\t\r") == 0 { // a program of tables must not take it for a formula
			cells[i] = "'" + cell
		}
	}
	return cells
}
