package usage

import (
	"context"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Scope is whose records may be seen (reference/accounts-and-access.md §10).
type Scope struct {
	OrganizationID int64
	AccountID      int64 // 0 = every account of the organization
}

// allows reports whether the scope holds what belongs to an account of its organization.
func (s Scope) allows(accountID int64) bool { return s.AccountID == 0 || s.AccountID == accountID }

// Find returns the record of a request by its request id, which is its traffic id too, also while it waits to be
// written. A record that is not there or out of scope is a NotFound fault.
func (r *Recorder) Find(ctx context.Context, scope Scope, requestID string) (*store.UsageRecord, error) {
	waiting := r.pending() // asked first: it may be written between the read and the question
	found, err := r.db.UsageByRequestID(ctx, scope.OrganizationID, requestID)
	if fault.Is(err, fault.NotFound) && waiting {
		r.Flush(ctx)
		found, err = r.db.UsageByRequestID(ctx, scope.OrganizationID, requestID)
	}
	if fault.Is(err, fault.NotFound) || err == nil && !scope.allows(found.AccountID) {
		return nil, fault.New(fault.NotFound, "No usage found with id %s", requestID)
	}
	return found, err
}

// pending reports whether records are on their way to the database.
func (r *Recorder) pending() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tally.pending()
}

// Expire deletes the records that are older than the retention, and returns how many. It is the work of a job that
// runs daily.
func (r *Recorder) Expire(ctx context.Context, now time.Time) (int64, error) {
	return r.db.DeleteUsageBefore(ctx, now.Add(-r.retention))
}
