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
// Strings lie in Go's heap, and count towards that of the store which has them ([weft.Limits].HeapBytes) with what they
// keep, as long as the guest can reach them: beyond the limit it traps with "out of memory", before Go takes memory for
// a long one. What a concatenation returns may count up to twice its length: it has room for what is appended or
// prepended next, which other strings use with it, so that building a string piece by piece takes time in proportion
// to its length. A string has at most [MaxLength] code units, beyond which a guest traps. What works on long strings
// looks at the context of the call.
package jsstring
