package gowasm

import (
	"bytes"
	_ "embed"
	"strconv"
	"strings"

	"weft/wasm"
	"weft/wasm/text"
)

// facts are what differs between programs and is read from their code.
type facts struct {
	sched    uint64 // the offset of a goroutine's gobuf in it
	goexitPC uint64 // the return address of the call of goexit1 with which a goroutine ends
}

//go:embed known.wat
var knownSource []byte

// newest and oldest are the releases that are known: go1.24 to go1.27.
const oldest, newest = 24, 27

// recognize checks that a module has what Go's linker gives to programs for wasip1.
func (m *module) recognize(release string) error {
	for _, im := range m.m.Imports {
		if im.Module == "gojs" {
			return refuse(nil, -1, "the program is for GOOS=js; only GOOS=wasip1 can be retargeted")
		}
		if im.Kind != wasm.ExternFunc {
			return refuse(nil, -1, "expected imports of functions only, found %s.%s", im.Module, im.Name)
		}
	}
	minor, ok := minorRelease(release)
	if !ok || minor < oldest || minor > newest {
		return refuse(nil, -1, "the program is of %s; known are go1.%d to go1.%d", release, oldest, newest)
	}
	m.release = minor
	i32, i64 := wasm.I32, wasm.I64
	if len(m.m.Globals) != goGlobals || len(m.m.Memories) != 1 || len(m.m.Tables) != 1 || len(m.m.Tags) != 0 ||
		len(m.m.Elems) != 1 || m.m.Start != nil {
		return refuse(nil, -1, "expected %d globals, a memory, a table, a segment of elements and no tags", goGlobals)
	}
	for i, t := range []wasm.ValType{i32, i64, i64, i64, i64, i64, i64, i32} {
		if g := m.m.Globals[i].Type; g.Type != t || !g.Mutable {
			return refuse(nil, -1, "expected that global %d is a variable of type %s", i, t)
		}
	}
	if t := m.m.Types; len(t) == 0 || t[0].Comp.Kind != wasm.CompFunc || !isType(t[0].Comp.Func, i32, i32) {
		return refuse(nil, -1, "expected that type 0 is (func (param i32) (result i32))")
	}
	e := &m.m.Elems[0]
	if at, ok := e.OffsetPos.I32(); !ok || at != firstPCF || len(e.Funcs) != len(m.m.Funcs) {
		return refuse(nil, -1, "expected that the table has the functions, from %d on", firstPCF)
	}
	for i, index := range e.Funcs {
		if int(index) != i+m.m.NumImports(wasm.ExternFunc) {
			return refuse(nil, -1, "expected that the table has the functions in order, found function %d at %d", index, i)
		}
	}
	return nil
}

// minorRelease returns 26 for "go1.26" and "go1.26.8".
func minorRelease(release string) (int, bool) {
	rest, ok := strings.CutPrefix(release, "go1.")
	if !ok {
		return 0, false
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(rest)
	}
	minor, err := strconv.Atoi(rest[:end])
	return minor, err == nil
}

// isType reports whether a function type has one parameter and one result, of these types.
func isType(t wasm.FuncType, param, result wasm.ValType) bool {
	return len(t.Params) == 1 && len(t.Results) == 1 && t.Params[0] == param && t.Results[0] == result
}

// checkRoles checks that the functions of the runtime that have a role are there.
func (m *module) checkRoles() error {
	for r := noRole + 1; r < roles; r++ {
		switch f := m.byRole[r]; {
		case f == nil && r != exportLoop && r != goexit: // the linker leaves out what is not called
			return refuse(nil, -1, "expected the function %s", roleNames[r])
		case f == nil:
		case (f.shape == ownShape) != (r == pcLoop || r == exportLoop):
			return refuse(f, -1, "expected a function of another shape")
		}
	}
	return nil
}

// findFacts checks the functions of the runtime that are written anew, and reads what differs.
func (m *module) findFacts() error {
	if err := m.checkGogo(); err != nil {
		return err
	}
	if err := m.findSched(); err != nil {
		return err
	}
	end := m.byName["runtime.goexit"]
	if end == nil || end.shape != plainGo {
		return refuse(nil, -1, "expected the function runtime.goexit")
	}
	for _, b := range end.blocks {
		for _, o := range b.ops {
			if o.kind == call && uint32(o.x) == m.byRole[goexit1].index {
				m.facts.goexitPC = o.pc
				return nil
			}
		}
	}
	return refuse(end, -1, "expected a call of runtime.goexit1")
}

// checkGogo compares gogo with what it is known to be.
func (m *module) checkGogo() error {
	known, err := text.Parse(knownSource, wasm.DefaultFeatures)
	if err != nil {
		return err
	}
	want := "go1.25"
	if m.release <= 24 {
		want = "go1.24"
	}
	for i := range known.Funcs {
		if known.Names.Funcs[uint32(i)] == want && bytes.Equal(known.Funcs[i].Body, m.byRole[gogo].fn.Body) {
			return nil
		}
	}
	return refuse(m.byRole[gogo], 0, "expected what gogo of %s and later has been until now", want)
}

// findSched finds where mcall saves PC and SP, which is where a goroutine's gobuf begins:
//
//	g.sched.pc = mem[SP]; g.sched.sp = SP + 8
func (m *module) findSched() error {
	f := m.byRole[mcall]
	save := []want{{op: wasm.OpGlobalGet, x: globalG}, {op: wasm.OpI32WrapI64},
		{op: wasm.OpLocalGet, x: localSP}, {op: wasm.OpI64Load}, {op: wasm.OpI64Store, any: true},
		{op: wasm.OpGlobalGet, x: globalG}, {op: wasm.OpI32WrapI64}, {op: wasm.OpLocalGet, x: localSP},
		{op: wasm.OpI64ExtendI32U}, {op: wasm.OpI64Const, x: 8}, {op: wasm.OpI64Add}, {op: wasm.OpI64Store, any: true}}
	var c code
	var r wasm.CodeReader
	if err := c.read(&r, f.fn); err != nil {
		return err
	}
	for i := range c.instrs {
		if c.match(i, save) {
			pc, sp := c.instrs[i+4].x, c.instrs[i+11].x
			if pc != sp+8 {
				return refuse(f, int(c.instrs[i].at), "expected that g.sched.pc is behind g.sched.sp")
			}
			m.facts.sched = sp
			return nil
		}
	}
	return refuse(f, 0, "expected that it saves PC and SP")
}
