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
	engine := must(weft.NewEngine(weft.NewConfig()))
	module := must(engine.Compile([]byte(source)))
	store := must(engine.NewStore(weft.DefaultLimits()))
	defer store.Close()
	instance := must(weft.NewLinker(store).Instantiate(ctx, module))

	// Nothing of the function runs before the loop wants its first value, and
	// what is left of it when the loop ends is garbage.
	squares := must(store.NewContinuation(instance.Func("squares")))
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
