package store

import (
	"context"
	"fmt"
	"unsafe"

	"weft/internal/pages"
	"weft/wasm"
)

// An Instance is the Go half of a module instance.
type Instance struct {
	Record *InstanceRecord
	Module *Module
	Store  *Store
	// Elems are the segments that have not been dropped.
	Elems [][]uint64
	// droppedDatas has a bit for each data segment that has been dropped: the others are read in the module.
	droppedDatas []uint64
	// Native is what an engine of machine code keeps for the instance.
	Native any
	// Unguarded says that its code compares addresses because a memory has no guard.
	Unguarded bool
	// API is what package weft returns for the instance when it is the caller; nil before.
	API any
}

// Instantiate makes an instance of a module with one value for each of its
// imports (core specification, section "Instantiation"). When a segment does not
// fit or the start function fails, what was written before stays written.
func (s *Store) Instantiate(ctx context.Context, m *Module, imports []Extern) (*Instance, error) {
	in, err := s.initInstance(ctx, m, imports)
	if err != nil {
		return in, err
	}
	if start := m.Wasm.Start; start != nil {
		if err := in.start(ctx, in.Record.Func(start.Func)); err != nil {
			return in, err
		}
	}
	return in, nil
}

// start calls the start function. One of the host has the instance for its caller.
func (in *Instance) start(ctx context.Context, f *FuncRecord) error {
	if f.IsHost() {
		return in.Store.CallHostFor(ctx, f, in.Record, nil)
	}
	return in.Store.Engine.Call(ctx, in.Store, f, nil)
}

// initInstance makes the instance up to its start function. No code runs meanwhile, so nothing else uses the store.
func (s *Store) initInstance(ctx context.Context, m *Module, imports []Extern) (*Instance, error) {
	if _, err := s.Enter(); err != nil {
		return nil, err
	}
	s.instantiating = ctx
	defer func() {
		s.instantiating = nil
		s.Leave()
	}()
	in, err := s.allocateInstance(m, imports)
	if err != nil {
		return nil, err
	}
	return in, in.initSegments()
}

// allocateInstance makes the instance with its tables, memories, globals and segments.
func (s *Store) allocateInstance(m *Module, imports []Extern) (*Instance, error) {
	if len(imports) != len(m.Wasm.Imports) {
		return nil, fmt.Errorf("weft: %d imports given, the module has %d", len(imports), len(m.Wasm.Imports))
	}
	if err := s.Look(0); err != nil {
		return nil, err
	}
	if err := s.matchImports(m, imports); err != nil {
		return nil, err
	}
	if err := s.mayInstantiate(m.Wasm); err != nil {
		return nil, err
	}
	in := &Instance{Module: m, Store: s}
	if err := in.allocateRecord(); err != nil {
		return nil, err
	}
	s.instances = append(s.instances, in) // from now on the store has the module, and so its types
	if err := s.addTypes(m.aggregates); err != nil {
		return nil, err
	}
	if err := in.linkImports(imports); err != nil {
		return nil, err
	}
	if err := in.allocateOwn(); err != nil {
		return nil, err
	}
	return in, nil
}

func (in *Instance) allocateRecord() error {
	l := LayoutInstance(in.Module)
	m := in.Module.Wasm
	slices := uintptr(len(m.Elems))*unsafe.Sizeof([]uint64{}) + uintptr(len(m.Datas))*unsafe.Sizeof([]byte{})
	if err := in.Store.useRecords(uint64(unsafe.Sizeof(*in)) + uint64(l.size) + uint64(slices)); err != nil {
		return err
	}
	p, err := in.Store.arena.Alloc(uintptr(l.size))
	if err != nil {
		return err
	}
	r := (*InstanceRecord)(p)
	in.Record = r
	r.Number = uint32(len(in.Store.instances))
	r.NumMemories = uint32(len(in.Module.Space.Memories))
	r.memories = (**MemoryRecord)(unsafe.Add(p, l.Memory(0)))
	r.globals = (**GlobalRecord)(unsafe.Add(p, l.Global(0)))
	r.tables = (**TableRecord)(unsafe.Add(p, l.Table(0)))
	r.funcs = (**FuncRecord)(unsafe.Add(p, l.Func(0)))
	r.tags = (**TagRecord)(unsafe.Add(p, l.Tag(0)))
	r.types = (*wasm.TypeID)(unsafe.Add(p, l.Type(0)))
	r.Own = (*FuncRecord)(unsafe.Add(p, l.own))
	return nil
}

