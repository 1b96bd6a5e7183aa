// Package binary converts modules from and to the binary format (core
// specification, chapter "Binary Format").
//
//   - decode.go: [Decode] and the loop over sections.
//   - types.go, externs.go, segments.go, code.go: one reader for each kind of
//     section, in the order and the words of the specification.
//   - expr.go: constant expressions, which are kept as bytes.
//   - names.go: the name section, both ways.
//   - encode.go and what follows it: [Encode], the canonical encoding.
//
// A decoded module shares its function bodies, constant expressions, data
// segments and custom sections with the input, which must therefore not be
// changed. Instructions in function bodies are not looked at here: the
// validator reads them anyway, and reports the malformed ones.
//
// Nothing is allocated for a claimed number of elements before it is known
// that the bytes left could hold them; other limits are listed in package wasm
// (limits.go).
package binary
