package connect

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"jackfield/internal/credential"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/provision"
	"jackfield/internal/store"
)

// What became of an attempt, in the status of a redirect.
const (
	StatusConnected = "connected"
	StatusDenied    = "denied" // the customer or the provider refused consent
	StatusFailed    = "failed"
)

// StateDead is the state of a page whose link works for no one any more: its maker, connector or instance is gone.
const StateDead = "dead"

// Page is what the page of a link knows. It holds nothing secret, and no value that the maker preset.
type Page struct {
	State      string  `json:"state"` // StateOpen, StateUsed, StateExpired or StateDead
	Brand      Look    `json:"brand"`
	By         string  `json:"by"` // who asks
	Connector  Element `json:"connector"`
	Logo       string  `json:"logo,omitempty"`  // key of the connector's logo
	Again      bool    `json:"again,omitempty"` // an account is connected again
	Visits     bool    `json:"visits"`          // the provider's own page is next
	Entries    []Entry `json:"entries"`
	Problem    string  `json:"problem,omitempty"` // of the last attempt
	Denied     bool    `json:"denied,omitempty"`
	Ends       string  `json:"ends,omitempty"` // ISO 8601, UTC
	ReturnHost string  `json:"returnHost,omitempty"`
	Recent     bool    `json:"-"` // the link was used a moment ago
}

// Look is the brand as a page sees it. The address of the operator's logo is added by whoever serves it.
type Look struct {
	Name  string `json:"name,omitempty"`
	Color string `json:"color,omitempty"`
	Logo  string `json:"logo,omitempty"`
}

// Outcome is what became of an attempt.
type Outcome struct {
	Status     string
	InstanceID int64
	Error      string

	link *store.ConnectLink
}

// Target is where the maker wants the customer to go: an address of the operator's list, a path of the console, or "" for our own page.
func (o *Outcome) Target() string {
	switch {
	case o.link.RedirectURL != "":
		return results(o.link.RedirectURL, o)
	case !o.link.Console:
		return ""
	case o.link.TargetID != 0:
		return "/instances/" + strconv.FormatInt(o.link.TargetID, 10) + "?link=" + strconv.FormatInt(o.link.ID, 10)
	case o.Status == StatusConnected:
		return "/instances/" + strconv.FormatInt(o.InstanceID, 10) + "?link=" + strconv.FormatInt(o.link.ID, 10)
	}
	return "/connectors/" + strconv.FormatInt(o.link.ConnectorID, 10) + "/authenticate?link=" + strconv.FormatInt(o.link.ID, 10)
}

// Open is the page of a link. An unknown token is a NotFound fault.
func (s *Service) Open(ctx context.Context, token string) (*Page, error) {
	link, err := s.db.ConnectLinkByToken(ctx, token)
	if fault.Is(err, fault.NotFound) {
		return nil, unknown()
	}
	if err != nil {
		return nil, err
	}
	page := &Page{
		State: StateOpen, Brand: Look{Name: s.brand.Name, Color: s.brand.Color}, By: s.brand.Name, Ends: day(link.ExpiresAt), Entries: []Entry{},
		Connector: Element{ID: link.ConnectorID, Key: link.ConnectorKey, Name: link.ConnectorKey}, Logo: link.ConnectorKey,
		Problem: link.Error, Denied: link.Denied,
	}
	w, err := s.walk(ctx, link)
	switch {
	case fault.Is(err, fault.Forbidden):
		page.State = StateDead
	case err != nil:
		return nil, err
	default:
		s.paint(ctx, page, w.maker.Organization.ID)
		w.describe(page)
	}
	if state := s.state(link); state == StateUsed || state == StateExpired {
		page.State, page.Entries, page.Problem = state, []Entry{}, ""
		page.Recent = s.now().Sub(link.UsedAt) < recent
	}
	return page, nil
}

func (w *way) describe(page *Page) {
	if page.By == "" {
		page.By = w.maker.Organization.Name
	}
	def := w.connector.Definition
	page.Connector.Name, page.Logo = def.Name, def.Key
	if def.Private && def.Logo != "" {
		page.Logo = def.Logo
	}
	page.Again, page.Visits, page.Entries = w.target != nil, w.visits(nil), w.asked()
	if u, err := url.Parse(w.link.RedirectURL); err == nil {
		page.ReturnHost = u.Hostname()
	}
}

func unknown() error {
	return fault.New(fault.NotFound, "This link is not known: ask whoever sent it to you for a new one")
}

// live finds a link that can be used, with what it acts on. One that cannot is NotFound or Forbidden, in the customer's words.
func (s *Service) live(ctx context.Context, token string) (*way, error) {
	link, err := s.db.ConnectLinkByToken(ctx, token)
	if fault.Is(err, fault.NotFound) {
		return nil, unknown()
	}
	if err != nil {
		return nil, err
	}
	return s.usable(ctx, link)
}

