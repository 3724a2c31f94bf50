package ceql

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite" // the reference that ToSQL is measured by
	"pgregory.net/rapid"

	"jackfield/internal/fault"
)

func TestToSQLKeepsValuesOutOfTheText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		where, postgres, sqlite string
		args                    []any // of PostgreSQL: texts
		sqliteArgs              []any // nil = the same
	}{
		{``, `1=1`, `1=1`, nil, nil},
		{`a = 'x'`, `"a" = $1`, `"a" = ?`, []any{"x"}, nil},
		{`a != 5 AND b <= 7.5`, `"a" <> $1 AND "b" <= CAST($2 AS numeric)`, `"a" <> ? AND "b" <= ?`, []any{"5", "7.5"}, []any{int64(5), 7.5}},
		{`a = 007 OR b = 7.50`, `"a" = $1 OR "b" = CAST($2 AS numeric)`, `"a" = ? OR "b" = ?`, []any{"007", "7.50"}, nil},
		{`a = 12345678901234567890`, `"a" = $1`, `"a" = ?`, []any{"12345678901234567890"}, nil},
		{`active = true`, `"active" = $1`, `"active" = ?`, []any{"true"}, []any{int64(1)}},
		{`(a = 1 OR b = 2) AND c = x`, `("a" = $1 OR "b" = $2) AND "c" = $3`, `("a" = ? OR "b" = ?) AND "c" = ?`, []any{"1", "2", "x"}, []any{int64(1), int64(2), "x"}},
		{`a IN ('x', 'y', null)`, `"a" IN ($1, $2)`, `"a" IN (?, ?)`, []any{"x", "y"}, nil},
		{`a IN (null)`, `1=0`, `1=0`, nil, nil},
		{`a NOT IN (null)`, `"a" IS NOT NULL`, `"a" IS NOT NULL`, nil, nil},
		{`a IS NULL AND b IS NOT NULL`, `"a" IS NULL AND "b" IS NOT NULL`, `"a" IS NULL AND "b" IS NOT NULL`, nil, nil},
		{`a = null AND b != null`, `"a" IS NULL AND "b" IS NOT NULL`, `"a" IS NULL AND "b" IS NOT NULL`, nil, nil},
		{`a > null`, `1=0`, `1=0`, nil, nil},
		{`a LIKE '50!_%'`, `CAST("a" AS text) ILIKE $1 ESCAPE '!'`, `"a" LIKE ? ESCAPE '!'`, []any{"50!!!_%"}, nil},
		{`a NOT LIKE 'x%'`, `CAST("a" AS text) NOT ILIKE $1 ESCAPE '!'`, `"a" NOT LIKE ? ESCAPE '!'`, []any{"x%"}, nil},
		{`people.lastName = 'O''Hara'`, `"people"."lastName" = $1`, `"people"."lastName" = ?`, []any{"O'Hara"}, nil},
		{"`Modified Time` > '2024-01-15T10:00:00Z'", `"Modified Time" > $1`, `"Modified Time" > ?`, []any{"2024-01-15T10:00:00Z"}, nil},
		{"`a.b` = 'x'", `"a.b" = $1`, `"a.b" = ?`, []any{"x"}, nil},
		{"`a\" = 1 OR \"1` = 1", `"a"" = 1 OR ""1" = $1`, `"a"" = 1 OR ""1" = ?`, []any{"1"}, []any{int64(1)}},
	} {
		e, err := ParseWhere(tt.where)
		if err != nil {
			t.Errorf("%s: %v", tt.where, err)
			continue
		}
		if tt.sqliteArgs == nil {
			tt.sqliteArgs = tt.args
		}
		for _, d := range []struct {
			dialect SQLDialect
			text    string
			args    []any
		}{{PostgreSQL, tt.postgres, tt.args}, {SQLite, tt.sqlite, tt.sqliteArgs}} {
			text, args, err := ToSQL(e, SQLOptions{Dialect: d.dialect})
			if err != nil || text != d.text || cmp.Diff(d.args, args) != "" {
				t.Errorf("%s: %s %v %v, want %s %v", tt.where, text, args, err, d.text, d.args)
			}
		}
	}
}

