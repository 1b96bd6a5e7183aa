package wasi_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"weft"
	"weft/wasi"
)

// serverVariable tells the client of a server the address and the number of connections.
const serverVariable = "WEFT_TEST_SERVER"

// testServer runs a server with a thread for each connection, with as many of them as the mode can have.
func testServer(t *testing.T, mode threadMode, executor weft.Executor, source []byte) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	client := exec.Command(os.Args[0], "-test.run=^TestServerClient$")
	client.Env = append(os.Environ(), fmt.Sprintf("%s=%s/%d", serverVariable, l.Addr(), mode.many))
	var said bytes.Buffer
	client.Stdout, client.Stderr = &said, &said
	check(t, client.Start())
	config := wasi.NewConfig().WithArgs("server").WithListener(l).WithMaxDescriptors(mode.many + 16)
	out, err := runThreadProgram(t, mode, executor, source, mode.many+16, time.Minute, config)
	if want := fmt.Sprintf("%d connections, at most %d at a time\n", mode.many+1, mode.many+1); out != want || err != nil {
		t.Errorf("output %q, want %q: %v", out, want, err)
	}
	l.Close() // a client that still waits for an answer gets none
	if err := client.Wait(); err != nil {
		t.Errorf("client: %v\n%s", err, said.Bytes())
	}
}

// TestServerClient is the client of testServer. It is a process of its own, because one process may not have the files
// for both ends of many connections.
func TestServerClient(t *testing.T) {
	address, number, ok := strings.Cut(os.Getenv(serverVariable), "/")
	if !ok {
		t.Skip("it is a part of TestThreadsInC, which runs it")
	}
	connections, err := strconv.Atoi(number)
	check(t, err)
	check(t, useServer(address, connections))
}

// useServer opens connections, sends two requests on each while all are open, and lets the server end.
func useServer(address string, connections int) error {
	open := make([]net.Conn, 0, connections)
	defer func() {
		for _, c := range open {
			_ = c.Close() // most have been closed
		}
	}()
	for range connections {
		c, err := net.Dial("tcp", address)
		if err != nil {
			return err
		}
		open = append(open, c)
	}
	errs := make([]error, connections)
	for round := range 2 {
		var group sync.WaitGroup
		gate := make(chan struct{}, 64) // so many requests at a time
		for i, c := range open {
			gate <- struct{}{}
			group.Go(func() {
				defer func() { <-gate }()
				errs[i] = errors.Join(errs[i], get(c, fmt.Sprintf("%d-%d", i, round)))
			})
		}
		group.Wait()
	}
	quit, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer quit.Close()
	if _, err := io.WriteString(quit, "GET /quit HTTP/1.1\r\n\r\n"); err != nil {
		return err
	}
	if _, err := io.ReadAll(quit); err != nil {
		return err
	}
	return errors.Join(errs...)
}

// get sends a request and checks the answer.
func get(c net.Conn, name string) error {
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(c, "GET /%s HTTP/1.1\r\nHost: test\r\n\r\n", name); err != nil {
		return err
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if want := "hello " + name; strings.TrimSpace(string(body)) != want || err != nil {
		return fmt.Errorf("%s: answer %q: %w", name, body, err)
	}
	return nil
}
