package native

import (
	"fmt"
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/internal/store"
	"weft/wasm"
)

// objectBuiltin executes a builtin that makes objects or works on whole arrays, and reports
// whether to go back.
func (m *machine) objectBuiltin(b ssa.Builtin, in *store.Instance) bool {
	s, a := m.store, &m.context.Args
	number := func(i int) uint32 { return uint32(a[i]) }
	id := func() wasm.TypeID { return in.Record.Type(number(1)) }
	made := func(ref uint64, trap wasm.TrapCode) bool {
		a[0] = ref
		return m.done(trap)
	}
	switch b {
	case ssa.StructNew:
		return made(s.NewStruct(id()))
	case ssa.ArrayNewData:
		return made(in.NewArrayData(id(), number(2), number(3), number(4)))
	case ssa.ArrayNewElem:
		return made(in.NewArrayElem(id(), number(2), number(3), number(4)))
	case ssa.ArrayFill:
		return m.done(s.FillArray(a[1], number(2), [2]uint64{a[4], a[5]}, number(3)))
	case ssa.ArrayCopy:
		return m.done(s.CopyArray(a[1], number(2), a[3], number(4), number(5)))
	case ssa.ArrayInitData:
		return m.done(in.InitArrayData(number(1), a[2], number(3), number(4), number(5)))
	case ssa.ArrayInitElem:
		return m.done(in.InitArrayElem(number(1), a[2], number(3), number(4), number(5)))
	}
	panic(fmt.Sprintf("weft: native code asks for %d", m.context.Request))
}

// objects says where objects have their parts, and how their types are tested.
func objects(m *store.Module) ssa.ObjectEnv {
	types := m.Wasm.Types
	env := ssa.ObjectEnv{
		Layouts:    make([]ssa.ObjectLayout, len(types)),
		Identities: m.Types,
		Class:      store.CellClass,
		Types:      int64(codegen.OffTypes),
		LogRecord:  store.TypeRecordLog2,
		Depths:     store.TypeDepths,
		Kind:       int64(unsafe.Offsetof(store.TypeRecord{}.Kind)),
		StructKind: uint8(store.ObjectStruct), ArrayKind: uint8(store.ObjectArray),
	}
	comp := func(h wasm.HeapType) wasm.CompKind { return types[h].Comp.Kind }
	for i := range types {
		if k := types[i].Comp.Kind; k != wasm.CompStruct && k != wasm.CompArray {
			continue
		}
		from := store.LayoutOf(&types[i].Comp, m.Wasm.UndescribedFields(uint32(i)), comp)
		l := ssa.ObjectLayout{Size: uint64(from.Size), Descriptor: int64(from.Descriptor),
			Offsets: make([]int64, len(from.Fields))}
		for j, f := range from.Fields {
			l.Offsets[j] = int64(f.Offset)
		}
		env.Layouts[i] = l
	}
	return env
}

// The part of the context that is the store's.
var (
	_ [unsafe.Sizeof(codegen.Heap{})]byte = [unsafe.Sizeof(store.HeapShared{})]byte{}
	_ [codegen.HeapClasses]byte           = [store.HeapClasses]byte{}
)

// shareHeap lets code take room from the store's heap.
func shareHeap(s *store.Store, c *codegen.Context) {
	s.ShareHeap((*store.HeapShared)(unsafe.Pointer(&c.Heap)))
}

// fillClasses makes the tables by which code finds classes.
func fillClasses(c *codegen.Context) {
	for class := range c.CellSizes {
		c.CellSizes[class] = uint16(store.CellSize(class))
	}
	for words := range c.ArrayClasses {
		class, _ := store.CellClass(store.HeaderSize + 8*uint64(words))
		c.ArrayClasses[words] = uint8(2 * class)
	}
}

// nextRun provides room for objects of a class.
func (m *machine) nextRun() bool { return m.done(m.store.NextRun(int(m.context.FaultAddr))) }

// newArray makes an array that code could not make by itself.
func (m *machine) newArray() bool {
	a := &m.context.Args
	ref, trap := m.store.NewFilledArray(wasm.TypeID(a[0]), uint32(a[1]), a[2])
	a[0] = ref
	return m.done(trap)
}
