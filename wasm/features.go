package wasm

import "strings"

// Features is a set of proposals. A module that uses one outside the set it is
// read with is refused with an [Error] that names the proposal.
type Features uint64

// The proposals, in the order in which they reached WebAssembly. [MVP] is the
// first release: it is the empty set, because nothing switches it off.
const (
	MutableGlobals Features = 1 << iota
	SignExtension
	SaturatingTruncation
	MultiValue
	BulkMemory
	ReferenceTypes
	SIMD
	RelaxedSIMD
	TailCall
	ExtendedConst
	FunctionReferences
	GC
	Exceptions
	MultiMemory
	Memory64
	Threads
	StackSwitching
	LegacyExceptions
	WideArithmetic
	CustomPageSizes
	CompactImports
	AcquireRelease
	NumericValues     // in data segments, of the text format only
	CustomDescriptors // and exact types; needs GC
	NamedHandlers     // an experiment; needs StackSwitching
	TagValues         // an experiment: tags that are made at run time; needs StackSwitching
	// TypedContinuations2023 is another spelling of StackSwitching, which must be
	// on as well, and has barriers.
	TypedContinuations2023

	featureEnd

	MVP Features = 0
)

// Sets of features that belong together.
const (
	// Wasm3 is WebAssembly 3.0.
	Wasm3 = MutableGlobals | SignExtension | SaturatingTruncation | MultiValue | BulkMemory |
		ReferenceTypes | SIMD | RelaxedSIMD | TailCall | ExtendedConst | FunctionReferences |
		GC | Exceptions | MultiMemory | Memory64

	// DefaultFeatures is what Weft accepts when nothing else is said. Legacy exceptions are among them
	// because compilers of C++ still write those unless told otherwise.
	DefaultFeatures = Wasm3 | Threads | StackSwitching | LegacyExceptions | WideArithmetic | CompactImports

	// AllFeatures is everything in the current encodings. The 2023 dialect of
	// stack switching is not in it, because it gives some opcodes other meanings.
	AllFeatures = (featureEnd - 1) &^ TypedContinuations2023
)

var featureNames = [...]string{
	"mutable-globals", "sign-extension", "saturating-truncation", "multi-value",
	"bulk-memory", "reference-types", "simd", "relaxed-simd", "tail-call", "extended-const",
	"function-references", "gc", "exceptions", "multi-memory", "memory64", "threads",
	"stack-switching", "legacy-exceptions", "wide-arithmetic", "custom-page-sizes",
	"compact-imports", "acquire-release", "numeric-values", "custom-descriptors",
	"named-handlers", "tag-values",
	"typed-continuations-2023",
}

// Has reports whether every feature in want is in f.
func (f Features) Has(want Features) bool { return f&want == want }

// List returns the features of the set, one per element, in order.
func (f Features) List() []Features {
	var list []Features
	for bit := Features(1); bit < featureEnd; bit <<= 1 {
		if f&bit != 0 {
			list = append(list, bit)
		}
	}
	return list
}

// String returns the names in the set, separated by commas.
func (f Features) String() string {
	if f == MVP {
		return "mvp"
	}
	var names []string
	for i, name := range featureNames {
		if f&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// FeatureByName returns the feature with the given name, as String prints it.
func FeatureByName(name string) (Features, bool) {
	for i, n := range featureNames {
		if n == name {
			return 1 << i, true
		}
	}
	return 0, false
}
