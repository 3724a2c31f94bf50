package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"
)

// AuditEntry is a row of the audit log: who did what, from where, and what became of it. The database itself refuses to change or
// delete one; see the triggers of the migration.
type AuditEntry struct {
	ID             int64
	At             time.Time
	EndedAt        time.Time // zero: it has not ended, or the server has
	Kind           string
	Method         string
	URI            string // without secrets
	Status         int    // answered; 0 until then
	OrganizationID int64  // of the caller; 0 = of none
	AccountID      int64
	UserID         int64
	UserEmail      string // as it was then
	Login          string // how the caller proved who it was
	IP             string
	RequestID      string
	EntityID       string
	InstanceID     int64  // 0 = of none
	Changes        string // a JSON array, secrets masked; "" = none
}

// AuditEnd is what is known of a change when it has ended.
type AuditEnd struct {
	Status     int
	EntityID   string // "" = as it began
	InstanceID int64  // 0 = as it began
	Changes    string
}

// AuditFilter narrows the audit log of an organization. Zero fields do not filter; set ones combine with AND.
type AuditFilter struct {
	AccountID  int64
	UserID     int64
	From, To   time.Time // From counts, To does not
	Kind       string
	EntityID   string
	InstanceID int64
	Method     string
	URI        string // part of it, in any case of ASCII letters
	Status     int

	After AuditPlace // only rows behind this one in the list
	Limit int
}

// AuditPlace is the place of a row in the list, which is newest first.
type AuditPlace struct {
	At int64 // milliseconds since 1970, UTC
	ID int64
}

// Place is where the row stands in the list.
func (e *AuditEntry) Place() AuditPlace { return AuditPlace{millis(e.At), e.ID} }

const auditColumns = `id, at, ended_at, kind, method, uri, status, organization_id, account_id, user_id, user_email, login, ip, request_id, entity_id, instance_id, changes`

// CreateAudit stores a row and sets its id; At is now where it is zero. A row without a Status waits for EndAudit. What a database
// cannot hold in texts is taken out: a row must not fail for the request that it tells of.
func (d *DB) CreateAudit(ctx context.Context, e *AuditEntry) error {
	if e.At.IsZero() {
		e.At = now()
	}
	if e.Status != 0 {
		e.EndedAt = now()
	}
	err := d.write.QueryRowContext(ctx,
		`INSERT INTO audit_log (at, ended_at, kind, method, uri, status, organization_id, account_id, user_id, user_email, login, ip, request_id, entity_id, instance_id, changes)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id`,
		millis(e.At), millis(e.EndedAt), e.Kind, e.Method, cleaned(e.URI), sql.NullInt64{Int64: int64(e.Status), Valid: e.Status != 0},
		e.OrganizationID, e.AccountID, e.UserID, cleaned(e.UserEmail), e.Login, cleaned(e.IP), e.RequestID, cleaned(e.EntityID), e.InstanceID,
		cleaned(e.Changes)).Scan(&e.ID)
	return failure("write the audit log", err)
}

// EndAudit ends a row of an organization that CreateAudit began. One that has ended already is refused by the database.
func (d *DB) EndAudit(ctx context.Context, organizationID, id int64, end AuditEnd) error {
	_, err := d.write.ExecContext(ctx,
		`UPDATE audit_log SET status = $1, ended_at = $2, changes = $3,
		   entity_id = CASE WHEN $4 = '' THEN entity_id ELSE $4 END, instance_id = CASE WHEN $5 = 0 THEN instance_id ELSE $5 END
		 WHERE id = $6 AND organization_id = $7`,
		end.Status, millis(now()), cleaned(end.Changes), cleaned(end.EntityID), end.InstanceID, id, organizationID)
	return failure("end a row of the audit log", err)
}

// AuditLog lists rows of an organization, newest first.
func (d *DB) AuditLog(ctx context.Context, organizationID int64, f AuditFilter) ([]AuditEntry, error) {
	if !storable(f.Kind, f.EntityID, f.Method, f.URI) {
		return nil, nil // PostgreSQL would refuse the question
	}
	q := d.auditQuery(organizationID, f)
	rows, err := d.read.QueryContext(ctx,
		"SELECT "+auditColumns+" FROM audit_log WHERE "+strings.Join(q.terms, " AND ")+" ORDER BY at DESC, id DESC LIMIT "+strconv.Itoa(f.Limit), q.args...)
	if err != nil {
		return nil, failure("read the audit log", err)
	}
	defer rows.Close()
	var found []AuditEntry
	for rows.Next() {
		e, err := scanAudit(rows)
		if err != nil {
			return nil, failure("read the audit log", err)
		}
		found = append(found, *e)
	}
	return found, failure("read the audit log", rows.Err())
}

func (d *DB) auditQuery(organizationID int64, f AuditFilter) *condition {
	q := &condition{}
	q.add("organization_id = %s", organizationID)
	if f.AccountID != 0 {
		q.add("account_id = %s", f.AccountID)
	}
	if f.UserID != 0 {
		q.add("user_id = %s", f.UserID)
	}
	if !f.From.IsZero() {
		q.add("at >= %s", millis(f.From))
	}
	if !f.To.IsZero() {
		q.add("at < %s", millis(f.To))
	}
	if f.After != (AuditPlace{}) {
		q.add("at <= %s", f.After.At) // for the index
		q.add("(at < %s OR id < %s)", f.After.At, f.After.ID)
	}
	if f.Kind != "" {
		q.add("kind = %s", f.Kind)
	}
	if f.EntityID != "" {
		q.add("entity_id = %s", f.EntityID)
	}
	if f.InstanceID != 0 {
		q.add("instance_id = %s", f.InstanceID)
	}
	if f.Method != "" {
		q.add("method = %s", f.Method)
	}
	if f.Status != 0 {
		q.add("status = %s", f.Status)
	}
	if f.URI != "" {
		q.add(d.dialect.lowered("uri")+" LIKE %s ESCAPE '\\'", likePattern(lowerASCII(f.URI)))
	}
	return q
}

func scanAudit(row scanner) (*AuditEntry, error) {
	var e AuditEntry
	var at, ended int64
	var status sql.NullInt64
	err := row.Scan(&e.ID, &at, &ended, &e.Kind, &e.Method, &e.URI, &status, &e.OrganizationID, &e.AccountID, &e.UserID, &e.UserEmail,
		&e.Login, &e.IP, &e.RequestID, &e.EntityID, &e.InstanceID, &e.Changes)
	e.At, e.EndedAt, e.Status = fromMillis(at), fromMillis(ended), int(status.Int64)
	return &e, err
}
