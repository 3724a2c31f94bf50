// Package connect makes and serves connect links: a customer opens one in a browser, without a login here, and connects one
// account of one connector to the account of whoever made the link. A link is used once, ends, and acts in the name of
// its maker as that user is now (docs/decisions/0461-connect-links.md).
package connect

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/audit"
	"jackfield/internal/branding"
	"jackfield/internal/catalog"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/provision"
	"jackfield/internal/store"
)

// Limits and addresses of connect links.
const (
	// DefaultLife is how long a link lasts whose maker says nothing.
	DefaultLife = 24 * time.Hour
	// MaxLife is the longest life that may be asked for.
	MaxLife = 30 * 24 * time.Hour
	// MaxLiveLinks is how many unused links of one account may be open at once. It keeps a loop from filling the database.
	MaxLiveLinks = 10_000
	// MaxAttempts is how often one link may be tried: it is not a way to try credentials at a provider.
	MaxAttempts = 50
	// MaxRedirectURL is the longest redirectUrl in bytes.
	MaxRedirectURL = 2000
	// Path is the beginning of a link's address behind the server's own; the token follows.
	Path = "/connect/"
	// ReturnPath is where providers send customers back to.
	ReturnPath = "/elements/oauth/callback"
	// Kept is how long an ended link stays in lists.
	Kept = 30 * 24 * time.Hour

	// flowLife is how long a customer may be at the provider's own page.
	flowLife = 30 * time.Minute
	// maxAttemptTime is how long one attempt may take: longer than the calls that it makes to the provider.
	maxAttemptTime = 2 * time.Minute
	// recent is how long after its use the page of a link says that the account is connected, to who comes from connecting it.
	recent = 10 * time.Minute
	// maxProblem is how many characters of an error a link keeps.
	maxProblem = 500
)

// Options of the service. All but Redirects, Brand, Branding, Audit, Log and Now are required.
type Options struct {
	DB        *store.DB
	Access    *access.Service
	Catalog   *catalog.Catalog
	Instances *instance.Service
	Provision *provision.Service
	Redirects Redirects
	Brand     Brand             // of organizations without a branding
	Branding  *branding.Service // nil = no organization has one
	Audit     *audit.Service    // nil = nothing is put on record
	Log       *slog.Logger
	Now       func() time.Time
}

// Service makes links and serves what is behind them. Safe for concurrent use.
type Service struct {
	db        *store.DB
	access    *access.Service
	catalog   *catalog.Catalog
	instances *instance.Service
	provision *provision.Service
	redirects Redirects
	brand     Brand
	branding  *branding.Service
	audit     *audit.Service
	log       *slog.Logger
	now       func() time.Time
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
		db: o.DB, access: o.Access, catalog: o.Catalog, instances: o.Instances, provision: o.Provision,
		redirects: o.Redirects, brand: o.Brand, branding: o.Branding, audit: o.Audit, log: o.Log, now: o.Now,
	}
}

// Brand is how the operator's pages for customers look.
func (s *Service) Brand() Brand { return s.brand }

// Expire forgets links that ended long ago. Call it now and then; nothing depends on it.
func (s *Service) Expire(ctx context.Context, now time.Time) error {
	return s.db.DeleteConnectLinksBefore(ctx, now.Add(-Kept))
}

// States of a link.
const (
	StateOpen    = "open"    // nobody has tried it
	StateStarted = "started" // somebody has
	StateFailed  = "failed"  // the last attempt failed; it may be tried again
	StateUsed    = "used"    // it has done its work
	StateExpired = "expired"
)

func (s *Service) state(l *store.ConnectLink) string {
	switch {
	case !l.UsedAt.IsZero():
		return StateUsed
	case !s.now().Before(l.ExpiresAt):
		return StateExpired
	case l.Error != "":
		return StateFailed
	case !l.StartedAt.IsZero():
		return StateStarted
	}
	return StateOpen
}

// way is a link with what it acts on: looked up anew each time, so that nothing outlives its maker's rights.
type way struct {
	link      *store.ConnectLink
	maker     *access.Principal
	connector *catalog.Connector
	target    *instance.Instance // to authenticate again; nil when a new one is made
}

// walk looks up what a link acts on. A link whose maker may not do this any more, or whose connector or instance is gone, is
// Forbidden.
func (s *Service) walk(ctx context.Context, link *store.ConnectLink) (*way, error) {
	maker, err := s.access.ByUser(ctx, link.UserID)
	switch {
	case fault.Is(err, fault.Unauthenticated):
		return nil, dead("whoever made it is not active any more")
	case err != nil:
		return nil, err
	case maker.Account.ID != link.AccountID || maker.Require(access.CreateElementInstances) != nil:
		return nil, dead("whoever made it may not connect accounts any more")
	}
	c, err := s.catalog.Find(ctx, link.AccountID, strconv.FormatInt(link.ConnectorID, 10))
	if fault.Is(err, fault.NotFound) {
		return nil, dead("its connector is gone")
	}
	if err != nil {
		return nil, err
	}
	w := &way{link: link, maker: maker, connector: c}
	if link.TargetID != 0 {
		w.target, err = s.instances.FindForChange(ctx, maker, link.TargetID)
		if err != nil {
			if kind := fault.As(err).Kind; kind == fault.NotFound || kind == fault.Forbidden {
				return nil, dead("its instance is gone")
			}
			return nil, err
		}
	}
	return w, nil
}

func dead(why string) error {
	return fault.New(fault.Forbidden, "This link does not work any more: %s", why)
}
