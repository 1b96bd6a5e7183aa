#include "textflag.h"
#include "funcdata.h"
#include "go_asm.h"

// Offsets in the ucontext that the kernel hands to signal handlers.
#define uc_r15 96
#define uc_rsp 160
#define uc_rip 168

// func enter(c *codegen.Context, m *machine)
//
// The stubs switch stacks, not Go's assembly: so the frames here are as Go's
// unwinder believes.
TEXT ·enter(SB), NOSPLIT|NOFRAME, $0-16
	NO_LOCAL_POINTERS
	MOVQ	c+0(FP), R15
	MOVQ	const_ctxEntryStub(R15), AX
	JMP	AX

// Stubs jump to these two with SP as it was at the beginning of enter, and so with its
// arguments. They are declared in Go for the map of these. Each calls a Go function with the
// machine, and goes back to native code if that says so.
#define ENTER \
	NO_LOCAL_POINTERS \
	PUSHQ	BP \
	MOVQ	SP, BP \
	ADJSP	$16 \
	MOVQ	m+8(FP), AX

#define GO_BACK \
	ADJSP	$-16 \
	POPQ	BP \
	TESTB	AX, AX \
	JEQ	done \
	MOVQ	c+0(FP), R15 \
	MOVQ	const_ctxEntryStub(R15), AX \
	JMP	AX \
done: \
	RET

#define ENTRY(function) \
	ENTER \
	MOVQ	AX, 0(SP) \
	CALL	function \
	MOVBLZX	8(SP), AX \
	GO_BACK

// func hostEntry(c *codegen.Context, m *machine)
TEXT ·hostEntry(SB), NOSPLIT|NOFRAME, $0-16
	ENTRY(·dispatch(SB))

// func hostCallEntry(c *codegen.Context, m *machine)
TEXT ·hostCallEntry(SB), NOSPLIT|NOFRAME, $0-16
	ENTRY(·callHost(SB))

// The same two without the wrapper between them and the function (see direct.go): the argument is in AX, and the room
// above the return address is for the function to put it there.
#define DIRECT(pc) \
	ENTER \
	XORPS	X15, X15 \
	MOVQ	(TLS), R14 \
	MOVQ	pc, CX \
	CALL	CX \
	GO_BACK

// func directHostEntry(c *codegen.Context, m *machine)
TEXT ·directHostEntry(SB), NOSPLIT|NOFRAME, $0-16
	DIRECT(·dispatchPC(SB))

// func directHostCallEntry(c *codegen.Context, m *machine)
TEXT ·directHostCallEntry(SB), NOSPLIT|NOFRAME, $0-16
	DIRECT(·callHostPC(SB))

// func directHostEntryPC() uintptr
TEXT ·directHostEntryPC(SB), NOSPLIT, $0-8
	LEAQ	·directHostEntry(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func directHostCallEntryPC() uintptr
TEXT ·directHostCallEntryPC(SB), NOSPLIT, $0-8
	LEAQ	·directHostCallEntry(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func dispatchWrapperPC() uintptr
TEXT ·dispatchWrapperPC(SB), NOSPLIT, $0-8
	LEAQ	·dispatch(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func callHostWrapperPC() uintptr
TEXT ·callHostWrapperPC(SB), NOSPLIT, $0-8
	LEAQ	·callHost(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func hostCallEntryPC() uintptr
TEXT ·hostCallEntryPC(SB), NOSPLIT, $0-8
	LEAQ	·hostCallEntry(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func hostEntryPC() uintptr
TEXT ·hostEntryPC(SB), NOSPLIT, $0-8
	LEAQ	·hostEntry(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func faultHandlerPC() uintptr
TEXT ·faultHandlerPC(SB), NOSPLIT, $0-8
	LEAQ	·faultHandler(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func urgentHandlerPC() uintptr
TEXT ·urgentHandlerPC(SB), NOSPLIT, $0-8
	LEAQ	·urgentHandler(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// faultHandler handles SIGSEGV and SIGBUS. As in C, DI is the signal, SI the siginfo and
// DX the ucontext. If compiled code has faulted, the thread goes on in faultStub, and does not return from
// the signal, which would take a quarter of the time of a trap: nothing is to be restored, as the kernel has blocked
// no signal for this handler. Go's handler relies on that all are blocked, so that is done before it.
TEXT ·faultHandler(SB), NOSPLIT|NOFRAME|TOPFRAME, $0-0
	CMPL	8(SI), $0 // si_code: what the kernel raised is above 0, what kill sends is not
	JLE	chain
	MOVQ	uc_rip(DX), AX
	MOVQ	AX, CX
	SUBQ	·compiledStart(SB), CX
	CMPQ	CX, ·compiledSize(SB)
	JAE	chain
	MOVQ	uc_r15(DX), R8
	MOVQ	AX, const_ctxFaultPC(R8)
	MOVQ	16(SI), R9 // si_addr
	MOVQ	R9, const_ctxFaultAddr(R8)
	MOVQ	uc_rsp(DX), R9
	MOVQ	R9, const_ctxFaultSP(R8)
	MOVQ	·faultStub(SB), AX
	MOVQ	R8, R15
	JMP	AX
chain:
	PUSHQ	DI
	PUSHQ	SI
	PUSHQ	DX
	MOVL	$2, DI // SIG_SETMASK
	LEAQ	allSignals<>(SB), SI
	MOVL	$0, DX
	MOVL	$8, R10
	MOVL	$14, AX // rt_sigprocmask
	SYSCALL
	POPQ	DX
	POPQ	SI
	POPQ	DI
	CMPL	DI, $7 // SIGBUS
	JEQ	bus
	MOVQ	·faultSegv(SB), AX
	JMP	AX
bus:
	MOVQ	·faultBus(SB), AX
	JMP	AX

DATA allSignals<>(SB)/8, $-1
GLOBL allSignals<>(SB), RODATA|NOPTR, $8

// urgentHandler handles SIGURG. Go's handler comes first: it acknowledges what it was
// sent for. Then, if compiled code was interrupted and either Go asks the
// goroutine to yield or the call is to end, the thread goes on in asyncStub.
TEXT ·urgentHandler(SB), NOSPLIT|NOFRAME|TOPFRAME, $0-0
	PUSHQ	DX
	SUBQ	$16, SP // SP is a multiple of 16 at the call
	MOVQ	·previousUrg(SB), AX
	CALL	AX
	ADDQ	$16, SP
	POPQ	DX
	MOVQ	uc_rip(DX), AX
	MOVQ	AX, CX
	SUBQ	·compiledStart(SB), CX
	CMPQ	CX, ·compiledSize(SB)
	JAE	out
	MOVQ	uc_r15(DX), R8
	CMPL	const_ctxInterrupt(R8), $0
	JNE	redirect
	MOVQ	(TLS), R9 // g
	CMPQ	16(R9), $-1314 // g.stackguard0 is stackPreempt
	JNE	out
redirect:
	MOVQ	AX, const_ctxResumePC(R8)
	MOVQ	·asyncStub(SB), AX
	MOVQ	AX, uc_rip(DX)
out:
	RET
