package store

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

const usageColumns = `id, request_id, at, duration, status, method, uri, api, ip, organization_id, organization_external_id, organization_name,
	account_id, user_id, instance_id, instance_name, connector_key, connector_name, hub, tags`

const usageWidth = 19 // columns without the id

// usageBatch is how many records one statement inserts: PostgreSQL takes 65,535 parameters.
const usageBatch = 500

// InsertUsage stores traffic records in one transaction.
func (d *DB) InsertUsage(ctx context.Context, records []UsageRecord) error {
	tx, err := d.usageWriter.BeginTx(ctx, nil)
	if err != nil {
		return failure("write usage", err)
	}
	for from := 0; from < len(records); from += usageBatch {
		statement, args := usageInsert(records[from:min(from+usageBatch, len(records))])
		if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
			_ = tx.Rollback() // the first error is the one that counts
			return failure("write usage", err)
		}
	}
	return failure("write usage", tx.Commit())
}

func usageInsert(records []UsageRecord) (string, []any) {
	var out strings.Builder
	out.WriteString("INSERT INTO usage (" + strings.TrimPrefix(usageColumns, "id, ") + ") VALUES ")
	args := make([]any, 0, len(records)*usageWidth)
	for n := range records {
		if n > 0 {
			out.WriteString(", ")
		}
		out.WriteByte('(')
		for column := range usageWidth {
			if column > 0 {
				out.WriteString(", ")
			}
			out.WriteByte('$')
			out.WriteString(strconv.Itoa(n*usageWidth + column + 1))
		}
		out.WriteByte(')')
		r := &records[n]
		args = append(args, r.RequestID, millis(r.At), r.Duration.Microseconds(), r.Status, r.Method, r.URI, r.API, r.IP,
			r.OrganizationID, r.OrganizationExternalID, r.OrganizationName, r.AccountID, r.UserID, r.InstanceID, r.InstanceName,
			r.ConnectorKey, r.ConnectorName, r.Hub, tagsText(r.Tags))
	}
	return out.String(), args
}

func tagsText(tags []string) string {
	if len(tags) == 0 {
		return ""
	}
	text, err := json.Marshal(tags)
	if err != nil {
		panic(err) // strings always encode
	}
	return string(text)
}

// UsageByRequestID finds the record of a request of an organization, else a NotFound fault.
func (d *DB) UsageByRequestID(ctx context.Context, organizationID int64, requestID string) (*UsageRecord, error) {
	var r UsageRecord
	var at, duration int64
	var tags string
	err := d.usageReader.QueryRowContext(ctx, "SELECT "+usageColumns+" FROM usage WHERE request_id = $1 AND organization_id = $2 ORDER BY id LIMIT 1", requestID, organizationID).
		Scan(&r.ID, &r.RequestID, &at, &duration, &r.Status, &r.Method, &r.URI, &r.API, &r.IP, &r.OrganizationID, &r.OrganizationExternalID,
			&r.OrganizationName, &r.AccountID, &r.UserID, &r.InstanceID, &r.InstanceName, &r.ConnectorKey, &r.ConnectorName, &r.Hub, &tags)
	if err != nil {
		return nil, failure("read usage", err)
	}
	r.At, r.Duration = fromMillis(at), time.Duration(duration)*time.Microsecond
	if tags != "" {
		if err := json.Unmarshal([]byte(tags), &r.Tags); err != nil {
			return nil, failure("read usage", err)
		}
	}
	return &r, nil
}

// DeleteUsageBefore forgets records older than a time and returns how many.
func (d *DB) DeleteUsageBefore(ctx context.Context, at time.Time) (int64, error) {
	result, err := d.usageWriter.ExecContext(ctx, "DELETE FROM usage WHERE at < $1", millis(at))
	if err != nil {
		return 0, failure("forget usage", err)
	}
	n, err := result.RowsAffected()
	return n, failure("forget usage", err)
}
