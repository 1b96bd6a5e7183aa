package native

import (
	"weft/internal/store"
	"weft/wasm"
)

// With Config.InterpretFirst, functions are interpreted until they are hot (internal/interp/tier.go), in frames among
// those of machine code (interpreted.go). Their records lead to trampolines meanwhile.

// interpretsFirst reports whether the functions of a module may begin in the interpreter.
func (e *Engine) interpretsFirst(m *store.Module) bool {
	return e.first != nil && !m.Features.Has(wasm.TypedContinuations2023)
}

// mayInterpret reports whether a function may begin in the interpreter: there is no code of it yet, not even saved. Who
// asks for more than that functions run (steps, schedules, samples) asks machine code.
func (e *Engine) mayInterpret(s *store.Store, f *store.FuncRecord) bool {
	if e.first == nil || s.FuelEnabled || s.Scheduler != nil || s.Profile != nil || !isOwn(f) {
		return false
	}
	code, own := codeFor(s, f)
	return code.tiered && code.entries[own].Load() == 0 && !code.saved.has(own)
}
