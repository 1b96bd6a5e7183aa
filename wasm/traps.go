package wasm

// TrapCode is a reason for a trap.
type TrapCode uint8

const (
	TrapNone TrapCode = iota
	TrapUnreachable
	TrapMemoryOutOfBounds
	TrapTableOutOfBounds
	TrapArrayOutOfBounds
	TrapDivideByZero
	TrapIntegerOverflow
	TrapInvalidConversion
	TrapUndefinedElement
	TrapUninitializedElement
	TrapIndirectCallType
	TrapNullReference
	TrapNullFunction
	TrapNullStruct
	TrapNullArray
	TrapNullI31
	TrapNullContinuation
	TrapNullException
	TrapContinuationConsumed
	TrapCastFailure
	TrapStackExhausted
	TrapUnalignedAtomic
	TrapExpectedShared
	TrapBarrier
	TrapOutOfMemory
	TrapTooManyContinuations
	TrapFuelExhausted
	TrapNullDescriptor
	TrapDescriptorCast
	trapCodeEnd
)

// trapMessages are the texts of the specification's tests where they have one.
var trapMessages = [trapCodeEnd]string{
	TrapNone:                 "no trap",
	TrapUnreachable:          "unreachable",
	TrapMemoryOutOfBounds:    "out of bounds memory access",
	TrapTableOutOfBounds:     "out of bounds table access",
	TrapArrayOutOfBounds:     "out of bounds array access",
	TrapDivideByZero:         "integer divide by zero",
	TrapIntegerOverflow:      "integer overflow",
	TrapInvalidConversion:    "invalid conversion to integer",
	TrapUndefinedElement:     "undefined element",
	TrapUninitializedElement: "uninitialized element",
	TrapIndirectCallType:     "indirect call type mismatch",
	TrapNullReference:        "null reference",
	TrapNullFunction:         "null function reference",
	TrapNullStruct:           "null structure reference",
	TrapNullArray:            "null array reference",
	TrapNullI31:              "null i31 reference",
	TrapNullContinuation:     "null continuation reference",
	TrapNullException:        "null exception reference",
	TrapContinuationConsumed: "continuation already consumed",
	TrapCastFailure:          "cast failure",
	TrapStackExhausted:       "call stack exhausted",
	TrapUnalignedAtomic:      "unaligned atomic",
	TrapExpectedShared:       "expected shared memory",
	TrapBarrier:              "barrier hit by suspension",
	TrapOutOfMemory:          "out of memory: a limit of the store or of the system is reached",
	TrapTooManyContinuations: "out of continuations: the store's limit is reached",
	TrapFuelExhausted:        "fuel exhausted",
	TrapNullDescriptor:       "null descriptor reference",
	TrapDescriptorCast:       "descriptor cast failure",
}

func (c TrapCode) String() string { return trapMessages[c] }

// TrapSet is a set of trap codes: what an instruction may trap with.
type TrapSet uint64

func traps(codes ...TrapCode) TrapSet {
	var s TrapSet
	for _, c := range codes {
		s |= 1 << c
	}
	return s
}

// Has reports whether c is in the set.
func (s TrapSet) Has(c TrapCode) bool { return s&(1<<c) != 0 }
