package act365

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// user is a person of an account, known by e-mail address.
type user struct {
	id, email, first, last, zone string

	account  int // place in Simulator.accounts
	disabled bool
}

func (u *user) name() string { return u.first + " " + u.last }

// usersSince is when all seeded users were made: 2020-01-01.
var usersSince = instant{ms: 1577836800000}

// directory knows who may come in: API keys of users, keys of developers, OAuth tokens. Keys are
// compared as hashes, all of them each time, so that the time taken says nothing about a key.
type directory struct {
	mu         sync.RWMutex
	users      []*user
	apiKeys    map[[32]byte]*user
	developers map[[32]byte]string // names under which calls are counted
	oauth      oauthState
	secrets    []string // everything that was ever a key or password: never to be journaled
	cleaner    *strings.Replacer
}

func newDirectory(o Options) *directory {
	d := &directory{apiKeys: map[[32]byte]*user{}, developers: map[[32]byte]string{}, oauth: newOAuthState()}
	first := func(email, name, last string) *user {
		return &user{email: email, first: name, last: last, zone: "Europe/Berlin"}
	}
	second := func(email, name, last string) *user {
		return &user{email: email, first: name, last: last, zone: "America/New_York", account: 1}
	}
	demo, other := first(DefaultUser, "Demo", "User"), second("other.user@example.org", "Other", "User")
	colleague, former := first("colleague@example.com", "Demo", "Colleague"), first("former@example.com", "Former", "Colleague")
	former.disabled = true
	d.users = []*user{
		demo, colleague, former,
		other, second("sales@example.org", "Other", "Sales"), second("support@example.org", "Other", "Support"),
	}
	// Users keep their ids when the data is made anew.
	ids := newIDMaker(0)
	for _, u := range d.users {
		u.id = ids.at(usersSince)
	}
	d.addKey(ColleagueAPIKey, colleague)
	d.addKey(DisabledAPIKey, former)
	d.addKey(OtherAPIKey, other)
	d.addKey(o.APIKey, demo)
	d.addDeveloper(o.DeveloperKey, "developer 1")
	d.hide(o.ClientSecret, DefaultPassword)
	return d
}

func (d *directory) addKey(key string, u *user) {
	d.apiKeys[sha256.Sum256([]byte(key))] = u
	d.hide(key)
}

func (d *directory) addDeveloper(key, name string) {
	d.developers[sha256.Sum256([]byte(key))] = name
	d.hide(key)
}

// hide notes texts that must not reach the journal.
func (d *directory) hide(secrets ...string) {
	for _, secret := range secrets {
		if secret != "" && !slices.Contains(d.secrets, secret) {
			d.secrets = append(d.secrets, secret)
			d.cleaner = nil
		}
	}
}

// clean takes every key, password and token out of a text.
func (d *directory) clean(text string) string {
	d.mu.RLock()
	cleaner := d.cleaner
	d.mu.RUnlock()
	if cleaner == nil {
		cleaner = d.newCleaner()
	}
	text = cleaner.Replace(text)
	if strings.Contains(text, tokenMark) {
		text = anyToken.ReplaceAllString(text, "***")
	}
	return text
}

// anyToken matches every token that grants.issue makes.
var anyToken = regexp.MustCompile(tokenMark + "[A-Z2-7]*")

func (d *directory) newCleaner() *strings.Replacer {
	d.mu.Lock()
	defer d.mu.Unlock()
	// The longest first: a secret may be the beginning of another.
	longest := slices.Clone(d.secrets)
	slices.SortFunc(longest, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(longest))
	for _, secret := range longest {
		pairs = append(pairs, secret, "***")
	}
	d.cleaner = strings.NewReplacer(pairs...)
	return d.cleaner
}

// principal is who makes a call and whose budget it uses.
type principal struct {
	user      *user
	developer string
}

// authenticate reads an Authorization header: Basic with API key and developer key, or a Bearer
// token (reference/act365.md §2).
func (s *Simulator) authenticate(header string) (principal, *refusal) {
	scheme, rest, _ := strings.Cut(header, " ")
	var who principal
	switch {
	case strings.EqualFold(scheme, "Basic"):
		who = s.directory.byKeys(rest)
	case strings.EqualFold(scheme, "Bearer"):
		who = s.directory.byToken(strings.TrimSpace(rest), s.clock.now())
	}
	if who.user == nil || who.developer == "" {
		denied := refuse(http.StatusUnauthorized, "The API key or the developer key is missing or not known.")
		denied.header = http.Header{"Www-Authenticate": {`Basic realm="act"`}}
		return principal{}, denied
	}
	if s.directory.isDisabled(who.user) {
		return principal{}, refuse(http.StatusForbidden, "This user is disabled.")
	}
	return who, nil
}

