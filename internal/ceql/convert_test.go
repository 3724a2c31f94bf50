package ceql

import (
	"encoding/json"
	"testing"

	"jackfield/internal/fault"
)

func TestODataIsWrittenInTheProvidersDialect(t *testing.T) {
	t.Parallel()
	act := ODataOptions{Like: "substringof"}
	bare := ODataOptions{Literals: "bare", Dates: "bare"}
	for _, c := range []struct {
		name    string
		options ODataOptions
		where   string
		want    string
	}{
		{"row 13 in version 3", ODataOptions{Version: 3}, `subject Like '%a''b%'`, `substringof('a''b',subject)`},
		{"row 26 in version 3", ODataOptions{Version: 3}, `LastModifiedDate>'2018-01-15T00:00:00.000Z' AND (Name='Account Name' OR Industry='Apparel')`, `LastModifiedDate gt datetime'2018-01-15T00:00:00.000Z' and (Name eq 'Account Name' or Industry eq 'Apparel')`},
		{"version 4 said outright", ODataOptions{Version: 4}, `a LIKE '%x%' AND b > '2018-01-15T00:00:00Z'`, `contains(a,'x') and b gt '2018-01-15T00:00:00Z'`},
		{"version 3 with the functions of 4", ODataOptions{Version: 3, Like: "contains", Dates: "quoted"}, `a LIKE '%x%' AND b > '2018-01-15T00:00:00Z'`, `contains(a,'x') and b gt '2018-01-15T00:00:00Z'`},
		{"version 4 with substringof", act, `a LIKE '%x%' AND b NOT LIKE '%y%'`, `substringof('x',a) and not substringof('y',b)`},
		{"LIKE at the ends does not depend on it", act, `a LIKE 'x%' OR a LIKE '%x' OR a NOT LIKE '%x' OR a LIKE 5`, `startswith(a,'x') or endswith(a,'x') or not endswith(a,'x') or a eq '5'`},
		{"act365 §3.1", act, `businessAddress.city = 'x' AND created >= '2019-12-06T12:00:50.508Z'`, `businessAddress/city eq 'x' and created ge '2019-12-06T12:00:50.508Z'`},
		{"bare literals", bare, `a = 'smith' AND b = '5551234' AND c = 'x@y.example' AND d = '2019-12-06T12:00:50.508Z'`, `a eq smith and b eq 5551234 and c eq x@y.example and d eq 2019-12-06T12:00:50.508Z`},
		{"bare literals that would not stay one token", bare, `a = 'x y' AND b = 'x) or (1' AND c = '' AND d = 'it''s'`, `a eq 'x y' and b eq 'x) or (1' and c eq '' and d eq 'it''s'`},
		{"bare literals that would be words of OData", bare, `a = 'null' AND b = 'True' AND c = 'or' AND d = 'eq'`, `a eq 'null' and b eq 'True' and c eq 'or' and d eq 'eq'`},
		{"LIKE patterns stay quoted", bare, `a LIKE 'x%'`, `startswith(a,'x')`},
		{"what only begins as a date-time", ODataOptions{Version: 3}, `a = '2018-01-15' OR a = '2018-01-15T00:00:00 or 1 eq 1' OR a = '2018-01-15T00:00:00+02:00'`, `a eq '2018-01-15' or a eq '2018-01-15T00:00:00 or 1 eq 1' or a eq datetime'2018-01-15T00:00:00+02:00'`},
		{"dates in IN", ODataOptions{Dates: "datetime"}, `a IN ('2018-01-15T00:00:00Z', 1)`, `(a eq datetime'2018-01-15T00:00:00Z' or a eq 1)`},
		{"an option nobody knows", ODataOptions{Version: 7, Like: "x", Literals: "x", Dates: "x"}, `a LIKE '%x%' AND b = 'y' AND c = '2018-01-15T00:00:00Z'`, `contains(a,'x') and b eq 'y' and c eq '2018-01-15T00:00:00Z'`},
		{"a name that would end itself", ODataOptions{}, `"a eq 1 or contains(b,'" = 1`, refused},
		{"a name with a line break", ODataOptions{}, "'a\nb' = 1", refused},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			same(t, c.where, textOrRefused(ToOData(mustParse(t, c.where), c.options)), c.want)
		})
	}
}

func TestARefusalSaysWhichAttributeAndWhatToDo(t *testing.T) {
	t.Parallel()
	for where, want := range map[string]string{
		`a = 1 AND email IS NULL`: `IS NULL is not supported in where of this resource (attribute email): use = or IN`,
		`a = 1 OR b = 2`:          `OR is not supported in where of this resource: ask once for each alternative`,
	} {
		_, err := ToQueryParameters(mustParse(t, where))
		same(t, where, fault.As(err).Message, want)
	}
	_, err := ToOData(mustParse(t, `name LIKE 'a%b'`), ODataOptions{})
	same(t, "inner wildcard", fault.As(err).Message, `LIKE with % inside the text is not supported for name: use it at the beginning and the end`)
}

