// Package generate makes valid modules out of bytes, to compare executors with.
//
// [Module] reads its decisions from the bytes, one after the other, and takes the
// simplest alternative when they are used up: so any bytes make a module, random ones
// make a large one, and a fuzzer that changes or removes some changes the module in
// one place.
//
// The modules are made to end. Each function takes one from a global when it begins
// and returns at once when nothing is left, each loop counts down a local of its own,
// and "run" exports fill the global again. Nothing that they can observe depends on the
// executor: the bits of a NaN, which the specification leaves open, are made canonical
// where they would be stored, reinterpreted or copied.
//
// What may happen: arithmetic on all types of numbers and vectors; loads and stores within and outside of memories with
// addresses of 32 and 64 bits, shared ones, and one with small pages; atomic accesses; memories, tables and segments as
// a whole; calls of all kinds, also in tail position; exceptions, the legacy ones too; continuations that are made,
// bound, resumed, suspended, switched and thrown into; functions in the form of a loop around a dispatch, which may be
// entered anywhere; functions that are small enough to be built into their callers; structs, arrays and i31 that are
// made, changed, tested and cast. Branches have hints, of which half are wrong.
package generate
