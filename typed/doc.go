// Package typed makes host functions from Go functions of Go's own types, and Go
// functions from those of the guest:
//
//	add := func(ctx context.Context, a, b int32) (int32, error) { return a + b, nil }
//	err := typed.Func2(add).Define(linker, "env", "add")
//
//	fib, err := typed.CallFunc1[int32, int64](instance.Func("fib"))
//	n, err := fib(ctx, 30)
//
// Types are compared once, when a function is made. A call then neither allocates
// nor uses reflection: it costs a few nanoseconds more than one with slots
// ([weft.HostFunc], [weft.Func.CallSlots]).
//
// There is a function for each number of parameters, because Go has no
// variadic type parameters, and for each of results:
//
//	Func0 ... Func16           host functions with a result
//	Func0x2 ... Func8x2        host functions with two
//	Proc0 ... Proc16           host functions without
//	CallFunc0 ... CallFunc16   calls of functions with a result; and so on
//
// In Go, every function also has a context, that of the call into the guest, and
// returns an error, which means what it does for a [weft.HostFunc]: it may throw an
// exception or suspend the guest.
//
// References and vectors may be among parameters and results ([Extern], [V128], [weft.Func], [weft.Object]). Such
// functions are called by way of values, which allocates. Functions with more of anything use [weft.Store.Wrap],
// values or slots.
package typed

//go:generate go run ./gentyped
