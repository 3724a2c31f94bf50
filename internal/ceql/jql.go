package ceql

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// jqlNames are the fields of Jira that may stand without quotes; every other name is quoted, which is always right
// and never meets one of the many reserved words.
var jqlNames = []string{
	"assignee", "attachments", "comment", "component", "created", "creator", "description", "due", "duedate",
	"environment", "fixVersion", "id", "issue", "issuekey", "issuetype", "key", "labels", "lastViewed", "level",
	"parent", "priority", "project", "reporter", "resolution", "resolutiondate", "resolved", "sprint", "status",
	"statusCategory", "summary", "text", "type", "updated", "voter", "watcher", "worklogAuthor",
}

var jqlCustom = regexp.MustCompile(`^cf\[\d+\]$`)

// ToJQL prints an expression as a Jira query:
//
//	= != < <= > >=, IN, NOT IN   the same
//	AND, OR, ( … )               the same
//	fields                       status, cf[10010]; "Story Points" in quotes
//	'x', bare words, true        "x" with backslashes before quotes and backslashes
//	numbers                      bare
//	a date-time                  milliseconds since 1970 behind < <= > >=: Jira takes no ISO date-times, and what it takes
//	                             is in the time zone of the user
//	a LIKE '%x%'                 a ~ "x": a word of the text
//	a LIKE 'x%'                  a ~ "x*": a word that begins so
//	a LIKE 'x y'                 a ~ "\"x y\"": the phrase; NOT LIKE is !~
//	a IS [NOT] NULL, = null      a IS [NOT] EMPTY
//
// A LIKE that begins with a wildcard and does not end with one, and a name with a line break, are Invalid.
func ToJQL(e Expr) (string, error) {
	switch e := e.(type) {
	case And:
		return joinTerms(e.Terms, " AND ", ToJQL)
	case Or:
		return joinTerms(e.Terms, " OR ", ToJQL)
	case Group:
		text, err := ToJQL(e.Expr)
		return "(" + text + ")", err
	case Cond:
		return jqlCond(e)
	}
	return "", nil
}

func jqlCond(c Cond) (string, error) {
	name, err := jqlName(c)
	if err != nil {
		return "", err
	}
	switch {
	case c.isNull():
		return name + " IS EMPTY", nil
	case c.isNotNull():
		return name + " IS NOT EMPTY", nil
	case c.Op == In || c.Op == NotIn:
		literals := make([]string, len(c.Values))
		for i, v := range c.Values {
			literals[i] = jqlLiteral(v)
		}
		return name + " " + c.Op.String() + " (" + strings.Join(literals, ", ") + ")", nil
	case c.Op == Like || c.Op == NotLike:
		return jqlLike(name, c)
	case c.Op >= Less && c.Op <= GreaterEqual && looksLikeDateTime(c.Values[0].Text):
		if t, err := parseInstant(c.Values[0].Text); err == nil {
			return name + " " + c.Op.String() + " " + strconv.FormatInt(t.UnixMilli(), 10), nil
		}
	}
	return name + " " + c.Op.String() + " " + jqlLiteral(c.Values[0]), nil
}

func jqlName(c Cond) (string, error) {
	if slices.Contains(jqlNames, c.Attr) || jqlCustom.MatchString(c.Attr) {
		return c.Attr, nil
	}
	if err := plainText(c, c.Attr, ""); err != nil {
		return "", err
	}
	return backslashed(c.Attr, '"'), nil
}

func jqlLiteral(v Value) string {
	if v.Kind == Integer || v.Kind == Decimal {
		return v.digits()
	}
	return backslashed(v.Text, '"')
}

// jqlLucene are the characters that mean something in a text search; a backslash takes the meaning away.
const jqlLucene = `+-&|!(){}[]^~*?\/:"`

func jqlLike(name string, c Cond) (string, error) {
	p, err := likePattern(c)
	if err != nil {
		return "", err
	}
	var search strings.Builder
	for i := 0; i < len(p.text); i++ {
		if strings.IndexByte(jqlLucene, p.text[i]) >= 0 {
			search.WriteByte('\\')
		}
		search.WriteByte(p.text[i])
	}
	text := search.String()
	switch {
	case p.whole():
		text = `"` + text + `"`
	case p.anyAfter && !p.anyBefore:
		text += "*"
	case p.anyBefore && !p.anyAfter:
		return "", unsaid(c, "a text cannot be searched by its end, use '%text%' or 'text%'")
	}
	op := " ~ "
	if c.Op == NotLike {
		op = " !~ "
	}
	return name + op + backslashed(text, '"'), nil
}
