package api

import (
	"fmt"
	"slices"
	"strings"

	"jackfield/internal/access"
)

// Route is a row of the privilege table for those who look at it from outside: its documentation and the tests.
type Route struct {
	Method, Pattern string
	Credential      string   // "none", "platform", "catalogue", "login" or "instance"
	Privileges      []string // one of them is needed; empty: whose a thing is decides alone
	Scope           string
}

// Routes is the privilege table (route.go), in its order.
func Routes() []Route {
	all := make([]Route, len(routes))
	for i, r := range routes {
		all[i] = Route{Method: r.method, Pattern: r.pattern, Credential: credentials[r.need].name, Scope: string(r.scope)}
		if r.privilege != "" {
			all[i].Privileges = strings.Split(r.privilege, "|")
		}
	}
	return all
}

// credentials says what each need is called and wants.
var credentials = map[need]struct{ name, wants string }{
	public:        {"none", "nothing; what is sent is not looked at"},
	platform:      {"platform", "`User` and `Organization`, an API key, or `Bearer` of a login; what is missing answers 401"},
	catalogue:     {"catalogue", "as platform; with `--anonymous-catalog` nothing, for what everybody sees"},
	bearer:        {"login", "`Bearer` of a login, or as platform"},
	instanceToken: {"instance", "`User` and `Element`; the instance is that of the token"},
}

// scopes says what each scope means.
var scopes = map[scope]string{
	anybody:        "nothing that belongs to a tenant",
	self:           "the caller",
	catalogueOf:    "connectors that the caller's account sees: shipped ones, its own, those of the organization that are shared with it",
	account:        "the caller's account; for administrators of the organization every account of it",
	anyAccount:     "as account; for administrators of the customer also every account of its organizations",
	instanceOf:     "an instance that the caller may use: for administrators of the organization all of it, for others of their account those that they may see; with `viewInstancesSubAccounts` those of other accounts may be read",
	organization:   "the caller's organization",
	administration: "the caller's organization, for its administrators alone; others get 403",
	customer:       "organizations of the caller's customer, for administrators of the customer alone; others get 403",
}

// PageMade is the first line of the page: what makes it again.
const PageMade = "<!-- Made from the table in internal/api/route.go by: go run ./cmd/jackfield privileges --out docs/privileges.md -->"

// PrivilegesPage describes in Markdown who may call what.
func PrivilegesPage() string {
	var p strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&p, format+"\n", args...) }
	line("%s\n\n# Who may call what\n", PageMade)
	line("Every route of the platform stands in one table, which the server asks before it does anything: credential (401 when it is missing),\n" +
		"then privilege (403, also for things that do not exist), then whose the thing is (404 for what is outside of the scope, as if it did not exist).\n" +
		"Calls to connectors, `/hubs/{hub}/{resource}` and every resource that the connector of an `Element` token declares, want `User` and `Element` of one\n" +
		"organization and no privilege: whoever may use the instance may call it. Of several privileges one is enough.\n")
	line("## Credentials\n\n| name | wants |\n| --- | --- |")
	for _, n := range []need{public, platform, catalogue, bearer, instanceToken} {
		line("| %s | %s |", credentials[n].name, credentials[n].wants)
	}
	line("\n## Scopes\n\n| name | reaches |\n| --- | --- |")
	for _, s := range []scope{anybody, self, catalogueOf, account, anyAccount, instanceOf, organization, administration, customer} {
		line("| %s | %s |", s, scopes[s])
	}
	privilegeTable(line)
	line("\n## Routes")
	for _, noun := range nouns() {
		line("\n### %s\n\n| route | credential | privilege | scope |\n| --- | --- | --- | --- |", noun)
		for _, r := range Routes() {
			if nounOf(r.Pattern) != noun {
				continue
			}
			privileges := make([]string, len(r.Privileges))
			for i, key := range r.Privileges {
				privileges[i] = "`" + key + "`"
			}
			line("| %s `%s` | %s | %s | %s |", r.Method, r.Pattern, r.Credential, strings.Join(privileges, " or "), r.Scope)
		}
	}
	return p.String()
}

// privilegeTable shows who has what before an organization changes its roles.
func privilegeTable(line func(string, ...any)) {
	roles := access.DefaultRoles()
	line("\n## Privileges and roles\n\nWhat roles allow by default. An organization may change that, and make roles of its own (`/organizations/roles`); a changed role acts on the\n" +
		"next call. Roles are given to users, or to all users of an account.\n")
	head, rule := "| privilege | allows |", "| --- | --- |"
	for _, r := range roles {
		head += " `" + r.Key + "` |"
		rule += " --- |"
	}
	line("%s\n%s", head, rule)
	for _, p := range access.Privileges() {
		row := fmt.Sprintf("| `%s` | %s |", p.Key, p.Name)
		for _, r := range roles {
			has := slices.ContainsFunc(r.Privileges, func(of access.Privilege) bool { return of.Key == p.Key })
			row += map[bool]string{true: " yes |", false: "  |"}[has]
		}
		line("%s", row)
	}
	line("\n`org-admin` and `customer-admin` reach further than any privilege: see the scopes.")
}

// nouns are the first segments of the routes' paths, in the order of the table.
func nouns() []string {
	var all []string
	for _, r := range routes {
		if noun := nounOf(r.pattern); !slices.Contains(all, noun) {
			all = append(all, noun)
		}
	}
	return all
}

func nounOf(pattern string) string {
	noun, _, _ := strings.Cut(strings.TrimPrefix(pattern, "/"), "/")
	return noun
}
