package ceql

import (
	"fmt"
	"strings"
	"testing"

	"jackfield/internal/fault"
)

const refused = "400"

// worked is the table of reference/ceql.md §9. tree is written as there, with brackets always shown as (group …);
// canonical "" means the same as where.
var worked = []struct{ row, where, tree, canonical, parameters, odata string }{
	{"1", `Name='Edge Communications'`, `(= Name "Edge Communications")`, `Name = 'Edge Communications'`, `Name=Edge Communications`, `Name eq 'Edge Communications'`},
	{"2", `Name = 'Edge Communications'   `, `(= Name "Edge Communications")`, `Name = 'Edge Communications'`, `Name=Edge Communications`, `Name eq 'Edge Communications'`},
	{"3", `email=''`, `(= email "")`, `email = ''`, `email=`, `email eq ''`},
	{"4", `Name='Churro''s Test Account'`, `(= Name "Churro's Test Account")`, `Name = 'Churro''s Test Account'`, `Name=Churro's Test Account`, `Name eq 'Churro''s Test Account'`},
	{"5", `Department!='Procurement'`, `(!= Department "Procurement")`, `Department != 'Procurement'`, `Department=Procurement`, `Department ne 'Procurement'`},
	{"6", `AnnualRevenue >= 100000`, `(>= AnnualRevenue 100000)`, ``, `AnnualRevenue=100000`, `AnnualRevenue ge 100000`},
	{"7", `lastmodifieddate>1512345678901`, `(> lastmodifieddate 1512345678901)`, `lastmodifieddate > 1512345678901`, `lastmodifieddate=1512345678901`, `lastmodifieddate gt 1512345678901`},
	{"8", `amount < 10.5`, `(< amount 10.5)`, ``, `amount=10.5`, `amount lt 10.5`},
	{"9", `active = true`, `(= active true)`, ``, `active=true`, `active eq true`},
	{"10", `isDeleted=FALSE`, `(= isDeleted false)`, `isDeleted = false`, `isDeleted=false`, `isDeleted eq false`},
	{"11", `Name LIKE 'Acc%'`, `(like Name "Acc%")`, ``, `Name=Acc%`, `startswith(Name,'Acc')`},
	{"12", `name like '%smith'`, `(like name "%smith")`, `name LIKE '%smith'`, `name=%smith`, `endswith(name,'smith')`},
	{"13", `subject Like '%a''b%'`, `(like subject "%a'b%")`, `subject LIKE '%a''b%'`, `subject=%a'b%`, `contains(subject,'a''b')`},
	{"14", `name LIKE 'x'`, `(like name "x")`, ``, `name=x`, `name eq 'x'`},
	{"15", `id in ( 5 )`, `(in id 5)`, `id IN (5)`, `id=5`, `id eq 5`},
	{"16", `objectName in ('a','b')`, `(in objectName "a" "b")`, `objectName IN ('a', 'b')`, `objectName=a,b`, `(objectName eq 'a' or objectName eq 'b')`},
	{"17", `internalId in (1,2,3)`, `(in internalId 1 2 3)`, `internalId IN (1, 2, 3)`, `internalId=1,2,3`, `(internalId eq 1 or internalId eq 2 or internalId eq 3)`},
	{"18", `email IS NULL`, `(null email)`, ``, refused, `email eq null`},
	{"19", `email is not null`, `(not-null email)`, `email IS NOT NULL`, refused, `email ne null`},
	{"20", `parent = null`, `(= parent null)`, ``, `parent=null`, `parent eq null`},
	{"21", `Name='Account Name' AND Industry='Electronics'`, `(and (= Name "Account Name") (= Industry "Electronics"))`, `Name = 'Account Name' AND Industry = 'Electronics'`, `Name=Account Name&Industry=Electronics`, `Name eq 'Account Name' and Industry eq 'Electronics'`},
	{"22", `a=1 and b=2 and c=3`, `(and (= a 1) (= b 2) (= c 3))`, `a = 1 AND b = 2 AND c = 3`, `a=1&b=2&c=3`, `a eq 1 and b eq 2 and c eq 3`},
	{"23", `a=1 or b=2`, `(or (= a 1) (= b 2))`, `a = 1 OR b = 2`, refused, `a eq 1 or b eq 2`},
	{"24", `a=1 OR b=2 AND c=3`, `(or (= a 1) (and (= b 2) (= c 3)))`, `a = 1 OR b = 2 AND c = 3`, refused, `a eq 1 or b eq 2 and c eq 3`},
	{"25", `(a=1 OR b=2) AND c=3`, `(and (group (or (= a 1) (= b 2))) (= c 3))`, `(a = 1 OR b = 2) AND c = 3`, refused, `(a eq 1 or b eq 2) and c eq 3`},
	{"26", `LastModifiedDate>'2018-01-15T00:00:00.000Z' AND (Name='Account Name' OR Industry='Apparel')`, `(and (> LastModifiedDate "2018-01-15T00:00:00.000Z") (group (or (= Name "Account Name") (= Industry "Apparel"))))`, `LastModifiedDate > '2018-01-15T00:00:00.000Z' AND (Name = 'Account Name' OR Industry = 'Apparel')`, refused, `LastModifiedDate gt '2018-01-15T00:00:00.000Z' and (Name eq 'Account Name' or Industry eq 'Apparel')`},
	{"27", `lastActivityDate > '2016-01-01' and (lastName = 'Eckle' or lastName = 'Schrage')`, `(and (> lastActivityDate "2016-01-01") (group (or (= lastName "Eckle") (= lastName "Schrage"))))`, `lastActivityDate > '2016-01-01' AND (lastName = 'Eckle' OR lastName = 'Schrage')`, refused, `lastActivityDate gt '2016-01-01' and (lastName eq 'Eckle' or lastName eq 'Schrage')`},
	{"28", "`metaData.lastUpdateTime` > 2015-01-06T09:31:38-07:00 ", `(> metaData.lastUpdateTime ~2015-01-06T09:31:38-07:00)`, `metaData.lastUpdateTime > 2015-01-06T09:31:38-07:00`, `metaData.lastUpdateTime=2015-01-06T09:31:38-07:00`, `metaData.lastUpdateTime gt '2015-01-06T09:31:38-07:00'`},
	{"29", "Subject = `Test3`", `(= Subject "Test3")`, `Subject = 'Test3'`, `Subject=Test3`, `Subject eq 'Test3'`},
	{"30", `"$city"='Dallas'`, `(= $city "Dallas")`, `$city = 'Dallas'`, `$city=Dallas`, `$city eq 'Dallas'`},
	{"31", `'Modified Time'>'2016-06-22 11:15:20'`, `(> [Modified Time] "2016-06-22 11:15:20")`, `'Modified Time' > '2016-06-22 11:15:20'`, `Modified Time=2016-06-22 11:15:20`, `Modified Time gt '2016-06-22 11:15:20'`},
	{"32", `id="a-1"`, `(= id "a-1")`, `id = 'a-1'`, `id=a-1`, `id eq 'a-1'`},
	{"33", `title = attach.txt`, `(= title ~attach.txt)`, ``, `title=attach.txt`, `title eq 'attach.txt'`},
	{"34", `type = string`, `(= type ~string)`, ``, `type=string`, `type eq 'string'`},
	{"35", `company.id='42'`, `(= company.id "42")`, `company.id = '42'`, `company.id=42`, `company/id eq '42'`},
	{"36", `status_transitions.canceled>0`, `(> status_transitions.canceled 0)`, `status_transitions.canceled > 0`, `status_transitions.canceled=0`, `status_transitions/canceled gt 0`},
	{"37", `created_at__gte='2020-01-01'`, `(= created_at__gte "2020-01-01")`, `created_at__gte = '2020-01-01'`, `created_at__gte=2020-01-01`, `created_at__gte eq '2020-01-01'`},
	{"38", `value='x'`, `(= value "x")`, `value = 'x'`, `value=x`, `value eq 'x'`},
	{"39", `order = 5`, `(= order 5)`, ``, `order=5`, `order eq 5`},
	{"40", `from='2017-01-01' AND to='2017-02-01'`, `(and (= from "2017-01-01") (= to "2017-02-01"))`, `from = '2017-01-01' AND to = '2017-02-01'`, `from=2017-01-01&to=2017-02-01`, `from eq '2017-01-01' and to eq '2017-02-01'`},
	{"41", `in='x'`, `(= in "x")`, `in = 'x'`, `in=x`, `in eq 'x'`},
	{"42", `like like 'a%'`, `(like like "a%")`, `like LIKE 'a%'`, `like=a%`, `startswith(like,'a')`},
	{"43", `groupId='5805336f295c9107f80f1c50' AND lastName='smith'`, `(and (= groupId "5805336f295c9107f80f1c50") (= lastName "smith"))`, `groupId = '5805336f295c9107f80f1c50' AND lastName = 'smith'`, `groupId=5805336f295c9107f80f1c50&lastName=smith`, `groupId eq '5805336f295c9107f80f1c50' and lastName eq 'smith'`},
	{"44", `note='a = b (c) [d] "e" | f:g'`, `(= note "a = b (c) [d] "e" | f:g")`, `note = 'a = b (c) [d] "e" | f:g'`, `note=a = b (c) [d] "e" | f:g`, `note eq 'a = b (c) [d] "e" | f:g'`},
	{"45", `users[*].name='Bo'`, `(= users[*].name "Bo")`, `users[*].name = 'Bo'`, `users[*].name=Bo`, `users[*]/name eq 'Bo'`},
	{"46", `a = 'x' AND ( b = 'y' )`, `(and (= a "x") (group (= b "y")))`, `a = 'x' AND (b = 'y')`, `a=x&b=y`, `a eq 'x' and (b eq 'y')`},
	{"47", `((a=1))`, `(group (group (= a 1)))`, `((a = 1))`, `a=1`, `((a eq 1))`},
	{"48", ``, `()`, ``, ``, ``},
	{"49", `   `, `()`, `-`, ``, ``},

	// Rules that no row of the table shows.
	{"<> is !=", `a<>1`, `(!= a 1)`, `a != 1`, `a=1`, `a ne 1`},
	{"a comparator without blanks", `a<=1 AND b<2 AND c>3`, `(and (<= a 1) (< b 2) (> c 3))`, `a <= 1 AND b < 2 AND c > 3`, `a=1&b=2&c=3`, `a le 1 and b lt 2 and c gt 3`},
	{"NOT IN", `a not in (1, 'b')`, `(nin a 1 "b")`, `a NOT IN (1, 'b')`, refused, `(a ne 1 and a ne 'b')`},
	{"NOT LIKE a beginning", `a NOT like 'x%'`, `(nlike a "x%")`, `a NOT LIKE 'x%'`, refused, `not startswith(a,'x')`},
	{"NOT LIKE a whole text", `a NOT LIKE 'x'`, `(nlike a "x")`, ``, refused, `a ne 'x'`},
	{"LIKE everything", `a LIKE '%'`, `(like a "%")`, ``, `a=%`, `endswith(a,'')`},
	{"an inner wildcard", `a LIKE 'x%y'`, `(like a "x%y")`, ``, `a=x%y`, refused},
	{"a repeated attribute", `a=1 AND a=2`, `(and (= a 1) (= a 2))`, `a = 1 AND a = 2`, `a=1&a=2`, `a eq 1 and a eq 2`},
	{"words that are keywords elsewhere", `and = or AND not = null AND is IS NULL OR select LIKE from`, `(or (and (= and ~or) (= not null) (null is)) (like select ~from))`, ``, refused, `and eq 'or' and not eq null and is eq null or select eq 'from'`},
	{"keywords against brackets and quotes", `a IN(1)AND(b LIKE'x')or`, `-`, ``, ``, ``},
	{"a bare value with a semicolon", `a = x;y`, `(= a ~x;y)`, ``, `a=x;y`, `a eq 'x;y'`},
	{"signs", `a = -5 AND b = +1.50 AND c = - AND d = 1. AND e = 007 AND f = --1`, `(and (= a -5) (= b +1.50) (= c ~-) (= d ~1.) (= e 007) (= f ~--1))`, ``, `a=-5&b=+1.50&c=-&d=1.&e=007&f=--1`, `a eq -5 and b eq +1.50 and c eq '-' and d eq '1.' and e eq 007 and f eq '--1'`},
	{"a number longer than any integer", `a = 123456789012345678901234567890.10`, `(= a 123456789012345678901234567890.10)`, ``, `a=123456789012345678901234567890.10`, `a eq 123456789012345678901234567890.10`},
	{"every kind of quote in its own kind", "\"a\"\"b\" = \"c\"\"d\" AND `e``f` = `g``h`", "(and (= [a\"b] \"c\"d\") (= [e`f] \"g`h\"))", "'a\"b' = 'c\"d' AND 'e`f' = 'g`h'", "a\"b=c\"d&e`f=g`h", refused},
	{"letters beyond ASCII", `größe = Süß AND 姓 = '李'`, `(and (= größe ~Süß) (= 姓 "李"))`, ``, `größe=Süß&姓=李`, `größe eq 'Süß' and 姓 eq '李'`},
	{"blanks of every sort", "\t a\r\n=\t1 \n", `(= a 1)`, `a = 1`, `a=1`, `a eq 1`},
}

