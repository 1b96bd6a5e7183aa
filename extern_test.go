package weft_test

import (
	"runtime"
	"testing"
	"weak"

	"weft"
	"weft/wasm"
)

// TestHostValuesAreForgotten passes values to a guest that does not keep them, or keeps some: the others must go
// without anybody asking.
func TestHostValuesAreForgotten(t *testing.T) {
	const source = `(module (table $t 3000 externref)
	  (func (export "pass") (param externref))
	  (func (export "keep") (param externref i32) (table.set $t (local.get 1) (local.get 0))))`
	for _, keeps := range []int{0, 3000} {
		for name, engine := range allExecutors(t, wasm.DefaultFeatures) {
			store, instance := openOn(t, engine, source, weft.DefaultLimits(), nil)
			for i := range keeps {
				call(t, instance, "keep", weft.ExternRef(&[1 << 10]byte{}), weft.I32(int32(i)))
			}
			before, all := store.Stats().Collections, make([]weak.Pointer[[1 << 10]byte], 20000)
			for i := range all {
				value := &[1 << 10]byte{}
				all[i] = weak.Make(value)
				call(t, instance, "pass", weft.ExternRef(value))
			}
			runtime.GC()
			alive := 0
			for _, w := range all {
				if w.Value() != nil {
					alive++
				}
			}
			if most := 2048 + 2*keeps; alive > most {
				t.Errorf("%s: %d of %d values that nobody keeps are alive, %d others", name, alive, len(all), keeps)
			}
			if n := store.Stats().Collections - before; n == 0 || n > len(all)/1000 {
				t.Errorf("%s: %d collections for %d values beside %d others", name, n, len(all), keeps)
			}
		}
	}
}
