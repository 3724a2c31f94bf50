package instance

import (
	"context"
	"strings"
	"time"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Times of a renewal.
const (
	// leaseLife is how long a process that died keeps others from renewing. A living one prolongs its lease.
	leaseLife = 15 * time.Second
	// leaseBeat is how often the holder prolongs.
	leaseBeat = 4 * time.Second
	// keepTrying is how long a new grant is tried to be stored while the database does not take it.
	keepTrying = 30 * time.Second
	// firstLook and lastLook are the times between two looks at what the holder of the lease did.
	firstLook = 20 * time.Millisecond
	lastLook  = 300 * time.Millisecond
	// maxReason is how many bytes of a reason are kept.
	maxReason = 2 << 10
)

// Renewal says how the grant of an instance is renewed.
type Renewal struct {
	// Mark tells one grant from another, in a configuration: the access token, usually. Stale is the mark of the grant that must
	// be replaced.
	Mark  func(configuration map[string]string) string
	Stale string
	// Reusable reports that the provider may be asked again when it is not known what became of the last time: there is no refresh
	// token that could have been used up.
	Reusable bool
	// Ask gets a new grant from the provider, as configuration values. It is called at most once, by one process at a time, after the
	// intent was stored.
	Ask func(ctx context.Context, current *Instance) (map[string]string, error)
	// Revoked reports whether an error of Ask means that the provider will never renew this grant.
	Revoked func(error) bool
}

// Renew replaces the grant of an instance and returns the instance with the new one. Of all callers in all processes one asks the
// provider; the others wait and get what it stored. The new grant is on disk before anybody uses it.
//
// When an earlier process ended between asking and storing, the grant may be used up. Unless the provider was seen to take a
// refresh token twice, it is not tried again, since providers take that for theft: the instance becomes invalid with a reason.
//
// Faults: Unauthenticated when the instance is, or becomes, invalid; what Ask returned; Unavailable when ctx ends while
// another process still renews.
func (s *Service) Renew(ctx context.Context, i *Instance, r Renewal) (*Instance, error) {
	scope := s.db.For(i.AccountID)
	lease, renewed, err := s.lease(ctx, scope, i, r)
	if err != nil || renewed != nil {
		return renewed, err
	}
	// Somebody may have settled between the look at the instance and the lease.
	current, done, err := s.look(ctx, i, r)
	if err != nil || done {
		return current, s.andRelease(ctx, scope, lease, err)
	}
	if lease.Interrupted && lease.Rotation != store.KeepsToken && !r.Reusable {
		return s.lost(ctx, scope, lease, r)
	}
	if err := scope.Asking(ctx, lease, leaseLife); err != nil {
		return nil, err
	}
	used := current.Effective["oauth.user.refresh_token"]
	stop := s.prolong(ctx, scope, lease)
	values, err := r.Ask(ctx, current)
	stop()
	switch {
	case err == nil:
		return s.settle(ctx, scope, lease, r, rotation(used, values), func(row *store.Instance, all []connector.ConfigurationEntry) {
			row.Configuration = apply(all, row.Configuration, setAll(values))
			row.Valid, row.InvalidReason = true, ""
		})
	case r.Revoked(err):
		return s.invalidate(ctx, scope, lease, r, "The provider does not renew the access any more", fault.As(err).Provider)
	}
	return nil, s.andRelease(ctx, scope, lease, err)
}

// lease waits until this process may renew, or until another one has. Exactly one of the three results is set.
func (s *Service) lease(ctx context.Context, scope *store.Scope, i *Instance, r Renewal) (*store.Lease, *Instance, error) {
	for wait := firstLook; ; wait = min(2*wait, lastLook) {
		current, done, err := s.look(ctx, i, r)
		if err != nil || done {
			return nil, current, err
		}
		lease, err := scope.TakeLease(ctx, i.ID, leaseLife)
		if err != nil || lease != nil {
			return lease, nil, err
		}
		select {
		case <-ctx.Done():
			return nil, nil, fault.Wrap(fault.Unavailable, ctx.Err(), "The access of instance %d is being renewed: try again in a moment", i.ID)
		case <-time.After(wait):
		}
	}
}

// look reads the instance and reports whether there is nothing to renew any more: it was done, or it is in vain.
func (s *Service) look(ctx context.Context, i *Instance, r Renewal) (*Instance, bool, error) {
	row, err := s.db.For(i.AccountID).Instance(ctx, i.ID)
	if err != nil {
		return nil, false, err
	}
	current, err := s.with(ctx, row, nil)
	if err != nil {
		return nil, false, err
	}
	if r.Mark(current.Effective) != r.Stale {
		return current, true, nil
	}
	return current, false, current.Refusal()
}

// Refusal is the Unauthenticated fault of an instance that must be authenticated again, nil while it is valid.
func (i *Instance) Refusal() error {
	if i.Valid {
		return nil
	}
	reason := i.InvalidReason
	if reason == "" {
		reason = "The last authentication failed"
	}
	return fault.New(fault.Unauthenticated, "The instance %d must be authenticated again: %s", i.ID, reason)
}

// prolong keeps the lease while the provider thinks, until stop is called.
func (s *Service) prolong(ctx context.Context, scope *store.Scope, lease *store.Lease) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		beat := time.NewTicker(leaseBeat)
		defer beat.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
				if err := scope.Prolong(ctx, lease, leaseLife); err != nil && ctx.Err() == nil {
					s.log.WarnContext(ctx, "a lease could not be prolonged", "instance", lease.InstanceID, "error", err)
				}
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// lost marks an instance whose grant may have been used up by a process that ended too early.
func (s *Service) lost(ctx context.Context, scope *store.Scope, lease *store.Lease, r Renewal) (*Instance, error) {
	return s.invalidate(ctx, scope, lease, r, "A server stopped while it renewed the access, and what the provider answered is lost", "")
}

func (s *Service) invalidate(ctx context.Context, scope *store.Scope, lease *store.Lease, r Renewal, reason, said string) (*Instance, error) {
	if said != "" {
		reason += ": " + said
	}
	if len(reason) > maxReason {
		reason = reason[:maxReason] + "…"
	}
	reason = strings.ReplaceAll(strings.ToValidUTF8(reason, "�"), "\x00", "")
	i, err := s.settle(ctx, scope, lease, r, store.RotationUnknown, func(row *store.Instance, _ []connector.ConfigurationEntry) {
		row.Valid, row.InvalidReason = false, reason
	})
	if err != nil {
		return nil, err
	}
	s.log.WarnContext(ctx, "an instance must be authenticated again", "instance", i.ID, "reason", i.InvalidReason)
	if err := i.Refusal(); err != nil {
		return nil, fault.As(err).WithProvider(said)
	}
	return i, nil // it got another grant meanwhile
}

// settle stores an outcome unless the instance has another grant meanwhile, and gives the lease back. A grant in hand is not given
// up because the database has a bad moment.
func (s *Service) settle(ctx context.Context, scope *store.Scope, lease *store.Lease, r Renewal, seen store.Rotation,
	change func(row *store.Instance, all []connector.ConfigurationEntry)) (*Instance, error) {
	// What the provider gave must be stored whatever becomes of the caller.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTrying)
	defer cancel()
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		row, err := scope.Settle(ctx, lease, seen, func(row *store.Instance) error {
			def, err := s.definition(ctx, row)
			if err != nil {
				return err
			}
			all := entries(def)
			if r.Mark(effective(all, row.Configuration)) == r.Stale {
				change(row, all)
			}
			return nil
		})
		if err == nil {
			return s.with(ctx, row, nil)
		}
		if fault.Is(err, fault.NotFound) { // deleted meanwhile
			return nil, err
		}
		s.log.ErrorContext(ctx, "the renewed access of an instance cannot be stored: trying again", "instance", lease.InstanceID, "error", err)
		select {
		case <-ctx.Done():
			return nil, fault.Wrap(fault.Unavailable, err, "The renewed access of instance %d could not be stored", lease.InstanceID)
		case <-time.After(wait):
		}
	}
}

func (s *Service) andRelease(ctx context.Context, scope *store.Scope, lease *store.Lease, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTrying)
	defer cancel()
	if released := scope.Release(ctx, lease); released != nil {
		s.log.WarnContext(ctx, "a lease could not be given back: it ends by itself", "instance", lease.InstanceID, "error", released)
	}
	return err
}

// rotation is what an answer shows of a provider: a refresh token that is not given, or is the old one, works again.
func rotation(used string, values map[string]string) store.Rotation {
	if used == "" {
		return store.RotationUnknown
	}
	if given := values["oauth.user.refresh_token"]; given == "" || given == used {
		return store.KeepsToken
	}
	return store.Rotates
}