func TestToSQLNumbersPlaceholdersFromTheFirst(t *testing.T) {
	t.Parallel()
	e, err := ParseWhere(`a = 1 AND b IN (2, 3)`)
	if err != nil {
		t.Fatal(err)
	}
	if text, _, err := ToSQL(e, SQLOptions{First: 4}); err != nil || text != `"a" = $4 AND "b" IN ($5, $6)` {
		t.Error(text, err)
	}
}

func TestToSQLRefusesWhatIsNoName(t *testing.T) {
	t.Parallel()
	for _, e := range []Expr{
		Cond{Attr: "", Op: Null},
		Cond{Attr: "a..b", Op: Null},
		Cond{Attr: "a.b.c.d", Op: Null},
		Cond{Attr: "a\x00b", AttrQuoted: true, Op: Null},
		Cond{Attr: "a\nb", AttrQuoted: true, Op: Null},
		Cond{Attr: "a\xffb", AttrQuoted: true, Op: Null},
		Cond{Attr: strings.Repeat("x", MaxSQLName+1), Op: Null},
		Cond{Attr: "a", Op: Equal, Values: []Value{{String, "x\x00y"}}},
		And{[]Expr{Cond{Attr: "a", Op: Null}, Or{[]Expr{Cond{Attr: "", Op: Null}, Cond{Attr: "b", Op: Null}}}}},
	} {
		if text, _, err := ToSQL(e, SQLOptions{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%#v: %s %v", e, text, err)
		}
	}
}

// sqlRow is a row of the reference table. Nil is null.
type sqlRow struct{ number, text any }

var sqlRows = []sqlRow{
	{int64(0), ""}, {int64(5), "5"}, {int64(-3), "it's"}, {int64(42), "Byron"}, {int64(42), "byron%"}, {int64(7), "a_b"},
	{int64(1 << 60), "50!"}, {nil, "true"}, {int64(9), nil}, {nil, nil}, {int64(10), "\"; DROP TABLE t; --"}, {int64(100), "Süß"},
}

// TestToSQLFindsTheRowsThatEvaluationFinds compares on SQLite what both define alike: numbers with numbers, text with
// anything but two date-times, whose order is by instant in one and by letter in the other, and LIKE on ASCII.
func TestToSQLFindsTheRowsThatEvaluationFinds(t *testing.T) {
	t.Parallel()
	db := sqlTable(t)
	rapid.Check(t, func(t *rapid.T) {
		checkSQL(t, db, drawSQLExpr(2).Draw(t, "expression"))
	})
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func sqlTable(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file::memory:?_dqs=0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1) // each connection has a memory of its own
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE t (id INTEGER PRIMARY KEY, "number" INTEGER, "te""xt" TEXT)`); err != nil {
		t.Fatal(err)
	}
	for i, row := range sqlRows {
		if _, err := db.ExecContext(t.Context(), `INSERT INTO t VALUES (?, ?, ?)`, i, row.number, row.text); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func checkSQL(t failer, db *sql.DB, e Expr) {
	t.Helper()
	text, args, err := ToSQL(e, SQLOptions{Dialect: SQLite})
	if err != nil {
		t.Fatalf("%s: %v", Print(e), err)
	}
	rows, err := db.Query("SELECT id FROM t WHERE "+text+" ORDER BY id", args...) //nolint:noctx // rapid has no context
	if err != nil {
		t.Fatalf("%s: %s: %v", Print(e), text, err)
	}
	defer rows.Close()
	var got []int
	for rows.Next() {
		var id int
		if err := rows.Scan(&id); err != nil {
			t.Fatalf("%v", err)
		}
		got = append(got, id)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var want []int
	matches := Compile(e)
	for i, row := range sqlRows {
		if matches(func(attr string) (any, bool) {
			if attr == "number" {
				return row.number, true
			}
			return row.text, true
		}) {
			want = append(want, i)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%s\n%s %v\nSQLite finds %v, evaluation %v", Print(e), text, args, got, want)
	}
}

func drawSQLExpr(depth int) *rapid.Generator[Expr] {
	return rapid.Custom(func(t *rapid.T) Expr {
		or := make([]Expr, rapid.IntRange(1, 3).Draw(t, "or"))
		for i := range or {
			and := make([]Expr, rapid.IntRange(1, 3).Draw(t, "and"))
			for j := range and {
				if depth > 0 && rapid.Bool().Draw(t, "group") {
					and[j] = Group{drawSQLExpr(depth-1).Draw(t, "inner")}
				} else {
					and[j] = drawSQLCond(t)
				}
			}
			or[i] = and[0]
			if len(and) > 1 {
				or[i] = And{and}
			}
		}
		if len(or) == 1 {
			return or[0]
		}
		return Or{or}
	})
}

func drawSQLCond(t *rapid.T) Cond {
	c := Cond{Attr: "number", Op: Op(rapid.IntRange(int(Equal), int(NotNull)).Draw(t, "operator"))}
	value := rapid.OneOf(
		rapid.Map(rapid.StringMatching(`[-+]?[0-9]{1,18}`), func(s string) Value { return Value{Integer, s} }),
		rapid.Map(rapid.StringMatching(`-?[0-9]{1,5}\.[0-9]{1,5}`), func(s string) Value { return Value{Decimal, s} }),
		rapid.SampledFrom([]Value{{String, "42"}, {Integer, "5"}, {Integer, "1152921504606846976"}, {String, "-3"}, {Decimal, "9.0"}}),
	)
	if rapid.Bool().Draw(t, "text") {
		c.Attr, c.AttrQuoted = `te"xt`, true
		value = rapid.OneOf(
			rapid.Map(rapid.String().Filter(func(s string) bool { return !strings.Contains(s, "\x00") }), func(s string) Value { return Value{String, s} }),
			rapid.SampledFrom([]Value{{String, "it's"}, {String, "' OR '1'='1"}, {String, "Byron"}, {String, "%b%"}, {String, "a_b"}, {String, "50!"},
				{String, ""}, {Integer, "5"}, {Bare, "true"}, {String, "\"; DROP TABLE t; --"}, {String, "$1"}, {String, "?"}, {String, ":name"}}),
		)
	}
	count := 1
	switch c.Op {
	case Null, NotNull:
		count = 0
	case In, NotIn:
		count = rapid.IntRange(1, 4).Draw(t, "values")
	case Like, NotLike:
		value = rapid.OneOf(
			rapid.Map(rapid.StringMatching(`%?[ -~]{0,6}%?[ -~]{0,3}%?`), func(s string) Value { return Value{String, s} }),
			rapid.SampledFrom([]Value{{String, "%"}, {String, "by%"}, {String, "%'%"}, {String, "a_b"}, {String, "%!"}, {String, "4%"}}),
		)
	}
	for range count {
		c.Values = append(c.Values, value.Draw(t, "value"))
	}
	return c
}

