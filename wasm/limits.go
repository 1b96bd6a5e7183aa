package wasm

// The limits of this implementation. A module that goes beyond one of them is
// refused with an [Error] of class Limit: it may be valid, but accepting it
// would let a few bytes of input cost much time or memory. Most are those that
// the JavaScript embedding of WebAssembly prescribes, so that a module that
// runs in browsers is within them.
const (
	MaxTypes      = 1_000_000 // types
	MaxSupertypes = 63        // supertypes above a type
	MaxParams     = 1_000     // parameters of a function type
	MaxTagClauses = 32        // clauses of a resume_tags
	MaxResults    = 1_000     // results of a function type
	MaxFields     = 10_000    // fields of a structure type

	MaxImports   = 1_000_000
	MaxFuncs     = 1_000_000 // defined functions
	MaxTables    = 100_000   // defined tables
	MaxMemories  = 10_000    // defined memories
	MaxTags      = 1_000_000 // defined tags
	MaxGlobals   = 1_000_000 // defined globals
	MaxExports   = 1_000_000
	MaxElems     = 100_000    // element segments
	MaxElemItems = 10_000_000 // elements of a segment
	MaxDatas     = 100_000    // data segments

	MaxLocals     = 50_000    // declared locals of a function
	MaxFixedArray = 10_000    // operands of array.new_fixed
	MaxNesting    = 100_000   // blocks within each other
	MaxOperands   = 1_000_000 // values on the operand stack of a function
)
