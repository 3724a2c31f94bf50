package test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unscoped are functions of internal/store whose statements may reach rows of more than one tenant, each with its reason. Everything
// else names the account or the organization in the statement itself, or is reached through something that does.
var unscoped = map[string]string{
	"IdentityBySecret":        bySecret,
	"IdentityByAPIKey":        bySecret,
	"IdentityBySession":       bySecret,
	"DeleteSession":           bySecret,
	"SignOnOf":                bySecret,
	"InstanceByToken":         bySecret,
	"InstanceByOldToken":      bySecret,
	"ConnectLinkByToken":      bySecret,
	"TakeConnectFlow":         bySecret,
	"IdentityByPasswordReset": bySecret,

	"IdentityByEmail":     byPerson,
	"IdentityByUser":      byPerson,
	"CreateSession":       byPerson,
	"KeepSignOn":          byPerson,
	"SetLastLogin":        byPerson,
	"PasswordChangedAt":   byPerson,
	"RecentPasswords":     byPerson,
	"CreatePasswordReset": byPerson,
	"CountLogin":          byPerson,
	"ForgetLogins":        byPerson,

	"DeleteExpiredSessions":      retention,
	"DeleteConnectLinksBefore":   retention,
	"DeleteDeadSecrets":          retention,
	"DeleteLoginFailuresBefore":  retention,
	"DeleteMailsBefore":          retention,
	"DeletePasswordResetsBefore": retention,
	"DeleteUsageBefore":          retention,
	"DeleteTracesBefore":         retention,
	"TrimTraces":                 retention,

	"ClaimMail":  queue,
	"NextMail":   queue,
	"SettleMail": queue,

	"CatalogProperties":    ofCaller,
	"SetCatalogProperties": ofCaller,

	"Bootstrapped":       wholeServer,
	"RestartIDs":         wholeServer,
	"FirstAdministrator": wholeServer,
	"resealCell":         wholeServer,
	"sealedCells":        wholeServer,
	"Lock":               "takes a lock by its name and touches no row",

	"OrganizationByExternalID": moving,
	"OrganizationWithSecret":   moving,
	"InstancesMet":             moving,
	"AdoptAccount":             moving,
	"AdoptUser":                moving,
	"AdoptInstances":           moving,

	"checkSchema":        archive,
	"holdsRows":          archive,
	"loadPostgres":       archive,
	"swap":               archive,
	"postgresHolds":      archive,
	"postgresTables":     archive,
	"withoutForeignKeys": archive,

	"AnyIdentityProvider":           "finds a provider by the id in the address of a login, before anybody is logged in; it shows nothing",
	"IdentityProvidersFor":          "finds where somebody may log in by the domain of an address, before anybody is logged in",
	"IdentityProvidersOfOnlyTenant": "offers logins where one organization is alone on its server, before anybody is logged in",

	"Place":           "says which organization an account is in, for the catalogue; nothing of it is shown",
	"DeleteConnector": "counts instances of the account's own connector in the accounts that it is shared with, after it was found as the account's",
	"documents":       "reads the documents of connectors that were found as those that the account sees, shared ones too",
	"sharedWith":      "lists with whom a connector is shared that was found as the account's own",
}

// common are tables whose rows belong to no tenant, or to one that they do not name, each with its reason.
var common = map[string]string{
	"settings":        "of the server",
	"part_ids":        "a counter",
	"sign_on_used":    "hashes of answers of identity providers that count once",
	"customers":       "stand above organizations",
	"retired_secrets": "of users, organizations and instances: found by the hash of a secret, or after their owner was found in its organization",
	"secret_uses":     "when a secret was last used, found by its hash alone",
}

// Reasons of several functions.
const (
	bySecret    = "finds something by the hash of a secret, which whoever has it proves the right to use"
	byPerson    = "is about the one person who is logging in or was found by their secret, before or while it becomes known who that is"
	ofCaller    = "is about the caller alone, whose id comes from the login"
	retention   = "forgets what is old, of everybody"
	queue       = "is the work of the mailer, which sends the letters of everybody"
	wholeServer = "is about the whole database: its first start, its key"
	moving      = "brings tenants of another system in, by the operator on the command line: it must know what any tenant has taken"
	archive     = "moves the whole database"
)

