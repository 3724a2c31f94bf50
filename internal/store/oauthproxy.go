package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"jackfield/internal/fault"
)

// OAuthProxy lets the platform's own callback address stand for those of an application: what a provider sends back is passed
// on to an address that one of the patterns takes.
type OAuthProxy struct {
	ID        int64
	Name      string
	URLs      []string // patterns
	CreatedAt time.Time
}

// CreateOAuthProxy stores a new proxy and sets its id. A name that the account has already is a Conflict fault.
func (s *Scope) CreateOAuthProxy(ctx context.Context, p *OAuthProxy) error {
	if err := wantStorable("name", p.Name); err != nil {
		return err
	}
	p.CreatedAt = now()
	err := s.db.write.QueryRowContext(ctx, "INSERT INTO oauth_proxies (account_id, name, urls, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
		s.account, p.Name, urlList(p.URLs), millis(p.CreatedAt)).Scan(&p.ID)
	if isDuplicate(err) {
		return fault.New(fault.Conflict, "An OAuth proxy named %s exists already", p.Name)
	}
	return failure("create OAuth proxy", err)
}

// OAuthProxies lists the account's proxies by id.
func (s *Scope) OAuthProxies(ctx context.Context) ([]OAuthProxy, error) {
	rows, err := s.db.read.QueryContext(ctx, "SELECT id, name, urls, created_at FROM oauth_proxies WHERE account_id = $1 ORDER BY id", s.account)
	if err != nil {
		return nil, failure("read OAuth proxies", err)
	}
	defer rows.Close()
	var found []OAuthProxy
	for rows.Next() {
		var p OAuthProxy
		var urls string
		var created int64
		if err := rows.Scan(&p.ID, &p.Name, &urls, &created); err != nil {
			return nil, failure("read OAuth proxies", err)
		}
		if err := json.Unmarshal([]byte(urls), &p.URLs); err != nil {
			return nil, failure("read OAuth proxies", err)
		}
		p.CreatedAt = fromMillis(created)
		found = append(found, p)
	}
	return found, failure("read OAuth proxies", rows.Err())
}

// SetOAuthProxyURLs replaces the patterns of a proxy.
func (s *Scope) SetOAuthProxyURLs(ctx context.Context, id int64, urls []string) error {
	if err := wantStorable("address", urls...); err != nil {
		return err
	}
	result, err := s.db.write.ExecContext(ctx, "UPDATE oauth_proxies SET urls = $1 WHERE id = $2 AND account_id = $3", urlList(urls), id, s.account)
	return proxyRow(result, err, id)
}

// DeleteOAuthProxy removes a proxy.
func (s *Scope) DeleteOAuthProxy(ctx context.Context, id int64) error {
	result, err := s.db.write.ExecContext(ctx, "DELETE FROM oauth_proxies WHERE id = $1 AND account_id = $2", id, s.account)
	return proxyRow(result, err, id)
}

func proxyRow(result sql.Result, err error, id int64) error {
	return someRow(result, err, "change OAuth proxy", fault.New(fault.NotFound, "No OAuth proxy found with id %d", id))
}

func urlList(urls []string) string {
	if urls == nil {
		urls = []string{}
	}
	text, err := json.Marshal(urls)
	if err != nil {
		panic(err) // texts always encode
	}
	return string(text)
}
