package store

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/vault"
)

// Kinds of the keyed hashes of connect links.
const (
	hashConnectLink    = "connect link"
	hashConnectState   = "connect state"
	hashConnectBrowser = "connect browser"
)

// ConnectLink lets somebody without a login connect one account of one connector, once.
type ConnectLink struct {
	ID           int64
	AccountID    int64
	UserID       int64 // who made it, and for whom it acts
	ConnectorID  int64
	ConnectorKey string
	TargetID     int64 // instance to authenticate again; 0 = a new one is made
	Name         string
	Tags         []string
	RedirectURL  string
	Console      bool              // the result is shown in the console
	Token        string            // set when the link is made; only its keyed hash is kept
	Preset       map[string]string // configuration given by the maker; in clear here, sealed at rest, gone after use

	CreatedAt  time.Time
	ExpiresAt  time.Time
	StartedAt  time.Time // zero: nobody has tried
	UsedAt     time.Time // zero: not used
	InstanceID int64     // that was made; 0 = none
	Attempts   int
	Error      string // of the last attempt
	Denied     bool   // the last attempt ended with a refusal of consent
}

// ConnectFlow is a way over a provider's own page: what is needed when the browser comes back.
type ConnectFlow struct {
	State         string            `json:"-"` // sent to the provider; only its keyed hash is kept
	Browser       string            `json:"-"` // in a cookie; only its keyed hash is kept
	Configuration map[string]string `json:"configuration,omitempty"`
	Secret        string            `json:"secret,omitempty"`   // of an OAuth 1 request token
	Callback      string            `json:"callback,omitempty"` // address that the provider was told
}

const connectLinkColumns = `id, account_id, user_id, connector_id, connector_key, target_id, name, tags, redirect_url, console, preset_sealed,
	created_at, expires_at, started_at, used_at, instance_id, attempts, error, denied FROM connect_links `

// CreateConnectLink stores a new link and sets its id.
func (s *Scope) CreateConnectLink(ctx context.Context, l *ConnectLink) error {
	if err := wantStorable("name", l.Name, l.RedirectURL); err != nil {
		return err
	}
	if err := wantStorable("list of tags", l.Tags...); err != nil {
		return err
	}
	tags, err := json.Marshal(l.Tags)
	if err != nil {
		return err
	}
	l.AccountID = s.account
	if l.CreatedAt.IsZero() {
		l.CreatedAt = now()
	}
	return s.db.InTx(ctx, func(tx *DB) error {
		err := tx.write.QueryRowContext(ctx,
			`INSERT INTO connect_links (account_id, user_id, connector_id, connector_key, target_id, name, tags, redirect_url, console, token_hash,
			   created_at, expires_at, started_at, used_at, instance_id, attempts, busy_until, error, denied, state_until)
			 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, 0, 0, '', $13, 0) RETURNING id`,
			s.account, l.UserID, l.ConnectorID, l.ConnectorKey, l.TargetID, l.Name, string(tags), l.RedirectURL, l.Console,
			tx.vault.Hash(hashConnectLink, l.Token), millis(l.CreatedAt), millis(l.ExpiresAt), false).Scan(&l.ID)
		if err != nil {
			return failure("create connect link", err)
		}
		return tx.sealConnectLink(ctx, l.ID, s.account, "preset", l.Preset)
	})
}

// connectLinkPlace is where a column of a link is sealed.
func connectLinkPlace(id, account int64, column string) vault.Place {
	return vault.Place{Table: "connect_links", Row: strconv.FormatInt(id, 10), Column: column, Account: account}
}

func (d *DB) sealConnectLink(ctx context.Context, id, account int64, column string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	sealed, err := d.vault.Seal(text, connectLinkPlace(id, account, column))
	if err != nil {
		return err
	}
	_, err = d.write.ExecContext(ctx, "UPDATE connect_links SET "+column+"_sealed = $1 WHERE id = $2 AND account_id = $3", sealed, id, account)
	return failure("seal connect link", err)
}

// ConnectLink finds a link of the account by id, else a NotFound fault.
func (s *Scope) ConnectLink(ctx context.Context, id int64) (*ConnectLink, error) {
	found, err := s.db.connectLinks(ctx, "WHERE id = $1 AND account_id = $2", id, s.account)
	return oneLink(found, err, id)
}

func oneLink(found []ConnectLink, err error, id int64) (*ConnectLink, error) {
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, noConnectLink(id)
	}
	return &found[0], nil
}

