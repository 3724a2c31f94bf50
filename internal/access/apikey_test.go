package access_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

func TestAnAPIKeyActsAsItsUserUntilItEnds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ada := h.principal(t, h.ada.ID)
		expires := h.clock.now().Add(time.Hour)
		stored, key, err := h.service.CreateAPIKey(t.Context(), ada, h.ada.ID, " <b>Nightly</b> import ", expires)
		if err != nil {
			t.Fatal(err)
		}
		if stored.Name != "Nightly import" || !strings.HasPrefix(key, stored.Prefix) || len(stored.Prefix) != 8 {
			t.Errorf("%+v", stored)
		}
		c := access.Credentials{Bearer: key}
		if err := access.RequirePlatform(c); err != nil {
			t.Error(err)
		}
		got, err := h.service.Authenticate(t.Context(), c)
		if err != nil || got.User.ID != h.ada.ID || got.APIKeyID != stored.ID || !got.OrganizationAdmin() {
			t.Fatalf("%+v %v", got, err)
		}
		list, err := h.service.APIKeys(t.Context(), ada, h.ada.ID)
		if err != nil || len(list) != 1 || !list[0].LastUsedAt.Equal(h.clock.now().Truncate(time.Millisecond)) {
			t.Errorf("%+v %v", list, err)
		}

		// What would outlive the key is not given to it.
		if _, _, err := h.service.Secrets(t.Context(), got); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a key reads secrets: %v", err)
		}
		if _, err := h.service.RotateUserSecret(t.Context(), got, h.ada.ID, 0); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a key rotates its user's secret: %v", err)
		}
		if _, _, err := h.service.CreateAPIKey(t.Context(), got, h.ada.ID, "another", time.Time{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a key makes a key: %v", err)
		}

		h.clock.advance(expires.Sub(h.clock.now()) - time.Second)
		if !h.accepts(t, c) {
			t.Error("the key ends before its time")
		}
		h.clock.advance(time.Second)
		for range 2 { // the second time from the cache
			if h.accepts(t, c) {
				t.Error("the key lives on")
			}
		}

		// Roles count as they are at the call, and a revoked key ends at once.
		stored, key, err = h.service.CreateAPIKey(t.Context(), ada, h.ada.ID, "nightly", time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		c = access.Credentials{Bearer: key}
		if !h.accepts(t, c) {
			t.Fatal("the key does not work")
		}
		storetest.SetActive(t, db, h.ada.ID, false)
		if h.accepts(t, c) {
			t.Error("the key of an inactive user works")
		}
		storetest.SetActive(t, db, h.ada.ID, true)
		if !h.accepts(t, c) {
			t.Fatal("the key does not work again")
		}
		if err := h.service.DeleteAPIKey(t.Context(), ada, h.ada.ID, stored.ID); err != nil {
			t.Fatal(err)
		}
		if h.accepts(t, c) {
			t.Error("a revoked key works")
		}
	})
}

func TestAnAPIKeyIsRecognisedWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	h := build(t, db)
	pattern := regexp.MustCompile(access.APIKeyPattern)
	for range 100 {
		key := access.NewAPIKey()
		if found := pattern.FindString("key=" + key + "\n"); found != key {
			t.Fatalf("the pattern finds %q in a key of %d characters", found, len(key))
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	key := access.NewAPIKey()
	swapped := key[:9] + string(key[10]) + string(key[9]) + key[11:]
	for _, wrong := range []string{"jfk_", key[:len(key)-1], key + "0", key[:len(key)-1] + "-", swapped, strings.ToUpper(key[:4]) + key[4:]} {
		if wrong == key {
			continue // two equal characters were swapped
		}
		_, err := h.service.Authenticate(t.Context(), access.Credentials{Bearer: wrong})
		if strings.HasPrefix(wrong, "jfk_") && !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("a broken key asked the database: %v", err)
		}
	}
	if _, err := h.service.Authenticate(t.Context(), access.Credentials{Bearer: key}); err == nil || fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a whole key did not ask the database: %v", err)
	}
}

func TestABadAPIKeyIsRefusedAndNotMade(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ada := h.principal(t, h.ada.ID)
		if _, _, err := h.service.CreateAPIKey(t.Context(), ada, h.ada.ID, "taken", time.Time{}); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			name    string
			user    int64
			key     string
			expires time.Time
			want    fault.Kind
		}{
			{"no name", h.ada.ID, "  ", time.Time{}, fault.Invalid},
			{"a tag for a name", h.ada.ID, "<script></script>", time.Time{}, fault.Invalid},
			{"a long name", h.ada.ID, strings.Repeat("ä", 101), time.Time{}, fault.Invalid},
			{"a taken name", h.ada.ID, "TAKEN", time.Time{}, fault.Conflict},
			{"over already", h.ada.ID, "new", h.clock.now(), fault.Invalid},
			{"of another organization", h.other.ID, "new", time.Time{}, fault.NotFound},
			{"of nobody", -1, "new", time.Time{}, fault.NotFound},
		} {
			if _, _, err := h.service.CreateAPIKey(t.Context(), ada, test.user, test.key, test.expires); !fault.Is(err, test.want) {
				t.Errorf("%s: %v", test.name, err)
			}
		}
		if list, err := h.service.APIKeys(t.Context(), ada, h.ada.ID); err != nil || len(list) != 1 {
			t.Errorf("%+v %v", list, err)
		}
		if err := h.service.DeleteAPIKey(t.Context(), ada, h.ada.ID, 1<<60); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v", err)
		}
	})
}

func TestTheOldestCredentialIsSaidToBeUnknown(t *testing.T) {
	t.Parallel()
	h := build(t, storetest.SQLite(t))
	alone := access.Credentials{LegacyUserID: "12", Element: "token"}
	if err := access.RequirePlatform(alone); !fault.Is(err, fault.NotImplemented) {
		t.Errorf("%v", err)
	}
	if _, err := h.service.Authenticate(t.Context(), alone); !fault.Is(err, fault.NotImplemented) {
		t.Errorf("%v", err)
	}
	if !h.accepts(t, access.Credentials{LegacyUserID: "12", User: h.ada.Secret}) {
		t.Error("beside a secret it is in the way")
	}
}
