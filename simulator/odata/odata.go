// Package odata is a small OData 4 service with records in memory: people by a text, orders by a guid, lines by two keys.
// It is strict where services are: literals must have the type of their property, keys theirs. It shares no code with
// what calls it.
package odata

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
)

//go:embed metadata.xml
var metadata string

const (
	// MaxPage is how many rows the service gives at once, whatever $top says: the rest is behind @odata.nextLink.
	MaxPage = 3

	maxRequest = 1 << 20 // bytes of a request
)

// set is an entity set: its records, the types of their properties, and the names of the keys.
type set struct {
	types   map[string]string
	keys    []string
	records []map[string]any
}

// Simulator is the service. GET $metadata describes it.
type Simulator struct {
	mu      sync.Mutex
	sets    map[string]*set
	journal []string
}

// New is a service with seven people, an order and two lines.
func New() *Simulator {
	s := &Simulator{sets: map[string]*set{
		"People": {
			types: map[string]string{"UserName": "Edm.String", "Name": "Edm.String", "Age": "Edm.Int32", "Zip": "Edm.String", "Member": "Edm.Boolean", "Since": "Edm.DateTimeOffset"},
			keys:  []string{"UserName"},
		},
		"Orders": {types: map[string]string{"Id": "Edm.Guid", "Total": "Edm.Decimal", "Day": "Edm.Date"}, keys: []string{"Id"}},
		"Lines":  {types: map[string]string{"Order": "Edm.Int32", "Code": "Edm.String", "Text": "Edm.String"}, keys: []string{"Order", "Code"}},
	}}
	for i, name := range []string{"ada", "alan", "barbara", "edsger", "grace", "o'hara", "tony"} {
		s.sets["People"].records = append(s.sets["People"].records, map[string]any{
			"UserName": name, "Name": strings.ToUpper(name[:1]) + name[1:], "Age": json.Number(strconv.Itoa(30 + i)), "Zip": "0" + strconv.Itoa(1000+i),
			"Member": i%2 == 0, "Since": fmt.Sprintf("20%02d-01-01T00:00:00Z", 10+i),
		})
	}
	s.sets["Orders"].records = []map[string]any{{"Id": "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "Total": json.Number("12.50"), "Day": "2020-02-29"}}
	s.sets["Lines"].records = []map[string]any{
		{"Order": json.Number("1"), "Code": "a/b", "Text": "first"}, {"Order": json.Number("1"), "Code": "it's", "Text": "second"},
	}
	return s
}

// Journal lists the requests so far, as method and address.
func (s *Simulator) Journal() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.journal)
}

// refusal is an error as OData 4 writes it.
type refusal struct {
	status  int
	message string
}

func bad(format string, args ...any) *refusal { return &refusal{400, fmt.Sprintf(format, args...)} }

// address is /Set or /Set(key), below any path.
var address = regexp.MustCompile(`/([A-Za-z]+)(?:\((.*)\))?$`)

func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, "/$metadata") {
		w.Header().Set("Content-Type", "application/xml")
		_, _ = io.WriteString(w, metadata) // the caller may be gone
		return
	}
	s.journal = append(s.journal, r.Method+" "+r.URL.String())
	answer, refused := s.answer(r)
	w.Header().Set("Content-Type", "application/json;odata.metadata=minimal")
	w.Header().Set("OData-Version", "4.0")
	switch {
	case refused != nil:
		w.WriteHeader(refused.status)
		answer = map[string]any{"error": map[string]any{"code": "x", "message": refused.message}}
	case answer == nil:
		w.Header().Del("Content-Type")
		w.WriteHeader(http.StatusNoContent)
		return
	case r.Method == http.MethodPost:
		w.WriteHeader(http.StatusCreated)
	}
	_ = json.NewEncoder(w).Encode(answer) // the caller may be gone
}

