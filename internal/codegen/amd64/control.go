package amd64

// CallReg calls the address in a register.
func (a *Assembler) CallReg(target Reg) { a.regReg(0xff, S32, 2, target) }

// CallMem calls the address in memory.
func (a *Assembler) CallMem(m Mem) { a.regMem(0xff, S32, 2, m, 0) }

// JmpReg jumps to the address in a register.
func (a *Assembler) JmpReg(target Reg) { a.regReg(0xff, S32, 4, target) }

// JmpMem jumps to the address in memory.
func (a *Assembler) JmpMem(m Mem) { a.regMem(0xff, S32, 4, m, 0) }

// CallFar and JmpFar transfer to code outside of this function. They end with
// four bytes that somebody else fills in: the distance to the target from their
// end, which Pos gives.
func (a *Assembler) CallFar() { a.buf = append(a.buf, 0xe8, 0, 0, 0, 0) }

// JmpFar is described at CallFar.
func (a *Assembler) JmpFar() { a.buf = append(a.buf, 0xe9, 0, 0, 0, 0) }

// Ret returns.
func (a *Assembler) Ret() { a.buf = append(a.buf, 0xc3) }

// Prefetch asks for the cache line of an address, which need not be one of memory.
func (a *Assembler) Prefetch(m Mem) { a.regMem(esc0F|0x18, S32, 1, m, 0) }

// Ud2 raises an illegal-instruction fault.
func (a *Assembler) Ud2() { a.buf = append(a.buf, 0x0f, 0x0b) }

// Int3 raises a breakpoint fault: what stands where nothing should be executed.
func (a *Assembler) Int3() { a.buf = append(a.buf, 0xcc) }

// Pause tells the processor that this is a loop which waits.
func (a *Assembler) Pause() { a.buf = append(a.buf, 0xf3, 0x90) }

// Mfence orders all loads and stores before it before those after it.
func (a *Assembler) Mfence() { a.buf = append(a.buf, 0x0f, 0xae, 0xf0) }

// Lahf copies SF, ZF, AF, PF and CF to AH, and Sahf copies them back. OF is not
// among them: SETO saves it, and an addition of 127 restores it.
func (a *Assembler) Lahf() { a.buf = append(a.buf, 0x9f) }

// Sahf is described at Lahf.
func (a *Assembler) Sahf() { a.buf = append(a.buf, 0x9e) }

// Lock makes the instruction that follows atomic: an operation on memory that
// reads and writes it.
func (a *Assembler) Lock() { a.buf = append(a.buf, 0xf0) }

// Xchg exchanges registers.
func (a *Assembler) Xchg(size Size, x, y Reg) { a.regReg(sized(0x87, size), size, x, y) }

// XchgMem exchanges a register and memory, atomically.
func (a *Assembler) XchgMem(size Size, m Mem, x Reg) { a.regMem(sized(0x87, size), size, x, m, 0) }

// Xadd adds the register to memory, and loads what was there. After Lock it is
// atomic.
func (a *Assembler) Xadd(size Size, m Mem, x Reg) {
	a.regMem(sized(esc0F|0xc1, size), size, x, m, 0)
}

// Cmpxchg stores the register if the memory equals RAX, and loads the memory into
// RAX otherwise; the flags tell. After Lock it is atomic.
func (a *Assembler) Cmpxchg(size Size, m Mem, x Reg) {
	a.regMem(sized(esc0F|0xb1, size), size, x, m, 0)
}

// Nop emits n bytes of instructions that do nothing, as few as possible.
func (a *Assembler) Nop(n int) {
	at := len(a.buf)
	a.buf = append(a.buf, make([]byte, n)...)
	nops(a.buf[at:])
}

// longestNop is the length of the longest instruction that nops uses.
const longestNop = 9

// nops fills b with instructions that do nothing: NOP with operands that make it
// as long as is needed.
func nops(b []byte) {
	for len(b) > 0 {
		n := copy(b, nop(min(len(b), longestNop)))
		b = b[n:]
	}
}

// nop returns the instruction of n bytes, which Intel's manual recommends.
func nop(n int) string {
	switch n {
	case 1:
		return "\x90"
	case 2:
		return "\x66\x90"
	case 3:
		return "\x0f\x1f\x00"
	case 4:
		return "\x0f\x1f\x40\x00"
	case 5:
		return "\x0f\x1f\x44\x00\x00"
	case 6:
		return "\x66\x0f\x1f\x44\x00\x00"
	case 7:
		return "\x0f\x1f\x80\x00\x00\x00\x00"
	case 8:
		return "\x0f\x1f\x84\x00\x00\x00\x00\x00"
	}
	return "\x66\x0f\x1f\x84\x00\x00\x00\x00\x00"
}
