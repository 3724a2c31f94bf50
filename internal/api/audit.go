package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/audit"
	"jackfield/internal/credential"
	"jackfield/internal/fault"

	"github.com/go-chi/chi/v5"
)

// Limits of what an audited change costs.
const (
	// maxAuditRead is the largest document that is compared, in bytes. Of a larger one no members are kept.
	maxAuditRead = 4 << 20
	// maxAuditBody of a request are looked through for secrets that answers do not show.
	maxAuditBody = 64 << 10
	// auditReadTime bounds the reading of what is changed.
	auditReadTime = 5 * time.Second
)

// changesNothing are routes with a changing method that only compute, or that are audited where they end.
var changesNothing = map[string]bool{
	"POST /elements/convert":                true,
	"POST /elements/{keyOrId}/oauth/url":    true,
	"POST /models/{name}/schema":            true,
	"POST /models/{name}/schema/csv":        true,
	"POST /models/{name}/csv":               true,
	"POST /authentication/saml/{idpId}/acs": true, // the console opens the session, and says so
}

// changesByPost are POST routes that change what is there: they are compared before and after, as PUT is. Others make something, and
// their answer is what was made.
var changesByPost = map[string]bool{
	"POST /accounts/{id}/settings":                           true,
	"POST /elements/{keyOrId}/resources/{resourceId}/models": true,
}

// secretAnswers have members in their answers that are secret although their names do not say so.
var secretAnswers = []struct{ pattern, member string }{
	{"/api-keys", "key"},
	{"/instances/connect-links", "url"}, // who knows the address may use the link
}

// auditPlan is what the audit of a route does.
type auditPlan struct {
	kind, variable string     // of the path that names the entity
	reader         *auditRead // of what is changed; nil = the answer says it
	answers        bool       // the answer is what was made
	compare        audit.Comparison
}

// auditRead is the route that shows what another one changes.
type auditRead struct {
	row       route
	variables [][2]string // of its path, and which of the changing one's they are
	ofToken   bool        // its {id} is that of the instance of the Element token
}

// auditPlans are those of every route that changes something, by method and pattern.
func auditPlans(rows []route) map[string]*auditPlan {
	readers := map[string]route{}
	for _, row := range rows {
		if row.method == http.MethodGet {
			readers[shape(row.pattern)] = row
		}
	}
	plans := map[string]*auditPlan{}
	for _, row := range rows {
		name := row.method + " " + row.pattern
		if row.method == http.MethodGet || changesNothing[name] {
			continue
		}
		p := &auditPlan{compare: audit.Comparison{Secret: credential.IsSensitive}}
		p.kind, p.variable = auditKind(row.pattern)
		if p.kind == audit.KindElementInstances { // which are answered with their whole connector
			p.compare.Brief = []string{"element"}
		}
		for _, secret := range secretAnswers {
			if strings.Contains(row.pattern, secret.pattern) {
				p.compare.Members = append(p.compare.Members, secret.member)
			}
		}
		p.answers = row.method == http.MethodPost && !changesByPost[name]
		if !p.answers && row.need != public {
			p.reader = readerOf(row, readers)
		}
		plans[name] = p
	}
	return plans
}

// readerOf is the GET route of the same path, or of the longest part of it that has one. Whole lists of the platform are not read.
// Nil: there is none, or the change is about a secret, which a GET does not show.
func readerOf(row route, readers map[string]route) *auditRead {
	segments := strings.Split(strings.TrimPrefix(row.pattern, "/"), "/")
	if last := segments[len(segments)-1]; last == "secret" || last == "token" {
		return nil
	}
	if row.need == instanceToken && (len(segments) < 2 || segments[1] != "configuration") {
		one, known := readers["/instances/{}"]
		if !known {
			return nil
		}
		return &auditRead{row: one, ofToken: true}
	}
	for n := len(segments); n > 0; n-- {
		if n == 1 && len(segments) > 1 {
			break
		}
		reader, known := readers[shape("/"+strings.Join(segments[:n], "/"))]
		if !known {
			continue
		}
		read := &auditRead{row: reader}
		for i, segment := range strings.Split(strings.TrimPrefix(reader.pattern, "/"), "/") {
			if variable(segment) {
				read.variables = append(read.variables, [2]string{unbraced(segment), unbraced(segments[i])})
			}
		}
		return read
	}
	return nil
}

func variable(segment string) bool   { return strings.HasPrefix(segment, "{") }
func unbraced(segment string) string { return strings.Trim(segment, "{}") }

// shape is a pattern without the names of its variables.
func shape(pattern string) string {
	segments := strings.Split(pattern, "/")
	for i, segment := range segments {
		if variable(segment) {
			segments[i] = "{}"
		}
	}
	return strings.Join(segments, "/")
}

