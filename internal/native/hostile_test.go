package native

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/internal/store"
	"weft/wasm"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// inStates makes a function in dispatch form with the code of so many states, and with so many locals from 1 on.
func inStates(states, locals int, state func(i, count int) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "(func $f (param i32 i32) (result i32) (local %s) (loop $e %s (block (br_table", strings.Repeat("i32 ", locals), strings.Repeat("(block ", states-1))
	for i := range states {
		fmt.Fprintf(&b, " %d", i)
	}
	b.WriteString(" (local.get 0)))")
	for i := range states {
		if i > 0 {
			b.WriteString(")")
		}
		b.WriteString(state(i, states))
	}
	return b.String() + ") (i32.const 0))"
}

// hostileFunctions are functions that are large in one way: each makes a source of about n instructions.
var hostileFunctions = []struct {
	name string
	make func(n int) string
}{
	{"table of branches", func(n int) string {
		return "(func (param i32) (block (block (br_table " + strings.Repeat("0 1 ", n/2) + "(local.get 0)))))"
	}},
	{"tables of branches", func(n int) string {
		return "(func (param i32) " + strings.Repeat("(block (block (block (br_table 0 1 2 (local.get 0)))))", n/5) + ")"
	}},
	{"nested blocks", func(n int) string {
		return "(func (param i32) " + strings.Repeat("(block (br_if 0 (local.get 0))", n/3) + strings.Repeat(")", n/3) + ")"
	}},
	{"nested loops", func(n int) string {
		return "(func (param i32) " + strings.Repeat("loop ", n/2) + strings.Repeat("(br_if 0 (local.get 0)) end ", n/2) + ")"
	}},
	{"nested ifs", func(n int) string {
		return "(func (param i32) " + strings.Repeat("local.get 0 if ", n/2) + strings.Repeat("end ", n/2) + ")"
	}},
	{"branches to one block", func(n int) string {
		return "(func (param i32) (block " + strings.Repeat("(br_if 0 (local.get 0))", n/2) + "))"
	}},
	{"constant branches to one block", func(n int) string {
		return "(func (block " + strings.Repeat("(br_if 0 (i32.const 0))", n/2) + "))"
	}},
	{"ifs that leave", func(n int) string {
		return "(func (param i32) (block " + strings.Repeat("(if (local.get 0) (then (br 1)))", n/4) + "))"
	}},
	{"loops that leave", func(n int) string {
		return "(func (param i32) (block " + strings.Repeat("(if (local.get 0) (then (loop (br 2))))", n/6) + " (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))"
	}},
	{"values across blocks", func(n int) string {
		return "(func (param i32) (result i32) " + strings.Repeat("(i32.load (local.get 0)) ", n/5) +
			strings.Repeat("(block (br_if 0 (local.get 0)) (memory.fill (local.get 0) (local.get 0) (local.get 0)))", n/5) + strings.Repeat("i32.add ", n/5-1) + ")"
	}},
	{"clauses that carry locals", func(n int) string {
		var b strings.Builder
		b.WriteString("(tag $e) (func (param i32) (local " + strings.Repeat("i32 ", n/4) + ") (loop $l ")
		for i := range n / 4 {
			fmt.Fprintf(&b, "(local.set %d (local.get 0))", i+1)
		}
		return b.String() + "(try_table " + strings.Repeat("(catch $e $l)", n/2) + "(call 0 (local.get 0)))))"
	}},
	{"locals that live in a loop", func(n int) string {
		var b strings.Builder
		b.WriteString("(func (param i32) (result i32) (local " + strings.Repeat("i32 ", n/10+1) + ") (loop $l ")
		for i := n / 10; i > 0; i-- {
			fmt.Fprintf(&b, "(local.set %d (i32.add (local.get %d) (local.get %d)))", i, i, i-1)
		}
		return b.String() + "(br_if $l (local.get 1)) (br_if $l (local.get 2))) " + fmt.Sprintf("(local.get %d))", n/10)
	}},
	{"locals that change places", func(n int) string {
		var b strings.Builder
		fmt.Fprintf(&b, "(func (param i32) (result i32) (local %s) (loop $l ", strings.Repeat("i32 ", n/10+2))
		for i := n / 10; i > 0; i-- {
			fmt.Fprintf(&b, "(local.set %d (i32.add (local.get %d) (local.get %d)))", i, i, i-1)
		}
		b.WriteString("(br_if $l (local.get 1))")
		for i := 1; i < n/10; i += 2 {
			fmt.Fprintf(&b, "(local.get %d) (local.get %d) (local.set %d) (local.set %d)", i, i+1, i, i+1)
		}
		return b.String() + "(br_if $l (local.get 2))) " + fmt.Sprintf("(local.get %d))", n/10)
	}},
	{"float constants", func(n int) string {
		var b strings.Builder
		b.WriteString("(func (param i32) ")
		for i := range n / 3 {
			fmt.Fprintf(&b, "(f64.store (local.get 0) (f64.neg (f64.const %d)))", 1_000_000+i)
		}
		return b.String() + ")"
	}},
	{"locals at joins", func(n int) string {
		var b strings.Builder
		b.WriteString("(func (param i32) (local " + strings.Repeat("i32 ", n/4) + ")")
		for i := range n / 4 {
			fmt.Fprintf(&b, "(if (local.get 0) (then (local.set %d (i32.const %d))))", i+1, i)
		}
		b.WriteString(")")
		return b.String()
	}},
	{"locals at one join", func(n int) string {
		var b strings.Builder
		b.WriteString("(func (param i32) (result i32) (local " + strings.Repeat("i32 ", n/4) + ") (loop ")
		for i := range n / 4 {
			fmt.Fprintf(&b, "(local.set %d (i32.add (local.get %d) (local.get 0)))", i+1, i)
		}
		b.WriteString("(br_if 0 (local.get 0))) (local.get 1))")
		return b.String()
	}},
	{"locals at nested joins", func(n int) string {
		var b strings.Builder
		b.WriteString("(func (param i32) (local " + strings.Repeat("i32 ", n/4) + ")" + strings.Repeat("(if (local.get 0) (then ", n/10))
		for i := range n / 4 {
			fmt.Fprintf(&b, "(local.set %d (i32.const %d))", i+1, i)
		}
		return b.String() + strings.Repeat("))", n/10) + ")"
	}},
	{"states in a random order", func(n int) string {
		return inStates(n/12, 1, func(i, count int) string {
			x := i * 7919
			return fmt.Sprintf("(local.set 0 (i32.const %d)) (br_if $e (local.get 1)) (local.set 0 (i32.const %d)) (br $e)", x%count, (x/3+1)%count)
		})
	}},
	{"states in nested loops that calls enter", func(n int) string {
		return inStates(n/12, 1, func(i, count int) string {
			s := "(call $f (i32.const 0) (local.get 1)) (if (then (return (i32.const 1))))"
			if i > count/2 {
				s += fmt.Sprintf("(local.set 0 (i32.const %d)) (br_if $e (local.get 1))", count-i)
			}
			return s
		})
	}},
	{"states with locals", func(n int) string {
		return inStates(n/14, 64, func(i, count int) string {
			return fmt.Sprintf("(local.set %d (i32.add (local.get %d) (local.get 1))) (local.set 0 (i32.const %d)) (br_if $e (local.get 1))",
				i%64+1, (i+13)%64+1, (i*31+7)%count)
		})
	}},
	{"calls in nested tries", func(n int) string {
		return "(func $f (param i32) (block $b " + strings.Repeat("(try_table (catch_all $b) ", n/100) +
			strings.Repeat("(call $f (local.get 0))", n/3) + strings.Repeat(")", n/100) + "))"
	}},
	{"branches that carry values", func(n int) string {
		return "(func (param i32) (result i32 i32 i32 i32) (block $b (result i32 i32 i32 i32) (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) " +
			strings.Repeat("(br_if $b (local.get 0)) ", n/2) + " br $b))"
	}},
	{"additions", func(n int) string {
		return "(func (param i32) (result i32) local.get 0 " + strings.Repeat("local.get 0 i32.add ", n/2) + ")"
	}},
	{"a deep stack", func(n int) string {
		return "(func (param i32) (result i32) " + strings.Repeat("local.get 0 i32.load ", n/3) + strings.Repeat("i32.add ", n/3-1) + ")"
	}},
	{"selects", func(n int) string {
		return "(func (param i32 i32) (result i32) local.get 0 " + strings.Repeat("local.get 1 local.get 0 i32.eqz select ", n/4) + ")"
	}},
	{"calls", func(n int) string {
		return "(func $f (param i32) " + strings.Repeat("(call $f (local.get 0))", n/2) + ")"
	}},
	{"loads", func(n int) string {
		return "(func (param i32) " + strings.Repeat("(drop (i32.load (local.get 0)))", n/3) + ")"
	}},
	{"constants", func(n int) string {
		var b strings.Builder
		b.WriteString("(func (param i32) ")
		for range 2 {
			for i := range n / 6 {
				fmt.Fprintf(&b, "(i32.store (local.get 0) (i32.const %d))", 1_000_000+i)
			}
		}
		b.WriteString(")")
		return b.String()
	}},
}

