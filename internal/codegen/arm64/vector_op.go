package arm64

// Instructions on V registers.
const (
	MovV     Op = 0x4ea01c00 // orr, of all 16 bytes; the operand twice
	MoviZero Op = 0x2f00e400
	MoviOnes Op = 0x6f07e7e0 // all bits
	Bsl      Op = 0x6e601c00 // d: a mask, of which ones choose n and zeros m
	Dup64    Op = 0x4e080c00 // from a general register to both lanes
	Cnt8     Op = 0x0e205800 // ones in each of 8 bytes
	Addv8    Op = 0x0e31b800 // their sum
)
