package validate

import "weft/wasm"

// constantInstructions are the instructions that constant expressions may
// contain beside constants, each with the proposal that allowed it.
var constantInstructions = map[wasm.Opcode]wasm.Features{
	wasm.OpEnd:              wasm.MVP,
	wasm.OpGlobalGet:        wasm.MVP,
	wasm.OpRefNull:          wasm.ReferenceTypes,
	wasm.OpRefFunc:          wasm.ReferenceTypes,
	wasm.OpI32Add:           wasm.ExtendedConst,
	wasm.OpI32Sub:           wasm.ExtendedConst,
	wasm.OpI32Mul:           wasm.ExtendedConst,
	wasm.OpI64Add:           wasm.ExtendedConst,
	wasm.OpI64Sub:           wasm.ExtendedConst,
	wasm.OpI64Mul:           wasm.ExtendedConst,
	wasm.OpRefI31:           wasm.GC,
	wasm.OpStructNew:        wasm.GC,
	wasm.OpStructNewDefault: wasm.GC,
	wasm.OpArrayNew:         wasm.GC,
	wasm.OpArrayNewDefault:  wasm.GC,
	wasm.OpArrayNewFixed:    wasm.GC,
	wasm.OpAnyConvertExtern: wasm.GC,
	wasm.OpExternConvertAny: wasm.GC,
	wasm.OpContNew:          wasm.StackSwitching,

	wasm.OpStructNewDesc:        wasm.CustomDescriptors,
	wasm.OpStructNewDefaultDesc: wasm.CustomDescriptors,
}

// constantInstruction checks that the current instruction may stand in a
// constant expression.
func (b *body) constantInstruction() error {
	info := b.in.Op.Info()
	switch info.Imm {
	case wasm.ImmI32, wasm.ImmI64, wasm.ImmF32, wasm.ImmF64, wasm.ImmV128:
		return nil
	}
	feature, ok := constantInstructions[b.in.Op]
	if !ok {
		return invalid("constant expression required: %s is not constant", info.Name)
	}
	if err := b.need(feature, info.Name+" in a constant expression"); err != nil {
		return err
	}
	if b.in.Op != wasm.OpGlobalGet {
		return nil
	}
	if int64(b.in.Index) >= int64(b.visibleGlobals) {
		return invalid("unknown global %d: a constant expression here can use %d", b.in.Index, b.visibleGlobals)
	}
	if b.space.Globals[b.in.Index].Mutable {
		return invalid("constant expression required: global %d is mutable", b.in.Index)
	}
	return nil
}
