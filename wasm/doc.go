// Package wasm is the module model that every other part of Weft speaks: types,
// instructions and modules, in the vocabulary of the WebAssembly specification.
//
// It knows how to describe a module, not how to obtain or run one. The pieces:
//
//   - types.go: value, heap, function, struct, array and continuation types.
//   - canon.go: canonical identities of types, so that equality is a comparison
//     of numbers and subtyping a table look-up (iso-recursive type equivalence).
//   - table.go: the one table of instructions. Mnemonics, encodings, immediates,
//     signatures, features and traps stand there and nowhere else. opcodes.go
//     is generated from it.
//   - instr.go: an instruction with its immediates; read.go and append.go
//     convert it from and to bytes, driven by the table.
//   - module.go: a module. A function body has one representation, its bytes;
//     everything that wants instructions reads them with a [CodeReader].
//   - features.go: the proposals, each of which can be switched on and off.
//   - limits.go: how large the parts of a module may be.
//   - error.go: the one error type of the front end.
//
// Package wasm imports nothing of Weft.
package wasm
