// Package weft embeds WebAssembly in Go programs, without cgo and with stack
// switching: the proposal's continuations (cont.new, suspend, resume, switch)
// beside all of WebAssembly 3.0.
//
// # From bytes to results
//
//	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
//	defer r.Close()
//	instance, err := r.InstantiateSource(ctx, source) // binary or text
//	results, err := instance.Func("main").Call(ctx, weft.I32(42))
//
// That is short for these, which programs use that have several stores, or several
// instances of a module:
//
//	engine, err := weft.NewEngine(weft.NewConfig())
//	module, err := engine.Compile(source)
//	store, err := engine.NewStore(weft.DefaultLimits())
//	defer store.Close()
//	linker := weft.NewLinker(store)               // names for imports
//	instance, err := linker.Instantiate(ctx, module)
//
// An [Engine] compiles modules; with a [Cache] it does so only once. A [Store] owns
// everything that its instances make, within its [Limits]. An [Instance] has what
// its [Module] exports: each a [Func], [Memory], [Table], [Global] or [Tag].
//
// # Calls
//
// There are three ways to call a function, and as many to write one for the guest:
//
//	values    Func.Call                 convenient; all types
//	numbers   package typed             Go's own types, checked once; allocates nothing
//	slots     Func.CallSlots, HostFunc  the bits themselves; allocates nothing
//
// A host function gets the context of the call into the guest, and learns who calls
// it from [Store.Caller]. The end of a context interrupts the guest wherever it is.
//
// # Continuations
//
// A [Continuation] is a function of the guest that can stop in the middle. Go
// resumes it and gets its results or a [Suspension]; [Continuation.Values] is a Go
// loop over what it yields. A host function that returns [Tag.Suspend] suspends the
// guest that has called it. Package task runs many guests that wait.
//
// # Errors
//
// A call ends with results or with one of these, each with a [StackTrace] of the
// guest: a [*Trap], an [*Exception] that nothing caught, an [*UnhandledSuspension], an
// [*Interrupt] when its context has ended, or a [*HostError] around what a host
// function returned. A module is refused with a [*wasm.Error], which says where and
// why; its imports with a [*LinkError]. Misuse is refused with other errors, and
// with [ErrClosed] or [ErrConcurrentUse].
//
// # Goroutines
//
// Engines, modules, caches and shared memories are safe for concurrent use. A
// store and all that belongs to it are used by one goroutine at a time; another one
// that comes meanwhile gets [ErrConcurrentUse]. Guests run in parallel in stores
// of their own, between which a [SharedMemory] may be shared.
//
// # Types
//
// Package wasm describes types and modules. References that have a concrete type,
// such as (ref $t), are described here with the identity that the engine gives to
// the type, not with the index that it has in some module.
package weft
