package gowasm

import "bytes"

// An entry is where a function goes on when a deferred call of its has recovered from a panic: the PC_B that
// runtime.recovery is given, and the block that does the rest.
type entry struct {
	pcb   uint32
	block int
}

// findEntries finds where functions can be entered by recovery:
//
//   - where runtime.deferreturn is called, of which the table of functions has the PC_B;
//   - until go1.24, behind each call of runtime.deferproc and its kin, which then seem to return 1; what is behind
//     tests that, and jumps to the call of deferreturn;
//   - in runtime.Goexit, behind the call by which it has begun to run deferred calls: a panic in one of them that
//     another recovers from does not keep the goroutine from ending.
func (m *module) findEntries() error {
	for i := range m.funcs {
		f := &m.funcs[i]
		if f.shape != plainGo {
			continue
		}
		if pcb := f.pcFunc.deferReturn; pcb != 0 {
			e := entry{pcb, int(f.table[min(int(pcb), len(f.table)-1)])}
			if !m.calls(f, e.block, "runtime.deferreturn") {
				return refuse(f, -1, "expected a call of runtime.deferreturn in block %d", e.block)
			}
			f.entries = append(f.entries, e)
		}
		if m.release <= 24 {
			m.findDeferProc(f)
		}
		if f.role == goexit {
			if err := m.findStart(f); err != nil {
				return err
			}
		}
		if len(f.entries) > 0 && f.switches {
			return refuse(f, -1, "expected no deferred calls where another goroutine may go on")
		}
	}
	return nil
}

func (m *module) calls(f *function, block int, name string) bool {
	for _, o := range f.blocks[block].ops {
		if o.kind == call && m.name(uint32(o.x)) == name {
			return true
		}
	}
	return false
}

// testRET0 is the test whether a call of deferproc seems to return 1: global.get RET0, i64.eqz, i32.eqz.
var testRET0 = []byte{0x23, globalRET0, 0x50, 0x45}

func (m *module) findDeferProc(f *function) {
	for i := 1; i < len(f.blocks); i++ {
		ops, before := f.blocks[i].ops, f.blocks[i-1].ops
		if len(ops) < 2 || ops[0].kind != plain || ops[1].kind != jumpIf || len(before) == 0 {
			continue
		}
		o := before[len(before)-1]
		if bytes.Equal(f.fn.Body[ops[0].at:ops[0].end], testRET0) && o.kind == call && o.resumes {
			f.entries = append(f.entries, entry{uint32(o.pc & 0xFFFF), int(ops[1].x)})
		}
	}
}

// findStart finds the entry of runtime.Goexit.
func (m *module) findStart(f *function) error {
	for i, b := range f.blocks {
		for _, o := range b.ops {
			if o.kind == call && o.resumes && m.name(uint32(o.x)) == "runtime.(*_panic).start" {
				f.entries = append(f.entries, entry{uint32(o.pc & 0xFFFF), i + 1})
				return nil
			}
		}
	}
	return refuse(f, -1, "expected a call of runtime.(*_panic).start")
}
