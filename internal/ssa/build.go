package ssa

import "weft/wasm"

// Building goes once over the body, with the operand stack and the locals as values.
// Before, a quick look finds which locals each block assigns (assigned.go): where
// branches meet, those and the block's results become parameters of the SSA block.
// Parameters that all branches hand the same value vanish afterwards (params.go).
// Code that cannot be reached is not built.

// A Builder builds the functions of modules, one after the other, in the same
// memory. The zero Builder is ready.
type Builder struct {
	// Plain asks for the plain form (plain.go).
	Plain bool

	env       *Env
	lowerings []lowering
	in        wasm.Instr
	*scope
	scopes    []*scope   // the function's, and those of calls in each other that are built in their places
	nesting   int        // the place of the current one among them
	notNull   []*Value   // of arguments of these: by their types
	inlinings []inlining // by function; inline.go
	growth    int        // bytes of bodies that are built in the places of calls and make the function larger

	f        *Func
	block    *Block // nil: the code here cannot be reached
	instance *Value

	stack       []*Value
	labels      []label
	saved       []*Value // locals and parameters as they were before an if
	index       int      // of the function, among those of the module's own
	args        []*Value // of what is being made
	results     []*Value // of the call that is being made
	signatures  []*Signature
	tries       int      // labels that are try_tables, or first parts of a try
	loops       int      // labels that are loops
	behind      *Block   // of the loop that comes next (see nextTurn)
	edgeArgs    int      // what all edges carry together
	early       []*Value // shared.go
	sharedTable [sharedSlots]*Value
	homes       homes // in the plain form
	failure     error
}

// A scope is what belongs to the one body that is being built.
type scope struct {
	reader     wasm.CodeReader
	own        int   // the function, among those of the module's own
	first      int32 // the position of the body's first byte (see Inlined)
	base       int   // the label of the body, among all
	locals     []*Value
	localTypes []Type
	localFacts []RefFacts
	assigned   assignedSets
	legacy     legacyTries
	construct  int // how many blocks have begun
	hints      []wasm.BranchHint
	declared   uint32 // the size of the declarations of locals, from whose beginning hints count
}

// maxValues and maxEdgeArgs bound the size of a function: blocks that nest deeply and assign
// many locals can make it much larger than its body.
const (
	maxValues   = 1 << 21
	maxEdgeArgs = 1 << 23
)

// maxLoops bounds how deeply loops nest. Passes look at each block once for each loop around it.
const maxLoops = 500

// Build builds a function that the module defines, by its index among those. The Func
// is good until the next call. An error is an [*Unsupported], in the plain form a [*TooLarge].
func (b *Builder) Build(env *Env, index int) (*Func, error) {
	if err := b.start(env, index); err != nil {
		return nil, err
	}
	b.checkpoint()
	return b.finish()
}

// start begins the function with its entry, and reads the body from its beginning.
func (b *Builder) start(env *Env, index int) error {
	m := env.Module
	fn := &m.Funcs[index]
	if b.f == nil {
		b.f = &Func{}
		b.lowerings = lowerings()
	}
	if b.env != env {
		b.env = env
		b.signatures = make([]*Signature, len(m.Types))
		b.inlinings = make([]inlining, len(m.Funcs))
	}
	b.f.reset()
	b.stack, b.labels, b.saved = b.stack[:0], b.labels[:0], b.saved[:0]
	b.index = index
	b.tries, b.loops, b.edgeArgs, b.growth, b.behind, b.failure = 0, 0, 0, 0, nil, nil
	b.early = b.early[:0]
	b.enterScope(0, index, 0)
	clear(b.sharedTable[:])

	b.f.Name = m.Names.Funcs[uint32(env.Space.ImportedFuncs+index)]
	b.f.Own = index
	b.f.Sig = b.signature(fn.Type)
	b.begin(b.f.NewBlock())
	b.instance = b.f.NewParam(b.block, I64)
	for i, t := range b.f.Sig.Params {
		p := b.f.NewParam(b.block, t)
		p.Ref = b.factsOf(m.FuncType(fn.Type).Params[i])
		b.locals = append(b.locals, p)
		b.localTypes = append(b.localTypes, t)
		b.localFacts = append(b.localFacts, p.Ref)
	}
	b.addLocals(fn)
	if err := b.scanAssigned(fn); err != nil {
		return err
	}
	if b.Plain {
		b.layHomes()
	}
	b.readBody(fn)
	b.labels = append(b.labels, label{kind: labelFunction, results: b.f.Sig.Results})
	return nil
}

// enterScope begins a body at a depth of calls.
func (b *Builder) enterScope(depth, own int, first int32) {
	if depth == len(b.scopes) {
		b.scopes = append(b.scopes, &scope{})
	}
	b.returnTo(depth)
	s := b.scope
	s.own, s.first, s.base, s.construct = own, first, len(b.labels), 0
	s.locals, s.localTypes, s.localFacts = s.locals[:0], s.localTypes[:0], s.localFacts[:0]
	if s.hints = nil; b.env.Hints != nil && len(b.env.Hints[own]) > 0 {
		s.hints, s.declared = b.env.Hints[own], uint32(wasm.LocalsSize(b.env.Module.Funcs[own].Locals))
	}
	b.in.Offset = 0
}

// returnTo goes on with the body at a depth of calls.
func (b *Builder) returnTo(depth int) { b.nesting, b.scope = depth, b.scopes[depth] }

