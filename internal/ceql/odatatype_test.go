package ceql

import "testing"

func TestValuesAreWrittenAsTheirFieldsAre(t *testing.T) {
	t.Parallel()
	fields := map[string][2]string{
		"Id": {"string", "uuid"}, "Age": {"integer", "int32"}, "Price": {"number", "double"}, "Active": {"boolean", ""}, "Zip": {"string", ""},
		"Born": {"string", "date"}, "Made": {"string", "date-time"},
	}
	typeOf := func(name string) (string, string) { return fields[name][0], fields[name][1] }
	for _, test := range []struct{ where, four, three string }{
		{`Id='3f2504e0-4f89-11d3-9a0c-0305e82c3301'`, "Id eq 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "Id eq guid'3f2504e0-4f89-11d3-9a0c-0305e82c3301'"},
		{`Id='x'' or 1 eq 1'`, "Id eq 'x'' or 1 eq 1'", "Id eq 'x'' or 1 eq 1'"},
		{`Age='5' AND Price>'1.50'`, "Age eq 5 and Price gt 1.50", "Age eq 5 and Price gt 1.50"},
		{`Age='5 or 1 eq 1'`, "Age eq '5 or 1 eq 1'", "Age eq '5 or 1 eq 1'"},
		{`Active='TRUE'`, "Active eq true", "Active eq true"},
		{`Zip=89073`, "Zip eq '89073'", "Zip eq '89073'"},
		{`Zip IN (1,'2')`, "(Zip eq '1' or Zip eq '2')", "(Zip eq '1' or Zip eq '2')"},
		{`Zip LIKE '89%'`, "startswith(Zip,'89')", "startswith(Zip,'89')"},
		{`Born='1906-12-09'`, "Born eq 1906-12-09", "Born eq '1906-12-09'"},
		{`Made>'2020-01-02T03:04:05'`, "Made gt 2020-01-02T03:04:05Z", "Made gt datetime'2020-01-02T03:04:05'"},
		{`Made>='2020-01-02'`, "Made ge 2020-01-02T00:00:00Z", "Made ge datetime'2020-01-02T00:00:00'"},
		{`Made<'2020-01-02T03:04:05+02:00'`, "Made lt 2020-01-02T03:04:05+02:00", "Made lt datetime'2020-01-02T03:04:05+02:00'"},
		{`Other=5 OR (Age IS NULL)`, "Other eq 5 or (Age eq null)", "Other eq 5 or (Age eq null)"},
	} {
		expr, err := ParseWhere(test.where)
		if err != nil {
			t.Fatal(err)
		}
		for version, want := range map[int]string{4: test.four, 3: test.three} {
			if got, err := ToOData(OfTypes(expr, typeOf), ODataOptions{Version: version}); err != nil || got != want {
				t.Errorf("%s in version %d is %s, want %s (%v)", test.where, version, got, want, err)
			}
		}
	}
}
