package amd64

// Vector instructions, on the lanes of 128 bits. A letter at the end of the name is the size of lanes:
// b, w, d and q have 8, 16, 32 and 64 bits; ps and pd are floats of 32 and 64 bits. Each has a
// form with VEX and three operands (AVX), which takes operands in memory that are not aligned; without
// it they must be. Those of SSE4.2 and later, and the broadcasts, only exist with VEX here.
const (
	Paddb   = SSE(pre66 | esc0F | 0xfc)
	Paddw   = SSE(pre66 | esc0F | 0xfd)
	Paddd   = SSE(pre66 | esc0F | 0xfe)
	Paddq   = SSE(pre66 | esc0F | 0xd4)
	Paddsb  = SSE(pre66 | esc0F | 0xec)
	Paddsw  = SSE(pre66 | esc0F | 0xed)
	Paddusb = SSE(pre66 | esc0F | 0xdc)
	Paddusw = SSE(pre66 | esc0F | 0xdd)
	Psubb   = SSE(pre66 | esc0F | 0xf8)
	Psubw   = SSE(pre66 | esc0F | 0xf9)
	Psubd   = SSE(pre66 | esc0F | 0xfa)
	Psubq   = SSE(pre66 | esc0F | 0xfb)
	Psubsb  = SSE(pre66 | esc0F | 0xe8)
	Psubsw  = SSE(pre66 | esc0F | 0xe9)
	Psubusb = SSE(pre66 | esc0F | 0xd8)
	Psubusw = SSE(pre66 | esc0F | 0xd9)
	Pavgb   = SSE(pre66 | esc0F | 0xe0)
	Pavgw   = SSE(pre66 | esc0F | 0xe3)

	Pmullw    = SSE(pre66 | esc0F | 0xd5)
	Pmulhw    = SSE(pre66 | esc0F | 0xe5)
	Pmulhuw   = SSE(pre66 | esc0F | 0xe4)
	Pmulld    = SSE(pre66 | esc0F38 | 0x40)
	Pmuludq   = SSE(pre66 | esc0F | 0xf4)
	Pmuldq    = SSE(pre66 | esc0F38 | 0x28)
	Pmulhrsw  = SSE(pre66 | esc0F38 | 0x0b)
	Pmaddwd   = SSE(pre66 | esc0F | 0xf5)
	Pmaddubsw = SSE(pre66 | esc0F38 | 0x04) // the first operand is unsigned

	Pminsb = SSE(pre66 | esc0F38 | 0x38)
	Pminub = SSE(pre66 | esc0F | 0xda)
	Pminsw = SSE(pre66 | esc0F | 0xea)
	Pminuw = SSE(pre66 | esc0F38 | 0x3a)
	Pminsd = SSE(pre66 | esc0F38 | 0x39)
	Pminud = SSE(pre66 | esc0F38 | 0x3b)
	Pmaxsb = SSE(pre66 | esc0F38 | 0x3c)
	Pmaxub = SSE(pre66 | esc0F | 0xde)
	Pmaxsw = SSE(pre66 | esc0F | 0xee)
	Pmaxuw = SSE(pre66 | esc0F38 | 0x3e)
	Pmaxsd = SSE(pre66 | esc0F38 | 0x3d)
	Pmaxud = SSE(pre66 | esc0F38 | 0x3f)
	Pabsb  = SSE(pre66 | esc0F38 | 0x1c)
	Pabsw  = SSE(pre66 | esc0F38 | 0x1d)
	Pabsd  = SSE(pre66 | esc0F38 | 0x1e)

	Pcmpeqb = SSE(pre66 | esc0F | 0x74)
	Pcmpeqw = SSE(pre66 | esc0F | 0x75)
	Pcmpeqq = SSE(pre66 | esc0F38 | 0x29)
	Pcmpgtb = SSE(pre66 | esc0F | 0x64) // signed
	Pcmpgtw = SSE(pre66 | esc0F | 0x65)
	Pcmpgtd = SSE(pre66 | esc0F | 0x66)
	Pcmpgtq = SSE(pre66 | esc0F38 | 0x37) // SSE4.2

	Pand  = SSE(pre66 | esc0F | 0xdb)
	Pandn = SSE(pre66 | esc0F | 0xdf) // the first operand inverted, and the second
	Por   = SSE(pre66 | esc0F | 0xeb)
	Ptest = SSE(pre66 | esc0F38 | 0x17) // sets ZF if no bit is set in both
)

// Shifts by the number in the low 64 bits of an X register, the same for all lanes.
const (
	PsllwX = SSE(pre66 | esc0F | 0xf1)
	PslldX = SSE(pre66 | esc0F | 0xf2)
	PsllqX = SSE(pre66 | esc0F | 0xf3)
	PsrlwX = SSE(pre66 | esc0F | 0xd1)
	PsrldX = SSE(pre66 | esc0F | 0xd2)
	PsrlqX = SSE(pre66 | esc0F | 0xd3)
	PsrawX = SSE(pre66 | esc0F | 0xe1)
	PsradX = SSE(pre66 | esc0F | 0xe2)
)

// Shifts by a constant, beside those of sse.go.
const (
	Psrlw  LaneShift = 0x71<<3 | 2
	Psraw  LaneShift = 0x71<<3 | 4
	Psllw  LaneShift = 0x71<<3 | 6
	Psrad  LaneShift = 0x72<<3 | 4
	Psrldq LaneShift = 0x73<<3 | 3 // bytes, of all 128 bits
	Pslldq LaneShift = 0x73<<3 | 7
)

