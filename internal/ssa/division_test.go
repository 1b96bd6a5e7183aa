package ssa

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestDivision compares divisions by constants after all passes with those of Go.
func TestDivision(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	number := func(typ Type) uint64 {
		edges := []uint64{0, 1, 2, 3, 5, 7, 10, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1<<63 - 1, 1 << 63, 1<<64 - 1, 1<<64 - 2, 1<<64 - 7, 1<<32 - 7}
		x := random.Uint64() >> random.IntN(64)
		switch random.IntN(4) {
		case 0:
			x = edges[random.IntN(len(edges))]
		case 1:
			x = 1<<random.IntN(64) + uint64(random.IntN(3)) - 1
		}
		return truncate(typ, x)
	}
	var o Optimizer
	for range 2000 {
		typ := []Type{I32, I64}[random.IntN(2)]
		op := []Op{OpDivS, OpDivU, OpRemS, OpRemU}[random.IntN(4)]
		divisor := number(typ)
		if op == OpDivS && signed(typ, divisor) == -1 {
			continue // it can trap, and stays
		}
		f, err := Parse(fmt.Sprintf(`func "" (%[1]v) -> (%[1]v)
			b0(v0:i64, v1:%[1]v):
			  v2:%[1]v = const %[2]d
			  v3:%[1]v = %[3]v v1, v2 @1
			  return v3 @2`, typ, int64(divisor), op))
		if err != nil {
			t.Fatal(err)
		}
		o.Run(f)
		if err := Verify(f); err != nil {
			t.Fatalf("%v\n%v", err, f)
		}
		for range 40 {
			x := number(typ)
			effects, _ := execute(f, []uint64{0, x})
			want := "trap -1 @1"
			if r, ok := evalBinary(op, typ, x, divisor); ok {
				want = fmt.Sprintf("return 0 [%d] @2", r)
			}
			if len(effects) != 1 || effects[0] != want {
				t.Fatalf("%v.%v of %d and %d: %v, want %s\n%v", typ, op, x, divisor, effects, want, f)
			}
		}
	}
}
