package ssa

// A Builtin is a function of the run time that code calls by OpBuiltin; Aux is its
// number. Its first argument is the instance. Numbers of memories, tables,
// segments, tags and types follow as constants, then the operands.
type Builtin uint8

const (
	MemoryGrow    Builtin = iota // memory, pages -> pages before, or -1
	MemoryCopy                   // destination, source, to, from, n
	MemoryFill                   // memory, to, value, n
	MemoryInit                   // memory, segment, to, from, n
	DataDrop                     // segment
	TableGrow                    // table, value, n -> length before, or -1
	TableCopy                    // destination, source, to, from, n
	TableFill                    // table, to, value, n
	TableInit                    // table, segment, to, from, n
	ElemDrop                     // segment
	IsSubtype                    // identity of a type, identity of what it should extend -> 0 or 1
	Throw                        // tag, payload...; does not return
	ThrowRef                     // exception; does not return
	ContBind                     // type of the result, continuation, arguments... -> continuation
	StructNew                    // type -> struct of zeros
	ArrayNewData                 // type, segment, from, n -> array
	ArrayNewElem                 // type, segment, from, n -> array
	ArrayFill                    // array, at, n, value (its bits)
	ArrayCopy                    // destination, at, source, from, n
	ArrayInitData                // segment, array, at, from, n
	ArrayInitElem                // segment, array, at, from, n
	MemorySize                   // memory -> bytes; other threads may have made it larger
	MemoryWait                   // memory, bytes, address, offset, expected value, timeout -> result
	MemoryNotify                 // memory, address, offset, count -> how many were woken
	Watch                        // index, up to three operands
	TagNew                       // -> tag
	builtinCount
)

// A BuiltinInfo is a row of the table of builtins.
type BuiltinInfo struct {
	Name string
	// Sig has the types of all arguments and results; with Variadic, values of any types
	// follow the arguments.
	Sig      Signature
	Variadic bool
	// NoReturn says that it does not come back.
	NoReturn bool
}

// Builtins is the table of builtins. Addresses and lengths are i64 whatever the type
// of the memory or table.
var Builtins = [builtinCount]BuiltinInfo{
	MemoryGrow:   {Name: "memory.grow", Sig: Signature{[]Type{I64, I32, I64}, []Type{I64}}},
	MemoryCopy:   {Name: "memory.copy", Sig: Signature{[]Type{I64, I32, I32, I64, I64, I64}, nil}},
	MemoryFill:   {Name: "memory.fill", Sig: Signature{[]Type{I64, I32, I64, I32, I64}, nil}},
	MemoryInit:   {Name: "memory.init", Sig: Signature{[]Type{I64, I32, I32, I64, I64, I64}, nil}},
	DataDrop:     {Name: "data.drop", Sig: Signature{[]Type{I64, I32}, nil}},
	TableGrow:    {Name: "table.grow", Sig: Signature{[]Type{I64, I32, I64, I64}, []Type{I64}}},
	TableCopy:    {Name: "table.copy", Sig: Signature{[]Type{I64, I32, I32, I64, I64, I64}, nil}},
	TableFill:    {Name: "table.fill", Sig: Signature{[]Type{I64, I32, I64, I64, I64}, nil}},
	TableInit:    {Name: "table.init", Sig: Signature{[]Type{I64, I32, I32, I64, I64, I64}, nil}},
	ElemDrop:     {Name: "elem.drop", Sig: Signature{[]Type{I64, I32}, nil}},
	IsSubtype:    {Name: "is_subtype", Sig: Signature{[]Type{I64, I32, I32}, []Type{I32}}},
	Throw:        {Name: "throw", Sig: Signature{[]Type{I64, I32}, nil}, Variadic: true, NoReturn: true},
	ThrowRef:     {Name: "throw_ref", Sig: Signature{[]Type{I64, I64}, nil}, NoReturn: true},
	MemorySize:   {Name: "memory.size", Sig: Signature{[]Type{I64, I32}, []Type{I64}}},
	MemoryWait:   {Name: "memory.wait", Sig: Signature{[]Type{I64, I32, I32, I64, I64, I64, I64}, []Type{I32}}},
	MemoryNotify: {Name: "memory.notify", Sig: Signature{[]Type{I64, I32, I64, I64, I32}, []Type{I32}}},
	Watch:        {Name: "watch", Sig: Signature{[]Type{I64, I32, I64, I64, I64}, nil}},
	TagNew:       {Name: "tag.new", Sig: Signature{[]Type{I64}, []Type{I64}}},
	ContBind:     {Name: "cont.bind", Sig: Signature{[]Type{I64, I32, I64}, []Type{I64}}, Variadic: true},

	StructNew:     {Name: "struct.new", Sig: Signature{[]Type{I64, I32}, []Type{I64}}},
	ArrayNewData:  {Name: "array.new_data", Sig: Signature{[]Type{I64, I32, I32, I32, I32}, []Type{I64}}},
	ArrayNewElem:  {Name: "array.new_elem", Sig: Signature{[]Type{I64, I32, I32, I32, I32}, []Type{I64}}},
	ArrayFill:     {Name: "array.fill", Sig: Signature{[]Type{I64, I64, I32, I32}, nil}, Variadic: true},
	ArrayCopy:     {Name: "array.copy", Sig: Signature{[]Type{I64, I64, I32, I64, I32, I32}, nil}},
	ArrayInitData: {Name: "array.init_data", Sig: Signature{[]Type{I64, I32, I64, I32, I32, I32}, nil}},
	ArrayInitElem: {Name: "array.init_elem", Sig: Signature{[]Type{I64, I32, I64, I32, I32, I32}, nil}},
}

func (b Builtin) String() string { return Builtins[b].Name }
