package access

import (
	"context"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Letters lists the letters of the caller's organization with ids below one, the newest first and without their texts; 0 = from the newest.
func (s *Service) Letters(ctx context.Context, p *Principal, below int64, most int) ([]*store.Mail, error) {
	letters, err := s.db.Mails(ctx, p.Organization.ID, below, most)
	for _, letter := range letters {
		letter.Text = ""
	}
	return letters, err
}

// Letter reads one letter of the caller's organization; another one is NotFound. hidden says why its text is left out, "" when it is there.
//
// The text of a letter that sets a password is as good as that password: it is there only where no server could bring it, while it works, and
// for somebody who could set the password anyhow.
func (s *Service) Letter(ctx context.Context, p *Principal, id int64) (letter *store.Mail, hidden string, err error) {
	if letter, err = s.db.Mail(ctx, p.Organization.ID, id); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.NotFound, "No letter found with id %d", id)
		}
		return nil, "", err
	}
	if letter.Forgotten {
		return letter, "The text is not kept", nil
	}
	if letter.UserID == 0 {
		return letter, "", nil
	}
	hidden, err = s.hides(ctx, p, letter)
	if err != nil || hidden != "" {
		letter.Text = ""
		return letter, hidden, err
	}
	s.log.InfoContext(ctx, "a letter that sets a password was read", "letter", letter.ID, "user", letter.UserID, "reader", p.User.ID)
	return letter, "", nil
}

// hides says why a caller may not read a letter that sets a password, "" when they may.
func (s *Service) hides(ctx context.Context, p *Principal, letter *store.Mail) (string, error) {
	switch {
	case letter.Status != store.MailInOutbox:
		return "The text sets a password and is for its receiver alone", nil
	case !s.now().Before(letter.GiveUp):
		return "The text set a password and is too old", nil
	case letter.UserID == p.User.ID:
		return "The text sets your own password: another administrator hands it to you", nil
	}
	identity, err := s.db.IdentityByUser(ctx, letter.UserID)
	if err != nil {
		return "", err
	}
	if !p.Covers(newPrincipal(identity)) {
		return "The text sets the password of somebody who may do more than you", nil
	}
	return "", nil
}
