package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// leastPostgres is the oldest server version that works, as server_version_num has it.
const leastPostgres = 150000

// usualConnections is how many connections the pool may open when the address does not say (pool_max_conns). Two are
// held for good: they hear of changes and jobs.
const usualConnections = 16

// fewestConnections is how many an address must allow: beside the two, one that holds a lock and one that works.
const fewestConnections = 4

func (c *core) openPostgres(ctx context.Context, url string) error {
	c.dialect = postgresDialect
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return errors.New("the PostgreSQL address does not read: give postgres://user:password@host:port/name") // the cause repeats the password
	}
	if c.schema != "" {
		config.ConnConfig.RuntimeParams["search_path"] = c.schema
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = max(config.MaxConns, usualConnections)
	}
	if config.MaxConns < fewestConnections {
		return fmt.Errorf("pool_max_conns=%d in the PostgreSQL address is too few: allow %d at least", config.MaxConns, fewestConnections)
	}
	c.pool, err = pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("PostgreSQL at %s: %w", config.ConnConfig.Host, err)
	}
	c.writer = stdlib.OpenDBFromPool(c.pool)
	c.reader, c.usageWriter, c.usageReader = c.writer, c.writer, c.writer
	var version int
	if err := c.writer.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		// pgx writes a line for each address it tried.
		return fmt.Errorf("PostgreSQL at %s cannot be used: %s", config.ConnConfig.Host, strings.Join(strings.Fields(err.Error()), " "))
	}
	if version < leastPostgres {
		return fmt.Errorf("PostgreSQL %d is too old: version 15 is the least", version/10000)
	}
	return nil
}
