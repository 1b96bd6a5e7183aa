package threads_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"weft"
	"weft/threads"
	"weft/wasm"
)

var turnPrograms = flag.Int("turns", 40, "how many generated programs TestTurns runs")

// A turnProgram is a program of threads that wait, wake each other, yield and make others, at random, in two shared
// memories; that suspend and resume continuations and throw around waits; whose host functions call them or resume
// continuations; whose memory grows, and to which another store may come. Each thread writes what comes of it, and its
// own globals, to a log.
type turnProgram struct {
	strings.Builder
	r      *rand.Rand
	is64   bool
	index  string // the type of addresses
	counts []string
}

const turnKinds = 6 // of threads, by their functions

func newTurnProgram(r *rand.Rand) *turnProgram {
	p := &turnProgram{r: r, is64: r.IntN(2) == 0, index: "i32", counts: []string{"0", "1", "1", "2", "-1"}}
	limits := ""
	if p.is64 {
		limits, p.index = "i64 ", "i64"
	}
	fmt.Fprintf(p, turnProgramHead, limits, p.index)
	for i := range 3 {
		p.continuation(i)
	}
	for kind := range turnKinds {
		p.thread(kind)
	}
	p.waker()
	return p
}

const turnProgramHead = `(module
  (type $f (func)) (type $k (cont $f))
  (type $fi (func (result i32))) (type $ki (cont $fi))
  (type $kf (func (param i32))) (type $kk (cont $kf))
  (import "" "yield" (func $yield (result i32)))
  (import "" "spawn" (func $spawn (param i32) (result i32)))
  (import "" "strange" (func $strange (param i32 i32) (result i32)))
  (import "" "call" (func $call (param i32) (result i32)))
  (import "" "resume" (func $resume (param i32) (result i32)))
  (memory $other 1)
  (memory $m (export "memory") %[1]s4 8 shared)
  (memory $s (export "second") 1 1 shared)
  (global $n (mut i64) (i64.const 7)) (global $f (mut f32) (f32.const 0.5))
  (global $v (mut v128) (v128.const i64x2 1 2))
  (tag $t) (tag $e (param i32)) (tag $u (param i32) (result i32))
  (func $log (param $who i32) (param $what i32) (local $at i32)
    (local.set $at (i32.load $other (i32.const 512)))
    (if (i32.ge_u (local.get $at) (i32.const 60000)) (then (return)))
    (i32.store $other (i32.const 512) (i32.add (local.get $at) (i32.const 32)))
    (global.set $n (i64.add (global.get $n) (i64.extend_i32_u (local.get $who))))
    (global.set $f (f32.add (global.get $f) (f32.const 1)))
    (global.set $v (i64x2.add (global.get $v) (v128.const i64x2 1 3)))
    (i32.store $other offset=1024 (local.get $at) (local.get $who))
    (i32.store $other offset=1028 (local.get $at) (local.get $what))
    (i64.store $other offset=1032 (local.get $at)
      (i64.add (global.get $n) (i64.extend_i32_u (i32.reinterpret_f32 (global.get $f)))))
    (v128.store $other offset=1040 (local.get $at) (global.get $v)))
  (memory $log_ (export "log") 1 1)
  (func (export "nestcall") (param i32) (result i32)
    (memory.atomic.notify $m (%[2]s.const 8) (local.get 0)))
  (func (export "nestcont") (param i32) (result i64 i64)
    (i64.extend_i32_u (memory.atomic.notify $m (%[2]s.const 16) (local.get 0)))
    (i64.const 77))
  (func (export "copylog") (memory.copy $log_ $other (i32.const 0) (i32.const 0) (i32.const 65536)))
  (func $touch (param i32) (local $room i64)
    (drop (local.get $room))
    (if (local.get 0) (then (call $touch (i32.sub (local.get 0) (i32.const 1))))))
  (func $throw (param i32) (throw $e (local.get 0)))
  (elem declare func $c0 $c1 $c2)
  ;; runs a continuation to its end, with all suspensions
  (type $back (func (param i32) (result i32))) (type $kback (cont $back))
  (func $drive (param $k (ref null $ki)) (result i32) (local $r (ref null $kback)) (local $v i32)
    (block $caught (result i32)
      (try_table (result i32) (catch $e $caught)
        (block $done (result i32)
          (block $first (result i32 (ref $kback))
            (br $done (resume $ki (on $u $first) (local.get $k))))
          (local.set $r) (local.set $v)
          (loop $again (result i32)
            (block $next (result i32 (ref $kback))
              (br $done (resume $kback (on $u $next) (i32.add (local.get $v) (i32.const 1)) (local.get $r))))
            (local.set $r) (local.set $v)
            (br $again))))))
`

// pick, address and basic return something at random.
func (p *turnProgram) pick() string    { return p.counts[p.r.IntN(len(p.counts))] }
func (p *turnProgram) address() string { return fmt.Sprintf("(%s.const %d) ", p.index, 8*p.r.IntN(4)) }

