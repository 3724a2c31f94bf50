//go:build !race

package sandbox_test

import "time"

// slowness is how many times more time scripts get: none here.
const slowness = 1

const (
	stepsTime = 30 * time.Second
	endlessly = "promises without end (limit 1048576 steps)"
)
