package amd64

import "golang.org/x/sys/cpu"

// Features are the extensions of x86-64 that compiled code makes use of.
type Features struct {
	SSE41  bool // ROUNDSS, ROUNDSD; compiled code needs them
	POPCNT bool // POPCNT; compiled code needs it
	BMI1   bool // TZCNT
	LZCNT  bool // LZCNT
	BMI2   bool // SHLX, SHRX, SARX, RORX
	AVX    bool // three-operand forms of vector instructions, with SSE4.2
	AVX2   bool // broadcasts
}

// Baseline returns those without which there is no compiled code.
func Baseline() Features { return Features{SSE41: true, POPCNT: true} }

// Detect returns what the processor that runs this program has; elsewhere than on
// x86-64, nothing.
func Detect() Features {
	return Features{
		SSE41:  cpu.X86.HasSSE41,
		POPCNT: cpu.X86.HasPOPCNT,
		BMI1:   cpu.X86.HasBMI1,
		// Every processor with BMI2 has LZCNT, which has a bit of its
		// own that package cpu does not read.
		LZCNT: cpu.X86.HasBMI2,
		BMI2:  cpu.X86.HasBMI2,
		AVX:   cpu.X86.HasAVX && cpu.X86.HasSSE42,
		AVX2:  cpu.X86.HasAVX2,
	}
}
