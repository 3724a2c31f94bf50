package act365

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Limits of a probe.
const (
	probeTimeout = 30 * time.Second // of one call
	probeBody    = 8 << 20          // bytes of an answer that are read
)

// ProbeOptions say which service to ask, with which keys, and how far to go.
type ProbeOptions struct {
	Live  string `name:"live" help:"Base URL of a live service: ask it which assumptions of the simulator hold, and exit." placeholder:"URL"`
	Write bool   `name:"live-write" help:"With --live: also probe by creating, changing and deleting records of its own."`
	Rate  bool   `name:"live-rate" help:"With --live: also use up a whole minute's budget of calls to see the refusal."`

	APIKey       string       `kong:"-"`
	DeveloperKey string       `kong:"-"`
	Client       *http.Client `kong:"-"` // nil = one of its own
}

// verdict is the outcome of a probe.
type verdict string

const (
	agrees  verdict = "agrees"
	differs verdict = "DIFFERS"
	open    verdict = "open" // could not be told
)

// finding is what a probe found out.
type finding struct {
	verdict verdict
	found   string
}

func found(holds bool, format string, args ...any) finding {
	f := finding{verdict: differs, found: fmt.Sprintf(format, args...)}
	if holds {
		f.verdict = agrees
	}
	return f
}

func unclear(format string, args ...any) finding {
	return finding{verdict: open, found: fmt.Sprintf(format, args...)}
}

// Probe asks a live service whether what the simulator assumes is so, and prints the difference.
// It only reads unless Write is set; what it writes it names "Jackfield probe" and deletes. A
// difference is a result, not an error; the error says that the service could not be asked.
func Probe(ctx context.Context, o ProbeOptions, out io.Writer) error {
	findings, failed := probe(ctx, o)
	if findings == nil {
		return failed
	}
	mode := "reading only"
	if o.Write {
		mode = "reading and writing"
	}
	var report bytes.Buffer
	fmt.Fprintf(&report, "Contract of Act! 365 against %s, %s\n\n", o.Live, mode)
	counts := map[verdict]int{}
	for i, a := range contract() {
		f := findings[i]
		counts[f.verdict]++
		fmt.Fprintf(&report, "%-8s %-11s %s\n%21sassumed: %s\n%21sfound:   %s\n", f.verdict, a.id, a.subject, "", a.assumed, "", f.found)
		if f.verdict == differs {
			fmt.Fprintf(&report, "%21sknob:    %s\n", "", a.knob)
		}
	}
	fmt.Fprintf(&report, "\n%d agree, %d differ, %d open\n", counts[agrees], counts[differs], counts[open])
	_, err := out.Write(report.Bytes())
	return errors.Join(failed, err)
}

// probe gives a finding for each assumption of the contract, in its order. There may be an error
// beside the findings: records of the probe that could not be deleted.
func probe(ctx context.Context, o ProbeOptions) ([]finding, error) {
	p, err := newProber(ctx, o)
	if err != nil {
		return nil, err
	}
	first := p.get("Contacts", "$top", "4")
	switch {
	case first.err != nil:
		return nil, fmt.Errorf("%s cannot be reached: %w", o.Live, first.err)
	case first.status == http.StatusUnauthorized || first.status == http.StatusForbidden:
		return nil, fmt.Errorf("%s does not accept the keys: status %d", o.Live, first.status)
	case first.status != http.StatusOK:
		return nil, fmt.Errorf("%s answers %d to GET /Contacts", o.Live, first.status)
	}
	p.sample = first.list()
	var findings []finding
	var left error
	for _, a := range contract() {
		if !a.writes {
			left = errors.Join(left, p.cleanUp())
		}
		findings = append(findings, p.run(a))
	}
	return findings, errors.Join(left, p.cleanUp())
}

func (p *prober) run(a assumption) finding {
	switch {
	case a.probe == nil:
		return unclear("not asked: %s", a.why)
	case a.writes && !p.options.Write:
		return unclear("not asked: it takes --live-write")
	}
	p.failed = nil
	f := a.probe(p)
	if p.failed != nil {
		return unclear("the service could not be asked: %v", p.failed)
	}
	return f
}

// prober talks to the service under examination.
type prober struct {
	ctx     context.Context
	options ProbeOptions
	base    string
	client  *http.Client
	sample  []map[string]any // the first contacts
	rubbish []string         // paths of records that were created and not yet deleted
	failed  error            // the first failure of the running probe that tells nothing
}