// Rows of tenants are reached by statements that name the account or the organization.
func TestEveryStatementOnRowsOfTenantsNamesTheTenant(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "internal", "store")
	tables := tenantTables(t, filepath.Join(root, "migrations"))
	for _, name := range []string{"organizations", "accounts", "users", "user_roles", "instances", "instance_tags", "connect_links"} {
		if _, known := tables[name]; !known {
			t.Fatalf("the table %s was not found in the migrations", name)
		}
	}
	for name := range allTables(t, filepath.Join(root, "migrations")) {
		_, tenants := tables[name]
		switch {
		case tenants && common[name] != "":
			t.Errorf("the table %s holds rows of tenants: take it off the list common", name)
		case !tenants && common[name] == "":
			t.Errorf("the table %s has no account_id, no organization_id and no reference to a table that has: give it one, or a reason in common, in test/isolation_test.go", name)
		}
	}
	files, err := filepath.Glob(filepath.Join(root, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources[filepath.Base(file)] = string(text)
	}
	room := readRoom(t, sources, tables)
	if len(room.statements) < 50 {
		t.Fatalf("only %d statements were found", len(room.statements))
	}
	used := map[string]bool{}
	for _, c := range room.complaints() {
		if unscoped[c.function] != "" {
			used[c.function] = true
			continue
		}
		t.Errorf("internal/store/%s: %s: %s. Name account_id or organization_id in the statement (see For), or give a reason in unscoped, in test/isolation_test.go", c.file, c.function, c.why)
	}
	for name := range unscoped {
		if !used[name] {
			t.Errorf("unscoped has %s, which needs no exception: take it off the list", name)
		}
	}
}

