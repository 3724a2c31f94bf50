package instance

import (
	"context"
	"encoding/json"
	"maps"
	"strings"

	"jackfield/internal/access"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Draft is a checked instance that is not stored yet, or a checked change of one. The caller looks at Effective,
// asks the provider, calls Set for what the provider's answer brought, and stores it with Create or Save.
type Draft struct {
	Definition   *connector.Definition
	Effective    map[string]string          // configuration that will be in force; secrets in clear
	ProviderData map[string]json.RawMessage // for the authentication only, never stored
	Debug        bool                       // the client wants a trace

	// AuthenticationType is the type that will be in force.
	AuthenticationType string
	// Previous is the instance before the change, nil for a new one.
	Previous *Instance
	// CredentialsGiven reports that the request brings configuration, provider data or another connector.
	// Always true for a new instance.
	CredentialsGiven bool
	// CredentialsChanged reports that a value in force changes that the provider may look at, which is any
	// outside of events, bulk, paging and null filtering. Always true for a new instance.
	CredentialsChanged bool
	// Accepted is set by the caller when the provider took the credentials: the instance becomes valid again.
	Accepted bool

	row     store.Instance // new: complete; change: what the request was checked against
	name    *string
	tags    *[]string
	outside *string // externalAuthentication
	changes map[string]change
	entries []connector.ConfigurationEntry
}

// Set puts configuration values into the draft, as lifecycle resources and token exchanges do. It takes effect
// in Effective at once.
func (d *Draft) Set(values map[string]string) {
	maps.Copy(d.changes, setAll(values))
	d.compute()
}

func (d *Draft) compute() {
	d.row.Configuration = apply(d.entries, d.row.Configuration, d.changes)
	d.Effective = effective(d.entries, d.row.Configuration)
	d.AuthenticationType = authenticationType(d.Definition, d.Effective)
	d.row.AuthenticationType = d.AuthenticationType
}

// Prepare checks a request for a new instance of a connector. Faults are Invalid: no name, or required
// configuration missing, all of it named (reference/instances.md §3.1).
func (s *Service) Prepare(p *access.Principal, def *connector.Definition, r *Request) (*Draft, error) {
	d := &Draft{Definition: def, ProviderData: r.ProviderData, Debug: r.Debug,
		CredentialsGiven: true, CredentialsChanged: true, entries: entries(def)}
	given := ""
	if r.Name != nil {
		given = *r.Name
	}
	name, err := ValidName(given)
	if err != nil {
		return nil, err
	}
	d.row = store.Instance{
		AccountID: p.Account.ID, UserID: p.User.ID, ConnectorID: def.ID, ConnectorKey: def.Key,
		Name: name, Tags: []string{name}, Valid: true, ExternalAuthentication: AuthenticationHere,
		ConnectLinkID: r.ConnectLinkID,
	}
	if r.Tags != nil && len(*r.Tags) > 0 {
		d.row.Tags = *r.Tags
	}
	if r.ExternalAuthentication != nil {
		d.row.ExternalAuthentication = *r.ExternalAuthentication
	}
	d.changes = changesOf(d.entries, r.Configuration)
	d.compute()
	if err := missing(d.entries, d.Effective); err != nil {
		return nil, err
	}
	return d, nil
}

// Room is a Throttled fault when the caller's account has as many instances as it may have. Ask before something is done for a new
// one; Create then makes sure.
func (s *Service) Room(ctx context.Context, p *access.Principal) error {
	return s.limits.Room(ctx, p.Account.ID)
}

// Create stores a new instance and gives it its token. Throttled when the account has as many as it may have.
func (s *Service) Create(ctx context.Context, d *Draft) (*Instance, error) {
	row := d.row
	now := s.now().UTC()
	row.Token, row.CreatedAt, row.UpdatedAt = access.NewSecret(), now, now
	err := s.db.InTx(ctx, func(tx *store.DB) error {
		if err := s.limits.Instance(ctx, tx, row.AccountID); err != nil {
			return err
		}
		return tx.For(row.AccountID).CreateInstance(ctx, &row)
	})
	if err != nil {
		return nil, err
	}
	return s.with(ctx, &row, nil)
}

// PrepareReplace checks a PUT: name, tags and configuration are replaced where they are given; `[]` clears the
// tags (reference/instances.md §5). def is the connector after the change, usually the instance's own.
func (s *Service) PrepareReplace(i *Instance, def *connector.Definition, r *Request) (*Draft, error) {
	all := entries(def)
	changes := map[string]change{}
	if r.Configuration != nil {
		changes = replacement(all, i.Configuration, r.Configuration)
	}
	return s.prepareChange(i, def, r, changes)
}

// PrepareChange checks a PATCH: only what is given changes, configuration is merged
// (reference/instances.md §5). def is the connector after the change.
func (s *Service) PrepareChange(i *Instance, def *connector.Definition, r *Request) (*Draft, error) {
	return s.prepareChange(i, def, r, merge(entries(def), i.Configuration, r.Configuration))
}

func (s *Service) prepareChange(i *Instance, def *connector.Definition, r *Request, changes map[string]change) (*Draft, error) {
	d := &Draft{
		Definition: def, ProviderData: r.ProviderData, Debug: r.Debug, Previous: i,
		CredentialsGiven: r.Configuration != nil || r.ProviderData != nil || def.ID != i.ConnectorID,
		row:              i.Instance, tags: r.Tags, outside: r.ExternalAuthentication, changes: changes, entries: entries(def),
	}
	if r.Name != nil {
		name, err := ValidName(*r.Name)
		if err != nil {
			return nil, err
		}
		d.name = &name
	}
	d.compute()
	d.CredentialsChanged = def.ID != i.ConnectorID || differ(i.Effective, d.Effective)
	// An instance that lost a required value otherwise can still be renamed and tagged.
	if d.CredentialsGiven {
		if err := missing(d.entries, d.Effective); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// differ reports whether two configurations differ in what a provider may look at.
func differ(a, b map[string]string) bool {
	for key, value := range a {
		if b[key] != value && !ours(key) {
			return true
		}
	}
	for key, value := range b {
		if a[key] != value && !ours(key) {
			return true
		}
	}
	return false
}

// ours reports whether a key steers the platform alone.
func ours(key string) bool {
	for _, prefix := range [...]string{"event.", "bulk.", "pagination", "filter."} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// Save stores a change. It is put onto the instance as it is now, so that two changes at the same time do not
// undo each other. The token stays. A NotFound fault says that the instance was deleted meanwhile.
func (s *Service) Save(ctx context.Context, d *Draft) (*Instance, error) {
	if d.Previous == nil {
		return nil, fault.New(fault.Internal, "instance: Save of a draft that was made by Prepare")
	}
	row, err := s.update(ctx, d.Previous.AccountID, d.Previous.ID, func(row *store.Instance) error {
		if d.name != nil {
			row.Name = *d.name
		}
		if d.tags != nil {
			row.Tags = *d.tags
		}
		if d.outside != nil {
			row.ExternalAuthentication = *d.outside
		}
		row.ConnectorID, row.ConnectorKey = d.Definition.ID, d.Definition.Key
		row.Configuration = apply(d.entries, row.Configuration, d.changes)
		row.AuthenticationType = authenticationType(d.Definition, effective(d.entries, row.Configuration))
		if d.Accepted {
			row.Valid, row.InvalidReason = true, ""
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.with(ctx, row, nil)
}

// Remember stores configuration values that a hook or a token exchange brought, outside of a request of the
// client. Nothing is checked: the values are the platform's own.
func (s *Service) Remember(ctx context.Context, i *Instance, values map[string]string) (*Instance, error) {
	if len(values) == 0 {
		return i, nil
	}
	row, err := s.applied(ctx, i, setAll(values))
	if err != nil {
		return nil, err
	}
	return s.with(ctx, row, nil)
}

func setAll(values map[string]string) map[string]change {
	changes := make(map[string]change, len(values))
	for key, value := range values {
		changes[key] = change{value: value, set: true}
	}
	return changes
}

// applied stores changes of the configuration, put onto the instance as it is now and by the connector that it has now.
// It returns the instance as stored, or a NotFound fault when it is gone.
func (s *Service) applied(ctx context.Context, i *Instance, changes map[string]change) (*store.Instance, error) {
	return s.update(ctx, i.AccountID, i.ID, func(row *store.Instance) error {
		def, err := s.definition(ctx, row)
		if err != nil {
			return err
		}
		row.Configuration = apply(entries(def), row.Configuration, changes)
		return nil
	})
}

// update changes an instance as it is now, alone: two changes at once follow each other, also on two servers. It
// returns the instance as stored, or a NotFound fault when it is gone.
func (s *Service) update(ctx context.Context, accountID, id int64, change func(*store.Instance) error) (*store.Instance, error) {
	return s.db.For(accountID).ChangeInstance(ctx, id, change)
}
