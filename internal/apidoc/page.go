package apidoc

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"jackfield/internal/ceql"
	"jackfield/internal/connector"
)

// PagesMade is the first line of every page: what makes it again.
const PagesMade = "<!-- Made from the connector's definition by: jackfield connector describe --out docs/connectors -->"

// Page describes a connector in Markdown: how to make an instance, what it holds, resources, filters, pages, events and
// fields. notes is the connector's README, which goes last; "" when there is none.
func Page(d *connector.Definition, notes string) string {
	p := &page{def: d}
	p.line(PagesMade, "", "# "+d.Name+" (`"+d.Key+"`)", "")
	p.line(strings.TrimSpace(d.Description), "")
	p.summary()
	p.configuration()
	p.resources()
	p.filters()
	p.paging()
	p.events()
	p.fields()
	p.notes(notes)
	return strings.TrimRight(p.out.String(), "\n") + "\n"
}

// Pages describes every connector of a folder of folders, by file name, with README.md as their index.
func Pages(folders fs.FS) (map[string]string, error) {
	entries, err := fs.ReadDir(folders, ".")
	if err != nil {
		return nil, err
	}
	pages := map[string]string{}
	var all []*connector.Definition
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		d, err := connector.LoadFolder(folders, entry.Name())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name(), err)
		}
		notes, err := fs.ReadFile(folders, entry.Name()+"/README.md")
		if err != nil {
			notes = nil // a connector of an operator may have none
		}
		pages[d.Key+".md"] = Page(d, string(notes))
		all = append(all, d)
	}
	pages["README.md"] = index(all)
	return pages, nil
}

// index lists connectors by hub and name.
func index(all []*connector.Definition) string {
	slices.SortFunc(all, func(a, b *connector.Definition) int {
		return cmp.Or(cmp.Compare(a.Hub, b.Hub), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	})
	p := &page{}
	p.line(PagesMade, "", "# Shipped connectors", "")
	p.line("A page for each, made from its definition. [Writing a connector](../connectors.md) tells how to make one.", "")
	p.row("connector", "key", "hub", "authentication", "objects")
	p.row("---", "---", "---", "---", "---")
	for _, d := range all {
		one := page{def: d}
		p.row("["+d.Name+"]("+d.Key+".md)", "`"+d.Key+"`", d.Hub, strings.Join(one.authentication(), ", "), strings.Join(one.objects(), ", "))
	}
	return p.out.String()
}

type page struct {
	def *connector.Definition
	out strings.Builder
}

func (p *page) line(lines ...string) {
	for _, line := range lines {
		p.out.WriteString(line + "\n")
	}
}

var cellEscaper = strings.NewReplacer("|", `\|`, "\r", "", "\n", " ")

func (p *page) row(cells ...string) {
	for i := range cells {
		cells[i] = cellEscaper.Replace(strings.TrimSpace(cells[i]))
	}
	p.line("| " + strings.Join(cells, " | ") + " |")
}

func (p *page) heading(titles ...string) {
	p.row(titles...)
	p.row(slices.Repeat([]string{"---"}, len(titles))...)
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

func (p *page) value(key string) string {
	if entry := p.def.Entry(key); entry != nil {
		return entry.DefaultValue
	}
	return ""
}

// authentication lists the types that an instance may choose from.
func (p *page) authentication() []string {
	if entry := p.def.Entry("authentication.type"); entry != nil && len(entry.Options) > 0 {
		types := make([]string, len(entry.Options))
		for i, o := range entry.Options {
			types[i] = o.Value
		}
		return types
	}
	return []string{p.def.Authentication.Type}
}

func (p *page) summary() {
	d := p.def
	p.heading("", "")
	p.row("hub", code(d.Hub))
	p.row("id", fmt.Sprint(d.ID))
	p.row("protocol", d.ProtocolType)
	p.row("authentication", strings.Join(p.authentication(), ", "))
	p.row("address", code(p.value("base.url")))
	var bulk []string
	if d.BulkDownloadEnabled {
		bulk = append(bulk, "download")
	}
	if d.BulkUploadEnabled {
		bulk = append(bulk, "upload")
	}
	p.row("bulk", cmp.Or(strings.Join(bulk, ", "), "none"))
	p.row("changes", cmp.Or(p.value("event.vendor.type"), "not noticed"))
	p.line("")
}

// configuration tells what an instance is asked for, with a call that makes one, and what it may change beside.
func (p *page) configuration() {
	var asked, kept []connector.ConfigurationEntry
	for _, entry := range p.def.Configuration {
		switch {
		case entry.Internal:
		case entry.HideFromConsole:
			kept = append(kept, entry)
		default:
			asked = append(asked, entry)
		}
	}
	slices.SortStableFunc(asked, func(a, b connector.ConfigurationEntry) int { return cmp.Compare(a.DisplayOrder, b.DisplayOrder) })
	p.line("## An instance", "")
	p.example(asked)
	p.entries("What is asked for:", asked)
	p.entries("What holds unless an instance says otherwise:", kept)
}

// example is the call that makes an instance of the first type of authentication.
func (p *page) example(asked []connector.ConfigurationEntry) {
	var lines []string
	first := p.authentication()[0]
	for _, entry := range asked {
		if entry.Required && entry.DefaultValue == "" || entry.GroupName != "" && entry.GroupName == first && entry.DefaultValue == "" {
			lines = append(lines, fmt.Sprintf("    %q: \"…\"", entry.Key))
		}
	}
	p.line("```", "POST /elements/api-v2/instances", "{")
	p.line(fmt.Sprintf(`  "element": {"key": %q},`, p.def.Key), `  "name": "my `+p.def.Name+`",`)
	if strings.HasPrefix(first, "oauth") {
		p.line(`  "providerData": {"code": "…"},`)
	}
	p.line(`  "configuration": {`)
	if len(lines) > 0 {
		p.line(strings.Join(lines, ",\n"))
	}
	p.line("  }", "}", "```", "")
	if strings.HasPrefix(first, "oauth") {
		p.line("The code comes from the address that `GET /elements/"+p.def.Key+"/oauth/url` gives. A connect link or the console does all of it.", "")
	}
}

func (p *page) entries(title string, all []connector.ConfigurationEntry) {
	if len(all) == 0 {
		return
	}
	p.line(title, "")
	p.heading("key", "needed", "default", "")
	for _, entry := range all {
		needed := ""
		switch {
		case entry.Required && entry.DefaultValue == "":
			needed = "yes"
		case entry.GroupName != "":
			needed = "with " + entry.GroupName
		}
		standard := entry.DefaultValue
		if len(standard) > maxDefault || strings.Contains(standard, "\n") || mayBeSecret(entry) {
			standard = ""
		}
		text := entry.Description
		if len(entry.Options) > 0 {
			options := make([]string, len(entry.Options))
			for i, o := range entry.Options {
				options[i] = code(o.Value) + " " + o.Description
			}
			text += " " + strings.Join(options, "; ")
		}
		p.row(code(entry.Key), needed, code(standard), text)
	}
	p.line("")
}

// maxDefault is how long a default may be to stand in a table, in bytes.
const maxDefault = 80

// mayBeSecret reports whether a default is better not repeated: private connectors have keys of their own in them.
func mayBeSecret(entry connector.ConfigurationEntry) bool {
	key := strings.ToLower(strings.NewReplacer(".", "", "_", "", "-", "").Replace(entry.Key))
	if entry.Type == "PASSWORD" {
		return true
	}
	return !strings.HasSuffix(key, "url") && slices.ContainsFunc([]string{"secret", "password", "token", "apikey", "jks"}, func(word string) bool {
		return strings.Contains(key, word)
	})
}

// shown are the resources that callers call, with their path below the hub.
func (p *page) shown() []*connector.Resource {
	var all []*connector.Resource
	for i := range p.def.Resources {
		if r := &p.def.Resources[i]; r.ResourceType() == connector.ResourceAPI {
			all = append(all, r)
		}
	}
	return all
}

func object(r *connector.Resource) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(connector.RelativePath(r.Path), "/"), "/")
	return first
}

