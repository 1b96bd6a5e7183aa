package text

import (
	"strings"

	"weft/wasm"
)

// words are the keywords of the text format that are neither mnemonics nor the
// names of types. They only serve to tell a word in the wrong place from one that
// does not exist.
var words = map[string]bool{
	"module": true, "type": true, "rec": true, "sub": true, "final": true, "func": true, "struct": true,
	"array": true, "cont": true, "descriptor": true, "describes": true, "exact": true,
	"field": true, "mut": true, "param": true, "result": true, "local": true,
	"import": true, "export": true, "table": true, "memory": true, "global": true, "tag": true, "start": true,
	"elem": true, "data": true, "offset": true, "item": true, "declare": true, "shared": true, "pagesize": true,
	"seqcst": true, "acqrel": true,
	"ref": true, "null": true, "then": true, "do": true, "on": true, "catch_ref": true, "catch_all_ref": true,
	"i8": true, "i16": true, "i32": true, "i64": true, "f32": true, "f64": true, "v128": true,
	"i8x16": true, "i16x8": true, "i32x4": true, "i64x2": true, "f32x4": true, "f64x2": true,
	"definition": true, "instance": true, "binary": true, "quote": true,
	"nan:canonical": true, "nan:arithmetic": true,
}

// isSharedEverything reports whether a word is one of shared-everything threads, in a
// place where no other proposal has it.
func isSharedEverything(w string) bool {
	if w == "shared" || w == "waitqueue" || w == "ref.i31_shared" {
		return true
	}
	for _, of := range []string{"global", "table", "struct", "array"} {
		if strings.HasPrefix(w, of+".atomic.") || w == of+".wait" {
			return true
		}
	}
	return strings.HasPrefix(w, "waitqueue.")
}

// isWord reports whether a keyword exists in the text format.
func isWord(w string) bool {
	if words[w] || strings.HasPrefix(w, "offset=") || strings.HasPrefix(w, "align=") {
		return true
	}
	if _, ok := wasm.HeapTypeByName(w); ok {
		return true
	}
	if _, ok := wasm.RefTypeByName(w); ok {
		return true
	}
	_, ok := wasm.OpcodeByName(w)
	return ok
}
