package amd64

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm/binary/scripttest"
)

func TestZZHash(t *testing.T) {
	var b ssa.Builder
	var o ssa.Optimizer
	allocator := codegen.NewAllocator(Machine())
	h := sha256.New()
	for _, ft := range []Features{Baseline(), {SSE41: true, POPCNT: true, BMI1: true, LZCNT: true, BMI2: true, AVX: true, AVX2: true}} {
		config := Config{Features: ft, Runtime: codegen.Runtime{FuncInstance: 8, InstanceHome: true, CellSize: func(class int) uint32 { return 16 * uint32(class) }}}
		config.Switch.TagPtr = func(i uint32) int64 { return 100 + 8*int64(i) }
		config.Switch.TypeID = func(i uint32) int64 { return 1000 + 8*int64(i) }
		config.OwnFunc = func(i uint32) int32 { return 2000 + 8*int32(i) }
		s, e := Selector{Config: config}, Emitter{Config: config}
		n := 0
		for _, m := range scripttest.Valid(t, "../../..") {
			for _, guarded := range []bool{true, false} {
				env := corpusEnv(m, guarded)
				for i := range 2 * len(m.Funcs) {
					b.Plain = i%2 == 1
					f, err := b.Build(env, i/2)
					if err != nil {
						continue
					}
					o.Run(f)
					cf, err := s.Select(f)
					if err != nil {
						t.Fatal(err)
					}
					if err := allocator.Allocate(cf); err != nil {
						t.Fatal(err)
					}
					code, err := e.Emit(cf)
					if err != nil {
						t.Fatal(err)
					}
					n++
					h.Write(codegen.AppendCode(nil, code))
				}
			}
		}
		fmt.Printf("%d %x\n", n, h.Sum(nil))
	}
}
