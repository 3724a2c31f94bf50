package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"jackfield/internal/access"
	"jackfield/internal/catalog"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
	"jackfield/internal/transfer"
	"jackfield/internal/vault"

	"github.com/google/go-cmp/cmp"
)

const acme = `{"id": 77, "key": "acme", "name": "Acme", "authentication": {"type": "basic"}, "configuration": [
  {"key": "username", "name": "Name", "type": "TEXTFIELD", "required": true, "active": true},
  {"key": "password", "name": "Password", "type": "PASSWORD", "required": true, "active": true},
  {"key": "base.url", "name": "Address", "type": "TEXTFIELD", "defaultValue": "https://acme.example.org", "active": true}]}`

// Secrets and tokens of the file.
const (
	organizationSecret = "0123456789abcdef0123456789abcdef"
	adaSecret          = "ada-secret-of-the-old-system-000000000000000="
	token              = "token-of-the-old-system-00000000000000000001="
)

const whole = `{"type":"customer","ref":"c1","name":"Analytical Engines"}

{"type":"organization","ref":819,"customer":"c1","name":"Acme <b>Ltd</b>","externalId":"acme","secret":"` + organizationSecret + `","environment":"production"}
{"type":"account","ref":4030,"organization":819,"externalId":"main","default":true,"name":"Acme"}
{"type":"account","ref":"4031","organization":"819","externalId":"emea","roles":["sub-account-instances"],"createdDate":"2018-06-01"}
{"type":"user","ref":41,"account":4030,"email":"Ada@example.org","firstName":"Ada","lastName":"Byron","secret":"` + adaSecret + `","roles":["org-admin"]}
{"type":"user","ref":42,"account":4031,"email":"charles@example.org","firstName":"Charles","lastName":"Babbage","password":"Sample-Passw0rd","active":false,"city":"London"}
{"type":"instance","id":1234567,"user":42,"element":{"key":"acme"},"name":"Old one","token":"` + token + `","tags":["a","b"],"disabled":true,"configuration":{"username":"u","password":"p","legacy.key":"kept"}}
`

// installation is an import with a started database.
func installation(t *testing.T, db *store.DB) transfer.Import {
	t.Helper()
	keys := storetest.Vault(t) // for password attempts alone
	people := access.New(db, access.Options{Vault: keys})
	t.Cleanup(people.Close)
	if _, err := people.FirstStart(t.Context(), access.FirstStart{Email: "operator@example.org"}); err != nil {
		t.Fatal(err)
	}
	def, err := connector.Parse([]byte(acme))
	if err != nil {
		t.Fatal(err)
	}
	all := catalog.New(catalog.Options{DB: db})
	t.Cleanup(all.Close)
	if err := all.Add(def); err != nil {
		t.Fatal(err)
	}
	return transfer.Import{DB: db, Access: people, Catalog: all}
}

func rows(t *testing.T, db *store.DB) map[string]int {
	t.Helper()
	snapshot, err := db.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	counts := map[string]int{}
	for _, table := range snapshot.Tables {
		for _, err := range snapshot.Rows(t.Context(), table) {
			if err != nil {
				t.Fatal(err)
			}
			counts[table.Name]++
		}
	}
	return counts
}

func must(t *testing.T, i transfer.Import, text string) *transfer.Imported {
	t.Helper()
	result, err := i.Run(t.Context(), strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v: %v", err, result)
	}
	return result
}

