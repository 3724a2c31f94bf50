package test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// storeRoom is the source of internal/store as far as statements go. It is read without types: names of functions are enough,
// and what cannot be read is complained about.
type storeRoom struct {
	tables     map[string]tableKind
	texts      map[string]ast.Expr // of constants and variables of the package
	functions  map[string][]*function
	statements []statement
}

// function is a function or method of the room.
type function struct {
	name, receiver, file string
	parameters           []string
	texts                []bool // which of them are texts
	body                 *ast.BlockStmt
}

func (f *function) exported() bool { return ast.IsExported(f.name) }

// statement is SQL as far as it is known where it is run, or where its last piece is given.
type statement struct {
	of   *function
	text string
}

type complaint struct{ file, function, why string }

// What stands in a text for something that is not known.
const (
	unknown = "⟦?⟧"
	fromOut = "⟦parameter %d⟧"
)

var anyMark = regexp.MustCompile(`⟦[^⟧]*⟧`)

var parameterMark = regexp.MustCompile(`⟦parameter (\d+)⟧`)

func unquoted(l *ast.BasicLit) string {
	if l.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(l.Value)
	if err != nil {
		return ""
	}
	return s
}

func readRoom(t *testing.T, sources map[string]string, tables map[string]tableKind) *storeRoom {
	t.Helper()
	r := &storeRoom{tables: tables, texts: map[string]ast.Expr{}, functions: map[string][]*function{}}
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		file, err := parser.ParseFile(token.NewFileSet(), name, sources[name], parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			r.declare(name, d)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.functions)) {
		for _, f := range r.functions[name] {
			r.find(f)
		}
	}
	return r
}

func (r *storeRoom) declare(file string, d ast.Decl) {
	switch d := d.(type) {
	case *ast.GenDecl:
		for _, s := range d.Specs {
			if v, ok := s.(*ast.ValueSpec); ok {
				for i, name := range v.Names {
					if i < len(v.Values) {
						r.texts[name.Name] = v.Values[i]
					}
				}
			}
		}
	case *ast.FuncDecl:
		f := &function{name: d.Name.Name, file: file, body: d.Body}
		if d.Recv != nil {
			of := d.Recv.List[0].Type
			if star, ok := of.(*ast.StarExpr); ok {
				of = star.X
			}
			if name, ok := of.(*ast.Ident); ok {
				f.receiver = name.Name
			}
		}
		for _, p := range d.Type.Params.List {
			of, ok := p.Type.(*ast.Ident)
			for _, name := range p.Names {
				f.parameters = append(f.parameters, name.Name)
				f.texts = append(f.texts, ok && of.Name == "string")
			}
		}
		if f.body != nil {
			r.functions[f.name] = append(r.functions[f.name], f)
		}
	}
}

// find takes down the statements that a function runs.
func (r *storeRoom) find(f *function) {
	ast.Inspect(f.body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		s, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !slices.Contains(executing, s.Sel.Name) || len(call.Args) == 0 {
			return true
		}
		at := 0
		if len(call.Args) > 1 {
			at = 1 // behind the context
		}
		if at == len(call.Args)-1 && call.Ellipsis.IsValid() {
			return true // a prepared statement: it was read where it was prepared
		}
		for _, e := range r.oneByOne(f, call.Args[at]) {
			r.given(f, r.text(f, e, nil), map[string]bool{})
		}
		return true
	})
}

// oneByOne are the statements that a loop over a list of them runs: statement in `for _, statement := range []string{…}`, or a member of
// it.
func (r *storeRoom) oneByOne(f *function, e ast.Expr) []ast.Expr {
	of := e
	if s, ok := of.(*ast.SelectorExpr); ok {
		of = s.X
	}
	name, ok := of.(*ast.Ident)
	if !ok {
		return []ast.Expr{e}
	}
	all := []ast.Expr{e}
	ast.Inspect(f.body, func(n ast.Node) bool {
		loop, ok := n.(*ast.RangeStmt)
		if !ok {
			return true
		}
		value, ok := loop.Value.(*ast.Ident)
		list, listed := loop.X.(*ast.CompositeLit)
		if ok && listed && value.Name == name.Name {
			all = list.Elts
		}
		return true
	})
	return all
}

// given takes down a statement. Where a piece of it is a parameter, callers give it.
func (r *storeRoom) given(f *function, text string, seen map[string]bool) {
	m := parameterMark.FindStringSubmatch(text)
	if m == nil || f.exported() || seen[f.name] {
		r.statements = append(r.statements, statement{f, text})
		return
	}
	seen = maps.Clone(seen)
	seen[f.name] = true
	at, err := strconv.Atoi(m[1])
	if err != nil {
		panic(err) // the mark is ours
	}
	for _, caller := range r.callers(f) {
		ast.Inspect(caller.body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if ok && calledName(call) == f.name && at < len(call.Args) {
				r.given(caller, strings.ReplaceAll(text, m[0], r.text(caller, call.Args[at], nil)), seen)
			}
			return true
		})
	}
}

