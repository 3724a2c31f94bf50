//go:build !race

package sandbox_test

// slowness is how many times more time scripts get: none here.
const slowness = 1
