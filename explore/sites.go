package explore

import (
	"strings"

	"weft/threads"
	"weft/wasm"
)

// A site is an instruction before which there can be a scheduling point.
type site struct {
	offset   uint32 // of the instruction, in the binary
	function uint32 // its function's index
	op       wasm.Opcode
	class    class
	memory   uint64 // the instruction's own offset, which is added to an address
	size     uint8  // of the access in bytes; 0 where an operand has it
	lock     lockOp // of a call of the C library's threads
	callee   uint32 // of that call
	heap     heapOp // of a call, or of the function that returns
	silent   bool   // it is watched, but never a point
	system   bool   // it belongs to what the C library does for itself: never a point
	copier   bool   // it is in a function that copies or sets memory, for whoever calls that
}

// A class says what an instruction does to memory.
type class uint8

const (
	loads class = iota
	stores
	fills  // memory.fill, memory.init
	copies // memory.copy
	atomicLoads
	atomicWrites // stores and read-modify-writes
	waits
	notifies
	fences
	heapCalls   // of a function that allocates or frees
	heapReturns // of such a function
	locks       // a call of a function of the C library by which threads synchronise
	exits       // a call of one that ends the program
	copierCalls // a call of one that copies or sets memory: see owned.go
)

var classNames = [...]string{loads: "load", stores: "store", fills: "fill", copies: "copy", atomicLoads: "atomic load",
	atomicWrites: "atomic write", waits: "wait", notifies: "notify", fences: "fence", heapCalls: "call",
	heapReturns: "return", locks: "call", exits: "exit", copierCalls: "call"}

func (c class) String() string { return classNames[c] }

// isSync reports whether threads synchronise by it.
func (c class) isSync() bool { return c >= atomicLoads && c <= fences || c == locks }

// isHeap reports whether it is about allocating, and no access.
func (c class) isHeap() bool { return c == heapCalls || c == heapReturns }

// writes reports whether memory may be written.
func (c class) writes() bool { return c != loads && c != atomicLoads && c != exits }

// classify says what an instruction does; false for one that is no site.
func classify(in *wasm.Instr) (class, bool) {
	switch in.Op {
	case wasm.OpMemoryCopy:
		return copies, true
	case wasm.OpMemoryFill, wasm.OpMemoryInit:
		return fills, true
	case wasm.OpAtomicFence:
		return fences, true
	case wasm.OpMemoryAtomicNotify:
		return notifies, true
	case wasm.OpMemoryAtomicWait32, wasm.OpMemoryAtomicWait64:
		return waits, true
	}
	info := in.Op.Info()
	if !info.Imm.HasMemArg() {
		return 0, false
	}
	_, results, _ := strings.Cut(info.Signature, ">")
	atomic := strings.Contains(info.Name, ".atomic.")
	switch {
	case atomic && strings.Contains(info.Name, ".load"):
		return atomicLoads, true
	case atomic:
		return atomicWrites, true
	case results == "":
		return stores, true
	}
	return loads, true
}

// An analysis is what is known of a module before it has run.
type analysis struct {
	module *wasm.Module
	names  *names
	sites  []site // all of them, in the order of their offsets
}

// analyse finds the sites of a module.
func analyse(m *wasm.Module, features wasm.Features) (*analysis, error) {
	space := m.AddressSpace()
	names := newNames(m, space)
	var list []site
	var reader wasm.CodeReader
	var in wasm.Instr
	for i := range m.Funcs {
		f, index := &m.Funcs[i], uint32(space.ImportedFuncs+i)
		system, heap := names.isSystem(index), names.heap(index)
		reader.Reset(f.Body, f.BodyOffset, features, m.Dialect)
		for reader.Len() > 0 {
			if err := reader.Next(&in); err != nil {
				return nil, err
			}
			s := site{offset: uint32(f.BodyOffset + in.Offset), function: index, op: in.Op, system: system,
				copier: names.copies(index)}
			switch {
			case in.Op == wasm.OpCall && names.exits(in.Index, index):
				s.class, s.system = exits, false
				list = append(list, s)
				continue
			case in.Op == wasm.OpCall && names.copies(in.Index):
				s.class = copierCalls
				list = append(list, s)
				continue
			case in.Op == wasm.OpCall || in.Op == wasm.OpReturnCall:
				s.lock, s.heap, s.callee = names.lock(in.Index), names.heap(in.Index), in.Index
				if s.class = locks; s.lock == noLock {
					s.class = heapCalls
				}
				if !system && s.lock != noLock || s.heap != noHeap {
					list = append(list, s)
				}
				continue
			case heap != noHeap && (in.Op == wasm.OpReturn || in.Op == wasm.OpEnd && reader.Len() == 0):
				s.class, s.heap = heapReturns, heap
				list = append(list, s)
				continue
			}
			var ok bool
			if s.class, ok = classify(&in); !ok {
				continue
			}
			if s.size = in.Op.Info().Width; s.size > 0 { // others have no offset
				s.memory = in.Offset64
			}
			list = append(list, s)
		}
	}
	return &analysis{m, names, list}, nil
}

// An access is what a site does to memory, once.
type access struct {
	address, size uint64
	writes        bool
	from          uint64 // of a copy: where it reads
}

// access says what an instruction is about to do, by its operands.
func (s *site) access(operands *[3]uint64) access {
	a := access{address: operands[0] + s.memory, size: uint64(s.size), writes: s.class.writes()}
	switch s.class {
	case fills, copierCalls:
		a.size = operands[2]
	case copies:
		a.size, a.from = operands[2], operands[1]
	case locks:
		a.size = 4
	}
	return a
}

// fill says what point there is before an instruction, with the access that it is about to make.
func (s *site) fill(p *threads.Point, a access) {
	p.Kind, p.Site = threads.Access, s.offset
	if s.class == exits {
		p.Kind = threads.Exit
		return
	}
	p.Address, p.Size, p.Writes = a.address, int(a.size), a.writes
	if s.class.isSync() {
		p.Kind = threads.Sync
	}
}
