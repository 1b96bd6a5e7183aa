#include "textflag.h"
#include "go_asm.h"

// Offsets in the ucontext that the kernel hands to signal handlers.
#define uc_r27 400
#define uc_r28 408
#define uc_sp 432
#define uc_pc 440

// func faultHandlerPC() uintptr
TEXT ·faultHandlerPC(SB), NOSPLIT, $0-8
	MOVD	$·faultHandler(SB), R0
	MOVD	R0, ret+0(FP)
	RET

// func urgentHandlerPC() uintptr
TEXT ·urgentHandlerPC(SB), NOSPLIT, $0-8
	MOVD	$·urgentHandler(SB), R0
	MOVD	R0, ret+0(FP)
	RET

// faultHandler handles SIGSEGV and SIGBUS. As in C, R0 is the signal, R1 the siginfo and
// R2 the ucontext. If compiled code has faulted, the thread goes on in faultStub, and does not return from
// the signal, which would take a quarter of the time of a trap: nothing is to be restored, as the kernel has blocked
// no signal for this handler. Go's handler relies on that all are blocked, so that is done before it.
TEXT ·faultHandler(SB), NOSPLIT|NOFRAME|TOPFRAME, $0-0
	MOVW	8(R1), R3 // si_code: what the kernel raised is above 0, what kill sends is not
	CMPW	$0, R3
	BLE	chain
	MOVD	uc_pc(R2), R3
	MOVD	·compiledStart(SB), R4
	SUB	R4, R3, R4
	MOVD	·compiledSize(SB), R5
	CMP	R5, R4
	BHS	chain
	MOVD	·faultStub(SB), R17
	MOVD	uc_sp(R2), R4
	MOVD	16(R1), R5 // si_addr
	MOVD	uc_r27(R2), R27 // last, as the assembler uses it for the variables above
	MOVD	R3, const_ctxFaultPC(R27)
	MOVD	R4, const_ctxFaultSP(R27)
	MOVD	R5, const_ctxFaultAddr(R27)
	JMP	(R17)
chain:
	SUB	$32, RSP
	STP	(R0, R1), 0(RSP)
	STP	(R2, R30), 16(RSP)
	MOVD	$2, R0 // SIG_SETMASK
	MOVD	$allSignals<>(SB), R1
	MOVD	$0, R2
	MOVD	$8, R3
	MOVD	$135, R8 // rt_sigprocmask
	SVC
	LDP	0(RSP), (R0, R1)
	LDP	16(RSP), (R2, R30)
	ADD	$32, RSP
	CMPW	$7, R0 // SIGBUS
	BEQ	bus
	MOVD	·faultSegv(SB), R17
	JMP	(R17)
bus:
	MOVD	·faultBus(SB), R17
	JMP	(R17)

DATA allSignals<>(SB)/8, $-1
GLOBL allSignals<>(SB), RODATA|NOPTR, $8

// urgentHandler handles SIGURG. Go's handler comes first: it acknowledges what it was
// sent for. Then, if compiled code was interrupted and either Go asks the
// goroutine to yield or the call is to end, the thread goes on in asyncStub. Compiled code leaves R28 alone, where Go has
// its goroutine.
TEXT ·urgentHandler(SB), NOSPLIT|NOFRAME|TOPFRAME, $0-0
	SUB	$16, RSP
	STP	(R2, R30), 0(RSP)
	MOVD	·previousUrg(SB), R17
	CALL	(R17)
	LDP	0(RSP), (R2, R30)
	ADD	$16, RSP
	MOVD	uc_pc(R2), R3
	MOVD	·compiledStart(SB), R4
	SUB	R4, R3, R4
	MOVD	·compiledSize(SB), R5
	CMP	R5, R4
	BHS	out
	MOVD	uc_r27(R2), R6
	MOVWU	const_ctxInterrupt(R6), R4
	CBNZW	R4, redirect
	MOVD	uc_r28(R2), R4 // g
	MOVD	16(R4), R4 // g.stackguard0
	MOVD	$-1314, R5 // stackPreempt
	CMP	R5, R4
	BNE	out
redirect:
	MOVD	R3, const_ctxResumePC(R6)
	MOVD	·asyncStub(SB), R4
	MOVD	R4, uc_pc(R2)
out:
	RET
