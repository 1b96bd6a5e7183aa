// Generator is a Go loop over what a function of the guest yields.
package main

import (
	"context"
	"fmt"
	"log"

	"weft"
)

// The guest's loop never ends: it suspends with each square.
const source = `(module
  (tag $yield (export "yield") (param i32))
  (func (export "squares") (local $i i32)
    (loop $next
      (suspend $yield (i32.mul (local.get $i) (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next))))`

func main() {
	ctx := context.Background()
	runtime := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer runtime.Close()
	instance := must(runtime.InstantiateSource(ctx, []byte(source)))

	// Nothing of the function runs before the loop wants its first value, and
	// what is left of it when the loop ends is garbage.
	squares := must(runtime.Store().NewContinuation(instance.Func("squares")))
	for values, err := range squares.Values(ctx, instance.Tag("yield")) {
		if err != nil {
			log.Fatal(err)
		}
		square := values[0].I32()
		if square > 30 {
			break
		}
		fmt.Println(square)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

// Output:
// 0
// 1
// 4
// 9
// 16
// 25
