package store

import (
	"encoding/binary"

	"weft/wasm"
)

// A constStack is the operand stack of a constant expression. It lies in the
// store's Pending, so that a collection sees what it holds.
type constStack struct{ s *Store }

func (c constStack) push(lo, hi uint64) { c.s.Pending = append(c.s.Pending, lo, hi) }

func (c constStack) pop() [2]uint64 {
	n := len(c.s.Pending)
	v := [2]uint64{c.s.Pending[n-2], c.s.Pending[n-1]}
	c.s.Pending = c.s.Pending[:n-2]
	return v
}

// binary replaces two numbers by one.
func (c constStack) binary(f func(x, y uint64) uint64) {
	y, x := c.pop()[0], c.pop()[0]
	c.push(f(x, y), 0)
}

// evaluate computes a validated constant expression (core specification,
// section "Constant Expressions").
func (in *Instance) evaluate(e *wasm.ConstExpr) ([2]uint64, error) {
	if v, ok := e.I32(); ok {
		return [2]uint64{uint64(uint32(v))}, nil
	}
	s := in.Store
	depth := len(s.Pending)
	defer func() { s.Pending = s.Pending[:depth] }()
	stack := constStack{s}
	r := wasm.NewCodeReader(e.Body, e.Offset, in.Module.Features, in.Module.Wasm.Dialect)
	var op wasm.Instr
	for r.Len() > 0 {
		if err := r.Next(&op); err != nil {
			return [2]uint64{}, err
		}
		switch op.Op {
		case wasm.OpI32Const:
			stack.push(uint64(uint32(op.Bits)), 0)
		case wasm.OpI64Const, wasm.OpF32Const, wasm.OpF64Const:
			stack.push(op.Bits, 0)
		case wasm.OpV128Const:
			stack.push(binary.LittleEndian.Uint64(op.Bytes[:8]), binary.LittleEndian.Uint64(op.Bytes[8:]))
		case wasm.OpRefNull:
			stack.push(0, 0)
		case wasm.OpRefFunc:
			stack.push(in.Record.Func(op.Index).Ref(), 0)
		case wasm.OpGlobalGet:
			v := in.Record.Global(op.Index).Value
			stack.push(v[0], v[1])
		case wasm.OpI32Add:
			stack.binary(func(x, y uint64) uint64 { return uint64(uint32(x + y)) })
		case wasm.OpI32Sub:
			stack.binary(func(x, y uint64) uint64 { return uint64(uint32(x - y)) })
		case wasm.OpI32Mul:
			stack.binary(func(x, y uint64) uint64 { return uint64(uint32(x * y)) })
		case wasm.OpI64Add:
			stack.binary(func(x, y uint64) uint64 { return x + y })
		case wasm.OpI64Sub:
			stack.binary(func(x, y uint64) uint64 { return x - y })
		case wasm.OpI64Mul:
			stack.binary(func(x, y uint64) uint64 { return x * y })
		case wasm.OpRefI31:
			stack.push(RefI31(uint32(stack.pop()[0])), 0)
		case wasm.OpContNew:
			ref, trap := in.constContinuation(stack.pop()[0], in.Module.Types[op.Index])
			if trap != 0 {
				return [2]uint64{}, s.TrapError(trap, "cont.new in a constant expression", StackTrace{})
			}
			stack.push(ref, 0)
		case wasm.OpAnyConvertExtern, wasm.OpExternConvertAny, wasm.OpEnd:
		default:
			if trap := in.constObject(stack, &op); trap != 0 {
				return [2]uint64{}, s.TrapError(trap, op.Op.String()+" in a constant expression", StackTrace{})
			}
		}
	}
	return stack.pop(), nil
}

// constObject executes the constant instructions that make objects.
func (in *Instance) constObject(stack constStack, op *wasm.Instr) wasm.TrapCode {
	s, id := in.Store, in.Module.Types[op.Index]
	l := s.Layout(id)
	var ref uint64
	var trap wasm.TrapCode
	switch op.Op {
	case wasm.OpStructNew, wasm.OpStructNewDefault, wasm.OpStructNewDesc, wasm.OpStructNewDefaultDesc:
		if ref, trap = stack.newStruct(id, l); trap != 0 {
			return trap
		}
		if op.Op == wasm.OpStructNew || op.Op == wasm.OpStructNewDesc {
			for i := len(l.Fields) - 1; i >= 0; i-- {
				f := &l.Fields[i]
				f.Store(Part(ref, uint64(f.Offset)), stack.pop())
			}
		}
	case wasm.OpArrayNew, wasm.OpArrayNewDefault, wasm.OpArrayNewFixed:
		n := op.Index2
		if op.Op != wasm.OpArrayNewFixed {
			n = uint32(stack.pop()[0])
		}
		if ref, trap = s.NewArray(id, n); trap != 0 {
			return trap
		}
		f := &l.Fields[0]
		switch op.Op {
		case wasm.OpArrayNew:
			if trap = s.FillArray(ref, 0, stack.pop(), n); trap != 0 {
				return trap
			}
		case wasm.OpArrayNewFixed:
			for i := int64(n) - 1; i >= 0; i-- {
				f.Store(Element(ref, f, uint32(i)), stack.pop())
			}
		}
	default:
		panic("store: " + op.Op.String() + " is no constant instruction")
	}
	stack.push(ref, 0)
	return wasm.TrapNone
}

// newStruct makes a struct of zeros and nulls, with the descriptor on the stack if it must have one. That stays in
// Pending, as the other operands do, until the object has it.
func (c constStack) newStruct(id wasm.TypeID, l *Layout) (uint64, wasm.TrapCode) {
	if l.Descriptor == 0 {
		return c.s.NewStruct(id)
	}
	ref, trap := c.s.NewDescribed(id, c.s.Pending[len(c.s.Pending)-2])
	c.pop()
	return ref, trap
}

// constContinuation executes cont.new. The continuation belongs to no engine until it is resumed.
func (in *Instance) constContinuation(function uint64, t wasm.TypeID) (uint64, wasm.TrapCode) {
	if function == 0 {
		return 0, wasm.TrapNullFunction
	}
	s, f := in.Store, FuncFromRef(function)
	c := (*ContRecord)(nil)
	if !s.Conts.WantsCollection() && !s.CollectAlways {
		c = s.Conts.New(f, t)
	}
	if c == nil {
		if trap := s.Collect(); trap != 0 {
			return 0, trap
		}
		if c = s.Conts.New(f, t); c == nil {
			return 0, wasm.TrapTooManyContinuations
		}
	}
	return s.Conts.Ref(c), wasm.TrapNone
}
