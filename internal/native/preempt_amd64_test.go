package native

import (
	"context"
	"testing"

	"weft/internal/codegen/amd64"
	"weft/internal/store"
	"weft/wasm"
)

// mix has a function that computes with all registers and flags, for as many
// rounds as its argument says.
func mix(t testing.TB) *guest {
	g := newGuest(t, store.DefaultLimits)
	g.instantiate(`(module (func (export "mix") (param i64) (result i64 i64) unreachable))`, nil, func(h *handmade) {
		h.Mov(amd64.S64, amd64.R14, amd64.RAX)
		ints := []amd64.Reg{amd64.RAX, amd64.RBX, amd64.RCX, amd64.RDX, amd64.RSI, amd64.RDI, amd64.RBP,
			amd64.R8, amd64.R9, amd64.R10, amd64.R11, amd64.R12, amd64.R13}
		for i, r := range ints {
			h.MovImm(r, int64(uint64(i+1)*0x9e3779b97f4a7c15))
		}
		for i := range amd64.Reg(16) {
			h.Op(amd64.MovToX, amd64.S64, amd64.X0+i, ints[int(i)%len(ints)])
		}
		loop := h.NewLabel()
		h.Bind(loop)
		for i, r := range ints {
			h.ALU(amd64.ADD, amd64.S64, r, ints[(i+5)%len(ints)])
			h.ALU(amd64.ADC, amd64.S64, ints[(i+3)%len(ints)], r)
		}
		h.ALU(amd64.CMP, amd64.S64, amd64.RBX, amd64.RCX)
		h.Set(amd64.O, amd64.RDX)
		for i := range amd64.Reg(16) {
			h.SSE(amd64.Xorps, amd64.X0+i, amd64.X0+(i+1)%16)
		}
		h.Op(amd64.MovToX, amd64.S64, amd64.X3, amd64.RDI)
		h.ALUImm(amd64.SUB, amd64.S64, amd64.R14, 1)
		h.Jcc(amd64.NE, loop)
		for _, r := range ints[1:] {
			h.ALU(amd64.XOR, amd64.S64, amd64.RAX, r)
		}
		for i := range amd64.Reg(15) {
			h.SSE(amd64.Xorps, amd64.X0, amd64.X1+i)
		}
		h.MovFromX(amd64.S64, amd64.RBX, amd64.X0)
		h.Ret()
	})
	return g
}

// BenchmarkHostCall has the guest call the host in a loop.
func BenchmarkHostCall(b *testing.B) {
	g := newGuest(b, store.DefaultLimits)
	f := g.host(wasm.FuncType{Params: []wasm.ValType{wasm.I32}, Results: []wasm.ValType{wasm.I32}},
		func(context.Context, []uint64) error { return nil })
	g.instantiate(`(module
	  (import "" "f" (func (param i32) (result i32))) (func (export "loop") (param i64) unreachable))`,
		[]store.Extern{f}, func(h *handmade) {
			h.frame(24)
			loop := h.NewLabel()
			h.Bind(loop)
			h.Store(amd64.S64, amd64.At(amd64.RSP, 8), amd64.RAX)
			h.MovImm(amd64.R13, int64(f.Ref()))
			h.callRecord(1)
			h.Load(amd64.S64, amd64.RAX, amd64.At(amd64.RSP, 8))
			h.ALUImm(amd64.SUB, amd64.S64, amd64.RAX, 1)
			h.Jcc(amd64.NE, loop)
			h.ret()
		})
	b.ReportAllocs()
	b.ResetTimer()
	if _, err := g.call(ctx, "loop", uint64(b.N)); err != nil {
		b.Fatal(err)
	}
}
