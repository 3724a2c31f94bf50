package store

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// UsageOutcome narrows traffic records by how the call ended.
type UsageOutcome int

const (
	AnyOutcome UsageOutcome = iota
	Succeeded               // answered below 400
	Failed                  // answered with 400 or above
)

// UsageFilter narrows a list of traffic records. Zero fields do not filter; set ones combine with AND.
type UsageFilter struct {
	Accounts   []int64   // any of them
	From, To   time.Time // From counts, To does not
	Hub        string
	Keys       []string // keys of connectors: any of them
	Tags       []string // the instance had all of them
	Outcome    UsageOutcome
	SearchText string // part of URI, API, connector, instance or request id, in any case of ASCII letters

	After  UsagePlace // only records behind this one in the list
	Offset int        // records to leave out at the beginning
	Limit  int        // 0 = no limit
}

// UsagePlace is the place of a record in the list, which is newest first.
type UsagePlace struct {
	At int64 // milliseconds since 1970, UTC
	ID int64
}

// Place is where the record stands in the list.
func (r *UsageRecord) Place() UsagePlace { return UsagePlace{millis(r.At), r.ID} }

// Usage lists traffic records of an organization, newest first.
func (d *DB) Usage(ctx context.Context, organizationID int64, f UsageFilter) ([]UsageRecord, error) {
	q := d.usageQuery(organizationID, f)
	if q == nil {
		return nil, nil
	}
	text := "SELECT " + usageColumns + " FROM usage WHERE " + strings.Join(q.terms, " AND ") + " ORDER BY at DESC, id DESC"
	if f.Limit > 0 {
		text += " LIMIT " + strconv.Itoa(f.Limit) + " OFFSET " + strconv.Itoa(f.Offset)
	}
	rows, err := d.usageReader.QueryContext(ctx, text, q.args...)
	if err != nil {
		return nil, failure("read usage", err)
	}
	defer rows.Close()
	var found []UsageRecord
	for rows.Next() {
		r, err := scanUsage(rows)
		if err != nil {
			return nil, failure("read usage", err)
		}
		found = append(found, *r)
	}
	return found, failure("read usage", rows.Err())
}

// usageQuery is the condition of a list; nil when no record can meet it.
func (d *DB) usageQuery(organizationID int64, f UsageFilter) *condition {
	if !storable(f.Hub, f.SearchText) || !storable(f.Keys...) || !storable(f.Tags...) {
		return nil // PostgreSQL would refuse the question
	}
	q := &condition{}
	switch len(f.Accounts) {
	case 0:
		q.add("organization_id = %s", organizationID)
	case 1: // the plus keeps this term out of the choice of an index: the account's is the narrower one
		q.add("account_id = %s", f.Accounts[0])
		q.add("+organization_id = %s", organizationID)
	default:
		q.add("organization_id = %s", organizationID)
		q.add(d.dialect.listed("account_id"), listArgument(d.dialect, f.Accounts))
	}
	if !f.From.IsZero() {
		q.add("at >= %s", millis(f.From))
	}
	if !f.To.IsZero() {
		q.add("at < %s", millis(f.To))
	}
	if f.After != (UsagePlace{}) {
		q.add("at <= %s", f.After.At) // for the index
		q.add("(at < %s OR id < %s)", f.After.At, f.After.ID)
	}
	switch f.Outcome {
	case Succeeded:
		q.add("status < %s", http.StatusBadRequest)
	case Failed:
		q.add("status >= %s", http.StatusBadRequest)
	case AnyOutcome:
	}
	if f.Hub != "" {
		q.add("hub = %s", f.Hub)
	}
	if len(f.Keys) > 0 {
		q.add(d.dialect.listed("connector_key"), listArgument(d.dialect, f.Keys))
	}
	for _, tag := range f.Tags {
		q.add(d.dialect.tagged, tag)
	}
	if f.SearchText != "" {
		pattern := likePattern(lowerASCII(f.SearchText))
		q.add(d.dialect.lowered("uri")+" LIKE %[1]s ESCAPE '\\' OR "+d.dialect.lowered("api")+" LIKE %[1]s ESCAPE '\\' OR "+
			d.dialect.lowered("connector_key")+" LIKE %[1]s ESCAPE '\\' OR "+d.dialect.lowered("connector_name")+" LIKE %[1]s ESCAPE '\\' OR "+
			d.dialect.lowered("instance_name")+" LIKE %[1]s ESCAPE '\\' OR "+d.dialect.lowered("request_id")+" LIKE %[1]s ESCAPE '\\'", pattern)
	}
	return q
}

// condition is a WHERE clause that grows.
type condition struct {
	terms []string
	args  []any
}

// add appends a term with a %s for each argument.
func (c *condition) add(term string, args ...any) {
	places := make([]any, len(args))
	for n, arg := range args {
		c.args = append(c.args, arg)
		places[n] = "$" + strconv.Itoa(len(c.args))
	}
	c.terms = append(c.terms, "("+fmt.Sprintf(term, places...)+")")
}

// listArgument is a list as an argument of dialect.listed.
func listArgument[T int64 | string](d dialect, values []T) any {
	if d.name == "postgres" {
		return values
	}
	text, err := json.Marshal(values)
	if err != nil {
		panic(err) // numbers and texts always encode
	}
	return string(text)
}

// lowerASCII is what both databases agree on: others depend on how the database was made.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// scanner is a row.
type scanner interface{ Scan(to ...any) error }

func scanUsage(row scanner) (*UsageRecord, error) {
	var r UsageRecord
	var at, duration int64
	var tags string
	err := row.Scan(&r.ID, &r.RequestID, &at, &duration, &r.Status, &r.Method, &r.URI, &r.API, &r.IP, &r.OrganizationID, &r.OrganizationExternalID,
		&r.OrganizationName, &r.AccountID, &r.UserID, &r.InstanceID, &r.InstanceName, &r.ConnectorKey, &r.ConnectorName, &r.Hub, &tags)
	if err != nil {
		return nil, err
	}
	r.At, r.Duration = fromMillis(at), time.Duration(duration)*time.Microsecond
	if tags != "" {
		if err := json.Unmarshal([]byte(tags), &r.Tags); err != nil {
			return nil, err
		}
	}
	return &r, nil
}
