package weft_test

import (
	"context"
	"fmt"
	"log"

	"weft"
)

// A dialogue with a guest that allocates nothing: the handlers and the slots are
// made once, and the continuation stays the same from suspension to suspension.
func ExampleContinuation_ResumeSlots() {
	ctx := context.Background()
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	instance, err := r.InstantiateSource(ctx, []byte(`(module
	  (tag $ask (export "ask") (param i32) (result i32))
	  (func (export "sum") (param $n i32) (result i32) (local $sum i32)
	    (loop $next
	      (local.set $sum (i32.add (local.get $sum) (suspend $ask (local.get $n))))
	      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
	    (local.get $sum)))`))
	if err != nil {
		log.Fatal(err)
	}
	sum, err := r.Store().NewContinuation(instance.Func("sum"))
	if err != nil {
		log.Fatal(err)
	}
	handlers, err := r.Store().NewHandlers(weft.On(instance.Tag("ask")))
	if err != nil {
		log.Fatal(err)
	}
	slots := make([]uint64, sum.Slots(handlers))
	slots[0] = 3 // the argument
	for {
		tag, err := sum.ResumeSlots(ctx, handlers, slots)
		if err != nil {
			log.Fatal(err)
		}
		if tag == nil {
			fmt.Println("sum:", slots[0])
			return
		}
		fmt.Println("asked:", slots[0])
		slots[0] *= 10 // the answer
	}
	// Output:
	// asked: 3
	// asked: 2
	// asked: 1
	// sum: 60
}
