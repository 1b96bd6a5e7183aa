package weft_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"weft"
	"weft/wasm"
)

// A page is a Go value that says what it keeps.
type page struct{ bytes uint64 }

func (p *page) HeapBytes() uint64 { return p.bytes }

// A line is a part of a page.
type line struct {
	*page
	of any
}

func (*line) HeapBytes() uint64 { return 100 }
func (l *line) Whole() any      { return l.of }

// pages is a guest that keeps what the host gives it.
const pages = `(module
  (import "host" "page" (func $page (result externref)))
  (table $t 1000 externref)
  (func (export "pass") (param externref))
  (func (export "keep") (param externref i32) (table.set $t (local.get 1) (local.get 0)))
  (func (export "forget") (table.fill $t (i32.const 0) (ref.null extern) (i32.const 1000)))
  (func (export "fill") (result i32) (local $n i32)
    (loop $more
      (table.set $t (local.get $n) (call $page))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $n) (i32.const 1000))))
    (local.get $n))
  (func (export "drop") (param $n i32)
    (loop $more
      (drop (call $page))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))`

// givePages defines a host function that makes pages.
func givePages(t *testing.T, made *int, size uint64) func(*weft.Store, *weft.Linker) {
	return func(store *weft.Store, l *weft.Linker) {
		ft := wasm.FuncType{Results: []wasm.ValType{wasm.ExternRef}}
		err := l.DefineValues("host", "page", ft, func(context.Context, []weft.Value) ([]weft.Value, error) {
			if err := store.MakeRoom(size); err != nil {
				return nil, err
			}
			*made++
			return []weft.Value{weft.ExternRef(&page{size})}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestSizedValues gives a guest large values of Go. Those that it keeps end at the limit of the heap, and those that it
// drops do not.
func TestSizedValues(t *testing.T) {
	limits := weft.DefaultLimits()
	limits.HeapBytes = 64 << 20
	for name, engine := range allExecutors(t, wasm.DefaultFeatures) {
		made := 0
		store, instance := openOn(t, engine, pages, limits, givePages(t, &made, 1<<20))
		_, err := instance.Func("fill").Call(context.Background())
		var trap *weft.Trap
		if !errors.As(err, &trap) || trap.Code != wasm.TrapOutOfMemory || made < 58 || made > 63 {
			t.Errorf("%s: after %d values error %v", name, made, err)
		}
		if stats := store.Stats(); stats.HostBytes < uint64(made)<<20 || stats.HeapBytes < stats.HostBytes {
			t.Errorf("%s: of %d bytes %d are those of Go values", name, stats.HeapBytes, stats.HostBytes)
		}
		call(t, instance, "forget")
		before := store.Stats().Collections
		call(t, instance, "drop", weft.I32(6400))
		if n := store.Stats().Collections - before; n < 100 || n > 400 {
			t.Errorf("%s: %d collections for 100 times the heap", name, n)
		}
		if err := store.Collect(); err != nil || store.Stats().HostBytes > 1<<21 {
			t.Errorf("%s: in the end Go values count %d bytes", name, store.Stats().HostBytes)
		}
	}
}

// TestParts passes values that share another one, which counts once, as long as one of them is in use.
func TestParts(t *testing.T) {
	const size = 1 << 20
	limits := weft.DefaultLimits()
	limits.HeapBytes = 4 << 20
	made := 0
	counts := func(store *weft.Store, from, to uint64) {
		t.Helper()
		if err := store.Collect(); err != nil {
			t.Fatal(err)
		}
		if n := store.Stats().HostBytes; n < from || n > to {
			t.Errorf("Go values count %d bytes, not %d to %d", n, from, to)
		}
	}
	for _, always := range []bool{false, true} {
		for _, engine := range allExecutors(t, wasm.DefaultFeatures) {
			store, instance := openOn(t, engine, pages, limits, givePages(t, &made, 1))
			store.SetCollectAlways(always)
			whole := &page{size}
			for i := range 100 {
				call(t, instance, "keep", weft.ExternRef(&line{whole, whole}), weft.I32(int32(i)))
			}
			counts(store, size+100*100, size+100*1000)
			for i := 1; i < 100; i++ {
				call(t, instance, "keep", weft.ExternRef(nil), weft.I32(int32(i)))
			}
			counts(store, size, size+1000)
			call(t, instance, "keep", weft.ExternRef(&line{whole, whole}), weft.I32(1))
			counts(store, size, size+1000)
			call(t, instance, "forget")
			counts(store, 0, 100)
			call(t, instance, "keep", weft.ExternRef(&line{whole, nil}), weft.I32(0))
			counts(store, 100, 1000)
			for i := range 10 {
				call(t, instance, "pass", weft.ExternRef(&line{whole, &page{size + uint64(i)}}))
			}
			counts(store, 100, 1000)
		}
	}
}

// TestMakeRoom asks for room that there is, and for more.
func TestMakeRoom(t *testing.T) {
	limits := weft.DefaultLimits()
	limits.HeapBytes = 64 << 20
	made := 0
	for name, engine := range allExecutors(t, wasm.DefaultFeatures) {
		store, instance := openOn(t, engine, pages, limits, givePages(t, &made, 1))
		call(t, instance, "keep", weft.ExternRef(&page{40 << 20}), weft.I32(0))
		call(t, instance, "forget")
		if err := store.MakeRoom(60 << 20); err != nil || store.Stats().Collections == 0 {
			t.Errorf("%s: error %v after %d collections", name, err, store.Stats().Collections)
		}
		call(t, instance, "keep", weft.ExternRef(&page{40 << 20}), weft.I32(0))
		for _, bytes := range []uint64{30 << 20, 64 << 20, 1 << 63, math.MaxUint64} {
			var trap *weft.Trap
			if err := store.MakeRoom(bytes); !errors.As(err, &trap) || trap.Code != wasm.TrapOutOfMemory {
				t.Errorf("%s: %d bytes have room: error %v", name, bytes, err)
			}
			_, err := instance.Func("pass").Call(context.Background(), weft.ExternRef(&page{bytes}))
			if !errors.As(err, &trap) || trap.Code != wasm.TrapOutOfMemory {
				t.Errorf("%s: a value of %d bytes has room: error %v", name, bytes, err)
			}
		}
		if err := store.MakeRoom(10 << 20); err != nil {
			t.Errorf("%s: error %v", name, err)
		}
		store.Close()
		if err := store.MakeRoom(1); !errors.Is(err, weft.ErrClosed) {
			t.Errorf("%s: error %v once the store is closed", name, err)
		}
	}
}
