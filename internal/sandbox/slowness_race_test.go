//go:build race

package sandbox_test

import "time"

// slowness is how many times more time scripts get where the race detector watches the engine too.
const slowness = 2

// Here the engine is too slow to reach its bound of promises in sensible time.
const (
	stepsTime = 2 * time.Second
	endlessly = "longer than the limit"
)