// The check finds what it is for.
func TestAStatementThatForgetsTheTenantIsFound(t *testing.T) {
	t.Parallel()
	tables := tenantTables(t, filepath.Join("..", "internal", "store", "migrations"))
	for name, test := range map[string]struct {
		source string
		want   string // part of the complaint, "" = none
	}{
		"an id alone":                         {"func (d *DB) Instance(id int64) { d.read.QueryRowContext(ctx, `SELECT name FROM instances WHERE id = $1`, id) }", "Instance: a statement on instances"},
		"a method of the handle that forgets": {"func (s *Scope) Rename(id int64) { s.db.write.ExecContext(ctx, `UPDATE instances SET name = $1 WHERE id = $2`, id) }", "Rename: a statement on instances"},
		"what is set filters nothing":         {"func (s *Scope) Move(id int64) { s.db.write.ExecContext(ctx, `UPDATE instances SET account_id = $1 WHERE id = $2`, id) }", "Move: a statement on instances"},
		"a join filters nothing":              {"func (d *DB) U() { d.read.QueryContext(ctx, `SELECT 1 FROM users u JOIN accounts a ON a.id = u.account_id WHERE u.email_key = $1`) }", "U: a statement on users"},
		"in pieces":                           {"const columns = `SELECT id FROM users `\nfunc (d *DB) U() { where := `WHERE id `; where += `= $1`; d.read.QueryContext(ctx, columns + where) }", "U: a statement on users"},
		"by way of a helper": {"func (d *DB) users(where string) { d.read.QueryContext(ctx, `SELECT id FROM users ` + where) }\n" +
			"func (d *DB) ByName() { d.users(`WHERE first_name = $1`) }\nfunc (d *DB) Of() { d.users(`WHERE account_id = $1`) }", "ByName: a statement on users"},
		"by way of two":                {"func (d *DB) all(w string) { d.read.QueryContext(ctx, `SELECT id FROM users ` + w) }\nfunc (d *DB) one(w string) { d.all(w + ` LIMIT 1`) }\nfunc (d *DB) First() { d.one(`WHERE active`) }", "First: a statement on users"},
		"a door that is left open":     {"func (d *DB) Users(where string) { d.read.QueryContext(ctx, `SELECT id FROM users ` + where) }", "Users: takes part of its statement from outside of the room"},
		"a table named at run time":    {"func (d *DB) Clear(table string) { for _, t := range all { d.write.ExecContext(ctx, `DELETE FROM ` + t) } }", "Clear: names its table at run time"},
		"a statement from nowhere":     {"func (d *DB) Run(q query) { d.write.ExecContext(ctx, q.text) }", "Run: a statement that cannot be read"},
		"a child by its parent's id":   {"func (d *DB) Tags(id int64) { d.read.QueryContext(ctx, `SELECT tag FROM instance_tags WHERE instance_id = $1`, id) }", "Tags: a statement on instance_tags"},
		"a helper for anybody":         {"func (d *DB) tags(id int64) { d.read.QueryContext(ctx, `SELECT tag FROM instance_tags WHERE instance_id = $1`, id) }\nfunc (d *DB) Tags(id int64) { d.tags(id) }", "tags: a statement on instance_tags"},
		"an insert without an owner":   {"func (d *DB) Add() { d.write.ExecContext(ctx, `INSERT INTO hubs (key, name) VALUES ($1, $2)`) }", "Add: a statement on hubs"},
		"a statement of a closure":     {"func (d *DB) In() { d.InTx(ctx, func(tx *DB) error { return tx.write.ExecContext(ctx, `DELETE FROM hubs`) }) }", "In: a statement on hubs"},
		"of the account":               {"func (s *Scope) Hubs() { s.db.read.QueryContext(ctx, `SELECT key FROM hubs WHERE account_id = $1`, s.account) }", ""},
		"of the organization":          {"func (d *DB) Accounts(id int64) { d.read.QueryContext(ctx, `SELECT name FROM accounts a WHERE a.organization_id = $1 AND id = $2`, id) }", ""},
		"by a question inside":         {"func (d *DB) R() { d.write.ExecContext(ctx, `DELETE FROM user_roles WHERE user_id IN (SELECT id FROM users WHERE account_id = $1)`) }", ""},
		"an organization by its id":    {"func (d *DB) O(id int64) { d.read.QueryContext(ctx, `SELECT name FROM organizations WHERE id = $1`, id) }", ""},
		"an insert with its owner":     {"func (d *DB) Add() { d.write.ExecContext(ctx, `INSERT INTO hubs (account_id, key) VALUES ($1, $2)`) }", ""},
		"a child through the handle":   {"func (s *Scope) Tags(id int64) { s.db.tags(id) }\nfunc (d *DB) tags(id int64) { d.read.QueryContext(ctx, `SELECT tag FROM instance_tags WHERE instance_id = $1`, id) }", ""},
		"a child behind its parent":    {"func (d *DB) Save(a int64) { d.write.ExecContext(ctx, `UPDATE instances SET name = $1 WHERE account_id = $2`, a); d.tags(a) }\nfunc (d *DB) tags(id int64) { d.write.ExecContext(ctx, `DELETE FROM instance_tags WHERE instance_id = $1`, id) }", ""},
		"what belongs to no tenant":    {"func (d *DB) Setting() { d.read.QueryContext(ctx, `SELECT sealed FROM settings WHERE key = $1`) }", ""},
		"conditions that are gathered": {"func (s *Scope) List() { s.db.read.QueryContext(ctx, `SELECT id FROM instances i ` + s.where()) }\nfunc (s *Scope) where() string { terms := []string{`i.account_id = $1`}; return strings.Join(terms, ` AND `) }", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			room := readRoom(t, map[string]string{"sample.go": "package store\n" + test.source}, tables)
			var got []string
			for _, c := range room.complaints() {
				got = append(got, c.function+": "+c.why)
			}
			switch text := strings.Join(got, "\n"); {
			case test.want == "" && text != "":
				t.Errorf("it complains: %s", text)
			case test.want != "" && (len(got) != 1 || !strings.HasPrefix(text, test.want)):
				t.Errorf("it says %q, want %q", text, test.want)
			}
		})
	}
}

// elsewhere are rooms beside the store that speak SQL, each with its reason.
var elsewhere = map[string]string{
	"internal/database": "runs the statements of connectors in the databases of customers, never in ours",
	"internal/job":      "brings the tables of River, which hold no rows of tenants, to their version",
}

var (
	statementText = regexp.MustCompile(`(?is)^\s*(SELECT\s.+\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|(CREATE|ALTER|DROP|TRUNCATE)\s+TABLE\s)`)
	executing     = []string{"ExecContext", "QueryContext", "QueryRowContext", "PrepareContext", "Exec", "Query", "QueryRow", "Prepare"}
)