func (s *Simulator) answer(r *http.Request) (any, *refusal) {
	match := address.FindStringSubmatch(r.URL.Path)
	if match == nil || s.sets[match[1]] == nil {
		return nil, &refusal{404, "Resource not found for the segment " + r.URL.Path}
	}
	set := s.sets[match[1]]
	if !strings.HasSuffix(r.URL.Path, ")") {
		switch r.Method {
		case http.MethodGet:
			return set.list(r)
		case http.MethodPost:
			record, refused := set.read(r)
			if refused == nil {
				set.records = append(set.records, record)
			}
			return record, refused
		}
		return nil, &refusal{405, "An entity set takes GET and POST"}
	}
	at, refused := set.find(match[2])
	if refused != nil {
		return nil, refused
	}
	switch r.Method {
	case http.MethodGet:
		return selected(set.records[at], r.URL.Query().Get("$select")), nil
	case http.MethodPatch, http.MethodPut:
		change, refused := set.read(r)
		if refused != nil {
			return nil, refused
		}
		for name, value := range change {
			set.records[at][name] = value
		}
		return nil, nil
	case http.MethodDelete:
		set.records = slices.Delete(set.records, at, at+1)
		return nil, nil
	}
	return nil, &refusal{405, "An entity takes GET, PATCH, PUT and DELETE"}
}

// read takes a record out of a body. What the type does not have is refused.
func (t *set) read(r *http.Request) (map[string]any, *refusal) {
	d := json.NewDecoder(io.LimitReader(r.Body, maxRequest))
	d.UseNumber()
	var record map[string]any
	if err := d.Decode(&record); err != nil {
		return nil, bad("The body is no entity: %v", err)
	}
	for name := range record {
		if t.types[name] == "" {
			return nil, bad("The property '%s' does not exist", name)
		}
	}
	return record, nil
}

// find looks a record up by what stands between its brackets: 'it”s', 5, or Order=1,Code='a'.
func (t *set) find(text string) (int, *refusal) {
	wanted := map[string]any{}
	rest := text
	for i := 0; rest != "" || i == 0; i++ {
		name := t.keys[0]
		if len(t.keys) > 1 {
			var ok bool
			if name, rest, ok = strings.Cut(rest, "="); !ok || !slices.Contains(t.keys, name) {
				return 0, bad("Bad key: %s", text)
			}
		}
		end := literalEnd(rest)
		value, refused := parse(rest[:end], t.types[name])
		if refused != nil {
			return 0, refused
		}
		wanted[name] = value
		if rest = rest[end:]; rest != "" {
			if rest[0] != ',' || len(t.keys) == 1 {
				return 0, bad("Bad key: %s", text)
			}
			rest = rest[1:]
		}
	}
	for i, record := range t.records {
		same := len(wanted) == len(t.keys)
		for name, value := range wanted {
			same = same && fmt.Sprint(record[name]) == fmt.Sprint(value)
		}
		if same {
			return i, nil
		}
	}
	return 0, &refusal{404, "There is no entity with the key " + text}
}

// literalEnd is where a literal at the beginning of a text ends.
func literalEnd(text string) int {
	if !strings.HasPrefix(text, "'") {
		if end := strings.IndexAny(text, ", )"); end >= 0 {
			return end
		}
		return len(text)
	}
	for i := 1; i < len(text); i++ {
		if text[i] != '\'' {
			continue
		}
		if i+1 < len(text) && text[i+1] == '\'' {
			i++
			continue
		}
		return i + 1
	}
	return len(text)
}

var shapes = map[string]*regexp.Regexp{
	"Edm.Int32":          regexp.MustCompile(`^-?\d+$`),
	"Edm.Decimal":        regexp.MustCompile(`^-?\d+(\.\d+)?$`),
	"Edm.Boolean":        regexp.MustCompile(`^(true|false)$`),
	"Edm.Guid":           regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`),
	"Edm.Date":           regexp.MustCompile(`^\d{4}-\d\d-\d\d$`),
	"Edm.DateTimeOffset": regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`),
	"Edm.String":         regexp.MustCompile(`(?s)^'([^']|'')*'$`),
}

