package conversion

import (
	"strconv"
	"strings"

	"jackfield/internal/connector"

	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/pb33f/libopenapi/orderedmap"
)

// Styles of paging, as pagination.type names them.
const (
	stylePage   = "page"
	styleOffset = "offset"
	styleCursor = "cursor"
	styleOurs   = "" // the provider gives everything, the platform cuts pages
)

// pagedList is what is known of the paging of one list.
type pagedList struct {
	envelope *shape // the whole answer
	headers  *orderedmap.Map[string, *v3.Header]
	style    string
	vendor   string // the provider's name of the page, offset or cursor
	largest  string // page size, "" when the document does not say
	zero     bool   // pages count from 0
	resource int    // index in the definition
}

// plain is a name without case and punctuation: per_page, perPage and page[size] are told by it.
func plain(name string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, strings.ToLower(name))
}

// role is what a query parameter of a list means, "" for nothing that the platform knows. Words that
// also mean other things need the right type.
func role(name, dataType string) string {
	number := dataType == kindInteger || dataType == "long" || dataType == "double" || dataType == "float"
	word := plain(name)
	switch word {
	case "limit", "pagesize", "perpage", "pagelimit", "maxresults", "maxitems", "itemsperpage", "resultsperpage", "maxrecords", "recordsperpage":
		return "pageSize"
	case "size", "count", "top", "max", "rows", "numresults", "first", "take":
		if number {
			return "pageSize"
		}
	case "page", "pagenumber", "pageno", "pagenum", "pageindex", "currentpage":
		if dataType != kindBoolean {
			return stylePage
		}
	case "offset", "skip", "startindex", "startat", "pageoffset", "startrow":
		return styleOffset
	case "start", "from":
		if number {
			return styleOffset
		}
	case "cursor", "pagetoken", "nextpagetoken", "nexttoken", "startingafter", "continuationtoken", "continuation", "bookmark", "marker",
		"pagecursor", "pageafter", "nextcursor", "scrollid", "after", "paginationtoken", "skiptoken":
		if !number {
			return styleCursor
		}
	case "orderby", "sort", "sortby", "ordering":
		return "orderBy"
	case "fields", "select":
		return "fields"
	}
	return ""
}

// paging gives the query parameters of a list the names that callers know.
func (r *apiReader) paging(res *connector.Resource, list *pagedList, op *v3.Operation) {
	byRole := map[string]int{}
	var filters []string
	for i, p := range res.Parameters {
		if p.Type != connector.TypeQuery {
			continue
		}
		what := role(p.VendorName, p.DataType)
		if _, taken := byRole[what]; what == "" || taken {
			if what == "" {
				filters = append(filters, p.Name)
			}
			continue
		}
		byRole[what] = i
	}
	list.chooseStyle(byRole, res.Parameters)
	for what, hub := range map[string]string{"pageSize": "pageSize", "orderBy": "orderBy", "fields": "fields", list.style: list.hubName()} {
		if i, ok := byRole[what]; ok && what != styleOurs {
			if what != "orderBy" && what != "fields" {
				res.Parameters[i].Required = false // the platform always knows a page and its size
			}
			res.Parameters[i].Name = hub
		}
	}
	if list.style == styleCursor {
		res.NextPageKey = list.nextKey(list.vendor)
	}
	r.limits(list, op, byRole, res.Parameters)
	list.reserve(byRole, res.Parameters)
	switch {
	case list.style != styleOurs:
		res.PaginationType = connector.PaginationVendor
	case len(byRole) == 0 || !has(byRole, "pageSize"):
		res.PaginationType = connector.PaginationOurs
		for _, name := range []string{stylePage, "pageSize"} {
			p := mapped(connector.TypeQuery, name, connector.TypeNoOp, name, kindInteger)
			p.Description = "The provider gives the whole list; pages are cut from it"
			res.Parameters = append(res.Parameters, p)
		}
	default:
		res.PaginationType = connector.PaginationNone
	}
	if len(filters) > 0 && !has(nameSet(res.Parameters), "where") {
		res.Parameters = append(res.Parameters, where("toQueryParameters", "Filter, such as "+filters[0]+"='value'; takes "+strings.Join(filters, ", ")))
	}
}

