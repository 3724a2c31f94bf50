package builder

import (
	"os"
	"testing"

	"jackfield/internal/sandbox"
)

// TestMain lets the test binary be the script worker of its own pools.
func TestMain(m *testing.M) {
	if sandbox.IsWorker() {
		sandbox.WorkerMain()
		return
	}
	os.Exit(m.Run())
}
