package access

import (
	"context"
	"math"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// MaxOverlap is how long an old secret may stay valid beside the new one.
const MaxOverlap = 30 * 24 * time.Hour

// defaultOverlap is how long it does when nobody says.
const defaultOverlap = time.Hour

// Overlap reads how long an old secret stays valid: nil = an hour, 0 = it ends at once. More than 30 days, or less than nothing, is
// an Invalid fault.
func Overlap(minutes *float64) (time.Duration, error) {
	if minutes == nil {
		return defaultOverlap, nil
	}
	if most := MaxOverlap.Minutes(); *minutes != math.Trunc(*minutes) || *minutes < 0 || *minutes > most {
		return 0, fault.New(fault.Invalid, "overlapMinutes must be a whole number from 0 to %v (30 days), not %v", most, *minutes)
	}
	return time.Duration(*minutes) * time.Minute, nil
}

// Rotated is a new secret, and until when the one before is accepted.
type Rotated struct {
	Value         string
	PreviousUntil time.Time // zero = it ended at once
}

// SecretOwner finds a user whose secrets the caller may handle: the caller, or somebody whose users the caller edits, who is within
// the caller's reach and may do nothing that the caller may not. Without the privilege it is Forbidden, out of reach NotFound,
// above the caller Forbidden.
func (s *Service) SecretOwner(ctx context.Context, p *Principal, userID int64) (*store.Identity, error) {
	if userID == p.User.ID {
		return s.db.UserOf(ctx, p.Organization.ID, userID)
	}
	if err := p.Require(EditUsersAccount, EditUsersOrg); err != nil {
		return nil, err
	}
	owner, err := s.db.UserOf(ctx, p.Organization.ID, userID)
	if err != nil {
		return nil, err
	}
	if !p.Reaches(owner.Account.ID) {
		return nil, fault.New(fault.NotFound, "No user found with id %d", userID)
	}
	if !p.Covers(AsPrincipal(owner)) {
		return nil, fault.New(fault.Forbidden, "The user %d may do what you may not: only the user or an administrator with all of the user's privileges handles these secrets", userID)
	}
	return owner, nil
}

// RotateUserSecret gives a user a new secret. An API key may not: it would outlive its revocation.
func (s *Service) RotateUserSecret(ctx context.Context, p *Principal, userID int64, overlap time.Duration) (*Rotated, error) {
	if err := p.wantPerson(); err != nil {
		return nil, err
	}
	owner, err := s.SecretOwner(ctx, p, userID)
	if err != nil {
		return nil, err
	}
	return s.rotate(ctx, store.UserSecret, owner.Organization.ID, owner.User.ID, NewSecret(), overlap)
}

// RotateOrganizationSecret gives the caller's organization a new secret.
func (s *Service) RotateOrganizationSecret(ctx context.Context, p *Principal, overlap time.Duration) (*Rotated, error) {
	return s.rotate(ctx, store.OrganizationSecret, p.Organization.ID, p.Organization.ID, NewOrganizationSecret(), overlap)
}

// RotateInstanceToken gives an instance of an organization a new token. Whether the caller may is asked before.
func (s *Service) RotateInstanceToken(ctx context.Context, organizationID, instanceID int64, overlap time.Duration) (*Rotated, error) {
	return s.rotate(ctx, store.InstanceToken, organizationID, instanceID, NewSecret(), overlap)
}

func (s *Service) rotate(ctx context.Context, kind store.SecretKind, organizationID, ownerID int64, value string, overlap time.Duration) (*Rotated, error) {
	at := s.now().UTC().Truncate(time.Millisecond)
	// The end falls on a whole second, as answers show it.
	r := store.SecretRotation{Kind: kind, OwnerID: ownerID, OrganizationID: organizationID, Value: value, At: at, OldUntil: at.Add(overlap).Truncate(time.Second)}
	if err := s.db.RotateSecret(ctx, r); err != nil {
		return nil, err
	}
	made := &Rotated{Value: value}
	if overlap > 0 {
		made.PreviousUntil = r.OldUntil
	}
	return made, nil
}

// SecretsOf lists what is known of a secret, the current value first. Uses that wait in memory are written before.
func (s *Service) SecretsOf(ctx context.Context, kind store.SecretKind, organizationID, ownerID int64) ([]store.Secret, error) {
	s.uses.flush(ctx)
	return s.db.Secrets(ctx, kind, organizationID, ownerID, s.now())
}

// EndOverlap ends the time of an old secret at once. To have none is no error.
func (s *Service) EndOverlap(ctx context.Context, kind store.SecretKind, organizationID, ownerID int64) error {
	return s.db.EndOverlap(ctx, kind, organizationID, ownerID, s.now())
}

// bySecret finds the caller of a user secret, alone or with an organization secret, current ones or old ones in their time.
func (s *Service) bySecret(ctx context.Context, c Credentials) (*caller, error) {
	found := &caller{marks: []*Mark{s.uses.MarkOf(store.UserSecret, c.User)}, ended: "The user secret is not known"}
	identity, err := s.db.IdentityBySecret(ctx, c.User)
	if fault.Is(err, fault.NotFound) {
		identity, err = s.byOldSecret(ctx, c.User, found)
	}
	if fault.Is(err, fault.NotFound) {
		return nil, unauthenticated("The user secret is not known")
	}
	if err != nil {
		return nil, err
	}
	if c.Organization != "" {
		found.marks = append(found.marks, s.uses.MarkOf(store.OrganizationSecret, c.Organization))
		if err := s.ofOrganization(ctx, c.Organization, &identity.Organization, found); err != nil {
			return nil, err
		}
	}
	if err := usable(identity); err != nil {
		return nil, err
	}
	found.principal = newPrincipal(identity)
	return found, nil
}

func (s *Service) byOldSecret(ctx context.Context, secret string, found *caller) (*store.Identity, error) {
	userID, until, err := s.db.OldSecret(ctx, store.UserSecret, secret, s.now())
	if err != nil {
		return nil, err
	}
	found.endsBy(until, found.ended)
	return s.db.IdentityByUser(ctx, userID)
}

// ofOrganization checks the organization secret of a caller.
func (s *Service) ofOrganization(ctx context.Context, secret string, organization *store.Organization, found *caller) error {
	const wrong = "The organization secret is not that of the user's organization"
	if same(secret, organization.Secret) {
		return nil
	}
	id, until, err := s.db.OldSecret(ctx, store.OrganizationSecret, secret, s.now())
	if fault.Is(err, fault.NotFound) || err == nil && id != organization.ID {
		return unauthenticated(wrong)
	}
	if err != nil {
		return err
	}
	found.endsBy(until, wrong)
	return nil
}
