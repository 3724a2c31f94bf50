package audit

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Limits of a list.
const (
	// PageSize is the default and largest page (reference/operations.md §8).
	PageSize = 200
	// exportBatch rows are in memory at once.
	exportBatch = 500
	// listTimeout bounds the reading of a page: a search for what is rare may read every row of an organization.
	listTimeout = 15 * time.Second
	// maxFilter is the longest text of a filter in bytes.
	maxFilter = 1000
)

// Scope is whose rows may be seen: those of the organization or of one account.
type Scope struct {
	OrganizationID int64
	AccountID      int64 // 0 = every account of the organization
}

// ScopeOf is what a caller may see: with viewLogsOrg the organization's rows, else those of the own account
// (reference/accounts-and-access.md §10).
func ScopeOf(p *access.Principal) Scope {
	scope := Scope{OrganizationID: p.Organization.ID, AccountID: p.Account.ID}
	if p.Has(access.ViewLogsOrg) {
		scope.AccountID = 0
	}
	return scope
}

// Query narrows a list; zero fields do not. All that are set must hold.
type Query struct {
	From, To          time.Time // From counts, To does not
	UserID, AccountID int64
	Kind, EntityID    string
	InstanceID        int64
	Method            string
	URI               string // part of it, in any case
	Status            int

	PageSize int    // 0 = the constant
	NextPage string // token of the page before
}

// pageToken is the content of nextPage: the last row of the page before.
type pageToken struct {
	Size int   `json:"pageSize"`
	At   int64 `json:"at"`
	ID   int64 `json:"id"`
}

// List returns a page of the rows in scope, newest first, and the token of the next page, "" on the last.
func (s *Service) List(ctx context.Context, scope Scope, q Query) (page []store.AuditEntry, next string, err error) {
	filter, possible, err := q.filter(scope)
	if err != nil {
		return nil, "", err
	}
	size := q.PageSize
	if q.NextPage != "" {
		var token pageToken
		raw, err := base64.RawURLEncoding.DecodeString(q.NextPage)
		if err == nil {
			err = json.Unmarshal(raw, &token)
		}
		if err != nil || token.ID < 1 {
			return nil, "", fault.New(fault.Invalid, "nextPage is not a token of this list: use the header Elements-Next-Page-Token of the page before")
		}
		filter.After, size = store.AuditPlace{At: token.At, ID: token.ID}, token.Size
	}
	if !possible {
		return nil, "", nil
	}
	if size < 1 || size > PageSize {
		size = PageSize
	}
	filter.Limit = size + 1 // one more tells whether another page follows
	page, err = s.read(ctx, scope.OrganizationID, filter)
	if err != nil || len(page) <= size {
		return page, "", err
	}
	page = page[:size]
	place := page[size-1].Place()
	token, err := json.Marshal(pageToken{size, place.At, place.ID})
	return page, base64.RawURLEncoding.EncodeToString(token), err
}

// Each calls f for all rows in scope, newest first, at most so many; 0 = all. An error of f ends it.
func (s *Service) Each(ctx context.Context, scope Scope, q Query, most int, f func(*store.AuditEntry) error) error {
	filter, possible, err := q.filter(scope)
	if err != nil || !possible {
		return err
	}
	filter.Limit = exportBatch
	for n := 0; ; {
		rows, err := s.read(ctx, scope.OrganizationID, filter)
		if err != nil {
			return err
		}
		for i := range rows {
			if err := f(&rows[i]); err != nil {
				return err
			}
			if n++; n == most {
				return nil
			}
		}
		if len(rows) < exportBatch {
			return nil
		}
		filter.After = rows[exportBatch-1].Place()
	}
}

func (s *Service) read(ctx context.Context, organizationID int64, filter store.AuditFilter) ([]store.AuditEntry, error) {
	limited, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	rows, err := s.db.AuditLog(limited, organizationID, filter)
	if err != nil && errors.Is(limited.Err(), context.DeadlineExceeded) && ctx.Err() == nil {
		return nil, fault.Wrap(fault.Unavailable, err, "The search took longer than %s: narrow it by from and to", listTimeout)
	}
	return rows, err
}

// filter is the question to the database; possible is false when the scope leaves nothing.
func (q *Query) filter(scope Scope) (f store.AuditFilter, possible bool, err error) {
	switch {
	case !q.From.IsZero() && !q.To.IsZero() && !q.To.After(q.From):
		return f, false, fault.New(fault.Invalid, "from must not be later than to")
	case len(q.URI) > maxFilter || len(q.EntityID) > maxFilter || len(q.Method) > maxFilter || len(q.Kind) > maxFilter:
		return f, false, fault.New(fault.Invalid, "A filter may have %d bytes at most", maxFilter)
	}
	f = store.AuditFilter{
		AccountID: q.AccountID, UserID: q.UserID, From: q.From, To: q.To, Kind: q.Kind, EntityID: q.EntityID, InstanceID: q.InstanceID,
		Method: q.Method, URI: q.URI, Status: q.Status,
	}
	if scope.AccountID == 0 {
		return f, true, nil
	}
	f.AccountID = scope.AccountID
	return f, q.AccountID == 0 || q.AccountID == scope.AccountID, nil
}
