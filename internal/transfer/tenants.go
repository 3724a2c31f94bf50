package transfer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/catalog"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Types of lines, in the order in which they are counted.
var lineTypes = []string{"customer", "organization", "account", "user", "instance"}

// importBatch is how many lines are looked up, or stored in one transaction, together: few enough that a running server on SQLite does
// not wait for long.
const importBatch = 500

// Import brings tenants of another system in: a file of JSON lines, docs/moving.md.
type Import struct {
	DB      *store.DB
	Access  *access.Service
	Catalog *catalog.Catalog
	DryRun  bool // only looks
}

// Finding is something about a line. A conflict keeps the whole file out.
type Finding struct {
	Line     int
	Conflict bool
	Text     string
}

func (f Finding) String() string {
	kind := "note"
	if f.Conflict {
		kind = "conflict"
	}
	return fmt.Sprintf("line %d: %s: %s", f.Line, kind, f.Text)
}

// Imported is what came of a file. Numbers are by type of line.
type Imported struct {
	Findings  []Finding // by line
	Conflicts int
	New       map[string]int // made, or with DryRun to be made
	There     map[string]int // were there already, and stay as they are
}

// ErrConflicts says that a file was not taken in because of its conflicts.
var ErrConflicts = errors.New("nothing was changed: mend the conflicts and run it again")

// Run looks at every line first. With conflicts nothing is written, and the error is ErrConflicts. Then batches of lines are written,
// each whole or not at all. What is there already is left alone, so that the same file can be run again after an interruption. Between
// the two looks the file must not change.
func (i Import) Run(ctx context.Context, file io.ReadSeeker) (*Imported, error) {
	started, err := i.DB.Bootstrapped(ctx)
	if err != nil {
		return nil, err
	}
	if !started {
		return nil, fault.New(fault.Conflict, "The database has no administrator yet: start the server once, then import")
	}
	p := &plan{Import: i, now: time.Now().UTC().Truncate(time.Millisecond), result: &Imported{New: map[string]int{}, There: map[string]int{}}}
	if err := p.prepare(ctx); err != nil {
		return nil, err
	}
	if err := p.look(ctx, file); err != nil {
		return nil, err
	}
	result := p.result
	slices.SortStableFunc(result.Findings, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	if result.Conflicts > 0 {
		return result, ErrConflicts
	}
	if i.DryRun {
		return result, nil
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if err := p.write(ctx, file); err != nil {
		return result, err
	}
	return result, i.DB.AnnounceAll(ctx)
}

// plan is one run: what the file's references stand for, and what is to be done with each line.
type plan struct {
	Import
	now    time.Time
	result *Imported

	customers     map[string]*customerRef
	organizations map[string]*organizationRef
	accounts      map[string]*accountRef
	users         map[string]*userRef
	claims        map[claim]int // line that has claimed something that is unique

	roles      map[string]bool // keys of the built-in roles
	operator   int64           // customer of organizations without one
	connectors map[connectorOf]*catalog.Connector

	lines []bool // by line that is not empty: it is to be written
	met   []*metInstance
}

type customerRef struct{ id int64 }

type organizationRef struct {
	line       int
	id         int64 // 0 until it is made
	customer   *customerRef
	roles      map[string]bool // its own
	hasDefault bool
}

type accountRef struct {
	id           int64
	sees         int64 // account whose connectors count: 0, what everybody sees, for one that is new
	organization *organizationRef
	isDefault    bool
}

type userRef struct {
	id      int64
	account *accountRef
}

// connectorOf is a connector as an account sees it.
type connectorOf struct {
	account int64
	key     string
}

func (p *plan) prepare(ctx context.Context) error {
	p.customers, p.organizations, p.accounts, p.users = map[string]*customerRef{}, map[string]*organizationRef{}, map[string]*accountRef{}, map[string]*userRef{}
	p.claims, p.connectors, p.roles = map[claim]int{}, map[connectorOf]*catalog.Connector{}, map[string]bool{}
	for _, role := range access.DefaultRoles() {
		p.roles[role.Key] = true
	}
	first, err := p.DB.FirstAdministrator(ctx)
	if err == nil {
		p.operator = first.Organization.CustomerID
	}
	return err
}

// look reads every line and finds out what is to be done with it.
func (p *plan) look(ctx context.Context, file io.Reader) error {
	r := newLineReader(file)
	for {
		line, tooLong, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("the file cannot be read: %w", err)
		}
		p.lines = append(p.lines, false)
		if tooLong {
			p.conflict(r.number, "the line is longer than %d bytes", maxLine)
			continue
		}
		if err := p.lookAt(ctx, r.number, line); err != nil {
			return fmt.Errorf("line %d: %w", r.number, err)
		}
		if len(p.met) == importBatch {
			if err := p.lookForInstances(ctx); err != nil {
				return err
			}
		}
	}
	if err := p.lookForInstances(ctx); err != nil {
		return err
	}
	for _, o := range p.organizations {
		if o.id == 0 && !o.hasDefault {
			p.conflict(o.line, `the organization has no default account: add a line {"type":"account", "default":true, …} for it`)
		}
	}
	return nil
}

func (p *plan) lookAt(ctx context.Context, number int, line []byte) error {
	o, err := parseObject(line)
	if err != nil {
		p.conflict(number, "%v", err)
		return nil
	}
	var kind string
	o.into("type", "a text", &kind)
	l := &importLine{object: o, number: number, index: len(p.lines) - 1, kind: kind}
	switch kind {
	case "customer":
		err = p.customer(ctx, l)
	case "organization":
		err = p.organization(ctx, l)
	case "account":
		err = p.account(ctx, l)
	case "user":
		err = p.user(ctx, l)
	case "instance":
		err = p.instance(ctx, l, line)
	default:
		p.conflict(number, "type must be one of customer, organization, account, user, instance")
		return nil
	}
	for _, problem := range o.problems {
		p.conflict(number, "%s", problem)
	}
	if unknown := o.unknown(); len(unknown) > 0 && kind != "instance" {
		p.note(number, "members that are not known are left out: %v", unknown)
	}
	return err
}

// importLine is a line that is looked at.
type importLine struct {
	*object
	number int // from 1, as editors count
	index  int // among the lines that are not empty
	kind   string
}

// settle says what becomes of a line: there already, or to be made.
func (p *plan) settle(l *importLine, there bool) {
	switch {
	case len(l.problems) > 0:
	case there:
		p.result.There[l.kind]++
	default:
		p.result.New[l.kind]++
		p.lines[l.index] = true
	}
}

func (p *plan) conflict(line int, format string, args ...any) {
	p.result.Conflicts++
	p.result.Findings = append(p.result.Findings, Finding{line, true, fmt.Sprintf(format, args...)})
}

func (p *plan) note(line int, format string, args ...any) {
	p.result.Findings = append(p.result.Findings, Finding{line, false, fmt.Sprintf(format, args...)})
}

// Text says what came of a file, a line for each finding and one for each type of line.
func (i *Imported) Text(dryRun bool) string {
	var text strings.Builder
	for _, f := range i.Findings {
		text.WriteString(f.String() + "\n")
	}
	if i.Conflicts > 0 {
		return text.String()
	}
	made := "made"
	if dryRun {
		made = "to be made"
	}
	for _, kind := range lineTypes {
		if i.New[kind]+i.There[kind] > 0 {
			fmt.Fprintf(&text, "%-12s %8d %s, %8d there already\n", kind, i.New[kind], made, i.There[kind])
		}
	}
	if dryRun {
		text.WriteString("Nothing was changed.\n")
	}
	return text.String()
}