func calledName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// callers are the functions of the room that call one of this name.
func (r *storeRoom) callers(f *function) (all []*function) {
	for _, name := range slices.Sorted(maps.Keys(r.functions)) {
		for _, g := range r.functions[name] {
			calls := false
			ast.Inspect(g.body, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				calls = calls || ok && calledName(call) == f.name
				return true
			})
			if calls && g != f {
				all = append(all, g)
			}
		}
	}
	return all
}

// text is what is known of a text where a function uses it: the pieces that it may be put together from, one after the other.
func (r *storeRoom) text(f *function, e ast.Expr, seen []ast.Node) string {
	if slices.Contains(seen, ast.Node(e)) || len(seen) > 40 {
		return ""
	}
	seen = append(seen, e)
	switch e := e.(type) {
	case *ast.BasicLit:
		return unquoted(e)
	case *ast.ParenExpr:
		return r.text(f, e.X, seen)
	case *ast.BinaryExpr:
		return r.text(f, e.X, seen) + r.text(f, e.Y, seen)
	case *ast.CompositeLit:
		var all []string
		for _, element := range e.Elts {
			all = append(all, r.text(f, element, seen))
		}
		return strings.Join(all, " ")
	case *ast.Ident:
		return r.named(f, e.Name, seen)
	case *ast.SelectorExpr: // a member of what a function of the room put together
		if of, ok := e.X.(*ast.Ident); ok {
			if text := strings.TrimSpace(anyMark.ReplaceAllString(r.named(f, of.Name, seen), "")); text != "" {
				return text
			}
		}
	case *ast.CallExpr:
		return r.called(f, e, seen)
	}
	return unknown
}

// named is what a variable may hold: everything that the function puts into it.
func (r *storeRoom) named(f *function, name string, seen []ast.Node) string {
	var pieces []string
	ast.Inspect(f.body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if id, ok := left.(*ast.Ident); ok && id.Name == name {
					pieces = append(pieces, r.text(f, n.Rhs[min(i, len(n.Rhs)-1)], seen))
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if id.Name == name && i < len(n.Values) {
					pieces = append(pieces, r.text(f, n.Values[i], seen))
				}
			}
		}
		return true
	})
	switch at := slices.Index(f.parameters, name); {
	case at >= 0 && f.texts[at]:
		pieces = append([]string{fmt.Sprintf(fromOut, at)}, pieces...)
	case len(pieces) == 0 && r.texts[name] != nil:
		return r.text(f, r.texts[name], seen)
	case len(pieces) == 0:
		return unknown
	}
	return strings.Join(pieces, " ")
}

var verb = regexp.MustCompile(`%[a-z]`)

// called is what a call gives back: of functions that put texts together their arguments, of functions of the room every text
// in them.
func (r *storeRoom) called(f *function, call *ast.CallExpr, seen []ast.Node) string {
	name := calledName(call)
	var arguments []string
	for _, a := range call.Args {
		arguments = append(arguments, r.text(f, a, seen))
	}
	switch name {
	case "Sprintf":
		at := 0
		return verb.ReplaceAllStringFunc(arguments[0], func(string) string {
			if at++; at < len(arguments) {
				return arguments[at]
			}
			return unknown
		})
	case "Join", "append", "ReplaceAll", "Repeat", "string", "Replace", "TrimSuffix", "TrimPrefix", "TrimRight":
		return strings.Join(arguments, " ")
	case "String":
		if text := r.built(f, call, seen); text != "" {
			return text
		}
	}
	var pieces []string
	for _, g := range r.functions[name] {
		if text, ok := r.returned(g, arguments, seen); ok {
			pieces = append(pieces, text)
			continue
		}
		ast.Inspect(g.body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				pieces = append(pieces, unquoted(n))
			case *ast.Ident:
				if known, ok := r.texts[n.Name].(*ast.BasicLit); ok {
					pieces = append(pieces, unquoted(known))
				}
			}
			return true
		})
	}
	if len(pieces) == 0 {
		return unknown
	}
	return strings.Join(append(pieces, anyMark.ReplaceAllString(strings.Join(arguments, " "), unknown)), " ")
}

// returned is what a function gives back that does nothing else than to put a text together, with these arguments.
func (r *storeRoom) returned(g *function, arguments []string, seen []ast.Node) (string, bool) {
	if len(g.body.List) != 1 {
		return "", false
	}
	back, ok := g.body.List[0].(*ast.ReturnStmt)
	if !ok || len(back.Results) != 1 {
		return "", false
	}
	return parameterMark.ReplaceAllStringFunc(r.text(g, back.Results[0], seen), func(mark string) string {
		at, err := strconv.Atoi(parameterMark.FindStringSubmatch(mark)[1])
		if err != nil || at >= len(arguments) {
			return unknown
		}
		return arguments[at]
	}), true
}