// basicUser is the API key in a Basic header, or nothing.
func basicUser(header string) string {
	scheme, rest, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return ""
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	if err != nil {
		return ""
	}
	key, _, _ := strings.Cut(string(raw), ":")
	return key
}

func (d *directory) byKeys(encoded string) principal {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return principal{}
	}
	apiKey, developerKey, _ := strings.Cut(string(raw), ":")
	d.mu.RLock()
	defer d.mu.RUnlock()
	return principal{user: lookup(d.apiKeys, apiKey), developer: lookup(d.developers, developerKey)}
}

// lookup compares with every key, found or not.
func lookup[T any](table map[[32]byte]T, key string) (found T) {
	want := sha256.Sum256([]byte(key))
	for have, value := range table {
		if subtle.ConstantTimeCompare(have[:], want[:]) == 1 {
			found = value
		}
	}
	return found
}

func (d *directory) isDisabled(u *user) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return u.disabled
}

// byEmail finds a user; nil when there is none.
func (d *directory) byEmail(email string) *user {
	for _, u := range d.users {
		if strings.EqualFold(u.email, email) {
			return u
		}
	}
	return nil
}

// keyChange is what POST /_sim/keys asks for.
type keyChange struct {
	Action string `json:"action"` // add, revoke, rotate, disable, enable
	Kind   string `json:"kind"`   // api (default) or developer
	Key    string `json:"key"`
	NewKey string `json:"newKey"` // for rotate
	User   string `json:"user"`   // e-mail of the user of a new API key; the first user when empty
}

// change adds, revokes, rotates or switches keys while calls are running.
func (d *directory) change(k keyChange) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if k.Key == "" {
		return fmt.Errorf("key is missing")
	}
	switch k.Kind {
	case "", "api":
		return d.changeAPIKey(k)
	case "developer":
		return d.changeDeveloperKey(k)
	}
	return fmt.Errorf("kind is %q; it can be api or developer", k.Kind)
}

func (d *directory) changeAPIKey(k keyChange) error {
	owner, found := d.apiKeys[sha256.Sum256([]byte(k.Key))]
	if k.Action == "add" {
		owner = d.users[0]
		if k.User != "" {
			owner = d.byEmail(k.User)
		}
		if owner == nil {
			return fmt.Errorf("user %q is not known", k.User)
		}
		d.addKey(k.Key, owner)
		return nil
	}
	if !found {
		return fmt.Errorf("there is no such API key")
	}
	switch k.Action {
	case "revoke":
		delete(d.apiKeys, sha256.Sum256([]byte(k.Key)))
	case "rotate":
		if k.NewKey == "" {
			return fmt.Errorf("newKey is missing")
		}
		delete(d.apiKeys, sha256.Sum256([]byte(k.Key)))
		d.addKey(k.NewKey, owner)
	case "disable", "enable":
		owner.disabled = k.Action == "disable"
	default:
		return fmt.Errorf("action is %q; it can be add, revoke, rotate, disable or enable", k.Action)
	}
	return nil
}

func (d *directory) changeDeveloperKey(k keyChange) error {
	name, found := d.developers[sha256.Sum256([]byte(k.Key))]
	if k.Action == "add" {
		d.addDeveloper(k.Key, fmt.Sprintf("developer %d", len(d.developers)+1))
		return nil
	}
	if !found {
		return fmt.Errorf("there is no such developer key")
	}
	switch k.Action {
	case "revoke", "disable":
		delete(d.developers, sha256.Sum256([]byte(k.Key)))
	case "rotate":
		if k.NewKey == "" {
			return fmt.Errorf("newKey is missing")
		}
		delete(d.developers, sha256.Sum256([]byte(k.Key)))
		d.addDeveloper(k.NewKey, name)
	default:
		return fmt.Errorf("action is %q; for a developer key it can be add, revoke or rotate", k.Action)
	}
	return nil
}
