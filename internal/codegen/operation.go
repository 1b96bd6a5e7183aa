package codegen

// The operations that every instruction set has: calls, branches, and what switches stacks. They are numbered
// alike everywhere, so that what chooses and walks them need not know the instruction set. Its own operations begin
// with OpOwn.
const (
	OpNone uint16 = iota

	OpEntry // defines the parameters

	OpJump
	OpTable
	OpReturn
	OpTrap // Imm: code
	OpInvoke

	// Calls. Imm: what is called.
	OpCall
	OpCallRecord // Imm: OwnRecord or 0
	OpTailCall
	OpTailCallRecord
	OpReenter
	OpBuiltin
	OpContBind    // Imm: in Func.Bindings
	OpContNew     // Disp: the place in the context of the stub for what is not common
	OpResume      // the same
	OpSuspendTag  // the same; Cond: HasClauses
	OpSuspendTo   // the same; Cond: HasClauses; Scale: the register in which a clause gets the reference
	OpSuspend     // the same; Cond: HasClauses; Scale: the register in which a clause gets the reference
	OpSwitch      // the same; Cond; Scale: the register in which the target gets the reference
	OpResumeThrow // as OpResume

	OpPoll  // Imm, from the allocator: the set of the registers that contain something
	OpFuel  // the same; temporary
	OpAlloc // d; Imm: size class
	OpArray // type, length, word or none for 0, d, two temporaries; Imm: the logarithm of the elements' width

	OpOwn
)

var sharedNames = [OpOwn]string{
	OpNone: "none", OpEntry: "entry", OpJump: "jump", OpTable: "table", OpReturn: "return", OpTrap: "trap",
	OpInvoke: "invoke",
	OpCall:   "call", OpCallRecord: "callrecord", OpTailCall: "tailcall", OpTailCallRecord: "tailcallrecord",
	OpReenter: "reenter",
	OpBuiltin: "builtin", OpContBind: "contbind", OpContNew: "contnew", OpResume: "resume", OpSuspendTag: "suspendtag",
	OpSuspendTo: "suspendto", OpSuspend: "suspend", OpSwitch: "switch", OpResumeThrow: "resumethrow", OpPoll: "poll",
	OpFuel: "fuel", OpAlloc: "alloc", OpArray: "array",
}

// OpName returns the name of one of the operations that every instruction set has.
func OpName(op uint16) string { return sharedNames[op] }

func isPoll(op uint16) bool { return op == OpPoll || op == OpFuel }

// OwnRecord says in Inst.Imm that a call by a record is likely one of a function of the same instance, which is in its
// register. Code compares then, and goes on with that: it need not wait until the table and the record have been read.
const OwnRecord = 1

// HasClauses says in Inst.Cond that a switch is in a try_table: the invoke of its block names the clauses.
const HasClauses = 1

// isIndivisible reports whether an instruction is a row, or the beginning of one, which takes something from the
// context and puts back what is left: a continuation, a cell, the running continuation.
func isIndivisible(op uint16) bool {
	switch op {
	case OpContBind, OpContNew, OpResume, OpSuspend, OpSuspendTag, OpSuspendTo, OpSwitch, OpResumeThrow, OpAlloc,
		OpArray:
		return true
	}
	return false
}
