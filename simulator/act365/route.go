package act365

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// handler answers one method of one route.
type handler func(*call) (reply, error)

// methods of a route by verb.
type methods map[string]handler

// route is a path below the base path, in lower case; "{}" stands for any one segment.
type route struct {
	segments []string
	methods  methods
}

// call is a request that found its handler.
type call struct {
	*exchange
	sim   *Simulator
	parts []string // what the {} of the route stand for, decoded
	now   instant
}

// account is the caller's data. The caller holds Simulator.mu.
func (c *call) account() *account { return c.sim.accounts[c.who.user.account] }

// newRoutes is the table of reference/act365.md §4 and act365-connector.md. Literal segments stand
// before {} where both would fit.
func (s *Simulator) newRoutes() []route {
	m := models()
	contact := &resource{key: contacts, path: "Contacts", model: m.contact, check: checkContact, event: true}
	interaction := &resource{key: interactions, path: "Interactions", model: m.interaction, check: checkInteraction, event: true}
	series := &resource{key: interactions, path: "InteractionSeries", model: m.interaction, check: checkInteraction}
	group := &resource{key: groups, path: "Groups", model: m.group, check: checkGroup, event: true}
	todo := &resource{key: todos, path: "Todos", model: m.todo, check: checkTodo, event: true}
	opportunity := &resource{key: opportunities, path: "Opportunities", model: m.opportunity, check: checkOpportunity, event: true}
	campaign := &resource{key: campaigns, path: "Campaigns", model: m.campaign, check: checkCampaign}
	field := &resource{key: metadata, path: "Metadata", model: m.metadata}
	export := &resource{key: exports, path: "Export", model: m.export, check: checkExport}
	webhook := &resource{key: webhooks, path: "Webhooks", model: m.webhook, check: checkWebhook}
	stage := &resource{key: stages, path: "Opportunities/Stages", model: m.stage, check: checkStage}
	table := []struct {
		path    string
		methods methods
	}{
		{"", methods{"GET": ping}},
		{"contacts", methods{"GET": contact.list, "POST": contact.create, "PATCH": contact.mergeWhere, "DELETE": contact.removeWhere}},
		{"contacts/{}", methods{"GET": contact.read, "PUT": contact.replace, "DELETE": contact.remove}},
		{"interactions", methods{"GET": interaction.list, "POST": interaction.create}},
		{"interactions/{}", methods{"GET": interaction.read, "PUT": interaction.replace, "DELETE": interaction.remove}},
		{"interactionseries", methods{"POST": series.createSeries}},
		{"interactionseries/{}", methods{"GET": series.readSeries, "PUT": series.replaceSeries, "DELETE": series.removeSeries}},
		{"groups", methods{"GET": group.list, "POST": group.create, "PATCH": group.mergeWhere}},
		{"groups/{}", methods{"GET": group.read, "PUT": group.replace, "PATCH": group.merge, "DELETE": group.remove}},
		{"todos", methods{"GET": todo.list, "POST": todo.create, "PATCH": todo.mergeWhere}},
		{"todos/{}", methods{"GET": todo.read, "PUT": todo.replace, "PATCH": todo.merge, "DELETE": todo.remove}},
		{"opportunities", methods{"GET": opportunity.list, "POST": opportunity.create, "PATCH": opportunity.mergeWhere}},
		{"opportunities/totals", methods{"GET": totals}},
		{"opportunities/stages", methods{"GET": stage.list}},
		{"opportunities/stages/{}", methods{"PUT": stage.replace}},
		{"opportunities/{}", methods{"GET": opportunity.read, "PUT": opportunity.replace, "PATCH": opportunity.merge, "DELETE": opportunity.remove}},
		{"opportunities/{}/activities", methods{"GET": opportunityActivities}},
		{"opportunitystages", methods{"GET": stage.list}},
		{"campaigns", methods{"GET": campaign.list, "POST": campaign.create}},
		{"campaigns/{}", methods{"GET": campaign.read}},
		{"campaigns/{}/contact/{}", methods{"GET": campaignContact}},
		{"metadata", methods{"GET": field.list, "PUT": putMetadata}},
		{"export", methods{"POST": export.create}},
		{"export/{}", methods{"GET": download}},
		{"export/download/{}", methods{"GET": download}},
		{"userinfos", methods{"GET": userInfos}},
		{"webhooks", methods{"GET": webhook.list, "POST": webhook.create}},
		{"webhooks/{}", methods{"DELETE": webhook.remove}},
		{"calendarurlkey", methods{"GET": calendarKey, "PUT": newCalendarKey}},
		// What these answer is not known, so they say so.
		{"calendar", methods{"GET": unknownAnswer}},
		{"calendar/{}", methods{"GET": unknownAnswer}},
		{"contactactivities", methods{"GET": unknownAnswer}},
		{"emarketing", methods{"GET": unknownAnswer}},
		{"emarketingtemplates", methods{"GET": unknownAnswer}},
		{"import/google", methods{"POST": unknownAnswer}},
		{"import/icloud", methods{"POST": unknownAnswer}},
	}
	routes := make([]route, len(table))
	for i, entry := range table {
		routes[i] = route{methods: entry.methods}
		if entry.path != "" {
			routes[i].segments = strings.Split(entry.path, "/")
		}
	}
	return routes
}

