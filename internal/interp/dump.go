package interp

import (
	"fmt"
	"strings"

	"weft/wasm"
)

// opNames names the operations that are not WebAssembly's own.
var opNames = [...]string{
	opExit - wasm.NumOpcodes:             "exit",
	opContReturn - wasm.NumOpcodes:       "cont.return",
	opCopy - wasm.NumOpcodes:             "copy",
	opCopy2 - wasm.NumOpcodes:            "copy2",
	opMove - wasm.NumOpcodes:             "move",
	opZero - wasm.NumOpcodes:             "zero",
	opConst - wasm.NumOpcodes:            "const",
	opSelect2 - wasm.NumOpcodes:          "select2",
	opGlobalGet2 - wasm.NumOpcodes:       "global.get2",
	opGlobalSet2 - wasm.NumOpcodes:       "global.set2",
	opBr - wasm.NumOpcodes:               "br",
	opBrIf - wasm.NumOpcodes:             "br.if",
	opBrUnless - wasm.NumOpcodes:         "br.unless",
	opBrTable - wasm.NumOpcodes:          "br.table",
	opTryTable - wasm.NumOpcodes:         "try.table",
	opCatch - wasm.NumOpcodes:            "catch",
	opHandler - wasm.NumOpcodes:          "handler",
	opReturn - wasm.NumOpcodes:           "return",
	opReturn1 - wasm.NumOpcodes:          "return1",
	opReturn0 - wasm.NumOpcodes:          "return0",
	opCall - wasm.NumOpcodes:             "call",
	opCallFunc - wasm.NumOpcodes:         "call.func",
	opCallIndirect - wasm.NumOpcodes:     "call.indirect",
	opCallRef - wasm.NumOpcodes:          "call.ref",
	opTailCallFunc - wasm.NumOpcodes:     "tail.call.func",
	opTailCallIndirect - wasm.NumOpcodes: "tail.call.indirect",
	opTailCallRef - wasm.NumOpcodes:      "tail.call.ref",
	opLoadFar - wasm.NumOpcodes:          "load.far",
	opStoreFar - wasm.NumOpcodes:         "store.far",
	opStep - wasm.NumOpcodes:             "step",
	opWatch - wasm.NumOpcodes:            "watch",
	opEnter - wasm.NumOpcodes:            "enter",
	opLeave - wasm.NumOpcodes:            "leave",
	opAtomic - wasm.NumOpcodes:           "atomic",
	opContNew - wasm.NumOpcodes:          "cont.new",
	opContBind - wasm.NumOpcodes:         "cont.bind",
	opSuspend - wasm.NumOpcodes:          "suspend",
	opSuspendTo - wasm.NumOpcodes:        "suspend_to",
	opTagNew - wasm.NumOpcodes:           "tag.new",
	opSuspendTag - wasm.NumOpcodes:       "suspend_tag",
	opResumeTags - wasm.NumOpcodes:       "resume_tags",
	opResume - wasm.NumOpcodes:           "resume",
	opResumeWith - wasm.NumOpcodes:       "resume_with",
	opResumeThrow - wasm.NumOpcodes:      "resume.throw",
	opResumeThrowRef - wasm.NumOpcodes:   "resume.throw.ref",
	opExtra - wasm.NumOpcodes:            "extra",
	opClauses - wasm.NumOpcodes:          "clauses",
	opOnLabel - wasm.NumOpcodes:          "on.label",
	opOnName - wasm.NumOpcodes:           "on.name",
	opOnTag - wasm.NumOpcodes:            "on.tag",
	opOnSwitch - wasm.NumOpcodes:         "on.switch",
	opSwitch - wasm.NumOpcodes:           "switch",
	opTestDesc - wasm.NumOpcodes:         "test.desc",
	opStructGet8U - wasm.NumOpcodes:      "struct.get.8u",
	opStructGet8S - wasm.NumOpcodes:      "struct.get.8s",
	opStructGet16U - wasm.NumOpcodes:     "struct.get.16u",
	opStructGet16S - wasm.NumOpcodes:     "struct.get.16s",
	opStructGet32 - wasm.NumOpcodes:      "struct.get.32",
	opStructGet64 - wasm.NumOpcodes:      "struct.get.64",
	opStructGet128 - wasm.NumOpcodes:     "struct.get.128",
	opArrayGet8U - wasm.NumOpcodes:       "array.get.8u",
	opArrayGet8S - wasm.NumOpcodes:       "array.get.8s",
	opArrayGet16U - wasm.NumOpcodes:      "array.get.16u",
	opArrayGet16S - wasm.NumOpcodes:      "array.get.16s",
	opArrayGet32 - wasm.NumOpcodes:       "array.get.32",
	opArrayGet64 - wasm.NumOpcodes:       "array.get.64",
	opArrayGet128 - wasm.NumOpcodes:      "array.get.128",
	opStructSet8 - wasm.NumOpcodes:       "struct.set.8",
	opStructSet16 - wasm.NumOpcodes:      "struct.set.16",
	opStructSet32 - wasm.NumOpcodes:      "struct.set.32",
	opStructSet64 - wasm.NumOpcodes:      "struct.set.64",
	opStructSet128 - wasm.NumOpcodes:     "struct.set.128",
	opArraySet8 - wasm.NumOpcodes:        "array.set.8",
	opArraySet16 - wasm.NumOpcodes:       "array.set.16",
	opArraySet32 - wasm.NumOpcodes:       "array.set.32",
	opArraySet64 - wasm.NumOpcodes:       "array.set.64",
	opArraySet128 - wasm.NumOpcodes:      "array.set.128",
	opI32AddImm - wasm.NumOpcodes:        "i32.add.imm",
	opI32MulImm - wasm.NumOpcodes:        "i32.mul.imm",
	opI32AndImm - wasm.NumOpcodes:        "i32.and.imm",
	opI32OrImm - wasm.NumOpcodes:         "i32.or.imm",
	opI32XorImm - wasm.NumOpcodes:        "i32.xor.imm",
	opI32ShlImm - wasm.NumOpcodes:        "i32.shl.imm",
	opI32ShrSImm - wasm.NumOpcodes:       "i32.shr.simm",
	opI32ShrUImm - wasm.NumOpcodes:       "i32.shr.uimm",
	opI64AddImm - wasm.NumOpcodes:        "i64.add.imm",
	opI64MulImm - wasm.NumOpcodes:        "i64.mul.imm",
	opI64AndImm - wasm.NumOpcodes:        "i64.and.imm",
	opI64OrImm - wasm.NumOpcodes:         "i64.or.imm",
	opI64XorImm - wasm.NumOpcodes:        "i64.xor.imm",
	opI64ShlImm - wasm.NumOpcodes:        "i64.shl.imm",
	opI64ShrSImm - wasm.NumOpcodes:       "i64.shr.simm",
	opI64ShrUImm - wasm.NumOpcodes:       "i64.shr.uimm",
	opI32EqImm - wasm.NumOpcodes:         "i32.eq.imm",
	opI32NeImm - wasm.NumOpcodes:         "i32.ne.imm",
	opI32LtSImm - wasm.NumOpcodes:        "i32.lt.simm",
	opI32LtUImm - wasm.NumOpcodes:        "i32.lt.uimm",
	opI32GtSImm - wasm.NumOpcodes:        "i32.gt.simm",
	opI32GtUImm - wasm.NumOpcodes:        "i32.gt.uimm",
	opI32LeSImm - wasm.NumOpcodes:        "i32.le.simm",
	opI32LeUImm - wasm.NumOpcodes:        "i32.le.uimm",
	opI32GeSImm - wasm.NumOpcodes:        "i32.ge.simm",
	opI32GeUImm - wasm.NumOpcodes:        "i32.ge.uimm",
	opI64EqImm - wasm.NumOpcodes:         "i64.eq.imm",
	opI64NeImm - wasm.NumOpcodes:         "i64.ne.imm",
	opI64LtSImm - wasm.NumOpcodes:        "i64.lt.simm",
	opI64LtUImm - wasm.NumOpcodes:        "i64.lt.uimm",
	opI64GtSImm - wasm.NumOpcodes:        "i64.gt.simm",
	opI64GtUImm - wasm.NumOpcodes:        "i64.gt.uimm",
	opI64LeSImm - wasm.NumOpcodes:        "i64.le.simm",
	opI64LeUImm - wasm.NumOpcodes:        "i64.le.uimm",
	opI64GeSImm - wasm.NumOpcodes:        "i64.ge.simm",
	opI64GeUImm - wasm.NumOpcodes:        "i64.ge.uimm",
	opBrI32Eq - wasm.NumOpcodes:          "br.i32.eq",
	opBrI32Ne - wasm.NumOpcodes:          "br.i32.ne",
	opBrI32LtS - wasm.NumOpcodes:         "br.i32.lt.s",
	opBrI32LtU - wasm.NumOpcodes:         "br.i32.lt.u",
	opBrI32GtS - wasm.NumOpcodes:         "br.i32.gt.s",
	opBrI32GtU - wasm.NumOpcodes:         "br.i32.gt.u",
	opBrI32LeS - wasm.NumOpcodes:         "br.i32.le.s",
	opBrI32LeU - wasm.NumOpcodes:         "br.i32.le.u",
	opBrI32GeS - wasm.NumOpcodes:         "br.i32.ge.s",
	opBrI32GeU - wasm.NumOpcodes:         "br.i32.ge.u",
	opBrI64Eq - wasm.NumOpcodes:          "br.i64.eq",
	opBrI64Ne - wasm.NumOpcodes:          "br.i64.ne",
	opBrI64LtS - wasm.NumOpcodes:         "br.i64.lt.s",
	opBrI64LtU - wasm.NumOpcodes:         "br.i64.lt.u",
	opBrI64GtS - wasm.NumOpcodes:         "br.i64.gt.s",
	opBrI64GtU - wasm.NumOpcodes:         "br.i64.gt.u",
	opBrI64LeS - wasm.NumOpcodes:         "br.i64.le.s",
	opBrI64LeU - wasm.NumOpcodes:         "br.i64.le.u",
	opBrI64GeS - wasm.NumOpcodes:         "br.i64.ge.s",
	opBrI64GeU - wasm.NumOpcodes:         "br.i64.ge.u",
	opBrI32EqImm - wasm.NumOpcodes:       "br.i32.eq.imm",
	opBrI32NeImm - wasm.NumOpcodes:       "br.i32.ne.imm",
	opBrI32LtSImm - wasm.NumOpcodes:      "br.i32.lt.simm",
	opBrI32LtUImm - wasm.NumOpcodes:      "br.i32.lt.uimm",
	opBrI32GtSImm - wasm.NumOpcodes:      "br.i32.gt.simm",
	opBrI32GtUImm - wasm.NumOpcodes:      "br.i32.gt.uimm",
	opBrI32LeSImm - wasm.NumOpcodes:      "br.i32.le.simm",
	opBrI32LeUImm - wasm.NumOpcodes:      "br.i32.le.uimm",
	opBrI32GeSImm - wasm.NumOpcodes:      "br.i32.ge.simm",
	opBrI32GeUImm - wasm.NumOpcodes:      "br.i32.ge.uimm",
	opBrI64EqImm - wasm.NumOpcodes:       "br.i64.eq.imm",
	opBrI64NeImm - wasm.NumOpcodes:       "br.i64.ne.imm",
	opBrI64LtSImm - wasm.NumOpcodes:      "br.i64.lt.simm",
	opBrI64LtUImm - wasm.NumOpcodes:      "br.i64.lt.uimm",
	opBrI64GtSImm - wasm.NumOpcodes:      "br.i64.gt.simm",
	opBrI64GtUImm - wasm.NumOpcodes:      "br.i64.gt.uimm",
	opBrI64LeSImm - wasm.NumOpcodes:      "br.i64.le.simm",
	opBrI64LeUImm - wasm.NumOpcodes:      "br.i64.le.uimm",
	opBrI64GeSImm - wasm.NumOpcodes:      "br.i64.ge.simm",
	opBrI64GeUImm - wasm.NumOpcodes:      "br.i64.ge.uimm",
}

func (o op) String() string {
	if o < wasm.NumOpcodes {
		return wasm.Opcode(o).String()
	}
	return opNames[o-wasm.NumOpcodes]
}

// dump formats register code, an instruction per line, for golden tests and for
// people: its number, its operation, the operands as they are.
func dump(h header, code []instr) string {
	var b strings.Builder
	fmt.Fprintf(&b, "frame %d link %d\n", h.frame, h.link)
	for i, in := range code {
		fmt.Fprintf(&b, "%4d  %-22s %d %d %d", i, in.op, in.a, int32(in.b), int32(in.c))
		if in.d != 0 {
			fmt.Fprintf(&b, " d=%d", in.d)
		}
		if target, ok := in.target(i); ok {
			fmt.Fprintf(&b, "  → %d", target)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// target returns the instruction that a branch at index i leads to.
func (in *instr) target(i int) (int, bool) {
	switch o := in.op; {
	case o == opBr, o == opBrIf, o == opBrUnless, o == opCatch, o == opOnLabel, o == opOnName, o == opOnTag, o >= opBrI32Eq && o <= opBrI64GeUImm:
		return i + 1 + int(int32(in.c))/instrSize, true
	}
	return 0, false
}
