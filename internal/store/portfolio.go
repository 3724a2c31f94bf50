package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"jackfield/internal/fault"
)

// PortfolioEntry is something that an account keeps about its integrations.
type PortfolioEntry struct {
	ID        int64
	AccountID int64
	Kind      string // "integration", "element product" or "application": also what faults call it
	Name      string
	Unique    bool            // the name is unique in the account among those of the kind, in any case
	Document  json.RawMessage // an object of further members
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Reach says whose rows are looked at: those of an account, or of every account of an organization.
type Reach struct {
	OrganizationID int64
	AccountID      int64 // 0 = every account
}

// reached is the condition on a column of accounts by two parameters, and their values.
func (r Reach) reached(column, first, second string) string {
	return column + " IN (SELECT a.id FROM accounts a WHERE a.organization_id = " + first + " AND (CAST(" + second + " AS BIGINT) = 0 OR a.id = " + second + "))"
}

const portfolioColumns = "SELECT e.id, e.account_id, e.kind, e.name, e.name_key, e.document, e.created_at, e.updated_at FROM portfolio_entries e "

func scanPortfolio(scan func(...any) error) (*PortfolioEntry, error) {
	var e PortfolioEntry
	var key sql.NullString
	var document string
	var created, updated int64
	err := scan(&e.ID, &e.AccountID, &e.Kind, &e.Name, &key, &document, &created, &updated)
	e.Unique, e.Document, e.CreatedAt, e.UpdatedAt = key.Valid, json.RawMessage(document), fromMillis(created), fromMillis(updated)
	return &e, err
}

func (e *PortfolioEntry) nameKey() sql.NullString {
	return sql.NullString{String: nameKey(e.Name), Valid: e.Unique}
}

// storable checks the texts. A document is JSON, so only an escaped NUL in it could not be read again by other programs.
func (e *PortfolioEntry) storable() error {
	return wantStorable(e.Kind, e.Name, string(e.Document))
}

// notFound is the fault for an id that is not there or out of reach.
func portfolioNotFound(kind string, id int64) error {
	return fault.New(fault.NotFound, "No %s found with id %d", kind, id)
}

func portfolioTaken(e *PortfolioEntry) error {
	article := "A "
	if strings.ContainsRune("aeiou", rune(e.Kind[0])) {
		article = "An "
	}
	return fault.New(fault.Conflict, "%s", article+e.Kind+" named "+e.Name+" exists already")
}

// CreatePortfolioEntry stores a new entry of the account and sets its id and times. A name that is taken is a Conflict fault.
func (s *Scope) CreatePortfolioEntry(ctx context.Context, e *PortfolioEntry) error {
	if err := e.storable(); err != nil {
		return err
	}
	e.AccountID, e.CreatedAt = s.account, now()
	e.UpdatedAt = e.CreatedAt
	err := s.db.write.QueryRowContext(ctx,
		"INSERT INTO portfolio_entries (account_id, kind, name, name_key, document, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id",
		s.account, e.Kind, e.Name, e.nameKey(), string(e.Document), millis(e.CreatedAt)).Scan(&e.ID)
	if isDuplicate(err) {
		return portfolioTaken(e)
	}
	return failure("create "+e.Kind, err)
}

// PortfolioEntries lists entries of a kind with ids above after, in the order of their ids.
func (d *DB) PortfolioEntries(ctx context.Context, r Reach, kind string, after int64, limit int) ([]PortfolioEntry, error) {
	rows, err := d.read.QueryContext(ctx, portfolioColumns+"WHERE e.kind = $1 AND e.id > $2 AND "+r.reached("e.account_id", "$3", "$4")+" ORDER BY e.id LIMIT $5",
		kind, after, r.OrganizationID, r.AccountID, limit)
	if err != nil {
		return nil, failure("read portfolio", err)
	}
	defer rows.Close()
	var all []PortfolioEntry
	for rows.Next() {
		e, err := scanPortfolio(rows.Scan)
		if err != nil {
			return nil, failure("read portfolio", err)
		}
		all = append(all, *e)
	}
	return all, failure("read portfolio", rows.Err())
}

// PortfolioEntry finds an entry of a kind within reach.
func (d *DB) PortfolioEntry(ctx context.Context, r Reach, kind string, id int64) (*PortfolioEntry, error) {
	return d.portfolioEntry(ctx, r, kind, id, "")
}

func (d *DB) portfolioEntry(ctx context.Context, r Reach, kind string, id int64, late string) (*PortfolioEntry, error) {
	e, err := scanPortfolio(d.read.QueryRowContext(ctx, portfolioColumns+"WHERE e.kind = $1 AND e.id = $2 AND "+r.reached("e.account_id", "$3", "$4")+late,
		kind, id, r.OrganizationID, r.AccountID).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, portfolioNotFound(kind, id)
	}
	return e, failure("read portfolio", err)
}

// ChangePortfolioEntry reads an entry within reach, lets f change its name and document, and stores it, so that two changes at the
// same time do not undo each other.
func (d *DB) ChangePortfolioEntry(ctx context.Context, r Reach, kind string, id int64, f func(*PortfolioEntry) error) (*PortfolioEntry, error) {
	var changed *PortfolioEntry
	err := d.InTx(ctx, func(tx *DB) error {
		e, err := tx.portfolioEntry(ctx, r, kind, id, tx.dialect.forLate)
		if err != nil {
			return err
		}
		if err := f(e); err != nil {
			return err
		}
		if err := e.storable(); err != nil {
			return err
		}
		e.UpdatedAt = now()
		_, err = tx.write.ExecContext(ctx, "UPDATE portfolio_entries SET name = $1, name_key = $2, document = $3, updated_at = $4 WHERE id = $5 AND account_id = $6",
			e.Name, e.nameKey(), string(e.Document), millis(e.UpdatedAt), e.ID, e.AccountID)
		if isDuplicate(err) {
			return portfolioTaken(e)
		}
		changed = e
		return failure("change "+kind, err)
	})
	return changed, err
}

// DeletePortfolioEntry removes an entry within reach.
func (d *DB) DeletePortfolioEntry(ctx context.Context, r Reach, kind string, id int64) error {
	result, err := d.write.ExecContext(ctx, "DELETE FROM portfolio_entries WHERE kind = $1 AND id = $2 AND "+r.reached("account_id", "$3", "$4"),
		kind, id, r.OrganizationID, r.AccountID)
	return someRow(result, err, "delete "+kind, portfolioNotFound(kind, id))
}

// Kinds of parts of an integration.
const (
	PartFormula         = "formula"
	PartFormulaInstance = "formula instance"
)

// IntegrationPart is a formula, or an instance of one, that belongs to an integration.
type IntegrationPart struct {
	IntegrationID int64
	Kind          string
	ID            int64
}

// AttachPart adds a part to an integration that the caller reaches. One that is there already is no error; more than most are a
// Conflict fault.
func (d *DB) AttachPart(ctx context.Context, r Reach, p IntegrationPart, most int) error {
	return d.InTx(ctx, func(tx *DB) error {
		if _, err := tx.portfolioEntry(ctx, r, "integration", p.IntegrationID, tx.dialect.forLate); err != nil {
			return err
		}
		var n int
		if err := tx.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM integration_parts WHERE integration_id = $1", p.IntegrationID).Scan(&n); err != nil {
			return failure("count parts", err)
		}
		if n >= most {
			return fault.New(fault.Conflict, "The integration %d has %d formulas and formula instances, and more are not allowed: detach one first", p.IntegrationID, n)
		}
		_, err := tx.write.ExecContext(ctx, "INSERT INTO integration_parts (integration_id, kind, part_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
			p.IntegrationID, p.Kind, p.ID)
		return failure("attach part", err)
	})
}

