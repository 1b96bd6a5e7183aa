package ssa

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"weft/wasm"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// A twin is a random program that is written down twice: structured, and in dispatch form.
type twin struct {
	choices []byte
	states  []string // of the dispatch form: the text of each
	loops   int
}

func (p *twin) next(n int) int {
	if len(p.choices) == 0 {
		return 0
	}
	c := int(p.choices[0])
	p.choices = p.choices[1:]
	return c % n
}

const (
	twinLoops  = 6 // each has a local of its own
	twinLocals = 3
)

// A step is a statement: its structured text, and how it is lowered to states that go on at the state next, or
// leave and repeat the innermost loop.
type step struct {
	text  string
	lower func(next, leave, repeat int) int
}

// add adds a state and returns its number.
func (p *twin) add(text string) int {
	p.states = append(p.states, text)
	return len(p.states) - 1
}

func goTo(state int) string { return fmt.Sprintf("(local.set $p0 (i32.const %d)) (br $entry)", state) }

// simple is a statement without control flow.
func (p *twin) simple() string {
	i, j := p.next(twinLocals), p.next(twinLocals)
	switch p.next(4) {
	case 1:
		return fmt.Sprintf("(global.set $g (local.get $v%d))", i)
	case 2:
		return fmt.Sprintf("(local.set $v%d (call $f (local.get $v%d)))", i, j)
	case 3:
		return fmt.Sprintf("(local.set $v%d (local.get $v%d))", i, j)
	}
	return fmt.Sprintf("(local.set $v%d (i32.add (local.get $v%d) (i32.const %d)))", i, j, p.next(5))
}

// steps makes some statements, of which the last may leave a loop.
func (p *twin) steps(depth int, inLoop bool) step {
	var list []step
	for range 1 + p.next(4) {
		list = append(list, p.step(depth, inLoop))
	}
	var texts []string
	for _, s := range list {
		texts = append(texts, s.text)
	}
	return step{strings.Join(texts, "\n"), func(next, leave, repeat int) int {
		for _, s := range slices.Backward(list) {
			next = s.lower(next, leave, repeat)
		}
		return next
	}}
}

func (p *twin) step(depth int, inLoop bool) step {
	kind := p.next(8)
	condition := fmt.Sprintf("(i32.and (local.get $v%d) (i32.const %d))", p.next(twinLocals), 1+p.next(3))
	switch {
	case kind < 3 && depth > 0:
		yes, no := p.steps(depth-1, inLoop), p.steps(depth-1, inLoop)
		return step{fmt.Sprintf("(if %s (then %s) (else %s))", condition, yes.text, no.text), func(next, leave, repeat int) int {
			return p.add(fmt.Sprintf("(if %s (then %s)) %s", condition, goTo(yes.lower(next, leave, repeat)), goTo(no.lower(next, leave, repeat))))
		}}
	case kind < 5 && depth > 0 && p.loops < twinLoops:
		return p.loop(depth)
	case kind == 5 && inLoop:
		if p.next(2) == 0 {
			return step{fmt.Sprintf("(br_if $leave %s)", condition), func(next, leave, _ int) int {
				return p.add(fmt.Sprintf("(if %s (then %s)) %s", condition, goTo(leave), goTo(next)))
			}}
		}
		return step{fmt.Sprintf("(br_if $repeat %s)", condition), func(next, _, repeat int) int {
			return p.add(fmt.Sprintf("(if %s (then %s)) %s", condition, goTo(repeat), goTo(next)))
		}}
	case kind == 6 && p.next(4) == 0:
		out := fmt.Sprintf("(if %s (then (return (local.get $v0))))", condition)
		return step{out, func(next, _, _ int) int { return p.add(out + goTo(next)) }}
	}
	s := p.simple()
	return step{s, func(next, _, _ int) int { return p.add(s + goTo(next)) }}
}

// loop makes a loop that goes around a few times.
func (p *twin) loop(depth int) step {
	n := fmt.Sprintf("$n%d", p.loops)
	p.loops++
	turns := 1 + p.next(4)
	body := p.steps(depth-1, true)
	count := fmt.Sprintf("(local.set %s (i32.sub (local.get %s) (i32.const 1)))", n, n)
	s := fmt.Sprintf("(local.set %s (i32.const %d)) (block $leave (loop $repeat (br_if $leave (i32.eqz (local.get %s))) %s %s (br $repeat)))",
		n, turns, n, count, body.text)
	return step{s, func(next, _, _ int) int {
		header := p.add("")
		first := body.lower(header, next, header)
		p.states[header] = fmt.Sprintf("(if (i32.eqz (local.get %s)) (then %s)) %s %s", n, goTo(next), count, goTo(first))
		return p.add(fmt.Sprintf("(local.set %s (i32.const %d)) %s", n, turns, goTo(header)))
	}}
}

// module returns the text of a module with both forms, as functions 0 and 1.
func (p *twin) module() string {
	body := p.steps(3, false)
	locals := ""
	for i := range twinLocals {
		locals += fmt.Sprintf(" (local $v%d i32)", i)
	}
	for i := range twinLoops {
		locals += fmt.Sprintf(" (local $n%d i32)", i)
	}
	p.add("") // the first state
	last := p.add("(return (local.get $v0))")
	p.states[0] = goTo(body.lower(last, last, last))
	return fmt.Sprintf(`(module (import "m" "f" (func $f (param i32) (result i32))) (global $g (mut i32) (i32.const 0))
		(func (param $p0 i32) (result i32) %s
		%s
		(local.get $v0))
		(func (param $p0 i32) (result i32) %s %s))`, locals, body.text, locals, p.dispatch())
}

