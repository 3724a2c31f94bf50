package wire_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/server"
	"jackfield/internal/store/storetest"
)

// rotated is the answer to a new secret or token.
type rotated struct {
	Secret, Token      string
	PreviousValidUntil *time.Time
}

type knownSecret struct {
	Current                               bool
	CreatedDate, LastUsedDate, ValidUntil *time.Time
	Hint                                  string
}

func (h *house) rotate(path, body string) (r rotated) {
	h.t.Helper()
	h.do(request{method: "PUT", path: path, body: body}).want(200).into(&r)
	return r
}

func (h *house) secretsAt(path string) (all []knownSecret) {
	h.t.Helper()
	h.do(request{path: path}).want(200).into(&all)
	return all
}

// with asks with a header of its own.
func (h *house) with(authorization, method, path, body string) *answer {
	h.t.Helper()
	return h.do(request{method: method, path: path, body: body, header: map[string]string{"Authorization": authorization}})
}

func (h *house) pair(user, organization string) string {
	return "User " + user + ", Organization " + organization
}

func TestSecretsAndTokensRotateWithAnOverlap(t *testing.T) {
	t.Parallel()
	for _, on := range []string{"sqlite", "postgres"} {
		t.Run(on, func(t *testing.T) {
			t.Parallel()
			var options []option
			if on == "postgres" {
				options = append(options, func(o *server.Options) { o.Database = storetest.PostgresURL(t) })
			}
			h := build(t, options...)
			first, firstOrganization := h.user, h.organization
			connected := h.act("one")

			made := h.rotate("/users/me/secret", "")
			if len(made.Secret) != 44 || made.PreviousValidUntil == nil || time.Until(*made.PreviousValidUntil) > time.Hour || time.Until(*made.PreviousValidUntil) < 58*time.Minute {
				t.Errorf("%+v", made)
			}
			h.with(h.pair(first, firstOrganization), "GET", "/organizations/me", "").want(200)
			h.user = made.Secret
			known := h.secretsAt("/users/me/secrets")
			if len(known) != 2 || !known[0].Current || known[0].LastUsedDate == nil || known[0].ValidUntil != nil || known[0].Hint != made.Secret[:4] ||
				known[1].Current || !known[1].ValidUntil.Equal(*made.PreviousValidUntil) || known[1].LastUsedDate == nil {
				t.Errorf("%+v", known)
			}
			h.do(request{method: "DELETE", path: "/users/me/secrets"}).want(200)
			h.with(h.pair(first, firstOrganization), "GET", "/organizations/me", "").want(401, "user secret")
			if known = h.secretsAt("/users/me/secrets"); len(known) != 1 {
				t.Errorf("%+v", known)
			}
			second := h.user
			h.user = h.rotate("/users/me/secret", `{"overlapMinutes":0}`).Secret
			h.with(h.pair(second, firstOrganization), "GET", "/organizations/me", "").want(401)

			organization := h.rotate("/organizations/me/secret", `{"overlapMinutes":5}`)
			if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(organization.Secret) {
				t.Errorf("%d characters", len(organization.Secret))
			}
			h.with(h.pair(h.user, firstOrganization), "GET", "/organizations/me", "").want(200, organization.Secret)
			h.organization = organization.Secret
			h.do(request{method: "DELETE", path: "/organizations/me/secrets"}).want(200)
			h.with(h.pair(h.user, firstOrganization), "GET", "/organizations/me", "").want(401, "organization secret")
			if known = h.secretsAt("/organizations/me/secrets"); len(known) != 1 || known[0].LastUsedDate == nil {
				t.Errorf("%+v", known)
			}

			at := fmt.Sprintf("/instances/%d", connected.ID)
			token := h.rotate(at+"/token", `{"overlapMinutes":10}`)
			for _, each := range []string{connected.Token, token.Token} {
				h.do(request{path: "/hubs/crm/contacts", token: each}).want(200)
			}
			if known = h.secretsAt(at + "/tokens"); len(known) != 2 || known[0].LastUsedDate == nil || known[1].LastUsedDate == nil {
				t.Errorf("%+v", known)
			}
			h.do(request{method: "DELETE", path: at + "/tokens"}).want(200)
			h.do(request{path: "/hubs/crm/contacts", token: connected.Token}).want(401)
			h.do(request{path: "/hubs/crm/contacts", token: token.Token}).want(200)
			var last rotated
			h.do(request{method: "PUT", path: "/instances/token", token: token.Token, body: `{"overlapMinutes":0}`}).want(200).into(&last)
			if last.PreviousValidUntil != nil {
				t.Errorf("%+v", last)
			}
			h.do(request{path: "/hubs/crm/contacts", token: token.Token}).want(401)
			h.do(request{path: "/hubs/crm/contacts", token: last.Token}).want(200)
			h.do(request{path: at}).want(200, last.Token)

			// A login still gets both secrets, the current ones.
			var login struct{ Token string }
			h.do(request{method: "POST", path: "/authentication", body: `{"username":"ada@example.org","password":"` + password + `"}`}).want(200).into(&login)
			h.with("Bearer "+login.Token, "GET", "/authentication/secrets", "").want(200, h.user, h.organization)
		})
	}
}

