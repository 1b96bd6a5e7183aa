// Package jsstring gives guests the string builtins of JavaScript (proposal js-string-builtins): the functions of the
// import module wasm:js-string, on which the output of compilers for Kotlin, Dart, MoonBit and others builds.
//
//	err := jsstring.Define(linker)
//	err = jsstring.DefineConstants(linker, module, "'") // strings that are imported by their content
//	result := jsstring.Text(results[0])                 // a Go string; New makes one for the guest
//
// For the guest a string is an externref. For Go that is a [*String]: 16-bit code units, as JavaScript has them, which
// need not be valid UTF-16. A Go string that is passed as an externref is one, too; each operation then decodes it, so
// [New] is better for those that are used much.
//
// Strings lie in Go's heap. The limits of a store count them as other references to Go values, not by their length; one
// has at most [MaxLength] code units, beyond which a guest traps. So give the builtins to guests that are trusted with
// memory.
package jsstring
