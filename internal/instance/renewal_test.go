package instance_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

const (
	access1  = "oauth.user.token"
	refresh1 = "oauth.user.refresh_token"
)

var errDead = fault.New(fault.Invalid, "refused").WithProvider("invalid_grant")

// renewal asks a provider that gives out numbered tokens and takes each refresh token once.
func renewal(i *instance.Instance, ask func(current *instance.Instance) (map[string]string, error)) instance.Renewal {
	mark := func(c map[string]string) string { return c[access1] }
	return instance.Renewal{
		Mark: mark, Stale: mark(i.Effective), Revoked: func(err error) bool { return errors.Is(err, errDead) },
		Ask: func(_ context.Context, current *instance.Instance) (map[string]string, error) { return ask(current) },
	}
}

func granted(t *testing.T, h *house, name string) *instance.Instance {
	t.Helper()
	return h.create(t, h.root, `{"name":"`+name+`","configuration":{"username":"u","password":"p-`+name+`","`+access1+`":"a1","`+refresh1+`":"r1"}}`)
}

func TestOneOfManyCallersOnTwoServersRenews(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		i := granted(t, h, "many")
		second := instance.New(instance.Options{DB: db, Definitions: h.catalog.find})
		t.Cleanup(second.Close)
		var asked, wrong atomic.Int32
		ask := func(current *instance.Instance) (map[string]string, error) {
			if n := asked.Add(1); current.Effective[refresh1] != "r"+strconv.Itoa(int(n)) {
				wrong.Add(1)
			}
			return map[string]string{access1: "a2", refresh1: "r2"}, nil
		}
		var wait sync.WaitGroup
		for n := range 40 {
			service := []*instance.Service{h.service, second}[n%2]
			wait.Go(func() {
				renewed, err := service.Renew(t.Context(), i, renewal(i, ask))
				if err != nil || renewed.Effective[access1] != "a2" || renewed.Effective[refresh1] != "r2" || !renewed.Valid {
					t.Errorf("%+v, %v", renewed, err)
				}
			})
		}
		wait.Wait()
		if asked.Load() != 1 || wrong.Load() != 0 {
			t.Errorf("asked %d times, %d with a wrong token", asked.Load(), wrong.Load())
		}
	})
}

func TestAGrantThatAnotherProcessMayHaveUsedUpIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		for name, c := range map[string]struct {
			before   func(i *instance.Instance) *instance.Instance // what was seen of the provider
			reusable bool
			again    bool // the provider may be asked again
		}{
			"nothing known": {before: func(i *instance.Instance) *instance.Instance { return i }},
			"it rotates": {before: func(i *instance.Instance) *instance.Instance {
				renewed, err := h.service.Renew(ctx, i, renewal(i, func(*instance.Instance) (map[string]string, error) {
					return map[string]string{access1: "a2", refresh1: "r2"}, nil
				}))
				if err != nil {
					t.Error(err)
				}
				return renewed
			}},
			"it keeps the token": {again: true, before: func(i *instance.Instance) *instance.Instance {
				renewed, err := h.service.Renew(ctx, i, renewal(i, func(*instance.Instance) (map[string]string, error) {
					return map[string]string{access1: "a2"}, nil
				}))
				if err != nil {
					t.Error(err)
				}
				return renewed
			}},
			"there is nothing to use up": {reusable: true, again: true, before: func(i *instance.Instance) *instance.Instance { return i }},
		} {
			i := c.before(granted(t, h, strings.ReplaceAll(name, " ", "-")))
			scope := db.For(i.AccountID)
			lease, err := scope.TakeLease(ctx, i.ID, time.Minute)
			if err != nil || lease == nil {
				t.Fatal(err)
			}
			if err := scope.Asking(ctx, lease, -time.Minute); err != nil { // and dies
				t.Fatal(err)
			}
			asked := false
			r := renewal(i, func(*instance.Instance) (map[string]string, error) {
				asked = true
				return map[string]string{access1: "a9", refresh1: "r9"}, nil
			})
			r.Reusable = c.reusable
			renewed, err := h.service.Renew(ctx, i, r)
			if asked != c.again {
				t.Errorf("%s: asked again %v", name, asked)
			}
			if c.again {
				if err != nil || renewed.Effective[access1] != "a9" {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			found, findErr := h.service.Find(ctx, h.root, i.ID)
			if findErr != nil || found.Valid || !strings.Contains(found.InvalidReason, "stopped while it renewed") {
				t.Errorf("%s: %+v, %v", name, found, findErr)
			}
			if !fault.Is(err, fault.Unauthenticated) || !strings.Contains(err.Error(), "must be authenticated again: A server stopped") {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := h.service.Renew(ctx, i, r); !fault.Is(err, fault.Unauthenticated) || asked {
				t.Errorf("%s, once more: %v, asked %v", name, err, asked)
			}
		}
	})
}

func TestADeadGrantMakesTheInstanceInvalidAndAFailureDoesNot(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		i := granted(t, h, "dead")
		down := fault.New(fault.Provider, "no answer")
		if _, err := h.service.Renew(ctx, i, renewal(i, func(*instance.Instance) (map[string]string, error) { return nil, down })); !errors.Is(err, down) {
			t.Errorf("%v", err)
		}
		if found, err := h.service.Find(ctx, h.root, i.ID); err != nil || !found.Valid || found.Effective[refresh1] != "r1" {
			t.Errorf("after a failure: %+v, %v", found, err)
		}
		_, err := h.service.Renew(ctx, i, renewal(i, func(*instance.Instance) (map[string]string, error) { return nil, errDead }))
		if f := fault.As(err); f.Kind != fault.Unauthenticated || f.Provider != "invalid_grant" || !strings.Contains(f.Message, "does not renew the access any more: invalid_grant") {
			t.Errorf("%v", err)
		}
		found, err := h.service.Find(ctx, h.root, i.ID)
		if err != nil || found.Valid || found.Wire().InvalidReason == "" {
			t.Fatalf("%+v, %v", found, err)
		}
	})
}

func TestANewerGrantIsNotOverwrittenByAnOlderOne(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		i := granted(t, h, "newer")
		renewed, err := h.service.Renew(t.Context(), i, renewal(i, func(current *instance.Instance) (map[string]string, error) {
			if _, err := h.service.Remember(t.Context(), current, map[string]string{access1: "by-hand", refresh1: "by-hand-too"}); err != nil {
				t.Error(err)
			}
			return map[string]string{access1: "late", refresh1: "late"}, nil
		}))
		if err != nil || renewed.Effective[access1] != "by-hand" || renewed.Effective[refresh1] != "by-hand-too" {
			t.Errorf("%v, %v", renewed.Effective, err)
		}
	})
}

func TestARenewalOfADeletedInstanceEnds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		i := granted(t, h, "gone")
		_, err := h.service.Renew(t.Context(), i, renewal(i, func(current *instance.Instance) (map[string]string, error) {
			if err := h.service.Delete(t.Context(), current); err != nil {
				t.Error(err)
			}
			return map[string]string{access1: "late"}, nil
		}))
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%v", err)
		}
	})
}
