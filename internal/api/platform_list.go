package api

import (
	"encoding/base64"
	"encoding/json"

	"jackfield/internal/ceql"
	"jackfield/internal/fault"
)

// maxPlatformPage is the default and the largest page of lists of users, accounts and organizations
// (reference/http-conventions.md §5.2).
const maxPlatformPage = 200

// attributes give a row's members that where may name; the second result tells whether there is such a member at all.
type attributes[T any] func(row *T, name string) (value any, known bool)

// platformList is a list that is read by keyset: in the order of ids, those above the last one.
type platformList[T any] struct {
	fetch func(after int64, limit int) ([]T, error)
	id    func(*T) int64
	where attributes[T]
	shown func(*T) bool // nil = all
}

type platformToken struct {
	PageSize int   `json:"pageSize"`
	After    int64 `json:"after"`
	Offset   int   `json:"offset,omitempty"`
}

// page reads a page: where filters before rows are counted, so a page is full while there are rows. offset skips rows, for lists of old
// clients that page so.
func (l platformList[T]) page(e *exchange) (rows []T, err error) {
	size, err := e.pageSize(maxPlatformPage)
	if err != nil {
		return nil, err
	}
	token := platformToken{PageSize: size}
	if text := e.r.URL.Query().Get("nextPage"); text != "" {
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil || json.Unmarshal(raw, &token) != nil || token.PageSize < 1 || token.After < 0 {
			return nil, fault.New(fault.Invalid, "The nextPage token is not valid: send the value of Elements-Next-Page-Token unchanged")
		}
	} else if token.Offset, err = e.natural("offset"); err != nil {
		return nil, err
	}
	size = min(token.PageSize, maxPlatformPage)
	matches, err := l.condition(e)
	if err != nil {
		return nil, err
	}
	rows = []T{}
	skip := token.Offset
	for after := token.After; ; {
		batch, err := l.fetch(after, maxPlatformPage)
		if err != nil {
			return nil, err
		}
		for i := range batch {
			row := &batch[i]
			after = l.id(row)
			if !matches(row) || l.shown != nil && !l.shown(row) {
				continue
			}
			if skip > 0 {
				skip--
				continue
			}
			if len(rows) == size {
				next, err := json.Marshal(platformToken{PageSize: size, After: l.id(&rows[size-1])})
				if err != nil {
					return nil, err
				}
				e.nextPage(base64.RawURLEncoding.EncodeToString(next))
				e.returned(len(rows))
				return rows, nil
			}
			rows = append(rows, *row)
		}
		if len(batch) < maxPlatformPage {
			e.returned(len(rows))
			return rows, nil
		}
	}
}

// condition compiles where (reference/http-conventions.md §5.3).
func (l platformList[T]) condition(e *exchange) (func(*T) bool, error) {
	where, err := ceql.ParseWhere(e.r.URL.Query().Get("where"))
	if err != nil {
		return nil, err
	}
	for _, condition := range ceql.Flatten(where) {
		if _, known := l.where(new(T), condition.Attribute); !known {
			return nil, fault.New(fault.Invalid, "The attribute %s is not known for this list", condition.Attribute)
		}
	}
	matches := ceql.Compile(where)
	return func(row *T) bool {
		return matches(func(name string) (any, bool) { return l.where(row, name) })
	}, nil
}
