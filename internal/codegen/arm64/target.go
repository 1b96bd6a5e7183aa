package arm64

import (
	"encoding/binary"
	"fmt"

	"weft/internal/codegen"
	"weft/internal/ssa"
)

// Registers with a role, as the engine names them: see [codegen.Registers].
const (
	InstanceRegister     = instanceReg
	RecordRegister       = recordReg
	TailCallerRegister   = tailCallerReg
	ContinuationRegister = contReg
	NumberRegister       = numberReg
	// ResultRegister is the first for integer results, and FirstFloat the first for floats and vectors.
	ResultRegister = X0
	FirstFloat     = V0
)

// A Target is AArch64 with extensions.
type Target struct{ Features Features }

// String implements [codegen.Target].
func (t Target) String() string { return fmt.Sprintf("arm64 %+v", t.Features) }

// Registers implements [codegen.Target].
func (Target) Registers() *codegen.Registers {
	return &codegen.Registers{
		Convention: *Convention(), FirstFloat: FirstFloat,
		Ints: allocatable(), Floats: registers(V0, scratchV), Inner: []codegen.Reg{scratchReg, LR},
		Stack: SP, Context: contextReg, Instance: instanceReg, Record: recordReg, TailCaller: tailCallerReg,
		Continuation: contReg, Number: numberReg,
		Link: LR, GrowFrame: GrowFrame,
	}
}

// NewBackend implements [codegen.Target].
func (t Target) NewBackend() codegen.Backend { return &backend{features: t.Features} }

// NewBorder implements [codegen.Target].
func (Target) NewBorder() codegen.Border { return &border{} }

// AppendTrampoline implements [codegen.Target]: the number in two instructions, and a jump.
func (Target) AppendTrampoline(code []byte, at, to uintptr, number uint32) []byte {
	words := [codegen.TrampolineLen / 4]uint32{
		uint32(Movz) | number&0xffff<<5 | uint32(recordReg),
		uint32(Movk) | 1<<21 | number>>16<<5 | uint32(recordReg),
		jump | uint32((to-at-8)>>2)&(1<<26-1),
		uint32(Brk),
	}
	for _, w := range words {
		code = binary.LittleEndian.AppendUint32(code, w)
	}
	return code
}

// Jumps and calls whose distance is an immediate.
const (
	jump = 0x14000000
	call = 0x94000000
)

// SetCall implements [codegen.Target]. What is patched is the instruction that calls, or jumps to, what is in X16; the
// load of the address before it becomes one without effect. Immediates reach 128 MiB.
func (Target) SetCall(code []byte, c *codegen.Relocation, to int64) bool {
	distance := to - int64(c.Offset)
	if distance < -1<<27 || distance >= 1<<27 {
		return false
	}
	at := code[c.Offset:]
	w := binary.LittleEndian.Uint32(at)
	if c.Indirect {
		tail := Op(w) == Br|number(scratchReg)<<5
		w = call
		if tail {
			w = jump
		}
		binary.LittleEndian.PutUint32(code[c.Offset-4:], uint32(Nop))
	}
	binary.LittleEndian.PutUint32(at, w&^(1<<26-1)|uint32(distance>>2)&(1<<26-1))
	return true
}

// SetMark implements [codegen.Target].
func (Target) SetMark(code []byte, site int, clauses int32) {
	binary.LittleEndian.PutUint32(code[site+markWord:], uint32(clauses))
}

// Pad implements [codegen.Target].
func (Target) Pad(code []byte) {
	for len(code) >= 4 {
		binary.LittleEndian.PutUint32(code, uint32(Brk))
		code = code[4:]
	}
}

// A backend is a selector and an emitter.
type backend struct {
	features Features
	selector Selector
	emitter  Emitter
}

// Configure implements [codegen.Backend].
func (b *backend) Configure(r *codegen.Runtime) {
	config := Config{b.features, *r}
	b.selector.Config, b.emitter.Config = config, config
}

// Machine implements [codegen.Backend].
func (*backend) Machine() *codegen.Machine { return Machine() }

// InstName implements [codegen.Backend].
func (*backend) InstName(in *codegen.Inst) string { return InstName(in) }

// Select implements [codegen.Backend].
func (b *backend) Select(f *ssa.Func) (*codegen.Func, error) { return b.selector.Select(f) }

// Emit implements [codegen.Backend].
func (b *backend) Emit(f *codegen.Func) (*codegen.Code, error) { return b.emitter.Emit(f) }
