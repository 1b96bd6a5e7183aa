package measure

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"weft/bench/engine"
	"weft/bench/tool"
)

// A Server is an HTTP server that was put under load.
type Server struct {
	Name string
	// Path is what was requested.
	Path string
	// Connections are open at the same time.
	Connections int
	// Requests are per second, in each round.
	Requests []float64
	// P50 and P99 are latencies in nanoseconds, in each round.
	P50, P99 []float64
	// PeakKB is the server's peak of resident memory, in KiB.
	PeakKB int64
	// Error is why there is no result; "" if there is one.
	Error string
}

// loads are what the servers are asked for, and by how many connections.
var loads = []struct {
	path        string
	connections int
}{
	{"/hello", 50},
	{"/sleep?ms=20", 1000},
}

// HTTP puts servers under load with wrk, each for a few seconds in each round, in
// turn. The load comes from the same machine.
func HTTP(ctx context.Context, box *tool.Box, servers []engine.Server, rounds int, took time.Duration, progress func(string)) []Server {
	wrk, missing := box.Command(ctx, "wrk")
	var results []Server
	commands := make([]func(int) []string, len(servers))
	for i, s := range servers {
		command, err := s.Prepare(ctx, box)
		if err == nil {
			err = missing
		}
		commands[i] = command
		for _, load := range loads {
			result := Server{Name: s.Name, Path: load.path, Connections: load.connections}
			if err != nil {
				result.Error = err.Error()
			}
			results = append(results, result)
		}
	}
	for range rounds {
		for i := range results {
			r := &results[i]
			if r.Error == "" {
				if err := r.measure(ctx, wrk, commands[i/len(loads)], took); err != nil {
					r.Error = err.Error()
				}
			}
			if progress != nil {
				progress("HTTP: " + r.Name)
			}
		}
	}
	return results
}

// measure starts the server, checks an answer, and lets wrk run.
func (r *Server) measure(ctx context.Context, wrk string, command func(int) []string, took time.Duration) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	argv := command(port)
	server := exec.CommandContext(ctx, argv[0], argv[1:]...)
	if err := server.Start(); err != nil {
		return err
	}
	defer func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	}()
	url := fmt.Sprintf("http://localhost:%d%s", port, r.Path)
	if err := answers(ctx, url); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, wrk, "-t", "1", "-c", strconv.Itoa(r.Connections), "--latency",
		"-d", fmt.Sprintf("%ds", int(max(took, time.Second).Seconds())), url).Output()
	if err != nil {
		return fmt.Errorf("wrk: %w", err)
	}
	r.PeakKB = max(r.PeakKB, peakOf(server.Process.Pid))
	return r.read(string(out))
}

// freePort returns a port that nobody listens at.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// answers waits until the server is there, and checks that it answers.
func answers(ctx context.Context, url string) error {
	for wait := time.Millisecond; ; wait *= 2 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(req)
		if err == nil {
			defer response.Body.Close()
			body, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
			if err != nil {
				return err
			}
			if response.StatusCode != http.StatusOK || !strings.HasSuffix(string(body), "\n") {
				return fmt.Errorf("wrong answer: %s: %q", response.Status, body)
			}
			return nil
		}
		if wait > 5*time.Second {
			return err
		}
		time.Sleep(wait)
	}
}

// What wrk prints.
var (
	latency  = regexp.MustCompile(`(?m)^\s+(50|99)%\s+([0-9.]+)(us|ms|s)$`)
	requests = regexp.MustCompile(`(?m)^Requests/sec:\s+([0-9.]+)$`)
	failures = regexp.MustCompile(`(?m)^\s*(Socket errors:.*|Non-2xx.*)$`)
)

// read takes the figures from what wrk prints.
func (r *Server) read(out string) error {
	if m := failures.FindString(out); m != "" {
		return fmt.Errorf("wrk: %s", strings.TrimSpace(m))
	}
	m := requests.FindStringSubmatch(out)
	if m == nil {
		return fmt.Errorf("wrk printed no figure: %q", out)
	}
	rate, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return err
	}
	r.Requests = append(r.Requests, rate)
	unit := map[string]float64{"us": 1e3, "ms": 1e6, "s": 1e9}
	for _, m := range latency.FindAllStringSubmatch(out, -1) {
		v, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			return err
		}
		if m[1] == "50" {
			r.P50 = append(r.P50, v*unit[m[3]])
		} else {
			r.P99 = append(r.P99, v*unit[m[3]])
		}
	}
	return nil
}

// peakOf returns the peak of resident memory of a process in KiB; 0 if it is not known.
func peakOf(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+)`).FindSubmatch(status)
	if m == nil {
		return 0
	}
	kb, _ := strconv.ParseInt(string(m[1]), 10, 64)
	return kb
}
