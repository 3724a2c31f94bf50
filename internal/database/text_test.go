package database

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jackfield/internal/ceql"
	"jackfield/internal/fault"
)

// values are what the names of the statements below stand for.
var values = map[string]any{"id": json.Number("7"), "name": "O'Hara", "none": nil, "on": true, "doc": json.RawMessage(`{"a":[1]}`), "limit": "5", "größe": "x"}

func statementOf(text string, where ceql.Expr) *Statement {
	return &Statement{Text: text, Where: where, Rows: 50, Paging: []string{"limit"}, Value: func(name string) (any, bool) {
		v, ok := values[name]
		return v, ok
	}}
}

func whereOf(t testing.TB, text string) ceql.Expr {
	t.Helper()
	e, err := ceql.ParseWhere(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestNamesBecomePlaceholders(t *testing.T) {
	t.Parallel()
	const pg, lite = ceql.PostgreSQL, ceql.SQLite
	for _, tt := range []struct {
		dialect     ceql.SQLDialect
		text, where string
		want        string
		args        []any
	}{
		{pg, `delete from t where id = :id`, ``, `delete from t where id = $1`, []any{"7"}},
		{lite, `delete from t where id = :id`, ``, `delete from t where id = ?`, []any{int64(7)}},
		{pg, `insert into t values (:id,:name,:none,:on,:doc,{id}5)`, ``, `insert into t values ($1,$2,$3,$4,$5,$6 5)`, []any{"7", "O'Hara", nil, "true", `{"a":[1]}`, "7"}},
		{lite, `insert into t values (:id,:name,:none,:on,:doc)`, ``, `insert into t values (?,?,?,?,?)`, []any{int64(7), "O'Hara", nil, int64(1), `{"a":[1]}`}},
		{pg, `update t set a = :id::text where {where}`, `a = 'x'`, `update t set a = $1::text where ("a" = $2)`, []any{"7", "x"}},
		{pg, `update t set a = 1 where {where}`, ``, `update t set a = 1 where (1=1)`, nil},
		{pg, `update t set a = 1 {where} returning a`, ``, `update t set a = 1  returning a`, nil},
		{pg, `update t set a = 1{where}returning a`, `a = 'x'`, `update t set a = 1 WHERE ("a" = $1) returning a`, []any{"x"}},
		{lite, `delete from t where id = :id and ({where}) or {where}`, `a = 'x'`, `delete from t where id = ? and (("a" = ?)) or ("a" = ?)`, []any{int64(7), "x", "x"}},
		{pg, `update t set a = ':id', ":id" = '{id}''s :id' -- :id {id}
			where /* :id /* '{id}' */ " */ id = :id;  -- the end`, ``, "update t set a = ':id', \":id\" = '{id}''s :id'  \n\t\t\twhere   id = $1", []any{"7"}},
		{pg, `update t set a = $$:id$$, b = $x$ $$ :id $y$ $x$, c = E'\':id', d = 'e\', e = :name`, ``, `update t set a = $$:id$$, b = $x$ $$ :id $y$ $x$, c = E'\':id', d = 'e\', e = $1`, []any{"O'Hara"}},
		{lite, "update t set `:id` = [:id], \":id\" = :größe /* ' */", ``, "update t set `:id` = [:id], \":id\" = ?", []any{"x"}},
		{pg, `update t set a = b ? 'x', c = 1 where d @> '{}'`, ``, `update t set a = b ? 'x', c = 1 where d @> '{}'`, nil},
		{pg, `select a from t`, ``, "SELECT * FROM (select a from t\n) AS page LIMIT 51 OFFSET 0", nil},
		{pg, `select a from t limit :limit`, ``, "SELECT * FROM (select a from t limit $1\n) AS page LIMIT 51 OFFSET 0", []any{"5"}},
		{pg, `with x as (delete from t returning *) select * from x`, ``, `with x as (delete from t returning *) select * from x`, nil},
		{pg, `select replace(a, 'x', 'y') from t`, ``, "SELECT * FROM (select replace(a, 'x', 'y') from t\n) AS page LIMIT 51 OFFSET 0", nil},
		{pg, `select a into b from t`, ``, `select a into b from t`, nil},
	} {
		p, err := prepare(statementOf(tt.text, whereOf(t, tt.where)), tt.dialect)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if p.text != tt.want || cmp.Diff(tt.args, p.args) != "" {
			t.Errorf("%s:\n got %s %v\nwant %s %v", tt.text, p.text, p.args, tt.want, tt.args)
		}
	}
}

func TestStatementsThatCannotBeRunAreRefused(t *testing.T) {
	t.Parallel()
	const pg, lite = ceql.PostgreSQL, ceql.SQLite
	for _, tt := range []struct {
		dialect     ceql.SQLDialect
		text, where string
		said        string
	}{
		{pg, ``, ``, "empty"},
		{pg, ` -- nothing`, ``, "empty"},
		{pg, `select 1; select 2`, ``, "only one"},
		{pg, `select 1;;select 2`, ``, "only one"},
		{lite, `select 1; drop table t`, ``, "only one"},
		{lite, `select ']' ; drop table t --'`, ``, "only one"},
		{lite, "select '`' ; drop table t --`", ``, "only one"},
		{pg, `select 'x`, ``, "without an end"},
		{pg, `select "x`, ``, "without an end"},
		{pg, `select E'x\'`, ``, "without an end"},
		{pg, `select 1 /* /* */`, ``, "without an end"},
		{pg, `select $a$ $b$`, ``, "without an end"},
		{lite, "select `x", ``, "without an end"},
		{lite, `select [x`, ``, "without an end"},
		{pg, `select {id`, ``, "without an end"},
		{pg, `select (1`, ``, "without an end"},
		{pg, `select 1) as page; --`, ``, "closing bracket"},
		{pg, `select $1`, ``, "write :name"},
		{lite, `select ?1`, ``, "write :name"},
		{lite, `select @a`, ``, "write :name"},
		{lite, `select $a`, ``, "write :name"},
		{pg, `select :nobody`, ``, ":nobody"},
		{pg, `select {nobody}`, ``, "{nobody}"},
		{pg, `select {}`, ``, "{}"},
		{pg, "select '\x00'", ``, "zero byte"},
		{pg, `select 1`, `a = 1`, "{where}"},
		{pg, `delete from t`, `a = 1`, "{where}"},
		{pg, `copy t to program 'x'`, ``, "COPY"},
		{pg, `set role x`, ``, "SET"},
		{pg, `begin`, ``, "BEGIN"},
		{pg, `do $$ begin end $$`, ``, "DO"},
		{lite, `attach 'x' as y`, ``, "ATTACH"},
		{lite, `pragma journal_mode = off`, ``, "PRAGMA"},
		{lite, `vacuum into 'x'`, ``, "VACUUM"},
		{pg, `select '` + strings.Repeat("x", MaxText) + `'`, ``, "limit"},
		{pg, `select ` + strings.Repeat(":id,", MaxArguments+1) + `1`, ``, "limit"},
	} {
		p, err := prepare(statementOf(tt.text, whereOf(t, tt.where)), tt.dialect)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), tt.said) {
			short := tt.text[:min(len(tt.text), 60)]
			t.Errorf("%s: %v %v, want %q", short, p, err, tt.said)
		}
	}
}