func TestAFileIsTakenInWithItsIDsSecretsAndTokens(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, i := t.Context(), installation(t, db)
		result := must(t, i, whole)
		want := map[string]int{"customer": 1, "organization": 1, "account": 2, "user": 2, "instance": 1}
		if diff := cmp.Diff(want, result.New); diff != "" || len(result.Findings) != 1 || !strings.Contains(result.Findings[0].Text, "legacy.key") {
			t.Errorf("%v %s", result.Findings, diff)
		}
		ada, err := db.IdentityBySecret(ctx, adaSecret)
		if err != nil {
			t.Fatal(err)
		}
		if ada.User.ID != 41 || ada.Account.ID != 4030 || ada.Organization.ID != 819 || ada.Organization.Name != "Acme Ltd" || ada.Organization.Secret != organizationSecret ||
			!ada.Account.Default || !slices.Equal(ada.User.Roles, []string{"org-admin"}) || ada.User.PasswordHash != access.NoPasswordYet || ada.Organization.Details.Environment != "production" {
			t.Errorf("%+v", ada)
		}
		charles, err := db.IdentityByEmail(ctx, "charles@example.org")
		if err != nil {
			t.Fatal(err)
		}
		if charles.User.Active || !vault.VerifyPassword(charles.User.PasswordHash, "Sample-Passw0rd") || charles.User.Profile.City != "London" ||
			!slices.Equal(charles.User.Roles, []string{"default-user"}) || !slices.Equal(charles.AccountRoles, []string{"sub-account-instances"}) ||
			charles.Account.CreatedAt.Format("2006-01-02") != "2018-06-01" {
			t.Errorf("%+v", charles)
		}
		row, err := db.InstanceByToken(ctx, token)
		if err != nil {
			t.Fatal(err)
		}
		values := map[string]string{}
		for _, v := range row.Configuration {
			values[v.Key] = v.Value
			if v.Secret != (v.Key != "username") {
				t.Errorf("%s is secret: %t", v.Key, v.Secret)
			}
		}
		if diff := cmp.Diff(map[string]string{"username": "u", "password": "p", "legacy.key": "kept"}, values); diff != "" {
			t.Error(diff)
		}
		if row.ID != 1234567 || row.UserID != 42 || row.AccountID != 4031 || row.ConnectorID != 77 || !row.Disabled || !row.Valid || !slices.Equal(row.Tags, []string{"a", "b"}) {
			t.Errorf("%+v", row)
		}
		next := &store.Instance{UserID: 42, ConnectorID: 77, ConnectorKey: "acme", Name: "new", Token: access.NewSecret()}
		if err := db.For(4031).CreateInstance(ctx, next); err != nil || next.ID != 1234568 {
			t.Errorf("the next id is %d: %v", next.ID, err)
		}
	})
}

func TestTheSameFileAgainChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		i := installation(t, db)
		must(t, i, whole)
		before := rows(t, db)
		again := must(t, i, whole)
		if len(again.New) != 0 || again.There["instance"] != 1 || again.There["user"] != 2 {
			t.Errorf("new %v, there %v", again.New, again.There)
		}
		if diff := cmp.Diff(before, rows(t, db)); diff != "" {
			t.Error(diff)
		}
		more := whole + strings.NewReplacer("1234567", "1234599", token, token+"2", "Old one", "Another").Replace(strings.Split(whole, "\n")[7]) + "\n"
		if result := must(t, i, more); result.New["instance"] != 1 || result.There["instance"] != 1 {
			t.Errorf("new %v, there %v", result.New, result.There)
		}
	})
}

func TestADryRunChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		i := installation(t, db)
		before := rows(t, db)
		i.DryRun = true
		if result := must(t, i, whole); result.New["instance"] != 1 || !strings.Contains(result.Text(true), "Nothing was changed") {
			t.Errorf("%+v", result)
		}
		if diff := cmp.Diff(before, rows(t, db)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestEveryConflictIsListedAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	const owner = `{"type":"organization","ref":1,"externalId":"o","name":"O"}
{"type":"account","ref":1,"organization":1,"default":true}
{"type":"user","ref":1,"account":1,"email":"one@example.org","firstName":"One","lastName":"User"}
`
	instance := func(change string) string {
		line := `{"type":"instance","id":50,"user":1,"connector":"acme","name":"n","token":"a-token-of-another-system-50","configuration":{"username":"u","password":"p"}}`
		for pair := range strings.SplitSeq(change, ";") {
			from, to, _ := strings.Cut(pair, "=>")
			line = strings.Replace(line, from, to, 1)
		}
		return owner + line
	}
	for name, c := range map[string]struct{ file, says string }{
		"no JSON":                        {owner + "nonsense", "line 4: conflict: the line is no JSON object"},
		"an array":                       {owner + "[1]", "no JSON object"},
		"no type":                        {owner + `{"ref":1}`, "type must be one of"},
		"too deep":                       {owner + strings.Repeat("[", 40) + strings.Repeat("]", 40), "32 times"},
		"a NUL":                          {owner + `{"type":"customer","name":"a\u0000b"}`, "U+0000"},
		"too long":                       {owner + `{"type":"customer","name":"` + strings.Repeat("x", 1_000_001) + `"}`, "longer than 1000000 bytes"},
		"an organization without a key":  {`{"type":"organization","ref":1,"name":"O"}`, "secret or externalId is required"},
		"no default account":             {`{"type":"organization","ref":1,"name":"O","externalId":"o"}`, "no default account"},
		"two default accounts":           {owner + `{"type":"account","ref":2,"organization":1,"externalId":"b","default":true}`, "place of the default account is that of line 2"},
		"an account without its own id":  {owner + `{"type":"account","ref":2,"organization":1}`, "externalId is required"},
		"an account of nobody":           {owner + `{"type":"account","ref":2,"organization":9,"externalId":"b"}`, `no organization "9" above`},
		"an unknown role":                {owner + `{"type":"user","ref":2,"account":1,"email":"b@example.org","firstName":"B","lastName":"C","roles":["king"]}`, `no role "king"`},
		"a weak password":                {owner + `{"type":"user","ref":2,"account":1,"email":"b@example.org","firstName":"B","lastName":"C","password":"short"}`, "at least"},
		"no email":                       {owner + `{"type":"user","ref":2,"account":1,"email":"nobody","firstName":"B","lastName":"C"}`, "not an email"},
		"an email twice":                 {owner + `{"type":"user","ref":2,"account":1,"email":"ONE@example.org","firstName":"B","lastName":"C"}`, "email of the user is that of line 3"},
		"an email of somebody else here": {owner + `{"type":"user","ref":2,"account":1,"email":"operator@example.org","firstName":"B","lastName":"C"}`, "another account"},
		"a secret that can be guessed":   {owner + `{"type":"user","ref":2,"account":1,"email":"b@example.org","firstName":"B","lastName":"C","secret":"short"}`, "16 to 256"},
		"a secret no header can carry":   {owner + `{"type":"user","ref":2,"account":1,"email":"b@example.org","firstName":"B","lastName":"C","secret":"0123456789, 0123456789"}`, "Authorization header"},
		"an unknown connector":           {instance(`"acme"=>"strange"`), `no connector "strange"`},
		"no token":                       {instance(`"token"=>"tokn"`), "token is required"},
		"no id":                          {instance(`"id":50=>"id":null`), "id is required"},
		"the id -1":                      {instance(`:50=>:-1`), "whole number from 1"},
		"the id 2^60":                    {instance(`:50=>:1152921504606846976`), "whole number from 1"},
		"an id twice":                    {instance("") + "\n" + strings.TrimPrefix(instance(`system-50=>system-51`), owner), "id of the instance is that of line 4"},
		"a token twice":                  {instance("") + "\n" + strings.TrimPrefix(instance(`:50=>:51`), owner), "token of the instance is that of line 4"},
		"a mask for a secret":            {instance(`"password":"p"=>"password":"********"`), "is a mask"},
		"an owner who is not there":      {instance(`"user":1=>"user":2`), `no user "2" above`},
		"an instance without a name":     {instance(`"n"=>""`), "name is required"},
		"an id that is taken here":       {instance(`:50=>:12`), "the id 12 is that of another instance"},
		"a token that is taken here":     {instance(`a-token-of-another-system-50=>a-token-that-is-here-already`), "the token is that of the instance 12"},
		"an id taken in another account": {instance(`:50=>:12;a-token-of-another-system-50=>a-token-that-is-here-already`), "in another account"},
		"the system's organization":      {strings.Replace(owner, `"externalId":"o"`, `"externalId":"system"`, 1), "the system itself"},
		"an external id taken here":      {strings.Replace(owner, `"externalId":"o"`, `"externalId":"default","secret":"`+organizationSecret+`"`, 1), "whose secret is another"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := storetest.SQLite(t)
			i := installation(t, db)
			if err := db.InTx(t.Context(), func(tx *store.DB) error {
				return tx.AdoptInstances(t.Context(), []*store.Instance{{ID: 12, AccountID: 2, UserID: 2, ConnectorID: 77, ConnectorKey: "acme", Name: "here", Token: "a-token-that-is-here-already"}})
			}); err != nil {
				t.Fatal(err)
			}
			before := rows(t, db)
			result, err := i.Run(t.Context(), strings.NewReader(`{"type":"customer","name":"First"}`+"\n{\"type\":\"nothing\"}\n"+c.file))
			if !errors.Is(err, transfer.ErrConflicts) {
				t.Fatalf("%v %v", err, result)
			}
			says := c.says
			for n := range 9 { // two lines stand before
				says = strings.Replace(says, fmt.Sprintf("line %d", 9-n), fmt.Sprintf("line %d", 11-n), 1)
			}
			if text := result.Text(false); !strings.Contains(text, says) || !strings.Contains(text, "line 2: conflict: type must be") {
				t.Errorf("it says %s", text)
			}
			if diff := cmp.Diff(before, rows(t, db)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatCannotBeKeptIsNoted(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	i := installation(t, db)
	result := must(t, i, `{"type":"organization","ref":2,"externalId":"o","name":"O","colour":"red"}
{"type":"account","ref":2,"organization":2,"default":true}
{"type":"user","ref":2,"account":2,"email":"one@example.org","firstName":"One","lastName":"User"}
{"type":"instance","id":60,"user":2,"connector":"acme","name":"n","token":"a-token-of-another-system-60","configuration":{"username":"u"}}`)
	text := result.Text(false)
	for _, want := range []string{
		"line 1: note: members that are not known are left out: [colour]", "line 1: note: the id 2 is taken here: the organization gets another",
		"line 2: note: the id 2", "line 3: note: the id 2", "line 4: note: configuration lacks password",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	row, err := db.InstanceByToken(t.Context(), "a-token-of-another-system-60")
	if err != nil || row.Valid || !strings.Contains(row.InvalidReason, "password") {
		t.Errorf("%+v %v", row, err)
	}
}

// cutOff is a file that ends the import while it is read for the second time.
type cutOff struct {
	io.ReadSeeker
	again bool
	left  int
	cut   func()
}

func (c *cutOff) Seek(offset int64, whence int) (int64, error) {
	c.again = true
	return c.ReadSeeker.Seek(offset, whence)
}

func (c *cutOff) Read(p []byte) (int, error) {
	n, err := c.ReadSeeker.Read(p)
	if c.again {
		if c.left -= n; c.left < 0 {
			c.cut()
		}
	}
	return n, err
}

func TestAnImportThatIsCutOffLeavesWholeLinesAndGoesOn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		i := installation(t, db)
		var file strings.Builder
		file.WriteString(whole)
		const many = 2000
		for n := range many {
			fmt.Fprintf(&file, `{"type":"instance","id":%d,"user":41,"connector":"acme","name":"n%d","token":"a-token-of-the-other-system-%d","tags":["t"],"configuration":{"username":"u","password":"p%d"}}`+"\n", 5000+n, n, n, n)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		before := rows(t, db)["instances"]
		_, err := i.Run(ctx, &cutOff{ReadSeeker: strings.NewReader(file.String()), left: file.Len() / 2, cut: cancel})
		if err == nil || !strings.Contains(err.Error(), "run the same file again") {
			t.Fatalf("the error is %v", err)
		}
		half := rows(t, db)
		if n := half["instances"] - before; n == 0 || n >= many || half["instance_tags"] != n+1 {
			t.Errorf("%d instances and %d tags", n, half["instance_tags"])
		}
		result := must(t, i, file.String())
		if result.New["instance"]+result.There["instance"] != many+1 || result.New["instance"] == many+1 {
			t.Errorf("new %v, there %v", result.New, result.There)
		}
		if n := rows(t, db)["instances"] - before; n != many+1 {
			t.Errorf("%d instances", n)
		}
	})
}

func TestNothingIsTakenInBeforeTheFirstStart(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	if _, err := (transfer.Import{DB: db}).Run(t.Context(), strings.NewReader(whole)); !fault.Is(err, fault.Conflict) {
		t.Errorf("the error is %v", err)
	}
}