func TestTheWorkedExamplesReadPrintAndConvert(t *testing.T) {
	t.Parallel()
	for _, w := range worked {
		t.Run(w.row, func(t *testing.T) {
			t.Parallel()
			e, err := ParseWhere(w.where)
			if w.tree == "-" {
				if err == nil {
					t.Fatalf("%s was read as %s", w.where, tree(e))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			canonical := w.canonical
			switch canonical {
			case "":
				canonical = w.where
			case "-":
				canonical = ""
			}
			same(t, "tree", tree(e), w.tree)
			same(t, "canonical text", Print(e), canonical)
			same(t, "toQueryParameters", queryText(ToQueryParameters(e)), w.parameters)
			same(t, "toODataFilter", textOrRefused(ToOData(e, ODataOptions{})), w.odata)
		})
	}
}

func TestCanonicalTextReadsAsTheSameTree(t *testing.T) {
	t.Parallel()
	for _, w := range worked {
		if w.tree == "-" {
			continue
		}
		first := mustParse(t, w.where)
		second := mustParse(t, Print(first))
		same(t, w.row, tree(second), tree(first))
	}
}

func TestAWholeStatementIsRead(t *testing.T) {
	t.Parallel()
	for _, s := range []struct{ row, text, fields, object, where, order, limit, canonical string }{
		{"S1", `select * from contacts`, `*`, `contacts`, `()`, ``, ``, `SELECT * FROM contacts`},
		{"S2", `SELECT Name,Parent.Name FROM Account`, `Name, Parent.Name`, `Account`, `()`, ``, ``, `SELECT Name, Parent.Name FROM Account`},
		{"S3", `select id, name from accounts where Name='x'`, `id, name`, `accounts`, `(= Name "x")`, ``, ``, `SELECT id, name FROM accounts WHERE Name = 'x'`},
		{"S4", `select * from contacts limit 100`, `*`, `contacts`, `()`, ``, `100`, `SELECT * FROM contacts LIMIT 100`},
		{"S5", `select * from contacts limit 100 where id = 12`, `*`, `contacts`, `(= id 12)`, ``, `100`, `SELECT * FROM contacts WHERE id = 12 LIMIT 100`},
		{"S6", `select * from contacts where activityTypeIds in (1,12) limit 100`, `*`, `contacts`, `(in activityTypeIds 1 12)`, ``, `100`, `SELECT * FROM contacts WHERE activityTypeIds IN (1, 12) LIMIT 100`},
		{"S7", `select * from contacts where a='x' order by name desc, id limit 5`, `*`, `contacts`, `(= a "x")`, `name desc, id asc`, `5`, `SELECT * FROM contacts WHERE a = 'x' ORDER BY name DESC, id LIMIT 5`},
		{"S8", `select 'Modified Time' from Leads`, `Modified Time`, `Leads`, `()`, ``, ``, `SELECT 'Modified Time' FROM Leads`},
		{"S9", `select value from order`, `value`, `order`, `()`, ``, ``, `SELECT value FROM order`},
		{"S10", `select * from contacts where limit = 5 limit 3`, `*`, `contacts`, `(= limit 5)`, ``, `3`, `SELECT * FROM contacts WHERE limit = 5 LIMIT 3`},
		{"clauses in any order", `select a from b order by c asc limit 0 where d is null`, `a`, `b`, `(null d)`, `c asc`, `0`, `SELECT a FROM b WHERE d IS NULL ORDER BY c LIMIT 0`},
		{"no blanks around *", `SELECT*FROM a`, `*`, `a`, `()`, ``, ``, `SELECT * FROM a`},
		{"names that are keywords", `select from, select from where where where = 1 order by desc desc, asc`, `from, select`, `where`, `(= where 1)`, `desc desc, asc asc`, ``, `SELECT from, select FROM where WHERE where = 1 ORDER BY desc DESC, asc`},
	} {
		t.Run(s.row, func(t *testing.T) {
			t.Parallel()
			q, err := ParseQuery(s.text)
			if err != nil {
				t.Fatal(err)
			}
			fields, limit := "*", ""
			if q.Fields != nil {
				fields = strings.Join(q.Fields, ", ")
			}
			if q.Limit != nil {
				limit = fmt.Sprint(*q.Limit)
			}
			same(t, "fields", fields, s.fields)
			same(t, "object", q.Object, s.object)
			same(t, "where", tree(q.Where), s.where)
			same(t, "order", order(q.OrderBy), s.order)
			same(t, "limit", limit, s.limit)
			same(t, "canonical text", q.String(), s.canonical)
			again, err := ParseQuery(q.String())
			if err != nil {
				t.Fatal(err)
			}
			same(t, "canonical text read again", again.String(), s.canonical)
		})
	}
}

func TestWhatDoesNotReadIsRefusedWithPositionAndToken(t *testing.T) {
	t.Parallel()
	where := func(text string) error { _, err := ParseWhere(text); return err }
	query := func(text string) error { _, err := ParseQuery(text); return err }
	orderBy := func(text string) error { _, err := ParseOrderBy(text); return err }
	for _, r := range []struct {
		row    string
		parse  func(string) error
		text   string
		reason string
	}{
		{"R1", where, `name`, `operator expected at position 5`},
		{"R2", where, `name =`, `value expected at position 7`},
		{"R3", where, `= 'x'`, `attribute expected at position 1`},
		{"R4", where, `name='x`, `unterminated ' at position 6`},
		{"R5", where, `name='x' AND`, `attribute expected at position 13`},
		{"R6", where, `name='x' lastName='y'`, `unexpected 'lastName='y'' at position 10`},
		{"R7", where, `(a=1`, `')' expected at position 5`},
		{"R8", where, `a=1)`, `unexpected ')' at position 4`},
		{"R9", where, `a in ()`, `value expected at position 7`},
		{"R10", where, `a in 5`, `'(' expected at position 6`},
		{"R11", where, `a == 1`, `value expected at position 4`},
		{"R12", where, `a is 5`, `NULL expected at position 6`},
		{"R13", where, `a='x';b='y'`, `unexpected ';b='y'' at position 6`},
		{"R14", where, `name='O'Brien'`, `unexpected 'Brien'' at position 9`},
		{"R15", where, `NOT a=1`, `operator expected at position 5`},
		{"R16", where, `a between 1 and 2`, `operator expected at position 3`},
		{"R17", query, `select * contacts`, `FROM expected at position 10`},
		{"R18", query, `select from contacts`, `FROM expected at position 13`},
		{"R19", query, `select * from`, `attribute expected at position 14`},
		{"R20", query, `select * from contacts where`, `attribute expected at position 29`},
		{"R21", query, `select * from contacts limit x`, `integer expected at position 31`},
		{"R22", query, `select * from contacts limit 1 limit 2`, `duplicate LIMIT at position 37`},
		{"R23", query, `delete from contacts`, `SELECT expected at position 1`},
		{"R24", query, ``, `SELECT expected at position 1`},

		{"positions count characters", where, `größe='李` + "\u0301" + `' 姓='x'`, `unexpected '姓='x'' at position 12`},
		{"a bracket inside an expression", where, `(a=1 b=2)`, `unexpected 'b=2)' at position 6`},
		{"an open list", where, `a in (1`, `')' expected at position 8`},
		{"a list without commas", where, `a in (1 2)`, `unexpected '2)' at position 9`},
		{"a list that ends in a comma", where, `a in (1,)`, `value expected at position 9`},
		{"an operator cut in half", where, `a ! 1`, `operator expected at position 3`},
		{"NOT without IN or LIKE", where, `a NOT = 1`, `operator expected at position 3`},
		{"a keyword without its blank", where, `a = 1 ANDb = 2`, `unexpected 'ANDb = 2' at position 7`},
		{"a name without letters", where, `''='x'`, `attribute expected at position 1`},
		{"a name that begins with a digit", where, `1a = 2`, `attribute expected at position 1`},
		{"a long rest is cut", where, `a=1 ` + strings.Repeat("b", 100), `unexpected '` + strings.Repeat("b", 60) + `…' at position 5`},
		{"bytes that are no text", where, "a='\xff'", `the text is not valid UTF-8`},
		{"two WHERE", query, `select * from a where b=1 where c=2`, `duplicate WHERE at position 32`},
		{"two ORDER BY", query, `select * from a order by b order by c`, `duplicate ORDER BY at position 33`},
		{"ORDER without BY", query, `select * from a order b`, `BY expected at position 23`},
		{"a negative limit", query, `select * from a limit -1`, `integer expected at position 25`},
		{"a limit beyond integers", query, `select * from a limit 99999999999999999999`, `integer expected at position 43`},
		{"text behind a statement", query, `select * from a b`, `unexpected 'b' at position 17`},
		{"no fields", query, `select`, `attribute expected at position 7`},
		{"a stray quote in an order", orderBy, `ReceivedDateTime desc'`, `unexpected ''' at position 22`},
		{"an order that ends in a comma", orderBy, `a,`, `attribute expected at position 3`},
	} {
		t.Run(r.row, func(t *testing.T) {
			t.Parallel()
			err := r.parse(r.text)
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("not refused as invalid: %v", err)
			}
			same(t, "message", err.Error(), "Error parsing query: "+r.reason)
		})
	}
}

func TestLimitsOfAnExpressionAreExact(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("(", n) + "a=1" + strings.Repeat(")", n) }
	list := func(n int) string { return "a in (1" + strings.Repeat(",1", n-1) + ")" }
	long := func(n int) string { return "a='" + strings.Repeat("x", n-4) + "'" }
	for _, l := range []struct{ name, fits, tooMuch, says string }{
		{"nesting", nested(MaxNesting), nested(MaxNesting + 1), "more than 64 brackets in each other at position 65"},
		{"values of IN", list(MaxList), list(MaxList + 1), "more than 1000 values in one IN at position 2008"},
		{"length", long(MaxLength), long(MaxLength + 1), "longer than 16384 bytes"},
		{"brackets beside each other", strings.Repeat("(a=1) AND ", 100) + "(a=1)", nested(MaxNesting * 10), "more than 64"},
	} {
		if _, err := ParseWhere(l.fits); err != nil {
			t.Errorf("%s: what fits is refused: %v", l.name, err)
		}
		_, err := ParseWhere(l.tooMuch)
		if !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), "Error parsing query: ") || !strings.Contains(err.Error(), l.says) {
			t.Errorf("%s: got %v, want %q", l.name, err, l.says)
		}
	}
}

