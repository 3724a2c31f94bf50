package ceql

import (
	"regexp"
	"slices"
	"strings"
)

// SOQLOptions are what a Salesforce organization knows of its objects.
type SOQLOptions struct {
	// Dates names the fields that hold dates; none = the ones that every object may have, see standardDates.
	Dates []string
}

// standardDates are the date fields of Salesforce's own objects that people filter by.
var standardDates = []string{
	"CreatedDate", "LastModifiedDate", "SystemModstamp", "LastActivityDate", "LastViewedDate", "LastReferencedDate",
	"CloseDate", "ActivityDate", "ActivityDateTime", "StartDate", "EndDate", "StartDateTime", "EndDateTime",
	"ReminderDateTime", "CompletedDateTime", "ConvertedDate", "ClosedDate", "Birthdate", "EmailBouncedDate",
}

// ToSOQL prints an expression as the WHERE part of a SOQL statement (reference/connectors-next.md §5,
// reference/ceql.md §8.4):
//
//	= != < <= > >=              the same
//	AND, OR, ( … )              the same; brackets where AND and OR meet, which SOQL asks for
//	'it''s', bare words         'it\'s', with backslashes before quotes and backslashes
//	numbers, true, null         bare
//	a date or date-time         bare for the fields of Dates and for words that the caller did not quote; a date-time
//	                            without a zone is in UTC
//	a IN ('x', 'y')             the same, and NOT IN
//	a LIKE 'x_%'                a LIKE 'x\_%': _ is a letter in CEQL; NOT LIKE is (NOT a LIKE 'x')
//	a IS [NOT] NULL             a = null, a != null
//
// A name other than letters, digits, _ and dots is Invalid: it would be a piece of SOQL.
func ToSOQL(e Expr, o SOQLOptions) (string, error) {
	if len(o.Dates) == 0 {
		o.Dates = standardDates
	}
	return o.expr(e)
}

func (o SOQLOptions) expr(e Expr) (string, error) {
	switch e := e.(type) {
	case And:
		return joinTerms(e.Terms, " AND ", o.expr)
	case Or:
		return joinTerms(e.Terms, " OR ", func(term Expr) (string, error) {
			if _, mixed := term.(And); mixed {
				term = Group{term}
			}
			return o.expr(term)
		})
	case Group:
		text, err := o.expr(e.Expr)
		return "(" + text + ")", err
	case Cond:
		return o.cond(e)
	}
	return "", nil
}

func (o SOQLOptions) cond(c Cond) (string, error) {
	name, err := plainName(c)
	if err != nil {
		return "", err
	}
	switch c.Op {
	case Null:
		return name + " = null", nil
	case NotNull:
		return name + " != null", nil
	case In, NotIn:
		literals := make([]string, len(c.Values))
		for i, v := range c.Values {
			literals[i] = o.literal(c, v)
		}
		return name + " " + c.Op.String() + " (" + strings.Join(literals, ", ") + ")", nil
	case Like, NotLike:
		// The escape of _ is written after the others, so that its own backslash stays single.
		literal := strings.ReplaceAll(backslashed(c.Values[0].Text, '\''), "_", `\_`)
		if c.Op == NotLike {
			return "(NOT " + name + " LIKE " + literal + ")", nil
		}
		return name + " LIKE " + literal, nil
	}
	return name + " " + c.Op.String() + " " + o.literal(c, c.Values[0]), nil
}

var (
	soqlDate = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
	soqlTime = regexp.MustCompile(`^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:?\d\d)?$`)
	soqlWord = regexp.MustCompile(`^[A-Z]+(?:_[A-Z0-9]+)*(?::\d{1,4})?$`) // TODAY, LAST_N_DAYS:30
)

func (o SOQLOptions) literal(c Cond, v Value) string {
	if v.Kind == Integer || v.Kind == Decimal {
		return v.digits()
	}
	if v.isBare() {
		return v.Text
	}
	field := c.Attr[strings.LastIndexByte(c.Attr, '.')+1:]
	dated := slices.ContainsFunc(o.Dates, func(name string) bool {
		return strings.EqualFold(name, field) || strings.EqualFold(name, c.Attr)
	})
	if dated || v.Kind == Bare {
		if soqlDate.MatchString(v.Text) {
			return v.Text
		}
		if parts := soqlTime.FindStringSubmatch(v.Text); parts != nil {
			return parts[1] + soqlZone(parts[2])
		}
	}
	if dated && soqlWord.MatchString(v.Text) {
		return v.Text
	}
	return backslashed(v.Text, '\'')
}

// soqlZone writes +0000 as +00:00; a time without a zone is in UTC.
func soqlZone(zone string) string {
	switch {
	case zone == "":
		return "Z"
	case len(zone) == len("+0000"):
		return zone[:3] + ":" + zone[3:]
	}
	return zone
}
