// Package tasks has what programs do with a WebAssembly runtime, ten tasks in all, written for Weft and for wazero.
// Both sides are written as the documentation of their engine has it, and print the same. The table in
// docs/api.md has how many lines each takes:
//
//	go test ./tasks -run TestLines -v
//	go test ./tasks -run TestLines -update    # writes the table into that page
package tasks

import (
	"context"
	"io"

	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

// A Task is done by a function for each engine, which writes to out what it has found.
type Task struct {
	Name string // of the file, without the suffix
	// About says what is done, and Note where the engines differ, "" if they do not.
	About, Note  string
	Weft, Wazero func(ctx context.Context, out io.Writer) error
}

// All returns the tasks, in the order of the table.
func All() []Task {
	return []Task{
		{"strings", "strings to the guest, from it, and to a host function", "",
			weftStrings, wazeroStrings},
		{"plugins", "plug-ins with bounds for memory and time", "",
			weftPlugins, wazeroPlugins},
		{"generator", "two endless generators in turns",
			"no continuations in wazero: another guest calls the host, in a goroutine for each generator",
			weftGenerator, wazeroGenerator},
		{"cache", "a directory keeps what was compiled", "",
			weftCache, wazeroCache},
		{"wasi", "a WASI program with files in memory", "both can only be read; Weft has `wasi.MemFS` besides",
			weftWASI, wazeroWASI},
		{"cancel", "the end of a context ends an endless loop", "",
			weftCancel, wazeroCancel},
		{"errors", "errors of host functions, and traps", "wazero's traps have no name: the text of the error is searched",
			weftErrors, wazeroErrors},
		{"objects", "a struct of the guest's heap that keeps a value of Go",
			"no heap in wazero: another guest has a handle, and its memory; nobody frees either",
			weftObjects, wazeroObjects},
		{"modules", "a module imports a function of another one", "",
			weftModules, wazeroModules},
		{"observe", "each call and what it returns", "experimental in wazero",
			weftObserve, wazeroObserve},
	}
}

// assemble returns a guest as bytes, which both engines take. Weft would take the text, too.
func assemble(source string) []byte {
	module, err := text.Parse([]byte(source), wasm.DefaultFeatures)
	if err != nil {
		panic(err)
	}
	return binary.Encode(module)
}