func TestOrderByIsReadForOurOwnLists(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                                      ``,
		`  `:                                    ``,
		`name`:                                  `name asc`,
		`name desc, updated_at`:                 `name desc, updated_at asc`,
		`a ASC,b DESC`:                          `a asc, b desc`,
		`'Modified Time' desc, desc desc, asc `: `Modified Time desc, desc desc, asc asc`,
	} {
		sorts, err := ParseOrderBy(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		same(t, text, order(sorts), want)
	}
}

func mustParse(t testing.TB, where string) Expr {
	t.Helper()
	e, err := ParseWhere(where)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func same(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

func queryText(pairs []Pair, err error) string {
	if fault.Is(err, fault.Invalid) {
		return refused
	}
	texts := make([]string, len(pairs))
	for i, p := range pairs {
		texts[i] = p.Name + "=" + p.Value
	}
	return strings.Join(texts, "&")
}

func textOrRefused(text string, err error) string {
	if fault.Is(err, fault.Invalid) {
		return refused
	}
	return text
}

func order(sorts []Sort) string {
	texts := make([]string, len(sorts))
	for i, s := range sorts {
		texts[i] = s.Attr + map[bool]string{false: " asc", true: " desc"}[s.Desc]
	}
	return strings.Join(texts, ", ")
}

// tree writes an expression in the notation of reference/ceql.md §9.
func tree(e Expr) string {
	switch e := e.(type) {
	case And:
		return branch("and", e.Terms)
	case Or:
		return branch("or", e.Terms)
	case Group:
		return branch("group", []Expr{e.Expr})
	case Cond:
		words := map[Op]string{In: "in", NotIn: "nin", Like: "like", NotLike: "nlike", Null: "null", NotNull: "not-null"}
		word, ok := words[e.Op]
		if !ok {
			word = e.Op.String()
		}
		name := e.Attr
		if printName(name) != name {
			name = "[" + name + "]"
		}
		parts := []string{word, name}
		for _, v := range e.Values {
			switch v.Kind {
			case String:
				parts = append(parts, `"`+v.Text+`"`)
			case Bare:
				parts = append(parts, "~"+v.Text)
			default:
				parts = append(parts, v.Text)
			}
		}
		return "(" + strings.Join(parts, " ") + ")"
	}
	return "()"
}

func branch(word string, terms []Expr) string {
	for _, term := range terms {
		word += " " + tree(term)
	}
	return "(" + word + ")"
}