func TestConvertersAreKnownByTheNamesThatDefinitionsUse(t *testing.T) {
	t.Parallel()
	for name, known := range map[string]bool{
		"toQueryParameters": true, "toODataFilter": true, "toODataV3Filter": true,
		"toSOQL": true, "toFreshdesk": true, "": false, "toodatafilter": false, "toSugar": false,
	} {
		if Known(name) != known {
			t.Errorf("Known(%q) = %t", name, !known)
		}
	}
	if len(Converters()) != len(converters) {
		t.Errorf("Converters() = %v", Converters())
	}
}

func TestScriptsSeeTheConditionsAsAFlatList(t *testing.T) {
	t.Parallel()
	for where, want := range map[string]string{
		``:                                       `null`,
		`lastName='smith'`:                       `[{"attribute":"lastName","operator":"=","value":"smith"}]`,
		`(a='x''y' OR b>5) AND c = FALSE`:        `[{"attribute":"a","operator":"=","value":"x'y"},{"attribute":"b","operator":"\u003e","value":"5"},{"attribute":"c","operator":"=","value":"false"}]`,
		`a in (1,'b') AND b not in (c)`:          `[{"attribute":"a","operator":"IN","value":["1","b"]},{"attribute":"b","operator":"NOT IN","value":["c"]}]`,
		`a is null AND b is not null AND c=null`: `[{"attribute":"a","operator":"IS NULL","value":null},{"attribute":"b","operator":"IS NOT NULL","value":null},{"attribute":"c","operator":"=","value":"null"}]`,
		`'Modified Time' <> x AND a like '%b%'`:  `[{"attribute":"Modified Time","operator":"!=","value":"x"},{"attribute":"a","operator":"LIKE","value":"%b%"}]`,
	} {
		got, err := json.Marshal(Flatten(mustParse(t, where)))
		if err != nil {
			t.Fatal(err)
		}
		same(t, where, string(got), want)
	}
}

func TestATopLevelEqualityIsLiftedOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ where, value, rest string }{
		{`groupId='5805336f295c9107f80f1c50' AND lastName='smith'`, `5805336f295c9107f80f1c50`, `lastName = 'smith'`}, // row 43
		{`groupId=5`, `5`, ``},
		{`"groupId"='5'`, `5`, ``},
		{`((groupId=5))`, `5`, ``},
		{`a=1 AND b=2 AND groupId=x`, `x`, `a = 1 AND b = 2`},
		{`a=1 AND groupId='' AND b=2`, ``, `a = 1 AND b = 2`},
		{`groupId=5 AND (a=1 OR b=2)`, `5`, `(a = 1 OR b = 2)`},
		{`a=1 AND (groupId=5 AND b=2)`, `5`, `a = 1 AND (b = 2)`},
		{`a=1 AND (groupId=5)`, `5`, `a = 1`},
		{`(groupId=5 AND a='groupId = 6')`, `5`, `(a = 'groupId = 6')`},
	} {
		e := mustParse(t, c.where)
		before := Print(e)
		value, rest, found, err := Lift(e, "groupId")
		if err != nil || !found {
			t.Errorf("%s: found %t, %v", c.where, found, err)
		}
		same(t, c.where, value, c.value)
		same(t, c.where, Print(rest), c.rest)
		same(t, "the expression lifted from", Print(e), before)
	}
}

func TestNothingIsLiftedWhereTheAttributeIsAbsent(t *testing.T) {
	t.Parallel()
	for _, where := range []string{``, `a=1`, `a='groupId' OR groupid=5`, `x.groupId=5`} {
		e := mustParse(t, where)
		_, rest, found, err := Lift(e, "groupId")
		if found || err != nil {
			t.Errorf("%s: found %t, %v", where, found, err)
		}
		same(t, where, Print(rest), Print(e))
	}
}

func TestALiftThatCannotBeSaidIsRefused(t *testing.T) {
	t.Parallel()
	for where, want := range map[string]string{
		`groupId=5 OR a=1`:               `The attribute groupId cannot stand under OR: combine it with AND`,
		`b=1 AND (groupId=5 OR a=1)`:     `The attribute groupId cannot stand under OR: combine it with AND`,
		`a=1 OR b=2 AND (groupId=5)`:     `The attribute groupId cannot stand under OR: combine it with AND`,
		`groupId!=5`:                     `The attribute groupId can only be compared with =, not with !=`,
		`groupId IN (5)`:                 `The attribute groupId can only be compared with =, not with IN`,
		`groupId NOT IN (5) AND a=1`:     `The attribute groupId can only be compared with =, not with NOT IN`,
		`groupId LIKE '5'`:               `The attribute groupId can only be compared with =, not with LIKE`,
		`groupId IS NULL`:                `The attribute groupId can only be compared with =, not with IS NULL`,
		`groupId=5 AND groupId=6`:        `The attribute groupId can only be given once`,
		`groupId=5 AND (groupId=5)`:      `The attribute groupId can only be given once`,
		`groupId=5 AND (groupId LIKE 5)`: `The attribute groupId can only be compared with =, not with LIKE`,
	} {
		_, _, found, err := Lift(mustParse(t, where), "groupId")
		if found || !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: found %t, %v", where, found, err)
			continue
		}
		same(t, where, err.Error(), want)
	}
}