func noConnectLink(id int64) error {
	return fault.New(fault.NotFound, "No connect link found with id %d", id)
}

// ConnectLinks lists the account's links, the newest first, below an id when it is not 0.
func (s *Scope) ConnectLinks(ctx context.Context, below int64, limit int) ([]ConnectLink, error) {
	if below == 0 {
		below = math.MaxInt64
	}
	return s.db.connectLinks(ctx, "WHERE account_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3", s.account, below, limit)
}

// CountLiveConnectLinks counts the links of the account that can still be used.
func (s *Scope) CountLiveConnectLinks(ctx context.Context, at time.Time) (n int, err error) {
	err = s.db.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM connect_links WHERE account_id = $1 AND used_at = 0 AND expires_at > $2", s.account, millis(at)).Scan(&n)
	return n, failure("count connect links", err)
}

// DeleteConnectLink removes a link of the account; it then leads nowhere.
func (s *Scope) DeleteConnectLink(ctx context.Context, id int64) error {
	result, err := s.db.write.ExecContext(ctx, "DELETE FROM connect_links WHERE id = $1 AND account_id = $2", id, s.account)
	return someRow(result, err, "change connect link", noConnectLink(id))
}

// ConnectLinkByToken finds a link of any account by its token, which whoever has it proves the right to use.
func (d *DB) ConnectLinkByToken(ctx context.Context, token string) (*ConnectLink, error) {
	found, err := d.connectLinks(ctx, "WHERE token_hash = $1", d.vault.Hash(hashConnectLink, token))
	return oneLink(found, err, 0)
}

func (d *DB) connectLinks(ctx context.Context, where string, args ...any) ([]ConnectLink, error) {
	rows, err := d.read.QueryContext(ctx, "SELECT "+connectLinkColumns+where, args...)
	if err != nil {
		return nil, failure("read connect links", err)
	}
	defer rows.Close()
	var found []ConnectLink
	for rows.Next() {
		l, err := d.scanConnectLink(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, *l)
	}
	return found, failure("read connect links", rows.Err())
}

func (d *DB) scanConnectLink(rows *sql.Rows) (*ConnectLink, error) {
	var l ConnectLink
	var tags string
	var preset []byte
	var created, expires, started, used int64
	if err := rows.Scan(&l.ID, &l.AccountID, &l.UserID, &l.ConnectorID, &l.ConnectorKey, &l.TargetID, &l.Name, &tags, &l.RedirectURL, &l.Console, &preset,
		&created, &expires, &started, &used, &l.InstanceID, &l.Attempts, &l.Error, &l.Denied); err != nil {
		return nil, failure("read connect links", err)
	}
	if err := json.Unmarshal([]byte(tags), &l.Tags); err != nil {
		return nil, failure("read connect links", err)
	}
	if len(preset) > 0 {
		if err := d.openConnectLink(preset, l.ID, l.AccountID, "preset", &l.Preset); err != nil {
			return nil, err
		}
	}
	l.CreatedAt, l.ExpiresAt, l.StartedAt, l.UsedAt = fromMillis(created), fromMillis(expires), fromMillis(started), fromMillis(used)
	return &l, nil
}

func (d *DB) openConnectLink(sealed []byte, id, account int64, column string, into any) error {
	text, err := d.vault.Open(sealed, connectLinkPlace(id, account, column))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// ClaimConnectLink begins an attempt with a link: nobody else can try it until the attempt is given back or the time is over.
// It counts the attempt. The claim must be handed to ReleaseConnectLink. A Conflict fault says that the link is used or
// that an attempt is under way.
func (s *Scope) ClaimConnectLink(ctx context.Context, id int64, life time.Duration) (claim int64, err error) {
	now := s.db.dialect.now
	err = s.db.write.QueryRowContext(ctx,
		`UPDATE connect_links SET busy_until = `+now+` + $3, attempts = attempts + 1, started_at = CASE WHEN started_at = 0 THEN `+now+` ELSE started_at END
		 WHERE id = $1 AND account_id = $2 AND used_at = 0 AND busy_until <= `+now+` RETURNING busy_until`,
		id, s.account, life.Milliseconds()).Scan(&claim)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fault.New(fault.Conflict, "The link is used already, or somebody is using it at this moment")
	}
	return claim, failure("claim connect link", err)
}

