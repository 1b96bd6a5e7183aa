package weft_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"weft"
	"weft/wasm"
)

// TestShuffles executes shuffles of the kinds that processors have instructions for, and others, of
// two vectors and of one.
func TestShuffles(t *testing.T) {
	var shuffles [][16]int
	add := func(lane func(i int) int) {
		var s [16]int
		for i := range s {
			s[i] = lane(i) % 32
		}
		shuffles = append(shuffles, s)
	}
	for n := range 32 {
		add(func(i int) int { return i + n })
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, width := range []int{1, 2, 4, 8} {
		for _, first := range []int{0, 16} {
			for half := range 2 {
				for _, second := range []int{0, 16} {
					add(func(i int) int { return 8*half + i/(2*width)*width + i%width + []int{first, second}[i/width%2] })
				}
			}
		}
		for range 60 {
			var whole, blended, quarters [16]int
			for i := range 16 / width {
				whole[i], blended[i], quarters[i] = random.IntN(32/width), i+16/width*random.IntN(2), i&^3+random.IntN(4)
			}
			for _, lanes := range [][16]int{whole, blended, quarters} {
				add(func(i int) int { return lanes[i/width]*width + i%width })
			}
		}
	}
	var source strings.Builder
	source.WriteString("(module")
	for n, s := range shuffles {
		for second := range 2 {
			fmt.Fprintf(&source, `(func (export "%d.%d") (param v128 v128) (result v128) (i8x16.shuffle %s (local.get 0) (local.get %d)))`+"\n",
				n, second, strings.Trim(fmt.Sprint(s), "[]"), second)
		}
	}
	source.WriteString(")")
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		_, instance := openOn(t, engine, source.String(), fuzzLimits(), nil)
		for n, s := range shuffles {
			for second := range 2 {
				slots := []uint64{0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x1716151413121110, 0x1f1e1d1c1b1a1918}
				if err := instance.Func(fmt.Sprintf("%d.%d", n, second)).CallSlots(context.Background(), slots); err != nil {
					t.Fatal(err)
				}
				for i, lane := range s {
					if second == 0 {
						lane %= 16
					}
					if got := byte(slots[i/8] >> (i % 8 * 8)); int(got) != lane {
						t.Errorf("%s: %v of %d vectors: lane %d is %d", name, s, second+1, i, got)
						break
					}
				}
			}
		}
	}
}

// TestVectorsOutside passes more vectors than there are registers for to the host and back: as arguments and
// results, and with a suspension.
func TestVectorsOutside(t *testing.T) {
	const n = 11
	vectors := strings.Repeat(" v128", n)
	source := fmt.Sprintf(`(module
		(import "host" "reverse" (func $reverse (param i32%[1]s f64) (result f64%[1]s i32)))
		(tag $t (export "t") (param%[1]s) (result%[1]s))
		(func (export "f") (param i32%[1]s f64) (result f64%[1]s i32) (call $reverse %[2]s))
		(func (export "g") (param%[1]s) (result%[1]s) (suspend $t %[3]s)))`, vectors, locals(n+2), locals(n))
	list := slices.Repeat([]wasm.ValType{wasm.V128}, n)
	reverse := wasm.FuncType{Params: slices.Concat([]wasm.ValType{wasm.I32}, list, []wasm.ValType{wasm.F64}),
		Results: slices.Concat([]wasm.ValType{wasm.F64}, list, []wasm.ValType{wasm.I32})}
	values := make([]weft.Value, n)
	for i := range values {
		values[i] = weft.V128(uint64(i), ^uint64(i))
	}
	reversed := slices.Clone(values)
	slices.Reverse(reversed)
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		t.Run(name, func(t *testing.T) {
			store, instance := openOn(t, engine, source, fuzzLimits(), func(_ *weft.Store, linker *weft.Linker) {
				err := linker.DefineFunc("host", "reverse", reverse, func(_ context.Context, slots []uint64) error {
					slices.Reverse(slots)
					for i := 1; i < len(slots)-1; i += 2 { // the halves of vectors
						slots[i], slots[i+1] = slots[i+1], slots[i]
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			})
			ctx := context.Background()
			results, err := instance.Func("f").Call(ctx, slices.Concat([]weft.Value{weft.I32(5)}, values, []weft.Value{weft.F64(2.5)})...)
			if want := slices.Concat([]weft.Value{weft.F64(2.5)}, reversed, []weft.Value{weft.I32(5)}); err != nil || !slices.Equal(results, want) {
				t.Errorf("results %v, %v", results, err)
			}
			guest, err := store.NewContinuation(instance.Func("g"))
			if err != nil {
				t.Fatal(err)
			}
			suspended, _, err := guest.Resume(ctx, values, weft.On(instance.Tag("t")))
			if err != nil || suspended == nil || !slices.Equal(suspended.Payload, values) {
				t.Fatalf("suspended with %v, %v", suspended, err)
			}
			_, results, err = suspended.Continuation.Resume(ctx, reversed, weft.On(instance.Tag("t")))
			if err != nil || !slices.Equal(results, reversed) {
				t.Errorf("results %v, %v", results, err)
			}
		})
	}
}

// locals returns the instructions that read the first n locals.
func locals(n int) (s string) {
	for i := range n {
		s += fmt.Sprintf("(local.get %d)", i)
	}
	return s
}
