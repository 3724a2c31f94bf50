package store

import (
	"context"

	"jackfield/internal/fault"
)

// Hub is a category of connectors that an account has added.
type Hub struct {
	ID          int64
	AccountID   int64
	Key         string
	Name        string
	Description string
	VideoLink   string
	Active      bool
}

// Hubs lists the account's own hubs, by id.
func (s *Scope) Hubs(ctx context.Context) ([]Hub, error) {
	rows, err := s.db.read.QueryContext(ctx, "SELECT id, account_id, key, name, description, video_link, active FROM hubs WHERE account_id = $1 ORDER BY id", s.account)
	if err != nil {
		return nil, failure("read hubs", err)
	}
	defer rows.Close()
	var all []Hub
	for rows.Next() {
		var h Hub
		if err := rows.Scan(&h.ID, &h.AccountID, &h.Key, &h.Name, &h.Description, &h.VideoLink, &h.Active); err != nil {
			return nil, failure("read hubs", err)
		}
		all = append(all, h)
	}
	return all, failure("read hubs", rows.Err())
}

// CreateHub stores a new hub and sets its id. A key that is taken is a Conflict fault.
func (s *Scope) CreateHub(ctx context.Context, h *Hub) error {
	if err := wantStorable("hub", h.Key, h.Name, h.Description, h.VideoLink); err != nil {
		return err
	}
	h.AccountID = s.account
	err := s.db.write.QueryRowContext(ctx, "INSERT INTO hubs (account_id, key, name, description, video_link, active) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
		s.account, h.Key, h.Name, h.Description, h.VideoLink, h.Active).Scan(&h.ID)
	if isDuplicate(err) {
		return fault.New(fault.Conflict, "A hub with the key %s is there already", h.Key)
	}
	return failure("create hub", err)
}

// DeleteHub removes a hub of the account. NotFound when there is none with the key.
func (s *Scope) DeleteHub(ctx context.Context, key string) error {
	result, err := s.db.write.ExecContext(ctx, "DELETE FROM hubs WHERE account_id = $1 AND key = $2", s.account, cleaned(key))
	return someRow(result, err, "delete hub", fault.New(fault.NotFound, "No hub found with key %s", key))
}