// ReleaseConnectLink ends an attempt that made no instance, with what went wrong; "" = nothing did.
func (s *Scope) ReleaseConnectLink(ctx context.Context, id, claim int64, problem string, denied bool) error {
	_, err := s.db.write.ExecContext(ctx, "UPDATE connect_links SET busy_until = 0, error = $1, denied = $2 WHERE id = $3 AND account_id = $4 AND busy_until = $5",
		cleaned(problem), denied, id, s.account, claim)
	return failure("release connect link", err)
}

// FailConnectLink keeps what went wrong outside of a claimed attempt, e.g. that consent was refused.
func (s *Scope) FailConnectLink(ctx context.Context, id int64, problem string, denied bool) error {
	_, err := s.db.write.ExecContext(ctx, "UPDATE connect_links SET error = $1, denied = $2 WHERE id = $3 AND account_id = $4 AND used_at = 0",
		cleaned(problem), denied, id, s.account)
	return failure("change connect link", err)
}

// UseConnectLink marks a link as used and forgets what it held: call it in the transaction that stores what the link was for.
// A Conflict fault says that somebody was faster.
func (s *Scope) UseConnectLink(ctx context.Context, id, instanceID int64) error {
	result, err := s.db.write.ExecContext(ctx,
		`UPDATE connect_links SET used_at = $1, instance_id = $2, busy_until = 0, error = '', denied = $3, preset_sealed = NULL, flow_sealed = NULL,
		   state_hash = NULL, browser_hash = NULL
		 WHERE id = $4 AND account_id = $5 AND used_at = 0`,
		millis(now()), instanceID, false, id, s.account)
	return someRow(result, err, "change connect link", fault.New(fault.Conflict, "The link was used already: ask for a new one"))
}

// StartConnectFlow keeps a way over the provider's page. An earlier one of the link that did not come back is forgotten.
func (s *Scope) StartConnectFlow(ctx context.Context, id int64, f *ConnectFlow, life time.Duration) error {
	return s.db.InTx(ctx, func(tx *DB) error {
		result, err := tx.write.ExecContext(ctx,
			`UPDATE connect_links SET state_hash = $1, browser_hash = $2, state_until = `+tx.dialect.now+` + $3, error = '', denied = $4
			 WHERE id = $5 AND account_id = $6 AND used_at = 0`,
			tx.vault.Hash(hashConnectState, f.State), tx.vault.Hash(hashConnectBrowser, f.Browser), life.Milliseconds(), false, id, s.account)
		if err := someRow(result, err, "change connect link", fault.New(fault.Conflict, "The link was used already: ask for a new one")); err != nil {
			return err
		}
		return tx.sealConnectLink(ctx, id, s.account, "flow", f)
	})
}

// TakeConnectFlow finds the link of a state that came back, with its flow, and forgets the state, so that it counts once. A
// state that is unknown, used or too old is a NotFound fault; one that another browser was given is Forbidden and
// stays.
func (d *DB) TakeConnectFlow(ctx context.Context, state, browser string) (*ConnectLink, *ConnectFlow, error) {
	var link *ConnectLink
	flow := new(ConnectFlow)
	err := d.InTx(ctx, func(tx *DB) error {
		var id, account int64
		var browserHash, sealed []byte
		hash := tx.vault.Hash(hashConnectState, state)
		err := tx.write.QueryRowContext(ctx, "SELECT id, account_id, browser_hash, flow_sealed FROM connect_links WHERE state_hash = $1 AND state_until > "+
			tx.dialect.now+tx.dialect.forLate, hash).Scan(&id, &account, &browserHash, &sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "This way back was used already or has taken too long: open the link again")
		}
		if err != nil {
			return failure("read connect flow", err)
		}
		if subtle.ConstantTimeCompare(browserHash, tx.vault.Hash(hashConnectBrowser, browser)) != 1 {
			return fault.New(fault.Forbidden, "This way back belongs to another browser: open the link in this one")
		}
		if _, err := tx.write.ExecContext(ctx, "UPDATE connect_links SET state_hash = NULL, browser_hash = NULL, flow_sealed = NULL WHERE id = $1 AND account_id = $2", id, account); err != nil {
			return failure("take connect flow", err)
		}
		if err := tx.openConnectLink(sealed, id, account, "flow", flow); err != nil {
			return err
		}
		link, err = tx.For(account).ConnectLink(ctx, id)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return link, flow, nil
}

// DeleteConnectLinksBefore forgets links that expired before a time.
func (d *DB) DeleteConnectLinksBefore(ctx context.Context, at time.Time) error {
	_, err := d.write.ExecContext(ctx, "DELETE FROM connect_links WHERE expires_at < $1", millis(at))
	return failure("forget connect links", err)
}