// serveAPI authenticates, counts, finds the route and lets its handler answer.
func (s *Simulator) serveAPI(x *exchange) (reply, *refusal) {
	rest, ok := below(x.request.URL.EscapedPath(), s.options.BasePath)
	if !ok {
		return reply{}, refuse(http.StatusNotFound, "There is nothing at this address; the API is below %s.", s.options.BasePath)
	}
	verbs, parts, found := s.findRoute(rest)
	if x.request.Method == http.MethodOptions && found {
		return reply{status: http.StatusNoContent, header: http.Header{"Allow": {verbs.allow()}}}, nil
	}
	who, denied := s.authenticate(x.request.Header.Get("Authorization"))
	if denied != nil {
		return reply{}, denied
	}
	x.who = who
	if refused := s.rate.take(who.developer, s.rateNow(), s.options, s.clock.now()); refused != nil {
		return *refused, nil
	}
	if !found {
		return reply{}, refuse(http.StatusNotFound, "There is no resource at this address.")
	}
	verb := x.request.Method
	if verb == http.MethodHead {
		verb = http.MethodGet
	}
	handle, allowed := verbs[verb]
	if !allowed {
		wrong := refuse(http.StatusMethodNotAllowed, "The resource does not support the method %s.", verb)
		wrong.header = http.Header{"Allow": {verbs.allow()}}
		return reply{}, wrong
	}
	out, err := handle(&call{exchange: x, sim: s, parts: parts, now: instantOf(s.clock.now())})
	if err == nil {
		return out, nil
	}
	if refused, ok := err.(*refusal); ok {
		return reply{}, refused
	}
	return reply{}, refuse(http.StatusInternalServerError, "%s", err)
}

// findRoute matches the path below the base path, in any case and with or without a slash at its end.
func (s *Simulator) findRoute(rest string) (methods, []string, bool) {
	rest = strings.TrimPrefix(strings.TrimSuffix(rest, "/"), "/")
	var segments []string
	if rest != "" {
		segments = strings.Split(rest, "/")
	}
	for i := range s.routes {
		if parts, ok := s.routes[i].match(segments); ok {
			return s.routes[i].methods, parts, true
		}
	}
	return nil, nil, false
}

func (r *route) match(segments []string) (parts []string, ok bool) {
	if len(segments) != len(r.segments) {
		return nil, false
	}
	for i, want := range r.segments {
		if want != "{}" {
			if !strings.EqualFold(segments[i], want) {
				return nil, false
			}
			continue
		}
		part, err := url.PathUnescape(segments[i])
		if err != nil || part == "" {
			return nil, false
		}
		parts = append(parts, part)
	}
	return parts, true
}

// allow lists the verbs of a route for the Allow header.
func (m methods) allow() string {
	verbs := []string{"OPTIONS"}
	for verb := range m {
		verbs = append(verbs, verb)
		if verb == http.MethodGet {
			verbs = append(verbs, http.MethodHead)
		}
	}
	slices.Sort(verbs)
	return strings.Join(verbs, ", ")
}

// jsonBody checks that the request carries a JSON body of a size the provider takes.
func (c *call) jsonBody() error {
	kind, _, err := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && kind != "text/json" {
		return refuse(http.StatusUnsupportedMediaType, "The media type %q is not supported; send application/json.", c.request.Header.Get("Content-Type"))
	}
	if c.tooLarge {
		return refuse(http.StatusRequestEntityTooLarge, "The body is larger than %d bytes.", maxBody)
	}
	return nil
}

// id is the n-th part of the path, which has to be an id.
func (c *call) id(n int) (string, error) {
	id, ok := cleanID(c.parts[n])
	if !ok {
		return "", refuse(http.StatusBadRequest, "%q is no id; an id has 24 hexadecimal digits.", c.parts[n])
	}
	return id, nil
}
