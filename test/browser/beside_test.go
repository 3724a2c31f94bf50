package browser_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"jackfield/simulator/identity"

	_ "modernc.org/sqlite" // the database of the demo
)

// What a browser cannot bring about: somebody whose password is older than any policy.
const (
	expiredEmail    = "ada+expired@example.org"
	expiredPassword = "Lovelace-Passw0rd!"
)

// beside starts an identity provider and makes a user whose password has aged, and returns what the walk must know of them, as JSON.
func beside(t *testing.T, facts, data string) string {
	t.Helper()
	provider, err := identity.New(identity.Options{People: []identity.Person{
		{Email: "grace@walk.example", FirstName: "Grace", LastName: "Hopper", Groups: []string{"staff"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(provider)
	t.Cleanup(server.Close)
	var demo struct{ URL, UserSecret, OrganizationSecret string }
	if err := json.Unmarshal([]byte(facts), &demo); err != nil {
		t.Fatal(err)
	}

	body := `{"firstName":"Ada","lastName":"Byron","email":"` + expiredEmail + `","password":"` + expiredPassword + `"}`
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, demo.URL+"/elements/api-v2/organizations/users", bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "User "+demo.UserSecret+", Organization "+demo.OrganizationSecret)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("making a user: %s", response.Status)
	}
	age(t, data)

	more, err := json.Marshal(map[string]any{
		"identity": map[string]string{
			"url": server.URL, "entityId": identity.EntityID(server.URL), "ssoUrl": server.URL + "/saml/sso", "sloUrl": server.URL + "/saml/slo",
			"certificate": provider.Certificate(), "clientId": identity.DefaultClientID, "clientSecret": identity.DefaultClientSecret,
		},
		"expired": map[string]string{"username": expiredEmail, "password": expiredPassword},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(more)
}

// age makes the user's password older than any policy allows, which the API cannot.
func age(t *testing.T, data string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(data, "jackfield.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // only read from now on
	changed, err := db.ExecContext(t.Context(), "UPDATE users SET password_changed_at = 1 WHERE email = $1", expiredEmail)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := changed.RowsAffected(); err != nil || n != 1 {
		t.Fatalf("%d users aged, %v", n, err)
	}
}
