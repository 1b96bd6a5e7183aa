package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"log"
	"net/http"
	"net/url"
	"strconv"

	"weft"
	"weft/task"
	"weft/wasm"
)

//go:embed guest.wat
var guest []byte

// A server is an instance of the guest, and the loop that runs its tasks.
type server struct {
	store    *weft.Store
	loop     *task.Loop
	memory   *weft.Memory
	handle   *weft.Func
	fetcher  *fetcher
	upstream *url.URL
}

// A request is what the guest's imports are about. It is in the context of the
// task. Until the task has ended only the loop's goroutine uses it.
type request struct {
	http    *http.Request
	query   url.Values
	status  int
	body    bytes.Buffer
	fetched []byte
}

type requestKey struct{}

func newServer(upstream *url.URL) (*server, error) {
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		return nil, err
	}
	module, err := engine.Compile(guest)
	if err != nil {
		return nil, err
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		return nil, err
	}
	s := &server{store: store, fetcher: newFetcher(), upstream: upstream}
	if err := s.instantiate(module); err != nil {
		store.Close()
		return nil, err
	}
	return s, nil
}

func (s *server) instantiate(module *weft.Module) (err error) {
	if s.loop, err = task.NewLoop(s.store); err != nil {
		return err
	}
	linker := weft.NewLinker(s.store)
	if err = errors.Join(s.loop.Link(linker), s.link(linker)); err != nil {
		return err
	}
	instance, err := linker.Instantiate(context.Background(), module)
	if err != nil {
		return err
	}
	s.memory, s.handle = instance.Memory("memory"), instance.Func("handle")
	return nil
}

// ServeHTTP runs a request as a task of the guest. The goroutine is net/http's: what
// happens behind start needs none.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, t := s.start(r)
	<-t.Done()
	if err := t.Err(); err != nil {
		log.Printf("%s: %v", r.URL.Path, err)
		http.Error(w, "the guest has failed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(req.status)
	w.Write(req.body.Bytes())
}

func (s *server) start(r *http.Request) (*request, *task.Task) {
	req := &request{http: r, query: r.URL.Query(), status: http.StatusOK}
	return req, s.loop.Go(context.WithValue(r.Context(), requestKey{}, req), s.handle)
}

var errMemory = errors.New("out of the guest's memory")

// link defines the module "http".
func (s *server) link(linker *weft.Linker) error {
	i32, i64 := wasm.I32, wasm.I64
	var errs []error
	define := func(name string, params, results []wasm.ValType, f func(r *request, slots []uint64) (task.Wait, error)) {
		t := wasm.FuncType{Params: params, Results: results}
		errs = append(errs, s.loop.Define(linker, "http", name, t, func(ctx context.Context, slots []uint64) (task.Wait, error) {
			return f(ctx.Value(requestKey{}).(*request), slots)
		}))
	}
	define("path", []wasm.ValType{i32, i32}, []wasm.ValType{i32}, func(r *request, slots []uint64) (task.Wait, error) {
		path := r.http.URL.Path
		path = path[:min(uint64(len(path)), slots[1])]
		if !s.memory.Write(slots[0], []byte(path)) {
			return task.Wait{}, errMemory
		}
		slots[0] = uint64(len(path))
		return task.Wait{}, nil
	})
	define("query", []wasm.ValType{i32, i32}, []wasm.ValType{i64}, func(r *request, slots []uint64) (task.Wait, error) {
		key, err := s.text(slots)
		n, _ := strconv.ParseInt(r.query.Get(key), 10, 32)
		slots[0] = uint64(n)
		return task.Wait{}, err
	})
	define("status", []wasm.ValType{i32}, nil, func(r *request, slots []uint64) (task.Wait, error) {
		if slots[0] < 200 || slots[0] > 599 {
			return task.Wait{}, errors.New("there is no such status")
		}
		r.status = int(slots[0])
		return task.Wait{}, nil
	})
	define("write", []wasm.ValType{i32, i32}, nil, func(r *request, slots []uint64) (task.Wait, error) {
		text, err := s.text(slots)
		r.body.WriteString(text)
		return task.Wait{}, err
	})
	define("log", []wasm.ValType{i32, i32}, nil, func(r *request, slots []uint64) (task.Wait, error) {
		text, err := s.text(slots)
		log.Printf("%s: %s", r.http.URL.Path, text)
		return task.Wait{}, err
	})
	define("fetch", []wasm.ValType{i32, i32}, []wasm.ValType{i32}, func(r *request, slots []uint64) (task.Wait, error) {
		key, err := s.text(slots)
		if err != nil {
			return task.Wait{}, err
		}
		return s.fetch(r, r.query.Get(key)), nil
	})
	define("forward", nil, nil, func(r *request, _ []uint64) (task.Wait, error) {
		r.body.Write(r.fetched)
		return task.Wait{}, nil
	})
	return errors.Join(errs...)
}

// text returns the bytes of the guest that two slots, address and length, name.
func (s *server) text(slots []uint64) (string, error) {
	if slots[1] > s.memory.Size() {
		return "", errMemory
	}
	b := make([]byte, slots[1])
	if !s.memory.Read(slots[0], b) {
		return "", errMemory
	}
	return string(b), nil
}
