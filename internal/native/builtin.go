package native

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/internal/store"
	"weft/wasm"
)

// Builtins are what compiled code leaves to Go. Arguments and results are slots in the
// context: the instance, then what package ssa's table says.

// builtin executes a builtin, and reports whether to go back.
func (m *machine) builtin(b ssa.Builtin) bool {
	c, s := m.context, m.store
	a := &c.Args
	in := s.Instance((*store.InstanceRecord)(store.Pointer(uintptr(a[0]))))
	memory := func(i int) *store.Memory { return s.Memory(in.Record.Memory(uint32(a[i]))) }
	table := func(i int) *store.Table { return s.Table(in.Record.Table(uint32(a[i]))) }
	result := func(v uint64) bool {
		a[0] = v
		return true
	}
	switch b {
	case ssa.MemoryGrow:
		return m.grown(memory(1).GrowForCode(a[2]))
	case ssa.MemoryCopy:
		return m.done(memory(1).Copy(memory(2), a[3], a[4], a[5]))
	case ssa.MemoryFill:
		return m.done(memory(1).Fill(a[2], byte(a[3]), a[4]))
	case ssa.MemoryInit:
		return m.done(memory(1).Init(in.Data(uint32(a[2])), a[3], a[4], a[5]))
	case ssa.DataDrop:
		in.DropData(uint32(a[1]))
		return true
	case ssa.TableGrow:
		return m.grown(s.Grown(table(1).Grow(a[3], a[2])))
	case ssa.TableCopy:
		return m.done(table(1).Copy(table(2), a[3], a[4], a[5]))
	case ssa.TableFill:
		return m.done(table(1).Fill(a[2], a[3], a[4]))
	case ssa.TableInit:
		return m.done(table(1).Init(in.Elems[uint32(a[2])], a[3], a[4], a[5]))
	case ssa.TagNew:
		return result(s.NewTagValue())
	case ssa.ElemDrop:
		in.DropElem(uint32(a[1]))
		return true
	case ssa.IsSubtype:
		if s.Types.IsSubtype(wasm.TypeID(a[1]), wasm.TypeID(a[2])) {
			return result(1)
		}
		return result(0)
	case ssa.Throw:
		tag := in.Record.Tag(uint32(a[1]))
		return m.throw(atCall, tag, a[2:2+tag.Params], 0)
	case ssa.ThrowRef:
		if a[1] == 0 {
			return m.trap(wasm.TrapNullReference, "")
		}
		tag, payload := store.ExceptionParts(a[1])
		return m.throw(atCall, tag, payload, a[1])
	case ssa.MemorySize:
		return result(memory(1).Len())
	case ssa.Watch:
		return m.askWatcher(a[1:])
	case ssa.ContBind:
		to := in.Record.Type(uint32(a[1]))
		ref, trap := m.bind(a[2], func(n int) []uint64 { return a[3 : 3+n] }, to)
		a[0] = ref
		return m.done(trap)
	}
	return m.objectBuiltin(b, in)
}

// The slots of a context are enough for the arguments of all builtins, even if all are vectors.
var _ [codegen.ArgSlots - 2*wasm.MaxParams - 3]byte

// done goes back unless there is a trap.
func (m *machine) done(trap wasm.TrapCode) bool {
	return trap == wasm.TrapNone || m.trap(trap, "")
}

// grown goes back with the result of an instruction that makes something larger.
func (m *machine) grown(result uint64, trap wasm.TrapCode) bool {
	m.context.Args[0] = result
	return m.done(trap)
}
