// Package job is durable work on River, on both databases: what is due survives a restart, and of many servers
// one does it. What it does today is periodic work; enqueueing comes with the first room that needs it.
package job

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"jackfield/internal/store"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

// How River looks for work. The periodic work of today does not need a quick start, and every look costs CPU while
// nothing happens.
const (
	pollInterval = 10 * time.Second
	// jobTimeout bounds one run of a periodic job.
	jobTimeout = 10 * time.Minute
)

// Periodic is work that is done again and again, by one of the servers.
type Periodic struct {
	Name  string // stable: it is stored
	Every time.Duration
	Run   func(ctx context.Context) error
}

// Options of the engine.
type Options struct {
	DB       *store.DB
	Log      *slog.Logger
	Periodic []Periodic
	Poll     time.Duration // between two looks for work; 0 = pollInterval
}

// Jobs is the running engine. Close it before the database.
type Jobs struct {
	stop    func(context.Context) error
	started chan error
	cancel  context.CancelFunc
}

// Open brings River's tables to this version's schema, refuses newer ones, and starts the engine in the
// background.
func Open(ctx context.Context, o Options) (*Jobs, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if pool := o.DB.Pool(); pool != nil {
		return open[pgx.Tx](ctx, riverpgxv5.New(pool), o)
	}
	return open[*sql.Tx](ctx, riversqlite.New(o.DB.Writer()), o)
}

func open[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], o Options) (*Jobs, error) {
	if err := migrate(ctx, driver, o.DB); err != nil {
		return nil, err
	}
	w := &worker{runs: map[string]Periodic{}}
	workers := river.NewWorkers()
	river.AddWorker(workers, w)
	periodic := make([]*river.PeriodicJob, len(o.Periodic))
	for i, p := range o.Periodic {
		w.runs[p.Name] = p
		periodic[i] = river.NewPeriodicJob(river.PeriodicInterval(p.Every), func() (river.JobArgs, *river.InsertOpts) {
			return periodicArgs{p.Name}, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: p.Every}}
		}, &river.PeriodicJobOpts{RunOnStart: true})
	}
	client, err := river.NewClient(driver, &river.Config{
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2}},
		Workers:           workers,
		PeriodicJobs:      periodic,
		FetchPollInterval: cmp.Or(o.Poll, pollInterval),
		PollOnly:          o.DB.Pool() == nil, // SQLite has no notifications; imitating them polls a table
		JobTimeout:        jobTimeout,
		Logger:            slog.New(quiet{o.Log.Handler()}),
	})
	if err != nil {
		return nil, fmt.Errorf("the job engine cannot be set up: %w", err)
	}
	background, cancel := context.WithCancel(context.WithoutCancel(ctx))
	j := &Jobs{stop: client.StopAndCancel, started: make(chan error, 1), cancel: cancel}
	go func() {
		err := client.Start(background)
		if err != nil && background.Err() == nil {
			o.Log.Error("the job engine did not start", "error", err)
		}
		j.started <- err
	}()
	return j, nil
}

// Close lets running work end, or cuts it off when ctx ends. It is run again on the next start.
func (j *Jobs) Close(ctx context.Context) error {
	defer j.cancel()
	select {
	case err := <-j.started:
		if err != nil {
			return nil // it never ran; the log has said why
		}
	case <-ctx.Done(): // the start is cut off too
		return fmt.Errorf("the job engine was still starting: %w", ctx.Err())
	}
	return j.stop(ctx)
}

// migrate brings River's own tables up. What a newer Jackfield left is refused, as with ours.
func migrate[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], db *store.DB) (err error) {
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("the job tables cannot be migrated: %w", err)
	}
	known := migrator.AllVersions()
	newest := known[len(known)-1].Version
	release, err := db.MigrationLock(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	there, err := versions(ctx, db)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		if latest := slices.Max(there); latest > newest {
			return fmt.Errorf("the job tables have schema %d, this version of Jackfield knows %d: start the newer version, or restore a backup", latest, newest)
		} else if latest == newest {
			return nil
		}
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("the job tables could not be migrated to schema %d: %w", newest, err)
	}
	return nil
}

// versions lists the applied versions of River's tables; none when there are no tables yet.
func versions(ctx context.Context, db *store.DB) ([]int, error) {
	table := "SELECT COUNT(*) FROM sqlite_master WHERE name = 'river_migration'"
	if db.Driver() == "postgres" {
		table = "SELECT COUNT(*) FROM pg_class WHERE relname = 'river_migration' AND pg_table_is_visible(oid)"
	}
	var n int
	if err := db.Writer().QueryRowContext(ctx, table).Scan(&n); err != nil || n == 0 {
		return nil, err
	}
	rows, err := db.Writer().QueryContext(ctx, "SELECT version FROM river_migration WHERE line = 'main'")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []int
	for rows.Next() {
		var version int
		if err := rows.Scan(&version); err != nil {
			return nil, err
		}
		all = append(all, version)
	}
	return all, rows.Err()
}

// periodicArgs names the work of a row.
type periodicArgs struct {
	Name string `json:"name"`
}

// Kind is what River stores.
func (periodicArgs) Kind() string { return "periodic" }

type worker struct {
	river.WorkerDefaults[periodicArgs]
	runs map[string]Periodic
}

// Work does what a row names. Work that this version does not know is dropped: it belonged to another version.
func (w *worker) Work(ctx context.Context, job *river.Job[periodicArgs]) error {
	p, ok := w.runs[job.Args.Name]
	if !ok {
		return river.JobCancel(fmt.Errorf("there is no periodic work named %s", job.Args.Name))
	}
	return p.Run(ctx)
}
