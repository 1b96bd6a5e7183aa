package ssa

import (
	"slices"

	"weft/wasm"
)

// A Value is an operation in a block.
type Value struct {
	ID   int32 // below Func.NumValues
	Op   Op
	Type Type // of the result
	Mem  Mem  // of a memory access
	// Ref is what the builder knows of a reference.
	Ref RefFacts
	// Pos is the position of the instruction that the value came from (see Inlined).
	Pos  int32
	Aux  int64
	Args []*Value
	// Sig are the types that a call takes, behind what the operation itself takes,
	// and returns.
	Sig   *Signature
	Block *Block

	room [3]*Value // for Args
}

// Cond returns the comparison of an OpIcmp or OpFcmp.
func (v *Value) Cond() Cond { return Cond(v.Aux) }

// A Signature lists the types of what a call takes and returns.
type Signature struct{ Params, Results []Type }

// TypeOf returns the type of the values of a type of WebAssembly.
func TypeOf(t wasm.ValType) Type {
	switch t {
	case wasm.I32:
		return I32
	case wasm.F32:
		return F32
	case wasm.F64:
		return F64
	case wasm.V128:
		return V128
	}
	return I64
}

// SignatureOf returns the signature for a function type.
func SignatureOf(t wasm.FuncType) *Signature {
	s := &Signature{Params: make([]Type, len(t.Params)), Results: make([]Type, len(t.Results))}
	for i, p := range t.Params {
		s.Params[i] = TypeOf(p)
	}
	for i, r := range t.Results {
		s.Results[i] = TypeOf(r)
	}
	return s
}

// An Edge is a way from a block to another, with the arguments for its parameters.
type Edge struct {
	To   *Block
	Args []*Value
}

// A Block is a sequence of values of which the last is a terminator.
type Block struct {
	ID     int32
	Params []*Value
	Values []*Value
	Succs  []Edge
	Preds  []*Block // a block that has two edges here is there twice
	// LoopDepth is the number of loops around the block, IsLoop says that the
	// block is the header of one.
	LoopDepth int32
	IsLoop    bool
	// Cold blocks are unlikely to run.
	Cold bool
	// Pad is for the blocks that an Invoke reaches by itself.
	Pad PadKind

	arrivals []*Value // schedule: what moves here
}

// A PadKind says how a block is reached from an OpInvoke.
type PadKind uint8

const (
	NotPad PadKind = iota
	// PadValues arrive in the places of the results of a call whose results are
	// the block's parameters.
	PadValues
	// PadException is a clause of a try_table: the exception's payload is in the slots of
	// the context's Args, and behind it the reference to the exception if the clause wants it.
	PadException
)

// Terminator returns the block's last value.
func (b *Block) Terminator() *Value { return b.Values[len(b.Values)-1] }

// A Func is a function. Blocks[0] is the entry; its parameters are the instance and then
// those of the function.
type Func struct {
	Name   string
	Own    int // its number among those that the module defines
	Sig    *Signature
	Blocks []*Block
	// Sites are the resume sites, by the lower half of Aux of OpResume and OpResumeThrow.
	Sites []ResumeSite
	// Catches are the clauses of the try_tables around a call, from the innermost on, by Aux
	// of OpInvoke. Catches[0] is empty. Their pads are the last successors.
	Catches [][]wasm.Catch
	// Inlined are the calls that are built as their callees' bodies.
	Inlined Inlined
	// Vectors are the constants of type V128, by Aux-1; Aux 0 is zero.
	Vectors []Vector
	// Plain says that the function is in the plain form (plain.go), Homes how many slots its homes take.
	Plain bool
	Homes int32

	vectorIndex map[Vector]int64
	numValues   int32
	numBlocks   int32
	values      Arena[Value]
	blocks      Arena[Block]
	refs        Arena[*Value] // from which argument lists are cut
}

// A ResumeSite lists the clauses of a resume. Those with a label have their pads in the
// successors of the OpInvoke, in order, from Succs[1] on.
type ResumeSite struct {
	// Named says that the clauses are for suspensions to the handler by its name only.
	Named bool
	// Tagged says that the clauses are for tags that are values, of which the types stand in their place.
	Tagged  bool
	Clauses []wasm.Handler
}

