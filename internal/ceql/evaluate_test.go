package ceql

import (
	"encoding/json"
	"math"
	"testing"
)

func TestARecordMatchesByTheRulesOfItsOwnValues(t *testing.T) {
	t.Parallel()
	record := map[string]any{
		"name":    "Account Name",
		"code":    "007",
		"count":   10,
		"big":     json.Number("9007199254740993"),
		"price":   json.Number("10.50"),
		"huge":    json.Number("1e300"),
		"absurd":  json.Number("1e999999999"),
		"ratio":   0.5,
		"whole":   float64(3),
		"endless": math.Inf(1),
		"bytes":   uint8(200),
		"id":      int64(1512345678901),
		"active":  true,
		"beta":    false,
		"created": "2018-01-15T10:00:00.000Z",
		"local":   "2018-01-15T10:00:00",
		"day":     "2018-01-15",
		"mail":    "a_b@c.example",
		"nothing": nil,
		"list":    []int{1, 2},
		"a.b":     "dotted",
	}
	get := func(name string) (any, bool) {
		v, ok := record[name]
		return v, ok
	}
	for _, c := range []struct {
		where string
		want  bool
	}{
		{``, true},
		{`name = 'Account Name'`, true},
		{`name = 'account name'`, false},
		{`name != 'x'`, true},
		{`name <> 'Account Name'`, false},

		{`count = 10`, true},
		{`count = '10'`, true},
		{`count = 10.0`, true},
		{`count > 9`, true}, // as text, 10 would be less
		{`count > '9'`, true},
		{`count >= 10 AND count <= 10`, true},
		{`count < 10`, false},
		{`count = ten`, false},
		{`count != ten`, true},
		{`big = 9007199254740993`, true},
		{`big = 9007199254740992`, false}, // equal as floats
		{`big > 9007199254740992`, true},
		{`big < 9007199254740994`, true},
		{`price = 10.5`, true},
		{`price > 10.4999999999999999999`, true},
		{`price LIKE '10.50'`, true},
		{`huge > 12345678901234567890`, true},
		{`absurd = 1e999999999`, true}, // as text
		{`ratio = 0.50`, true},
		{`ratio < 1`, true},
		{`whole = 3 AND whole LIKE '3' AND whole < 3.5`, true},
		{`endless = '+Inf' AND endless < 1`, true}, // as text
		{`bytes = 200`, true},
		{`id = 1512345678901`, true},
		{`id LIKE '15%'`, true},

		{`code = '007'`, true},
		{`code = 7`, false}, // the record holds text
		{`code < 1`, true},

		{`active = true`, true},
		{`active = 'TRUE'`, true},
		{`active = false`, false},
		{`active != false`, true},
		{`active = 1`, false},
		{`beta = FALSE`, true},
		{`active in (x, true)`, true},

		{`created = '2018-01-15T10:00:00.000Z'`, true},
		{`created = '2018-01-15T10:00:00Z'`, false}, // equality is by text
		{`created >= '2018-01-15T10:00:00Z' AND created <= '2018-01-15T10:00:00Z'`, true},
		{`created > '2018-01-15T11:30:00+02:00'`, true},
		{`created > '2018-01-15T11:30:00+0200'`, true},
		{`created < '2018-01-15T11:30:00+02:00'`, false},
		{`local >= '2018-01-15T10:00:00Z' AND local <= '2018-01-15T10:00:00Z'`, true}, // no offset is UTC
		{`name > name`, false},                                                        // a word on the right is a text, never an attribute
		{`created > '2018-01-15'`, true},                                              // text: no date-time
		{`created > '2018-99-99T99:99:99Z'`, false},
		{`day >= '2018-01-15' AND day < '2018-01-16'`, true},

		{`name LIKE 'acc%'`, true},
		{`name LIKE '%NAME'`, true},
		{`name LIKE '%count%'`, true},
		{`name LIKE 'a%n%n%e'`, true},
		{`name LIKE '%'`, true},
		{`name LIKE '%%'`, true},
		{`name LIKE 'account'`, false},
		{`name LIKE 'account name'`, true},
		{`name LIKE 'account name%name'`, false}, // the ends do not share text
		{`name LIKE '%account'`, false},
		{`name LIKE 'acc%account'`, false},
		{`name LIKE '%x%'`, false},
		{`name NOT LIKE '%x%'`, true},
		{`mail LIKE 'a_b%'`, true},
		{`mail LIKE 'aXb%'`, false}, // _ is literal
		{`mail LIKE '__b%'`, false},

		{`name in ('x','Account Name')`, true},
		{`count in (1, 10)`, true},
		{`count not in (1, 10)`, false},
		{`name not in ('x')`, true},

		{`missing IS NULL`, true},
		{`nothing IS NULL`, true},
		{`name IS NULL`, false},
		{`name IS NOT NULL`, true},
		{`nothing IS NOT NULL`, false},
		{`missing = 'x' OR missing != 'x' OR missing NOT IN ('x') OR missing LIKE '%' OR missing NOT LIKE 'x' OR missing < 1`, false},
		{`nothing = null`, false},
		{`name = null OR name > null OR name < null OR name IN (null)`, false},
		{`name != null AND name NOT IN (null)`, true},

		{`name = x OR count = 10 AND active = true`, true},
		{`(name = x OR count = 10) AND active = false`, false},
		{`name = x AND missing = y OR a.b = dotted`, true},
		{`"a.b" = dotted`, true},
		{`list LIKE '%1 2%'`, true},
	} {
		if got := Compile(mustParse(t, c.where))(get); got != c.want {
			t.Errorf("%s: %t", c.where, got)
		}
	}
}
