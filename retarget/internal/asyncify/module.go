package asyncify

import (
	"fmt"

	"weft/retarget/internal/refusal"
	"weft/wasm"
)

// A Report says what was done.
type Report struct {
	Bottoms []string // functions that unwound, and suspend now
	Tops    []string // functions that called what was unwound, and resume now
	Calls   int      // of theirs that run in continuations
	Ends    int      // of goroutines that return now
	Dropped []string // custom sections that would not be true any more
}

// Drives reports whether a module drives Asyncify from inside.
func Drives(m *wasm.Module) bool {
	for i := range m.Imports {
		if m.Imports[i].Module == asyncifyModule {
			return true
		}
	}
	return false
}

// Transform rewrites a valid module. The error is a [*refusal.Refusal] if the module is not as known; then it may be
// changed in part. The bytes of what is read are not changed.
func Transform(source *wasm.Module) (*Report, error) {
	m := &module{m: source, imported: uint32(source.NumImports(wasm.ExternFunc))}
	for _, step := range []func() error{m.recognize, m.scan, m.findRoles, m.findStubs} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	m.findEnds()
	if err := m.link(); err != nil {
		return nil, err
	}
	m.keepTrue()
	return &m.report, nil
}

// A module is a program that is being retargeted.
type module struct {
	m        *wasm.Module
	imported uint32     // functions
	api      []api      // by imported function
	funcs    []function // that are defined
	taken    []uint32   // functions whose reference is taken somewhere
	reaches  []bool     // by function: whether it may come to a bottom
	// indirectReaches says whether a call by reference may.
	indirectReaches bool
	stubs           []*stub
	report          Report
}

// A function is one that the module defines.
type function struct {
	index uint32
	fn    *wasm.Func
	apis  [apis]bool // which of Asyncify's functions it calls
	calls []uint32   // functions that it calls
	// indirect says that it calls functions by reference.
	indirect bool
	tailCall int // the offset of one in the body, or -1

	role     role
	straight bool // a top that never returns while the state is unwinding

	offset int // of the body, from the beginning of the code
	size   int // of locals and body in bytes
}

// function returns one of the module's own functions by its index; nil for an import.
func (m *module) function(index uint32) *function {
	if index < m.imported {
		return nil
	}
	return &m.funcs[index-m.imported]
}

// name returns the name of a function, or its number if it has none.
func (m *module) name(index uint32) string {
	if name := m.m.Names.Funcs[index]; name != "" {
		return name
	}
	return fmt.Sprint(index)
}

// refuse makes a refusal about a function, at an offset in its body or -1.
func (m *module) refuse(f *function, at int, format string, args ...any) error {
	r := &refusal.Refusal{Func: m.m.Names.Funcs[f.index], Index: int(f.index), Offset: -1,
		Msg: fmt.Sprintf(format, args...)}
	if at >= 0 {
		r.Offset = f.fn.BodyOffset + at
	}
	return r
}

// refuseAll makes a refusal that is about no function.
func refuseAll(format string, args ...any) error {
	return &refusal.Refusal{Index: -1, Offset: -1,
		Msg: fmt.Sprintf(format, args...)}
}