// reserve keeps the names of the platform's own paging for the parameters that mean it.
func (l *pagedList) reserve(byRole map[string]int, parameters []connector.Parameter) {
	for i := range parameters {
		p := &parameters[i]
		if p.Type != connector.TypeQuery {
			continue
		}
		mapped := false
		for _, what := range []string{"pageSize", l.style} {
			at, ok := byRole[what]
			mapped = mapped || ok && at == i
		}
		switch p.Name {
		case stylePage, "pageSize", "nextPage":
			if !mapped {
				p.Name = "vendor" + capital(p.Name)
			}
		}
	}
}

func has(set map[string]int, name string) bool {
	_, ok := set[name]
	return ok
}

func nameSet(parameters []connector.Parameter) map[string]int {
	names := map[string]int{}
	for i, p := range parameters {
		if p.Type == connector.TypeQuery {
			names[p.Name] = i
		}
	}
	return names
}

// chooseStyle picks the parameter that turns pages. A cursor needs a place in the answer to read it from.
func (l *pagedList) chooseStyle(byRole map[string]int, parameters []connector.Parameter) {
	for _, style := range []string{styleCursor, stylePage, styleOffset} {
		i, ok := byRole[style]
		if !ok || style == styleCursor && l.nextKey(parameters[i].VendorName) == "" {
			continue
		}
		l.style, l.vendor = style, parameters[i].VendorName
		return
	}
}

// hubName is the name that callers use for the parameter that turns pages.
func (l *pagedList) hubName() string {
	if l.style == styleCursor {
		return "nextPage"
	}
	return stylePage
}

// limits reads the largest page and the first page number from the schemas of the parameters.
func (r *apiReader) limits(l *pagedList, op *v3.Operation, byRole map[string]int, parameters []connector.Parameter) {
	for _, p := range op.Parameters {
		if p.In != connector.TypeQuery {
			continue
		}
		s := r.slotOf(p.Schema)
		if i, ok := byRole["pageSize"]; ok && parameters[i].VendorName == p.Name {
			if most, err := strconv.ParseFloat(s.str("maximum"), 64); err == nil && most >= 1 && most <= 1e6 {
				l.largest = strconv.Itoa(int(most))
			}
		}
		if l.style == stylePage && l.vendor == p.Name {
			l.zero = s.str("minimum") == "0" || s.str("default") == "0" || plain(p.Name) == "pageindex"
		}
	}
}

// nextKey is where an answer holds the cursor of the next page: nextPageKey of a resource.
func (l *pagedList) nextKey(parameter string) string {
	if l.envelope != nil && l.envelope.kind == kindObject {
		if key := nextField(l.envelope, parameter, "", 0); key != "" {
			return key
		}
	}
	if l.headers != nil {
		for name := range l.headers.KeysFromOldest() {
			if word := plain(name); strings.Contains(word, "next") || strings.Contains(word, "cursor") {
				return "header." + name
			}
		}
	}
	return ""
}

func nextField(s *shape, parameter, prefix string, depth int) string {
	for _, f := range s.fields {
		if strings.ContainsAny(f.name, `.|?*\[]`) || f.shape == nil {
			continue
		}
		switch plain(f.name) {
		case "next", "nextlink", "nexturl", "nextpageurl", "nextpage":
			if f.shape.kind == kindString && (f.shape.format == "uri" || f.shape.format == "url" || strings.Contains(plain(f.name), "link") || strings.Contains(plain(f.name), "url")) {
				return "body." + prefix + f.name + "?" + parameter
			}
			if f.shape.kind == kindString || f.shape.kind == kindInteger {
				return "body." + prefix + f.name
			}
		case "nextcursor", "nextpagetoken", "nexttoken", "continuationtoken", "endcursor", "nextpagecursor", "nextmarker", "nextbookmark", "scrollid":
			return "body." + prefix + f.name
		case "cursor", "after", "pagetoken":
			if depth > 0 {
				return "body." + prefix + f.name
			}
		}
	}
	if depth > 1 {
		return ""
	}
	for _, f := range s.fields {
		switch plain(f.name) {
		case "paging", "pagination", "meta", "metadata", "links", "pageinfo", "cursors", "page", "responsemetadata":
			if f.shape.kind == kindObject && !strings.ContainsAny(f.name, `.|?*\[]`) {
				if key := nextField(f.shape, parameter, prefix+f.name+".", depth+1); key != "" {
					return key
				}
			}
		}
	}
	return ""
}

