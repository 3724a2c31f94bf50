package store

import (
	"context"
	"database/sql"
	"time"

	"jackfield/internal/vault"
)

// Trace is one traced call with its exchanges with the provider.
type Trace struct {
	TraceID        string // 24 hex digits
	RequestID      string // of the call, as in its traffic record
	At             time.Time
	OrganizationID int64
	AccountID      int64 // that the instance belongs to, or would have
	InstanceID     int64 // 0 when none was made
	ConnectorID    int64
	ConnectorKey   string
	Document       []byte // JSON, scrubbed; in clear here, sealed at rest
}

// tracePlace is where a document is sealed. The row's own id is not known before it is written.
func tracePlace(traceID string, account int64) vault.Place {
	return vault.Place{Table: "traces", Row: traceID, Column: "document", Account: account}
}

// InsertTrace stores a trace.
func (d *DB) InsertTrace(ctx context.Context, t *Trace) error {
	sealed, err := d.vault.Seal(t.Document, tracePlace(t.TraceID, t.AccountID))
	if err != nil {
		return err
	}
	_, err = d.usageWriter.ExecContext(ctx,
		`INSERT INTO traces (trace_id, request_id, at, organization_id, account_id, instance_id, connector_id, connector_key, size, document_sealed)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		t.TraceID, t.RequestID, millis(t.At), t.OrganizationID, t.AccountID, t.InstanceID, t.ConnectorID, cleaned(t.ConnectorKey), len(sealed), sealed)
	return failure("write trace", err)
}

// Trace finds a trace of an organization by its id, else a NotFound fault.
func (d *DB) Trace(ctx context.Context, organizationID int64, traceID string) (*Trace, error) {
	return d.oneTrace(ctx, "trace_id", traceID, organizationID)
}

// TraceByRequestID finds the trace of a request of an organization, else a NotFound fault.
func (d *DB) TraceByRequestID(ctx context.Context, organizationID int64, requestID string) (*Trace, error) {
	return d.oneTrace(ctx, "request_id", requestID, organizationID)
}

func (d *DB) oneTrace(ctx context.Context, column, id string, organizationID int64) (*Trace, error) {
	if !storable(id) {
		return nil, failure("read trace", sql.ErrNoRows)
	}
	var t Trace
	var at int64
	var sealed []byte
	err := d.usageReader.QueryRowContext(ctx,
		`SELECT trace_id, request_id, at, organization_id, account_id, instance_id, connector_id, connector_key, document_sealed
		 FROM traces WHERE `+column+" = $1 AND organization_id = $2 ORDER BY id LIMIT 1", id, organizationID).
		Scan(&t.TraceID, &t.RequestID, &at, &t.OrganizationID, &t.AccountID, &t.InstanceID, &t.ConnectorID, &t.ConnectorKey, &sealed)
	if err != nil {
		return nil, failure("read trace", err)
	}
	t.At = fromMillis(at)
	if t.Document, err = d.vault.Open(sealed, tracePlace(t.TraceID, t.AccountID)); err != nil {
		return nil, err
	}
	return &t, nil
}

// DeleteTracesBefore forgets traces older than a time and returns how many.
func (d *DB) DeleteTracesBefore(ctx context.Context, at time.Time) (int64, error) {
	return d.forgetTraces(ctx, "at < $1", millis(at))
}

// TrimTraces forgets the oldest traces until the others have at most the given bytes together, and returns how many went.
func (d *DB) TrimTraces(ctx context.Context, bytes int64) (int64, error) {
	return d.forgetTraces(ctx, `id <= (SELECT COALESCE(MAX(id), 0)
		FROM (SELECT id, SUM(size) OVER (ORDER BY id DESC) AS total FROM traces) AS newest WHERE total > $1)`, bytes)
}

func (d *DB) forgetTraces(ctx context.Context, which string, argument any) (int64, error) {
	result, err := d.usageWriter.ExecContext(ctx, "DELETE FROM traces WHERE "+which, argument)
	if err != nil {
		return 0, failure("forget traces", err)
	}
	n, err := result.RowsAffected()
	return n, failure("forget traces", err)
}

// resealTraces seals every trace again with the primary key. On SQLite they are in another file than all other secrets, so
// they have transactions of their own, one per batch: a rotation that broke off here is finished by another one.
func (d *DB) resealTraces(ctx context.Context) (n int, err error) {
	for last := int64(0); last >= 0; {
		var batch int
		if batch, last, err = d.resealTraceBatch(ctx, last); err != nil {
			return n, err
		}
		n += batch
	}
	return n, nil
}

// resealTracesAtOnce is how many traces are in memory at once; one has about 1 MiB at most.
const resealTracesAtOnce = 16

// resealTraceBatch returns the last id it sealed, -1 at the end.
func (d *DB) resealTraceBatch(ctx context.Context, after int64) (n int, last int64, err error) {
	tx, err := d.usageWriter.BeginTx(ctx, nil)
	if err != nil {
		return 0, 0, failure("seal traces again", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	inside := &DB{core: d.core, write: tx, read: tx, tx: tx}
	column := sealedColumn{
		"traces", "document",
		"SELECT id, trace_id, account_id, document_sealed FROM traces WHERE id > $1 ORDER BY traces.id LIMIT $2",
		"UPDATE traces SET document_sealed = $1 WHERE id = $2", nil,
	}
	cells, err := inside.sealedCells(ctx, column, after, resealTracesAtOnce)
	if err != nil {
		return 0, 0, err
	}
	last = -1
	for _, cell := range cells {
		if err := inside.resealCell(ctx, column, cell); err != nil {
			return 0, 0, err
		}
		id, ok := cell.key.(int64)
		if !ok {
			panic("the id of a trace is a number")
		}
		last = id
	}
	return len(cells), last, failure("seal traces again", tx.Commit())
}