// FuzzToSQL reads any where and runs it: whatever it is, SQLite finds it well formed or names an unknown column, and the
// table is there afterwards.
func FuzzToSQL(f *testing.F) {
	for _, seed := range []string{
		`number = 1`, `'te"xt' = 'x'' OR ''1''=''1'`, `number = 1; DROP TABLE t`, "`number` IN (1,2) -- x", `a.b LIKE '%''%'`, `"number"" = 1 OR ""1" = 1`,
		`number = $$x$$`, `number = '\'' OR 1=1`, `[number] = 1`, `number = null`,
	} {
		f.Add(seed)
	}
	db := sqlTable(f)
	f.Fuzz(func(t *testing.T, where string) {
		e, err := ParseWhere(where)
		if err != nil || e == nil {
			return
		}
		text, args, err := ToSQL(e, SQLOptions{Dialect: SQLite})
		if err != nil {
			return
		}
		if marks := strings.Count(unquoted(text), "?"); marks != len(args) {
			t.Fatalf("%s has %d placeholders for %d values", text, marks, len(args))
		}
		var found int
		err = db.QueryRowContext(t.Context(), "SELECT count(*) FROM t WHERE "+text, args...).Scan(&found)
		if err != nil && !strings.Contains(err.Error(), "no such column") && !strings.Contains(err.Error(), "Expression tree is too large") &&
			!strings.Contains(err.Error(), "LIKE or GLOB pattern too complex") {
			t.Fatalf("%s: %s: %v", where, text, err)
		}
		var count int
		if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM t").Scan(&count); err != nil || count != len(sqlRows) {
			t.Fatalf("%s: %d rows are left, %v", where, count, err)
		}
	})
}

// unquoted is a text without its quoted names.
func unquoted(text string) string {
	var out strings.Builder
	for i, part := range strings.Split(text, `"`) {
		if i%2 == 0 {
			out.WriteString(part)
		}
	}
	return out.String()
}
