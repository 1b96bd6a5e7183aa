// Hostfunction lets a guest call a function of Go, and calls the guest.
package main

import (
	"context"
	"fmt"
	"log"

	"weft"
	"weft/typed"
)

// The source may as well be the bytes of a .wasm file.
const source = `(module
  (import "shop" "price" (func $price (param i32) (result f64)))
  (func (export "total") (param $item i32) (param $count f64) (result f64)
    (f64.mul (call $price (local.get $item)) (local.get $count))))`

func main() {
	ctx := context.Background()

	// A runtime has what the guest makes. Everything of it is used by one goroutine
	// at a time.
	runtime := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer runtime.Close()

	// The types of the Go function are compared with those of the import.
	price := func(ctx context.Context, item int32) (float64, error) {
		return 1.25 * float64(item), nil
	}
	if err := typed.Func1(price).Define(runtime.Linker, "shop", "price"); err != nil {
		log.Fatal(err)
	}
	instance := must(runtime.InstantiateSource(ctx, []byte(source)))

	total := must(typed.CallFunc2[int32, float64, float64](instance.Func("total")))
	fmt.Println(must(total(ctx, 4, 3)))
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

// Output:
// 15
