//go:build !race

package act365

const raceDetector = false
