//go:build linux || darwin || windows

#include "textflag.h"
#include "funcdata.h"
#include "go_asm.h"

// func enter(c *codegen.Context, m *machine)
//
// The stubs switch stacks, not Go's assembly: so the frames here are as Go's
// unwinder believes. They note the link register, too.
TEXT ·enter(SB), NOSPLIT|NOFRAME, $0-16
	NO_LOCAL_POINTERS
	MOVD	c+0(FP), R27
	MOVD	const_ctxEntryStub(R27), R17
	JMP	(R17)

// Stubs jump to these two with SP and the link register as they were at the beginning of enter, and so with its
// arguments. They are declared in Go for the map of these. Each calls a Go function with the
// machine, and goes back to native code if that says so.
#define ENTRY(function) \
	NO_LOCAL_POINTERS \
	MOVD	m+8(FP), R0 \
	SUB	$48, RSP \
	MOVD	R30, (RSP) \
	MOVD	R29, -8(RSP) \
	SUB	$8, RSP, R29 \
	MOVD	R0, 8(RSP) \
	CALL	function \
	MOVBU	16(RSP), R0 \
	MOVD	-8(RSP), R29 \
	MOVD	(RSP), R30 \
	ADD	$48, RSP \
	CBZ	R0, done \
	MOVD	c+0(FP), R27 \
	MOVD	const_ctxEntryStub(R27), R17 \
	JMP	(R17) \
done: \
	RET

// func hostEntry(c *codegen.Context, m *machine)
TEXT ·hostEntry(SB), NOSPLIT|NOFRAME, $0-16
	ENTRY(·dispatch(SB))

// func hostCallEntry(c *codegen.Context, m *machine)
TEXT ·hostCallEntry(SB), NOSPLIT|NOFRAME, $0-16
	ENTRY(·callHost(SB))

// func hostEntryPC() uintptr
TEXT ·hostEntryPC(SB), NOSPLIT, $0-8
	MOVD	$·hostEntry(SB), R0
	MOVD	R0, ret+0(FP)
	RET

// func hostCallEntryPC() uintptr
TEXT ·hostCallEntryPC(SB), NOSPLIT, $0-8
	MOVD	$·hostCallEntry(SB), R0
	MOVD	R0, ret+0(FP)
	RET
