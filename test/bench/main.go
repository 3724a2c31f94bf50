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
	"strings"
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
	err := be(ctx, *role, *upstream, plan{rounds: *rounds, length: *length, connections: *connections})
	interrupted := ctx.Err() != nil
	stop()
	if err != nil && !interrupted {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// be plays a role.
func be(ctx context.Context, role, upstream string, p plan) error {
	switch role {
	case "":
		return measure(ctx, p)
	case "growth":
		return measureGrowth(ctx, p)
	case "upstream":
		return serveUpstream(ctx)
	case "jackfield":
		return serveJackfield(ctx, upstream, false)
	case "crowded":
		return serveJackfield(ctx, upstream, true)
	case "catalogue-json", "catalogue-yaml":
		return loadCatalogue(strings.TrimPrefix(role, "catalogue-"))
	case "reverse":
		return serveReverse(ctx, upstream)
	case "tree":
		return serveTree(ctx, upstream)
	}
	return fmt.Errorf("there is no role %s", role)
}

// machine describes where the figures come from.
func machine() string {
	return fmt.Sprintf("%s, %s/%s, %d cores", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}
