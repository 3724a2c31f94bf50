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

// leastConnections is how many connections the pool may open when the address does not say (pool_max_conns). Two are
// held for good, by the changes and the jobs of other servers.
const leastConnections = 16

func (c *core) openPostgres(ctx context.Context, url string) error {
	c.dialect = postgresDialect
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return errors.New("the PostgreSQL address does not read: give postgres://user:password@host:port/name") // the cause repeats the password
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = max(config.MaxConns, leastConnections)
	}
	c.pool, err = pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("PostgreSQL at %s: %w", config.ConnConfig.Host, err)
	}
	c.writer = stdlib.OpenDBFromPool(c.pool)
	c.reader, c.usageWriter, c.usageReader = c.writer, c.writer, c.writer
	var version int
	if err := c.writer.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		return fmt.Errorf("PostgreSQL at %s cannot be reached: %w", config.ConnConfig.Host, err)
	}
	if version < leastPostgres {
		return fmt.Errorf("PostgreSQL %d is too old: version 15 is the least", version/10000)
	}
	return nil
}
