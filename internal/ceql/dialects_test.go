package ceql

import (
	"strings"
	"testing"

	"jackfield/internal/fault"
)

// said is what a converter makes of an expression, as one text, or refused.
func said(t testing.TB, name, where string, o Options) string {
	t.Helper()
	c, err := Convert(name, mustParse(t, where), o)
	if err != nil {
		if !fault.Is(err, fault.Invalid) {
			t.Fatalf("%s of %s: %v is not the caller's fault", name, where, err)
		}
		return refused
	}
	if c.JSON != nil {
		return string(c.JSON)
	}
	if c.Terms != nil {
		return queryText(c.Terms, nil)
	}
	return c.Text
}

func TestEachDialectSaysItsProvidersWords(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string][][2]string{
		"toSOQL": {
			{`Name='Churro''s Test Account'`, `Name = 'Churro\'s Test Account'`}, // reference/ceql.md §9 row 4
			{`internalId in (1,2,3)`, `internalId IN (1, 2, 3)`},                 // row 17
			{`Name IN ('a','it''s') AND Id NOT IN (x)`, `Name IN ('a', 'it\'s') AND Id NOT IN ('x')`},
			{`Name <> 'a' OR IsActive = TRUE OR Amount >= +10.50`, `Name != 'a' OR IsActive = true OR Amount >= 10.50`},
			{`a=1 OR b=2 AND c=3`, `a = 1 OR (b = 2 AND c = 3)`},
			{`(a=1 OR b=2) AND c=3`, `(a = 1 OR b = 2) AND c = 3`},
			{`Name LIKE 'a_b%' AND Email NOT LIKE '%x'`, `Name LIKE 'a\_b%' AND (NOT Email LIKE '%x')`},
			{`Email IS NULL AND Phone is not null AND Fax = null`, `Email = null AND Phone != null AND Fax = null`},
			{`Account.Name = 'x'`, `Account.Name = 'x'`},
			{`LastModifiedDate > '2018-01-15T00:00:00.000Z'`, `LastModifiedDate > 2018-01-15T00:00:00.000Z`},
			{`SystemModstamp >= '2018-01-15T00:00:00.000+0000'`, `SystemModstamp >= 2018-01-15T00:00:00.000+00:00`},
			{`Account.CreatedDate > '2018-01-15T00:00:00'`, `Account.CreatedDate > 2018-01-15T00:00:00Z`},
			{`CloseDate = '2018-01-15' AND CreatedDate = TODAY AND CreatedDate > LAST_N_DAYS:30`, `CloseDate = 2018-01-15 AND CreatedDate = TODAY AND CreatedDate > LAST_N_DAYS:30`},
			{`CreatedDate > '2018-01-15T00:00:00Z OR Id != null'`, `CreatedDate > '2018-01-15T00:00:00Z OR Id != null'`},
			{`Name = '2018-01-15T00:00:00Z'`, `Name = '2018-01-15T00:00:00Z'`},
			{`Renewal__c > 2018-01-15T00:00:00-0500 AND Renewal__c < 2018-01-15`, `Renewal__c > 2018-01-15T00:00:00-05:00 AND Renewal__c < 2018-01-15`},
			{`Name = 'back\slash'`, `Name = 'back\\slash'`},
			{"Name = 'a\nb'", `Name = 'a\nb'`},
			{`"Name = '' OR Name" = 'x'`, refused},
			{`'Modified Time' = 'x'`, refused},
			{`a..b = 1`, refused},
			{`$x = 1`, refused},
		},
		"toJQL": {
			{`project = 'ABC' AND status IN (Open, 'In Progress')`, `project = "ABC" AND status IN ("Open", "In Progress")`},
			{`status != Done AND id = 10001`, `status != "Done" AND id = 10001`},
			{`cf[10010] = 5 OR 'Story Points' > 3 OR order = 1`, `cf[10010] = 5 OR "Story Points" > 3 OR "order" = 1`},
			{`assignee IS NULL AND resolution is not null AND parent = null AND due != null`, `assignee IS EMPTY AND resolution IS NOT EMPTY AND parent IS EMPTY AND due IS NOT EMPTY`},
			{`updated >= '2018-01-15T00:00:00.000Z'`, `updated >= 1515974400000`},
			{`updated >= '2018-01-15' AND updated < '2018/01/16 10:00'`, `updated >= "2018-01-15" AND updated < "2018/01/16 10:00"`},
			{`summary LIKE '%printer%'`, `summary ~ "printer"`},
			{`summary LIKE 'print%' AND summary NOT LIKE '%fax%'`, `summary ~ "print*" AND summary !~ "fax"`},
			{`summary LIKE 'on fire'`, `summary ~ "\"on fire\""`},
			{`summary LIKE '%C++ "x"%'`, `summary ~ "C\\+\\+ \\\"x\\\""`},
			{`summary LIKE '%x'`, refused},
			{`summary LIKE 'a%b'`, refused},
			{`summary = 'a" OR project = "B'`, `summary = "a\" OR project = \"B"`},
			{`summary = 'a\'`, `summary = "a\\"`},
			{`'x" = 1 OR "y' = 1`, `"x\" = 1 OR \"y" = 1`},
			{"'a\nb' = 1", refused},
			{`(a=1 OR b=2) AND labels NOT IN (x)`, `("a" = 1 OR "b" = 2) AND labels NOT IN ("x")`},
			{`archived = TRUE`, `"archived" = "true"`},
		},
		"toZendeskSearch": {
			{`type='ticket' AND status=open AND created>2026-01-01`, `type:ticket status:open created>2026-01-01`},
			{`status IN (open, pending) AND priority != low`, `status:open status:pending -priority:low`},
			{`status = open OR (status = pending OR status IN (new))`, `status:open status:pending status:new`},
			{`status NOT IN (closed, solved) AND updated <= '2026-01-01T10:00:00Z'`, `-status:closed -status:solved updated<=2026-01-01T10:00:00Z`},
			{`subject = 'printer on fire' AND tags = ''`, `subject:"printer on fire" tags:""`},
			{`assignee IS NULL AND organization is not null AND group = null AND brand != null`, `assignee:none organization:* group:none -brand:none`},
			{`assignee = none AND x = '-y' AND z = 'a*'`, `assignee:"none" x:"-y" z:"a*"`},
			{`subject LIKE 'photo%' AND description LIKE '%on fire%' AND name NOT LIKE '%x%'`, `subject:photo* description:"on fire" -name:x`},
			{`subject LIKE 'x' AND subject2 LIKE '%a b%'`, `subject:"x" subject2:"a b"`},
			{`subject LIKE '%x'`, refused},
			{`subject LIKE 'a b%'`, refused},
			{`status = open OR priority = low`, refused},
			{`status = open AND status = pending`, refused},
			{`status = open AND (status = pending)`, refused},
			{`status = open OR status > a`, refused},
			{`a = 'x" status:"open'`, refused},
			{`a = 'x\'`, refused},
			{"a = 'x\n'", refused},
			{`"a:b c" = 1`, refused},
			{`custom_field_360 = 5`, `custom_field_360:5`},
		},
		"toFreshdesk": {
			{`status=2 AND priority=3`, `"status:2 AND priority:3"`},
			{`type = 'Question' OR a = 1 AND b = true`, `"type:'Question' OR (a:1 AND b:true)"`},
			{`(a=1 OR b=2) AND c IN (3, '4')`, `"(a:1 OR b:2) AND (c:3 OR c:'4')"`},
			{`a IN (3)`, `"a:3"`},
			{`agent_id IS NULL AND group_id = null`, `"agent_id:null AND group_id:null"`},
			{`priority >= 2 AND priority <= 3`, `"priority:>2 AND priority:<3"`},
			{`priority > 2 AND priority < 4`, `"priority:>3 AND priority:<3"`},
			{`created_at >= '2026-01-31' AND updated_at < '2026-02-01T23:30:00-02:00'`, `"created_at:>'2026-01-31' AND updated_at:<'2026-02-02'"`},
			{`amount >= 1.5`, `"amount:>1.5"`},
			{`amount > 1.5`, refused},
			{`name > 'x'`, refused},
			{`a != 1`, refused},
			{`a LIKE 'x'`, refused},
			{`a is not null`, refused},
			{`a NOT IN (1)`, refused},
			{`a = 'x'' OR b:''1'`, refused},
			{`a = 'x" &page="2'`, refused},
			{`a > 99999999999999999999`, refused},
			{`a = '` + strings.Repeat("x", 500) + `'`, `"a:'` + strings.Repeat("x", 500) + `'"`},
			{`a = '` + strings.Repeat("x", 520) + `'`, refused},
		},
		"toHubSpotFilterGroups": {
			{`email = 'a@b.example'`, `[{"filters":[{"propertyName":"email","operator":"EQ","value":"a@b.example"}]}]`},
			{`a != 1 AND b < 2 AND c <= 3 AND d > 4 AND e >= ''`, `[{"filters":[{"propertyName":"a","operator":"NEQ","value":"1"},{"propertyName":"b","operator":"LT","value":"2"},{"propertyName":"c","operator":"LTE","value":"3"},{"propertyName":"d","operator":"GT","value":"4"},{"propertyName":"e","operator":"GTE","value":""}]}]`},
			{`(a = 1 OR b = 2) AND c = 3`, `[{"filters":[{"propertyName":"a","operator":"EQ","value":"1"},{"propertyName":"c","operator":"EQ","value":"3"}]},{"filters":[{"propertyName":"b","operator":"EQ","value":"2"},{"propertyName":"c","operator":"EQ","value":"3"}]}]`},
			{`a IN (1, x) OR b NOT IN (y)`, `[{"filters":[{"propertyName":"a","operator":"IN","values":["1","x"]}]},{"filters":[{"propertyName":"b","operator":"NOT_IN","values":["y"]}]}]`},
			{`a LIKE '%x%' AND b LIKE 'x%' AND c LIKE '%x' AND d LIKE x AND e NOT LIKE '%x%' AND f NOT LIKE x`, `[{"filters":[{"propertyName":"a","operator":"CONTAINS_TOKEN","value":"*x*"},{"propertyName":"b","operator":"CONTAINS_TOKEN","value":"x*"},{"propertyName":"c","operator":"CONTAINS_TOKEN","value":"*x"},{"propertyName":"d","operator":"EQ","value":"x"},{"propertyName":"e","operator":"NOT_CONTAINS_TOKEN","value":"*x*"},{"propertyName":"f","operator":"NEQ","value":"x"}]}]`},
			{`a IS NULL AND b is not null AND c = null AND d != null`, `[{"filters":[{"propertyName":"a","operator":"NOT_HAS_PROPERTY"},{"propertyName":"b","operator":"HAS_PROPERTY"},{"propertyName":"c","operator":"NOT_HAS_PROPERTY"},{"propertyName":"d","operator":"HAS_PROPERTY"}]}]`},
			{`a LIKE 'x%y'`, refused},
			{joined(" OR ", 7), refused},
			{joined(" AND ", 7), refused},
			{`(` + joined(" AND ", 6) + `) OR (` + joined(" AND ", 6) + `) OR (` + joined(" AND ", 6) + `) OR z = 1`, refused},
			{`(` + joined(" OR ", 3) + `) AND (` + joined(" OR ", 3) + `)`, refused},
		},
		"toCloseQuery": {
			{`name = 'Bluth' AND status != 'Bad Fit'`, `name:"Bluth" and not status:"Bad Fit"`},
			{`date_updated > '2026-01-01' OR opportunities >= 2 AND x = true`, `date_updated > "2026-01-01" or (opportunities >= 2 and x:true)`},
			{`a IN (x, 2) AND b NOT IN (y, z) AND c IN (1)`, `(a:"x" or a:2) and (not b:"y" and not b:"z") and c:1`},
			{`a LIKE 'Acm%' AND b LIKE '%x y%' AND c NOT LIKE z`, `a:Acm* and b:"x y" and not c:"z"`},
			{`a IS NULL AND b is not null AND c = null AND d != null`, `not a:* and b:* and not c:* and d:*`},
			{`'custom.Lead Owner' = 'x'`, `"custom.Lead Owner":"x"`},
			{`a = 'x" or b:"y'`, `a:"x\" or b:\"y"`},
			{`a LIKE '%x'`, refused},
			{`a LIKE 'x y%'`, refused},
			{`$a = 1`, refused},
		},
		"toStripeSearch": {
			{`email = 'a@b.example' AND created > 1620310503`, `email:"a@b.example" AND created>1620310503`},
			{`currency != usd AND metadata.order_id = '7'`, `-currency:"usd" AND metadata["order_id"]:"7"`},
			{`a IN (x, y)`, `a:"x" OR a:"y"`},
			{`a NOT IN (x, y) AND b = true`, `-a:"x" AND -a:"y" AND b:true`},
			{`name LIKE '%rocket%' AND name2 LIKE x AND a NOT LIKE '%y%'`, `name~"rocket" AND name2:"x" AND -a~"y"`},
			{`url IS NULL OR url2 is not null OR c = null`, `url:null OR -url2:null OR c:null`},
			{`a = 1 OR b = 2`, `a:1 OR b:2`},
			{`((a = 1 OR b = 2))`, `a:1 OR b:2`},
			{`a = 1 OR b = 2 AND c = 3`, refused},
			{`a IN (1, 2) AND b = 1`, refused},
			{`a IN (1) AND b = 1`, `a:1 AND b:1`},
			{`name LIKE 'x%'`, refused},
			{`a = 'x" OR b:"y'`, `a:"x\" OR b:\"y"`},
			{`'metadata.a"]:"' = 1`, `metadata["a\"]:\""]:1`},
			{`"a b" = 1`, refused},
		},
		"toWiql": {
			{`System.Title = 'it''s' AND 'Assigned To' != x`, `[System.Title] = 'it''s' AND [Assigned To] <> 'x'`},
			{`a LIKE '%x%' OR a NOT LIKE '%y%' OR b LIKE z OR b NOT LIKE z`, `[a] CONTAINS 'x' OR [a] NOT CONTAINS 'y' OR [b] = 'z' OR [b] <> 'z'`},
			{`(a IN (1, x) OR b NOT IN (2)) AND c IS NULL AND d is not null`, `([a] IN (1, 'x') OR [b] NOT IN (2)) AND [c] = '' AND [d] <> ''`},
			{`a LIKE 'x%'`, refused},
			{`'a] = 1 OR [b' = 1`, refused},
		},
		"toSFDCReportFilter": {
			{`a = 'x' AND b IN (1, y) AND c LIKE '%z%'`, `[{"column":"a","operator":"equals","value":"x"},{"column":"b","operator":"equals","value":"1,y"},{"column":"c","operator":"contains","value":"z"}]`},
			{`a IS NULL AND (b != null AND c LIKE 'x%') AND d > 5 AND e NOT LIKE x`, `[{"column":"a","operator":"equals","value":""},{"column":"b","operator":"notEqual","value":""},{"column":"c","operator":"startsWith","value":"x"},{"column":"d","operator":"greaterThan","value":"5"},{"column":"e","operator":"notEqual","value":"x"}]`},
			{`a = 1 OR b = 2`, refused},
			{`a IN ('x,y', z)`, refused},
			{`a LIKE '%x'`, refused},
		},
		"toQuickbase": {
			{`a = 'x' AND b != 2 OR c >= 3`, `({'a'.EX.'x'}AND{'b'.XEX.'2'})OR{'c'.GTE.'3'}`},
			{`a LIKE '%x%' AND b LIKE 'x%' AND c NOT LIKE '%x%' AND d LIKE x`, `{'a'.CT.'x'}AND{'b'.SW.'x'}AND{'c'.XCT.'x'}AND{'d'.EX.'x'}`},
			{`a IN (1, 2) AND b NOT IN (3, 4) AND c IS NULL AND d is not null`, `({'a'.EX.'1'}OR{'a'.EX.'2'})AND({'b'.XEX.'3'}AND{'b'.XEX.'4'})AND{'c'.EX.''}AND{'d'.XEX.''}`},
			{`a = 'x''}OR{''b''.EX.''y'`, refused},
			{`a LIKE '%x'`, refused},
		},
		"toBazaarvoice": {
			{`Rating >= 4 AND ProductId IN (a, b)`, `Filter=Rating:gte:4&Filter=ProductId:eq:a,b`},
			{`a = 'x:y,z'`, `Filter=a:eq:x\:y\,z`},
			{`a = 1 OR b = 2`, refused},
			{`a LIKE x`, refused},
		},
		"toFormFields": {
			{`a = 'x' AND b > 5`, `a=x&b=5`},
			{`a = 1 OR b = 2`, refused},
		},
		"toBodyFields": {
			{`a = 'x' AND b > 5 AND c = true AND d = null AND e = 007`, `{"a":"x","b":5,"c":true,"d":null,"e":"007"}`},
			{`a IN (1, x) AND b = 1 AND b = 2 AND c IN (3)`, `{"a":[1,"x"],"b":[1,2],"c":[3]}`},
			{`a NOT IN (1)`, refused},
			{`a = 1 OR b = 2`, refused},
		},
		"": {{`a='x' and b IN (1,2)`, `a = 'x' AND b IN (1, 2)`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, row := range rows {
				same(t, row[0], said(t, name, row[0], nil), row[1])
			}
		})
	}
}

