//go:build linux || darwin || windows

package native

import (
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/codegen/arm64"
)

// See target_amd64.go.
const (
	instanceRegister     = arm64.InstanceRegister
	recordRegister       = arm64.RecordRegister
	tailCallerRegister   = arm64.TailCallerRegister
	continuationRegister = arm64.ContinuationRegister
	numberRegister       = arm64.NumberRegister
	resultRegister       = arm64.ResultRegister
	firstFloat           = arm64.FirstFloat

	pushesReturn = false
	linkRegister = arm64.LR
	stackAlign   = 16
	growFrame    = arm64.GrowFrame

	savedInts, savedFloats = 32, 32
)

// Pairs of vector registers are stored by multiples of their size.
var _ [0]byte = [unsafe.Offsetof(codegen.Context{}.SavedX) % 16]byte{}

// processor is the target for all that does not depend on extensions.
var processor codegen.Target = arm64.Target{}

// convention is how values are passed.
var convention = processor.Registers().Convention

// newTarget returns the target of an engine: with what this processor has, or with what all have.
func newTarget(baseline bool) (codegen.Target, error) {
	if baseline {
		return arm64.Target{}, nil
	}
	return arm64.Target{Features: arm64.Detect()}, nil
}
