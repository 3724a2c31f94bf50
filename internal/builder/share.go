package builder

import (
	"context"

	"jackfield/internal/access"
)

// Shares lists the accounts that a private connector is shared with, by id.
func (s *Service) Shares(ctx context.Context, p *access.Principal, keyOrID string) ([]int64, error) {
	found, err := s.catalog.Find(ctx, p.Account.ID, keyOrID)
	if err != nil || found.System() {
		return nil, err
	}
	return s.db.For(found.Owner).ConnectorShares(ctx, found.ID)
}

// Share lets another account of the organization use a private connector.
func (s *Service) Share(ctx context.Context, p *access.Principal, keyOrID string, accountID int64) error {
	found, err := s.owned(ctx, p, keyOrID)
	if err != nil {
		return err
	}
	return s.db.For(p.Account.ID).ShareConnector(ctx, found.ID, accountID)
}

// Unshare takes the right to use a private connector away from an account.
func (s *Service) Unshare(ctx context.Context, p *access.Principal, keyOrID string, accountID int64) error {
	found, err := s.owned(ctx, p, keyOrID)
	if err != nil {
		return err
	}
	return s.db.For(p.Account.ID).UnshareConnector(ctx, found.ID, accountID)
}
