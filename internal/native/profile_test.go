package native

import (
	"context"
	"testing"

	"weft/internal/store"
	"weft/wasm"
)

// TestSampleOfHostCall asks for samples while a host function runs, which a call in it may answer, or not: each call of the
// host function counts once, no matter how little machine code is executed between them.
func TestSampleOfHostCall(t *testing.T) {
	g := newGuest(t, store.DefaultLimits)
	g.store.Profile = store.NewProfile()
	nest := false
	host := g.host(wasm.FuncType{}, func(ctx context.Context, _ []uint64) error {
		g.store.Profile.Tick()
		g.store.Profile.Tick()
		if nest {
			nest = false
			_, err := g.call(ctx, "calls")
			nest = true
			return err
		}
		return nil
	})
	g.engine.compile = nil
	in, err := g.store.Instantiate(ctx, g.moduleOf(`(module (import "" "host" (func $host))
		(func (export "calls") (call $host) (call $host) (call $host)))`), []store.Extern{host})
	if err != nil {
		t.Fatal(err)
	}
	g.Instance = in
	for _, test := range []struct {
		nest bool
		want int
	}{{false, 3}, {true, 3 + 3*3}} {
		nest = test.nest
		if _, err := g.call(ctx, "calls"); err != nil {
			t.Fatal(err)
		}
		count := 0
		for _, s := range g.store.Profile.Take() {
			count += s.Count
			if s.Stack.Frames[0].FuncName != "calls" {
				t.Errorf("a sample of\n%s", s.Stack.String())
			}
		}
		if count != test.want {
			t.Errorf("%d samples, want %d", count, test.want)
		}
	}
}
