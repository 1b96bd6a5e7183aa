package validate

import "weft/wasm"

// A frame is an open block.
type frame struct {
	op              wasm.Opcode // that began it, or its part: else, catch, catch_all
	params, results []wasm.ValType
	height          int  // of the operand stack at the beginning
	initialized     int  // number of locals that had been set at the beginning
	unreachable     bool // after an unconditional branch
}

// label returns the types of the values that a branch to the frame takes.
func (f *frame) label() []wasm.ValType {
	if f.op == wasm.OpLoop {
		return f.params
	}
	return f.results
}

// top returns the innermost frame.
func (b *body) top() *frame { return &b.frames[len(b.frames)-1] }

// enter opens a frame, whose parameters are not on the operand stack.
func (b *body) enter(op wasm.Opcode, params, results []wasm.ValType) error {
	if len(b.frames) > wasm.MaxNesting {
		return wasm.Errorf(wasm.Limit, "too deeply nested blocks: at most %d are supported", wasm.MaxNesting)
	}
	b.frames = append(b.frames, frame{op: op, params: params, results: results,
		height: len(b.values), initialized: len(b.locals.set)})
	return b.pushAll(params)
}

// leave closes the innermost frame, taking its results from the operand stack.
func (b *body) leave() (frame, error) {
	f := *b.top()
	if !b.has(f.results) || b.available() > len(f.results) {
		who := "block"
		if b.available() <= len(f.results) { // what is there does not fit, as opposed to too much of it
			who = "instruction"
		}
		found := b.values[f.height:]
		return f, invalid("type mismatch: %s requires %s but stack has %s", who, b.strs(f.results), b.strs(found[max(0, len(found)-100):]))
	}
	b.values = b.values[:f.height]
	b.locals.forget(f.initialized)
	b.frames = b.frames[:len(b.frames)-1]
	return f, nil
}

// setUnreachable marks the rest of the block: its values are gone, and it may
// take any others.
func (b *body) setUnreachable() {
	f := b.top()
	b.values = b.values[:f.height]
	f.unreachable = true
}

// blockType returns the type of the current instruction's block.
func (b *body) blockType() (params, results []wasm.ValType, err error) {
	switch t := b.in.Block; t.Kind {
	case wasm.BlockValue:
		v, err := b.valType(t.Value)
		return nil, b.list(v), err
	case wasm.BlockIndex:
		if err := b.need(wasm.MultiValue, "a block type with an index"); err != nil {
			return nil, nil, err
		}
		f, err := b.funcType(t.Index)
		if err != nil {
			return nil, nil, err
		}
		return f.Params, f.Results, nil
	}
	return nil, nil, nil
}

// block is the rule of all instructions that open a block.
func (b *body) block() error {
	params, results, err := b.blockType()
	if err != nil {
		return err
	}
	if b.in.Op == wasm.OpIf {
		if _, err := b.pop(wasm.I32); err != nil {
			return err
		}
	}
	if err := b.popAll(params); err != nil {
		return err
	}
	return b.enter(b.in.Op, params, results)
}

func (b *body) elseBlock() error {
	if b.top().op != wasm.OpIf {
		return wasm.Errorf(wasm.Malformed, "END opcode expected: found else, but the innermost block is %s", b.top().op)
	}
	f, err := b.leave()
	if err != nil {
		return err
	}
	return b.enter(wasm.OpElse, f.params, f.results)
}

func (b *body) end() error {
	f, err := b.leave()
	if err != nil {
		return err
	}
	if f.op == wasm.OpIf && !b.areSubtypes(f.params, f.results) {
		return invalid("type mismatch: if without else requires equal parameters and results, found %s and %s",
			b.strs(f.params), b.strs(f.results))
	}
	if len(b.frames) == 0 {
		return nil
	}
	return b.pushAll(f.results)
}

func (b *body) unreachable() error {
	b.setUnreachable()
	return nil
}

// label returns the types of a branch target.
func (b *body) label(depth uint32) ([]wasm.ValType, error) {
	f, err := b.frameAt(depth)
	if err != nil {
		return nil, err
	}
	return f.label(), nil
}

func (b *body) frameAt(depth uint32) (*frame, error) {
	if int64(depth) >= int64(len(b.frames)) {
		return nil, invalid("unknown label %d: there are %d", depth, len(b.frames))
	}
	return &b.frames[len(b.frames)-1-int(depth)], nil
}

