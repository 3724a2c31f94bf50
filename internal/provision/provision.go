// Package provision makes, changes, probes and deletes instances: it gets grants from providers, runs the lifecycle
// resources of a connector through the gateway and stores the outcome (reference/instances.md §§3, 5). Nothing is stored
// before the provider accepted the credentials.
package provision

import (
	"context"
	"log/slog"

	"jackfield/internal/access"
	"jackfield/internal/catalog"
	"jackfield/internal/connector"
	"jackfield/internal/credential"
	"jackfield/internal/fault"
	"jackfield/internal/gateway"
	"jackfield/internal/instance"
	"jackfield/internal/store"
	"jackfield/internal/vault"
)

// Options are what the service works with; all are required.
type Options struct {
	DB        *store.DB
	Instances *instance.Service
	Gateway   *gateway.Gateway
	Catalog   *catalog.Catalog
	Vault     *vault.Vault
	Log       *slog.Logger
}

// Service provisions instances. Safe for concurrent use.
type Service struct {
	db        *store.DB
	instances *instance.Service
	gateway   *gateway.Gateway
	catalog   *catalog.Catalog
	vault     *vault.Vault
	log       *slog.Logger
}

// New makes the service.
func New(o Options) *Service {
	return &Service{db: o.DB, instances: o.Instances, gateway: o.Gateway, catalog: o.Catalog, vault: o.Vault, log: o.Log}
}

// Create makes an instance of a connector: check, grant, onProvision, credentials test, store. A provider's refusal
// of the credentials is Unauthenticated with the provider's words, and nothing is stored.
func (s *Service) Create(ctx context.Context, p *access.Principal, c *catalog.Connector, r *instance.Request) (*instance.Instance, error) {
	return s.create(ctx, p, c, r, nil)
}

// CreateTraced is Create that leaves a trace of all calls to the provider, also when it fails
// (reference/http-conventions.md §8.1). The trace is one of gateway.NewTrace.
func (s *Service) CreateTraced(ctx context.Context, p *access.Principal, c *catalog.Connector, r *instance.Request, trace *gateway.Trace) (*instance.Instance, error) {
	made, err := s.create(ctx, p, c, r, trace)
	of := store.Trace{OrganizationID: p.Organization.ID, AccountID: p.Account.ID, ConnectorID: c.ID, ConnectorKey: c.Key}
	if made != nil {
		of.InstanceID = made.ID
	}
	s.gateway.FinishTrace(trace, of, err)
	return made, err
}

func (s *Service) create(ctx context.Context, p *access.Principal, c *catalog.Connector, r *instance.Request, trace *gateway.Trace) (*instance.Instance, error) {
	draft, err := s.instances.Prepare(p, c.Definition, r)
	if err != nil {
		return nil, err
	}
	a := &attempt{Service: s, principal: p, connector: c, draft: draft, trace: trace}
	if err := a.check(ctx, r); err != nil {
		return nil, err
	}
	if err := s.instances.Room(ctx, p); err != nil {
		return nil, err
	}
	if a.onlyRefresh() {
		return a.createFromRefreshToken(ctx)
	}
	if err := a.authenticate(ctx); err != nil {
		return nil, err
	}
	return s.instances.Create(ctx, draft)
}

// Replace answers a PUT. With reAuthenticate false it only stores.
func (s *Service) Replace(ctx context.Context, p *access.Principal, i *instance.Instance, r *instance.Request, reAuthenticate bool) (*instance.Instance, error) {
	c, err := s.target(ctx, p, i, r)
	if err != nil {
		return nil, err
	}
	draft, err := s.instances.PrepareReplace(s.fresh(ctx, p, c, i), c.Definition, r)
	if err != nil {
		return nil, err
	}
	return s.save(ctx, p, c, draft, r, reAuthenticate && draft.CredentialsGiven)
}

// Change answers a PATCH: the provider is asked again when something it may look at changes.
func (s *Service) Change(ctx context.Context, p *access.Principal, i *instance.Instance, r *instance.Request) (*instance.Instance, error) {
	c, err := s.target(ctx, p, i, r)
	if err != nil {
		return nil, err
	}
	draft, err := s.instances.PrepareChange(s.fresh(ctx, p, c, i), c.Definition, r)
	if err != nil {
		return nil, err
	}
	return s.save(ctx, p, c, draft, r, draft.CredentialsChanged || r.ProviderData != nil && credential.Grants(draft.AuthenticationType))
}

