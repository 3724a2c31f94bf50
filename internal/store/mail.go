package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"jackfield/internal/vault"
)

// MailStatus says where a letter is.
type MailStatus string

const (
	MailInOutbox MailStatus = "outbox"  // kept to be read: there was no server to send by
	MailWaiting  MailStatus = "waiting" // to be sent
	MailSent     MailStatus = "sent"
	MailFailed   MailStatus = "failed" // given up
)

// Mail is a letter in the outbox.
type Mail struct {
	ID             int64
	OrganizationID int64
	UserID         int64 // whose password the letter can set; 0 = nobody's
	To             string
	Subject        string
	Text           string // sealed at rest
	Forgotten      bool   // Text is not there any more
	Status         MailStatus
	Error          string // of the last attempt
	Attempts       int
	NextTry        time.Time // of a waiting one
	GiveUp         time.Time
	CreatedAt      time.Time
	SentAt         time.Time // zero: not sent
}

func mailPlace(id int64) vault.Place {
	return vault.Place{Table: "mails", Row: strconv.FormatInt(id, 10), Column: "text"}
}

const mailColumns = `id, organization_id, user_id, recipient, subject, text_sealed, status, error, attempts, next_try_at, give_up_at, created_at, sent_at`

// CreateMail stores a letter and sets its id. An organization or user that is not there is an error.
func (d *DB) CreateMail(ctx context.Context, m *Mail) error {
	if err := wantStorable("letter", m.To, m.Subject, m.Text); err != nil {
		return err
	}
	return d.InTx(ctx, func(tx *DB) error {
		err := tx.write.QueryRowContext(ctx,
			`INSERT INTO mails (organization_id, user_id, recipient, subject, status, error, attempts, next_try_at, give_up_at, created_at, sent_at)
			 VALUES ($1, $2, $3, $4, $5, '', 0, $6, $7, $8, 0) RETURNING id`,
			m.OrganizationID, sql.NullInt64{Int64: m.UserID, Valid: m.UserID != 0}, m.To, m.Subject, string(m.Status),
			millis(m.NextTry), millis(m.GiveUp), millis(m.CreatedAt)).Scan(&m.ID)
		if err != nil {
			return failure("create mail", err)
		}
		sealed, err := d.vault.Seal([]byte(m.Text), mailPlace(m.ID))
		if err != nil {
			return err
		}
		_, err = tx.write.ExecContext(ctx, "UPDATE mails SET text_sealed = $1 WHERE id = $2 AND organization_id = $3", sealed, m.ID, m.OrganizationID)
		return failure("seal mail", err)
	})
}

// ClaimMail takes a letter that is due, of any organization, and puts its next try to a later time, by which it counts as not tried.
// Nil: none is due.
func (d *DB) ClaimMail(ctx context.Context, at, until time.Time) (*Mail, error) {
	m, err := d.scanMail(d.write.QueryRowContext(ctx,
		`UPDATE mails SET attempts = attempts + 1, next_try_at = $1
		 WHERE id = (SELECT id FROM mails WHERE status = $2 AND next_try_at <= $3 ORDER BY next_try_at, id LIMIT 1`+d.dialect.forOne+`)
		 RETURNING `+mailColumns, millis(until), string(MailWaiting), millis(at)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return m, failure("claim mail", err)
}

// SettleMail stores Status, Error, NextTry and SentAt of a letter that ClaimMail gave, unless somebody else has claimed it meanwhile. The
// text of one that sets a password is forgotten when the letter waits no longer.
func (d *DB) SettleMail(ctx context.Context, m *Mail) error {
	_, err := d.write.ExecContext(ctx,
		`UPDATE mails SET status = $1, error = $2, next_try_at = $3, sent_at = $4,
		   text_sealed = CASE WHEN user_id IS NOT NULL AND $1 <> $5 THEN NULL ELSE text_sealed END
		 WHERE id = $6 AND attempts = $7 AND status = $5`,
		string(m.Status), cleaned(m.Error), millis(m.NextTry), millis(m.SentAt), string(MailWaiting), m.ID, m.Attempts)
	return failure("settle mail", err)
}

// NextMail is when the next letter is due; zero when none waits.
func (d *DB) NextMail(ctx context.Context) (time.Time, error) {
	var next int64
	err := d.read.QueryRowContext(ctx, "SELECT COALESCE(MIN(next_try_at), 0) FROM mails WHERE status = $1", string(MailWaiting)).Scan(&next)
	return fromMillis(next), failure("read mails", err)
}

// CountMails is how many letters of an organization are kept.
func (d *DB) CountMails(ctx context.Context, organizationID int64) (n int, err error) {
	err = d.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM mails WHERE organization_id = $1", organizationID).Scan(&n)
	return n, failure("count mails", err)
}

// Mails lists the letters of an organization with ids below one, the newest first; 0 = from the newest.
func (d *DB) Mails(ctx context.Context, organizationID, below int64, limit int) ([]*Mail, error) {
	rows, err := d.read.QueryContext(ctx,
		"SELECT "+mailColumns+" FROM mails WHERE organization_id = $1 AND (CAST($2 AS BIGINT) = 0 OR id < $2) ORDER BY id DESC LIMIT $3", organizationID, below, limit)
	if err != nil {
		return nil, failure("read mails", err)
	}
	defer rows.Close()
	var all []*Mail
	for rows.Next() {
		m, err := d.scanMail(rows.Scan)
		if err != nil {
			return nil, failure("read mails", err)
		}
		all = append(all, m)
	}
	return all, failure("read mails", rows.Err())
}

// Mail reads one letter of an organization. Another one is a NotFound fault.
func (d *DB) Mail(ctx context.Context, organizationID, id int64) (*Mail, error) {
	m, err := d.scanMail(d.read.QueryRowContext(ctx, "SELECT "+mailColumns+" FROM mails WHERE organization_id = $1 AND id = $2", organizationID, id).Scan)
	return m, failure("read mail", err)
}

// DeleteMailsBefore forgets letters that were made before a time, and the texts of those that can set a password and were made
// before another.
func (d *DB) DeleteMailsBefore(ctx context.Context, at, texts time.Time) error {
	if _, err := d.write.ExecContext(ctx, "DELETE FROM mails WHERE created_at < $1", millis(at)); err != nil {
		return failure("forget mails", err)
	}
	_, err := d.write.ExecContext(ctx, "UPDATE mails SET text_sealed = NULL WHERE user_id IS NOT NULL AND text_sealed IS NOT NULL AND created_at < $1", millis(texts))
	return failure("forget texts of mails", err)
}

func (d *DB) scanMail(scan func(...any) error) (*Mail, error) {
	var m Mail
	var user sql.NullInt64
	var sealed []byte
	var next, giveUp, created, sent int64
	err := scan(&m.ID, &m.OrganizationID, &user, &m.To, &m.Subject, &sealed, &m.Status, &m.Error, &m.Attempts, &next, &giveUp, &created, &sent)
	if err != nil {
		return nil, err
	}
	m.UserID, m.Forgotten = user.Int64, len(sealed) == 0
	m.NextTry, m.GiveUp, m.CreatedAt, m.SentAt = fromMillis(next), fromMillis(giveUp), fromMillis(created), fromMillis(sent)
	if !m.Forgotten {
		text, err := d.vault.Open(sealed, mailPlace(m.ID))
		if err != nil {
			return nil, err
		}
		m.Text = string(text)
	}
	return &m, nil
}