// SQL stands in internal/store and nowhere else.
func TestStatementsStandInTheStoreAlone(t *testing.T) {
	t.Parallel()
	for _, f := range repository(t) {
		folder := filepath.ToSlash(filepath.Dir(f.path))
		if f.isTest() || elsewhere[folder] != "" || folder == "internal/store" || folder == "internal/store/storetest" || strings.HasPrefix(folder, "test") {
			continue
		}
		for _, why := range statementsIn(t, f.path, f.text) {
			t.Errorf("%s: %s: statements stand in internal/store", f.path, why)
		}
	}
	for name, source := range map[string]string{
		"a statement": "package x\nconst q = `SELECT id FROM users`\n",
		"a change":    "package x\nfunc f() { g(\"UPDATE users SET active = 0\") }\n",
		"a handle":    "package x\nimport \"database/sql\"\nfunc f(db *sql.DB) { db.QueryContext(ctx, text) }\n",
	} {
		if len(statementsIn(t, "x.go", source)) != 1 {
			t.Errorf("%s was not found", name)
		}
	}
	if found := statementsIn(t, "x.go", "package x\nconst s = `Select the accounts from the list`\nfunc f() { url.Query(); r.URL.Query() }\n"); len(found) != 0 {
		t.Errorf("plain words were taken for SQL: %v", found)
	}
}

func statementsIn(t *testing.T, path, text string) (found []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	withSQL := slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool {
		return i.Path.Value == `"database/sql"` || strings.HasPrefix(i.Path.Value, `"github.com/jackc/pgx`)
	})
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if s := unquoted(n); statementText.MatchString(s) && s == strings.TrimRight(s, ".!?") && strings.ToUpper(s[:6]) == s[:6] {
				found = append(found, fmt.Sprintf("the statement %q", s[:min(len(s), 40)]))
			}
		case *ast.CallExpr:
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && withSQL && slices.Contains(executing, s.Sel.Name) && len(n.Args) > 1 {
				found = append(found, "a call of "+s.Sel.Name)
			}
		}
		return true
	})
	return found
}

// tableKind says how a table belongs to tenants.
type tableKind int

const (
	owned      tableKind = iota // it has account_id or organization_id
	child                       // it refers to a table of tenants
	tenantRoot                  // its rows are the organizations: their id names the tenant
)

var (
	createTable = regexp.MustCompile(`(?is)CREATE TABLE (?:IF NOT EXISTS )?(\w+)\s*\((.*?)\n\)`)
	addColumn   = regexp.MustCompile(`(?is)ALTER TABLE (\w+)\s+ADD COLUMN\s+(.*?);`)
	ownColumn   = regexp.MustCompile(`(?im)^\s*(account_id|organization_id)\s`)
	references  = regexp.MustCompile(`(?i)REFERENCES\s+(\w+)`)
	rootTable   = regexp.MustCompile(`(?i)\borganization_id\b[^,]*?REFERENCES\s+(\w+)`)
)

// allTables reads the columns of all tables from the migrations.
func allTables(t *testing.T, folder string) map[string]string {
	t.Helper()
	columns := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range createTable.FindAllStringSubmatch(string(text), -1) {
			columns[m[1]] += m[2] + "\n"
		}
		for _, m := range addColumn.FindAllStringSubmatch(string(text), -1) {
			columns[m[1]] += m[2] + "\n"
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return columns
}

// tenantTables reads from the migrations which tables hold rows of tenants.
func tenantTables(t *testing.T, folder string) map[string]tableKind {
	t.Helper()
	columns := allTables(t, folder)
	tables := map[string]tableKind{}
	for name, text := range columns {
		if m := rootTable.FindStringSubmatch(text); m != nil {
			tables[m[1]] = tenantRoot
		}
		if _, known := tables[name]; !known && ownColumn.MatchString(text) {
			tables[name] = owned
		}
	}
	for grown := true; grown; {
		grown = false
		for name, text := range columns {
			if _, known := tables[name]; known {
				continue
			}
			for _, m := range references.FindAllStringSubmatch(text, -1) {
				if _, known := tables[m[1]]; known {
					tables[name], grown = child, true
				}
			}
		}
	}
	return tables
}
