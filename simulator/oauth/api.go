package oauth

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// api answers below /api/ whoever brings a living access token, in the header alone (RFC 6750 §2.1).
func (s *Simulator) api(x *exchange) reply {
	x.style = "bearer"
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counters.Calls++
	token, bearer := strings.CutPrefix(x.Header.Get("Authorization"), "Bearer ")
	a, found := s.grants.access.by[token]
	switch {
	case !bearer || !found || a.family.revoked:
		s.counters.Refused++
		s.touch()
		return unauthorized("invalid_token", "the access token is missing, not known or revoked")
	case a.expired || a.calls == 0 || !x.now.Before(a.expires):
		if !a.expired {
			a.expired = true
			s.counters.Expired++
			a.family.counters.Expired++
		}
		s.counters.Refused++
		s.touch()
		return unauthorized("invalid_token", "the access token has expired")
	}
	if a.calls > 0 {
		a.calls--
	}
	s.counters.Answered++
	s.touch()
	x.client = a.family.client
	return s.serveAPI(x, strings.TrimPrefix(x.URL.Path, "/api"), map[string]any{
		"family": a.family.number, "client": a.family.client, "user": a.family.user, "scope": a.family.scope,
	})
}

// serveAPI is the API itself. s.mu is held.
func (s *Simulator) serveAPI(x *exchange, path string, who map[string]any) reply {
	switch {
	case path == "/me":
		return jsonReply(http.StatusOK, who)
	case path == "/echo":
		query := map[string][]string(x.URL.Query())
		for name := range query {
			if strings.HasPrefix(name, "oauth_") {
				delete(query, name)
			}
		}
		return jsonReply(http.StatusOK, map[string]any{"method": x.Method, "query": query, "rawQuery": x.URL.RawQuery, "body": string(x.body), "who": who})
	case path == "/contacts" && x.Method == http.MethodGet:
		return jsonReply(http.StatusOK, slices.Clone(s.records))
	case path == "/contacts" && x.Method == http.MethodPost:
		var record map[string]any
		decoder := json.NewDecoder(bytes.NewReader(x.body))
		decoder.UseNumber()
		if err := decoder.Decode(&record); err != nil || record == nil {
			return jsonReply(http.StatusBadRequest, map[string]string{"message": "the body has to be a JSON object"})
		}
		if len(s.records) >= maxRecord {
			return jsonReply(http.StatusInsufficientStorage, map[string]string{"message": "there are too many records"})
		}
		record["id"] = len(s.records) + 1
		s.records = append(s.records, record)
		return jsonReply(http.StatusCreated, record)
	case path == "/contacts":
		return jsonReply(http.StatusMethodNotAllowed, map[string]string{"message": "the method " + x.Method + " is not allowed here"})
	}
	return jsonReply(http.StatusNotFound, map[string]string{"message": "there is nothing at this address"})
}
