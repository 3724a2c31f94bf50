package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// plan is how to measure.
type plan struct {
	rounds, connections int
	length              time.Duration
}

const base = "/elements/api-v2/hubs/crm"

func measure(ctx context.Context, p plan) error {
	upstream, err := start(ctx, "upstream", "")
	if err != nil {
		return err
	}
	defer upstream.stop()
	jackfield, err := start(ctx, "jackfield", upstream.url)
	if err != nil {
		return err
	}
	defer jackfield.stop()
	reverse, err := start(ctx, "reverse", upstream.url)
	if err != nil {
		return err
	}
	defer reverse.stop()
	tree, err := start(ctx, "tree", upstream.url)
	if err != nil {
		return err
	}
	defer tree.stop()

	fmt.Printf("%s; %d connections, median of %d alternations of %s each; record %d bytes, page %d bytes\n\n",
		machine(), p.connections, p.rounds, p.length, len(record), len(page))
	groups := []struct {
		name    string
		targets []target
	}{
		{"one record", []target{
			{name: "ReverseProxy", address: reverse.address(), path: "/records/1"},
			{name: "Jackfield", address: jackfield.address(), path: base + "/records/1", header: jackfield.rest},
			{name: "encoding/json tree", address: tree.address(), path: "/records/1"},
		}},
		{"page of 200 records", []target{
			{name: "ReverseProxy", address: reverse.address(), path: "/records"},
			{name: "Jackfield", address: jackfield.address(), path: base + "/records?pageSize=200", header: jackfield.rest},
			{name: "encoding/json tree", address: tree.address(), path: "/records"},
			{name: "Jackfield, with a hook", address: jackfield.address(), path: base + "/hooked", header: jackfield.rest},
		}},
	}
	for _, group := range groups {
		if err := alternate(ctx, p, group.name, group.targets); err != nil {
			return err
		}
	}
	if err := growth(ctx, p, upstream, jackfield); err != nil {
		return err
	}
	return reportProgram(ctx)
}

// alternate measures the targets in turn, round by round, and prints medians beside the first.
func alternate(ctx context.Context, p plan, name string, targets []target) error {
	samples := make([][]sample, len(targets))
	for _, t := range targets {
		if _, err := load(ctx, t, p.connections, p.length/3); err != nil {
			return err
		}
	}
	for range p.rounds {
		for i, t := range targets {
			s, err := load(ctx, t, p.connections, p.length)
			if err != nil {
				return err
			}
			samples[i] = append(samples[i], s)
		}
	}
	fmt.Printf("%-28s %12s %10s %10s %8s\n", name, "req/s", "p50", "p99", "ratio")
	for i, t := range targets {
		ratios := make([]sample, p.rounds)
		for r := range p.rounds {
			ratios[r].perSecond = samples[i][r].perSecond / samples[0][r].perSecond
		}
		perSecond := median(samples[i], func(s sample) float64 { return s.perSecond })
		fmt.Printf("%-28s %12.0f %10s %10s %8.2f\n", t.name, perSecond,
			ms(median(samples[i], func(s sample) float64 { return float64(s.p50) })),
			ms(median(samples[i], func(s sample) float64 { return float64(s.p99) })),
			median(ratios, func(s sample) float64 { return s.perSecond }))
	}
	fmt.Println()
	return nil
}

func median(samples []sample, of func(sample) float64) float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func ms(nanoseconds float64) string { return fmt.Sprintf("%.2f ms", nanoseconds/1e6) }

// process is a program under test.
type process struct {
	command *exec.Cmd
	url     string
	rest    string // of the line it printed
}

func (p *process) address() string { return strings.TrimPrefix(p.url, "http://") }

func (p *process) stop() {
	_ = p.command.Process.Signal(os.Interrupt) // it may have ended already
	_ = p.command.Wait()
}

// start runs this program in another role and waits for its line.
func start(ctx context.Context, role, upstream string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return run(exec.CommandContext(ctx, self, "-role", role, "-upstream", upstream))
}

func run(command *exec.Cmd) (*process, error) {
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%s did not start: %w", command.Path, err)
	}
	fields := strings.SplitN(strings.TrimSpace(line), " ", 3)
	p := &process{command: command}
	if len(fields) > 1 && fields[0] == "ready" {
		p.url = fields[1]
		if len(fields) > 2 {
			p.rest = fields[2]
		}
	}
	return p, nil
}

// reportProgram prints the size of the stripped binary.
func reportProgram(ctx context.Context) error {
	folder, err := os.MkdirTemp("", "jackfield-size-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	binary := filepath.Join(folder, "jackfield")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./cmd/jackfield")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build the binary: %w", err)
	}
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	fmt.Printf("binary, stripped          %8.1f MB\n", float64(info.Size())/1e6)
	return startUp(ctx, binary, folder)
}

// startUp measures the time from exec to the first answer of /readyz, on new data and on existing data.
func startUp(ctx context.Context, binary, folder string) error {
	data := filepath.Join(folder, "data")
	for _, what := range []string{"first start", "next start"} {
		var times []time.Duration
		for round := range 5 {
			at := data
			if what == "first start" {
				at = fmt.Sprintf("%s-%d", data, round)
			}
			begin := time.Now()
			p, err := serveBinary(ctx, binary, at)
			if err != nil {
				return err
			}
			times = append(times, time.Since(begin))
			p.stop()
		}
		slices.Sort(times)
		fmt.Printf("%-25s %8.0f ms\n", what, float64(times[len(times)/2].Microseconds())/1000)
	}
	p, err := serveBinary(ctx, binary, data)
	if err != nil {
		return err
	}
	defer p.stop()
	time.Sleep(3 * time.Second) // idle: what starting left behind settles
	rss, err := residentKB(p.command.Process.Pid)
	if err != nil {
		return err
	}
	fmt.Printf("idle RSS                  %8.1f MB\n", float64(rss)/1024)
	return nil
}

func serveBinary(ctx context.Context, binary, data string) (*process, error) {
	return run(exec.CommandContext(ctx, binary, "serve", "--data", data, "--listen", "127.0.0.1:0"))
}

// residentKB reads the resident memory of a process.
func residentKB(pid int) (int, error) {
	if runtime.GOOS != "linux" {
		return 0, errors.New("resident memory is only measured on Linux")
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strconv.Atoi(strings.Fields(rest)[0])
		}
	}
	return 0, errors.New("no VmRSS")
}
