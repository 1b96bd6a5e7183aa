//go:build linux || darwin || windows

#include "textflag.h"
#include "funcdata.h"
#include "go_asm.h"

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
