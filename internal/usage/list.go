package usage

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Limits of a list of records.
const (
	// DefaultPageSize is the size of a page when the caller names none (reference/http-conventions.md §5.2).
	DefaultPageSize = 100
	// MaxPageSize is the largest page; larger wishes get it.
	MaxPageSize = 1000
	// MaxPageOffset is the last page that pageOffset reaches: the records before it are read and thrown away.
	MaxPageOffset = 1000
	// maxListed is how many keys, tags or accounts a filter may name.
	maxListed = 100
	// maxSearchText is the longest text of a search in bytes.
	maxSearchText = 1000
	// listTimeout bounds a list: a search for what is rare may read every record of an organization.
	listTimeout = 15 * time.Second
)

// Query narrows a list of records; zero fields do not. All that are set must hold.
type Query struct {
	From, To   time.Time // From counts, To does not
	Hub        string
	Keys       []string // keys of connectors: any of them
	Tags       []string // the instance has all of them
	AccountIDs []int64  // any of them, as far as the scope goes
	Outcome    store.UsageOutcome
	SearchText string // part of URI, API, connector, instance or request id, in any case

	PageSize   int    // 0 = DefaultPageSize
	PageOffset int    // number of the page; 0 and 1 are the first
	NextPage   string // token of the page before; it wins over the two above
}

// check refuses what no list can need and what a database might choke on.
func (q *Query) check() error {
	switch {
	case len(q.Keys) > maxListed || len(q.Tags) > maxListed || len(q.AccountIDs) > maxListed:
		return fault.New(fault.Invalid, "keys[], tags[] and accountIds[] may be given %d times at most: ask in several calls", maxListed)
	case len(q.SearchText) > maxSearchText:
		return fault.New(fault.Invalid, "searchText may have %d bytes at most", maxSearchText)
	case q.PageOffset < 0 || q.PageOffset > MaxPageOffset:
		return fault.New(fault.Invalid, "pageOffset must be from 0 to %d: further pages are reached by nextPage", MaxPageOffset)
	case !q.From.IsZero() && !q.To.IsZero() && !q.To.After(q.From):
		return fault.New(fault.Invalid, "from must not be later than to")
	}
	return nil
}

// pageToken is the content of nextPage: the last record of the page before.
type pageToken struct {
	PageSize int   `json:"pageSize"`
	At       int64 `json:"at"`
	ID       int64 `json:"id"`
}

// List returns a page of the records in scope, newest first, and the token of the next page, empty on the last. Records
// that wait to be written are among them. A range that lies wholly in the future is a NotFound fault, one without
// records an empty page (reference/operations.md §4.2).
func (r *Recorder) List(ctx context.Context, scope Scope, q Query, now time.Time) (page []store.UsageRecord, next string, err error) {
	if err := q.check(); err != nil {
		return nil, "", err
	}
	if q.From.After(now) {
		return nil, "", fault.New(fault.NotFound, "No usage found: the range begins in the future")
	}
	filter, size, err := q.filter(scope)
	if err != nil || filter == nil {
		return nil, "", err
	}
	r.Flush(ctx)
	limited, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	page, err = r.db.Usage(limited, scope.OrganizationID, *filter)
	if err != nil {
		if errors.Is(limited.Err(), context.DeadlineExceeded) && ctx.Err() == nil {
			err = fault.Wrap(fault.Unavailable, err, "The search took longer than %s: narrow it by from and to", listTimeout)
		}
		return nil, "", err
	}
	if len(page) > size {
		page = page[:size]
		place := page[size-1].Place()
		token, err := json.Marshal(pageToken{size, place.At, place.ID})
		if err != nil {
			return nil, "", err
		}
		next = base64.RawURLEncoding.EncodeToString(token)
	}
	return page, next, nil
}

// filter is the question to the database; nil when the scope leaves nothing.
func (q *Query) filter(scope Scope) (*store.UsageFilter, int, error) {
	f := &store.UsageFilter{
		From: q.From, To: q.To, Hub: q.Hub, Keys: q.Keys, Tags: q.Tags, Outcome: q.Outcome, SearchText: q.SearchText,
		Accounts: q.AccountIDs,
	}
	if scope.AccountID != 0 {
		if len(q.AccountIDs) > 0 && !slices.Contains(q.AccountIDs, scope.AccountID) {
			return nil, 0, nil
		}
		f.Accounts = []int64{scope.AccountID}
	}
	size := q.PageSize
	if q.NextPage != "" {
		token, err := readPageToken(q.NextPage)
		if err != nil {
			return nil, 0, err
		}
		f.After, size = store.UsagePlace{At: token.At, ID: token.ID}, token.PageSize
	}
	if size <= 0 {
		size = DefaultPageSize
	}
	size = min(size, MaxPageSize)
	if q.NextPage == "" && q.PageOffset > 1 {
		f.Offset = (q.PageOffset - 1) * size
	}
	f.Limit = size + 1 // one more tells whether another page follows
	return f, size, nil
}

func readPageToken(text string) (pageToken, error) {
	var t pageToken
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &t)
	}
	if err != nil || t.ID < 1 {
		return t, fault.New(fault.Invalid, "nextPage is not a token of this list: use the header Elements-Next-Page-Token of the page before")
	}
	return t, nil
}
