package arm64

import "golang.org/x/sys/cpu"

// Features are the extensions of ARMv8.0 that compiled code makes use of.
type Features struct {
	LSE bool // atomic operations in one instruction
}

// Detect returns what the processor that runs this program has; elsewhere than on
// arm64, nothing.
func Detect() Features { return Features{LSE: cpu.ARM64.HasATOMICS} }