func (b *body) br() error {
	types, err := b.label(b.in.Index)
	if err != nil {
		return err
	}
	if err := b.popAll(types); err != nil {
		return err
	}
	b.setUnreachable()
	return nil
}

func (b *body) brIf() error {
	if _, err := b.pop(wasm.I32); err != nil {
		return err
	}
	return b.brOn(nil, nil)
}

// brOn checks a conditional branch to the label of the current instruction. The
// caller has taken the instruction's own operand from the stack; taken is what
// becomes of it if the branch is taken, kept what becomes of it if not. The
// other values that the label wants are left where they are.
func (b *body) brOn(taken, kept []wasm.ValType) error {
	types, err := b.label(b.in.Index)
	if err != nil {
		return err
	}
	if len(types) < len(taken) {
		return invalid("type mismatch: label requires %s but instruction delivers %s", b.strs(types), b.strs(taken))
	}
	rest := types[:len(types)-len(taken)]
	if !b.areSubtypes(taken, types[len(rest):]) {
		return invalid("type mismatch: label requires %s but instruction delivers %s", b.strs(types), b.strs(taken))
	}
	if err := b.popAll(rest); err != nil {
		return err
	}
	if err := b.pushAll(rest); err != nil {
		return err
	}
	return b.pushAll(kept)
}

// brTable checks the operands against each label. The same list of types, which
// blocks of one type share, is checked once: a big table to labels with many
// values would cost the product of both.
func (b *body) brTable() error {
	if _, err := b.pop(wasm.I32); err != nil {
		return err
	}
	if len(b.checked) > 64 { // clearing a map costs as much as it ever held
		b.checked = nil
	}
	clear(b.checked)
	labels := b.in.Labels
	last, err := b.label(labels[len(labels)-1])
	if err != nil {
		return err
	}
	for _, depth := range labels {
		types, err := b.label(depth)
		if err != nil {
			return err
		}
		if len(types) != len(last) {
			return invalid("type mismatch: labels of br_table require %s and %s", b.strs(types), b.strs(last))
		}
		if len(types) == 0 {
			continue
		}
		if _, done := b.checked[&types[0]]; done {
			continue
		}
		if b.checked == nil {
			b.checked = map[*wasm.ValType]struct{}{}
		}
		b.checked[&types[0]] = struct{}{}
		if !b.has(types) {
			return b.mismatch("instruction", types)
		}
	}
	b.setUnreachable()
	return nil
}

func (b *body) ret() error {
	if err := b.popAll(b.frames[0].results); err != nil {
		return err
	}
	b.setUnreachable()
	return nil
}

// apply takes the parameters of a function type and leaves its results.
func (b *body) apply(f *wasm.FuncType) error {
	if err := b.popAll(f.Params); err != nil {
		return err
	}
	return b.pushAll(f.Results)
}

// tailApply takes the parameters of a function whose results become those of
// the current one.
func (b *body) tailApply(f *wasm.FuncType) error {
	if want := b.frames[0].results; !b.areSubtypes(f.Results, want) {
		return invalid("type mismatch: current function requires result type %s but callee returns %s",
			b.strs(want), b.strs(f.Results))
	}
	if err := b.popAll(f.Params); err != nil {
		return err
	}
	b.setUnreachable()
	return nil
}

// callee takes what a call needs to find the function, and returns its type.
func (b *body) callee() (*wasm.FuncType, error) {
	switch in := &b.in; in.Op.Info().Imm {
	case wasm.ImmFunc:
		return b.funcAt(in.Index)
	case wasm.ImmType:
		f, err := b.funcType(in.Index)
		if err == nil {
			_, err = b.pop(wasm.RefNull(b.typeRef(in.Index)))
		}
		return f, err
	}
	elem, table, err := b.tableAt(b.in.Index2)
	if err != nil {
		return nil, err
	}
	if !b.set.IsValSubtype(elem, wasm.FuncRef) {
		return nil, invalid("type mismatch: instruction requires a table of functions, but table %d has elements %s",
			b.in.Index2, b.str(elem))
	}
	f, err := b.funcType(b.in.Index)
	if err == nil {
		_, err = b.pop(table.Limits.AddrType())
	}
	return f, err
}

func (b *body) call() error {
	f, err := b.callee()
	if err != nil {
		return err
	}
	return b.apply(f)
}

func (b *body) returnCall() error {
	f, err := b.callee()
	if err != nil {
		return err
	}
	return b.tailApply(f)
}