// parse reads a literal of a type.
func parse(text, kind string) (any, *refusal) {
	if kind == "" {
		return nil, bad("There is no such property")
	}
	if text == "null" {
		return nil, nil
	}
	if !shapes[kind].MatchString(text) {
		return nil, bad("A literal of %s is expected, not %s", kind, text)
	}
	switch kind {
	case "Edm.String":
		return strings.ReplaceAll(text[1:len(text)-1], "''", "'"), nil
	case "Edm.Boolean":
		return text == "true", nil
	case "Edm.Int32", "Edm.Decimal":
		return json.Number(text), nil
	}
	return text, nil
}

// list answers with a page.
func (t *set) list(r *http.Request) (any, *refusal) {
	query := r.URL.Query()
	rows, refused := t.filter(query.Get("$filter"))
	if refused != nil {
		return nil, refused
	}
	if name, way, _ := strings.Cut(query.Get("$orderby"), " "); name != "" {
		sort.SliceStable(rows, func(i, j int) bool {
			before := fmt.Sprint(rows[i][name]) < fmt.Sprint(rows[j][name])
			return before != (way == "desc")
		})
	}
	skip, top := 0, len(rows)
	for name, to := range map[string]*int{"$skip": &skip, "$top": &top} {
		if query.Has(name) {
			n, err := strconv.Atoi(query.Get(name))
			if err != nil || n < 0 {
				return nil, bad("%s must be a number", name)
			}
			*to = n
		}
	}
	rows = rows[min(skip, len(rows)):]
	rows = rows[:min(top, len(rows))]
	page := map[string]any{}
	if len(rows) > MaxPage {
		rows = rows[:MaxPage]
		query.Set("$skip", strconv.Itoa(skip+MaxPage))
		if query.Has("$top") {
			query.Set("$top", strconv.Itoa(top-MaxPage))
		}
		page["@odata.nextLink"] = "http://" + r.Host + r.URL.Path + "?" + strings.ReplaceAll(query.Encode(), "%24", "$")
	}
	values := []any{}
	for _, row := range rows {
		values = append(values, selected(row, query.Get("$select")))
	}
	page["value"] = values
	return page, nil
}

var (
	comparison = regexp.MustCompile(`(?s)^(\w+) (eq|ne|gt|ge|lt|le) (.+)$`)
	function   = regexp.MustCompile(`(?s)^(contains|startswith|endswith)\((\w+),('.*')\)$`)
)

// filter takes comparisons and functions joined by and: enough to see whether literals are right.
func (t *set) filter(text string) ([]map[string]any, *refusal) {
	rows := slices.Clone(t.records)
	if text == "" {
		return rows, nil
	}
	for _, term := range strings.Split(text, " and ") {
		if m := function.FindStringSubmatch(term); m != nil {
			wanted, refused := parse(m[3], t.types[m[2]])
			if refused != nil {
				return nil, refused
			}
			test := map[string]func(string, string) bool{"contains": strings.Contains, "startswith": strings.HasPrefix, "endswith": strings.HasSuffix}[m[1]]
			rows = slices.DeleteFunc(rows, func(row map[string]any) bool { return !test(fmt.Sprint(row[m[2]]), fmt.Sprint(wanted)) })
			continue
		}
		m := comparison.FindStringSubmatch(term)
		if m == nil {
			return nil, bad("Syntax error in $filter: %s", term)
		}
		wanted, refused := parse(m[3], t.types[m[1]])
		if refused != nil {
			return nil, refused
		}
		rows = slices.DeleteFunc(rows, func(row map[string]any) bool {
			order := strings.Compare(fmt.Sprint(row[m[1]]), fmt.Sprint(wanted))
			return !map[string]bool{"eq": order == 0, "ne": order != 0, "gt": order > 0, "ge": order >= 0, "lt": order < 0, "le": order <= 0}[m[2]]
		})
	}
	return rows, nil
}

// selected is a record with the properties that were asked for.
func selected(record map[string]any, names string) map[string]any {
	if names == "" {
		return record
	}
	kept := map[string]any{}
	for name := range strings.SplitSeq(names, ",") {
		if unescaped, err := url.QueryUnescape(name); err == nil {
			kept[unescaped] = record[unescaped]
		}
	}
	return kept
}
