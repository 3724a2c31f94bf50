package store_test

import (
	"testing"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

func TestAnOldSecretIsFoundUntilItsTimeEnds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		ada, eve := tenant(t, db, "ada"), tenant(t, db, "eve")
		i := create(t, db, ada, "one")
		at := time.Now().UTC().Truncate(time.Millisecond)
		until := at.Add(time.Hour)
		for _, test := range []struct {
			kind       store.SecretKind
			owner      int64
			old, value string
		}{
			{store.UserSecret, ada.User.ID, ada.User.Secret, "second-user-secret-of-ada"},
			{store.OrganizationSecret, ada.Organization.ID, ada.Organization.Secret, "second-organization-secret-of-ada"},
			{store.InstanceToken, i.ID, i.Token, "second-token-of-the-instance"},
		} {
			rotation := store.SecretRotation{Kind: test.kind, OwnerID: test.owner, OrganizationID: eve.Organization.ID, Value: test.value, At: at, OldUntil: until}
			wantKind(t, db.RotateSecret(ctx, rotation), fault.NotFound) // of somebody else's organization
			if _, err := db.Secrets(ctx, test.kind, eve.Organization.ID, test.owner, at); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: read from another organization: %v", test.kind, err)
			}
			wantKind(t, db.EndOverlap(ctx, test.kind, eve.Organization.ID, test.owner, at), fault.NotFound)

			rotation.OrganizationID = ada.Organization.ID
			if err := db.RotateSecret(ctx, rotation); err != nil {
				t.Fatal(err)
			}
			if owner, end, err := db.OldSecret(ctx, test.kind, test.old, until.Add(-time.Millisecond)); err != nil || owner != test.owner || !end.Equal(until) {
				t.Errorf("%s: %d %v %v", test.kind, owner, end, err)
			}
			if _, _, err := db.OldSecret(ctx, test.kind, test.old, until); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: the old value is found when its time is over: %v", test.kind, err)
			}
			if _, _, err := db.OldSecret(ctx, test.kind, test.value, at); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: the current value is an old one: %v", test.kind, err)
			}
			all, err := db.Secrets(ctx, test.kind, ada.Organization.ID, test.owner, at)
			if err != nil || len(all) != 2 || !all[0].Current || !all[0].CreatedAt.Equal(at) || all[0].Hint != test.value[:4] ||
				all[1].Current || all[1].Hint != test.old[:4] || !all[1].ValidUntil.Equal(until) || !all[1].LastUsedAt.IsZero() {
				t.Errorf("%s: %+v %v", test.kind, all, err)
			}

			// A second rotation ends the time of the first old value.
			rotation.Value, rotation.At = "third-"+test.value, at.Add(time.Second)
			if err := db.RotateSecret(ctx, rotation); err != nil {
				t.Fatal(err)
			}
			if _, _, err := db.OldSecret(ctx, test.kind, test.old, at); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: two old values are accepted: %v", test.kind, err)
			}
			all, err = db.Secrets(ctx, test.kind, ada.Organization.ID, test.owner, at)
			if err != nil || len(all) != 2 || !all[1].CreatedAt.Equal(at) {
				t.Errorf("%s: %+v %v", test.kind, all, err)
			}
			if err := db.EndOverlap(ctx, test.kind, ada.Organization.ID, test.owner, at); err != nil {
				t.Fatal(err)
			}
			if _, _, err := db.OldSecret(ctx, test.kind, test.value, at); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: the old value outlives the end of its time: %v", test.kind, err)
			}
		}
		if found, err := db.InstanceByToken(ctx, "third-second-token-of-the-instance"); err != nil || found.ID != i.ID {
			t.Errorf("%+v %v", found, err)
		}
		if found, err := db.IdentityBySecret(ctx, "third-second-user-secret-of-ada"); err != nil || found.Organization.Secret != "third-second-organization-secret-of-ada" {
			t.Errorf("%+v %v", found, err)
		}
	})
}

