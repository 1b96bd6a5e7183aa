package amd64

import (
	"weft/internal/codegen"
	"weft/wasm"
)

// integer emits an operation on integers, a constant, a load or a store.
func (e *Emitter) integer(in *codegen.Inst) {
	a, m, size := &e.a, mop(in.Op), Size(in.Size)
	switch m.base() {
	case mMovImm:
		e.constant(e.Reg(in, 0), in.Imm)
	case mF32Const:
		e.floatConstant(S32, e.Reg(in, 0), in.Imm)
	case mF64Const:
		e.floatConstant(S64, e.Reg(in, 0), in.Imm)
	case mCopy:
		if d, s := e.Reg(in, 1), e.Reg(in, 0); isX(d) {
			a.SSE(Movaps, d, s)
		} else {
			a.Mov(S64, d, s)
		}
	case mContext:
		a.Mov(S64, e.Reg(in, 0), contextReg)
	case mAdd:
		e.addition(in)
	case mLea:
		a.Lea(size, e.Reg(in, 0), e.mem(in))
	case mSub:
		e.alu(SUB, in)
	case mAnd:
		e.alu(AND, in)
	case mOr:
		e.alu(OR, in)
	case mXor:
		e.alu(XOR, in)
	case mImul:
		if m.form() == formMem {
			a.OpLoad(Imul, size, e.Reg(in, 1), e.mem(in))
		} else {
			a.Op(Imul, size, e.Reg(in, 2), e.Reg(in, 1))
		}
	case mImulImm:
		a.ImulImm(size, e.Reg(in, 1), e.Reg(in, 0), int32(in.Imm))
	case mNeg:
		a.Unary(NEG, size, e.Reg(in, 1))
		e.flags(e.Reg(in, 1), size)
	case mNot:
		a.Unary(NOT, size, e.Reg(in, 1))
	case mShl:
		e.shift(SHL, in)
	case mShr:
		e.shift(SHR, in)
	case mSar:
		e.shift(SAR, in)
	case mRol:
		e.shift(ROL, in)
	case mRor:
		e.shift(ROR, in)
	case mShlx:
		a.VEX(SHLX, size, e.Reg(in, 2), e.Reg(in, 0), e.Reg(in, 1))
	case mShrx:
		a.VEX(SHRX, size, e.Reg(in, 2), e.Reg(in, 0), e.Reg(in, 1))
	case mSarx:
		a.VEX(SARX, size, e.Reg(in, 2), e.Reg(in, 0), e.Reg(in, 1))
	case mRorx:
		a.RorxImm(size, e.Reg(in, 1), e.Reg(in, 0), uint8(in.Imm))
	case mAndn:
		a.VEX(ANDN, size, e.Reg(in, 2), e.Reg(in, 1), e.Reg(in, 0))
		e.flags(e.Reg(in, 2), size)
	case mBlsr:
		a.VEX(BLSR, size, blsrReg, e.Reg(in, 0), e.Reg(in, 1))
		e.flags(e.Reg(in, 1), size)
	case mMulHiS:
		a.Unary(IMUL, size, e.Reg(in, 1))
	case mMulHiU:
		a.Unary(MUL, size, e.Reg(in, 1))
	case mDivS, mDivU, mRemS, mRemU:
		e.division(in)
	case mClz:
		a.LeadingZeros(size, e.Reg(in, 1), e.Reg(in, 0), e.Reg(in, 2))
	case mCtz:
		a.TrailingZeros(size, e.Reg(in, 1), e.Reg(in, 0), e.Reg(in, 2))
	case mMov:
		if m.form() == formMem {
			a.Load(size, e.Reg(in, 0), e.mem(in))
		} else {
			a.Mov(S32, e.Reg(in, 1), e.Reg(in, 0))
		}
	case mMovzx8:
		e.unary(Movzx8, in)
	case mMovzx16:
		e.unary(Movzx16, in)
	case mMovsx8:
		e.unary(Movsx8, in)
	case mMovsx16:
		e.unary(Movsx16, in)
	case mMovsxd:
		e.unary(Movsxd, in)
	case mPopcnt:
		e.count(Popcnt, in)
	case mLzcnt:
		e.count(Lzcnt, in)
	case mTzcnt:
		e.count(Tzcnt, in)
	case mStore:
		if m.form() == formImm {
			a.StoreImm(size, e.mem(in), int32(in.Imm))
		} else {
			a.Store(size, e.mem(in), e.Reg(in, 0))
		}
	case mStoreX:
		a.SSEStore(moveX(size), e.mem(in), e.Reg(in, 0))
	}
}

// constant loads an integer. Flags that live end with it.
func (e *Emitter) constant(d Reg, c int64) {
	if c == 0 {
		e.a.Zero(d)
		return
	}
	e.a.MovImm(d, c)
}

func (e *Emitter) floatConstant(size Size, d Reg, bits int64) {
	if bits == 0 {
		e.a.SSE(Xorps, d, d)
		return
	}
	e.a.SSELoad(ofSize(size, Movss, Movsd), d, AtLabel(e.pool(size, bits)))
}

// poolSearch is how many constants are looked at for an equal one, lest time be quadratic.
const poolSearch = 64