func newProber(ctx context.Context, o ProbeOptions) (*prober, error) {
	base, err := url.Parse(strings.TrimRight(o.Live, "/"))
	switch {
	case err != nil || base.Host == "":
		return nil, fmt.Errorf("%q is no base URL such as https://app.act365.com/act/api", o.Live)
	case base.Scheme != "https" && (base.Scheme != "http" || !isLoopbackHost(base.Hostname())):
		return nil, fmt.Errorf("%q is not https: keys are not sent in clear", o.Live)
	case o.APIKey == "" || o.DeveloperKey == "":
		return nil, errors.New("an API key and a developer key are needed")
	}
	client := o.Client
	if client == nil {
		client = &http.Client{Timeout: probeTimeout}
	}
	quiet := *client
	quiet.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &prober{ctx: ctx, options: o, base: base.String(), client: &quiet}, nil
}

// probeAnswer is what the service said to one call.
type probeAnswer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

// list is the answer as an array of objects; nil when it is none.
func (a probeAnswer) list() []map[string]any {
	var list []map[string]any
	if a.status != http.StatusOK || json.Unmarshal(a.body, &list) != nil {
		return nil
	}
	return list
}

// object is the answer as an object; nil when it is none.
func (a probeAnswer) object() map[string]any {
	var object map[string]any
	if json.Unmarshal(a.body, &object) != nil {
		return nil
	}
	return object
}

func (a probeAnswer) id() string {
	id, _ := a.object()["id"].(string)
	return id
}

// get reads a resource; options are names and values of the query.
func (p *prober) get(path string, options ...string) probeAnswer {
	return p.call(http.MethodGet, path, options, nil)
}

// send writes; body is encoded as JSON unless it is nil.
func (p *prober) send(method, path string, body any, options ...string) probeAnswer {
	return p.call(method, path, options, body)
}

func (p *prober) call(method, path string, options []string, body any) probeAnswer {
	address := p.base + "/" + path
	var query []string
	for i := 0; i+1 < len(options); i += 2 {
		query = append(query, url.QueryEscape(options[i])+"="+url.QueryEscape(options[i+1]))
	}
	if len(query) > 0 {
		address += "?" + strings.Join(query, "&")
	}
	var content io.Reader
	if body != nil {
		content = bytes.NewReader(mustJSON(body))
	}
	r, err := http.NewRequestWithContext(p.ctx, method, address, content)
	if err != nil {
		return p.broken(err)
	}
	r.SetBasicAuth(p.options.APIKey, p.options.DeveloperKey)
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return p.do(r)
}

// do sends a request. Refusals by rate and failures of the service tell nothing about the
// assumption that is being probed; the probe then counts as open.
func (p *prober) do(r *http.Request) probeAnswer {
	answer, err := p.client.Do(r)
	if err != nil {
		return p.broken(err)
	}
	defer func() { _ = answer.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, probeBody))
	if err != nil {
		return p.broken(err)
	}
	if answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode > http.StatusNotImplemented {
		if p.failed == nil {
			p.failed = fmt.Errorf("status %d", answer.StatusCode)
		}
	}
	return probeAnswer{status: answer.StatusCode, header: answer.Header, body: raw}
}

func (p *prober) broken(err error) probeAnswer {
	if p.failed == nil {
		p.failed = err
	}
	return probeAnswer{err: err}
}

// create makes a record that is deleted when the probe is over.
func (p *prober) create(path string, body map[string]any) probeAnswer {
	answer := p.send(http.MethodPost, path, body)
	if id := answer.id(); id != "" && answer.status < 300 {
		p.rubbish = append(p.rubbish, path+"/"+id)
	} else if at := answer.header.Get("Location"); at != "" && answer.status < 300 {
		p.rubbish = append(p.rubbish, path+"/"+at[strings.LastIndexByte(at, '/')+1:])
	}
	return answer
}

// cleanUp deletes what was created, even when the context is over.
func (p *prober) cleanUp() error {
	if len(p.rubbish) == 0 {
		return nil
	}
	asked := p.ctx
	ctx, cancel := context.WithTimeout(context.WithoutCancel(asked), probeTimeout)
	defer cancel()
	p.ctx = ctx
	defer func() { p.ctx = asked }()
	var left []string
	for _, path := range p.rubbish {
		if answer := p.send(http.MethodDelete, path, nil); answer.err != nil || answer.status >= 300 && answer.status != http.StatusNotFound {
			left = append(left, path)
		}
	}
	p.rubbish = nil
	if len(left) > 0 {
		return fmt.Errorf("these records of the probe could not be deleted; delete them by hand: %s", strings.Join(left, ", "))
	}
	return nil
}

// probeName is a name that nothing else has and that people recognise.
func probeName() string { return "Jackfield probe " + strings.ToLower(rand.Text()[:12]) }
