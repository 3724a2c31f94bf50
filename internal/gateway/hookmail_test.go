package gateway

import (
	"testing"
	"time"
)

func TestMailsOfScriptsAreCountedByInstanceAndByAccount(t *testing.T) {
	t.Parallel()
	var h hookMails
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	took := func(account, instance int64, times int) (n int) {
		for range times {
			if h.take(account, instance, now) {
				n++
			}
		}
		return n
	}
	for i, step := range []struct {
		account, instance int64
		times, want       int
	}{
		{1, 1, 25, 20}, {1, 2, 25, 20}, {1, 3, 25, 20}, {1, 4, 25, 20}, {1, 5, 19, 19}, {1, 6, 5, 1}, {1, 0, 5, 0}, {2, 1, 5, 5},
	} {
		if got := took(step.account, step.instance, step.times); got != step.want {
			t.Errorf("step %d: %d mails, want %d", i, got, step.want)
		}
	}
	now = now.Add(mailWindow)
	if got := took(1, 1, 25); got != 20 {
		t.Errorf("an hour later: %d mails", got)
	}
	for account := range int64(maxMailCounts + 10) {
		h.take(account+10, 1, now)
	}
	now = now.Add(mailWindow)
	h.take(1, 1, now)
	if len(h.counts) > 2 {
		t.Errorf("%d counts are kept for nothing", len(h.counts))
	}
}
