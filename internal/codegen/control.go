package codegen

import "weft/wasm"

// Controls are what an instruction set emits for the operations that all have. Where a call has a site, that is
// recorded by [Emission.Control]; the others record theirs.
type Controls interface {
	// Jump goes to a block, unless it is the next one. Table does it by an index.
	Jump(to int)
	Table(in *Inst)
	Raise(trap wasm.TrapCode, pos int32)

	// Epilogue gives back the frame. What ends the function follows: Return, for one with which continuations begin
	// behind EndContinuation, which does not return from a continuation; or a tail call.
	Epilogue()
	EndContinuation()
	Return()

	// CallOwn calls one of the module's own functions, CallRecord one by its record. A tail call by a record goes to a
	// label if the function is the host's. Reenter lets the function begin anew.
	CallOwn(own uint32, tail bool)
	CallRecord(in *Inst)
	TailCallRecord(host Label)
	Reenter(own uint32)
	// Builtin asks the engine for something.
	Builtin(request int64)

	ContBind(in *Inst)
	ContNew(in *Inst)
	Resume(in *Inst)
	ResumeThrow(in *Inst)
	Suspend(in *Inst)
	SuspendTo(in *Inst)
	SuspendTag(in *Inst)
	SwitchTo(in *Inst)

	Alloc(in *Inst)
	NewArray(in *Inst)
	Fuel(in *Inst)
	Poll(in *Inst)
}

// Control emits one of the operations that all instruction sets have.
func (e *Emission) Control(c Controls, in *Inst) {
	switch in.Op {
	case OpEntry:
	case OpJump:
		c.Jump(e.Succs()[0].To)
	case OpTable:
		c.Table(in)
	case OpReturn:
		c.Epilogue()
		if e.F.Begins {
			c.EndContinuation()
		}
		c.Return()
	case OpTrap:
		c.Raise(wasm.TrapCode(in.Imm), in.Pos)
	case OpInvoke:
		e.InvokePads(in)
		c.Jump(e.Succs()[0].To)
	case OpCall:
		c.CallOwn(uint32(in.Imm), false)
		e.Called(in)
	case OpCallRecord:
		c.CallRecord(in)
		e.Called(in)
	case OpTailCall:
		c.Epilogue()
		c.CallOwn(uint32(in.Imm), true)
	case OpTailCallRecord:
		c.Epilogue()
		host := e.assembly.NewLabel()
		c.TailCallRecord(host)
		e.TailHosts = append(e.TailHosts, host)
	case OpReenter:
		c.Epilogue()
		c.Reenter(uint32(in.Imm))
	case OpBuiltin:
		c.Builtin(in.Imm)
		e.Called(in)
	case OpAlloc:
		c.Alloc(in)
	case OpArray:
		c.NewArray(in)
	case OpFuel:
		c.Fuel(in)
	case OpPoll:
		c.Poll(in)
	default:
		e.switchStacks(c, in)
	}
}

// switchStacks emits one of the operations on continuations.
func (e *Emission) switchStacks(c Controls, in *Inst) {
	switch in.Op {
	case OpContBind:
		c.ContBind(in)
	case OpContNew:
		c.ContNew(in)
	case OpResume:
		c.Resume(in)
		e.Switched(Resume)
		e.Detail().Number = int64(uint32(in.Imm))
	case OpResumeThrow:
		c.ResumeThrow(in)
		e.Switched(Resume)
		e.Detail().Number = int64(uint32(in.Imm))
	case OpSuspend:
		c.Suspend(in)
		e.Switched(Suspend)
	case OpSuspendTo:
		c.SuspendTo(in)
		e.Switched(SuspendTo)
	case OpSuspendTag:
		c.SuspendTag(in)
		e.Switched(SuspendTag)
	case OpSwitch:
		c.SwitchTo(in)
		e.Switched(SwitchTo)
	}
}
