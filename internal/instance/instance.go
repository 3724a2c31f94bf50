package instance

import (
	"context"
	"log/slog"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/limit"
	"jackfield/internal/store"
)

// Instance is a stored instance with what the rest of the house needs to use it. It may be shared between
// calls: do not change it.
type Instance struct {
	store.Instance
	OrganizationID int64
	Creator        Creator
	Definition     *connector.Definition // nil when the connector is gone
	Effective      map[string]string     // configuration in force: given, else the connector's default; secrets in clear
}

// Creator is the user that made an instance.
type Creator struct {
	ID        int64  `json:"id"`
	Email     string `json:"emailAddress"`
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
}

// Options of the service.
type Options struct {
	DB *store.DB
	// Definitions finds a connector by id, as the given account sees it; nil when there is none. It is called on
	// the path of every call, so once it knows an account it must not read the database again.
	Definitions func(ctx context.Context, accountID, connectorID int64) (*connector.Definition, error)
	Limits      *limit.Service // nil = accounts may have any number
	Uses        *access.Uses   // nil = when tokens were last used is not remembered
	Log         *slog.Logger
	Now         func() time.Time
}

// Service keeps instances. One per server; safe for concurrent use.
type Service struct {
	db          *store.DB
	definitions func(ctx context.Context, accountID, connectorID int64) (*connector.Definition, error)
	limits      *limit.Service
	uses        *access.Uses
	log         *slog.Logger
	now         func() time.Time
	tokens      *tokens
	stop        func()
}

// New makes the service. Close it to stop listening for changes.
func New(o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Service{db: o.DB, definitions: o.Definitions, limits: o.Limits, uses: o.Uses, log: o.Log, now: o.Now, tokens: newTokens()}
	s.stop = o.DB.Subscribe(s.tokens.changed)
	return s
}

// Close stops listening for changes and the clean-up of the cache. The service must not be used afterwards.
func (s *Service) Close() {
	s.stop()
	s.tokens.known.StopAllGoroutines()
	s.tokens.unknown.StopAllGoroutines()
}

// definition finds an instance's connector, nil when it is gone.
func (s *Service) definition(ctx context.Context, row *store.Instance) (*connector.Definition, error) {
	return s.definitions(ctx, row.AccountID, row.ConnectorID)
}

// with adds to a stored instance its connector, creator and effective configuration.
func (s *Service) with(ctx context.Context, row *store.Instance, people map[int64]*store.Identity) (*Instance, error) {
	creator, known := people[row.UserID]
	if !known {
		var err error
		if creator, err = s.db.IdentityByUser(ctx, row.UserID); err != nil {
			return nil, err
		}
		if people != nil {
			people[row.UserID] = creator
		}
	}
	def, err := s.definition(ctx, row)
	if err != nil {
		return nil, err
	}
	return &Instance{
		Instance: *row, OrganizationID: creator.Organization.ID,
		Creator: Creator{ID: creator.User.ID, Email: creator.User.Email,
			FirstName: creator.User.FirstName, LastName: creator.User.LastName},
		Definition: def, Effective: effective(entries(def), row.Configuration),
	}, nil
}

// Traced reports whether calls of the instance are traced at a time.
func (i *Instance) Traced(at time.Time) bool { return at.Before(i.TraceUntil) }

// EventsEnabled reports whether the instance watches for changes at the provider.
func (i *Instance) EventsEnabled() bool { return i.Effective[KeyEventsEnabled] == "true" }

// notFound is the answer for an instance that is not there or may not be seen.
func notFound(id int64) error {
	return fault.New(fault.NotFound, "No instance found with id %d", id)
}

// Find returns the instance with an id if the caller may see it, else a NotFound fault
// (reference/accounts-and-access.md §10, reference/instances.md §12).
func (s *Service) Find(ctx context.Context, p *access.Principal, id int64) (*Instance, error) {
	row, err := s.row(ctx, p, id)
	if err != nil {
		return nil, err
	}
	if !sees(p, row) {
		return nil, notFound(id)
	}
	return s.with(ctx, row, nil)
}

// FindForChange returns the instance with an id if the caller may change it. What belongs to somebody else is
// a Forbidden fault, what is not there a NotFound one.
func (s *Service) FindForChange(ctx context.Context, p *access.Principal, id int64) (*Instance, error) {
	row, err := s.row(ctx, p, id)
	if err != nil {
		return nil, err
	}
	if !changes(p, row) {
		return nil, fault.New(fault.Forbidden, "The instance %d belongs to somebody else", id)
	}
	return s.with(ctx, row, nil)
}

// row reads an instance of the caller's organization.
func (s *Service) row(ctx context.Context, p *access.Principal, id int64) (*store.Instance, error) {
	if id <= 0 {
		return nil, notFound(id)
	}
	row, err := s.db.For(p.Account.ID).Instance(ctx, id)
	if fault.Is(err, fault.NotFound) {
		row, err = s.db.InstanceByID(ctx, id, p.Organization.ID)
	}
	if fault.Is(err, fault.NotFound) {
		return nil, notFound(id)
	}
	return row, err
}

// sees applies the table of reference/accounts-and-access.md §10 for reading.
func sees(p *access.Principal, row *store.Instance) bool {
	return changes(p, row) || row.AccountID != p.Account.ID && p.Has(access.ViewInstancesSubAccount)
}

// changes applies the table of reference/accounts-and-access.md §10 for writing: an organization administrator
// everything, an account administrator and any user of the default account what is in the own account,
// others what they made.
func changes(p *access.Principal, row *store.Instance) bool {
	switch {
	case p.OrganizationAdmin():
		return true
	case row.AccountID != p.Account.ID:
		return false
	}
	return p.Account.Default || p.AccountAdmin() || row.UserID == p.User.ID
}

// MayUse checks that the caller may call the provider through an instance whose token it has: the token works
// only with a user of the same organization (Unauthenticated otherwise), and across accounts only for an
// organization administrator (Forbidden otherwise) (reference/accounts-and-access.md §10).
func MayUse(p *access.Principal, i *Instance) error {
	switch {
	case i.OrganizationID != p.Organization.ID:
		return unknownToken()
	case i.AccountID == p.Account.ID, p.OrganizationAdmin():
		return nil
	}
	return fault.New(fault.Forbidden, "The instance belongs to another account of the organization")
}

func unknownToken() error {
	return fault.New(fault.Unauthenticated, "The Element token is not known: the instance may have been deleted")
}
