package audit

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/store"
	"jackfield/internal/usage"
)

// Kinds of rows that have lists of their own (reference/operations.md §6). Others are named like the paths that they are about.
const (
	KindAuthentication   = "authentication"
	KindElements         = "elements"
	KindElementInstances = "element-instances"
	KindFormulas         = "formulas"
	KindFormulaInstances = "formula-instances"
	KindCommonResources  = "common-resources"
)

// How callers prove who they are.
const (
	LoginSecrets     = "secrets" // user and organization secret
	LoginAPIKey      = "api-key"
	LoginBearer      = "bearer"       // the token of a login
	LoginConsole     = "console"      // the console's session
	LoginPassword    = "password"     // an email and a password
	LoginLetter      = "letter"       // the link of a letter of reset
	LoginSignOn      = "sign-on"      // an identity provider
	LoginConnectLink = "connect-link" // a customer without a login
)

// Limits of a row.
const (
	maxURI   = 4 << 10 // bytes; longer ones are cut
	maxEmail = 320     // bytes; longer than any address
	// writeTime bounds a write that a caller who went away no longer waits for.
	writeTime = 10 * time.Second
)

// Caller is who asks for a change, as far as it is known.
type Caller struct {
	UserID, AccountID, OrganizationID int64
	Email                             string
	Login                             string // one of the constants above
}

// CallerOf is an authenticated caller.
func CallerOf(p *access.Principal, login string) Caller {
	return Caller{UserID: p.User.ID, AccountID: p.Account.ID, OrganizationID: p.Organization.ID, Email: p.User.Email, Login: login}
}

// CallerOfIdentity is a user whom nobody has proved to be the caller: of a failed login, for example.
func CallerOfIdentity(i *store.Identity, login string) Caller {
	return Caller{UserID: i.User.ID, AccountID: i.Account.ID, OrganizationID: i.Organization.ID, Email: i.User.Email, Login: login}
}

// ByEmail is whom a login by password is about. An email that nobody has is not kept: it may be a password in the wrong field.
func (s *Service) ByEmail(ctx context.Context, email string) Caller {
	identity, err := s.db.IdentityByEmail(ctx, strings.TrimSpace(email))
	if err != nil {
		return Caller{Login: LoginPassword}
	}
	return CallerOfIdentity(identity, LoginPassword)
}

// ByLetter is whose password the token of a letter of reset sets; nobody's when it is not good.
func (s *Service) ByLetter(ctx context.Context, token string) Caller {
	identity, err := s.db.IdentityByPasswordReset(ctx, token, time.Now())
	if err != nil {
		return Caller{Login: LoginLetter}
	}
	return CallerOfIdentity(identity, LoginLetter)
}

// Entry is what is known of a change before it is made.
type Entry struct {
	Caller
	Kind      string
	Method    string
	URI       string // secrets in its query are masked here
	IP        string
	RequestID string

	EntityID   string
	InstanceID int64
}

// End is what is known of it afterwards.
type End struct {
	Status     int    // answered
	EntityID   string // of what was made; "" = as it began
	InstanceID int64
	Changes    []Change
}

// Service writes and reads the audit log. Safe for concurrent use.
type Service struct{ db *store.DB }

// New makes the service.
func New(db *store.DB) *Service { return &Service{db} }

// Begun is a row without an end.
type Begun struct{ organizationID, id int64 }

// Begin stores a row without an end. Do nothing when it fails: what is not on record must not happen.
func (s *Service) Begin(ctx context.Context, e Entry) (Begun, error) {
	row := e.row()
	err := s.db.CreateAudit(ctx, row)
	return Begun{row.OrganizationID, row.ID}, err
}

// End ends a row that Begin made, also when the caller has gone away meanwhile.
func (s *Service) End(ctx context.Context, begun Begun, end End) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
	defer cancel()
	changes, err := encode(end.Changes)
	if err != nil {
		return err
	}
	return s.db.EndAudit(ctx, begun.organizationID, begun.id, store.AuditEnd{Status: end.Status, EntityID: end.EntityID, InstanceID: end.InstanceID, Changes: changes})
}

// Record stores a row that has ended: of what was refused, or of what has no effect until its answer leaves, such as a login.
func (s *Service) Record(ctx context.Context, e Entry, end End) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
	defer cancel()
	row := e.row()
	row.Status = end.Status
	if end.EntityID != "" {
		row.EntityID = end.EntityID
	}
	if end.InstanceID != 0 {
		row.InstanceID = end.InstanceID
	}
	var err error
	if row.Changes, err = encode(end.Changes); err != nil {
		return err
	}
	return s.db.CreateAudit(ctx, row)
}

func (e *Entry) row() *store.AuditEntry {
	return &store.AuditEntry{
		Kind: e.Kind, Method: e.Method, URI: cut(usage.ScrubURI(e.URI), maxURI), IP: e.IP, RequestID: e.RequestID,
		OrganizationID: e.OrganizationID, AccountID: e.AccountID, UserID: e.UserID, UserEmail: cut(e.Email, maxEmail), Login: e.Login,
		EntityID: cut(e.EntityID, maxURI), InstanceID: e.InstanceID,
	}
}

func cut(text string, most int) string { return text[:min(len(text), most)] }

func encode(changes []Change) (string, error) {
	if len(changes) == 0 {
		return "", nil
	}
	text, err := json.Marshal(changes)
	return string(text), err
}
