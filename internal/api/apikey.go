package api

import (
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

type apiKeyWire struct {
	ID           int64   `json:"id"`
	Name         string  `json:"name"`
	Prefix       string  `json:"prefix"`
	CreatedDate  string  `json:"createdDate"`
	LastUsedDate *string `json:"lastUsedDate"` // to the minute; null = not used yet
	ExpiresDate  *string `json:"expiresDate"`  // null = never
	Key          string  `json:"key,omitempty"`
}

func wireAPIKey(k *store.APIKey, value string) apiKeyWire {
	return apiKeyWire{k.ID, k.Name, k.Prefix, k.CreatedAt.UTC().Format(time.RFC3339), dateOf(k.LastUsedAt), dateOf(k.ExpiresAt), value}
}

func (a *API) listAPIKeys(e *exchange) error {
	id, err := e.secretUser()
	if err != nil {
		return err
	}
	keys, err := a.Access.APIKeys(e.r.Context(), e.principal, id)
	if err != nil {
		return err
	}
	rows := make([]apiKeyWire, len(keys))
	for i := range keys {
		rows[i] = wireAPIKey(&keys[i], "")
	}
	return e.json(rows)
}

// createAPIKey makes a key. Its value is in this answer and nowhere else.
func (a *API) createAPIKey(e *exchange) error {
	id, err := e.secretUser()
	if err != nil {
		return err
	}
	var body struct{ Name, ExpiresDate string }
	if err := e.object("API key", &body); err != nil {
		return err
	}
	expires, err := whenOf(body.ExpiresDate)
	if err != nil {
		return err
	}
	made, value, err := a.Access.CreateAPIKey(e.r.Context(), e.principal, id, body.Name, expires)
	if err != nil {
		return err
	}
	return e.json(wireAPIKey(made, value))
}

// whenOf reads a time or a day, which is its first moment in UTC.
func whenOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(form, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fault.New(fault.Invalid, "expiresDate must be a time like 2027-01-31T00:00:00Z or a day like 2027-01-31, not %q", text)
}

func (a *API) deleteAPIKey(e *exchange) error {
	id, err := e.secretUser()
	if err != nil {
		return err
	}
	key, err := e.number("keyId", "API key")
	if err != nil {
		return err
	}
	return e.done(a.Access.DeleteAPIKey(e.r.Context(), e.principal, id, key))
}
