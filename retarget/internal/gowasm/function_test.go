package gowasm

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"weft/internal/golden"
	"weft/wasm"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// readFunctions makes a module of functions in text, recognised by their names.
func readFunctions(t testing.TB, source string) *module {
	t.Helper()
	numbers := map[string]int{}
	for i, match := range regexp.MustCompile(`(?m)^  \(func (\$\S+)`).FindAllStringSubmatch(source, -1) {
		numbers[match[1]] = i
	}
	source = regexp.MustCompile(`PC\((\S+),(\d+)\)`).ReplaceAllStringFunc(source, func(pc string) string {
		name, block, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(pc, "PC("), ")"), ",")
		b, _ := strconv.Atoi(block)
		return fmt.Sprint((firstPCF+numbers[name])<<16 + b)
	})
	parsed, err := text.Parse([]byte(source), wasm.DefaultFeatures)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Module(parsed, wasm.DefaultFeatures); err != nil {
		t.Fatal(err)
	}
	m := &module{m: parsed, release: newest, byName: map[string]*function{}, funcs: make([]function, len(parsed.Funcs))}
	for i := range m.funcs {
		f := &m.funcs[i]
		*f = function{index: uint32(i), fn: &parsed.Funcs[i], body: parsed.Funcs[i].Body, name: parsed.Names.Funcs[uint32(i)]}
		m.byName[f.name] = f
		for r := noRole + 1; r < roles; r++ {
			if f.name == roleNames[r] {
				f.role = r
				m.byRole[r] = f
			}
		}
	}
	m.funcs[numbers["$main.safe"]].pcFunc.deferReturn = 6
	return m
}

// prepare does what comes before functions are written.
func (m *module) prepare() error {
	for _, step := range []func() error{m.parse, m.findEntries, m.findSwitching} {
		if err := step(); err != nil {
			return err
		}
	}
	m.findEnding()
	m.findInlined()
	if err := m.addRuntime(); err != nil {
		return err
	}
	m.addRare()
	return nil
}

func readFile(t testing.TB) string {
	source, err := os.ReadFile("testdata/functions.wat")
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// TestFunctions compares what comes out of a few functions with a golden file.
func TestFunctions(t *testing.T) {
	m := readFunctions(t, readFile(t))
	if err := m.prepare(); err != nil {
		t.Fatal(err)
	}
	if err := m.emit(&Report{}); err != nil {
		t.Fatal(err)
	}
	if err := validate.Module(m.m, wasm.DefaultFeatures); err != nil {
		t.Fatal(err)
	}
	if err := (&Proof{m}).Check(m.m); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	if err := text.Print(&all, m.m); err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	show := false
	for _, line := range strings.SplitAfter(all.String(), "\n") {
		if strings.HasPrefix(line, "  (") {
			show = strings.HasPrefix(line, "  (func $main.") || strings.HasPrefix(line, "  (func $runtime.schedule") ||
				strings.HasPrefix(line, "  (func $runtime.ready") || strings.HasPrefix(line, "  (func $weft.call.") ||
				strings.HasPrefix(line, "  (func $weft.grow.")
		}
		if show {
			shown.WriteString(line)
		}
	}
	golden.Check(t, "testdata/functions.golden", shown.String())
}

// TestRefusals changes the text of functions, and checks what is said to be wrong with them.
func TestRefusals(t *testing.T) {
	source := readFile(t)
	if err := readFunctions(t, source).prepare(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, was, becomes, want string }{
		{"return address of another", "PC($main.loop,6)", "PC($main.call,6)", "(main.loop), offset 0xc0: expected a return address of the function itself"},
		{"return to another block", "PC($main.loop,6)", "PC($main.loop,4)", "expected that a call goes on in the next block"},
		{"table backwards", "br_table 0 0 1 2 3 4", "br_table 0 1 0 2 3 4", "expected that PC_B grows"},
		{"result", "i32.const 0\n      return", "i32.const 1\n      return", "expected that the function returns 0"},
		{"use of PC_B", "i64.const 10\n        i64.gt_s", "local.get 0\n        i64.extend_i32_u\n        i64.gt_s", "expected no use of PC_B"},
		{"no SP after a call", "call $runtime.gogo\n        global.get 0\n        local.set 1\n", "call $runtime.gogo\n", "expected SP behind a call"},
		{"no test after a call", "call $runtime.gogo\n        global.get 0\n        local.set 1\n        br_if 1", "call $runtime.gogo\n        global.get 0\n        local.set 1\n        drop", "expected the test whether to unwind"},
		{"jump without PC_B", "i32.const 1\n          local.set 0\n          br 2", "br 2", "expected a branch inside of the block"},
		{"call without a return address", "local.get 2\n          i64.const -1\n          i64.add", "i32.const 0\n          call $main.call\n          drop\n          local.get 2\n          i64.const -1\n          i64.add", "expected i32.const 0 before a call"},
		{"two locals", "(func $runtime.gopanic (type 0) (param i32) (result i32)\n    (local i32)", "(func $runtime.gopanic (type 0) (param i32) (result i32)\n    (local i32 i32)", "expected that the first local is SP"},
		{"no call of deferreturn", "call $runtime.deferreturn", "call $main.call", "expected a call of runtime.deferreturn"},
	} {
		if strings.Count(source, c.was) == 0 {
			t.Errorf("%s: the text has no %q", c.name, c.was)
			continue
		}
		err := readFunctions(t, strings.Replace(source, c.was, c.becomes, 1)).prepare()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// FuzzFunction changes the code of functions. Whatever comes is refused, or written so that the proof holds, or not
// valid.
func FuzzFunction(f *testing.F) {
	source := readFile(f)
	var bodies []string
	for _, fn := range readFunctions(f, source).funcs {
		bodies = append(bodies, string(fn.body))
	}
	for i := range bodies {
		f.Add(uint8(i), uint16(10), uint8(1), []byte{0x01})
		f.Add(uint8(i), uint16(len(bodies[i])/2), uint8(2), []byte{0x20, 1})
	}
	f.Fuzz(func(t *testing.T, which uint8, at uint16, cut uint8, put []byte) {
		m := readFunctions(t, source)
		fn := &m.funcs[int(which)%len(m.funcs)]
		body := fn.body
		from := int(at) % len(body)
		to := min(from+int(cut), len(body))
		fn.fn.Body = append(append(append([]byte(nil), body[:from]...), put...), body[to:]...)
		fn.body = fn.fn.Body
		if m.prepare() != nil || m.emit(&Report{}) != nil {
			return
		}
		// What is left on the operand stack at a jump, which Go's code never does, makes what comes out invalid.
		if err := (&Proof{m}).Check(m.m); err != nil && validate.Module(m.m, wasm.DefaultFeatures) == nil {
			t.Errorf("%v", err)
		}
	})
}
