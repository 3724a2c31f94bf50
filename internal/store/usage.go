package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"
)

const usageColumns = `id, request_id, at, duration, status, method, uri, api, ip, organization_id, organization_external_id, organization_name,
	account_id, user_id, instance_id, instance_name, connector_key, connector_name, hub, tags`

const usageWidth = 19 // columns without the id

// usageBlock is how many records one statement inserts. Its text is always the same, so that the databases parse it
// once; what is left over goes one by one.
const usageBlock = 32

// InsertUsage stores traffic records in one transaction.
func (d *DB) InsertUsage(ctx context.Context, records []UsageRecord) error {
	// Prepared before the transaction, which holds the only connection of SQLite's writer.
	single, err := d.usageStatement(ctx, 1)
	if err != nil {
		return failure("write usage", err)
	}
	block, err := d.usageStatement(ctx, usageBlock)
	if err != nil {
		return failure("write usage", err)
	}
	tx, err := d.usageWriter.BeginTx(ctx, nil)
	if err != nil {
		return failure("write usage", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	for len(records) > 0 {
		n, statement := 1, single
		if len(records) >= usageBlock {
			n, statement = usageBlock, block
		}
		bound := tx.StmtContext(ctx, statement) //nolint:sqlclosecheck // ends with the transaction
		if _, err := bound.ExecContext(ctx, usageArguments(records[:n])...); err != nil {
			return failure("write usage", err)
		}
		records = records[n:]
	}
	return failure("write usage", tx.Commit())
}

// usageStatement prepares the insert of a number of records, once.
func (c *core) usageStatement(ctx context.Context, records int) (*sql.Stmt, error) {
	c.usageMu.Lock()
	defer c.usageMu.Unlock()
	if s := c.usageInserts[records]; s != nil {
		return s, nil
	}
	statement := "INSERT INTO usage (" + strings.TrimPrefix(usageColumns, "id, ") + ") VALUES " + c.dialect.places(records, usageWidth)
	s, err := c.usageWriter.PrepareContext(context.WithoutCancel(ctx), statement) //nolint:sqlclosecheck // closed with the database
	if err == nil {
		c.usageInserts[records] = s
	}
	return s, err
}

func usageArguments(records []UsageRecord) []any {
	args := make([]any, 0, len(records)*usageWidth)
	for n := range records {
		r := &records[n]
		// What a client sent is cleaned: a record that PostgreSQL refuses would take its whole batch with it.
		args = append(args, cleaned(r.RequestID), millis(r.At), r.Duration.Microseconds(), r.Status, cleaned(r.Method), cleaned(r.URI), cleaned(r.API), cleaned(r.IP),
			r.OrganizationID, cleaned(r.OrganizationExternalID), cleaned(r.OrganizationName), r.AccountID, r.UserID, r.InstanceID, cleaned(r.InstanceName),
			cleaned(r.ConnectorKey), cleaned(r.ConnectorName), cleaned(r.Hub), tagsText(r.Tags))
	}
	return args
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
	if !storable(requestID) {
		return nil, failure("read usage", sql.ErrNoRows)
	}
	found, err := scanUsage(d.usageReader.QueryRowContext(ctx, "SELECT "+usageColumns+" FROM usage WHERE request_id = $1 AND organization_id = $2 ORDER BY id LIMIT 1", requestID, organizationID))
	return found, failure("read usage", err)
}

// forgetBatch is how many records are deleted at once, so that new ones are written in between.
const forgetBatch = 2000

// DeleteUsageBefore forgets records older than a time and returns how many. It looks at the oldest ids: they grow with
// time but for the length of a call, so that a record may stay until the next round.
func (d *DB) DeleteUsageBefore(ctx context.Context, at time.Time) (int64, error) {
	for all := int64(0); ; {
		result, err := d.usageWriter.ExecContext(ctx,
			"DELETE FROM usage WHERE at < $1 AND id IN (SELECT id FROM usage ORDER BY id LIMIT $2)", millis(at), forgetBatch)
		if err != nil {
			return all, failure("forget usage", err)
		}
		n, err := result.RowsAffected()
		all += n
		if err != nil || n < forgetBatch {
			return all, failure("forget usage", err)
		}
	}
}
