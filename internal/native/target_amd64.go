//go:build linux || darwin || windows

package native

import (
	"errors"

	"weft/internal/codegen"
	"weft/internal/codegen/amd64"
)

// The instruction set of the processors that this engine is built for. What calls from the host and from code need of
// it are constants, since each instruction of these counts; the rest is asked of the target.
const (
	instanceRegister     = amd64.InstanceRegister
	recordRegister       = amd64.RecordRegister
	tailCallerRegister   = amd64.TailCallerRegister
	continuationRegister = amd64.ContinuationRegister
	numberRegister       = amd64.NumberRegister
	resultRegister       = amd64.ResultRegister
	firstFloat           = amd64.FirstFloat

	// Calls push the return address; linkRegister is where it is elsewhere. The stack pointer is a multiple of
	// stackAlign where a function begins, and growFrame is [codegen.Registers.GrowFrame].
	pushesReturn = true
	linkRegister = 0
	stackAlign   = 8
	growFrame    = 0

	// savedInts and savedFloats are how many registers there are of each kind, which have numbers from 0 on.
	savedInts, savedFloats = 16, 16
)

// processor is the target for all that does not depend on extensions.
var processor codegen.Target = amd64.Target{}

// convention is how values are passed.
var convention = processor.Registers().Convention

// newTarget returns the target of an engine: with what this processor has, or with what all have.
func newTarget(baseline bool) (codegen.Target, error) {
	features := amd64.Detect()
	if !features.SSE41 || !features.POPCNT {
		return nil, errors.New("weft: the native engine needs a processor with SSE4.1 and POPCNT")
	}
	if baseline {
		features = amd64.Baseline()
	}
	return amd64.Target{Features: features}, nil
}
