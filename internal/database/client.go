package database

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"jackfield/internal/ceql"
	"jackfield/internal/fault"
)

// Limits of what is kept open.
const (
	// MaxPools is how many databases are open at once; the longest unused go first.
	MaxPools = 100
	// MaxConnections is how many connections a database with one user gets.
	MaxConnections = 4
	// MaxIdle is how long a connection that nobody uses stays open.
	MaxIdle = time.Minute
	// ConnectTimeout bounds connecting with TLS and password.
	ConnectTimeout = 10 * time.Second
)

// Client runs statements. Safe for concurrent use; a server has one.
type Client struct {
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	folder  string // resolved, "" = none
	private string // resolved, "" = none
	timeout time.Duration
	sqlite  *sqliteDriver

	mu     sync.Mutex
	pools  map[[sha256.Size]byte]*pool
	closed bool
}

// pool is an open database.
type pool struct {
	runner
	users int // statements under way
	used  time.Time
}

// runner runs statements in one database.
type runner interface {
	run(ctx context.Context, p *prepared) (*Result, error)
	close()
}

// New makes a client. A folder that does not exist, or that is our own, is an error for the operator.
func New(o Options) (*Client, error) {
	c := &Client{dial: o.Dial, timeout: o.Timeout, sqlite: newSQLiteDriver(), pools: map[[sha256.Size]byte]*pool{}}
	if c.timeout <= 0 {
		c.timeout = StatementTimeout
	}
	var err error
	if o.Private != "" {
		if c.private, err = resolved(o.Private); err != nil {
			return nil, fmt.Errorf("the data folder cannot be found: %w", err)
		}
	}
	if o.Folder != "" {
		if c.folder, err = resolved(o.Folder); err != nil {
			return nil, fmt.Errorf("the folder of SQLite databases cannot be found: %w", err)
		}
		if c.private != "" && within(c.folder, c.private) {
			return nil, fmt.Errorf("the folder of SQLite databases, %s, is in the data folder of this server: name another one", o.Folder)
		}
	}
	return c, nil
}

func resolved(folder string) (string, error) {
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(absolute)
}

// within reports whether a path is a folder or lies in it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, strings.TrimSuffix(folder, string(filepath.Separator))+string(filepath.Separator))
}

// acquire finds the pool of a database, or opens one. It must be released.
func (c *Client) acquire(a *address) (*pool, error) {
	if a.dialect == ceql.SQLite {
		path, err := c.locate(a.path)
		if err != nil {
			return nil, err
		}
		a.path, a.username, a.password = path, "", "" // a file knows no users
	}
	p, unused, err := c.take(a)
	for _, p := range unused {
		p.close() // outside of the lock: a connection that is just being made is waited for
	}
	return p, err
}

// take finds or opens a pool, and says which others are to be closed.
func (c *Client) take(a *address) (p *pool, unused []*pool, err error) {
	key := a.key()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, nil, fault.New(fault.Unavailable, "The server is stopping: try again")
	}
	unused = c.takeIdle(time.Now())
	if p = c.pools[key]; p == nil {
		if len(c.pools) >= MaxPools {
			oldest := c.takeOldest()
			if oldest == nil {
				return nil, unused, fault.New(fault.Unavailable, "%d databases are in use, which is the limit of this server: try again", MaxPools)
			}
			unused = append(unused, oldest)
		}
		opened, err := c.open(a)
		if err != nil {
			return nil, unused, err
		}
		p = &pool{runner: opened}
		c.pools[key] = p
	}
	p.users++
	return p, unused, nil
}

func (c *Client) open(a *address) (runner, error) {
	if a.dialect == ceql.SQLite {
		return c.sqlite.open(a.path), nil
	}
	if c.dial == nil {
		return nil, Unsupported()
	}
	return openPostgres(a, c.dial)
}

func (c *Client) release(p *pool) {
	c.mu.Lock()
	p.users--
	p.used = time.Now()
	last := c.closed && p.users == 0
	c.mu.Unlock()
	if last {
		p.close()
	}
}

// takeIdle takes out the databases that nobody used for a while.
func (c *Client) takeIdle(now time.Time) []*pool {
	var idle []*pool
	for key, p := range c.pools {
		if p.users == 0 && now.Sub(p.used) > 2*MaxIdle {
			delete(c.pools, key)
			idle = append(idle, p)
		}
	}
	return idle
}

// takeOldest takes out the database that is unused for the longest time, nil when all are in use.
func (c *Client) takeOldest() *pool {
	var key [sha256.Size]byte
	var oldest *pool
	for k, p := range c.pools {
		if p.users == 0 && (oldest == nil || p.used.Before(oldest.used)) {
			key, oldest = k, p
		}
	}
	if oldest != nil {
		delete(c.pools, key)
	}
	return oldest
}

// Close closes all databases. Statements under way end first, each in its own call.
func (c *Client) Close() {
	c.mu.Lock()
	c.closed = true
	var idle []*pool
	for key, p := range c.pools {
		if p.users == 0 {
			idle = append(idle, p)
		}
		delete(c.pools, key)
	}
	c.mu.Unlock()
	for _, p := range idle {
		p.close()
	}
}
