package ssa

import "fmt"

// Verify checks that a function is well-formed: edges and predecessors agree, arguments
// have the types that operations and parameters want, and definitions dominate their
// uses. The error names the first place that is not.
func Verify(f *Func) error {
	v := verifier{f: f, defined: make([]int32, f.NumValues())}
	return v.run()
}

type verifier struct {
	f       *Func
	dom     domTree
	defined []int32 // by value: 1 + position in its block, parameters 1
	listed  []bool  // by block
}

func (v *verifier) run() error {
	f := v.f
	v.listed = make([]bool, f.NumBlocks())
	for _, b := range f.Blocks {
		if v.listed[b.ID] {
			return fmt.Errorf("b%d is listed twice", b.ID)
		}
		v.listed[b.ID] = true
		for _, p := range b.Params {
			if p.Op != OpParam || p.Block != b || p.Type == Void {
				return fmt.Errorf("b%d: v%d is no parameter of it", b.ID, p.ID)
			}
			v.defined[p.ID] = 1
		}
		for i, x := range b.Values {
			if x.Block != b {
				return fmt.Errorf("b%d: v%d says that it is elsewhere", b.ID, x.ID)
			}
			if v.defined[x.ID] != 0 {
				return fmt.Errorf("b%d: v%d is defined twice", b.ID, x.ID)
			}
			v.defined[x.ID] = int32(i) + 2
		}
	}
	if err := v.predecessors(); err != nil {
		return err
	}
	v.dom.find(f)
	for _, b := range f.Blocks {
		if err := v.block(b); err != nil {
			return fmt.Errorf("b%d: %w", b.ID, err)
		}
	}
	return nil
}

// predecessors checks that each edge has its entry among the predecessors.
func (v *verifier) predecessors() error {
	type pair struct{ from, to *Block }
	edges := map[pair]int{}
	for _, b := range v.f.Blocks {
		for _, e := range b.Succs {
			edges[pair{b, e.To}]++
		}
		for _, p := range b.Preds {
			edges[pair{p, b}]--
		}
	}
	for p, n := range edges {
		if n != 0 {
			return fmt.Errorf("b%d and b%d do not agree on the edges between them", p.from.ID, p.to.ID)
		}
	}
	return nil
}

func (v *verifier) block(b *Block) error {
	if len(b.Values) == 0 || !b.Terminator().Op.Info().Terminator {
		return fmt.Errorf("no terminator")
	}
	for i, x := range b.Values {
		if x.Op.Info().Terminator != (i == len(b.Values)-1) {
			return fmt.Errorf("a terminator inside")
		}
		for j, a := range x.Args {
			if err := v.use(a, b, i); err != nil {
				return fmt.Errorf("%v: argument %d: %w", x, j, err)
			}
		}
		if err := checkTypes(x); err != nil {
			return fmt.Errorf("%v: %w", x, err)
		}
	}
	if err := v.edges(b); err != nil {
		return err
	}
	if b.Pad != NotPad && (len(b.Preds) != 1 || b.Preds[0].Terminator().Op != OpInvoke) {
		return fmt.Errorf("a pad not behind an invoke")
	}
	return nil
}

func (v *verifier) edges(b *Block) error {
	t := b.Terminator()
	want := 0
	switch t.Op {
	case OpJump:
		want = 1
	case OpIf:
		want = 2
	case OpTable, OpInvoke:
		want = max(len(b.Succs), 1)
	}
	if len(b.Succs) != want {
		return fmt.Errorf("%v: %d successors", t, len(b.Succs))
	}
	if t.Op == OpInvoke {
		i := len(b.Values) - 2
		for i >= 0 && b.Values[i].Op == OpResult && b.Values[i].Args[0] == t.Args[0] {
			i--
		}
		if i < 0 || b.Values[i] != t.Args[0] || !t.Args[0].Op.Info().Call {
			return fmt.Errorf("something stands between a call and its invoke")
		}
	}
	for i, e := range b.Succs {
		if !v.listed[e.To.ID] {
			return fmt.Errorf("successor b%d is not in the function", e.To.ID)
		}
		if e.To == v.f.Blocks[0] {
			return fmt.Errorf("an edge to the entry")
		}
		if isPad := e.To.Pad != NotPad; isPad != (t.Op == OpInvoke && i > 0) {
			return fmt.Errorf("edge to b%d: pads are behind invokes", e.To.ID)
		} else if isPad {
			continue
		}
		if len(e.Args) != len(e.To.Params) {
			return fmt.Errorf("%d arguments for %d parameters of b%d", len(e.Args), len(e.To.Params), e.To.ID)
		}
		for j, a := range e.Args {
			if err := v.use(a, b, len(b.Values)); err != nil {
				return fmt.Errorf("edge to b%d: %w", e.To.ID, err)
			}
			if a.Type != e.To.Params[j].Type {
				return fmt.Errorf("edge to b%d: argument v%d has another type than its parameter", e.To.ID, a.ID)
			}
		}
	}
	return nil
}

// use checks a use at a position of a block.
func (v *verifier) use(a *Value, b *Block, at int) error {
	def := v.defined[a.ID]
	switch {
	case def == 0 || !v.listed[a.Block.ID]:
		return fmt.Errorf("v%d is not in the function", a.ID)
	case v.dom.number[b.ID] < 0:
		return nil // cannot be reached
	case a.Block == b && int(def) < at+2:
		return nil
	case a.Block != b && v.dom.number[a.Block.ID] >= 0 && v.dom.dominates(a.Block, b):
		return nil
	}
	return fmt.Errorf("v%d does not dominate its use", a.ID)
}