// linkImports enters the imports, which match.
func (in *Instance) linkImports(imports []Extern) error {
	var counts [5]uint32
	for i, value := range imports {
		if err := in.Store.Look(i); err != nil {
			return err
		}
		im := &in.Module.Wasm.Imports[i]
		n := counts[im.Kind]
		counts[im.Kind]++
		switch v := value.(type) {
		case *FuncRecord:
			f, err := in.Store.FuncAs(v, in.Module.Types[im.Type], im.Exact)
			if err != nil {
				return err
			}
			*at(in.Record.funcs, n) = f
		case *Table:
			*at(in.Record.tables, n) = v.Record
		case *Memory:
			*at(in.Record.memories, n) = v.Record
		case *Global:
			*at(in.Record.globals, n) = v.Record
		case *Tag:
			*at(in.Record.tags, n) = v.Record
		}
	}
	return nil
}

// allocateOwn makes what the module defines itself, in an order in which
// constant expressions find what they may refer to.
func (in *Instance) allocateOwn() error {
	m, r, s := in.Module.Wasm, in.Record, in.Store
	l := LayoutInstance(in.Module)
	for i, id := range in.Module.Types {
		*at(r.types, uint32(i)) = id
	}
	for i := range m.Funcs {
		if err := s.Look(i); err != nil {
			return err
		}
		t := m.FuncType(m.Funcs[i].Type)
		f := at(r.Own, uint32(i))
		*f = FuncRecord{Instance: r, Index: uint32(in.Module.Space.ImportedFuncs + i), Type: in.Module.Types[m.Funcs[i].Type],
			Params: uint32(wasm.SlotCount(t.Params)), Results: uint32(wasm.SlotCount(t.Results))}
		*at(r.funcs, f.Index) = f
	}
	imported := m.NumImports(wasm.ExternMemory)
	for i, t := range m.Memories {
		memory, err := s.newMemory(t, inside[MemoryRecord](r, l.OwnMemory(i)))
		if err != nil {
			return err
		}
		*at(r.memories, uint32(imported+i)) = memory.Record
	}
	imported = m.NumImports(wasm.ExternTag)
	for i, typeIndex := range m.Tags {
		if err := s.Look(i); err != nil {
			return err
		}
		name := m.Names.Tags[uint32(imported+i)]
		if name != "" {
			name = "$" + name
		}
		tag, err := s.NewTag(in.Module.Types[typeIndex], name)
		if err != nil {
			return err
		}
		*at(r.tags, uint32(imported+i)) = tag.Record
	}
	for i := range m.Globals {
		if err := s.Look(i); err != nil {
			return err
		}
		value, err := in.evaluate(&m.Globals[i].Init)
		if err != nil {
			return err
		}
		t := m.Globals[i].Type
		t.Type = wasm.CanonicalValType(t.Type, in.Module.Types)
		global, err := s.newGlobal(t, value, inside[GlobalRecord](r, l.OwnGlobal(i)))
		if err != nil {
			return err
		}
		*at(r.globals, uint32(in.Module.Space.ImportedGlobals+i)) = global.Record
	}
	imported = m.NumImports(wasm.ExternTable)
	for i := range m.Tables {
		if err := s.Look(i); err != nil {
			return err
		}
		var fill [2]uint64
		if m.Tables[i].Init.Body != nil {
			var err error
			if fill, err = in.evaluate(&m.Tables[i].Init); err != nil {
				return err
			}
		}
		t := m.Tables[i].Type
		t.Elem = wasm.CanonicalValType(t.Elem, in.Module.Types)
		table, err := s.newTable(t, fill[0], inside[TableRecord](r, l.OwnTable(i)))
		if err != nil {
			return err
		}
		*at(r.tables, uint32(imported+i)) = table.Record
	}
	if err := s.Engine.Link(in); err != nil {
		return err
	}
	return in.evaluateElems()
}

// inside returns the record at an offset of an instance's block.
func inside[R any](r *InstanceRecord, offset int64) *R {
	return (*R)(unsafe.Add(unsafe.Pointer(r), offset))
}

// InitialGlobal returns the value with which a global began that the instance defines.
func (in *Instance) InitialGlobal(own int) ([2]uint64, error) {
	return in.evaluate(&in.Module.Wasm.Globals[own].Init)
}

func (in *Instance) evaluateElems() error {
	m := in.Module.Wasm
	in.Elems = make([][]uint64, len(m.Elems))
	for i := range m.Elems {
		if err := in.Store.Look(i); err != nil {
			return err
		}
		if e := &m.Elems[i]; e.Mode != wasm.Declarative {
			if err := in.evaluateElem(i, e); err != nil {
				return err
			}
		}
	}
	in.droppedDatas = make([]uint64, (len(m.Datas)+63)/64)
	return nil
}

// Data returns a data segment, nil if it has been dropped.
func (in *Instance) Data(i uint32) []byte {
	if in.droppedDatas[i/64]>>(i%64)&1 != 0 {
		return nil
	}
	return in.Module.Wasm.Datas[i].Bytes
}

