// Package typed makes host functions from Go functions with numbers, and Go
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
// There is a function for each number of parameters, from 0 to 8, because Go has no
// variadic type parameters:
//
//	Func0 ... Func8            host functions with a result
//	Proc0 ... Proc8            host functions without
//	CallFunc0 ... CallFunc8    calls of functions with a result
//	CallProc0 ... CallProc8    calls of functions without
//
// In Go, every function also has a context, that of the call into the guest, and
// returns an error, which means what it does for a [weft.HostFunc]: it may throw an
// exception or suspend the guest.
//
// Functions with references, vectors, several results or more parameters use slots
// or values.
package typed

//go:generate go run ./gentyped
