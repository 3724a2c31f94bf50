package gateway

import (
	"context"
	"sync"
	"time"

	"jackfield/internal/mail"
	"jackfield/internal/sandbox"
)

// Limits of the mails of scripts. They leave by the operator's server and in the operator's name. What is above them is dropped and logged:
// the call that the script belongs to goes on. They are in the memory of one server.
const (
	maxMailsPerInstance = 20
	maxMailsPerAccount  = 100
	mailWindow          = time.Hour
	// maxMailCounts bounds the memory: above it, counts of windows that have ended are dropped.
	maxMailCounts = 10_000
)

// hookMails counts the mails of scripts.
type hookMails struct {
	mu     sync.Mutex
	counts map[mailSender]mailCount
}

// mailSender is an instance, or an account when instance is 0.
type mailSender struct{ account, instance int64 }

type mailCount struct {
	sent int
	ends time.Time
}

// take counts a mail of an instance and reports whether it may be sent.
func (h *hookMails) take(account, instance int64, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.counts == nil {
		h.counts = map[mailSender]mailCount{}
	}
	if len(h.counts) > maxMailCounts {
		for sender, count := range h.counts {
			if !now.Before(count.ends) {
				delete(h.counts, sender)
			}
		}
	}
	limits := map[mailSender]int{{account, 0}: maxMailsPerAccount}
	if instance != 0 {
		limits[mailSender{account, instance}] = maxMailsPerInstance
	}
	for sender, most := range limits {
		if count := h.counts[sender]; now.Before(count.ends) && count.sent >= most {
			return false
		}
	}
	for sender := range limits {
		count := h.counts[sender]
		if !now.Before(count.ends) {
			count = mailCount{ends: now.Add(mailWindow)}
		}
		count.sent++
		h.counts[sender] = count
	}
	return true
}

// sendMail sends what a script wanted sent with notify.email. What cannot be sent is logged: the script has ended, and its call goes on.
func (g *Gateway) sendMail(ctx context.Context, c *Call, m sandbox.Mail, script string) {
	var instance int64
	if c.Instance != nil {
		instance = c.Instance.ID
	}
	log := g.log.With("request", c.RequestID, "script", script, "to", m.To, "subject", m.Subject)
	switch {
	case g.mail == nil:
		log.InfoContext(ctx, "a script wanted a mail sent")
	case g.hooks.Deny:
		log.WarnContext(ctx, "a mail of a script was dropped: scripts may not reach others on this server")
	case !g.hookMails.take(c.Principal.Account.ID, instance, g.now()):
		log.WarnContext(ctx, "a mail of a script was dropped: too many within an hour", "per instance", maxMailsPerInstance, "per account", maxMailsPerAccount)
	default:
		err := g.mail.Send(ctx, mail.Letter{OrganizationID: c.Principal.Organization.ID, To: m.To, Subject: m.Subject, Text: m.Body})
		if err != nil {
			log.WarnContext(ctx, "a mail of a script was dropped", "error", err)
		}
	}
}