// DropData drops a data segment (data.drop).
func (in *Instance) DropData(i uint32) { in.droppedDatas[i/64] |= 1 << (i % 64) }

func (in *Instance) evaluateElem(i int, e *wasm.Elem) error {
	if err := in.Store.useRecords(in.elemBytes(i)); err != nil {
		return err
	}
	// The collector sees what is already there.
	slots := make([]uint64, len(e.Funcs)+len(e.Exprs))
	in.Elems[i] = slots
	for j, f := range e.Funcs {
		if err := in.Store.Look(j); err != nil {
			return err
		}
		slots[j] = in.Record.Func(f).Ref()
	}
	for j := range e.Exprs {
		if err := in.Store.Look(j); err != nil {
			return err
		}
		v, err := in.evaluate(&e.Exprs[j])
		if err != nil {
			return err
		}
		slots[j] = v[0]
	}
	return nil
}

// elemBytes returns what an element segment takes while it is not dropped.
func (in *Instance) elemBytes(i int) uint64 {
	e := &in.Module.Wasm.Elems[i]
	return 8 * uint64(len(e.Funcs)+len(e.Exprs))
}

// DropElem drops an element segment, if it is there (elem.drop).
func (in *Instance) DropElem(i uint32) {
	if in.Elems[i] != nil {
		in.Elems[i] = nil
		in.Store.used.records -= in.elemBytes(int(i))
	}
}

// initSegments copies the active segments to their places and drops them.
func (in *Instance) initSegments() error {
	m := in.Module.Wasm
	for i := range m.Elems {
		e := &m.Elems[i]
		if err := in.Store.Look(i); err != nil {
			return err
		}
		if e.Mode != wasm.Active {
			continue
		}
		offset, err := in.evaluate(&e.OffsetPos)
		if err != nil {
			return err
		}
		table := in.Store.Table(in.Record.Table(e.Table))
		if code := table.Init(in.Elems[i], offset[0], 0, uint64(len(in.Elems[i]))); code != 0 {
			detail := fmt.Sprintf("element segment %d does not fit into table %d", i, e.Table)
			return in.Store.TrapError(code, detail, StackTrace{})
		}
		in.DropElem(uint32(i))
	}
	var from, to uint64 // where the data that was looked at last goes, whose pages are ready
	for i := range m.Datas {
		d := &m.Datas[i]
		if err := in.Store.Look(i); err != nil {
			return err
		}
		if d.Mode != wasm.Active {
			continue
		}
		offset, err := in.evaluate(&d.OffsetPos)
		if err != nil {
			return err
		}
		memory := in.Store.Memory(in.Record.Memory(d.Memory))
		if at := offset[0]; at < from || at >= to {
			if from, to = at, denseDatas(m.Datas[i:]); from <= to && to <= memory.Len() {
				pages.Populate(memory.Bytes()[from:to])
			}
		}
		if code := memory.Init(d.Bytes, offset[0], 0, uint64(len(d.Bytes))); code != 0 {
			detail := fmt.Sprintf("data segment %d does not fit into memory %d", i, d.Memory)
			return in.Store.TrapError(code, detail, StackTrace{})
		}
		in.DropData(uint32(i))
	}
	return nil
}

// smallPage is the smallest size of pages.
const smallPage = 4 << 10

// denseDatas returns up to where each page of memory gets something of some data segments, from where the first one
// goes on; at most a stretch is looked at. Programs have a hundred thousand of them, with gaps where the zeros are.
func denseDatas(list []wasm.Data) (end uint64) {
	begin := uint64(0)
	for i := range list {
		d := &list[i]
		v, ok := d.OffsetPos.I32()
		at := uint64(uint32(v))
		if i == 0 {
			begin, end = at, at
		}
		if !ok || d.Mode != wasm.Active || d.Memory != list[0].Memory || at < end || at-end >= smallPage || end-begin >= stretchBytes {
			break
		}
		end = at + uint64(len(d.Bytes))
	}
	return min(end, begin+stretchBytes)
}

// Export returns the value that is exported under a name; nil if there is none.
func (in *Instance) Export(name string) Extern {
	if e := in.Module.exports()[name]; e != nil {
		return in.extern(e.Kind, e.Index)
	}
	return nil
}

func (in *Instance) extern(kind wasm.ExternKind, i uint32) Extern {
	s, r := in.Store, in.Record
	switch kind {
	case wasm.ExternFunc:
		return r.Func(i)
	case wasm.ExternTable:
		return s.Table(r.Table(i))
	case wasm.ExternMemory:
		return s.Memory(r.Memory(i))
	case wasm.ExternGlobal:
		return s.globals[r.Global(i).Number]
	}
	return s.Tag(r.Tag(i))
}
