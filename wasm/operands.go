package wasm

import "strings"

// Operands returns the types of what an instruction takes from the operand stack, the deepest first, for the
// instructions that can be watched (see [Opcode.CanWatch]). The function in which it is has the index own among the
// module's own.
func (m *Module) Operands(space *AddressSpace, own int, in *Instr) []ValType {
	function := func(typeIndex uint32, above ...ValType) []ValType {
		params := m.FuncType(typeIndex).Params
		return append(params[:len(params):len(params)], above...)
	}
	switch in.Op {
	case OpCall, OpReturnCall:
		return function(space.Funcs[in.Index])
	case OpReturn, OpEnd:
		return m.FuncType(m.Funcs[own].Type).Results
	case OpCallIndirect, OpReturnCallIndirect:
		return function(in.Index, addressType(space.Tables[in.Index2].Limits))
	}
	memory := func(index uint32) ValType { return addressType(space.Memories[index].Limits) }
	of := in.Index
	switch in.Op {
	case OpMemoryCopy:
		to, from := memory(in.Index), memory(in.Index2)
		length := to
		if from == I32 {
			length = I32
		}
		return []ValType{to, from, length}
	case OpMemoryInit:
		of = in.Index2
	}
	info := in.Op.Info()
	letters, _, _ := strings.Cut(info.Signature, ">")
	types := make([]ValType, len(letters))
	for i, letter := range letters {
		types[i] = operandLetters[letter]
		if letter == 'a' {
			types[i] = memory(of)
		}
	}
	return types
}

// operandLetters are the types of [Instruction.Signature].
var operandLetters = map[rune]ValType{'i': I32, 'I': I64, 'f': F32, 'F': F64, 'v': V128}

func addressType(l Limits) ValType {
	if l.Is64 {
		return I64
	}
	return I32
}

// CanWatch reports whether an instruction is one before which code can ask a scheduler: it accesses memory, is a fence, calls a
// function that it names by an index or by an element of a table, or returns. Of the instructions end, only that of a
// function can be watched.
func (op Opcode) CanWatch() bool {
	switch op {
	case OpCall, OpReturnCall, OpCallIndirect, OpReturnCallIndirect, OpMemoryCopy, OpMemoryFill, OpMemoryInit,
		OpAtomicFence, OpReturn, OpEnd:
		return true
	}
	info := op.Info()
	return info.Imm.HasMemArg()
}
