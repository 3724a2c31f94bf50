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

// Find returns the record of a request by its request id, which is its traffic id too. A record that is not there,
// not written yet or out of scope is a NotFound fault.
func (r *Recorder) Find(ctx context.Context, scope Scope, requestID string) (*store.UsageRecord, error) {
	found, err := r.db.UsageByRequestID(ctx, scope.OrganizationID, requestID)
	if fault.Is(err, fault.NotFound) || err == nil && scope.AccountID != 0 && found.AccountID != scope.AccountID {
		return nil, fault.New(fault.NotFound, "No usage found with id %s", requestID)
	}
	return found, err
}

// Expire deletes the records that are older than the retention, and returns how many. It is the work of a job that
// runs daily.
func (r *Recorder) Expire(ctx context.Context, now time.Time) (int64, error) {
	return r.db.DeleteUsageBefore(ctx, now.Add(-r.retention))
}