func TestOfTheUsesOfASecretOneAMinuteIsWritten(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		ada := tenant(t, db, "ada")
		at := time.Now().UTC().Truncate(time.Millisecond)
		used := func(after time.Duration) time.Duration {
			t.Helper()
			uses := []store.SecretUse{
				{ID: db.SecretID(store.UserSecret, ada.User.Secret), At: at.Add(after)},
				{ID: db.SecretID(store.UserSecret, "of nobody"), At: at},
			}
			if err := db.RecordSecretUses(ctx, uses); err != nil {
				t.Fatal(err)
			}
			all, err := db.Secrets(ctx, store.UserSecret, ada.Organization.ID, ada.User.ID, at)
			if err != nil {
				t.Fatal(err)
			}
			return all[0].LastUsedAt.Sub(at)
		}
		for _, step := range []struct{ use, want time.Duration }{
			{0, 0}, {59 * time.Second, 0}, {time.Minute, time.Minute}, {30 * time.Second, time.Minute}, {time.Hour, time.Hour},
		} {
			if got := used(step.use); got != step.want {
				t.Errorf("after a use at %v the last one is %v", step.use, got)
			}
		}

		if err := db.RotateSecret(ctx, store.SecretRotation{Kind: store.UserSecret, OwnerID: ada.User.ID, OrganizationID: ada.Organization.ID,
			Value: "second-secret-of-ada", At: at, OldUntil: at.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if err := db.DeleteDeadSecrets(ctx); err != nil {
			t.Fatal(err)
		}
		all, err := db.Secrets(ctx, store.UserSecret, ada.Organization.ID, ada.User.ID, at)
		if err != nil || len(all) != 2 || !all[0].LastUsedAt.IsZero() || !all[1].LastUsedAt.Equal(at.Add(time.Hour)) {
			t.Errorf("what was known of the old secret did not go with it: %+v %v", all, err)
		}
	})
}

func TestAPIKeysBelongToTheirUser(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		ada, eve := tenant(t, db, "ada"), tenant(t, db, "eve")
		const most = 2
		key := &store.APIKey{UserID: ada.User.ID, Name: "Nightly", Prefix: "jfk_abcd", ExpiresAt: time.UnixMilli(5000).UTC()}
		wantKind(t, db.CreateAPIKey(ctx, eve.Organization.ID, key, "v1", most), fault.NotFound)
		if err := db.CreateAPIKey(ctx, ada.Organization.ID, key, "v1", most); err != nil {
			t.Fatal(err)
		}
		wantKind(t, db.CreateAPIKey(ctx, ada.Organization.ID, &store.APIKey{UserID: ada.User.ID, Name: "NIGHTLY"}, "v2", most), fault.Conflict)
		if err := db.CreateAPIKey(ctx, ada.Organization.ID, &store.APIKey{UserID: ada.User.ID, Name: "Other"}, "v2", most); err != nil {
			t.Fatal(err)
		}
		wantKind(t, db.CreateAPIKey(ctx, ada.Organization.ID, &store.APIKey{UserID: ada.User.ID, Name: "Third"}, "v3", most), fault.Conflict)

		who, found, err := db.IdentityByAPIKey(ctx, "v1")
		if err != nil || who.User.ID != ada.User.ID || found.ID != key.ID || !found.ExpiresAt.Equal(key.ExpiresAt) {
			t.Errorf("%+v %+v %v", who, found, err)
		}
		if all, err := db.APIKeys(ctx, eve.Organization.ID, ada.User.ID); err != nil || len(all) != 0 {
			t.Errorf("another organization sees %+v, %v", all, err)
		}
		wantKind(t, db.DeleteAPIKey(ctx, eve.Organization.ID, ada.User.ID, key.ID), fault.NotFound)
		wantKind(t, db.DeleteAPIKey(ctx, ada.Organization.ID, eve.User.ID, key.ID), fault.NotFound)
		if err := db.DeleteAPIKey(ctx, ada.Organization.ID, ada.User.ID, key.ID); err != nil {
			t.Fatal(err)
		}
		_, _, err = db.IdentityByAPIKey(ctx, "v1")
		wantKind(t, err, fault.NotFound)
		if all, err := db.APIKeys(ctx, ada.Organization.ID, ada.User.ID); err != nil || len(all) != 1 || all[0].Name != "Other" {
			t.Errorf("%+v %v", all, err)
		}
	})
}