// checkTypes checks number and types of a value's arguments and its result.
func checkTypes(v *Value) error {
	info := v.Op.Info()
	if info.Args >= 0 && len(v.Args) != int(info.Args) {
		return fmt.Errorf("%d arguments", len(v.Args))
	}
	ok := true
	is := func(i int, types ...Type) {
		found := false
		for _, t := range types {
			found = found || v.Args[i].Type == t
		}
		ok = ok && found
	}
	result := func(types ...Type) {
		found := false
		for _, t := range types {
			found = found || v.Type == t
		}
		ok = ok && found
	}
	switch v.Op {
	case OpAdd, OpSub, OpMul, OpAnd, OpOr, OpXor, OpShl, OpShrS, OpShrU, OpRotl, OpRotr, OpDivS, OpDivU, OpRemS, OpRemU, OpMulHiS, OpMulHiU:
		result(I32, I64)
		is(0, v.Type)
		is(1, v.Type)
	case OpClz, OpCtz, OpPopcnt, OpSExt8, OpSExt16:
		result(I32, I64)
		is(0, v.Type)
	case OpSExt32:
		result(I64)
		is(0, I64)
	case OpExtendS, OpExtendU:
		result(I64)
		is(0, I32)
	case OpWrap:
		result(I32)
		is(0, I64)
	case OpIcmp:
		result(I32)
		is(0, I32, I64)
		is(1, v.Args[0].Type)
	case OpFcmp:
		result(I32)
		is(0, F32, F64)
		is(1, v.Args[0].Type)
	case OpFadd, OpFsub, OpFmul, OpFdiv, OpFmin, OpFmax, OpFcopysign:
		result(F32, F64)
		is(0, v.Type)
		is(1, v.Type)
	case OpFabs, OpFneg, OpFsqrt, OpFceil, OpFfloor, OpFtrunc, OpFnearest:
		result(F32, F64)
		is(0, v.Type)
	case OpPromote:
		result(F64)
		is(0, F32)
	case OpDemote:
		result(F32)
		is(0, F64)
	case OpConvertS, OpConvertU:
		result(F32, F64)
		is(0, I32, I64)
	case OpTruncS, OpTruncU, OpTruncSatS, OpTruncSatU:
		result(I32, I64)
		is(0, F32, F64)
	case OpBitcast:
		ok = v.Type.Size() == v.Args[0].Type.Size() && v.Type.IsFloat() != v.Args[0].Type.IsFloat()
	case OpSelect:
		is(0, I32)
		is(1, v.Type)
		is(2, v.Type)
	case OpLoad:
		is(0, I64)
		is(1, I32, I64)
		ok = ok && v.Type != Void && v.Mem.Size() <= v.Type.Size()
	case OpStore:
		result(Void)
		is(0, I64)
		is(1, I32, I64)
		ok = ok && v.Args[2].Type != Void && v.Mem.Size() <= v.Args[2].Type.Size()
	case OpAtomicStore:
		result(Void)
		is(0, I64)
		is(1, I32, I64)
		ok = ok && v.Mem.Size() <= v.Args[1].Type.Size()
	case OpAtomicLoad, OpAtomicXchg, OpAtomicAdd, OpAtomicAnd, OpAtomicOr, OpAtomicXor, OpAtomicCas:
		result(I32, I64)
		is(0, I64)
		for i := range v.Args[1:] {
			is(1+i, v.Type)
		}
		ok = ok && v.Mem.Size() <= v.Type.Size()
	case OpBoundsCheck:
		is(0, I32, I64)
		is(1, I64)
	case OpGet, OpGetInvariant:
		is(0, I64)
		result(I32, I64, F32, F64, V128)
	case OpSet:
		result(Void)
		is(0, I64)
		is(1, I32, I64, F32, F64, V128)
	case OpAlloc:
		result(I64)
	case OpCommit:
		result(Void)
		is(0, I64)
	case OpNewArray:
		result(I64)
		is(0, I32)
		is(1, I32)
		is(2, I64)
	case OpPart, OpPartFixed:
		is(0, I64)
		ok = ok && v.Type != Void && v.Mem.Size() <= v.Type.Size()
	case OpSetPart:
		result(Void)
		is(0, I64)
		ok = ok && v.Args[1].Type != Void && v.Mem.Size() <= v.Args[1].Type.Size()
	case OpVector:
		ok = checkVector(v)
	case OpShuffle:
		result(V128)
		is(0, V128)
		is(1, V128)
	case OpTrapIf, OpTrapUnless, OpIf, OpTable:
		result(Void)
		is(0, I32)
	case OpResult:
		ok = v.Args[0].Op.Info().Call && int(v.Aux) < len(v.Args[0].Sig.Results) && v.Type == v.Args[0].Sig.Results[v.Aux]
	case OpConst, OpContext, OpFrame:
		ok = v.Type != Void
	}
	fixed := map[Op]int{OpCall: 1, OpCallRecord: 1, OpBuiltin: 0, OpResume: 2, OpSuspendTo: 2, OpSuspendTag: 2, OpSuspend: 1, OpSwitch: 2, OpResumeThrow: 2,
		OpTailCall: 1, OpTailCallRecord: 1, OpReenter: 1}
	if n, is := fixed[v.Op]; is {
		ok = v.Type == Void && v.Sig != nil && len(v.Args) == n+len(v.Sig.Params)
		for i := 0; ok && i < len(v.Args); i++ {
			ok = i < n && v.Args[i].Type == I64 || i >= n && v.Args[i].Type == v.Sig.Params[i-n]
		}
	}
	if !ok {
		return fmt.Errorf("the types do not fit")
	}
	return nil
}
