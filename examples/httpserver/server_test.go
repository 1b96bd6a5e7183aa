package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"sync"
	"testing"
	"time"

	"weft/task"
)

// newTestServer serves in front of an upstream that answers after a while.
func newTestServer(t *testing.T) *server {
	t.Helper()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/stuck" {
			<-r.Context().Done()
			return
		}
		time.Sleep(5 * time.Millisecond)
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "this is %s", r.URL.Path)
	}))
	t.Cleanup(upstream.Close)
	base, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newServer(base)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan bool)
	go func() {
		s.loop.Serve(ctx)
		close(served)
	}()
	t.Cleanup(func() {
		cancel()
		<-served
		s.store.Close()
	})
	return s
}

// TestServer asks for each route, with both protocols.
func TestServer(t *testing.T) {
	front := httptest.NewUnstartedServer(newTestServer(t))
	front.Config.Protocols = protocols()
	front.Start()
	defer front.Close()
	one, two := new(http.Protocols), new(http.Protocols)
	one.SetHTTP1(true)
	two.SetUnencryptedHTTP2(true)
	for version, protocols := range map[int]*http.Protocols{1: one, 2: two} {
		client := &http.Client{Transport: &http.Transport{Protocols: protocols}}
		for _, want := range []struct {
			path   string
			status int
			body   string
		}{
			{"/hello", 200, "Hello from the guest.\n"},
			{"/sleep?ms=3", 200, "Slept well.\n"},
			{"/fetch?url=/page", 418, "this is /page"},
			{"/fetch?url=//example.com/", 502, "The upstream does not answer.\n"},
			{"/fetch?url=http://example.com/", 502, "The upstream does not answer.\n"},
			{"/other", 404, "There is nothing here.\n"},
		} {
			resp, err := client.Get(front.URL + want.path)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if resp.ProtoMajor != version || resp.StatusCode != want.status || string(body) != want.body {
				t.Errorf("HTTP/%d %s: %s, %q", resp.ProtoMajor, want.path, resp.Status, body)
			}
		}
		client.CloseIdleConnections()
	}
}

// TestGone lets a client go away while the guest waits.
func TestGone(t *testing.T) {
	s := newTestServer(t)
	for _, path := range []string{"/sleep?ms=1000000", "/fetch?url=/stuck"} {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		_, task := s.start(httptest.NewRequestWithContext(ctx, "GET", path, nil))
		<-task.Done()
		cancel()
		if err := task.Err(); err != nil {
			t.Errorf("%s: %v", path, err) // the guest catches that
		}
	}
}

// TestManySlow has 1,000 slow requests at the same time, over HTTP/2.
func TestManySlow(t *testing.T) {
	front := httptest.NewUnstartedServer(newTestServer(t))
	front.Config.Protocols = protocols()
	front.Start()
	defer front.Close()
	two := new(http.Protocols)
	two.SetUnencryptedHTTP2(true)
	client := &http.Client{Transport: &http.Transport{Protocols: two}}
	defer client.CloseIdleConnections()
	var wg sync.WaitGroup
	for i := range 1000 {
		wg.Go(func() {
			path, status := "/sleep?ms=200", 200
			if i%10 == 0 {
				path, status = "/fetch?url=/x", 418
			}
			resp, err := client.Get(front.URL + path)
			if err != nil {
				t.Error(err)
				return
			}
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode != status {
				t.Errorf("%s: %s", path, resp.Status)
			}
		})
	}
	wg.Wait()
}

// TestGoroutines has 1,000 slow requests at the same time, without net/http's
// goroutines: the loop's side has none for a request that waits.
func TestGoroutines(t *testing.T) {
	s := newTestServer(t)
	before := runtime.NumGoroutine()
	var tasks []*task.Task
	begin := time.Now()
	for range 1000 {
		_, task := s.start(httptest.NewRequest("GET", "/sleep?ms=300", nil))
		tasks = append(tasks, task)
	}
	waiting := make(chan int)
	for n := 0; n < len(tasks); {
		s.loop.Do(func() { waiting <- s.store.Stats().Continuations })
		n = <-waiting
		if time.Since(begin) > 10*time.Second {
			t.Fatalf("only %d tasks wait", n)
		}
	}
	if n := runtime.NumGoroutine() - before; n > 3 {
		t.Errorf("%d goroutines more for 1,000 tasks that wait", n)
	}
	for _, task := range tasks {
		<-task.Done()
		if err := task.Err(); err != nil {
			t.Fatal(err)
		}
	}
}