func (s *Service) usable(ctx context.Context, link *store.ConnectLink) (*way, error) {
	switch s.state(link) {
	case StateUsed:
		return nil, fault.New(fault.Forbidden, "This link was used already: ask whoever sent it to you for a new one")
	case StateExpired:
		return nil, fault.New(fault.Forbidden, "This link has expired: ask whoever sent it to you for a new one")
	}
	if link.Attempts >= MaxAttempts {
		return nil, fault.New(fault.Forbidden, "This link was tried %d times, the most allowed: ask whoever sent it to you for a new one", MaxAttempts)
	}
	return s.walk(ctx, link)
}

// Submit connects with what the customer typed, for connectors without a page of the provider's. A refusal by the provider is a fault
// with its words; the link can be tried again.
func (s *Service) Submit(ctx context.Context, token string, given map[string]string) (*Outcome, error) {
	w, err := s.live(ctx, token)
	if err != nil {
		return nil, err
	}
	typed, err := w.typed(given)
	if err != nil {
		return nil, err
	}
	if w.visits(typed) {
		return nil, fault.New(fault.Invalid, "%s is connected on its own page", w.connector.Name)
	}
	return s.attempt(ctx, w, typed, nil)
}

// attempt makes the instance, or authenticates it again. Only one attempt with a link is under way at a time, and it goes on when
// the customer closes the page: what the provider gave must find its place.
func (s *Service) attempt(ctx context.Context, w *way, typed map[string]string, returned map[string]json.RawMessage) (*Outcome, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), maxAttemptTime)
	defer cancel()
	scope := s.db.For(w.link.AccountID)
	claim, err := scope.ClaimConnectLink(ctx, w.link.ID, maxAttemptTime)
	if err != nil {
		return nil, err
	}
	made, err := s.recorded(ctx, w, func() (*instance.Instance, error) { return s.connect(ctx, w, typed, returned) })
	if err != nil {
		s.log.InfoContext(ctx, "a connect link failed", "link", w.link.ID, "element", w.link.ConnectorKey, "error", fault.As(err).Message)
		if kept := scope.ReleaseConnectLink(context.WithoutCancel(ctx), w.link.ID, claim, problem(err), false); kept != nil {
			s.log.ErrorContext(ctx, "a connect link could not be given back", "link", w.link.ID, "error", kept)
		}
		return nil, err
	}
	return &Outcome{Status: StatusConnected, InstanceID: made.ID, link: w.link}, nil
}

func (s *Service) connect(ctx context.Context, w *way, typed map[string]string, returned map[string]json.RawMessage) (*instance.Instance, error) {
	r := &instance.Request{ProviderData: returned}
	if w.target != nil {
		return s.again(ctx, w, r, typed)
	}
	r.Name, r.Tags, r.ConnectLinkID = &w.link.Name, &w.link.Tags, w.link.ID
	r.Configuration = pointers(w.link.Preset, typed)
	return s.provision.Create(ctx, w.maker, w.connector, r)
}

// again authenticates the link's instance anew. The link is marked as used behind it: doing it twice does no harm.
func (s *Service) again(ctx context.Context, w *way, r *instance.Request, typed map[string]string) (*instance.Instance, error) {
	changed := pointers(w.link.Preset, typed)
	if len(changed) > 0 {
		// A PATCH keeps what is not given; a PUT without configuration keeps all of it, and always asks the provider.
		r.Configuration = changed
	}
	var made *instance.Instance
	var err error
	if r.ProviderData != nil || len(changed) > 0 {
		made, err = s.provision.Change(ctx, w.maker, w.target, r)
	} else {
		made, err = s.provision.Replace(ctx, w.maker, w.target, r, true)
	}
	if err != nil {
		return nil, err
	}
	return made, s.db.For(w.link.AccountID).UseConnectLink(ctx, w.link.ID, made.ID)
}

func pointers(all ...map[string]string) map[string]*string {
	given := map[string]*string{}
	for _, values := range all {
		for key, value := range values {
			given[key] = &value
		}
	}
	return given
}

// Visit is a way to the provider's page: where the customer goes, and what the browser must bring back. State and Browser are secrets
// of this browser.
type Visit struct {
	Address, State, Browser string
}

