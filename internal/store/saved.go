package store

// Saved opens what an engine has kept of a module for later runs. The configuration says of the
// engine everything that it depends on, beside the module and the program.
type Saved func(configuration string) SavedFunctions

// SavedFunctions are what an engine keeps of functions, by their index among the module's own.
// They are safe for concurrent use.
type SavedFunctions interface {
	// Get returns what was added; nil if there is nothing, or it cannot be believed.
	Get(own int) []byte
	// Add keeps content, which does not change any more.
	Add(own int, content []byte)
}

// An AheadCompiler is an engine that compiles functions to what can be saved.
type AheadCompiler interface {
	// CompileAll compiles all functions of a module that was prepared, and adds them to what it has Saved. The
	// error is that one cannot be compiled, or that their code is above the limit.
	CompileAll(m *Module) error
}