func TestABadRotationChangesNothing(t *testing.T) {
	t.Parallel()
	h := build(t)
	connected := h.act("one")
	for _, test := range []struct {
		path, body string
		status     int
		text       string
	}{
		{"/users/me/secret", `{"overlapMinutes":-1}`, 400, "overlapMinutes"},
		{"/users/me/secret", `{"overlapMinutes":43201}`, 400, "30 days"},
		{"/users/me/secret", `{"overlapMinutes":"5"}`, 400, "body"},
		{"/users/me/secret", `[`, 400, "body"},
		{"/users/-1/secret", ``, 404, "No user found with id -1"},
		{"/users/1152921504606846976/secret", ``, 404, "1152921504606846976"},
		{"/users/1/secret", ``, 404, "No user found"}, // the system's
		{"/organizations/me/secret", `{"overlapMinutes":1.5}`, 400, "overlapMinutes"},
		{"/instances/-1/token", ``, 404, "No instance"},
		{"/instances/1152921504606846976/token", ``, 404, "No instance"},
		{fmt.Sprintf("/instances/%d/token", connected.ID), `{"overlapMinutes":99999}`, 400, "overlapMinutes"},
	} {
		h.do(request{method: "PUT", path: test.path, body: test.body}).want(test.status, test.text)
	}
	for _, path := range []string{"/users/me/secrets", "/organizations/me/secrets", fmt.Sprintf("/instances/%d/tokens", connected.ID)} {
		if known := h.secretsAt(path); len(known) != 1 {
			t.Errorf("%s: %+v", path, known)
		}
	}
	h.do(request{path: "/hubs/crm/contacts", token: connected.Token}).want(200)
}

