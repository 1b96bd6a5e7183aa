// Command httpserver serves HTTP/1.1 and HTTP/2 (without encryption) from a
// WebAssembly guest. Each request is a guest task; those that wait for a timer or
// for the upstream server take a suspended continuation each, and no goroutine.
//
//	go run ./examples/httpserver -upstream http://example.com
//	curl 'localhost:8080/hello'
//	curl 'localhost:8080/sleep?ms=500'
//	curl --http2-prior-knowledge 'localhost:8080/fetch?url=/'
//
// guest.wat is the guest, server.go what the guest can import, fetch.go how an
// operation of the host becomes something that a task waits for.
package main

import (
	"context"
	"flag"
	"log"
	"net/http"
	"net/url"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	addr := flag.String("addr", "localhost:8080", "the `address` to listen at")
	upstream := flag.String("upstream", "http://localhost:8081", "the `URL` that /fetch?url= is relative to")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, *addr, *upstream); err != nil {
		log.Fatal(err)
	}
}

// serve serves until the context ends.
func serve(ctx context.Context, addr, upstream string) error {
	base, err := url.Parse(upstream)
	if err != nil {
		return err
	}
	s, err := newServer(base)
	if err != nil {
		return err
	}
	defer s.store.Close()
	front := &http.Server{Addr: addr, Handler: s, Protocols: protocols(), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		failed <- front.ListenAndServe()
		cancel(nil)
	}()
	log.Printf("listening at http://%s", addr)
	s.loop.Serve(ctx) // the tasks that wait are cancelled at its end
	closing, done := context.WithTimeout(context.Background(), 5*time.Second)
	defer done()
	front.Shutdown(closing)
	if err := <-failed; err != http.ErrServerClosed {
		return err
	}
	return nil
}

// protocols are HTTP/1.1 and HTTP/2, both without encryption.
func protocols() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	p.SetUnencryptedHTTP2(true)
	return p
}
