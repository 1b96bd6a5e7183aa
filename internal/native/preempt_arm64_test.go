package native

import (
	"slices"
	"testing"

	"weft/internal/codegen"
	"weft/internal/codegen/arm64"
	"weft/internal/store"
)

// mix has a function that computes with all registers and flags, for as many
// rounds as its argument says.
func mix(t testing.TB) *guest {
	code := assembleMix()
	g := newGuest(t, store.DefaultLimits)
	g.instantiateBy(`(module (func (export "mix") (param i64) (result i64 i64) unreachable))`, nil,
		func(*Engine, *store.Module, bool) ([]*codegen.Code, error) {
			return []*codegen.Code{{Bytes: slices.Clone(code), Prologue: len(code)}}, nil // it never has a frame
		})
	return g
}

func assembleMix() []byte {
	const rounds, link = arm64.X26, arm64.X25
	a := &arm64.Assembler{}
	var ints []arm64.Reg
	for r := arm64.X0; r <= arm64.LR; r++ {
		// Three are the platform's, Go's and the context, and one belongs to whoever goes on after a signal.
		if !slices.Contains([]arm64.Reg{arm64.X17, arm64.X18, arm64.X27, arm64.X28, rounds, link}, r) {
			ints = append(ints, r)
		}
	}
	a.Mov(arm64.S64, rounds, arm64.X0)
	a.Mov(arm64.S64, link, arm64.LR)
	for i, r := range ints {
		a.MovImm(r, int64(uint64(i+1)*0x9e3779b97f4a7c15))
	}
	const toFloat = arm64.FmovIn | 1<<31 | 1<<22
	for i := range arm64.Reg(32) {
		a.RR(toFloat, arm64.V0+i, ints[int(i)%len(ints)])
	}
	loop := a.NewLabel()
	a.Bind(loop)
	const adc = arm64.Op(0x9a000000)
	for i, r := range ints {
		a.RRR(arm64.Adds.Of(arm64.S64), r, r, ints[(i+5)%len(ints)])
		other := ints[(i+3)%len(ints)]
		a.RRR(adc, other, other, r)
	}
	a.Cmp(arm64.S64, arm64.X1, arm64.X2)
	a.RRR(arm64.Csinc.Of(arm64.S64).If(arm64.VC), arm64.X3, arm64.ZR, arm64.ZR) // 1 if that has overflowed
	for i := range arm64.Reg(32) {
		a.RRR(arm64.EorV, arm64.V0+i, arm64.V0+i, arm64.V0+(i+1)%32)
	}
	a.RR(toFloat, arm64.V0+3, arm64.X5)
	a.RR(arm64.SubImm.Of(arm64.S64)|1<<10, rounds, rounds)
	a.Cbnz(arm64.S64, rounds, loop)
	for _, r := range ints[1:] {
		a.RRR(arm64.Eor.Of(arm64.S64), arm64.X0, arm64.X0, r)
	}
	for i := range arm64.Reg(31) {
		a.RRR(arm64.EorV, arm64.V0, arm64.V0, arm64.V0+1+i)
	}
	a.RR(arm64.FmovOut|1<<31|1<<22, arm64.X1, arm64.V0)
	a.Mov(arm64.S64, arm64.LR, link)
	a.Ret()
	return a.Finish()
}
