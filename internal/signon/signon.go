// Package signon lets people log in with an identity provider of their organization, by SAML 2.0 or OpenID Connect. A provider
// says who somebody is; who that is here, and what they may do, is decided here: a provider never lets in a user of another
// tenant, nor one who stands above those who named the provider (docs/decisions/0532-who-a-provider-may-let-in.md).
//
// What a login needs on its way travels with the browser, sealed; the database keeps only what was used, so that anonymous
// beginnings cost no row and several servers agree (docs/decisions/0533-nothing-is-kept-until-a-login-comes-back.md).
package signon

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/outbound"
	"jackfield/internal/store"
	"jackfield/internal/tenant"
	"jackfield/internal/vault"
)

// Limits and addresses of sign-on.
const (
	// FlowLife is how long a person may be at the provider's pages.
	FlowLife = 10 * time.Minute
	// CallbackPath is where OpenID Connect providers send browsers back to, behind the server's own address.
	CallbackPath = "/console/sign-on/callback"
	// FinishPath is where a SAML login ends in the browser that began it.
	FinishPath = "/console/sign-on/finish"
	// StartPath is the beginning of the address that starts a login; the provider's id follows.
	StartPath = "/console/sign-on/"

	// ticketLife is how long the way from the assertion consumer to FinishPath may take.
	ticketLife = 2 * time.Minute
	// clockSkew is how far a provider's clock may be ahead of ours.
	clockSkew = 3 * time.Minute
	// maxNext is the longest path that a login may lead to, in bytes.
	maxNext = 500
	// maxOffers is how many providers are offered for an address.
	maxOffers = 20
)

// Options of the service. All but Log and Now are required.
type Options struct {
	DB       *store.DB
	Access   *access.Service
	Tenants  *tenant.Service
	Outbound *outbound.Client
	Vault    *vault.Vault
	Log      *slog.Logger
	Now      func() time.Time
}

// Service logs people in. Safe for concurrent use.
type Service struct {
	db      *store.DB
	access  *access.Service
	tenants *tenant.Service
	outside func(context.Context) context.Context // for calls of the OpenID Connect library
	vault   *vault.Vault
	known   discovered
	log     *slog.Logger
	now     func() time.Time
}

// New makes the service.
func New(o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Service{
		db: o.DB, access: o.Access, tenants: o.Tenants, outside: through(o.Outbound), vault: o.Vault,
		known: newDiscovered(o.Now), log: o.Log, now: o.Now,
	}
}

// Expire forgets what cannot come back any more. Call it now and then.
func (s *Service) Expire(ctx context.Context, now time.Time) error { return s.db.ForgetUsed(ctx, now) }

// Code says why a login did not happen, for the login page.
type Code string

// The codes of refused logins.
const (
	Denied          Code = "denied"           // the person or the provider said no
	Expired         Code = "expired"          // it took too long, or came back to another browser
	Replayed        Code = "replayed"         // the answer was used before
	UnknownProvider Code = "unknown-provider" // no such provider, or it is gone
	NotAnswered     Code = "not-answered"     // the provider cannot be reached
	Invalid         Code = "invalid"          // the provider's answer is not accepted
	NoUser          Code = "no-user"          // nobody here has this address, and the provider makes no users
	Inactive        Code = "inactive"         // the user, the account or the organization is not active
	NotAllowed      Code = "not-allowed"      // this provider does not speak for this address or this user
	Taken           Code = "taken"            // the address belongs to somebody of another tenant
	Unavailable     Code = "unavailable"      // our own failure
)

// Refusal is a login that did not happen. The code is for the person, the error for the operator's log.
type Refusal struct {
	Code Code
	err  error
}

func (r *Refusal) Error() string { return string(r.Code) + ": " + r.err.Error() }
func (r *Refusal) Unwrap() error { return r.err }

func refuse(code Code, format string, args ...any) error {
	return &Refusal{Code: code, err: fault.New(fault.Forbidden, format, args...)}
}

func refuseBecause(code Code, err error) error { return &Refusal{Code: code, err: err} }

// CodeOf is the code of a login that failed; what is no refusal is Unavailable.
func CodeOf(err error) Code {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return Unavailable
}

// report logs a login that did not happen. Addresses of people stay out of the log.
func (s *Service) report(ctx context.Context, providerID int64, err error) {
	if CodeOf(err) == Unavailable {
		s.log.ErrorContext(ctx, "a sign-on failed", "provider", providerID, "error", err)
		return
	}
	s.log.WarnContext(ctx, "a sign-on was refused", "provider", providerID, "code", string(CodeOf(err)), "reason", err)
}

// provider finds the provider that a login names.
func (s *Service) provider(ctx context.Context, id int64) (*store.IdentityProvider, error) {
	p, err := s.db.AnyIdentityProvider(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil, refuse(UnknownProvider, "there is no identity provider %d", id)
	}
	return p, err
}
