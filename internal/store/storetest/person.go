package storetest

import (
	"testing"

	"jackfield/internal/store"
)

// SetActive activates or deactivates a user, as an administrator does.
func SetActive(t testing.TB, db *store.DB, userID int64, active bool) {
	t.Helper()
	found, err := db.IdentityByUser(t.Context(), userID)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ChangeUser(t.Context(), found.Organization.ID, userID, func(i *store.Identity) error {
		i.User.Active = active
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
}
