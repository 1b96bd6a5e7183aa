package amd64

import (
	"encoding/binary"

	"weft/internal/codegen"
)

// Calls of a module's own functions. Where functions are compiled when they are first called,
// a call takes the address from the callee's record, which is part of the caller's instance. Such a
// call can be made direct when its callee is there, without moving anything.

// CallOwn emits a call, or a tail call, of one of the module's own functions.
func (e *Emitter) CallOwn(own uint32, tail bool) {
	a := &e.a
	indirect := e.Config.OwnFunc != nil
	switch {
	case indirect:
		extension := byte(2) // call
		if tail {
			extension = 4 // jmp
		}
		a.buf = append(a.buf, 0x41, 0xff, 0x80|extension<<3|byte(instanceReg&7)) // [r14+disp32]
		a.put32(e.Config.OwnFunc(own))
	case tail:
		a.JmpFar()
	default:
		a.CallFar()
	}
	e.Relocation(a.Pos()-4, own, indirect)
}

// Reenter lets the function begin anew where the instance's record of it leads, unless that is here: then Go is asked
// for the form that can be entered anywhere, to which the record leads from then on.
func (e *Emitter) Reenter(own uint32) {
	a := &e.a
	const code, here = R13, R12 // they carry no arguments
	ask := a.NewLabel()
	a.Load(S64, code, At(instanceReg, e.Config.OwnFunc(own)))
	a.Lea(S64, here, AtLabel(e.Start))
	a.ALU(CMP, S64, code, here)
	a.Jcc(E, ask)
	a.JmpReg(code)
	a.Bind(ask)
	a.MovImm(R13, int64(own))
	a.JmpMem(At(contextReg, codegen.OffReenterStub))
}

// setCall makes a call of code direct, which lies distance bytes behind the end of
// the call's displacement; at is where that begins. An indirect call is longer by
// prefixes that mean nothing here.
func setCall(code []byte, at int, distance int32, indirect bool) {
	if indirect {
		const addressSize, call, jmp = 0x67, 0xe8, 0xe9
		op := byte(call)
		if code[at-1]>>3&7 == 4 {
			op = jmp
		}
		code[at-3], code[at-2], code[at-1] = addressSize, addressSize, op
	}
	binary.LittleEndian.PutUint32(code[at:], uint32(distance))
}