func joined(between string, n int) string {
	terms := make([]string, n)
	for i := range terms {
		terms[i] = "a = 1"
	}
	return strings.Join(terms, between)
}

func TestOptionsOfAnInstanceChangeADialect(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, key, value, where, want string }{
		{"toODataFilter", "odata.like.function", "substringof", `a LIKE '%x%'`, `substringof('x',a)`},
		{"toODataV3Filter", "", "", `a > '2018-01-15T00:00:00Z'`, `a gt datetime'2018-01-15T00:00:00Z'`},
		{"toSOQL", "soql.date.fields", "Renewal__c, Other__c", `Renewal__c > '2018-01-15' AND CreatedDate > '2018-01-15'`, `Renewal__c > 2018-01-15 AND CreatedDate > '2018-01-15'`},
	} {
		same(t, row.where, said(t, row.name, row.where, Options{row.key: row.value}), row.want)
	}
}

func TestAConverterThatDoesNotExistRefusesWhereAndSaysSo(t *testing.T) {
	t.Parallel()
	_, err := Convert("toSugar", mustParse(t, `a = 1`), nil)
	same(t, "toSugar", fault.As(err).Message, `where is not supported on this resource: the connector names the converter toSugar, which does not exist here`)
	for _, name := range append(Converters(), "toSugar", "") {
		if c, err := Convert(name, nil, nil); err != nil || len(c.Terms) > 0 || c.Text != "" || len(c.JSON) > 0 {
			t.Errorf("%s of nothing: %v, %v", name, c, err)
		}
	}
}

func TestAttributesAreSearchedByTheProvidersOwnNames(t *testing.T) {
	t.Parallel()
	names := `{"created_at":"created","x":"Modified Time"}`
	for where, want := range map[string]string{
		`created_at > 5 AND (x = 1 OR y = 2)`: `created > 5 AND ('Modified Time' = 1 OR y = 2)`,
		`created = 5`:                         `created = 5`,
	} {
		e := mustParse(t, where)
		before := Print(e)
		same(t, where, Print(Rename(e, names)), want)
		same(t, "the renamed expression", Print(e), before)
		for _, nothing := range []string{"", "{", "[]"} {
			same(t, where, Print(Rename(e, nothing)), before)
		}
	}
	if Rename(nil, names) != nil {
		t.Error("nothing has no names")
	}
}
