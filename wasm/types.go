package wasm

import (
	"fmt"
	"strings"
)

// Kind is the class of a value or storage type. Its values are the bytes of
// the binary format.
type Kind uint8

const (
	KindNone Kind = 0    // no type
	KindBot  Kind = 1    // bottom: subtype of all types, only inside the validator
	KindI32  Kind = 0x7F //
	KindI64  Kind = 0x7E
	KindF32  Kind = 0x7D
	KindF64  Kind = 0x7C
	KindV128 Kind = 0x7B
	KindI8   Kind = 0x78 // only as a field of a struct or array
	KindI16  Kind = 0x77 // only as a field of a struct or array
	KindRef  Kind = 0x64
)

// HeapType says what a reference refers to. A value that is not negative is an
// index into the module's types; the abstract heap types are the negative
// numbers that the binary format gives them.
type HeapType int32

const (
	HeapNoCont    HeapType = -0x0B
	HeapNoExn     HeapType = -0x0C
	HeapNoFunc    HeapType = -0x0D
	HeapNoExtern  HeapType = -0x0E
	HeapNone      HeapType = -0x0F
	HeapFunc      HeapType = -0x10
	HeapExtern    HeapType = -0x11
	HeapAny       HeapType = -0x12
	HeapEq        HeapType = -0x13
	HeapI31       HeapType = -0x14
	HeapStruct    HeapType = -0x15
	HeapArray     HeapType = -0x16
	HeapExn       HeapType = -0x17
	HeapCont      HeapType = -0x18
	HeapHandler   HeapType = -0x19
	HeapNoHandler HeapType = -0x1A
	HeapTag       HeapType = -0x25
	HeapNoTag     HeapType = -0x26
	HeapBot       HeapType = -0x40 // bottom of every hierarchy, only inside the validator
)

// heapNames gives the keyword of each abstract heap type and of the short form
// of the nullable reference to it.
var heapNames = map[HeapType]struct{ heap, ref string }{
	HeapNoCont: {"nocont", "nullcontref"}, HeapNoExn: {"noexn", "nullexnref"},
	HeapNoFunc: {"nofunc", "nullfuncref"}, HeapNoExtern: {"noextern", "nullexternref"},
	HeapNone: {"none", "nullref"}, HeapFunc: {"func", "funcref"}, HeapExtern: {"extern", "externref"},
	HeapAny: {"any", "anyref"}, HeapEq: {"eq", "eqref"}, HeapI31: {"i31", "i31ref"},
	HeapStruct: {"struct", "structref"}, HeapArray: {"array", "arrayref"}, HeapExn: {"exn", "exnref"},
	HeapCont: {"cont", "contref"}, HeapHandler: {"handler", "handlerref"}, HeapNoHandler: {"nohandler", "nullhandlerref"},
	HeapTag: {"tag", "tagref"}, HeapNoTag: {"notag", "nulltagref"},
	HeapBot: {"bot", "botref"},
}

// IsIndex reports whether h is an index into the module's types.
func (h HeapType) IsIndex() bool { return h >= 0 }

// IsAbstract reports whether h is one of the heap types that has a name.
func (h HeapType) IsAbstract() bool { _, ok := heapNames[h]; return ok && h != HeapBot }

// Feature returns the proposal that an abstract heap type belongs to.
func (h HeapType) Feature() Features {
	switch h {
	case HeapFunc, HeapExtern:
		return ReferenceTypes
	case HeapExn, HeapNoExn:
		return Exceptions
	case HeapCont, HeapNoCont:
		return StackSwitching
	case HeapHandler, HeapNoHandler:
		return NamedHandlers
	case HeapTag, HeapNoTag:
		return TagValues
	}
	return GC
}

func (h HeapType) String() string {
	if h.IsIndex() {
		return fmt.Sprint(int32(h))
	}
	if n, ok := heapNames[h]; ok {
		return n.heap
	}
	return fmt.Sprintf("heap type %#x", int32(h))
}

// HeapTypeByName returns the abstract heap type with the given keyword.
func HeapTypeByName(name string) (HeapType, bool) {
	for h, n := range heapNames {
		if n.heap == name && h != HeapBot {
			return h, true
		}
	}
	return 0, false
}