// listIn finds the list of an answer: the answer itself, or the one list in its envelope. It returns
// the path to it and the shape of its items.
func (r *apiReader) listIn(s *shape, object string, depth int) (path string, items *shape) {
	resolved := r.c.types.resolve(s)
	if resolved == nil {
		return "", nil
	}
	if resolved.kind == kindArray {
		return "", orUnknown(resolved.items)
	}
	var lists []field
	about := false // something in it speaks of pages
	for _, f := range resolved.fields {
		if strings.ContainsAny(f.name, `.|*\[]`) {
			continue
		}
		if inner := r.c.types.resolve(f.shape); inner != nil && inner.kind == kindArray {
			lists = append(lists, f)
		}
		switch plain(f.name) {
		case "total", "totalcount", "totalresults", "totalpages", "next", "nextpage", "nextcursor", "nextpagetoken", "hasmore", "paging", "pagination", "links", "meta", "page", "limit", "offset", "count", "cursor":
			about = true
		}
	}
	for _, f := range lists {
		word := plain(f.name)
		switch word {
		case "data", "items", "results", "records", "value", "values", "content", "entries", "list", "rows", "collection", "elements", "resources", "objects", "hits", "result":
		default:
			if word != plain(object) && (len(lists) > 1 || !about) {
				continue
			}
		}
		return f.name, orUnknown(r.c.types.resolve(f.shape).items)
	}
	if depth > 0 || len(lists) > 0 {
		return "", nil
	}
	for _, f := range resolved.fields {
		switch plain(f.name) {
		case "data", "result", "response", "embedded", "payload":
			if inner := r.c.types.resolve(f.shape); inner != nil && inner.kind == kindObject && !strings.ContainsAny(f.name, `.|*\[]`) {
				if path, items := r.listIn(f.shape, object, depth+1); items != nil && path != "" {
					return f.name + "." + path, items
				}
			}
		}
	}
	return "", nil
}

func orUnknown(s *shape) *shape {
	if s == nil {
		return &shape{kind: kindUnknown}
	}
	return s
}

// finishPaging says once for the connector how pages are counted. Lists that count otherwise keep the
// provider's parameters.
func (r *apiReader) finishPaging() {
	counts := map[string]int{}
	zero := 0
	for _, l := range r.lists {
		counts[l.style]++
		if l.zero {
			zero++
		}
	}
	style := stylePage
	switch {
	case counts[styleOffset] > counts[stylePage]:
		style = styleOffset
	case counts[stylePage] == 0 && counts[styleCursor] > 0:
		style = styleCursor
	}
	largest, limits := "", map[string]string{}
	for _, l := range r.lists {
		res := &r.c.def.Resources[l.resource]
		if (l.style == stylePage || l.style == styleOffset) && l.style != style {
			r.ownPaging(l, res)
		}
		if l.largest != "" {
			limits[camel(res.Path)] = l.largest
			largest = l.largest
		}
	}
	for _, one := range limits {
		if one != largest {
			limits["default"] = maxPage
			largest = string(limitsJSON(limits))
			break
		}
	}
	if largest == "" {
		largest = maxPage
	}
	r.c.paging(style, largest)
	if style == stylePage {
		start := "1"
		if zero*2 > counts[stylePage] {
			start = "0"
		}
		r.c.entry(connector.ConfigurationEntry{
			Key: keyStartIndex, Name: "Pagination Start Index", Description: "Number of the provider's first page",
			Type: "TEXTFIELD_32", DefaultValue: start, HideFromConsole: true,
		})
	}
}

func (r *apiReader) ownPaging(l *pagedList, res *connector.Resource) {
	for i := range res.Parameters {
		if p := &res.Parameters[i]; p.Type == connector.TypeQuery && p.VendorName == l.vendor {
			p.Name = p.VendorName
			if p.Name == stylePage { // that name is the platform's
				p.Name = "vendorPage"
			}
		}
	}
	res.PaginationType = connector.PaginationNone
	r.c.note(res.Method+" "+res.Path, "counts pages by %s, unlike most lists here: callers use the provider's parameter %s", l.style, l.vendor)
}

// limitsJSON prints page sizes by object, names in order.
func limitsJSON(limits map[string]string) []byte {
	numbers := map[string]int{}
	for name, text := range limits {
		if n, err := strconv.Atoi(text); err == nil {
			numbers[name] = n
		}
	}
	return encode(numbers)
}

// camel is the object name that page sizes are looked up by: /employees/{id}/contacts is
// employeesContacts.
func camel(path string) string {
	name := ""
	for _, segment := range strings.Split(connector.RelativePath(path), "/") {
		switch {
		case segment == "" || segment[0] == '{':
		case name == "":
			name = segment
		default:
			name += capital(segment)
		}
	}
	return name
}