// perform serves a request that was admitted. One that changes something is on record before it does, with what it changed
// afterwards, before its answer leaves (docs/decisions/0541-the-audit-is-a-frame.md).
func (a *API) perform(e *exchange, row route) {
	plan := a.audits[e.pattern]
	switch {
	case plan == nil || a.Audit == nil:
		a.served(e, row)
	case row.need == public:
		a.performLogin(e, row, plan)
	case e.principal != nil:
		a.performChange(e, row, plan)
	default:
		a.served(e, row)
	}
}

func (a *API) served(e *exchange, row route) {
	if err := row.serve(a, e); err != nil {
		a.fail(e, err)
	}
}

func (a *API) performChange(e *exchange, row route, plan *auditPlan) {
	ctx := e.r.Context()
	entry := a.auditEntry(e, plan)
	begun, err := a.Audit.Begin(ctx, entry)
	if err != nil {
		a.fail(e, err)
		return
	}
	before, beforeKnown := a.auditRead(e, plan.reader, entry.EntityID)
	asked := beginning(e)
	held := hold(e)
	ended := false
	defer func() {
		if !ended { // a panic: finish answers
			held.drop(e)
			a.endAudit(e, begun, audit.End{Status: http.StatusInternalServerError})
		}
	}()
	a.served(e, row)
	end := audit.End{Status: e.status}
	if e.status < http.StatusBadRequest {
		after, afterKnown := held.body.Bytes(), true
		if plan.reader != nil {
			after, afterKnown = a.auditRead(e, plan.reader, entry.EntityID)
		}
		if beforeKnown && afterKnown {
			end.Changes = plan.compare.Differences(before, after)
		}
		end.Changes = audit.Limited(withSecrets(end.Changes, plan.compare.Secrets(asked)))
		if entry.EntityID == "" && plan.answers {
			end.EntityID, end.InstanceID = a.madeEntity(plan.kind, held.body.Bytes())
		}
	}
	ended = true
	a.endAudit(e, begun, end)
	held.release(e)
}

func (a *API) endAudit(e *exchange, begun audit.Begun, end audit.End) {
	if err := a.Audit.End(e.r.Context(), begun, end); err != nil {
		// The change is made, and its row says by the missing end that something went wrong.
		a.Log.Error("a row of the audit log could not be ended", "request", e.id, "route", e.pattern, "error", err)
	}
}

// performLogin serves what has no caller yet: a login, or a password that is changed or reset. Of a reset with a letter that is good a row
// is there before, as of every change; of everything else one is written before the answer leaves, without which a login is of no use, and
// when it cannot be, the answer is a failure. Attempts beyond the limits are left to the log of the server: they would fill the database.
func (a *API) performLogin(e *exchange, row route, plan *auditPlan) {
	entry := a.auditEntry(e, plan)
	entry.Caller = a.loginCaller(e, beginning(e))
	var begun *audit.Begun
	if entry.Login == audit.LoginLetter && entry.UserID != 0 {
		started, err := a.Audit.Begin(e.r.Context(), entry)
		if err != nil {
			a.fail(e, err)
			return
		}
		begun = &started
	}
	held := hold(e)
	done := false
	defer func() {
		if !done {
			held.drop(e)
		}
	}()
	a.served(e, row)
	switch {
	case begun != nil:
		a.endAudit(e, *begun, audit.End{Status: e.status})
	case e.status != http.StatusTooManyRequests:
		if e.principal != nil {
			entry.Caller = audit.CallerOf(e.principal, audit.LoginPassword)
		}
		if err := a.Audit.Record(e.r.Context(), entry, audit.End{Status: e.status}); err != nil {
			held.forget()
			a.fail(e, err)
		}
	}
	done = true
	held.release(e)
}

// loginCaller is whom a request without a caller is about: the user of its email, or of the letter that it has the token of.
func (a *API) loginCaller(e *exchange, body []byte) audit.Caller {
	// Whether somebody has the email must not show, not even in the time (docs/decisions/0506-passwords-by-letter.md).
	if e.pattern == "POST /authentication/passwords/reset" {
		return audit.Caller{Login: audit.LoginLetter}
	}
	var asked struct{ Username, Token string }
	if json.Unmarshal(body, &asked) != nil {
		return audit.Caller{Login: audit.LoginPassword}
	}
	if asked.Token != "" {
		return a.Audit.ByLetter(e.r.Context(), asked.Token)
	}
	return a.Audit.ByEmail(e.r.Context(), asked.Username)
}

// auditRefused puts on record that a caller was refused a change. Who sends too much is not: that would fill the database.
func (a *API) auditRefused(e *exchange, refusal error) {
	plan := a.audits[e.pattern]
	if plan == nil || a.Audit == nil || e.principal == nil || !fault.Is(refusal, fault.Forbidden) {
		return
	}
	if err := a.Audit.Record(e.r.Context(), a.auditEntry(e, plan), audit.End{Status: status(fault.As(refusal))}); err != nil {
		a.Log.Error("a refusal could not be put into the audit log", "request", e.id, "route", e.pattern, "error", err)
	}
}