func (s *Service) save(ctx context.Context, p *access.Principal, c *catalog.Connector, draft *instance.Draft, r *instance.Request, ask bool) (*instance.Instance, error) {
	a := &attempt{Service: s, principal: p, connector: c, draft: draft}
	if err := a.check(ctx, r); err != nil {
		return nil, err
	}
	if ask {
		if err := a.authenticate(ctx); err != nil {
			return nil, err
		}
		// An instance whose grant is dead does not come back to life by a new name for its server.
		draft.Accepted = a.granted || !credential.Grants(draft.AuthenticationType)
	}
	return s.instances.Save(ctx, draft)
}

// fresh is the instance with a grant that lives, so that a change is not refused for a token that has only run out. A grant that
// cannot be renewed is no reason not to change an instance.
func (s *Service) fresh(ctx context.Context, p *access.Principal, c *catalog.Connector, i *instance.Instance) *instance.Instance {
	if c.ID != i.ConnectorID {
		return i
	}
	call := callOf(p, c, i, nil)
	if err := s.gateway.Fresh(ctx, call); err != nil {
		s.log.InfoContext(ctx, "an instance is changed whose access could not be renewed", "instance", i.ID, "error", fault.As(err).Message)
	}
	return call.Instance
}

// target is the connector after a change: the instance's own, unless the request switches it.
func (s *Service) target(ctx context.Context, p *access.Principal, i *instance.Instance, r *instance.Request) (*catalog.Connector, error) {
	if r.Connector.ID != 0 && r.Connector.ID != i.ConnectorID {
		return s.catalog.ByID(ctx, p.Account.ID, r.Connector.ID)
	}
	c, err := s.catalog.ByID(ctx, i.AccountID, i.ConnectorID)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "No element found with key %s", i.ConnectorKey)
	}
	return c, err
}

// Delete removes an instance after telling the provider and giving the grant back. What the provider says does not matter: the
// token is dead either way.
func (s *Service) Delete(ctx context.Context, p *access.Principal, i *instance.Instance) error {
	c, err := s.catalog.ByID(ctx, i.AccountID, i.ConnectorID)
	if err == nil {
		i = s.fresh(ctx, p, c, i)
		for _, kind := range []string{connector.ResourceOnDeleteWebhook, connector.ResourceOnDelete} {
			for _, resource := range c.Program().OfType(kind) {
				if _, err := s.gateway.Run(ctx, callOf(p, c, i, nil), resource); err != nil {
					s.log.WarnContext(ctx, "the provider was not told of a deleted instance", "instance", i.ID, "step", kind, "error", fault.As(err).Message)
				}
			}
		}
		if err := s.revoke(ctx, p, c, i); err != nil {
			s.log.WarnContext(ctx, "the grant of a deleted instance was not given back", "instance", i.ID, "error", fault.As(err).Message)
		}
	}
	return s.instances.Delete(ctx, i)
}

// callOf is what the gateway works with for an instance outside of a hub call.
func callOf(p *access.Principal, c *catalog.Connector, i *instance.Instance, trace *gateway.Trace) *gateway.Call {
	return &gateway.Call{Principal: p, Instance: i, Program: c.Program(), Trace: trace}
}

// refused maps a failed authentication: 401 for 401 and 403 of the provider, otherwise 400, unless the
// provider could not be asked at all (reference/instances.md §3.1).
func refused(err error) error {
	f := *fault.As(err)
	switch f.Kind {
	case fault.Unauthenticated, fault.Forbidden:
		f.Kind, f.Status = fault.Unauthenticated, 0
		f.Message = "The provider refused the credentials: check them and try again"
	case fault.Internal, fault.Provider, fault.Throttled, fault.Unavailable, fault.TooLarge:
	default:
		f.Kind, f.Status = fault.Invalid, 0
		f.Message = "The credentials could not be checked: " + f.Message
	}
	return &f
}
