package amd64

import (
	"encoding/binary"
	"fmt"

	"weft/internal/codegen"
)

// Registers with a role, as the engine names them: see [codegen.Registers].
const (
	InstanceRegister     = instanceReg
	RecordRegister       = recordReg
	TailCallerRegister   = tailCallerReg
	ContinuationRegister = contReg
	NumberRegister       = numberReg
	// ResultRegister is the first for integer results, and FirstFloat the first for floats and vectors.
	ResultRegister = RAX
	FirstFloat     = X0
)

// A Target is x86-64 with extensions.
type Target struct{ Features Features }

var _ codegen.Target = Target{}

// String implements [codegen.Target].
func (t Target) String() string { return fmt.Sprintf("amd64 %+v", t.Features) }

// Registers implements [codegen.Target].
func (Target) Registers() *codegen.Registers {
	r := &codegen.Registers{
		Convention: *Convention(), FirstFloat: FirstFloat,
		Stack: RSP, Context: contextReg, Instance: instanceReg, Record: recordReg, TailCaller: tailCallerReg,
		Continuation: contReg, Number: numberReg,
		Pushed: 8, Link: NoReg,
	}
	for x := RAX; x < contextReg; x++ {
		if x != RSP {
			r.Ints = append(r.Ints, x)
		}
	}
	for x := X0; x <= X15; x++ {
		r.Floats = append(r.Floats, x)
	}
	return r
}

// NewBackend implements [codegen.Target].
func (t Target) NewBackend() codegen.Backend { return &backend{features: t.Features} }

// NewBorder implements [codegen.Target].
func (Target) NewBorder() codegen.Border { return &border{} }

// AppendTrampoline implements [codegen.Target].
func (Target) AppendTrampoline(code []byte, at, to uintptr, number uint32) []byte {
	end := len(code) + codegen.TrampolineLen
	code = append(code, 0x40|0x01, 0xb8|byte(recordReg&7)) // mov r13d, number
	code = binary.LittleEndian.AppendUint32(code, number)
	const length = 11
	code = append(code, 0xe9) // jmp to
	code = binary.LittleEndian.AppendUint32(code, uint32(to-at-length))
	for len(code) < end {
		code = append(code, breakpoint)
	}
	return code
}

// SetCall implements [codegen.Target]. Code of a process lies within 1 GiB.
func (Target) SetCall(code []byte, call *codegen.Relocation, to int64) bool {
	distance := to - int64(call.Offset) - 4
	if distance != int64(int32(distance)) {
		return false
	}
	setCall(code, int(call.Offset), int32(distance), call.Indirect)
	return true
}

// SetMark implements [codegen.Target].
func (Target) SetMark(code []byte, site int, clauses int32) { setMark(code[site:], clauses) }

// Pad implements [codegen.Target].
func (Target) Pad(code []byte) {
	for i := range code {
		code[i] = breakpoint
	}
}

// breakpoint is int3.
const breakpoint = 0xcc

// A backend is a selector and an emitter.
type backend struct {
	features Features
	Selector
	Emitter
}

// Configure implements [codegen.Backend].
func (b *backend) Configure(r *codegen.Runtime) {
	config := Config{b.features, *r}
	b.Selector.Config, b.Emitter.Config = config, config
}

// Machine implements [codegen.Backend].
func (*backend) Machine() *codegen.Machine { return Machine() }

// InstName implements [codegen.Backend].
func (*backend) InstName(in *codegen.Inst) string { return InstName(in) }