func (p *page) objects() []string {
	var names []string
	for _, r := range p.shown() {
		if name := object(r); !slices.Contains(names, name) && name != "ping" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// given reports whether callers give the parameter.
func given(q *connector.Parameter) bool {
	if q.FromResponse() {
		return false
	}
	switch q.Type {
	case connector.TypeValue, connector.TypeCustomValue, connector.TypeConfiguration, connector.TypePrevBody, connector.TypePrevBodyField:
		return false
	}
	return q.Name != ""
}

func (p *page) resources() {
	p.line("## Resources", "", "Paths stand behind `/elements/api-v2`, with or without `/hubs/"+p.def.Hub+"`.", "")
	for _, name := range append(p.objects(), "ping") {
		p.objectResources(name)
	}
	var own []string
	for i := range p.def.Resources {
		r := &p.def.Resources[i]
		if kind := r.ResourceType(); kind != connector.ResourceAPI && kind != connector.ResourceAPINoDocumentation {
			own = append(own, fmt.Sprintf("`%s`: %s (`%s %s`)", kind, r.Description, r.VendorMethod, r.VendorPath))
		}
	}
	if len(own) > 0 {
		p.line("Called by the platform itself:", "")
		for _, text := range own {
			p.line("- " + text)
		}
		p.line("")
	}
}

// objectResources is a table of the resources of an object, and one of what they take.
func (p *page) objectResources(name string) {
	var all []*connector.Resource
	for _, r := range p.shown() {
		if object(r) == name {
			all = append(all, r)
		}
	}
	if len(all) == 0 {
		return
	}
	p.line("### "+name, "")
	p.heading("call", "", "takes", "at the provider")
	type taken struct{ name, place, text string }
	var details []taken
	for _, r := range all {
		var names []string
		for i := range r.Parameters {
			q := &r.Parameters[i]
			if !given(q) || q.Type == connector.TypePath {
				continue
			}
			shown := code(q.Name)
			if q.Type == connector.TypeBody {
				shown = "a body"
			}
			if q.Required && q.Type != connector.TypeBody {
				shown += "\\*"
			}
			if q.Type != connector.TypeWhere {
				names = append(names, shown)
			}
			one := taken{shown, q.Type, q.Description}
			if q.Description != "" && q.Type != connector.TypeBody && !slices.Contains(details, one) {
				details = append(details, one)
			}
		}
		vendor := code(cmp.Or(r.VendorMethod, r.Method) + " " + r.VendorPath)
		p.row(code(r.Method+" "+connector.RelativePath(r.Path)), r.Description, strings.Join(names, ", "), vendor)
	}
	p.line("")
	if len(details) == 0 {
		return
	}
	p.heading("parameter", "place", "")
	for _, one := range details {
		p.row(one.name, one.place, one.text)
	}
	p.line("")
}

// filters tells what where may say, resource by resource.
func (p *page) filters() {
	type filter struct{ converter, terms string }
	var kinds []filter
	calls := map[filter][]string{}
	for _, r := range p.shown() {
		var f filter
		var terms []string
		declared := false
		for i := range r.Parameters {
			q := &r.Parameters[i]
			switch {
			case q.Type == connector.TypeQuery && q.Name == "where":
				declared, f.converter = true, q.ConverterName()
				if q.VendorType == connector.TypeNoOp {
					f.converter = "no-op"
				}
			case q.Type == connector.TypeWhere:
				terms = append(terms, code(q.Name))
			}
		}
		if !declared {
			continue
		}
		f.terms = strings.Join(terms, ", ")
		if calls[f] == nil {
			kinds = append(kinds, f)
		}
		calls[f] = append(calls[f], code(r.Method+" "+connector.RelativePath(r.Path)))
	}
	if len(kinds) == 0 {
		return
	}
	p.line("## Filters", "", "`where` takes [CEQL](../connectors.md#filters). A term with a parameter of its own stands at the top of the expression, joined by `AND`.", "")
	p.heading("calls", "terms with a parameter of their own", "everything else")
	for _, f := range kinds {
		rest := code(f.converter) + ": " + ceql.Makes(f.converter)
		switch {
		case f.converter == "":
			rest = "sent as it is"
		case f.converter == "no-op" && f.terms != "":
			rest = "refused"
		case f.converter == "no-op":
			rest = "read by a hook"
		case ceql.Makes(f.converter) == "":
			rest = code(f.converter) + ", which does not exist here: refused"
		}
		p.row(strings.Join(calls[f], ", "), f.terms, rest)
	}
	p.line("")
}

// paging tells how lists are paged.
func (p *page) paging() {
	p.line("## Pages", "")
	byPage, byToken, cut := 0, 0, 0
	for _, r := range p.shown() {
		switch {
		case r.PaginationType == connector.PaginationOurs:
			cut++
		case r.NextPageKey != "":
			byToken++
		case slices.ContainsFunc(r.Parameters, func(q connector.Parameter) bool { return q.Type == connector.TypeQuery && q.Name == "page" }):
			byPage++
		}
	}
	if most := p.value("pagination.max"); most != "" {
		p.line("A page has at most " + most + " rows.")
	}
	p.line("`Elements-Next-Page-Token` of an answer is the `nextPage` of the next call; the last page has none.")
	if byPage > 0 {
		p.line("Lists with `page` take its number as well.")
	}
	if byToken > 0 {
		p.line("The provider has tokens for lists without it.")
	}
	if cut > 0 {
		p.line("Where the provider gives whole lists, pages are cut here.")
	}
	p.line("")
}

// events tells what is looked at for changes.
func (p *page) events() {
	var polled map[string]struct {
		URL                string
		DatesConfiguration struct{ UpdatedDateField, CreatedDateField string }
	}
	text := p.value("event.poller.configuration")
	if text == "" || json.Unmarshal([]byte(text), &polled) != nil || len(polled) == 0 {
		return
	}
	p.line("## Changes", "", "With `event.notification.enabled` these are looked at every `event.poller.refresh_interval` minutes.", "")
	p.heading("object", "asks", "changed", "created")
	for _, name := range slices.Sorted(maps.Keys(polled)) {
		one := polled[name]
		p.row(name, code(one.URL), code(one.DatesConfiguration.UpdatedDateField), code(one.DatesConfiguration.CreatedDateField))
	}
	p.line("")
}

// notes adds the connector's README, its headings a level deeper.
func (p *page) notes(text string) {
	text = strings.TrimSpace(text)
	if title, rest, _ := strings.Cut(text, "\n"); strings.HasPrefix(title, "# ") {
		text = strings.TrimSpace(rest)
	}
	if text == "" {
		return
	}
	p.line("## Notes", "")
	fenced := false
	for line := range strings.SplitSeq(text, "\n") {
		fenced = fenced != strings.HasPrefix(line, "```")
		if !fenced && strings.HasPrefix(line, "##") {
			line = "#" + line
		}
		p.line(line)
	}
}
