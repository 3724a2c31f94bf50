package job_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"jackfield/internal/job"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

func start(t *testing.T, db *store.DB, run func(context.Context) error) *job.Jobs {
	t.Helper()
	j, err := job.Open(t.Context(), job.Options{DB: db, Poll: 100 * time.Millisecond, Periodic: []job.Periodic{{Name: "sample", Every: time.Hour, Run: run}}})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestWorkIsToldToEndWhenTheEngineCloses(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		running, told := make(chan struct{}), make(chan struct{})
		j := start(t, db, func(ctx context.Context) error {
			close(running)
			<-ctx.Done()
			close(told)
			return ctx.Err()
		})
		<-running
		within, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := j.Close(within); err != nil {
			t.Error(err)
		}
		select {
		case <-told:
		default:
			t.Error("the engine closed before its work had ended")
		}
	})
}

func TestCloseReturnsWithItsContextWhateverTheWorkDoes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		running, release, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
		j := start(t, db, func(context.Context) error { // does not listen
			close(running)
			<-release
			close(ended)
			return nil
		})
		<-running
		within, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if err := j.Close(within); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v", err)
		}
		close(release)
		<-ended
	})
}

func TestAnEngineClosesRightAfterItsStart(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for range 3 {
			j := start(t, db, func(context.Context) error { return nil })
			within, cancel := context.WithTimeout(t.Context(), time.Minute)
			if err := j.Close(within); err != nil {
				t.Error(err)
			}
			cancel()
		}
	})
}

func TestWorkThatWasCutOffIsDoneAfterTheNextStart(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		running := make(chan struct{})
		j := start(t, db, func(ctx context.Context) error {
			close(running)
			<-ctx.Done()
			return ctx.Err()
		})
		<-running
		if err := j.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		again := make(chan struct{})
		open(t, db, job.Periodic{Name: "sample", Every: time.Hour, Run: func(context.Context) error {
			close(again)
			return nil
		}})
		select {
		case <-again:
		case <-time.After(time.Minute):
			t.Error("it was not done")
		}
	})
}

func TestAWorkThatPanicsDoesNotEndTheServer(t *testing.T) {
	t.Parallel()
	ran, first := make(chan struct{}), true
	open(t, storetest.SQLite(t), job.Periodic{Name: "sample", Every: time.Hour, Run: func(context.Context) error {
		if first { // the second run comes after the first has ended
			first = false
			panic("boom")
		}
		close(ran)
		return nil
	}})
	select {
	case <-ran:
	case <-time.After(time.Minute):
		t.Error("it was not tried again")
	}
}
