// Package portfolio keeps what an account writes down about its integrations: the integrations themselves, products that connectors
// are for, applications, and the order in which a user sees the catalogue (reference/accounts-and-access.md §5, §11).
package portfolio

import (
	"bytes"
	"context"
	"encoding/json"
	"unicode/utf8"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

const (
	// maxName is the longest name or other short text, in characters.
	maxName = 255
	// maxDocument is the largest entry, in bytes.
	maxDocument = 64 << 10
)

// Kinds of entries.
const (
	kindIntegration = "integration"
	kindProduct     = "element product"
	kindApplication = "application"
)

// Part is a formula or a formula instance that an integration names.
type Part struct {
	Wire             any   // as the integration shows it
	ElementInstances []any // instances of connectors that a formula instance uses, as the integration shows them
}

// Finder finds a part by id, as the caller sees it; a NotFound fault when there is none.
type Finder func(ctx context.Context, p *access.Principal, id int64) (*Part, error)

// Options of the service.
type Options struct {
	DB *store.DB
	// Formulas and FormulaInstances find what integrations may name; nil = there are none.
	Formulas         Finder
	FormulaInstances Finder
}

// Service keeps portfolios. Safe for concurrent use.
type Service struct {
	db      *store.DB
	finders map[string]Finder
}

// New makes the service.
func New(o Options) *Service {
	return &Service{db: o.DB, finders: map[string]Finder{store.PartFormula: o.Formulas, store.PartFormulaInstance: o.FormulaInstances}}
}

// reach is whose entries the caller reads and changes by id: those of the own account, administrators of the organization those of
// every account.
func reach(p *access.Principal) store.Reach {
	r := own(p)
	if p.OrganizationAdmin() {
		r.AccountID = 0
	}
	return r
}

// own is the caller's account.
func own(p *access.Principal) store.Reach {
	return store.Reach{OrganizationID: p.Organization.ID, AccountID: p.Account.ID}
}

// members reads the object of a body.
func members(body []byte, what string) (map[string]json.RawMessage, error) {
	if len(body) > maxDocument {
		return nil, fault.New(fault.TooLarge, "The %s is larger than %d KiB", what, maxDocument>>10)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return map[string]json.RawMessage{}, nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil || all == nil {
		return nil, fault.New(fault.Invalid, "The body must be a JSON object that describes the %s", what)
	}
	return all, nil
}

// text reads a member that is a string, without tags; "" when it is missing or null.
func text(all map[string]json.RawMessage, name string) (string, error) {
	raw, given := all[name]
	if !given {
		return "", nil
	}
	var value *string
	if err := json.Unmarshal(raw, &value); err != nil {
		return "", fault.New(fault.Invalid, "%s must be a string", name)
	}
	if value == nil {
		return "", nil
	}
	plain := access.PlainName(*value)
	if n := utf8.RuneCountInString(plain); n > maxName {
		return "", fault.New(fault.Invalid, "%s has %d characters: at most %d are allowed", name, n, maxName)
	}
	return plain, nil
}

// required is text that must be there.
func required(all map[string]json.RawMessage, name string) (string, error) {
	value, err := text(all, name)
	if err == nil && value == "" {
		err = fault.New(fault.Invalid, "%s is required", name)
	}
	return value, err
}
