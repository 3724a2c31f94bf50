package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"jackfield/internal/fault"
)

// Rotation says whether a provider replaces the refresh token when it is used.
type Rotation int

const (
	RotationUnknown Rotation = iota // no renewal was seen yet
	Rotates                         // a used refresh token is dead
	KeepsToken                      // the same refresh token works again
)

// Lease is the right to renew the grant of one instance, alone among all processes. The number of the lease is a fence: who
// lost it cannot store by it any more.
type Lease struct {
	InstanceID int64
	Fence      int64
	// Interrupted reports that an earlier holder asked the provider and never stored what became of it.
	Interrupted bool
	// Rotation is what was seen of the provider so far.
	Rotation Rotation
}

// TakeLease takes the lease of an instance of the account for a time, nil when somebody holds it. Times are those of the
// database, so that servers with wrong clocks agree.
func (s *Scope) TakeLease(ctx context.Context, instanceID int64, life time.Duration) (*Lease, error) {
	now := s.db.dialect.now
	l := Lease{InstanceID: instanceID}
	var askedAt int64
	err := s.db.write.QueryRowContext(ctx,
		`INSERT INTO renewals (instance_id, fence, held_until, asked_at, rotation)
		 SELECT id, 1, `+now+` + $3, 0, 0 FROM instances WHERE id = $1 AND account_id = $2
		 ON CONFLICT (instance_id) DO UPDATE SET fence = renewals.fence + 1, held_until = excluded.held_until
		 WHERE renewals.held_until <= `+now+`
		 RETURNING fence, asked_at, rotation`,
		instanceID, s.account, life.Milliseconds()).Scan(&l.Fence, &askedAt, &l.Rotation)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, failure("take lease", err)
	}
	l.Interrupted = askedAt != 0
	return &l, nil
}

// Asking keeps that the provider is about to be asked: it must be on disk before the request leaves. A Conflict fault says that
// the lease was lost.
func (s *Scope) Asking(ctx context.Context, l *Lease, life time.Duration) error {
	return s.leased(ctx, l, `UPDATE renewals SET asked_at = `+s.db.dialect.now+`, held_until = `+s.db.dialect.now+` + $3
		WHERE instance_id = $1 AND fence = $2 AND held_until > `+s.db.dialect.now, life.Milliseconds())
}

// Prolong keeps a lease longer while the provider thinks. A Conflict fault says that it was lost.
func (s *Scope) Prolong(ctx context.Context, l *Lease, life time.Duration) error {
	return s.leased(ctx, l, `UPDATE renewals SET held_until = `+s.db.dialect.now+` + $3 WHERE instance_id = $1 AND fence = $2`, life.Milliseconds())
}

// Release gives a lease back, with nothing outstanding: the provider was not asked, or its answer changed nothing. A lease that was
// lost meanwhile is not an error.
func (s *Scope) Release(ctx context.Context, l *Lease) error {
	_, err := s.db.write.ExecContext(ctx, `UPDATE renewals SET held_until = 0, asked_at = 0 WHERE instance_id = $1 AND fence = $2`, l.InstanceID, l.Fence)
	return failure("release lease", err)
}

// Settle stores what became of a renewal and gives the lease back, as one. change sees the instance as it is now and must itself
// refuse to put an older grant over a newer one: a lease that was lost does not keep it from being asked, since the grant
// that the provider has just given may be the only living one.
func (s *Scope) Settle(ctx context.Context, l *Lease, seen Rotation, change func(*Instance) error) (*Instance, error) {
	var changed *Instance
	err := s.db.InTx(ctx, func(tx *DB) error {
		var err error
		if changed, err = tx.For(s.account).ChangeInstance(ctx, l.InstanceID, change); err != nil {
			return err
		}
		_, err = tx.write.ExecContext(ctx,
			`UPDATE renewals SET held_until = 0, asked_at = 0, rotation = CASE WHEN $3 = 0 THEN rotation ELSE $3 END WHERE instance_id = $1 AND fence = $2`,
			l.InstanceID, l.Fence, int64(seen))
		return failure("settle lease", err)
	})
	return changed, err
}

func (s *Scope) leased(ctx context.Context, l *Lease, statement string, more ...any) error {
	result, err := s.db.write.ExecContext(ctx, statement, append([]any{l.InstanceID, l.Fence}, more...)...)
	return someRow(result, err, "keep lease", fault.New(fault.Conflict, "Another process renews the grant of instance %d", l.InstanceID))
}
