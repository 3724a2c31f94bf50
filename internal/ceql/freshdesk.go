package ceql

import (
	"strconv"
	"strings"

	"jackfield/internal/fault"
)

// MaxFreshdesk is how long a Freshdesk filter may be, in bytes.
const MaxFreshdesk = 512

// ToFreshdesk prints an expression as a Freshdesk filter, in the quotes that it stands in:
//
//	a = 'x'                "a:'x'"
//	numbers, true, null    bare: "status:2 AND agent_id:null"
//	AND, OR, ( … )         the same
//	a >= 2, a <= 2         a:>2, a:<2, which include the value; a > 2 is a:>3, a < 2 is a:<1
//	dates                  a:>'2026-01-31': Freshdesk compares days. > and < of a date include it, and of a date-time its
//	                       day in UTC counts
//	a IN (2, 3)            (a:2 OR a:3)
//	a IS NULL              a:null
//
// !=, NOT IN, LIKE, NOT LIKE and IS NOT NULL cannot be said, nor can values with quotes, backslashes or control characters:
// Invalid. So is a filter of more than MaxFreshdesk bytes.
func ToFreshdesk(e Expr) (string, error) {
	text, err := freshdesk(e)
	if err == nil && len(text) > MaxFreshdesk {
		err = fault.New(fault.Invalid, "where is too long for this resource: %d bytes as the provider writes it, at most %d", len(text), MaxFreshdesk)
	}
	return `"` + text + `"`, err
}

func freshdesk(e Expr) (string, error) {
	switch e := e.(type) {
	case And:
		return joinTerms(e.Terms, " AND ", freshdesk)
	case Or:
		return joinTerms(e.Terms, " OR ", func(term Expr) (string, error) {
			if _, mixed := term.(And); mixed {
				term = Group{term}
			}
			return freshdesk(term)
		})
	case Group:
		text, err := freshdesk(e.Expr)
		return "(" + text + ")", err
	case Cond:
		return freshdeskCond(e)
	}
	return "", nil
}

func freshdeskCond(c Cond) (string, error) {
	name, err := plainName(c)
	if err != nil {
		return "", err
	}
	switch c.Op {
	case Equal:
		text, err := freshdeskText(c)
		return name + ":" + text, err
	case In:
		text, err := chain(c, Equal, " OR ", freshdeskCond)
		if len(c.Values) > 1 {
			text = "(" + text + ")"
		}
		return text, err
	case Null:
		return name + ":null", nil
	case Less, LessEqual, Greater, GreaterEqual:
		return freshdeskOrder(name, c)
	}
	return "", unsaid(c, "use =, IN, <= or >=")
}

func freshdeskText(c Cond) (string, error) {
	v := c.Values[0]
	if v.Kind == Integer || v.Kind == Decimal {
		return v.digits(), nil
	}
	if v.isBare() {
		return v.Text, nil
	}
	if err := plainText(c, v.Text, `'"\`); err != nil {
		return "", err
	}
	return "'" + v.Text + "'", nil
}

func freshdeskOrder(name string, c Cond) (string, error) {
	op, step := ":<", int64(0)
	switch c.Op {
	case Less:
		step = -1
	case Greater:
		op, step = ":>", 1
	case GreaterEqual:
		op = ":>"
	}
	v := &c.Values[0]
	switch {
	case v.Kind == Integer:
		n, err := strconv.ParseInt(v.digits(), 10, 64)
		if err != nil {
			return "", fault.New(fault.Invalid, "The number %s of %s is too large for this resource", v.Text, c.Attr)
		}
		return name + op + strconv.FormatInt(n+step, 10), nil
	case v.Kind == Decimal && step != 0:
		return "", unsaid(c, "the provider's comparisons include the value, use <= or >=")
	case looksLikeDateTime(v.Text):
		t, err := parseInstant(v.Text)
		if err != nil {
			return "", fault.New(fault.Invalid, "The value %q of %s is no date-time", v.Text, c.Attr)
		}
		c.Values = []Value{{String, t.UTC().Format("2006-01-02")}}
	case v.Kind == String || v.Kind == Bare:
		if strings.Trim(v.Text, "0123456789-") != "" {
			return "", unsaid(c, "only numbers and dates have an order")
		}
	}
	text, err := freshdeskText(c)
	return name + op + text, err
}
