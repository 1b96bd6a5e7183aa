//go:build linux || darwin

#include "textflag.h"

#define DC_CVAU_R0 WORD $0xd50b7b20
#define IC_IVAU_R0 WORD $0xd50b7520
#define DSB_ISH WORD $0xd5033b9f

// func cleanData(from, to, line uintptr)
TEXT ·cleanData(SB), NOSPLIT, $0-24
	MOVD	from+0(FP), R0
	MOVD	to+8(FP), R1
	MOVD	line+16(FP), R2
loop:
	CMP	R1, R0
	BHS	done
	DC_CVAU_R0
	ADD	R2, R0
	B	loop
done:
	DSB_ISH
	RET

// func invalidateInstructions(from, to, line uintptr)
TEXT ·invalidateInstructions(SB), NOSPLIT, $0-24
	MOVD	from+0(FP), R0
	MOVD	to+8(FP), R1
	MOVD	line+16(FP), R2
loop:
	CMP	R1, R0
	BHS	done
	IC_IVAU_R0
	ADD	R2, R0
	B	loop
done:
	DSB_ISH
	ISB	$15
	RET