// Visit begins the way over the provider's page. callback is our own address that the provider returns to.
func (s *Service) Visit(ctx context.Context, token string, given map[string]string, callback string) (*Visit, error) {
	w, err := s.live(ctx, token)
	if err != nil {
		return nil, err
	}
	typed, err := w.typed(given)
	if err != nil {
		return nil, err
	}
	kind := w.kind(typed)
	if !credential.Authorizes(kind) {
		return nil, fault.New(fault.Invalid, "%s has no page of its own to connect on", w.connector.Name)
	}
	flow := &store.ConnectFlow{State: newToken(), Browser: newToken(), Configuration: typed, Callback: callback}
	if credential.UsesOAuth1(kind) { // OAuth 1 knows no state: it travels in the callback's own address
		flow.Callback += "?state=" + url.QueryEscape(flow.State)
	}
	values := w.given(typed)
	delete(values, keyCallback)
	ask := provision.Authorize{State: flow.State, CallbackURL: flow.Callback, Configuration: values}
	ctx, cancel := context.WithTimeout(ctx, maxAttemptTime)
	defer cancel()
	// The way there counts as an attempt: OAuth 1 asks the provider.
	scope := s.db.For(w.link.AccountID)
	claim, err := scope.ClaimConnectLink(ctx, w.link.ID, maxAttemptTime)
	if err != nil {
		return nil, err
	}
	address, err := s.addressOf(ctx, w, ask, flow)
	said := ""
	if err != nil {
		said = problem(err)
	}
	if kept := scope.ReleaseConnectLink(context.WithoutCancel(ctx), w.link.ID, claim, said, false); err == nil {
		err = kept
	}
	if err != nil {
		return nil, err
	}
	if err := scope.StartConnectFlow(ctx, w.link.ID, flow, flowLife); err != nil {
		return nil, err
	}
	return &Visit{Address: address, State: flow.State, Browser: flow.Browser}, nil
}

// addressOf is the provider's page. What must be kept until the customer is back goes into the flow.
func (s *Service) addressOf(ctx context.Context, w *way, ask provision.Authorize, flow *store.ConnectFlow) (string, error) {
	address, configuration, err := s.provision.AuthorizeURL(ctx, w.maker, w.connector, ask)
	if err != nil {
		return "", err
	}
	if u, err := url.Parse(address); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "", fault.New(fault.Invalid, "The connector %s gives no address of the provider's page", w.connector.Key)
	}
	flow.Secret = configuration["secret"]
	return address, nil
}

// Return takes the customer back from the provider's page with everything that it sent along. The state counts once, for the browser
// that was given it: NotFound and Forbidden faults say that it does not. Every other outcome, also a failed one, is no error.
func (s *Service) Return(ctx context.Context, browser string, returned url.Values) (*Outcome, error) {
	link, flow, err := s.db.TakeConnectFlow(ctx, returned.Get("state"), browser)
	if err != nil {
		return nil, err
	}
	if code, denied := refusal(returned); code != "" {
		o := &Outcome{Status: StatusFailed, Error: code, link: link}
		words := code
		if more := returned.Get("error_description"); more != "" {
			words += ": " + more
		}
		if denied {
			o.Status = StatusDenied
		}
		return o, s.db.For(link.AccountID).FailConnectLink(ctx, link.ID, short(words), denied)
	}
	w, err := s.usable(ctx, link)
	if err == nil {
		data := map[string]json.RawMessage{}
		for name := range returned {
			if data[name], err = json.Marshal(returned.Get(name)); err != nil {
				return nil, err
			}
		}
		if flow.Secret != "" {
			if data["secret"], err = json.Marshal(flow.Secret); err != nil {
				return nil, err
			}
		}
		typed := map[string]string{keyCallback: flow.Callback}
		for key, value := range flow.Configuration {
			typed[key] = value
		}
		var o *Outcome
		if o, err = s.attempt(ctx, w, typed, data); err == nil {
			return o, nil
		}
	}
	return &Outcome{Status: StatusFailed, Error: problem(err), link: link}, nil
}

// refusal is the error that a provider returned with, and whether it means that consent was refused. OAuth 1 has no standard for it:
// "denied" is the most usual.
func refusal(returned url.Values) (code string, denied bool) {
	if code = short(returned.Get("error")); code != "" {
		return code, code == "access_denied" || code == "user_denied" || code == "consent_required"
	}
	if returned.Has("denied") {
		return "access_denied", true
	}
	return "", false
}

// problem is what went wrong in words for a customer and for the link's maker: the cause stays in the log.
func problem(err error) string {
	f := fault.As(err)
	text := f.Message
	if f.Kind == fault.Internal {
		text = "The server failed: its log says why"
	} else if f.Provider != "" {
		text += " (" + f.Provider + ")"
	}
	return short(text)
}

func short(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if r := []rune(text); len(r) > maxProblem {
		return string(r[:maxProblem]) + "…"
	}
	return text
}
