package typed_test

import (
	"context"
	"fmt"
	"log"

	"weft"
	"weft/typed"
)

func Example() {
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		log.Fatal(err)
	}
	module, err := engine.Compile([]byte(`(module
	  (import "env" "add" (func $add (param i32 i32) (result i32)))
	  (import "env" "log" (func $log (param i64)))
	  (func (export "run") (param i32) (result i32)
	    (call $log (i64.extend_i32_s (local.get 0)))
	    (call $add (local.get 0) (i32.const 1))))`))
	if err != nil {
		log.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	linker := weft.NewLinker(store)
	for name, host := range map[string]typed.Host{
		"add": typed.Func2(func(_ context.Context, a, b int32) (int32, error) { return a + b, nil }),
		"log": typed.Proc1(func(_ context.Context, v int64) error { fmt.Println("log:", v); return nil }),
	} {
		if err := host.Define(linker, "env", name); err != nil {
			log.Fatal(err)
		}
	}
	instance, err := linker.Instantiate(context.Background(), module)
	if err != nil {
		log.Fatal(err)
	}
	run, err := typed.CallFunc1[int32, int32](instance.Func("run"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(run(context.Background(), 41))
	// Output:
	// log: 41
	// 42 <nil>
}