// FuzzNames scans any statement. Whatever it is: as many placeholders as values, and values never in the text.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{
		`select * from t where id = :id`, `select ':id'`, `select $$:id$$, :secret`, `insert into t values (:secret) -- '`, `select E'\':secret'`,
		`select 1 /* :secret */ :secret`, `select {secret}::int`, "select `a:secret`[:secret]", `select :secret:secret{secret}9`,
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	const secret = "\x01 not in any statement \x02"
	f.Fuzz(func(t *testing.T, text string, lite bool) {
		if strings.Contains(text, secret) {
			return
		}
		dialect, mark := ceql.PostgreSQL, "$"
		if lite {
			dialect, mark = ceql.SQLite, "?"
		}
		bound := 0
		p, err := prepare(&Statement{Text: text, Rows: 1, Value: func(string) (any, bool) { bound++; return secret, true }}, dialect)
		if err != nil {
			return
		}
		if len(p.args) != bound {
			t.Fatalf("%d values for %d names: %s", len(p.args), bound, p.text)
		}
		if strings.Contains(p.text, secret) {
			t.Fatalf("a value stands in the text: %s", p.text)
		}
		if strings.Count(p.text, mark) < bound {
			t.Fatalf("%d names and fewer placeholders: %s", bound, p.text)
		}
	})
}
