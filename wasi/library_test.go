package wasi_test

import (
	"context"
	"strings"
	"testing"

	"weft"
	"weft/wasi"
)

// library counts how often it is initialized, with an instruction or a call before it.
const library = `(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (global $n (mut i32) (i32.const 0))
  (memory (export "memory") 1)
  (func (export "_initialize") BEFORE (global.set $n (i32.add (global.get $n) (i32.const 1))))
  (func (export "count") (result i32) (global.get $n))
  MORE)`

// TestLibrary checks that a library is initialized before it is called, and once, however that is done.
func TestLibrary(t *testing.T) {
	ctx := context.Background()
	type system struct {
		*wasi.System
		in *weft.Instance
	}
	initialize := func(s system) error { return s.Initialize(ctx, s.in) }
	start := func(s system) error { return s.Start(ctx, s.in) }
	call := func(name string) func(system) error {
		return func(s system) error { _, err := s.Call(ctx, s.in, s.in.Func(name)); return err }
	}
	for name, c := range map[string]struct {
		before, more string
		first        func(system) error
		count        int32  // then
		fails        string // the first and the next
	}{
		"call":            {first: call("count"), count: 1},
		"start":           {first: start, count: 1},
		"initialize":      {first: initialize, count: 1},
		"call by name":    {first: call("_initialize"), count: 1},
		"fails":           {before: "unreachable", first: call("count"), fails: "unreachable"},
		"fails on start":  {before: "unreachable", first: start, fails: "unreachable"},
		"exits":           {before: "(call $exit (i32.const 4))", first: initialize, fails: "code 4"},
		"command":         {more: `(func (export "_start"))`, first: start, count: 0},
		"part of command": {more: `(func (export "_start"))`, first: call("_initialize"), count: 1},
	} {
		onExecutors(t, func(t *testing.T, executor weft.Executor) {
			engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(executor))
			check(t, err)
			module, err := engine.Compile([]byte(strings.NewReplacer("BEFORE", c.before, "MORE", c.more).Replace(library)))
			check(t, err)
			store, err := engine.NewStore(weft.DefaultLimits())
			check(t, err)
			defer store.Close()
			linker := weft.NewLinker(store)
			s, err := wasi.NewConfig().Define(linker)
			check(t, err)
			defer s.Close()
			in, err := linker.Instantiate(ctx, module)
			check(t, err)
			fails := func(err error) bool {
				if c.fails == "" {
					return err == nil
				}
				return err != nil && strings.Contains(err.Error(), c.fails)
			}
			if err := c.first(system{s, in}); !fails(err) {
				t.Errorf("%s: %v", name, err)
			}
			results, err := s.Call(ctx, in, in.Func("count"))
			if !fails(err) || err == nil && results[0].I32() != c.count {
				t.Errorf("%s: %v, %v, want %d", name, results, err, c.count)
			}
		})
	}
}
