package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// target is one thing to measure.
type target struct {
	name    string
	address string // host:port
	path    string
	header  string   // Authorization, "" for none
	headers []string // several in place of header: requests take them in turn
}

// sample is one measurement.
type sample struct {
	perSecond float64
	p50, p99  time.Duration
}

// load sends requests over a number of connections for a time. The client writes prepared bytes and reads answers
// with little work of its own, because it shares the cores with what it measures.
func load(ctx context.Context, t target, connections int, length time.Duration) (sample, error) {
	requests := [][]byte{t.request(t.header)}
	if len(t.headers) > 0 {
		requests = nil
		for _, header := range t.headers {
			requests = append(requests, t.request(header))
		}
	}
	results := make([][]time.Duration, connections)
	failures := make([]error, connections)
	until := time.Now().Add(length)
	var wait sync.WaitGroup
	for i := range connections {
		wait.Go(func() { results[i], failures[i] = one(ctx, t.address, requests, i*len(requests)/connections, until) })
	}
	wait.Wait()
	if err := errors.Join(failures...); err != nil {
		return sample{}, fmt.Errorf("%s: %w", t.name, err)
	}
	all := slices.Concat(results...)
	slices.Sort(all)
	return sample{
		perSecond: float64(len(all)) / length.Seconds(),
		p50:       all[len(all)/2],
		p99:       all[len(all)*99/100],
	}, nil
}

func (t target) request(header string) []byte {
	request := "GET " + t.path + " HTTP/1.1\r\nHost: " + t.address + "\r\n"
	if header != "" {
		request += "Authorization: " + header + "\r\n"
	}
	return []byte(request + "\r\n")
}

// one sends requests over one connection, in turn from the given one on.
func one(ctx context.Context, address string, requests [][]byte, turn int, until time.Time) ([]time.Duration, error) {
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	reader := bufio.NewReaderSize(connection, 128<<10)
	var all []time.Duration
	for {
		start := time.Now()
		if !start.Before(until) || ctx.Err() != nil {
			return all, ctx.Err()
		}
		if _, err := connection.Write(requests[turn%len(requests)]); err != nil {
			return nil, err
		}
		if err := readAnswer(reader); err != nil {
			return nil, err
		}
		turn++
		all = append(all, time.Since(start))
	}
}

// readAnswer reads one answer with a Content-Length and throws it away.
func readAnswer(reader *bufio.Reader) error {
	line, err := reader.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !strings.HasPrefix(string(line), "HTTP/1.1 200") {
		return fmt.Errorf("answered %s instead of %d", strings.TrimSpace(string(line)), http.StatusOK)
	}
	length := -1
	for {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		if n, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			if _, err := fmt.Sscan(n, &length); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return errors.New("answered without Content-Length")
	}
	_, err = reader.Discard(length)
	return err
}
