package wasi

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"weft"
	"weft/threads"
)

// A script is a guest with threads, each of which does a list of steps: calls of the interface, and some of its own.
type script struct {
	guest
	store *weft.Store
	words uint32 // of place for flags
}

// A step is one thing that a thread does: a function of the interface, or one of ownSteps.
type step struct {
	name string
	args []any
	want Errno
	at   uint32 // of its record, once it is in memory
}

func do(want Errno, name string, args ...any) *step { return &step{name: name, args: args, want: want} }

// ownSteps are the steps that are no functions of the interface.
var ownSteps = [...]struct{ name, body string }{
	{"spawn", `(i32.le_s (call $spawn (i32.load offset=8 (local.get 0))) (i32.const 0))`}, // a list
	{"set", `(i32.atomic.store (i32.load offset=8 (local.get 0)) (i32.const 1))            ;; a flag
		(drop (memory.atomic.notify (i32.load offset=8 (local.get 0)) (i32.const -1))) (i32.const 0)`},
	{"await", `(loop $l (if (i32.eqz (i32.atomic.load (i32.load offset=8 (local.get 0)))) (then
		(drop (memory.atomic.wait32 (i32.load offset=8 (local.get 0)) (i32.const 0) (i64.const -1))) (br $l)))) (i32.const 0)`},
	{"spin", `(loop $l (drop (call $sched_yield)) (br_if $l (i32.eqz (i32.atomic.load (i32.load offset=8 (local.get 0))))))
		(i32.const 0)`},
	{"exit", `(call $exit (i32.load offset=8 (local.get 0))) (i32.const 0)`},
	{"trap", `unreachable`},
}

const (
	stepSize = 96      // of a record: the function, its errno, its arguments
	notDone  = 1 << 20 // the errno of a step that has not ended
)

// interpreter writes the module that does the steps.
func interpreter() string {
	var imports, bodies, table strings.Builder
	for i := range functions {
		f := &functions[i]
		params, gets := "(param", ""
		for j, letter := range f.params {
			t := map[rune]string{'i': "i32", 'I': "i64"}[letter]
			params += " " + t
			gets += fmt.Sprintf(" (%s.load offset=%d (local.get 0))", t, 8+8*j)
		}
		fmt.Fprintf(&imports, "(import %q %q (func $%s %s) (result i32)))\n", ModuleName, f.name, f.name, params)
		fmt.Fprintf(&bodies, "(func $do_%s (type $step) (call $%s%s))\n", f.name, f.name, gets)
		table.WriteString(" $do_" + f.name)
	}
	for _, s := range ownSteps {
		fmt.Fprintf(&bodies, "(func $do_%s (type $step) %s)\n", s.name, s.body)
		table.WriteString(" $do_" + s.name)
	}
	return `(module (type $step (func (param i32) (result i32)))
(import "env" "memory" (memory 64 64 shared)) (export "memory" (memory 0))
(import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
` + imports.String() + bodies.String() + `
(table funcref (elem` + table.String() + `))
(func $run (param $at i32)
  (local $n i32)
  (local.set $n (i32.load (local.get $at)))
  (local.set $at (i32.add (local.get $at) (i32.const 8)))
  (loop $next
    (if (local.get $n) (then
      (i32.store offset=4 (local.get $at) (call_indirect (type $step) (local.get $at) (i32.load (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const ` + fmt.Sprint(stepSize) + `)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br $next)))))
(func (export "wasi_thread_start") (param i32 i32) (call $run (local.get 1)))
(func (export "_start") (call $run (i32.load (i32.const 0)))))`
}

// onEngines runs a test with each executor, with scripts whose threads are green.
func onEngines(t *testing.T, test func(t *testing.T, script func(Config) *script)) {
	for name, config := range map[string]weft.Config{"interpreter": weft.NewConfig().WithExecutor(weft.Interpreter), "default": weft.NewConfig()} {
		t.Run(name, func(t *testing.T) {
			engine, err := weft.NewEngine(config)
			check(t, err)
			module, err := engine.Compile([]byte(interpreter()))
			check(t, err)
			test(t, func(c Config) *script {
				return newScript(t, engine, module, c.WithThreads(100, weft.DefaultLimits()).WithGreenThreads(threads.Config{}))
			})
		})
	}
}

func newScript(t *testing.T, engine *weft.Engine, module *weft.Module, c Config) *script {
	t.Helper()
	store, err := engine.NewStore(weft.DefaultLimits())
	check(t, err)
	linker := weft.NewLinker(store)
	system, err := c.Define(linker)
	check(t, err)
	check(t, system.DefineMemories(linker, module))
	in, err := linker.Instantiate(context.Background(), module)
	check(t, err)
	return &script{guest: guest{t: t, system: system, in: in, memory: in.Memory("memory"), next: 1 << 12}, store: store, words: 1024}
}

// end closes what a run has left.
func (s *script) end() {
	s.t.Helper()
	check(s.t, s.system.Close())
	s.store.Close()
}

// flag returns the address of a word that is 0.
func (s *script) flag() uint32 {
	s.words += 4
	return s.words
}

// space returns the address of n bytes.
func (s *script) space(n int) uint32 {
	at, _ := s.place(strings.Repeat("\x00", n))
	return at
}

// list puts steps into memory, as a thread does them.
func (s *script) list(steps ...*step) uint32 {
	numbers := map[string]uint32{}
	for i := range functions {
		numbers[functions[i].name] = uint32(i)
	}
	for i := range ownSteps {
		numbers[ownSteps[i].name] = uint32(len(functions) + i)
	}
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(steps)))
	for _, step := range steps {
		number, ok := numbers[step.name]
		if !ok {
			s.t.Fatalf("no function %s", step.name)
		}
		r := make([]byte, stepSize)
		binary.LittleEndian.PutUint32(r, number)
		binary.LittleEndian.PutUint32(r[4:], notDone)
		for i, a := range step.args {
			binary.LittleEndian.PutUint64(r[8+8*i:], toSlot(s.t, a))
		}
		b = append(b, r...)
	}
	at, _ := s.place(string(b))
	for i, step := range steps {
		step.at = at + 8 + uint32(i)*stepSize
	}
	return at
}

func toSlot(t testing.TB, a any) uint64 {
	switch a := a.(type) {
	case int:
		return uint64(a)
	case uint32:
		return uint64(a)
	case uint64:
		return a
	}
	t.Fatalf("argument of type %T", a)
	return 0
}

// run lets the first thread do steps. All of those of other threads that are given must have had the errno that was
// wanted.
func (s *script) run(ctx context.Context, main []*step, others ...*step) error {
	s.t.Helper()
	binary.LittleEndian.PutUint32(s.memory.Bytes(), s.list(main...))
	err := s.system.Start(ctx, s.in)
	for i, step := range append(main, others...) {
		if step.name == "set" {
			continue // what it sets may have ended the run
		}
		if got := Errno(s.u32(step.at + 4)); got != step.want {
			s.t.Errorf("step %d, %s%v: errno %d, want %d", i, step.name, step.args, got, step.want)
		}
	}
	return err
}
