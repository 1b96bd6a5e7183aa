package codegen

import (
	"weft/internal/ssa"
	"weft/wasm"
)

// Code is the machine code of a function.
type Code struct {
	Bytes     []byte
	FrameSize int
	// Sites are sorted by Offset.
	Sites []Site
	// Details are those of the sites that have one.
	Details []Detail
	// Calls are the places of 4-byte displacements that are to be filled in, relative to
	// their ends.
	Calls []Relocation
	// Prologue is the number of bytes before the frame exists.
	Prologue int
	// Grow is the offset of what follows the call of the grow stub, where the frame
	// does not exist either; 0 if the function does not check its stack.
	Grow int
	// Indivisible says that there are rows of instructions in the code between which nothing else may use the context.
	Indivisible bool
	// Catches are lists of clauses of try_tables, which sites name.
	Catches [][]wasm.Catch
	// Resumes are the function's resume sites.
	Resumes []ssa.ResumeSite
	// Inlined are the calls that are built as their callees' bodies, and Marks, sorted by Offset, say where in the code
	// what belongs to one of them begins, or to the function itself, or what stands behind the function.
	Inlined ssa.Inlined
	Marks   []Mark
}

// A Site is a place in the code at which something can happen. There are many, so what few have is in a Detail, and the
// list has no pointers for Go's collector to look at.
type Site struct {
	// Offset in Bytes: of what follows a call, or of an instruction that may fault.
	Offset uint32
	// Pos is the position in the function's body, or in one of Inlined.
	Pos int32
	// detail is 1 + the index of the site's detail; 0 if it has none.
	detail int32
	// Trap is the trap that a fault stands for, or that a call of the trap stub reports;
	// TrapNone for calls.
	Trap wasm.TrapCode
	// Fault says that the site is of an instruction that may fault. It may follow a call: then
	// both have a site at that offset, the call first.
	Fault bool
	// Switch tells the switches of stacks from other calls.
	Switch SwitchKind
}

// A Mark gives an offset in the code a position.
type Mark struct {
	Offset uint32
	Pos    int32
}

// A Detail has what only switches of stacks and calls inside of try_tables have.
type Detail struct {
	// Pads are the offsets of the landing pads of an invoke, in the order of the successors.
	Pads []uint32
	// Catches is the index in the function's list (ssa.Func.Catches) of the clauses to which
	// the last pads belong; Catches[0] is empty.
	Catches int32
	// Number is, for a switch of stacks, what it is about: a tag, a type or a resume site.
	Number int64
}

// Detail returns what there is of a site besides itself, given the details of its function. It is not to be changed.
func (s *Site) Detail(of []Detail) *Detail {
	if s.detail == 0 {
		return new(Detail)
	}
	return &of[s.detail-1]
}

// AddDetail returns the detail of a site, to be changed: a new one, if it has none.
func (s *Site) AddDetail(to *[]Detail) *Detail {
	if s.detail == 0 {
		*to = append(*to, Detail{})
		s.detail = int32(len(*to))
	}
	return &(*to)[s.detail-1]
}

// A SwitchKind is what a site does to stacks.
type SwitchKind uint8

const (
	NoSwitch SwitchKind = iota
	Resume              // the code at the site begins with a mark
	Suspend
	SuspendTo
	SuspendTag
	SwitchTo
)

// A Relocation is a call of a function of the same module.
type Relocation struct {
	Offset uint32
	Func   uint32 // index among the module's own functions
	// Indirect says that the call goes through the record of the function, as long as
	// nobody makes it direct.
	Indirect bool
}
