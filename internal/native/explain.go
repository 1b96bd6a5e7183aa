//go:build linux && amd64

package native

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/internal/store"
	"weft/wasm"
)

// Explain compiles one of a validated module's own functions and calls show with the name of
// each stage and the function after it, as text. The code is not placed anywhere.
func Explain(m *wasm.Module, features wasm.Features, own int, show func(stage string, form func() string)) (*codegen.Code, error) {
	e, err := newEngine(nil, Config{NoSignals: true})
	if err != nil {
		return nil, err
	}
	e.config = Config{} // code as it usually is
	module := store.NewModule(m, wasm.NewTypeSet(), features, unprepared{e}, nil)
	c, env := newCompiler(), e.environment(module, e.config.BoundsChecks)
	config := e.configuration(module, env)
	c.begin(env, &config, surveyModule(module).begins, e.config.Plain)
	c.show = show
	return c.function(own)
}

// Stages lists the names of the stages that Explain shows.
func Stages() []string {
	stages := []string{"build"}
	for i := range ssa.Passes {
		stages = append(stages, ssa.Passes[i].Name)
	}
	return append(stages, "select", "allocate")
}

// unprepared is an engine that does not compile modules by itself.
type unprepared struct{ *Engine }

func (unprepared) Prepare(*store.Module) {}
