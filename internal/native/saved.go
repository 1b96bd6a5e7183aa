package native

import (
	"fmt"

	"weft/internal/codegen"
	"weft/internal/store"
)

// savedCode is the code of a module's functions that earlier runs have compiled. The zero value
// has none.
type savedCode struct{ functions store.SavedFunctions }

// saved returns the saved code of a module.
func (e *Engine) saved(m *store.Module, checks bool) savedCode {
	if m.Saved == nil {
		return savedCode{}
	}
	return savedCode{m.Saved(e.identity(checks))}
}

// identity says everything of an engine on which code depends. Offsets in records and in the context
// are constants of the program, and those in an instance follow from the module.
func (e *Engine) identity(checks bool) string {
	return fmt.Sprintf("native %v %t %t %t %t %x",
		e.target, checks, e.config.Polls, e.config.Fuel, e.config.Steps, e.config.Plain)
}

// function returns the code of one of the module's own functions: what was saved, or what c compiles
// and saves.
func (s savedCode) function(c *compiler, own int) (code *codegen.Code, found bool, err error) {
	if s.functions == nil {
		code, err = c.function(own)
		return code, false, err
	}
	if b := s.functions.Get(own); b != nil {
		if code, err = codegen.DecodeCode(b); err == nil {
			return code, true, nil
		}
	}
	if code, err = c.function(own); err == nil {
		s.functions.Add(own, codegen.AppendCode(nil, code))
	}
	return code, false, err
}

// has reports whether there is something saved of a function.
func (s savedCode) has(own int) bool { return s.functions != nil && s.functions.Get(own) != nil }

// CompileAll implements [store.AheadCompiler].
func (e *Engine) CompileAll(m *store.Module) error {
	_, err := compile(e, m, e.config.BoundsChecks)
	return err
}
