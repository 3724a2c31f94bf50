package sandbox

import (
	"fmt"
	"strconv"
)

// Bounds of the mails of one run.
const (
	maxMails     = 20
	maxMailHead  = 1 << 10   // bytes of the address and of the subject, each
	maxMailBody  = 256 << 10 // bytes of one text
	maxMailBytes = 512 << 10 // bytes of all together
)

// Mail is one that a script wanted sent with notify.email(to, subject, body).
type Mail struct{ To, Subject, Body string }

func (m Mail) size() int { return len(m.To) + len(m.Subject) + len(m.Body) }

// mail notes a mail, or says which limit it passes.
func (b *bridge) mail(m Mail) error {
	size := m.size()
	for _, earlier := range b.report.mails {
		size += earlier.size()
	}
	switch {
	case m.To == "":
		return fmt.Errorf("notify.email needs an address")
	case len(b.report.mails) >= maxMails:
		return fmt.Errorf("a script may send %d mails at most", maxMails)
	case len(m.To) > maxMailHead, len(m.Subject) > maxMailHead:
		return fmt.Errorf("the address and the subject of a mail have %s each at most", sizeOf(maxMailHead))
	case len(m.Body) > maxMailBody:
		return fmt.Errorf("the text of a mail has %s at most", sizeOf(maxMailBody))
	case size > maxMailBytes:
		return fmt.Errorf("the mails of a script have %s together at most", sizeOf(maxMailBytes))
	}
	b.report.mails = append(b.report.mails, m)
	return nil
}

// sizeOf writes a limit in bytes.
func sizeOf(n int) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return strconv.Itoa(n>>20) + " MiB"
	}
	return strconv.Itoa(n>>10) + " KiB"
}
