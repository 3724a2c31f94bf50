//go:build unix && !linux

package sandbox

import (
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

// resident cannot be told from outside without a library of its own: here a worker watches itself.
func resident(int) int64 { return 0 }

// watchOneself ends this worker when it has been larger than the value that it returns. The runtime stops scripts to
// let this run even where the engine never looks up.
func watchOneself() *atomic.Int64 {
	unit := int64(1024)
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		unit = 1
	}
	most := &atomic.Int64{}
	go func() {
		for range time.Tick(watchEvery) {
			var usage syscall.Rusage
			if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
				continue
			}
			if limit := most.Load(); limit > 0 && int64(usage.Maxrss)*unit > limit {
				os.Exit(exitLarge)
			}
		}
	}()
	return most
}
