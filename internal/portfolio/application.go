package portfolio

import (
	"context"
	"encoding/json"

	"jackfield/internal/access"
	"jackfield/internal/store"
)

// application members that the platform sets; what a client sends for them is not looked at.
const (
	memberID      = "id"
	memberName    = "name"
	memberCreated = "createdDate"
	memberAccount = "accountId"
)

// Application is software that uses the platform: a name, and whatever members its owner gave it. The members are not known to the
// reference, so all are kept.
type Application map[string]json.RawMessage

func readApplication(body []byte, e *store.PortfolioEntry) error {
	all, err := members(body, kindApplication)
	if err != nil {
		return err
	}
	if e.Name, err = required(all, memberName); err != nil {
		return err
	}
	for _, name := range []string{memberID, memberName, memberCreated, memberAccount} {
		delete(all, name)
	}
	e.Unique = true
	e.Document, err = json.Marshal(all)
	return err
}

func applicationOf(e *store.PortfolioEntry) (Application, error) {
	all := Application{}
	if err := json.Unmarshal(e.Document, &all); err != nil {
		return nil, err
	}
	for name, value := range map[string]any{memberID: e.ID, memberName: e.Name, memberCreated: date(e.CreatedAt), memberAccount: e.AccountID} {
		raw, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		all[name] = raw
	}
	return all, nil
}

// ID is the application's id.
func (a Application) ID() (id int64) {
	_ = json.Unmarshal(a[memberID], &id) // applicationOf wrote it
	return id
}

// CreateApplication stores a new application of the caller's account. name is required (Invalid) and unique there (Conflict).
func (s *Service) CreateApplication(ctx context.Context, p *access.Principal, body []byte) (Application, error) {
	e := &store.PortfolioEntry{Kind: kindApplication}
	if err := readApplication(body, e); err != nil {
		return nil, err
	}
	if err := s.db.For(p.Account.ID).CreatePortfolioEntry(ctx, e); err != nil {
		return nil, err
	}
	return applicationOf(e)
}

// Applications lists those of the caller's account with ids above after.
func (s *Service) Applications(ctx context.Context, p *access.Principal, after int64, limit int) ([]Application, error) {
	return s.applications(ctx, own(p), after, limit)
}

// AllApplications lists those that the caller reaches: administrators of the organization see every account's.
func (s *Service) AllApplications(ctx context.Context, p *access.Principal, after int64, limit int) ([]Application, error) {
	return s.applications(ctx, reach(p), after, limit)
}

func (s *Service) applications(ctx context.Context, r store.Reach, after int64, limit int) ([]Application, error) {
	entries, err := s.db.PortfolioEntries(ctx, r, kindApplication, after, limit)
	if err != nil {
		return nil, err
	}
	all := make([]Application, 0, len(entries))
	for n := range entries {
		one, err := applicationOf(&entries[n])
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// Application finds one that the caller reaches.
func (s *Service) Application(ctx context.Context, p *access.Principal, id int64) (Application, error) {
	e, err := s.db.PortfolioEntry(ctx, reach(p), kindApplication, id)
	if err != nil {
		return nil, err
	}
	return applicationOf(e)
}

// ReplaceApplication replaces name and members.
func (s *Service) ReplaceApplication(ctx context.Context, p *access.Principal, id int64, body []byte) (Application, error) {
	e, err := s.db.ChangePortfolioEntry(ctx, reach(p), kindApplication, id, func(e *store.PortfolioEntry) error { return readApplication(body, e) })
	if err != nil {
		return nil, err
	}
	return applicationOf(e)
}

// DeleteApplication removes an application.
func (s *Service) DeleteApplication(ctx context.Context, p *access.Principal, id int64) error {
	return s.db.DeletePortfolioEntry(ctx, reach(p), kindApplication, id)
}
