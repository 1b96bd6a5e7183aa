// Package weft embeds WebAssembly in Go programs, without cgo and with stack
// switching: the proposal's continuations (cont.new, suspend, resume, switch)
// beside all of WebAssembly 3.0.
//
// The way of a module:
//
//	engine, err := weft.NewEngine(weft.NewConfig())
//	module, err := engine.Compile(source)         // binary or text
//	store, err := engine.NewStore(weft.DefaultLimits())
//	linker := weft.NewLinker(store)               // names for imports
//	instance, err := linker.Instantiate(ctx, module)
//	results, err := instance.Func("main").Call(ctx, weft.I32(42))
//
// An [Engine] compiles modules and may be shared by goroutines. A [Store] owns
// everything that its instances make, and is used by one goroutine at a time.
//
// A call ends with results or with one of these errors, each with a stack trace
// of the guest: a [*Trap], an uncaught [*Exception], an [*UnhandledSuspension], an
// [*Interrupt] when its context ended, or a [*HostError] around what a host function
// returned.
//
// References that have a concrete type, such as (ref $t), are described in this
// API with the identity that the engine gives to the type, not with the index
// that it has in some module.
package weft
