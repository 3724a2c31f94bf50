package act365

import (
	"fmt"
	slashpath "path"
	"strings"
	"time"
)

// Keys and names that a simulator has unless Options say otherwise. They are plainly not real.
const (
	DefaultAPIKey       = "demo-api-key"
	DefaultDeveloperKey = "demo-developer-key"
	DefaultClientID     = "demo-client-id"
	DefaultClientSecret = "demo-client-secret"

	// ColleagueAPIKey belongs to a second user of the first account, OtherAPIKey to a user of a
	// second account with data of its own, DisabledAPIKey to a user who may no longer come in.
	ColleagueAPIKey = "colleague-api-key"
	OtherAPIKey     = "other-api-key"
	DisabledAPIKey  = "disabled-api-key"

	// DefaultUser is the login name of the user of DefaultAPIKey on the OAuth form; every seeded
	// user has DefaultPassword.
	DefaultUser     = "demo.user@example.com"
	DefaultPassword = "demo-password"

	// SampleLastName is the last name of at least three seeded contacts.
	SampleLastName = "Byron"

	defaultAddr     = "127.0.0.1:8365"
	defaultBasePath = "/act/api"
)

// Options are the knobs of the simulator (reference/act365.md §§11, 12.1). The zero value is
// usable: a field left empty means the default in its tag, but Rate 0 means no limit.
// The tags let a command line of kong take the struct as it is.
type Options struct {
	// Addr is where Listen and Serve listen when they are given no address. A command line has a
	// flag of its own for it.
	Addr string `kong:"-"`

	BasePath string `name:"base-path" default:"/act/api" help:"Path below which the API answers."`

	Contacts     int    `name:"contacts" default:"500" help:"Contacts in the first account; everything else grows with it. Negative: none."`
	Seed         int64  `name:"seed" default:"42" help:"Seed of the generated data; 0 means 42."`
	APIKey       string `name:"api-key" default:"demo-api-key" help:"API key (user name) of the first user."`
	DeveloperKey string `name:"developer-key" default:"demo-developer-key" help:"Developer key (password)."`
	Clock        string `name:"clock" default:"real" help:"real, or fixed:<RFC 3339 time>."`

	Latency       time.Duration `name:"latency" default:"0ms" help:"Time added to every answer."`
	LatencyJitter time.Duration `name:"latency-jitter" default:"0ms" help:"Up to this much more, at random."`
	ErrorRate     float64       `name:"error-rate" default:"0" help:"Share of calls, 0 to 1, answered with 500, 502, 503 or 504."`
	Scenario      string        `name:"scenario" default:"none" enum:"none,flaky,slow,throttled,outage,expired-key,html-error,half-body,dup-pages" help:"Built-in misbehaviour to start with: ${enum}."`

	Rate           int           `name:"rate" default:"150" help:"Calls per window and developer key; 0 = no limit."`
	RateWindow     time.Duration `name:"rate-window" default:"60s" help:"Length of the rate window."`
	RateStatus     int           `name:"rate-status" default:"429" help:"Status of a refusal by rate."`
	RateRetryAfter string        `name:"rate-retry-after" default:"on" enum:"on,off" help:"Send Retry-After with a refusal by rate."`

	MaxTop          string `name:"max-top" default:"clamp" enum:"clamp,reject" help:"What a page size above 150 does."`
	Errors          string `name:"errors" default:"aspnet" enum:"aspnet,pascal,text,html" help:"Shape of error bodies."`
	CreateStatus    int    `name:"create-status" default:"201" help:"Status of a successful POST, 200 or 201."`
	CreateBody      string `name:"create-body" default:"full" enum:"full,minimal" help:"Body of a successful POST."`
	PatchAnswer     string `name:"patch-answer" default:"object" enum:"object,array,count" help:"Body of a successful PATCH."`
	CaseInsensitive bool   `name:"case-insensitive" help:"Compare text in filters without regard to case."`
	Filter          string `name:"filter" default:"lenient" enum:"lenient,strict" help:"Whether filters may have text without quotes."`
	StrictNames     string `name:"strict-names" default:"on" enum:"on,off" help:"Demand a first name of contacts."`
	UniqueGroups    string `name:"unique-groups" default:"on" enum:"on,off" help:"Refuse a second group of the same name."`

	Webhooks   bool `name:"webhooks" help:"Deliver changes to registered webhooks."`
	WebhookAny bool `name:"webhook-any" help:"Let webhook targets be other than loopback."`

	ClientID      string        `name:"oauth-client-id" default:"demo-client-id" help:"OAuth client id."`
	ClientSecret  string        `name:"oauth-client-secret" default:"demo-client-secret" help:"OAuth client secret."`
	RedirectURIs  []string      `name:"oauth-redirect" help:"Registered OAuth redirect URIs; none = any on loopback."`
	TokenTTL      time.Duration `name:"token-ttl" default:"3600s" help:"Life of an access token."`
	RotateRefresh bool          `name:"rotate-refresh" help:"Give a new refresh token at each use of one."`
}