// dispatch returns the body of the dispatch form.
func (p *twin) dispatch() string {
	open, table, states := "", "", ""
	for i, s := range p.states {
		open = fmt.Sprintf("(block $s%d ", i) + open
		table += fmt.Sprintf(" $s%d", i)
		states += ")\n" + s
	}
	return fmt.Sprintf("(loop $entry %s (br_table %s (local.get $p0))%s) unreachable", open, table, states)
}

// positions are where instructions stand, which is not the same in both forms.
var positions = regexp.MustCompile(` @\d+`)

// checkTwins builds both forms of a program, and checks that they do the same, that passes leave what the dispatch form
// does wherever it is entered, and that nothing of the dispatch remains but at the beginning.
func checkTwins(t *testing.T, choices []byte) {
	t.Helper()
	p := twin{choices: choices}
	source := p.module()
	m, err := text.Parse([]byte(source), wasm.AllFeatures)
	if err == nil {
		err = validate.Module(m, wasm.AllFeatures)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	var outcomes [2][]string
	for _, guarded := range []bool{true, false} { // the latter with polls
		for i := range m.Funcs {
			var b Builder
			var o Optimizer
			for number := range 6 {
				checkEntry(t, &o, &b, testEnv(m, guarded), i, uint64(number))
			}
			f, err := b.Build(testEnv(m, guarded), i)
			if err != nil {
				t.Fatal(err)
			}
			o.Run(f)
			effects, ended := execute(f, []uint64{0x1000, 0})
			if !ended {
				return // it takes too many steps
			}
			for j := range effects {
				effects[j] = positions.ReplaceAllString(effects[j], "")
			}
			outcomes[i] = effects
			checkThreaded(t, f)
		}
		if !slices.Equal(outcomes[0], outcomes[1]) {
			t.Fatalf("structured:\n%s\nin dispatch form:\n%s\n%s", strings.Join(outcomes[0], "\n"), strings.Join(outcomes[1], "\n"), source)
		}
	}
}

// checkEntry checks that passes do not change what a function does that is called with a number.
func checkEntry(t *testing.T, o *Optimizer, b *Builder, env *Env, i int, number uint64) {
	t.Helper()
	f, err := b.Build(env, i)
	if err != nil {
		t.Fatal(err)
	}
	general, err := Parse(f.String())
	if err != nil {
		t.Fatal(err)
	}
	o.Reenter = number%2 == 0
	want, ended := execute(f, []uint64{0x1000, number})
	for _, pass := range Passes {
		pass.Run(o, f)
		if err := Verify(f); err != nil {
			t.Fatalf("%s: %v\n%v", pass.Name, err, f)
		}
		got, end := executeForms(f, general, []uint64{0x1000, number})
		if err := sameEffects(want, ended, got, end); err != nil {
			t.Fatalf("%s, entered at %d: %v\n%v", pass.Name, number, err, f)
		}
	}
}

// checkThreaded checks that all tables but those for entries are gone: these are cold.
func checkThreaded(t *testing.T, f *Func) {
	t.Helper()
	for _, b := range f.Blocks {
		if b.Terminator().Op == OpTable && !b.Cold {
			t.Fatalf("b%d still has a table:\n%v", b.ID, f)
		}
	}
}

// TestTwins compares the two forms of random programs.
func TestTwins(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 100 {
		choices := make([]byte, 4*i)
		for j := range choices {
			choices[j] = byte(random.Uint32())
		}
		checkTwins(t, choices)
	}
}

// FuzzTwins compares the two forms of programs that the fuzzer finds.
//
//	go test -run '^$' -fuzz FuzzTwins -fuzztime 30m ./internal/ssa
func FuzzTwins(f *testing.F) {
	random := rand.New(rand.NewPCG(5, 6))
	for i := range 20 {
		choices := make([]byte, 20*i)
		for j := range choices {
			choices[j] = byte(random.Uint32())
		}
		f.Add(choices)
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		if len(choices) < 2000 {
			checkTwins(t, choices)
		}
	})
}

// TestForward has more states that lead anywhere than loops can be found for: then jumps forward are threaded, and the
// dispatch stays for others.
func TestForward(t *testing.T) {
	var p twin
	const count = 400
	for i := range count {
		p.add(fmt.Sprintf("(local.set $v0 (i32.add (i32.mul (local.get $v0) (i32.const 3)) (i32.const %d))) (global.set $g (local.get $v0)) (if (i32.and (local.get $v0) (i32.const 4)) (then %s)) %s",
			i, goTo(i*7919%count), goTo((i*31+17)%count)))
	}
	source := "(module (global $g (mut i32) (i32.const 0)) (func (param $p0 i32) (result i32) (local $v0 i32) " + p.dispatch() + "))"
	m, err := text.Parse([]byte(source), wasm.AllFeatures)
	if err == nil {
		err = validate.Module(m, wasm.AllFeatures)
	}
	if err != nil {
		t.Fatal(err)
	}
	var b Builder
	var o Optimizer
	for number := range uint64(3) {
		checkEntry(t, &o, &b, testEnv(m, true), 0, number*100)
	}
	f, err := b.Build(testEnv(m, true), 0)
	if err != nil {
		t.Fatal(err)
	}
	o.Run(f)
	tables, jumps := 0, 0
	for _, block := range f.Blocks {
		if block.Terminator().Op == OpTable {
			tables++
			jumps = len(block.Preds)
		}
	}
	if tables != 1 || jumps < count/2 || jumps > count*3/2 {
		t.Errorf("%d tables, the last has %d jumps", tables, jumps)
	}
}
