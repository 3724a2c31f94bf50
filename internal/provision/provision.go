// Package provision makes, changes, probes and deletes instances: it runs the lifecycle resources of a
// connector through the gateway and stores the outcome (reference/instances.md §§3, 5). Nothing is stored
// before the provider accepted the credentials.
package provision

import (
	"context"
	"log/slog"
	"net/http"

	"jackfield/internal/access"
	"jackfield/internal/catalog"
	"jackfield/internal/connector"
	"jackfield/internal/credential"
	"jackfield/internal/fault"
	"jackfield/internal/gateway"
	"jackfield/internal/instance"
	"jackfield/internal/store"
)

// Service provisions instances. Safe for concurrent use.
type Service struct {
	instances *instance.Service
	gateway   *gateway.Gateway
	catalog   *catalog.Catalog
	log       *slog.Logger
}

// New makes the service.
func New(instances *instance.Service, g *gateway.Gateway, c *catalog.Catalog, log *slog.Logger) *Service {
	return &Service{instances: instances, gateway: g, catalog: c, log: log}
}

// Create makes an instance of a connector: check, onProvision, credentials test, store. A provider's refusal
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
	if err := s.authenticate(ctx, p, c, draft, trace); err != nil {
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
	draft, err := s.instances.PrepareReplace(i, c.Definition, r)
	if err != nil {
		return nil, err
	}
	return s.save(ctx, p, c, draft, reAuthenticate && draft.CredentialsGiven)
}

// Change answers a PATCH: the provider is asked again when something it may look at changes.
func (s *Service) Change(ctx context.Context, p *access.Principal, i *instance.Instance, r *instance.Request) (*instance.Instance, error) {
	c, err := s.target(ctx, p, i, r)
	if err != nil {
		return nil, err
	}
	draft, err := s.instances.PrepareChange(i, c.Definition, r)
	if err != nil {
		return nil, err
	}
	return s.save(ctx, p, c, draft, draft.CredentialsChanged)
}

func (s *Service) save(ctx context.Context, p *access.Principal, c *catalog.Connector, draft *instance.Draft, ask bool) (*instance.Instance, error) {
	if ask {
		if err := s.authenticate(ctx, p, c, draft, nil); err != nil {
			return nil, err
		}
		draft.Accepted = true
	}
	return s.instances.Save(ctx, draft)
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

// Delete removes an instance after telling the provider. What the provider says does not matter: the token is
// dead either way.
func (s *Service) Delete(ctx context.Context, p *access.Principal, i *instance.Instance) error {
	c, err := s.catalog.ByID(ctx, i.AccountID, i.ConnectorID)
	if err == nil {
		for _, kind := range []string{connector.ResourceOnDeleteWebhook, connector.ResourceOnDelete} {
			for _, resource := range c.Program().OfType(kind) {
				if _, err := s.run(ctx, p, i, resource, nil); err != nil {
					s.log.WarnContext(ctx, "the provider was not told of a deleted instance", "instance", i.ID, "step", kind, "error", fault.As(err).Message)
				}
			}
		}
	}
	return s.instances.Delete(ctx, i)
}

// authenticate runs onProvision and the credentials test. A connector without either is not probed.
func (s *Service) authenticate(ctx context.Context, p *access.Principal, c *catalog.Connector, draft *instance.Draft, trace *gateway.Trace) error {
	if err := credential.Check(draft.AuthenticationType); err != nil {
		return err
	}
	for _, kind := range []string{connector.ResourceOnProvision, connector.ResourceProvisionAuthValidation} {
		for _, resource := range c.Program().OfType(kind) {
			written, err := s.run(ctx, p, s.preview(p, c, draft), resource, trace)
			if err != nil {
				return refused(err)
			}
			if len(written) > 0 {
				draft.Set(written)
			}
		}
	}
	return nil
}

// preview is the draft as an instance for the gateway: it exists nowhere else yet.
func (s *Service) preview(p *access.Principal, c *catalog.Connector, draft *instance.Draft) *instance.Instance {
	return &instance.Instance{
		Instance: store.Instance{
			AccountID: p.Account.ID, UserID: p.User.ID, ConnectorID: c.ID, ConnectorKey: c.Key,
			AuthenticationType: draft.AuthenticationType,
		},
		OrganizationID: p.Organization.ID,
		Definition:     c.Definition,
		Effective:      draft.Effective,
	}
}

func (s *Service) run(ctx context.Context, p *access.Principal, i *instance.Instance, resource *catalog.Resource, trace *gateway.Trace) (map[string]string, error) {
	call := &gateway.Call{
		Principal: p, Instance: i, Program: resource.Program, Resource: resource, Lifecycle: true, Trace: trace,
		Method: resource.Method, Path: resource.RelativePath, Header: http.Header{},
	}
	answer, err := s.gateway.Do(ctx, call)
	if err != nil {
		return nil, err
	}
	answer.Close()
	return call.Written(), nil
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