// RefTypeByName returns the reference type with the given short name, such as
// funcref or nullexnref.
func RefTypeByName(name string) (ValType, bool) {
	for h, n := range heapNames {
		if n.ref == name && h != HeapBot {
			return RefNull(h), true
		}
	}
	return ValType{}, false
}

// ValType is a value type, or with the kinds KindI8 and KindI16 a storage
// type. Nullable, Exact and Heap have a meaning only for KindRef and are zero
// otherwise, so that types of one module can be compared with ==.
type ValType struct {
	Kind     Kind
	Nullable bool
	// Exact says that the heap type is (exact x): what is of type x, but not of one that
	// extends it. Heap is an index then.
	Exact bool
	Heap  HeapType
}

// The types that have no parts.
var (
	I32       = ValType{Kind: KindI32}
	I64       = ValType{Kind: KindI64}
	F32       = ValType{Kind: KindF32}
	F64       = ValType{Kind: KindF64}
	V128      = ValType{Kind: KindV128}
	I8        = ValType{Kind: KindI8}
	I16       = ValType{Kind: KindI16}
	Bot       = ValType{Kind: KindBot}
	FuncRef   = RefNull(HeapFunc)
	ExternRef = RefNull(HeapExtern)
	ExnRef    = RefNull(HeapExn)
	ContRef   = RefNull(HeapCont)
)

// Ref returns the type (ref h).
func Ref(h HeapType) ValType { return ValType{Kind: KindRef, Heap: h} }

// ExactRef returns the type (ref (exact h)); h is an index.
func ExactRef(h HeapType) ValType { return ValType{Kind: KindRef, Exact: true, Heap: h} }

// RefNull returns the type (ref null h).
func RefNull(h HeapType) ValType { return ValType{Kind: KindRef, Nullable: true, Heap: h} }

// IsRef reports whether t is a reference type.
func (t ValType) IsRef() bool { return t.Kind == KindRef }

// IsPacked reports whether t is i8 or i16.
func (t ValType) IsPacked() bool { return t.Kind == KindI8 || t.Kind == KindI16 }

// Unpacked returns the value type of a field of type t.
func (t ValType) Unpacked() ValType {
	if t.IsPacked() {
		return I32
	}
	return t
}

// HasDefault reports whether t has a default value, zero or null.
func (t ValType) HasDefault() bool { return t.Kind != KindRef || t.Nullable }

// Feature returns the proposal that t belongs to.
func (t ValType) Feature() Features {
	switch t.Kind {
	case KindV128:
		return SIMD
	case KindI8, KindI16:
		return GC
	case KindRef:
		if t.Exact {
			return CustomDescriptors
		}
		if t.Heap.IsIndex() || !t.Nullable {
			return FunctionReferences
		}
		return t.Heap.Feature()
	}
	return MVP
}

// Slots returns the number of 64-bit slots that a value of type t takes.
func (t ValType) Slots() int {
	if t.Kind == KindV128 {
		return 2
	}
	return 1
}

func (t ValType) String() string {
	switch t.Kind {
	case KindNone:
		return "none"
	case KindBot:
		return "bot"
	case KindI32:
		return "i32"
	case KindI64:
		return "i64"
	case KindF32:
		return "f32"
	case KindF64:
		return "f64"
	case KindV128:
		return "v128"
	case KindI8:
		return "i8"
	case KindI16:
		return "i16"
	}
	if n, ok := heapNames[t.Heap]; ok && t.Nullable {
		return n.ref
	}
	s := t.Heap.String()
	if t.Exact {
		s = "(exact " + s + ")"
	}
	if t.Nullable {
		return "(ref null " + s + ")"
	}
	return "(ref " + s + ")"
}

// AsNonNull returns the type of the values of t that are not null; t is a reference type.
func (t ValType) AsNonNull() ValType {
	t.Nullable = false
	return t
}

// TypesString formats a list of types as the specification does: [i32 i64].
func TypesString(types []ValType) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, t := range types {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.String())
	}
	b.WriteByte(']')
	return b.String()
}

// SlotCount returns the number of slots that a list of values takes.
func SlotCount(types []ValType) int {
	n := 0
	for _, t := range types {
		n += t.Slots()
	}
	return n
}