// pool returns the label of a constant behind the function.
func (e *Emitter) pool(size Size, bits int64) Label {
	for i := len(e.constants) - 1; i >= max(0, len(e.constants)-poolSearch); i-- {
		if c := &e.constants[i]; c.size == size && c.bits == bits {
			return c.label
		}
	}
	l := e.a.NewLabel()
	e.constants = append(e.constants, poolConstant{l, size, bits})
	return l
}

// addition writes any register: where it is none of the operands, LEA does.
func (e *Emitter) addition(in *codegen.Inst) {
	a, size := &e.a, Size(in.Size)
	switch mop(in.Op).form() {
	case formMem, formToMem, formToMemImm:
		e.alu(ADD, in)
	case formImm:
		x, d := e.Reg(in, 0), e.Reg(in, 1)
		if x == d {
			a.ALUImm(ADD, size, d, int32(in.Imm))
			e.flags(d, size)
		} else {
			a.Lea(size, d, At(x, int32(in.Imm)))
		}
	default:
		x, y, d := e.Reg(in, 0), e.Reg(in, 1), e.Reg(in, 2)
		switch d {
		case x:
			a.ALU(ADD, size, d, y)
			e.flags(d, size)
		case y:
			a.ALU(ADD, size, d, x)
			e.flags(d, size)
		default:
			a.Lea(size, d, Indexed(x, y, 1, 0))
		}
	}
}

// alu emits a two-address operation.
func (e *Emitter) alu(op ALU, in *codegen.Inst) {
	a, size := &e.a, Size(in.Size)
	switch mop(in.Op).form() {
	case formMem:
		a.ALULoad(op, size, e.Reg(in, 1), e.mem(in))
		e.flags(e.Reg(in, 1), size)
	case formImm:
		e.aluImm(op, size, e.Reg(in, 1), int32(in.Imm))
	case formToMem:
		a.ALUStore(op, size, e.mem(in), e.Reg(in, 0))
	case formToMemImm:
		a.ALUStoreImm(op, size, e.mem(in), int32(in.Imm))
	default:
		a.ALU(op, size, e.Reg(in, 2), e.Reg(in, 1))
		e.flags(e.Reg(in, 2), size)
	}
}

// aluImm uses a shorter instruction for masks of the low bits.
func (e *Emitter) aluImm(op ALU, size Size, d Reg, imm int32) {
	switch {
	case op == AND && imm == 0xff:
		e.a.Op(Movzx8, S32, d, d)
	case op == AND && imm == 0xffff:
		e.a.Op(Movzx16, S32, d, d)
	case op == AND && imm >= 0:
		e.a.ALUImm(op, S32, d, imm)
		e.flags(d, size)
	default:
		e.a.ALUImm(op, size, d, imm)
		e.flags(d, size)
	}
}

// shift shifts by a constant or CL. What shifts to the left by up to 3 may write any
// register.
func (e *Emitter) shift(op Shift, in *codegen.Inst) {
	if mop(in.Op).form() == formImm {
		x, d := e.Reg(in, 0), e.Reg(in, 1)
		switch {
		case x == d && in.Imm == 1 && op == SHL:
			e.a.ALU(ADD, Size(in.Size), d, d)
		case x == d:
			e.a.ShiftImm(op, Size(in.Size), d, uint8(in.Imm))
		case in.Imm == 1:
			e.a.Lea(Size(in.Size), d, Indexed(x, x, 1, 0))
		default:
			e.a.Lea(Size(in.Size), d, Indexed(NoReg, x, 1<<in.Imm, 0))
		}
		return
	}
	e.a.ShiftCL(op, Size(in.Size), e.Reg(in, 2))
}

func (e *Emitter) unary(op Op, in *codegen.Inst) {
	if mop(in.Op).form() == formMem {
		e.a.OpLoad(op, Size(in.Size), e.Reg(in, 0), e.mem(in))
		return
	}
	e.a.Op(op, Size(in.Size), e.Reg(in, 1), e.Reg(in, 0))
}

// count counts bits. Processors make these wait for the old value of the register that
// they write; so it is cleared where it is another one.
func (e *Emitter) count(op Op, in *codegen.Inst) {
	if mop(in.Op).form() != formMem && e.Reg(in, 0) != e.Reg(in, 1) {
		e.a.Zero(e.Reg(in, 1))
	}
	e.unary(op, in)
}

func (e *Emitter) division(in *codegen.Inst) {
	a, size, y := &e.a, Size(in.Size), e.Reg(in, 1)
	m := mop(in.Op)
	signed := m == mDivS || m == mRemS
	if in.Imm != 0 { // by a constant that needs no checks
		if signed {
			a.Cdq(size)
			a.Unary(IDIV, size, y)
		} else {
			a.Zero(RDX)
			a.Unary(DIV, size, y)
		}
		return
	}
	zero := e.Trap(wasm.TrapDivideByZero, in.Pos)
	switch m {
	case mDivS:
		a.DivSigned(size, y, zero, e.Trap(wasm.TrapIntegerOverflow, in.Pos))
	case mRemS:
		a.RemSigned(size, y, zero)
	default:
		a.DivUnsigned(size, y, zero)
	}
}