func (p *turnProgram) basic() string {
	switch r := p.r; r.IntN(8) {
	case 0, 1:
		return fmt.Sprintf("(memory.atomic.wait32 $m offset=%d %s(i32.const %d) (i64.const -1))",
			64*r.IntN(2), p.address(), r.IntN(2))
	case 2:
		return fmt.Sprintf("(memory.atomic.wait64 $m %s(i64.const %d) (i64.const -1))", p.address(), r.IntN(2))
	case 3:
		return fmt.Sprintf("(memory.atomic.wait32 $s (i32.const %d) (i32.const 0) (i64.const -1))", 8*r.IntN(2))
	case 4, 5:
		return fmt.Sprintf("(memory.atomic.notify $m offset=%d %s(i32.const %s))", 64*r.IntN(2), p.address(), p.pick())
	case 6:
		return fmt.Sprintf("(memory.atomic.notify $s (i32.const %d) (i32.const %s))", 8*r.IntN(2), p.pick())
	}
	return "(call $yield)"
}

// once is an operation in one round of a thread's loop.
func (p *turnProgram) once(rounds int, op string) string {
	return fmt.Sprintf("(if (result i32) (i32.eq (local.get $i) (i32.const %d)) (then %s) (else (i32.const -9)))",
		p.r.IntN(rounds), op)
}

// operation returns what a thread does, and what comes before.
func (p *turnProgram) operation() (before, op string) {
	r := p.r
	switch r.IntN(14) {
	case 7:
		before = fmt.Sprintf("      (i64.atomic.store $m %s(i64.const %d))\n", p.address(), r.IntN(2))
		return before, fmt.Sprintf("(i32.atomic.load $m %s)", p.address())
	case 8:
		before = fmt.Sprintf("      (call $touch (i32.const %d))\n", r.IntN(40))
		return before, p.once(9, fmt.Sprintf("(call $spawn (i32.const %d))", r.IntN(turnKinds)))
	case 9:
		return "", fmt.Sprintf("(call $drive (cont.new $ki (ref.func $c%d)))", r.IntN(3))
	case 10:
		return "", fmt.Sprintf("(call $call (i32.const %s))", p.pick())
	case 11:
		return "", fmt.Sprintf("(call $resume (i32.const %s))", p.pick())
	case 12:
		return "", p.once(40, fmt.Sprintf("(call $strange (i32.const %d) (i32.const %s))", 8*r.IntN(4), p.pick()))
	case 13:
		grow := fmt.Sprintf("(memory.grow $m (%s.const 1))", p.index)
		if p.is64 {
			grow = "(i32.wrap_i64 " + grow + ")"
		}
		return "", p.once(20, grow)
	}
	return "", p.basic()
}

// continuation writes a function that is run in a continuation.
func (p *turnProgram) continuation(i int) {
	fmt.Fprintf(p, "  (func $c%d (result i32) (local $x i32)\n", i)
	for range 1 + p.r.IntN(4) {
		fmt.Fprintf(p, "    (local.set $x (i32.add (i32.mul (i32.const 3) (local.get $x)) %s))\n", p.basic())
		if p.r.IntN(3) == 0 {
			fmt.Fprintf(p, "    (local.set $x (i32.add (local.get $x) (suspend $u (local.get $x))))\n")
		}
	}
	if p.r.IntN(4) == 0 {
		p.WriteString("    (call $throw (local.get $x))\n")
	}
	p.WriteString("    (local.get $x))\n")
}

func (p *turnProgram) thread(kind int) {
	fmt.Fprintf(p, "  (func (export \"t%d\") (param $me i32) (local $i i32)\n    (loop $again\n", kind)
	for range 3 + p.r.IntN(8) {
		before, op := p.operation()
		fmt.Fprintf(p, "%s      (call $log (local.get $me) %s)\n", before, op)
	}
	fmt.Fprintf(p, "      (local.set $i (i32.add (local.get $i) (i32.const 1)))\n"+
		"      (br_if $again (i32.lt_u (local.get $i) (i32.const %d)))))\n", 5+p.r.IntN(40))
}

// waker writes a thread that wakes others now and then, so that they get on.
func (p *turnProgram) waker() {
	fmt.Fprintf(p, `  (func (export "waker") (param $me i32) (local $i i32)
    (loop $again
      (i64.atomic.store $m (%s.const 0) (i64.extend_i32_u (i32.and (local.get $i) (i32.const 1))))
`, p.index)
	for a := range 4 {
		fmt.Fprintf(p, "      (drop (memory.atomic.notify $m (%s.const %d) (i32.const %d)))\n", p.index, 8*a, 1+a%2)
		fmt.Fprintf(p, "      (drop (memory.atomic.notify $s (i32.const %d) (i32.const %d)))\n", 8*a, 1+a%2)
		fmt.Fprintf(p, "      (drop (memory.atomic.notify $m offset=64 (%s.const %d) (i32.const 1)))\n", p.index, 8*a)
	}
	p.WriteString(`      (drop (call $yield))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (i32.const 300))))))`)
}

