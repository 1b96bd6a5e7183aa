package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"sync"

	"weft"
	"weft/task"
)

// fetch begins to fetch a page of the upstream server, and returns what the guest
// waits for: the status, or 0 if there is no answer.
func (s *server) fetch(r *request, page string) task.Wait {
	future := task.NewFuture()
	ref, err := url.Parse(page)
	if err != nil || ref.IsAbs() || ref.Host != "" || ref.User != nil { // no other servers
		future.Complete(weft.I32(0))
		return task.Await(future)
	}
	ctx, cancel := context.WithCancel(r.http.Context())
	future.OnAbandon(cancel)
	target := s.upstream.ResolveReference(ref).String()
	s.fetcher.do(func(client *http.Client) {
		defer cancel()
		status, body, err := get(ctx, client, target)
		// Finish is called by the loop: only there may r be changed.
		future.Finish(func() ([]weft.Value, error) {
			if err != nil {
				return []weft.Value{weft.I32(0)}, nil
			}
			r.fetched = body
			return []weft.Value{weft.I32(int32(status))}, nil
		})
	})
	return task.Await(future)
}

// maxBody bounds what is fetched.
const maxBody = 1 << 20

func get(ctx context.Context, client *http.Client, target string) (status int, body []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return 0, nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return resp.StatusCode, body, err
}

// A fetcher does fetches, in at most maxFetches goroutines: net/http's client
// blocks one per request under way. Further ones wait in a queue.
type fetcher struct {
	client *http.Client
	mu     sync.Mutex
	queue  []func(*http.Client)
	active int
}

const maxFetches = 32

func newFetcher() *fetcher {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = maxFetches
	return &fetcher{client: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (f *fetcher) do(g func(*http.Client)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queue = append(f.queue, g)
	if f.active < maxFetches {
		f.active++
		go f.work()
	}
}

// work does what is in the queue until there is nothing.
func (f *fetcher) work() {
	for {
		f.mu.Lock()
		if len(f.queue) == 0 {
			f.active--
			f.mu.Unlock()
			return
		}
		g := f.queue[0]
		f.queue[0] = nil
		f.queue = f.queue[1:]
		f.mu.Unlock()
		g(f.client)
	}
}
