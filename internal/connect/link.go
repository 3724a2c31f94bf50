package connect

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"sort"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/catalog"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/store"
)

// Request is what the maker of a link asks for.
type Request struct {
	instance.Request
	RedirectURL string
	ExpiresIn   time.Duration // 0 = DefaultLife
	InstanceID  int64         // to authenticate again; 0 = a new one is made
	Console     bool          // the result is shown in the console of this server
}

// ParseRequest reads the body of POST /instances/connect-links. Faults are Invalid and name the member.
func ParseRequest(body []byte) (*Request, error) {
	shared, err := instance.ParseRequest(body)
	if err != nil {
		return nil, err
	}
	r := &Request{Request: *shared}
	var own struct {
		RedirectURL *json.RawMessage
		ExpiresIn   *json.RawMessage
		InstanceID  *json.RawMessage
		Console     *json.RawMessage
	}
	if err := json.Unmarshal(body, &own); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the body must be a JSON object")
	}
	var seconds int64
	for _, member := range []struct {
		name string
		text *json.RawMessage
		into any
		want string
	}{
		{"redirectUrl", own.RedirectURL, &r.RedirectURL, "an address"},
		{"expiresIn", own.ExpiresIn, &seconds, "a whole number of seconds"},
		{"instanceId", own.InstanceID, &r.InstanceID, "the id of an instance"},
		{"console", own.Console, &r.Console, "true or false"},
	} {
		if member.text != nil && json.Unmarshal(*member.text, member.into) != nil {
			return nil, fault.New(fault.Invalid, "%s must be %s", member.name, member.want)
		}
	}
	if own.ExpiresIn != nil && (seconds < 1 || seconds > int64(MaxLife/time.Second)) {
		return nil, fault.New(fault.Invalid, "expiresIn is %d: 1 to %d seconds are allowed", seconds, int64(MaxLife/time.Second))
	}
	r.ExpiresIn = time.Duration(seconds) * time.Second
	return r, nil
}

// Made is a new link. The token is known here and in the address alone.
type Made struct {
	ID        int64
	Token     string
	ExpiresAt time.Time
}

// Make checks a request and stores the link: whatever can be known to be wrong is refused here, before a customer meets it.
// Faults are NotFound for a connector or instance that is not there, else Invalid.
func (s *Service) Make(ctx context.Context, p *access.Principal, r *Request) (*Made, error) {
	link := &store.ConnectLink{
		UserID: p.User.ID, RedirectURL: r.RedirectURL, Console: r.Console, TargetID: r.InstanceID, Preset: map[string]string{},
		Token: newToken(), CreatedAt: s.now().UTC(),
	}
	life := r.ExpiresIn
	if life == 0 {
		life = DefaultLife
	}
	link.ExpiresAt = link.CreatedAt.Add(life)
	w := &way{link: link, maker: p}
	if err := s.subject(ctx, w, r); err != nil {
		return nil, err
	}
	if err := s.redirects.check(r.RedirectURL); err != nil {
		return nil, err
	}
	if r.Console && r.RedirectURL != "" {
		return nil, fault.New(fault.Invalid, "console and redirectUrl cannot both be given: the result goes to one place")
	}
	if err := w.preset(r.Configuration); err != nil {
		return nil, err
	}
	if w.target == nil {
		if err := s.instances.Room(ctx, p); err != nil {
			return nil, err
		}
	}
	scope := s.db.For(p.Account.ID)
	live, err := scope.CountLiveConnectLinks(ctx, s.now())
	if err != nil {
		return nil, err
	}
	if live >= MaxLiveLinks {
		return nil, fault.New(fault.Conflict, "The account has %d open connect links, the most allowed: delete some first", live)
	}
	if err := scope.CreateConnectLink(ctx, link); err != nil {
		return nil, err
	}
	return &Made{ID: link.ID, Token: link.Token, ExpiresAt: link.ExpiresAt}, nil
}

// newToken is a 256-bit random text that may stand in an address.
func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// subject finds what the link is for: a connector, or an instance and its connector.
func (s *Service) subject(ctx context.Context, w *way, r *Request) (err error) {
	account := w.maker.Account.ID
	if r.InstanceID != 0 {
		if w.target, err = s.instances.FindForChange(ctx, w.maker, r.InstanceID); err != nil {
			return err
		}
		if w.target.AccountID != account { // an administrator sees others' instances; links are of one account
			return fault.New(fault.Invalid, "instanceId: instance %d belongs to another account", r.InstanceID)
		}
		w.connector, err = s.catalog.ByID(ctx, account, w.target.ConnectorID)
		if err != nil {
			return err
		}
		w.link.Name, w.link.Tags = w.target.Name, w.target.Tags
	} else {
		if w.connector, err = s.wanted(ctx, account, r.Connector); err != nil {
			return err
		}
		given := ""
		if r.Name != nil {
			given = *r.Name
		}
		if w.link.Name, err = instance.ValidName(given); err != nil {
			return err
		}
		if r.Tags != nil {
			w.link.Tags = *r.Tags
		}
	}
	if w.link.Tags == nil {
		w.link.Tags = []string{}
	}
	w.link.ConnectorID, w.link.ConnectorKey = w.connector.ID, w.connector.Key
	return nil
}