// NumValues returns a number above the ID of every value.
func (f *Func) NumValues() int { return int(f.numValues) }

// NumBlocks returns a number above the ID of every block.
func (f *Func) NumBlocks() int { return int(f.numBlocks) }

// NewBlock makes a block that is not yet in Blocks.
func (f *Func) NewBlock() *Block {
	b := &f.blocks.Cut(1)[0]
	*b = Block{ID: f.numBlocks, Params: b.Params[:0], Values: b.Values[:0], Succs: b.Succs[:0], Preds: b.Preds[:0],
		arrivals: b.arrivals[:0]}
	f.numBlocks++
	return b
}

// NewValue makes a value that is not yet in a block.
func (f *Func) NewValue(op Op, t Type, aux int64, args ...*Value) *Value {
	v := &f.values.Cut(1)[0]
	*v = Value{ID: f.numValues, Op: op, Type: t, Aux: aux}
	f.numValues++
	if len(args) <= len(v.room) {
		v.Args = append(v.room[:0], args...)
	} else {
		v.Args = append(f.newArgs(len(args)), args...)
	}
	return v
}

// forget takes back a value that nothing refers to, if it is the last that was made. What passes only try would else
// make their lists by ID longer.
func (f *Func) forget(v *Value) {
	if v.ID == f.numValues-1 && f.values.Return() {
		f.numValues--
	}
}

// newArgs returns an empty list with room for n values.
func (f *Func) newArgs(n int) []*Value { return f.refs.Cut(n)[:0] }

// reset makes the function empty, to be built anew in the same memory.
func (f *Func) reset() {
	f.values.Reset()
	f.blocks.Reset()
	f.refs.Reset()
	clear(f.vectorIndex)
	*f = Func{Blocks: f.Blocks[:0], Sites: f.Sites[:0], Catches: f.Catches[:0], Vectors: f.Vectors[:0],
		Inlined: f.Inlined[:0], vectorIndex: f.vectorIndex,
		values: f.values, blocks: f.blocks, refs: f.refs}
}

// Add appends a value to a block.
func (b *Block) Add(v *Value) *Value {
	v.Block = b
	b.Values = append(b.Values, v)
	return v
}

// insert adds a value at the beginning of a block.
func (b *Block) insert(v *Value) {
	v.Block = b
	b.Values = slices.Insert(b.Values, 0, v)
}

// NewParam adds a parameter to a block.
func (f *Func) NewParam(b *Block, t Type) *Value {
	v := f.NewValue(OpParam, t, 0)
	v.Block = b
	b.Params = append(b.Params, v)
	return v
}

// AddEdge adds a successor to a block.
func (f *Func) AddEdge(from, to *Block, args ...*Value) {
	list := append(f.newArgs(len(args)), args...)
	from.Succs = append(from.Succs, Edge{To: to, Args: list})
	to.Preds = append(to.Preds, from)
}

// linkPreds finds the predecessors of all blocks anew: to look for one among them takes long where there
// are many.
func (f *Func) linkPreds() {
	for _, b := range f.Blocks {
		b.Preds = b.Preds[:0]
	}
	for _, b := range f.Blocks {
		for _, e := range b.Succs {
			e.To.Preds = append(e.To.Preds, b)
		}
	}
}

// HasOnePred reports whether all edges to a block come from one. Its first and last predecessor tell: they are listed
// in the order of their blocks.
func (b *Block) HasOnePred() bool {
	return len(b.Preds) > 0 && b.Preds[0] == b.Preds[len(b.Preds)-1]
}

// Commutes reports whether the two arguments may be swapped.
func (v *Value) Commutes() bool {
	return v.Op.Info().Commutative || (v.Op == OpFadd || v.Op == OpFmul) && (v.Args[0].isNumber() || v.Args[1].isNumber())
}

// isNumber reports whether a value is a constant float, and not a NaN.
func (v *Value) isNumber() bool {
	switch {
	case v.Op != OpConst:
		return false
	case v.Type == F32:
		return uint32(v.Aux)&^(1<<31) <= 0x7f800000
	}
	return uint64(v.Aux)&^(1<<63) <= 0x7ff0000000000000
}
