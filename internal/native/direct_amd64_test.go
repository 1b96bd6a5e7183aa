package native

import (
	"context"
	"runtime"
	"strings"
	"testing"

	"weft/internal/codegen/amd64"
	"weft/internal/store"
	"weft/wasm"
)

// TestHostEntries calls host functions, and leaves with requests, through both kinds of frames: Go's stack moves, its
// collector runs, its traces and panics pass.
func TestHostEntries(t *testing.T) {
	if err := startProcess(); err != nil {
		t.Fatal(err)
	}
	kinds := map[string][2]uintptr{
		"by wrapper": {hostEntryPC(), hostCallEntryPC()},
		"directly":   {directHostEntryPC(), directHostCallEntryPC()},
	}
	if process.requests != directHostEntryPC() {
		if !underRaceDetector() { // whose wrappers are others
			t.Error("the frames are not used that need no wrapper: has Go changed how it passes arguments? (direct.go)")
		}
		delete(kinds, "directly")
	}
	for name, entries := range kinds {
		t.Run(name, func(t *testing.T) {
			g := newGuest(t, store.DefaultLimits)
			c := g.engine.stateOf(g.store).context
			c.HostEntry, c.HostCallEntry = entries[0], entries[1]
			panics := false
			f := g.host(wasm.FuncType{Params: []wasm.ValType{wasm.I64}, Results: []wasm.ValType{wasm.I64}},
				func(_ context.Context, slots []uint64) error {
					slots[0] += uint64(deep(int(slots[0])))
					runtime.GC()
					if trace := goTrace(); !strings.Contains(trace, "TestHostEntries") {
						t.Errorf("the stack is\n%s", trace)
					}
					if panics {
						panic("oh")
					}
					return nil
				})
			g.instantiate(`(module (import "" "f" (func (param i64) (result i64)))
			  (func (export "calls") (param i64) (result i64) unreachable)
			  (func (export "traps") unreachable))`,
				[]store.Extern{f},
				func(h *handmade) {
					h.frame(4000) // more than the stack has: a request
					h.MovImm(amd64.R13, int64(f.Ref()))
					h.callRecord(1)
					h.ret()
				},
				func(h *handmade) { h.trap(wasm.TrapUnreachable, 1) })
			for depth := uint64(1); depth < 10_000; depth *= 3 {
				if got, err := g.call(ctx, "calls", depth); err != nil || got[0] != 2*depth {
					t.Fatalf("calls(%d) = %v, %v", depth, got, err)
				}
			}
			if _, err := g.call(ctx, "traps"); err == nil {
				t.Error("no trap")
			}
			panics = true
			defer func() {
				if r := recover(); r != "oh" {
					t.Errorf("recovered %v", r)
				}
				if g.store.InUse() {
					t.Error("the store is left in use")
				}
			}()
			_, err := g.call(ctx, "calls", 1)
			t.Errorf("returned %v", err)
		})
	}
}

// deep uses n frames of Go's stack.
func deep(n int) int {
	var room [64]byte
	if n == 0 {
		return int(room[0])
	}
	return deep(n-1) + 1 + int(room[n%len(room)])
}

// goTrace returns the stack of the goroutine.
func goTrace() string {
	trace := make([]byte, 64<<10)
	return string(trace[:runtime.Stack(trace, false)])
}