// FieldType is the type of a field of a struct or of the elements of an array.
type FieldType struct {
	Type    ValType
	Mutable bool
}

// CompKind is the form of a composite type; its values are the bytes of the
// binary format.
type CompKind uint8

const (
	CompFunc    CompKind = 0x60
	CompStruct  CompKind = 0x5F
	CompArray   CompKind = 0x5E
	CompCont    CompKind = 0x5D
	CompHandler CompKind = 0x5C
	CompTag     CompKind = 0x5B
)

func (k CompKind) String() string {
	switch k {
	case CompFunc:
		return "func"
	case CompStruct:
		return "struct"
	case CompArray:
		return "array"
	case CompCont:
		return "cont"
	case CompHandler:
		return "handler"
	case CompTag:
		return "tag"
	}
	return fmt.Sprintf("composite type %#x", uint8(k))
}

// FuncType is the type of functions, tags and blocks.
type FuncType struct {
	Params, Results []ValType
}

func (t FuncType) String() string {
	return TypesString(t.Params) + " -> " + TypesString(t.Results)
}

// CompType is a composite type. Kind says which of the other fields is used.
type CompType struct {
	Kind   CompKind
	Func   FuncType    // CompFunc; CompHandler has only results: those of whoever resumed with the handler
	Fields []FieldType // CompStruct; CompArray has exactly one
	Cont   HeapType    // CompCont, CompTag: the function type, an index once validated

	// Describes and Descriptor are clauses of CompStruct (proposal custom descriptors): every
	// object of this type has an object of the type Descriptor that describes it, and every
	// object of this type may describe objects of the type Describes.
	Describes, Descriptor TypeClause
}

// A TypeClause is what (describes x) or (descriptor x) says; its zero value is that there is no
// such clause.
type TypeClause struct {
	Given bool
	Type  HeapType // an index
}

// SubType is a defined type: a composite type, what it extends, and whether it
// may be extended.
type SubType struct {
	Final  bool
	Supers []uint32 // at most one in a valid module
	Comp   CompType
}

// RecGroup is a run of types that were defined together and may refer to each
// other: the half-open interval [Start, End) of type indices.
type RecGroup struct {
	Start, End int
}

// Limits bound the size of a memory in pages or of a table in elements.
type Limits struct {
	Min    uint64
	Max    uint64 // meaningful if HasMax
	HasMax bool
	Is64   bool // addresses are i64 (memory64)
	Shared bool // threads; memories only
}

// AddrType returns the type of addresses: i32 or i64.
func (l Limits) AddrType() ValType {
	if l.Is64 {
		return I64
	}
	return I32
}

func (l Limits) String() string {
	s := fmt.Sprint(l.Min)
	if l.Is64 {
		s = "i64 " + s
	}
	if l.HasMax {
		s += fmt.Sprintf(" %d", l.Max)
	}
	if l.Shared {
		s += " shared"
	}
	return s
}

// DefaultPageLog2 is the binary logarithm of the ordinary page size, 64 KiB.
const DefaultPageLog2 = 16

// MemoryType is the type of a memory.
type MemoryType struct {
	Limits   Limits
	PageLog2 uint8 // binary logarithm of the page size in bytes: 16, or 0 with custom page sizes
}

func (t MemoryType) String() string {
	s := t.Limits.String()
	if t.PageLog2 != DefaultPageLog2 {
		s += fmt.Sprintf(" (pagesize %d)", uint64(1)<<t.PageLog2)
	}
	return s
}

// TableType is the type of a table.
type TableType struct {
	Limits Limits
	Elem   ValType
}

func (t TableType) String() string { return t.Limits.String() + " " + t.Elem.String() }

// GlobalType is the type of a global.
type GlobalType struct {
	Type    ValType
	Mutable bool
}

func (t GlobalType) String() string {
	if t.Mutable {
		return "(mut " + t.Type.String() + ")"
	}
	return t.Type.String()
}

// ExternKind is the kind of an import or export; its values are the bytes of
// the binary format.
type ExternKind uint8

const (
	ExternFunc ExternKind = iota
	ExternTable
	ExternMemory
	ExternGlobal
	ExternTag
)

func (k ExternKind) String() string {
	return [...]string{"func", "table", "memory", "global", "tag"}[k]
}