// Moves of lanes. What has an immediate says so.
const (
	Punpcklbw  = SSE(pre66 | esc0F | 0x60)
	Punpcklwd  = SSE(pre66 | esc0F | 0x61)
	Punpckldq  = SSE(pre66 | esc0F | 0x62)
	Punpcklqdq = SSE(pre66 | esc0F | 0x6c)
	Punpckhbw  = SSE(pre66 | esc0F | 0x68)
	Punpckhwd  = SSE(pre66 | esc0F | 0x69)
	Punpckhdq  = SSE(pre66 | esc0F | 0x6a)
	Punpckhqdq = SSE(pre66 | esc0F | 0x6d)
	Packsswb   = SSE(pre66 | esc0F | 0x63)
	Packuswb   = SSE(pre66 | esc0F | 0x67)
	Packssdw   = SSE(pre66 | esc0F | 0x6b)
	Packusdw   = SSE(pre66 | esc0F38 | 0x2b)
	Pshufb     = SSE(pre66 | esc0F38)      // opcode 0
	Pshufd     = SSE(pre66 | esc0F | 0x70) // immediate
	Pshuflw    = SSE(preF2 | esc0F | 0x70) // immediate
	Pshufhw    = SSE(preF3 | esc0F | 0x70) // immediate
	Shufps     = SSE(esc0F | 0xc6)         // immediate
	Palignr    = SSE(pre66 | esc0F3A | 0x0f)
	Pblendw    = SSE(pre66 | esc0F3A | 0x0e) // immediate
	Pmovsxbw   = SSE(pre66 | esc0F38 | 0x20)
	Pmovsxwd   = SSE(pre66 | esc0F38 | 0x23)
	Pmovsxdq   = SSE(pre66 | esc0F38 | 0x25)
	Pmovzxbw   = SSE(pre66 | esc0F38 | 0x30)
	Pmovzxwd   = SSE(pre66 | esc0F38 | 0x33)
	Pmovzxdq   = SSE(pre66 | esc0F38 | 0x35)
	Unpcklps   = SSE(esc0F | 0x14)
	Movddup    = SSE(preF2 | esc0F | 0x12)

	Vbroadcastss = SSE(pre66 | esc0F38 | 0x18) // from memory; AVX2: from a register, too
	Vpbroadcastb = SSE(pre66 | esc0F38 | 0x78) // AVX2, as those that follow
	Vpbroadcastw = SSE(pre66 | esc0F38 | 0x79)
	Vpbroadcastd = SSE(pre66 | esc0F38 | 0x58)
	Vpbroadcastq = SSE(pre66 | esc0F38 | 0x59)
)

// Between vectors and general registers. Pinsr and insertps have a lane as immediate, and
// keep the others. Pextr have the X register as first operand, and what they write, a
// register or memory, as second.
const (
	MovdX    = SSE(pre66 | esc0F | 0x6e) // S64: movq
	Pinsrb   = SSE(pre66 | esc0F3A | 0x20)
	Pinsrw   = SSE(pre66 | esc0F | 0xc4)
	Pinsrd   = SSE(pre66 | esc0F3A | 0x22) // S64: pinsrq
	Insertps = SSE(pre66 | esc0F3A | 0x21)
	Pextrb   = SSE(pre66 | esc0F3A | 0x14)
	Pextrw   = SSE(pre66 | esc0F3A | 0x15)
	Pextrd   = SSE(pre66 | esc0F3A | 0x16) // S64: pextrq
	Pmovmskb = SSE(pre66 | esc0F | 0xd7)
	Movmskps = SSE(esc0F | 0x50)
	Movmskpd = SSE(pre66 | esc0F | 0x50)
)

// Floats.
const (
	Addps     = SSE(esc0F | 0x58)
	Addpd     = SSE(pre66 | esc0F | 0x58)
	Subps     = SSE(esc0F | 0x5c)
	Subpd     = SSE(pre66 | esc0F | 0x5c)
	Mulps     = SSE(esc0F | 0x59)
	Mulpd     = SSE(pre66 | esc0F | 0x59)
	Divps     = SSE(esc0F | 0x5e)
	Divpd     = SSE(pre66 | esc0F | 0x5e)
	Sqrtps    = SSE(esc0F | 0x51)
	Sqrtpd    = SSE(pre66 | esc0F | 0x51)
	Minps     = SSE(esc0F | 0x5d) // the second operand if one is NaN, or both are 0
	Minpd     = SSE(pre66 | esc0F | 0x5d)
	Maxps     = SSE(esc0F | 0x5f)
	Maxpd     = SSE(pre66 | esc0F | 0x5f)
	Cmpps     = SSE(esc0F | 0xc2) // immediate: a predicate
	Cmppd     = SSE(pre66 | esc0F | 0xc2)
	Roundps   = SSE(pre66 | esc0F3A | 0x08) // immediate: a rounding
	Roundpd   = SSE(pre66 | esc0F3A | 0x09)
	Cvtdq2ps  = SSE(esc0F | 0x5b)
	Cvttps2dq = SSE(preF3 | esc0F | 0x5b) // the smallest integer for what does not fit
	Cvtdq2pd  = SSE(preF3 | esc0F | 0xe6)
	Cvttpd2dq = SSE(pre66 | esc0F | 0xe6)
	Cvtps2pd  = SSE(esc0F | 0x5a)
	Cvtpd2ps  = SSE(pre66 | esc0F | 0x5a)
)

// Halves of a vector from memory; the other half stays.
const (
	Movlpd = SSE(pre66 | esc0F | 0x12)
	Movhpd = SSE(pre66 | esc0F | 0x16)
)
