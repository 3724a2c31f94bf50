package api

import (
	"strconv"
	"time"

	"jackfield/internal/store"
)

// mailPage is the default and largest page of letters.
const mailPage = 200

// mailBody is a letter as its administrators see it.
type mailBody struct {
	ID          int64            `json:"id"`
	To          string           `json:"to"`
	Subject     string           `json:"subject"`
	Text        *string          `json:"text,omitempty"`       // of one letter; not in lists
	TextHidden  string           `json:"textHidden,omitempty"` // why there is none
	Status      store.MailStatus `json:"status"`
	Error       string           `json:"error"` // of the last try
	Attempts    int              `json:"attempts"`
	CreatedDate string           `json:"createdDate"`
	SentDate    *string          `json:"sentDate"`
}

func mailOf(m *store.Mail) mailBody {
	body := mailBody{
		ID: m.ID, To: m.To, Subject: m.Subject, Status: m.Status, Error: m.Error, Attempts: m.Attempts,
		CreatedDate: m.CreatedAt.UTC().Format(time.RFC3339), SentDate: dateOf(m.SentAt),
	}
	return body
}

// listMails answers GET /mails, an addition of ours: the letters of the organization, the newest first, without their texts.
func (a *API) listMails(e *exchange) error {
	size, below, err := e.newestFirst(mailPage)
	if err != nil {
		return err
	}
	letters, err := a.Access.Letters(e.r.Context(), e.principal, below, size)
	if err != nil {
		return err
	}
	if len(letters) == size {
		e.nextPage(strconv.FormatInt(letters[size-1].ID, 10))
	}
	bodies := make([]mailBody, len(letters))
	for i, letter := range letters {
		bodies[i] = mailOf(letter)
	}
	e.returned(len(bodies))
	return e.json(bodies)
}

// readMail answers GET /mails/{id}, an addition of ours.
func (a *API) readMail(e *exchange) error {
	id, err := e.number("id", "letter")
	if err != nil {
		return err
	}
	letter, hidden, err := a.Access.Letter(e.r.Context(), e.principal, id)
	if err != nil {
		return err
	}
	body := mailOf(letter)
	if body.TextHidden = hidden; hidden == "" {
		body.Text = &letter.Text
	}
	e.w.Header().Set("Cache-Control", "no-store") // the text may set a password
	return e.json(body)
}