// built is what a strings.Builder of the function was given.
func (r *storeRoom) built(f *function, call *ast.CallExpr, seen []ast.Node) string {
	s, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	builder, ok := s.X.(*ast.Ident)
	if !ok {
		return ""
	}
	text := ""
	ast.Inspect(f.body, func(n ast.Node) bool {
		write, ok := n.(*ast.CallExpr)
		if !ok || calledName(write) != "WriteString" || len(write.Args) != 1 {
			return true
		}
		if to, ok := write.Fun.(*ast.SelectorExpr).X.(*ast.Ident); ok && to.Name == builder.Name {
			text += r.text(f, write.Args[0], seen)
		}
		return true
	})
	return text
}

var (
	tableNamed = regexp.MustCompile(`(?is)\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+(?:ONLY\s+)?(⟦[^⟧]*⟧|\w+)`)
	anyVerb    = regexp.MustCompile(`(?i)\b(SELECT|INSERT|UPDATE|DELETE|ALTER|CREATE|DROP|TRUNCATE|LISTEN|PRAGMA|VACUUM|ATTACH|DETACH|SET|BEGIN|ANALYZE)\b`)
	setClause  = regexp.MustCompile(`(?is)\bSET\b.*?(\bWHERE\b|$)`)
	insertInto = regexp.MustCompile(`(?is)\bINSERT\s+INTO\s+(\w+)\s*\(([^)]*)\)`)
	// tenantNamed is a column of the tenant compared with something given, not with a column of another table.
	tenantNamed = regexp.MustCompile(`(?i)\b(account_id|organization_id|customer_id)(?:, 0\))?\s*(=|<|IN\b|BETWEEN)\s*(\$\d|\?|%s|%d|ANY|\(|⟦)`)
	idNamed     = regexp.MustCompile(`(?i)\bid\s*=\s*(\$\d|\?)`)
)

// complaints are the statements that may reach rows of more than one tenant.
func (r *storeRoom) complaints() []complaint {
	var all []complaint
	add := func(f *function, format string, args ...any) {
		c := complaint{f.file, f.name, fmt.Sprintf(format, args...)}
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	for _, s := range r.statements {
		tables, atRunTime := r.tablesOf(s.text)
		switch {
		case atRunTime:
			add(s.of, "names its table at run time")
		case !anyVerb.MatchString(s.text):
			add(s.of, "a statement that cannot be read")
		case len(tables) == 0 || r.namesTenant(s.text, tables):
		case parameterMark.MatchString(s.text) && s.of.exported():
			add(s.of, "takes part of its statement from outside of the room")
		case r.childrenAlone(tables) && r.vouched(s.of, nil):
		default:
			add(s.of, "a statement on %s does not say whose rows: %s", strings.Join(tables, ", "), oneLine(s.text))
		}
	}
	return all
}

func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return text[:min(len(text), 160)]
}

// tablesOf are the tables of tenants that a statement touches.
func (r *storeRoom) tablesOf(text string) (tables []string, atRunTime bool) {
	for _, m := range tableNamed.FindAllStringSubmatch(text, -1) {
		if strings.HasPrefix(m[1], "⟦") {
			atRunTime = true
		}
		if _, known := r.tables[m[1]]; known && !slices.Contains(tables, m[1]) {
			tables = append(tables, m[1])
		}
	}
	return tables, atRunTime
}

// namesTenant reports whether a statement says whose rows it is about. What it sets says nothing.
func (r *storeRoom) namesTenant(text string, tables []string) bool {
	if m := insertInto.FindStringSubmatch(text); m != nil {
		switch r.tables[m[1]] {
		case owned:
			return regexp.MustCompile(`\b(account_id|organization_id)\b`).MatchString(m[2])
		case tenantRoot:
			return true // a new organization
		}
	}
	where := setClause.ReplaceAllString(text, " $1")
	if tenantNamed.MatchString(where) {
		return true
	}
	root := slices.ContainsFunc(tables, func(name string) bool { return r.tables[name] == tenantRoot })
	return root && len(tables) == 1 && idNamed.MatchString(where)
}

func (r *storeRoom) childrenAlone(tables []string) bool {
	return !slices.ContainsFunc(tables, func(name string) bool { return r.tables[name] != child })
}

// vouched reports whether a function that reaches rows by their parent's id is only come to from where the parent was reached as its
// tenant's: from the handle of an account, or from functions whose own statements say whose rows they are about.
func (r *storeRoom) vouched(f *function, seen []*function) bool {
	switch {
	case f.receiver == "Scope":
		return true
	case slices.Contains(seen, f):
		return true
	case unscoped[f.name] != "" && len(seen) > 0:
		return true // its reason says why
	case r.guards(f):
		return true
	case f.exported():
		return false
	}
	callers := r.callers(f)
	for _, g := range callers {
		if !r.vouched(g, append(seen, f)) {
			return false
		}
	}
	return len(callers) > 0
}

// guards reports whether a function has a statement on a parent, and all of them say whose rows.
func (r *storeRoom) guards(f *function) bool {
	some := false
	for _, s := range r.statements {
		if s.of != f {
			continue
		}
		tables, _ := r.tablesOf(s.text)
		if len(tables) == 0 || r.childrenAlone(tables) {
			continue
		}
		if !r.namesTenant(s.text, tables) {
			return false
		}
		some = true
	}
	return some
}
