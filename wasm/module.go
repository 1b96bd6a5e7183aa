package wasm

// A Module is the abstract syntax of a module, with function bodies and
// constant expressions kept as the bytes of the binary format.
//
// Index spaces begin with the imports: function i is imported if
// i < NumImports(ExternFunc), and otherwise is Funcs[i-NumImports(ExternFunc)].
type Module struct {
	Types     []SubType
	RecGroups []RecGroup // a partition of Types, in order

	Imports  []Import
	Funcs    []Func
	Tables   []Table
	Memories []MemoryType
	Tags     []uint32 // function type of each
	Globals  []Global
	Exports  []Export
	Start    *Start
	Elems    []Elem
	// DataCount is the number of data segments announced before the code, or -1.
	// The instructions that name a data segment need it.
	DataCount int
	Datas     []Data

	Names   Names
	Customs []Custom
	// CodeOffset is the offset in the binary of the contents of the code section,
	// which is where the addresses of debug information count from; 0 for a module
	// that was not read from a binary.
	CodeOffset int

	// Features that change how bytes are read. Only [TypedContinuations2023]
	// does; see [CodeReader].
	Dialect Features
}

// An Import asks for a value from outside.
type Import struct {
	Module, Name string
	Kind         ExternKind
	Type         uint32 // ExternFunc, ExternTag: function type
	Exact        bool   // ExternFunc: a function of a type that only extends that one does not do
	Table        TableType
	Memory       MemoryType
	Global       GlobalType
	Offset       int // of the entry in the binary

	// Form is how the import is written, which has no other meaning.
	Form ImportForm
	// Follows says that the import is in one list with the import before it, if
	// that has the same form and module.
	Follows bool
}

// A Func is a function defined in the module.
type Func struct {
	Type   uint32
	Locals []LocalGroup
	// Body is the expression with its final end. BodyOffset is the offset of
	// its first byte in the binary, so that errors and stack traces can name it.
	Body       []byte
	BodyOffset int
	// Positions are the places in the source text of the instructions of Body,
	// in order; empty for a module that was read from a binary.
	Positions []Position
}

// LocalGroup declares Count locals of the same type.
type LocalGroup struct {
	Count uint32
	Type  ValType
}

// NumLocals returns the number of declared locals, without parameters.
func (f *Func) NumLocals() int {
	n := 0
	for _, g := range f.Locals {
		n += int(g.Count)
	}
	return n
}

// A Position says where in the source text the instruction at an offset of a
// body stands.
type Position struct {
	Offset       uint32 // in the body
	Line, Column uint32 // 1-based
}

// PositionAt returns the position of the instruction that the byte at an
// offset of the body belongs to.
func (f *Func) PositionAt(offset int) (Position, bool) {
	lo, hi := 0, len(f.Positions)
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); int(f.Positions[mid].Offset) <= offset {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return Position{}, false
	}
	return f.Positions[lo-1], true
}

// A ConstExpr is a constant expression with its final end. An empty Body means
// that there is none.
type ConstExpr struct {
	Body   []byte
	Offset int // of the first byte in the binary
}

// I32 returns the value of an expression that is one i32.const; false for all others. Programs have a hundred
// thousand of them, as the places of their data.
func (x *ConstExpr) I32() (int32, bool) {
	if len(x.Body) < 3 || x.Body[0] != byte(Instructions[OpI32Const].Code) {
		return 0, false
	}
	r := Reader{Buf: x.Body, Pos: 1}
	v, err := r.Signed(32)
	if err != nil || r.Len() != 1 || x.Body[r.Pos] != byte(Instructions[OpEnd].Code) {
		return 0, false
	}
	return int32(v), true
}

// A Table is a table defined in the module. Without Init its elements are null.
type Table struct {
	Type TableType
	Init ConstExpr
}

// A Global is a global defined in the module.
type Global struct {
	Type GlobalType
	Init ConstExpr
}

// An Export gives a name to a value of the module.
type Export struct {
	Name  string
	Kind  ExternKind
	Index uint32
}

// Start names the function that is called at the end of instantiation.
type Start struct {
	Func uint32
}

// SegmentMode says what happens to a segment at instantiation.
type SegmentMode uint8

const (
	Passive     SegmentMode = iota // nothing; instructions use it later
	Active                         // it is copied to a table or memory, then dropped
	Declarative                    // it only declares functions that ref.func may name
)

// An Elem is an element segment. Either Funcs or Exprs has its elements.
type Elem struct {
	Mode      SegmentMode
	Table     uint32
	OffsetPos ConstExpr // Active: where it goes
	Type      ValType
	Funcs     []uint32 // elements as function indices; then Exprs is nil and Type is a func type
	Exprs     []ConstExpr
	// TableIndexed says that the binary names table and type explicitly although
	// it need not, so that encoding gives back the bytes that were decoded.
	TableIndexed bool
}