// A turnRun is one run of a program.
type turnRun struct {
	*world
	t       *testing.T
	made    int32
	strange stranger
}

// spawn makes a thread of a kind, if there are not too many.
func (r *turnRun) spawn(kind string) int32 {
	if r.made == 30 {
		return -1
	}
	r.made++
	r.world.spawn(r.t, kind, weft.I32(r.made))
	return r.made
}

// define defines the host functions.
func (r *turnRun) define(l *weft.Linker) {
	for name, f := range map[string]struct {
		params int
		do     weft.HostFunc
	}{
		"yield": {0, func(_ context.Context, slots []uint64) error {
			slots[0] = 5
			return r.scheduler.At(threads.Yield, 5)
		}},
		"spawn": {1, func(_ context.Context, slots []uint64) error {
			slots[0] = uint64(uint32(r.spawn(fmt.Sprint("t", slots[0]))))
			return nil
		}},
		"call": {1, func(ctx context.Context, slots []uint64) error {
			results, err := r.instance.Func("nestcall").Call(ctx, weft.I32(int32(slots[0])))
			if err == nil {
				slots[0] = uint64(uint32(results[0].I32()))
			}
			return err
		}},
		"resume": {1, r.resume},
		"strange": {2, func(_ context.Context, slots []uint64) error {
			slots[0] = uint64(r.strange.notify(r.t, int32(slots[0]), int32(slots[1])))
			return nil
		}},
	} {
		i32 := []wasm.ValType{wasm.I32, wasm.I32}
		if err := l.DefineFunc("", name, wasm.FuncType{Params: i32[:f.params], Results: i32[:1]}, f.do); err != nil {
			r.t.Fatal(err)
		}
	}
}

// resume resumes a continuation of its own.
func (r *turnRun) resume(ctx context.Context, slots []uint64) error {
	k, err := r.store.NewContinuation(r.instance.Func("nestcont"))
	if err != nil {
		return err
	}
	s := [8]uint64{slots[0]}
	if _, err = k.ResumeSlots(ctx, nil, s[:]); err != nil {
		return err
	}
	if s[1] != 77 {
		return fmt.Errorf("resumed: %v", s)
	}
	slots[0] = s[0]
	return nil
}

// runTurns runs a program, and returns its log and memory, and who stands where at the end.
func runTurns(t *testing.T, engine *weft.Engine, p *turnProgram, config threads.Config) (log []byte, end string) {
	t.Helper()
	r := &turnRun{t: t}
	r.world = newWorldWith(t, engine, p.String(), config, func(w *world, l *weft.Linker) {
		r.world = w
		r.define(l)
	})
	r.strange = newStranger(t, engine, r.instance.Memory("memory").Shared())
	for kind := range turnKinds {
		r.spawn(fmt.Sprint("t", kind))
	}
	r.spawn("waker")
	err := r.scheduler.Run(context.Background(), nil)
	var deadlock *threads.DeadlockError
	if errors.As(err, &deadlock) {
		for _, waiter := range deadlock.Threads {
			end += fmt.Sprintf("%d at %d, ", waiter.ID, waiter.Address)
		}
		for _, thread := range r.scheduler.Threads() {
			p := thread.At()
			end += fmt.Sprint(p.Kind, p.Blocked, p.Address, p.Size, len(thread.Stack().Frames), " ")
		}
	} else if err != nil {
		end = err.Error()
	}
	if _, err := r.instance.Func("copylog").Call(context.Background()); err != nil {
		t.Fatal(err)
	}
	return append(bytes.Clone(r.instance.Memory("log").Bytes()), r.instance.Memory("memory").Bytes()...), end
}

// TestTurns runs generated programs on all engines, and with a trace, for which Go is asked at each point.
func TestTurns(t *testing.T) {
	all := engines(t)
	points := 0
	for n := range *turnPrograms {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			p := newTurnProgram(rand.New(rand.NewPCG(uint64(n), 9)))
			counted := threads.Config{Slice: -1, Trace: func(*threads.Point, *threads.Thread) { points++ }}
			log, end := runTurns(t, all["interpreter"], p, counted)
			for name, engine := range all {
				got, gotEnd := runTurns(t, engine, p, threads.Config{Slice: -1})
				if at := differAt(got, log); at >= 0 || gotEnd != end {
					t.Fatalf("%s: memory differs at %d (the log begins at 1024, 32 bytes each), ends\n%s\n%s\n%s",
						name, at, gotEnd, end, p)
				}
			}
		})
	}
	if points < 200**turnPrograms {
		t.Errorf("%d programs have %d points", *turnPrograms, points)
	}
}

// differAt returns where two memories differ; -1 if they do not.
func differAt(a, b []byte) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}