func TestAMachineCallsWithAnAPIKeyAlone(t *testing.T) {
	t.Parallel()
	h := build(t)
	connected := h.act("one")
	var made struct {
		ID                             int64
		Name, Prefix, Key, ExpiresDate string
		LastUsedDate                   *string
	}
	a := h.do(request{method: "POST", path: "/users/me/api-keys", body: `{"name":"Nightly <i>import</i>","expiresDate":"2100-01-31"}`}).want(200)
	a.into(&made)
	if !regexp.MustCompile("^"+access.APIKeyPattern+"$").MatchString(made.Key) || made.Name != "Nightly import" || made.ExpiresDate != "2100-01-31T00:00:00Z" || made.LastUsedDate != nil {
		t.Fatalf("%+v", made)
	}
	key := "Bearer " + made.Key
	h.with(key, "GET", "/instances", "").want(200, `"name":"one"`)
	h.with(key+", Element "+connected.Token, "GET", "/hubs/crm/contacts", "").want(200)
	h.with("Element "+connected.Token+", "+key, "GET", "/instances/configuration", "").want(200)
	h.with(key, "PUT", fmt.Sprintf("/instances/%d/enabled", connected.ID), "").want(200)

	list := h.do(request{path: "/users/me/api-keys"}).want(200, made.Prefix, `"lastUsedDate":"20`)
	if strings.Contains(string(list.body), made.Key) || strings.Contains(string(list.body), `"key"`) {
		t.Error("the key is shown again")
	}
	// What would outlive the key is not given to it.
	h.with(key, "GET", "/authentication/secrets", "").want(403, "API key")
	if own := h.with(key, "GET", "/organizations/me", "").want(200, `"name"`); strings.Contains(string(own.body), h.organization) {
		t.Error("an API key sees the organization's secret")
	}
	h.with(key, "PUT", "/users/me/secret", "").want(403, "API key")
	h.with(key, "POST", "/users/me/api-keys", `{"name":"more"}`).want(403, "API key")

	wrong := made.Key[:len(made.Key)-1] + "!"
	h.with("Bearer "+wrong, "GET", "/instances", "").want(401, "checksum")
	h.with("Bearer "+access.NewAPIKey(), "GET", "/instances", "").want(401, "revoked")
	for body, status := range map[string]int{
		`{}`: 400, `{"name":"` + strings.Repeat("x", 101) + `"}`: 400, `{"name":"x","expiresDate":"soon"}`: 400,
		`{"name":"x","expiresDate":"2020-01-01"}`: 400, `{"name":"NIGHTLY IMPORT"}`: 409, `[]`: 400,
	} {
		h.do(request{method: "POST", path: "/users/me/api-keys", body: body}).want(status)
	}
	for path, status := range map[string]int{"/users/me/api-keys/-1": 404, "/users/me/api-keys/1152921504606846976": 404, "/users/-1/api-keys/1": 404} {
		h.do(request{method: "DELETE", path: path}).want(status)
	}
	h.do(request{method: "DELETE", path: fmt.Sprintf("/users/me/api-keys/%d", made.ID)}).want(200)
	h.with(key, "GET", "/instances", "").want(401, "revoked")
	h.with(key+", Element "+connected.Token, "GET", "/hubs/crm/contacts", "").want(401)
}

func TestAnotherServerKnowsRotatedSecretsAndRevokedKeys(t *testing.T) {
	t.Parallel()
	address, data := storetest.PostgresURL(t), t.TempDir()
	same := func(o *server.Options) { o.Database, o.Data = address, data }
	one, two := build(t, same), build(t, same)
	connected := one.act("one")
	var key struct {
		ID  int64
		Key string
	}
	one.do(request{method: "POST", path: "/users/me/api-keys", body: `{"name":"machine"}`}).want(200).into(&key)
	old := one.pair(one.user, one.organization)
	await(t, "the key works everywhere", func() *answer { return two.with("Bearer "+key.Key, "GET", "/instances", "") }, func(a *answer) bool { return a.status == 200 })
	two.with(old+", Element "+connected.Token, "GET", "/hubs/crm/contacts", "").want(200)

	made := one.rotate("/users/me/secret", "")
	token := one.rotate(fmt.Sprintf("/instances/%d/token", connected.ID), "")
	current := one.pair(made.Secret, one.organization)
	await(t, "the new secret works everywhere", func() *answer { return two.with(current, "GET", "/instances", "") }, func(a *answer) bool { return a.status == 200 })
	two.with(old, "GET", "/instances", "").want(200)
	two.with(current+", Element "+connected.Token, "GET", "/hubs/crm/contacts", "").want(200)
	two.with(current+", Element "+token.Token, "GET", "/hubs/crm/contacts", "").want(200)

	one.with(current, "DELETE", "/users/me/secrets", "").want(200)
	one.with(current, "DELETE", fmt.Sprintf("/instances/%d/tokens", connected.ID), "").want(200)
	one.with(current, "DELETE", fmt.Sprintf("/users/me/api-keys/%d", key.ID), "").want(200)
	for what, ask := range map[string]func() *answer{
		"the end of the old secret": func() *answer { return two.with(old, "GET", "/instances", "") },
		"the end of the old token": func() *answer {
			return two.with(current+", Element "+connected.Token, "GET", "/hubs/crm/contacts", "")
		},
		"the end of the key": func() *answer { return two.with("Bearer "+key.Key, "GET", "/instances", "") },
	} {
		await(t, what, ask, func(a *answer) bool { return a.status == 401 })
	}
	two.with(current+", Element "+token.Token, "GET", "/hubs/crm/contacts", "").want(200)
}
