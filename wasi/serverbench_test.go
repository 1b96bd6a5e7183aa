package wasi_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"weft/internal/wasithreads"
)

// The processes of BenchmarkServer, which are this test binary, learn from variables what they are for.
const (
	loadVariable    = "WEFT_BENCH_LOAD"     // address/connections/requests
	netHTTPVariable = "WEFT_BENCH_NET_HTTP" // address
)

// BenchmarkServer has a server with a thread for each connection, a C program in each mode that can have so many,
// beside one of Go's package net/http. All connections are open, and used again and again at the same time. An
// operation is a request. Server and client are processes of their own; the memory is that of the server when all
// requests have been answered.
func BenchmarkServer(b *testing.B) {
	if runtime.GOOS != "linux" {
		b.Skip("memory is read from /proc")
	}
	dir := b.TempDir()
	program := filepath.Join(dir, "server.wasm")
	check(b, os.WriteFile(program, wasithreads.NewToolchain(b).Build(b, "server"), 0o666))
	weftCommand := filepath.Join(dir, "weft")
	if out, err := exec.Command("go", "build", "-o", weftCommand, "weft/cmd/weft").CombinedOutput(); err != nil {
		b.Fatalf("go build: %v: %s", err, out)
	}
	self, err := os.Executable()
	check(b, err)
	for _, connections := range []int{100, 1000, 10_000} {
		limit := strconv.Itoa(connections + 16)
		servers := map[string]func(address string) *exec.Cmd{
			"net_http": func(address string) *exec.Cmd {
				c := exec.Command(self, "-test.run=^TestNetHTTPServer$")
				c.Env = append(os.Environ(), netHTTPVariable+"="+address)
				return c
			},
			"green": func(address string) *exec.Cmd {
				return exec.Command(weftCommand, "run", "--scheduler", "green", "--threads", limit, "--max-descriptors", limit, "--listen", address, program)
			},
		}
		for name, server := range servers {
			b.Run(fmt.Sprintf("%s/%d", name, connections), func(b *testing.B) {
				address := freeAddress(b)
				s := server(address)
				s.Stderr = os.Stderr
				check(b, s.Start())
				defer s.Wait()
				defer s.Process.Kill()
				perSecond := load(b, self, address, connections)
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(perSecond, "requests/s")
				b.ReportMetric(residentBytes(b, s.Process.Pid)/(1<<20), "MiB")
			})
		}
	}
}

func freeAddress(b *testing.B) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(b, err)
	defer l.Close()
	return l.Addr().String()
}

// residentBytes returns how much memory a process has.
func residentBytes(b *testing.B, pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	check(b, err)
	found := regexp.MustCompile(`VmRSS:\s*(\d+) kB`).FindSubmatch(status)
	if found == nil {
		b.Fatalf("no VmRSS in %s", status)
	}
	n, err := strconv.ParseFloat(string(found[1]), 64)
	check(b, err)
	return n * 1024
}

// load lets a client send b.N requests. It returns how many were answered per second.
func load(b *testing.B, self, address string, connections int) float64 {
	c := exec.Command(self, "-test.run=^TestLoad$")
	c.Env = append(os.Environ(), fmt.Sprintf("%s=%s/%d/%d", loadVariable, address, connections, b.N))
	c.Stderr = os.Stderr
	goOn, err := c.StdinPipe()
	check(b, err)
	said, err := c.StdoutPipe()
	check(b, err)
	check(b, c.Start())
	b.Cleanup(func() {
		goOn.Close()
		c.Wait()
	})
	line, err := bufio.NewReader(said).ReadString('\n')
	check(b, err)
	took, err := time.ParseDuration(strings.TrimSpace(line))
	if err != nil {
		b.Fatalf("client: %s", line)
	}
	return float64(b.N) / took.Seconds()
}

// TestNetHTTPServer is the server to compare with.
func TestNetHTTPServer(t *testing.T) {
	address := os.Getenv(netHTTPVariable)
	if address == "" {
		t.Skip("it is a part of BenchmarkServer")
	}
	l, err := net.Listen("tcp", address)
	check(t, err)
	check(t, http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello %s\n", strings.TrimPrefix(r.URL.Path, "/"))
	})))
}

// TestLoad is the client. It tells how long the requests took, and keeps the connections until its input ends.
func TestLoad(t *testing.T) {
	words := strings.Split(os.Getenv(loadVariable), "/")
	if len(words) != 3 {
		t.Skip("it is a part of BenchmarkServer")
	}
	connections, err := strconv.Atoi(words[1])
	check(t, err)
	requests, err := strconv.Atoi(words[2])
	check(t, err)
	open := make([]net.Conn, connections)
	for i := range open {
		open[i], err = dialPatiently(words[0])
		check(t, err)
	}
	errs := make([]error, connections)
	for i, c := range open { // one on each before the clock runs
		errs[i] = ask(c, 1)
	}
	check(t, errors.Join(errs...))
	start := time.Now()
	var group sync.WaitGroup
	for i, c := range open {
		n := requests / connections
		if i < requests%connections {
			n++
		}
		group.Go(func() { errs[i] = ask(c, n) })
	}
	group.Wait()
	took := time.Since(start)
	check(t, errors.Join(errs...))
	fmt.Println(took)
	io.Copy(io.Discard, os.Stdin)
}

// dialPatiently waits for the server to begin.
func dialPatiently(address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil || ctx.Err() != nil {
			return c, err
		}
		time.Sleep(time.Millisecond)
	}
}

// ask sends requests one after the other.
func ask(c net.Conn, requests int) error {
	request := []byte("GET /somebody HTTP/1.1\r\nHost: test\r\n\r\n")
	answer := make([]byte, 512)
	for range requests {
		if _, err := c.Write(request); err != nil {
			return err
		}
		for have := 0; !bytes.HasSuffix(answer[:have], []byte("hello somebody\n")); {
			n, err := c.Read(answer[have:])
			if have += n; err != nil {
				return fmt.Errorf("answer %q: %w", answer[:have], err)
			}
		}
	}
	return nil
}
