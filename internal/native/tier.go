package native

import (
	"context"

	"weft/internal/store"
	"weft/wasm"
)

// With Config.InterpretFirst, functions are interpreted until they are hot (internal/interp/tier.go). The trampoline of
// such a function stays, and leads to the host adapter.
//
// Calls between the two engines go through Go, and no suspension passes them. So a function is interpreted only where
// none could: not in a continuation, whoever has resumed it, but on the stack of a call, from which suspensions lead
// nowhere. Functions that make continuations or go on with them are compiled in any case.

// maxTiers bounds how deeply calls of the two engines nest, each of which takes Go's stack. Deeper ones are compiled.
const maxTiers = 16

// interpretsFirst reports whether the functions of a module may begin in the interpreter.
func (e *Engine) interpretsFirst(m *store.Module) bool {
	return e.first != nil && !m.Features.Has(wasm.TypedContinuations2023)
}

// Interprets implements [store.SecondTier]. It prepares the function for the interpreter if so.
func (e *Engine) Interprets(s *store.Store, f *store.FuncRecord) bool {
	if f.Native-compiledStart < compiledSize || !isOwn(f) || !hasNoCode(s, f) {
		return false
	}
	return s.HostDepth < min(maxTiers, s.Limits.HostDepth-2) && e.first.Begins(s, f)
}

// hasNoCode reports whether a function may begin in the interpreter, because there is no code of it yet, not even saved.
func hasNoCode(s *store.Store, f *store.FuncRecord) bool {
	in := s.Instance(f.Instance)
	code, _ := codeOf(in)
	own := int(f.Index) - in.Module.Space.ImportedFuncs
	return code.tiered && code.entries[own].Load() == 0 && !code.saved.has(own)
}

// onCall reports whether the machine runs on the stack of a call from Go, and not in a continuation.
func (m *machine) onCall() bool { return m.prompt.side == nil && m.cur.Link == nil }

// Compile implements [store.SecondTier].
func (e *Engine) Compile(s *store.Store, f *store.FuncRecord) bool {
	compiled, err := e.compiled(s.Context(), s, f)
	return compiled && err == nil
}

// CallLoop implements [store.SecondTier].
func (e *Engine) CallLoop(ctx context.Context, s *store.Store, f *store.FuncRecord, offset int, slots []uint64) (done bool, err error) {
	in := s.Instance(f.Instance)
	code, _ := codeOf(in)
	loop, err := code.loop(ctx, int(f.Index)-in.Module.Space.ImportedFuncs, offset)
	if err != nil {
		return false, nil // the interpreter goes on
	}
	use, err := s.Enter()
	if err != nil {
		return false, err
	}
	machine, err := e.begin(ctx, s, use)
	if err != nil {
		return false, err
	}
	defer machine.leave()
	return true, machine.invokeLoop(f, loop, slots)
}