// ByIndex reports whether the elements are function indices. Their type is then
// (ref func), as an index is never null.
func (e *Elem) ByIndex() bool {
	return e.Exprs == nil && (len(e.Funcs) > 0 || e.Type.Heap == HeapFunc)
}

// A Data is a data segment.
type Data struct {
	Mode SegmentMode
	// MemoryIndexed says that the binary names memory 0 explicitly.
	MemoryIndexed bool
	Memory        uint32
	OffsetPos     ConstExpr // Active: where it goes
	Bytes         []byte
}

// SectionID is the identifier of a section of the binary format.
type SectionID uint8

const (
	SectionCustom SectionID = iota
	SectionType
	SectionImport
	SectionFunction
	SectionTable
	SectionMemory
	SectionGlobal
	SectionExport
	SectionStart
	SectionElement
	SectionCode
	SectionData
	SectionDataCount
	SectionTag
)

// SectionOrder lists the sections in the order in which they stand in a binary.
var SectionOrder = [...]SectionID{SectionType, SectionImport, SectionFunction, SectionTable,
	SectionMemory, SectionTag, SectionGlobal, SectionExport, SectionStart, SectionElement,
	SectionDataCount, SectionCode, SectionData}

// A Custom is a custom section other than a well-formed name section.
type Custom struct {
	Name  string
	Data  []byte
	After SectionID // the section it follows; SectionCustom for the beginning
}

// NumImports returns the number of imports of a kind.
func (m *Module) NumImports(kind ExternKind) int {
	n := 0
	for i := range m.Imports {
		if m.Imports[i].Kind == kind {
			n++
		}
	}
	return n
}

// FuncType returns the function type at a type index that is known to hold one.
func (m *Module) FuncType(typeIndex uint32) FuncType { return m.Types[typeIndex].Comp.Func }

// UndescribedFields is that of [TypeSet] for a type of the module.
func (m *Module) UndescribedFields(typeIndex uint32) int {
	t := &m.Types[typeIndex]
	for len(t.Supers) > 0 {
		if t = &m.Types[t.Supers[0]]; !t.Comp.Descriptor.Given {
			return len(t.Comp.Fields)
		}
	}
	return 0
}

// ContFuncType returns the function type beneath a continuation type.
func (m *Module) ContFuncType(typeIndex uint32) FuncType {
	return m.FuncType(uint32(m.Types[typeIndex].Comp.Cont))
}

// AddressSpace is the flattened index spaces of a module: the type of every
// function, table, memory, global and tag, imports first.
type AddressSpace struct {
	Funcs    []uint32
	Tables   []TableType
	Memories []MemoryType
	Globals  []GlobalType
	Tags     []uint32
	// ImportedFuncs, ImportedGlobals and ImportedTags say how many of the first are imports.
	ImportedFuncs, ImportedGlobals, ImportedTags int
	// inexact has, for each function that is imported, whether its own type may extend the one in Funcs.
	inexact []bool
}

// ExactFunc reports whether the type in Funcs is the function's own: that of the module's functions is, and that of an
// import if it asks for that.
func (s *AddressSpace) ExactFunc(index uint32) bool {
	return uint64(index) >= uint64(len(s.inexact)) || !s.inexact[index]
}

// AddressSpace returns the index spaces of m.
func (m *Module) AddressSpace() *AddressSpace {
	s := &AddressSpace{}
	for i := range m.Imports {
		switch im := &m.Imports[i]; im.Kind {
		case ExternFunc:
			s.Funcs = append(s.Funcs, im.Type)
			s.inexact = append(s.inexact, !im.Exact)
		case ExternTable:
			s.Tables = append(s.Tables, im.Table)
		case ExternMemory:
			s.Memories = append(s.Memories, im.Memory)
		case ExternGlobal:
			s.Globals = append(s.Globals, im.Global)
		case ExternTag:
			s.Tags = append(s.Tags, im.Type)
		}
	}
	s.ImportedFuncs, s.ImportedGlobals, s.ImportedTags = len(s.Funcs), len(s.Globals), len(s.Tags)
	for i := range m.Funcs {
		s.Funcs = append(s.Funcs, m.Funcs[i].Type)
	}
	for i := range m.Tables {
		s.Tables = append(s.Tables, m.Tables[i].Type)
	}
	s.Memories = append(s.Memories, m.Memories...)
	for i := range m.Globals {
		s.Globals = append(s.Globals, m.Globals[i].Type)
	}
	s.Tags = append(s.Tags, m.Tags...)
	return s
}
