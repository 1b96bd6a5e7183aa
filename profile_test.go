package weft_test

import (
	"context"
	"io"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"weft"
	"weft/typed"
)

// profiled spends its time in spin, called by main and on a continuation, until the host says
// that it is enough. A call of spin takes longer than the interval of the profile, which begins anew behind two.
const profiled = `(module
  (type $f (func)) (type $c (cont $f))
  (import "host" "enough" (func $enough (result i32)))
  (func $spin (local $n i32)
    (local.set $n (i32.const TURNS))
    (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func $coroutine (call $spin))
  (elem declare func $coroutine)
  (func $main (export "main")
    (loop $l
      (call $spin)
      (resume $c (cont.new $c (ref.func $coroutine)))
      (br_if $l (i32.eqz (call $enough))))))`

// TestCPUProfiler takes profiles while the guest runs, beside one of Go's, until it was seen at both of the
// places where it spends its time.
func TestCPUProfiler(t *testing.T) {
	if err := pprof.StartCPUProfile(io.Discard); err != nil {
		t.Logf("Go takes a profile already: %v", err)
	} else {
		defer pprof.StopCPUProfile()
	}
	native := weft.NewConfig().WithExecutor(weft.Native)
	for name, c := range map[string]struct {
		config weft.Config
		turns  string
	}{
		"interpreter":   {weft.NewConfig().WithExecutor(weft.Interpreter), "1000000"},
		"native":        {native, "10000000"},
		"native, polls": {native.WithNativeOptions(weft.NativeOptions{Polls: true}), "10000000"},
	} {
		t.Run(name, func(t *testing.T) {
			profiler := weft.NewCPUProfiler()
			engine, err := weft.NewEngine(c.config.WithCPUProfiler(profiler))
			if err != nil {
				t.Skip(err)
			}
			seen := map[string]int{}
			enough := func(context.Context) (int32, error) {
				for _, s := range profiler.Stop() {
					frames, path := s.Stack.Frames, ""
					for i := range frames {
						path += frames[i].FuncName + " "
					}
					if s.Count <= 0 || frames[len(frames)-1].FuncName != "main" {
						t.Errorf("a sample, %d times:\n%s", s.Count, s.Stack.String())
					}
					seen[path] += s.Count
				}
				if seen["spin main "] > 0 && seen["spin coroutine main "] > 0 {
					return 1, nil
				}
				return 0, profiler.Start(time.Millisecond)
			}
			module := strings.Replace(profiled, "TURNS", c.turns, 1)
			_, instance := openOn(t, engine, module, weft.DefaultLimits(), func(_ *weft.Store, linker *weft.Linker) {
				if err := typed.Func0(enough).Define(linker, "host", "enough"); err != nil {
					t.Fatal(err)
				}
			})
			call(t, instance, "main")
			if list := profiler.Stop(); list != nil {
				t.Errorf("%d samples when no profile is taken", len(list))
			}
			if err := profiler.Start(time.Hour); err != nil {
				t.Fatal(err)
			}
			if profiler.Start(time.Hour) == nil {
				t.Error("a profile has begun while another is taken")
			}
			if weft.NewCPUProfiler().Start(0) == nil {
				t.Error("a profile has begun without an interval")
			}
			if list := profiler.Stop(); len(list) > 0 {
				t.Errorf("%d samples of nothing", len(list))
			}
		})
	}
}