// Validate says which option has a value that cannot be honoured.
func (o Options) Validate() error {
	_, err := o.complete()
	return err
}

// complete fills in the defaults and checks every value.
func (o Options) complete() (Options, error) {
	orText := func(value *string, fallback string) {
		if *value == "" {
			*value = fallback
		}
	}
	orText(&o.Addr, defaultAddr)
	orText(&o.BasePath, defaultBasePath)
	o.BasePath = strings.TrimRight(slashpath.Clean("/"+o.BasePath), "/")
	orText(&o.APIKey, DefaultAPIKey)
	orText(&o.DeveloperKey, DefaultDeveloperKey)
	orText(&o.ClientID, DefaultClientID)
	orText(&o.ClientSecret, DefaultClientSecret)
	orText(&o.Clock, "real")
	if o.Contacts == 0 {
		o.Contacts = 500
	}
	o.Contacts = max(o.Contacts, 0)
	if o.Seed == 0 {
		o.Seed = 42
	}
	if o.RateWindow == 0 {
		o.RateWindow = time.Minute
	}
	if o.RateStatus == 0 {
		o.RateStatus = 429
	}
	if o.CreateStatus == 0 {
		o.CreateStatus = 201
	}
	if o.TokenTTL == 0 {
		o.TokenTTL = time.Hour
	}
	for _, choice := range []struct {
		name    string
		value   *string
		allowed []string // the first is the default
	}{
		{"scenario", &o.Scenario, append([]string{"none"}, scenarioNames()...)},
		{"rate-retry-after", &o.RateRetryAfter, []string{"on", "off"}},
		{"max-top", &o.MaxTop, []string{"clamp", "reject"}},
		{"errors", &o.Errors, []string{"aspnet", "pascal", "text", "html"}},
		{"create-body", &o.CreateBody, []string{"full", "minimal"}},
		{"patch-answer", &o.PatchAnswer, []string{"object", "array", "count"}},
		{"filter", &o.Filter, []string{"lenient", "strict"}},
		{"strict-names", &o.StrictNames, []string{"on", "off"}},
		{"unique-groups", &o.UniqueGroups, []string{"on", "off"}},
	} {
		orText(choice.value, choice.allowed[0])
		if err := oneOf(choice.name, *choice.value, choice.allowed); err != nil {
			return o, err
		}
	}
	return o, o.checkNumbers()
}

func (o Options) checkNumbers() error {
	if o.CreateStatus != 200 && o.CreateStatus != 201 {
		return fmt.Errorf("create-status is %d; it can be 200 or 201", o.CreateStatus)
	}
	if o.RateStatus < 400 || o.RateStatus > 599 {
		return fmt.Errorf("rate-status is %d; it has to be an error status, 400 to 599", o.RateStatus)
	}
	if !(o.ErrorRate >= 0 && o.ErrorRate <= 1) {
		return fmt.Errorf("error-rate is %v; it has to be between 0 and 1", o.ErrorRate)
	}
	if o.Contacts > maxContacts {
		return fmt.Errorf("contacts is %d; the limit is %d", o.Contacts, maxContacts)
	}
	for name, value := range map[string]time.Duration{
		"latency": o.Latency, "latency-jitter": o.LatencyJitter, "rate-window": o.RateWindow, "token-ttl": o.TokenTTL,
	} {
		if value < 0 {
			return fmt.Errorf("%s is %v; it cannot be negative", name, value)
		}
	}
	if o.Rate < 0 {
		return fmt.Errorf("rate is %d; it cannot be negative, 0 means no limit", o.Rate)
	}
	_, err := newClock(o.Clock)
	return err
}

func oneOf(name, value string, allowed []string) error {
	for _, candidate := range allowed {
		if value == candidate {
			return nil
		}
	}
	return fmt.Errorf("%s is %q; it can be %s", name, value, strings.Join(allowed, ", "))
}
