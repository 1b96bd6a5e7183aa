#include "textflag.h"
#include "go_asm.h"

// Offsets in the ucontext that the kernel hands to signal handlers.
#define uc_r15 96
#define uc_rsp 160
#define uc_rip 168

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
