package access

import (
	"testing"
	"time"
)

func TestALockGrowsTwofoldUpToItsLongest(t *testing.T) {
	t.Parallel()
	for failures, want := range map[int]time.Duration{
		0: 0, 1: 0, lockAfter - 1: 0, lockAfter: 30 * time.Second, lockAfter + 1: time.Minute, lockAfter + 4: 8 * time.Minute,
		lockAfter + 5: 15 * time.Minute, 1 << 40: 15 * time.Minute,
	} {
		if got := lockFor(failures); got != want {
			t.Errorf("after %d failures %v, want %v", failures, got, want)
		}
	}
}
