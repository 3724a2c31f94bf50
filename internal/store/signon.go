package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"jackfield/internal/fault"
)

const hashSignOn = "sign-on"

// UseOnce marks something of sign-on as used until it could not be used any more anyway: kind and value name it, and only their
// keyed hash is kept. A Conflict fault says that it was used before, on whichever server.
func (d *DB) UseOnce(ctx context.Context, kind, value string, until time.Time) error {
	result, err := d.write.ExecContext(ctx, "INSERT INTO sign_on_used (hash, expires_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING",
		d.vault.Hash(hashSignOn+" "+kind, value), millis(until))
	return someRow(result, err, "mark as used", fault.New(fault.Conflict, "This was used before"))
}

// ForgetUsed forgets what ended before a time.
func (d *DB) ForgetUsed(ctx context.Context, at time.Time) error {
	_, err := d.write.ExecContext(ctx, "DELETE FROM sign_on_used WHERE expires_at <= $1", millis(at))
	return failure("forget what was used", err)
}

// SignOnSession is how a login came from an identity provider.
type SignOnSession struct {
	SessionID  int64  `json:"-"`
	ProviderID int64  `json:"-"`
	Name       string `json:"name,omitempty"` // of the person at the provider
	NameFormat string `json:"format,omitempty"`
	Index      string `json:"index,omitempty"` // of the provider's own session
}

// KeepSignOn keeps which provider a session came from. It goes with the session.
func (d *DB) KeepSignOn(ctx context.Context, s *SignOnSession) error {
	facts, err := json.Marshal(s)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "facts of a sign-on")
	}
	sealed, err := d.seal(string(facts), "sign_on_sessions", s.SessionID, "facts", 0)
	if err != nil {
		return err
	}
	_, err = d.write.ExecContext(ctx, "INSERT INTO sign_on_sessions (session_id, provider_id, facts_sealed) VALUES ($1, $2, $3)", s.SessionID, s.ProviderID, sealed)
	return failure("keep sign-on", err)
}

// SignOnOf finds how a session began, nil when it did so with a password or is unknown.
func (d *DB) SignOnOf(ctx context.Context, kind SessionKind, token string) (*SignOnSession, error) {
	var s SignOnSession
	var sealed []byte
	err := d.read.QueryRowContext(ctx,
		`SELECT g.session_id, g.provider_id, g.facts_sealed FROM sign_on_sessions g JOIN sessions s ON s.id = g.session_id
		 WHERE s.kind = $1 AND s.token_hash = $2`, string(kind), d.sessionHash(kind, token)).Scan(&s.SessionID, &s.ProviderID, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, failure("read sign-on", err)
	}
	facts, err := d.open(sealed, "sign_on_sessions", s.SessionID, "facts", 0)
	if err != nil {
		return nil, err
	}
	return &s, failure("read sign-on", json.Unmarshal([]byte(facts), &s))
}