// hostileModule makes the module of a hostile function.
func hostileModule(tb testing.TB, e *Engine, source string) *store.Module {
	tb.Helper()
	m, err := text.Parse([]byte("(module (memory 1)"+source+")"), wasm.DefaultFeatures)
	if err == nil {
		err = validate.Module(m, wasm.DefaultFeatures)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return store.NewModule(m, wasm.NewTypeSet(), wasm.DefaultFeatures, unprepared{e}, nil)
}

// compileFirst compiles a module's first function, with a new compiler, in the usual form if it can be.
func compileFirst(e *Engine, m *store.Module, plain uint32) (*codegen.Code, error) {
	c, env := newCompiler(e.target), e.environment(m, false)
	c.begin(env, runtimeOf(m, env), nil, plain)
	return c.function(0)
}

// TestHostile compiles functions of one and of two sizes, each twice as large as the other, as they are compiled and in
// the plain form: what the compiler allocates, and the code, may not be much more than twice as large. That the larger
// one of two needs the plain form is no measure of the other.
func TestHostile(t *testing.T) {
	e, err := newEngine(nil, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range hostileFunctions {
		for form, plain := range map[string]uint32{"usual": 0, "plain": 1} {
			t.Run(f.name+"/"+form, func(t *testing.T) {
				measure := func(n int) (allocated uint64, code int, needsPlain bool) {
					m := hostileModule(t, e, f.make(n))
					_, err := new(ssa.Builder).Build(e.environment(m, false), 0)
					var before, after runtime.MemStats
					runtime.ReadMemStats(&before)
					compiled, failure := compileFirst(e, m, plain)
					runtime.ReadMemStats(&after)
					if failure != nil {
						t.Fatal(failure)
					}
					return after.TotalAlloc - before.TotalAlloc, len(compiled.Bytes), err != nil
				}
				allocated, code, needed := measure(10_000)
				allocated2, code2, needs := measure(20_000)
				if (plain != 0 || needed == needs) && (allocated2 > 3*allocated || code2 > 3*code) {
					t.Errorf("%d bytes of memory for %d bytes of code became %d and %d", allocated, code, allocated2, code2)
				}
			})
		}
	}
}

// BenchmarkHostile compiles the same functions; ns/instr should not depend on the size.
func BenchmarkHostile(b *testing.B) {
	e, err := newEngine(nil, Config{})
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range hostileFunctions {
		for _, n := range []int{10_000, 40_000} {
			b.Run(fmt.Sprintf("%s/%d", f.name, n), func(b *testing.B) {
				m := hostileModule(b, e, f.make(n))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := compileFirst(e, m, 0); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/instr")
			})
		}
	}
}
