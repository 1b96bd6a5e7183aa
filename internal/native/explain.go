package native

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/internal/store"
	"weft/wasm"
)

// An Explainer compiles the functions of a module one by one, without placing their code anywhere.
type Explainer struct {
	engine *Engine
	module *store.Module
	survey survey
}

// NewExplainer makes an explainer of a validated module. Code is for the target, which need not be that of the
// processor that executes the explainer; nil is for that.
func NewExplainer(m *wasm.Module, features wasm.Features, target codegen.Target) (*Explainer, error) {
	if !supported {
		return nil, errPlatform()
	}
	e, err := newEngine(nil, Config{NoSignals: true})
	if err != nil {
		return nil, err
	}
	e.config = Config{} // code as it usually is
	if target != nil {
		e.target = target
	}
	module := store.NewModule(m, wasm.NewTypeSet(), features, unprepared{e}, nil)
	return &Explainer{e, module, surveyModule(module)}, nil
}

// Explain compiles one of the module's own functions and calls show with the name of each stage and the function after
// it, as text.
func (x *Explainer) Explain(own int, show func(stage string, form func() string)) (*codegen.Code, error) {
	c, env := newCompiler(x.engine.target), x.engine.environment(x.module, x.engine.config.BoundsChecks)
	c.begin(env, runtimeOf(x.module, env), x.survey.begins, x.engine.config.Plain)
	c.show = show
	return c.function(own)
}

// Stages lists the names of the stages that Explain shows.
func Stages() []string {
	stages := []string{"build"}
	for i := range ssa.Passes {
		stages = append(stages, ssa.Passes[i].Name)
	}
	return append(stages, codegen.Stages[:]...)
}

// unprepared is an engine that does not compile modules by itself.
type unprepared struct{ *Engine }

func (unprepared) Prepare(*store.Module) {}