func (a *API) auditEntry(e *exchange, plan *auditPlan) audit.Entry {
	entry := audit.Entry{Kind: plan.kind, Method: e.r.Method, URI: e.path, IP: remoteIP(e.r), RequestID: e.id}
	if e.r.URL.RawQuery != "" {
		entry.URI += "?" + e.r.URL.RawQuery
	}
	if e.principal == nil {
		return entry
	}
	entry.Caller = audit.CallerOf(e.principal, loginOf(e))
	entry.EntityID, entry.InstanceID = a.auditEntity(e, plan)
	return entry
}

func loginOf(e *exchange) string {
	_, console := access.PrincipalFrom(e.r.Context())
	switch {
	case console:
		return audit.LoginConsole
	case e.credentials.Bearer != "" && e.principal.SessionID == 0:
		return audit.LoginAPIKey
	case e.credentials.Bearer != "":
		return audit.LoginBearer
	}
	return audit.LoginSecrets
}

// auditRead is the document that a change is about, as it is now. known is false when it cannot be told; a thing that is not there is
// known, and nil. Nothing that goes wrong here matters to the change.
func (a *API) auditRead(e *exchange, read *auditRead, entityID string) (document []byte, known bool) {
	if read == nil {
		return nil, true
	}
	defer func() {
		if cause := recover(); cause != nil {
			a.Log.Error("panic while what changes was read for the audit log", "request", e.id, "route", e.pattern, "cause", cause)
			document, known = nil, false
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(e.r.Context()), auditReadTime)
	defer cancel()
	path := chi.NewRouteContext()
	for _, names := range read.variables {
		path.URLParams.Add(names[0], chi.URLParam(e.r, names[1]))
	}
	if read.ofToken {
		path.URLParams.Add("id", entityID) // found while the token was known: it may not be after the change
	}
	answer := &quietAnswer{header: http.Header{}}
	r := e.r.WithContext(context.WithValue(ctx, chi.RouteCtxKey, path))
	address := *e.r.URL
	address.RawQuery = ""
	r.Method, r.Body, r.ContentLength, r.URL, r.Header = http.MethodGet, http.NoBody, 0, &address, http.Header{}
	inner := &exchange{w: answer, r: r, id: e.id, path: e.path, credentials: e.credentials, principal: e.principal, pattern: e.pattern}
	if err := read.row.serve(a, inner); err != nil {
		return nil, fault.Is(err, fault.NotFound)
	}
	return answer.body.Bytes(), answer.status == http.StatusOK && !answer.large
}

// withSecrets adds secrets that were sent to the changes that were seen.
func withSecrets(changes, sent []audit.Change) []audit.Change {
	for _, one := range sent {
		if !slices.ContainsFunc(changes, func(c audit.Change) bool { return c.Path == one.Path }) {
			changes = append(changes, one)
		}
	}
	return changes
}

// quietAnswer takes an answer that nobody waits for.
type quietAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
	large  bool
}

func (q *quietAnswer) Header() http.Header    { return q.header }
func (q *quietAnswer) WriteHeader(status int) { q.status = status }

var errLarge = errors.New("the document is too large to be compared")

func (q *quietAnswer) Write(p []byte) (int, error) {
	if q.large = q.large || q.body.Len()+len(p) > maxAuditRead; q.large {
		return 0, errLarge
	}
	return q.body.Write(p)
}

// heldAnswer keeps an answer until what it answers is on record.
type heldAnswer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func hold(e *exchange) *heldAnswer {
	h := &heldAnswer{ResponseWriter: e.w}
	e.w = h
	return h
}

func (h *heldAnswer) WriteHeader(status int)      { h.status = status }
func (h *heldAnswer) Write(p []byte) (int, error) { return h.body.Write(p) }

// drop lets further answers go out.
func (h *heldAnswer) drop(e *exchange) { e.w = h.ResponseWriter }

// forget makes room for another answer.
func (h *heldAnswer) forget() {
	h.body.Reset()
	h.Header().Del("Set-Cookie")
}

func (h *heldAnswer) release(e *exchange) {
	h.drop(e)
	if h.status != 0 {
		e.w.WriteHeader(h.status)
	}
	_, _ = h.body.WriteTo(e.w) // a caller that went away is no failure of ours
}

// beginning reads the beginning of a request's body, which is still read in whole afterwards.
func beginning(e *exchange) []byte {
	if e.r.Body == nil {
		return nil
	}
	kept, _ := io.ReadAll(io.LimitReader(e.r.Body, maxAuditBody)) // an error comes again for who reads on
	e.r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(kept), e.r.Body), e.r.Body}
	return kept
}