// DetachPart takes a part from an integration that the caller reaches. One that is not attached is a NotFound fault.
func (d *DB) DetachPart(ctx context.Context, r Reach, p IntegrationPart) error {
	if _, err := d.PortfolioEntry(ctx, r, "integration", p.IntegrationID); err != nil {
		return err
	}
	result, err := d.write.ExecContext(ctx, `DELETE FROM integration_parts WHERE integration_id = $1 AND kind = $2 AND part_id = $3
		AND EXISTS (SELECT 1 FROM portfolio_entries e WHERE e.id = $1 AND `+r.reached("e.account_id", "$4", "$5")+")",
		p.IntegrationID, p.Kind, p.ID, r.OrganizationID, r.AccountID)
	return someRow(result, err, "detach part", portfolioNotFound(p.Kind, p.ID))
}

// IntegrationParts lists the parts of integrations within reach, by integration, kind and id.
func (d *DB) IntegrationParts(ctx context.Context, r Reach, integrationIDs []int64) ([]IntegrationPart, error) {
	if len(integrationIDs) == 0 {
		return nil, nil
	}
	among, ids := d.dialect.among(integrationIDs)
	rows, err := d.read.QueryContext(ctx, "SELECT p.integration_id, p.kind, p.part_id FROM integration_parts p JOIN portfolio_entries e ON e.id = p.integration_id WHERE p.integration_id "+
		among+" AND "+r.reached("e.account_id", "$2", "$3")+" ORDER BY p.integration_id, p.kind, p.part_id", ids, r.OrganizationID, r.AccountID)
	if err != nil {
		return nil, failure("read parts", err)
	}
	defer rows.Close()
	var all []IntegrationPart
	for rows.Next() {
		var p IntegrationPart
		if err := rows.Scan(&p.IntegrationID, &p.Kind, &p.ID); err != nil {
			return nil, failure("read parts", err)
		}
		all = append(all, p)
	}
	return all, failure("read parts", rows.Err())
}

// CatalogProperties are what a user has said about the catalogue, a JSON array; nil = nothing.
func (d *DB) CatalogProperties(ctx context.Context, userID int64) (json.RawMessage, error) {
	var text string
	err := d.read.QueryRowContext(ctx, "SELECT properties FROM catalog_properties WHERE user_id = $1", userID).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return json.RawMessage(text), failure("read catalogue properties", err)
}

// SetCatalogProperties replaces them.
func (d *DB) SetCatalogProperties(ctx context.Context, userID int64, properties json.RawMessage) error {
	_, err := d.write.ExecContext(ctx, `INSERT INTO catalog_properties (user_id, properties) VALUES ($1, $2)
		ON CONFLICT (user_id) DO UPDATE SET properties = excluded.properties`, userID, string(properties))
	return failure("write catalogue properties", err)
}
