// Command bench measures Jackfield beside a plain reverse proxy and a JSON-tree proxy, all to the same upstream,
// alternating in one run. Every program under test is a process of its own. Run it by "make bench".
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"time"

	"jackfield/internal/sandbox"
)

func main() {
	if sandbox.IsWorker() {
		sandbox.WorkerMain()
		return
	}
	role := flag.String("role", "", "which program to be; empty = measure")
	upstream := flag.String("upstream", "", "address of the upstream")
	rounds := flag.Int("rounds", 7, "alternations")
	length := flag.Duration("length", 1500*time.Millisecond, "length of one measurement")
	connections := flag.Int("connections", 16, "connections")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch *role {
	case "":
		err = measure(ctx, plan{rounds: *rounds, length: *length, connections: *connections})
	case "upstream":
		err = serveUpstream(ctx)
	case "jackfield":
		err = serveJackfield(ctx, *upstream)
	case "reverse":
		err = serveReverse(ctx, *upstream)
	case "tree":
		err = serveTree(ctx, *upstream)
	default:
		err = fmt.Errorf("no role %s", *role)
	}
	if err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// machine describes where the figures come from.
func machine() string {
	return fmt.Sprintf("%s, %s/%s, %d cores", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}
