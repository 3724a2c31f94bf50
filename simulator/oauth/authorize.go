package oauth

import (
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// asked is what an authorization request asks for: the query, and the fields of a form over it.
func (x *exchange) asked() url.Values {
	asked := x.URL.Query()
	for name, values := range x.form {
		asked[name] = values
	}
	return asked
}

// authorize answers RFC 6749 §4.1.1.
func (s *Simulator) authorize(x *exchange) reply {
	asked := x.asked()
	s.mu.Lock()
	defer s.mu.Unlock()
	client, redirectURI := asked.Get("client_id"), asked.Get("redirect_uri")
	// Nothing is sent to an address that is not registered: these errors are shown (RFC 6749 §4.1.2.1).
	if _, known := s.options.Clients[client]; !known {
		return htmlReply(http.StatusBadRequest, "Not possible", "<p role=\"alert\">This client_id is not known.</p>")
	}
	if !s.registered(redirectURI) {
		return htmlReply(http.StatusBadRequest, "Not possible", "<p role=\"alert\">This redirect_uri is not registered.</p>")
	}
	back := func(name, value string) reply {
		return redirect(withQuery(redirectURI, name, value, "state", asked.Get("state")))
	}
	method := asked.Get("code_challenge_method")
	switch {
	case asked.Get("response_type") != "code":
		return back("error", "unsupported_response_type")
	case asked.Get("code_challenge") != "" && method != "S256":
		return back("error", "invalid_request") // plain proves nothing, so it is not taken
	case s.settings.RequirePKCE && asked.Get("code_challenge") == "":
		return back("error", "invalid_request")
	}
	answer := s.consent(x)
	if answer == "" {
		return consentPage(client, asked)
	}
	if answer != "approve" {
		s.counters.Denied++
		s.touch()
		return back("error", "access_denied")
	}
	s.counters.Codes++
	s.touch()
	return back("code", s.grants.codes.add(&code{
		client: client, redirect: redirectURI, scope: asked.Get("scope"), challenge: asked.Get("code_challenge"), expires: x.now.Add(codeLife),
	}))
}

// consent is what the user answers, "" while nothing was answered. s.mu is held.
func (s *Simulator) consent(x *exchange) string {
	switch s.settings.Consent {
	case ConsentApprove:
		return "approve"
	case ConsentDeny:
		return "deny"
	}
	if x.Method == http.MethodPost {
		return x.form.Get("answer")
	}
	return ""
}

func consentPage(client string, asked url.Values) reply {
	var page strings.Builder
	fmt.Fprintf(&page, "<main><h1>Let %s use your account?</h1><form method=\"post\">", html.EscapeString(client))
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if name != "answer" {
			fmt.Fprintf(&page, "<input type=\"hidden\" name=\"%s\" value=\"%s\">", html.EscapeString(name), html.EscapeString(asked.Get(name)))
		}
	}
	page.WriteString(`<button name="answer" value="approve">Approve</button> <button name="answer" value="deny">Deny</button></form></main>`)
	return htmlReply(http.StatusOK, "OAuth simulator", page.String())
}

// registered tells whether a code may be sent to the address.
func (s *Simulator) registered(address string) bool {
	if len(s.options.RedirectURIs) > 0 {
		return slices.Contains(s.options.RedirectURIs, address)
	}
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && u.Fragment == "" && isLoopbackHost(u.Hostname())
}

// withQuery adds names and values to an address, leaving out empty values.
func withQuery(address string, pairs ...string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	q := u.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}
