package store

import (
	"encoding/binary"

	"weft/wasm"
)

// evaluate computes a validated constant expression (core specification,
// section "Constant Expressions").
func (in *Instance) evaluate(e *wasm.ConstExpr) ([2]uint64, error) {
	var stack [][2]uint64
	pop := func() uint64 {
		v := stack[len(stack)-1][0]
		stack = stack[:len(stack)-1]
		return v
	}
	push := func(v uint64) { stack = append(stack, [2]uint64{v}) }
	r := wasm.NewCodeReader(e.Body, e.Offset, in.Module.Features, in.Module.Wasm.Dialect)
	var op wasm.Instr
	for r.Len() > 0 {
		if err := r.Next(&op); err != nil {
			return [2]uint64{}, err
		}
		switch op.Op {
		case wasm.OpI32Const:
			push(uint64(uint32(op.Bits)))
		case wasm.OpI64Const, wasm.OpF32Const, wasm.OpF64Const:
			push(op.Bits)
		case wasm.OpV128Const:
			stack = append(stack, [2]uint64{binary.LittleEndian.Uint64(op.Bytes[:8]), binary.LittleEndian.Uint64(op.Bytes[8:])})
		case wasm.OpRefNull:
			push(0)
		case wasm.OpRefFunc:
			push(in.Record.Func(op.Index).Ref())
		case wasm.OpGlobalGet:
			stack = append(stack, in.Record.Global(op.Index).Value)
		case wasm.OpI32Add:
			y, x := pop(), pop()
			push(uint64(uint32(x + y)))
		case wasm.OpI32Sub:
			y, x := pop(), pop()
			push(uint64(uint32(x - y)))
		case wasm.OpI32Mul:
			y, x := pop(), pop()
			push(uint64(uint32(x * y)))
		case wasm.OpI64Add:
			y, x := pop(), pop()
			push(x + y)
		case wasm.OpI64Sub:
			y, x := pop(), pop()
			push(x - y)
		case wasm.OpI64Mul:
			y, x := pop(), pop()
			push(x * y)
		case wasm.OpEnd:
		default:
			return [2]uint64{}, &Trap{Code: wasm.TrapUnsupported, Detail: op.Op.String() + " in a constant expression"}
		}
	}
	return stack[0], nil
}