func (s *Service) wanted(ctx context.Context, account int64, r instance.ConnectorReference) (*catalog.Connector, error) {
	switch {
	case r.Key != "":
		return s.catalog.FindKey(ctx, account, r.Key)
	case r.ID != 0:
		return s.catalog.Find(ctx, account, strconv.FormatInt(r.ID, 10))
	}
	return nil, fault.New(fault.Invalid, `The element is missing: name it by {"element": {"key": "…"}}`)
}

// preset takes over the configuration of the maker. Keys must be declared: a misspelt one would be met by the customer. What is
// required and never asked of a customer must be there.
func (w *way) preset(given map[string]*string) error {
	var unknown []string
	for key, value := range given {
		switch {
		case !w.declares(key):
			unknown = append(unknown, key)
		case value != nil:
			w.link.Preset[key] = *value
		}
	}
	if len(unknown) > 0 {
		sort.Strings(unknown)
		return fault.New(fault.Invalid, "configuration has entries that the element %s does not know: %s", w.connector.Key, strings.Join(unknown, ", "))
	}
	values := w.values(nil)
	asked := map[string]bool{}
	for _, e := range w.asked() {
		asked[e.Key] = true
	}
	var missing []string
	for _, e := range w.connector.Configuration {
		if e.Required && !e.Internal && e.Key != keyCallback && !asked[e.Key] && strings.TrimSpace(values[e.Key]) == "" {
			missing = append(missing, e.Key)
		}
	}
	if len(missing) > 0 {
		return fault.New(fault.Invalid, "configuration must have %s: customers are not asked for it", strings.Join(missing, ", "))
	}
	return nil
}

// declares reports whether a key is one of the connector's or one that every instance has.
func (w *way) declares(key string) bool {
	return w.connector.Entry(key) != nil || key == instance.KeyFilterNulls || key == instance.KeyEventsEnabled
}

// Link is a link as its maker sees it: never its token, never what it presets.
type Link struct {
	ID          int64    `json:"id"`
	State       string   `json:"state"`
	Name        string   `json:"name"`
	Tags        []string `json:"tags"`
	Element     Element  `json:"element"`
	RedirectURL string   `json:"redirectUrl,omitempty"`
	ExpiresDate string   `json:"expiresDate"` // ISO 8601, UTC
	CreatedDate string   `json:"createdDate"`
	UsedDate    string   `json:"usedDate,omitempty"`
	InstanceID  int64    `json:"instanceId,omitempty"` // once made, or the one to authenticate again
	Attempts    int      `json:"attempts"`
	Error       string   `json:"error,omitempty"`  // of the last attempt
	Denied      bool     `json:"denied,omitempty"` // the last attempt ended with a refusal of consent
}

// Element names the connector of a link.
type Element struct {
	ID   int64  `json:"id"`
	Key  string `json:"key"`
	Name string `json:"name"`
}

// Find is a link of the caller's account, else a NotFound fault.
func (s *Service) Find(ctx context.Context, p *access.Principal, id int64) (*Link, error) {
	found, err := s.db.For(p.Account.ID).ConnectLink(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.shown(ctx, found), nil
}

// List is the links of the caller's account, the newest first, below an id when it is not 0.
func (s *Service) List(ctx context.Context, p *access.Principal, below int64, limit int) ([]*Link, error) {
	found, err := s.db.For(p.Account.ID).ConnectLinks(ctx, below, limit)
	if err != nil {
		return nil, err
	}
	links := make([]*Link, len(found))
	for i := range found {
		links[i] = s.shown(ctx, &found[i])
	}
	return links, nil
}

// Delete removes a link: it then leads nowhere. An attempt that is under way stores nothing any more.
func (s *Service) Delete(ctx context.Context, p *access.Principal, id int64) error {
	return s.db.For(p.Account.ID).DeleteConnectLink(ctx, id)
}

func (s *Service) shown(ctx context.Context, l *store.ConnectLink) *Link {
	shown := &Link{
		ID: l.ID, State: s.state(l), Name: l.Name, Tags: l.Tags, RedirectURL: l.RedirectURL,
		Element:     Element{ID: l.ConnectorID, Key: l.ConnectorKey, Name: l.ConnectorKey},
		ExpiresDate: day(l.ExpiresAt), CreatedDate: day(l.CreatedAt), UsedDate: day(l.UsedAt),
		InstanceID: l.InstanceID, Attempts: l.Attempts, Error: l.Error, Denied: l.Denied,
	}
	if shown.InstanceID == 0 {
		shown.InstanceID = l.TargetID
	}
	if c, err := s.catalog.ByID(ctx, l.AccountID, l.ConnectorID); err == nil {
		shown.Element.Name = c.Name
	}
	return shown
}

func day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
