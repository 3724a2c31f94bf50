package api

import (
	"time"

	"jackfield/internal/access"
	"jackfield/internal/store"
)

// secretWire is what is told of a secret: never its value.
type secretWire struct {
	Current      bool    `json:"current"`
	CreatedDate  string  `json:"createdDate"`
	LastUsedDate *string `json:"lastUsedDate"` // to the minute; null = not used yet
	ValidUntil   *string `json:"validUntil"`   // null = until it is replaced
	Hint         string  `json:"hint"`         // first characters
}

// dateOf is a time on the wire, null when there is none.
func dateOf(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.UTC().Format(time.RFC3339)
	return &text
}

func (e *exchange) overlap() (time.Duration, error) {
	var body struct {
		OverlapMinutes *float64 `json:"overlapMinutes"`
	}
	if err := e.object("overlap", &body); err != nil {
		return 0, err
	}
	return access.Overlap(body.OverlapMinutes)
}

// secretUser is the user of a path, by id; without one it is the caller.
func (e *exchange) secretUser() (int64, error) {
	if e.param("id") == "" {
		return e.principal.User.ID, nil
	}
	return e.number("id", "user")
}

func (e *exchange) rotated(r *access.Rotated) error {
	return e.json(struct {
		Secret             string  `json:"secret"`
		PreviousValidUntil *string `json:"previousValidUntil"`
	}{r.Value, dateOf(r.PreviousUntil)})
}

func (e *exchange) secrets(known []store.Secret) error {
	rows := make([]secretWire, len(known))
	for i, s := range known {
		rows[i] = secretWire{s.Current, s.CreatedAt.UTC().Format(time.RFC3339), dateOf(s.LastUsedAt), dateOf(s.ValidUntil), s.Hint}
	}
	return e.json(rows)
}

func (a *API) rotateUserSecret(e *exchange) error {
	id, err := e.secretUser()
	if err != nil {
		return err
	}
	overlap, err := e.overlap()
	if err != nil {
		return err
	}
	made, err := a.Access.RotateUserSecret(e.r.Context(), e.principal, id, overlap)
	if err != nil {
		return err
	}
	return e.rotated(made)
}

// ownedSecret finds the user of a path if the caller may handle the secrets.
func (a *API) ownedSecret(e *exchange) (*store.Identity, error) {
	id, err := e.secretUser()
	if err != nil {
		return nil, err
	}
	return a.Access.SecretOwner(e.r.Context(), e.principal, id)
}

func (a *API) listUserSecrets(e *exchange) error {
	owner, err := a.ownedSecret(e)
	if err != nil {
		return err
	}
	return a.showSecrets(e, store.UserSecret, owner.Organization.ID, owner.User.ID)
}

func (a *API) endUserOverlap(e *exchange) error {
	owner, err := a.ownedSecret(e)
	if err != nil {
		return err
	}
	return a.endOverlap(e, store.UserSecret, owner.Organization.ID, owner.User.ID)
}

func (a *API) rotateOrganizationSecret(e *exchange) error {
	overlap, err := e.overlap()
	if err != nil {
		return err
	}
	made, err := a.Access.RotateOrganizationSecret(e.r.Context(), e.principal, overlap)
	if err != nil {
		return err
	}
	return e.rotated(made)
}

func (a *API) listOrganizationSecrets(e *exchange) error {
	return a.showSecrets(e, store.OrganizationSecret, e.principal.Organization.ID, e.principal.Organization.ID)
}

func (a *API) endOrganizationOverlap(e *exchange) error {
	return a.endOverlap(e, store.OrganizationSecret, e.principal.Organization.ID, e.principal.Organization.ID)
}

func (a *API) rotateToken(e *exchange) error {
	found, err := a.instance(e, a.Instances.FindForChange)
	if err != nil {
		return err
	}
	overlap, err := e.overlap()
	if err != nil {
		return err
	}
	made, err := a.Access.RotateInstanceToken(e.r.Context(), found.OrganizationID, found.ID, overlap)
	if err != nil {
		return err
	}
	return e.json(struct {
		Token              string  `json:"token"`
		PreviousValidUntil *string `json:"previousValidUntil"`
	}{made.Value, dateOf(made.PreviousUntil)})
}

func (a *API) listTokens(e *exchange) error {
	found, err := a.instance(e, a.Instances.Find)
	if err != nil {
		return err
	}
	return a.showSecrets(e, store.InstanceToken, found.OrganizationID, found.ID)
}

func (a *API) endTokenOverlap(e *exchange) error {
	found, err := a.instance(e, a.Instances.FindForChange)
	if err != nil {
		return err
	}
	return a.endOverlap(e, store.InstanceToken, found.OrganizationID, found.ID)
}

func (a *API) showSecrets(e *exchange, kind store.SecretKind, organizationID, ownerID int64) error {
	known, err := a.Access.SecretsOf(e.r.Context(), kind, organizationID, ownerID)
	if err != nil {
		return err
	}
	return e.secrets(known)
}

func (a *API) endOverlap(e *exchange, kind store.SecretKind, organizationID, ownerID int64) error {
	return e.done(a.Access.EndOverlap(e.r.Context(), kind, organizationID, ownerID))
}
