package job_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"jackfield/internal/job"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

func open(t *testing.T, db *store.DB, periodic ...job.Periodic) *job.Jobs {
	t.Helper()
	j, err := job.Open(t.Context(), job.Options{DB: db, Poll: 100 * time.Millisecond, Periodic: periodic})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		if err := j.Close(stop); err != nil {
			t.Error(err)
		}
	})
	return j
}

func TestPeriodicWorkRunsSoonAfterTheStart(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ran := make(chan struct{}, 10)
		open(t, db, job.Periodic{Name: "sample", Every: time.Hour, Run: func(context.Context) error {
			ran <- struct{}{}
			return nil
		}})
		select {
		case <-ran:
		case <-time.After(time.Minute):
			t.Fatal("it did not run")
		}
	})
}

func TestOfTwoServersOneDoesTheWork(t *testing.T) {
	t.Parallel()
	address, keys := storetest.PostgresURL(t), storetest.Vault(t)
	var runs atomic.Int64
	ran := make(chan struct{}, 10)
	work := job.Periodic{Name: "sample", Every: time.Hour, Run: func(context.Context) error {
		runs.Add(1)
		ran <- struct{}{}
		return nil
	}}
	for range 2 {
		open(t, storetest.Open(t, store.Options{URL: address, Vault: keys}), work)
	}
	<-ran
	select { // a second run would come with the other server's start
	case <-ran:
	case <-time.After(2 * time.Second):
	}
	if n := runs.Load(); n != 1 {
		t.Errorf("the work was done %d times", n)
	}
}

func TestWorkThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	var runs atomic.Int64
	done := make(chan struct{})
	open(t, storetest.SQLite(t), job.Periodic{Name: "sample", Every: time.Hour, Run: func(context.Context) error {
		if runs.Add(1) == 1 {
			return errors.New("boom")
		}
		close(done)
		return nil
	}})
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("it was not tried again")
	}
}

func TestNewerTablesAreRefusedInOneLine(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		j, err := job.Open(t.Context(), job.Options{DB: db})
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Writer().ExecContext(t.Context(), "INSERT INTO river_migration (line, version) VALUES ('main', 999)"); err != nil {
			t.Fatal(err)
		}
		_, err = job.Open(t.Context(), job.Options{DB: db})
		if err == nil || !strings.Contains(err.Error(), "999") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v", err)
		}
	})
}

func TestManyServersMayMigrateAtOnce(t *testing.T) {
	t.Parallel()
	address, keys := storetest.PostgresURL(t), storetest.Vault(t)
	failed := make(chan error, 3)
	for range 3 {
		db := storetest.Open(t, store.Options{URL: address, Vault: keys})
		go func() {
			j, err := job.Open(t.Context(), job.Options{DB: db})
			if err == nil {
				err = j.Close(t.Context())
			}
			failed <- err
		}()
	}
	for range 3 {
		if err := <-failed; err != nil {
			t.Error(fmt.Errorf("one of three: %w", err))
		}
	}
}
