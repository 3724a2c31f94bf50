//go:build race

package sandbox_test

// slowness is how many times more time scripts get where the race detector watches the engine too.
const slowness = 2
