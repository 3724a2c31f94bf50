package instance

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// MaxPageSize is the default and the largest page of a list (reference/http-conventions.md §5.2).
const MaxPageSize = 200

// Query narrows a list of instances; zero fields do not. All that are set must hold.
type Query struct {
	ConnectorID int64
	Tags        []string // the instance has all of them
	SearchText  string   // part of the name, in any case
	PageSize    int      // 0 = MaxPageSize
	NextPage    string   // token of the previous page; empty = first page
}

// maxSearchText is the longest text of a search in bytes; a name has no more characters either.
const maxSearchText = 1000

// check refuses a query that no list of instances can need and that a database might choke on.
func (q Query) check() error {
	if len(q.Tags) > MaxTags {
		return fault.New(fault.Invalid, "tags[] may be given %d times at most: ask in several calls", MaxTags)
	}
	if len(q.SearchText) > maxSearchText {
		return fault.New(fault.Invalid, "searchText may have %d bytes at most", maxSearchText)
	}
	return nil
}

type pageToken struct {
	PageSize int   `json:"pageSize"`
	After    int64 `json:"after"` // id of the last row of the page before
}

// List returns a page of the instances that the caller owns (reference/accounts-and-access.md §10) in the order
// of their ids, and the token of the next page, empty on the last. Nothing found is a NotFound fault, because
// clients expect 404 (reference/instances.md §4).
func (s *Service) List(ctx context.Context, p *access.Principal, q Query) (page []*Instance, next string, err error) {
	return s.list(ctx, p.Account.ID, own(p), q)
}

// ListOf is List for an account that the caller may look into: in the own account it is List, in another one everything is shown.
func (s *Service) ListOf(ctx context.Context, p *access.Principal, accountID int64, q Query) (page []*Instance, next string, err error) {
	if accountID == p.Account.ID {
		return s.List(ctx, p, q)
	}
	return s.list(ctx, accountID, store.InstanceFilter{}, q)
}

func (s *Service) list(ctx context.Context, accountID int64, filter store.InstanceFilter, q Query) (page []*Instance, next string, err error) {
	if err := q.check(); err != nil {
		return nil, "", err
	}
	filter.ConnectorID, filter.Tags, filter.SearchText = q.ConnectorID, q.Tags, q.SearchText
	size := q.PageSize
	if q.NextPage != "" {
		token, err := readPageToken(q.NextPage)
		if err != nil {
			return nil, "", err
		}
		filter.AfterID = token.After
		if token.PageSize > 0 {
			size = token.PageSize
		}
	}
	if size <= 0 || size > MaxPageSize {
		size = MaxPageSize
	}
	filter.Limit = size + 1 // one more tells whether another page follows
	rows, err := s.db.For(accountID).Instances(ctx, filter)
	if err != nil {
		return nil, "", err
	}
	if len(rows) == 0 {
		return nil, "", fault.New(fault.NotFound, "No instances found")
	}
	if len(rows) > size {
		rows = rows[:size]
		next = writePageToken(pageToken{PageSize: size, After: rows[size-1].ID})
	}
	people := map[int64]*store.Identity{}
	page = make([]*Instance, 0, len(rows))
	for i := range rows {
		instance, err := s.with(ctx, &rows[i], people)
		if err != nil {
			return nil, "", err
		}
		page = append(page, instance)
	}
	return page, next, nil
}

// Count answers GET /instances/count.
type Count struct {
	Total       int            `json:"totalInstances"`
	ByConnector map[string]int `json:"elementInstances"` // by connector key
}

// Count counts the instances that List would show without a filter.
func (s *Service) Count(ctx context.Context, p *access.Principal) (*Count, error) {
	byConnector, err := s.db.For(p.Account.ID).CountInstances(ctx, own(p))
	if err != nil {
		return nil, err
	}
	count := &Count{ByConnector: map[string]int{}}
	for key, n := range byConnector {
		count.ByConnector[key] = n
		count.Total += n
	}
	return count, nil
}

// own narrows to what the caller owns within the own account; with the right to see instances of sub-accounts, to what the
// organization owns (reference/accounts-and-access.md §§6.1, 10).
func own(p *access.Principal) store.InstanceFilter {
	if p.Account.Default && p.HasRole(access.RoleSubAccountInstances) {
		return store.InstanceFilter{SubAccounts: true}
	}
	if p.Account.Default || p.AccountAdmin() || p.OrganizationAdmin() {
		return store.InstanceFilter{}
	}
	return store.InstanceFilter{UserID: p.User.ID}
}

func writePageToken(t pageToken) string {
	text, _ := json.Marshal(t) // a struct of two numbers cannot fail
	return base64.RawURLEncoding.EncodeToString(text)
}

func readPageToken(token string) (pageToken, error) {
	var t pageToken
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(text, &t)
	}
	if err != nil || t.After < 0 {
		return t, fault.New(fault.Invalid, "nextPage is not a token of this list: use the header Elements-Next-Page-Token of the page before")
	}
	return t, nil
}

// SetEnabled enables or disables an instance. The next call sees it, on every server.
func (s *Service) SetEnabled(ctx context.Context, i *Instance, enabled bool) error {
	return s.db.For(i.AccountID).SetInstanceDisabled(ctx, i.ID, !enabled)
}

// MaxTrace is the longest time for which calls can be traced.
const MaxTrace = 7 * 24 * time.Hour

// DefaultTrace is the time for which calls are traced when the client names none.
const DefaultTrace = time.Hour

// StartTrace has the calls of an instance traced for a time from now on, at most MaxTrace, and StopTrace ends that. The next
// call sees it, on every server. Both bring the given instance up to date.
func (s *Service) StartTrace(ctx context.Context, i *Instance, span time.Duration) error {
	return s.setTrace(ctx, i, s.now().Add(min(span, MaxTrace)))
}

// StopTrace is described at StartTrace.
func (s *Service) StopTrace(ctx context.Context, i *Instance) error {
	return s.setTrace(ctx, i, time.Time{})
}

func (s *Service) setTrace(ctx context.Context, i *Instance, until time.Time) error {
	if err := s.db.For(i.AccountID).SetInstanceTrace(ctx, i.ID, until); err != nil {
		return err
	}
	i.TraceUntil = until
	return nil
}

// Delete removes an instance. Its token is dead from now on.
func (s *Service) Delete(ctx context.Context, i *Instance) error {
	return s.db.For(i.AccountID).DeleteInstance(ctx, i.ID)
}