// addLocals adds those of a body that are no parameters, which are zero.
func (b *Builder) addLocals(fn *wasm.Func) {
	var zeros [len(typeNames)]*Value
	for _, group := range fn.Locals {
		t := TypeOf(group.Type)
		if zeros[t] == nil && group.Count > 0 {
			zeros[t] = b.null(t)
		}
		for range group.Count {
			b.locals = append(b.locals, zeros[t])
			b.localTypes = append(b.localTypes, t)
			b.localFacts = append(b.localFacts, b.factsOf(group.Type))
		}
	}
}

// readBody makes the scope read a body from its beginning.
func (b *Builder) readBody(fn *wasm.Func) {
	b.reader.Reset(fn.Body, fn.BodyOffset, b.env.Features, b.env.Module.Dialect)
}

// finish builds what is left of the body.
func (b *Builder) finish() (*Func, error) {
	if err := b.body(); err != nil {
		return nil, err
	}
	if !b.bounded() {
		return nil, b.failure
	}
	b.placeShared()
	return b.f, nil
}

// body builds what is left of the scope's body.
func (b *Builder) body() error {
	for b.reader.Len() > 0 && b.bounded() {
		if err := b.reader.Next(&b.in); err != nil {
			return err
		}
		switch {
		case b.block == nil:
			b.skip()
		case b.Plain:
			b.plainInstruction()
		default:
			b.instruction()
		}
	}
	return nil
}

// bounded reports whether the function is still one that can be built. Instructions that have many edges ask
// between them.
func (b *Builder) bounded() bool {
	switch {
	case b.Plain && b.f.numValues > maxPlainValues:
		b.failure = &TooLarge{len(b.env.Module.Funcs[b.index].Body)}
	case !b.Plain && (b.f.numValues > maxValues || b.edgeArgs > maxEdgeArgs):
		b.unsupported("a function of this size", wasm.MVP)
	}
	return b.failure == nil
}

// unsupported notes that the function cannot be built. What follows has no meaning.
func (b *Builder) unsupported(what string, feature wasm.Features) {
	if b.failure == nil {
		b.failure = &Unsupported{What: what, Feature: feature}
	}
}

// begin makes a block the one to which values are added.
func (b *Builder) begin(block *Block) {
	b.f.Blocks = append(b.f.Blocks, block)
	b.block = block
}

// add adds a new value to the current block.
func (b *Builder) add(op Op, t Type, aux int64, args ...*Value) *Value {
	v := b.f.NewValue(op, t, aux, args...)
	v.Pos = b.position()
	return b.block.Add(v)
}

// position returns that of the instruction which is being built.
func (b *Builder) position() int32 { return b.first + int32(b.in.Offset) }

// constant returns a number.
func (b *Builder) constant(t Type, bits uint64) *Value { return b.shared(OpConst, t, int64(bits)) }

// null returns a null reference, or the zero of a local. Each has types of its own (see RefFacts).
func (b *Builder) null(t Type) *Value { return b.add(OpConst, t, 0) }

// signature returns the signature of a function type of the module.
func (b *Builder) signature(typeIndex uint32) *Signature {
	if s := b.signatures[typeIndex]; s != nil {
		return s
	}
	b.signatures[typeIndex] = SignatureOf(b.env.Module.FuncType(typeIndex))
	return b.signatures[typeIndex]
}

func (b *Builder) push(v *Value) {
	if b.Plain {
		b.placeElement(len(b.stack), v.Type, v.Ref)
	}
	b.stack = append(b.stack, v)
}

func (b *Builder) pop() *Value {
	v := b.elementAt(len(b.stack) - 1)
	b.stack = b.stack[:len(b.stack)-1]
	return v
}

// top returns the topmost value, which stays.
func (b *Builder) top() *Value {
	v := b.pop()
	b.push(v)
	return v
}

// elementAt returns the value at a depth of the operand stack.
func (b *Builder) elementAt(depth int) *Value {
	if v := b.stack[depth]; v != nil {
		return v
	}
	return b.fromHome(b.homes.stack[depth])
}

// popN removes the topmost n values and returns them; they hold until the next push.
func (b *Builder) popN(n int) []*Value {
	at := len(b.stack) - n
	values := b.stack[at:]
	for i := range values {
		values[i] = b.elementAt(at + i)
	}
	b.stack = b.stack[:at]
	return values
}

// compare adds a comparison of integers.
func (b *Builder) compare(c Cond, x, y *Value) *Value { return b.add(OpIcmp, I32, int64(c), x, y) }

func (b *Builder) trapIf(condition *Value, code wasm.TrapCode) {
	b.add(OpTrapIf, Void, int64(code), condition)
}

func (b *Builder) trapUnless(condition *Value, code wasm.TrapCode) {
	b.add(OpTrapUnless, Void, int64(code), condition)
}

// trap ends the current block with a trap.
func (b *Builder) trap(code wasm.TrapCode) {
	b.add(OpTrap, Void, int64(code))
	b.block.Cold = true
	b.block = nil
}

// widen returns an address or length as an i64.
func (b *Builder) widen(v *Value) *Value {
	if v.Type == I32 {
		return b.add(OpExtendU, I64, 0, v)
	}
	return v
}

// narrow returns an i64 as an address or length of a memory or table.
func (b *Builder) narrow(v *Value, limits wasm.Limits) *Value {
	if limits.Is64 {
		return v
	}
	return b.add(OpWrap, I32, 0, v)
}
