package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"weft"
)

// saveModule compiles a module as a whole and writes what weft run, and Engine.Load in Go programs, begin with.
func saveModule(cmd *cobra.Command, in, out, features string) error {
	source, err := readInput(cmd, in)
	if err != nil {
		return err
	}
	engine, end, err := newEngine(features, "", weft.NewConfig().WithNativeOptions(runOptions))
	if err != nil {
		return err
	}
	defer end()
	module, err := engine.Compile(source)
	if err != nil {
		return fileError(in, err)
	}
	saved, err := module.Save()
	if err != nil {
		return fileError(in, err)
	}
	if why := module.Interpreted(); why != nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "weft: %s will be interpreted: %v\n", in, why)
	}
	return writeOutput(cmd, out, saved)
}

// compileOrLoad compiles a module, or loads what weft compile has written.
func compileOrLoad(engine *weft.Engine, source []byte) (*weft.Module, error) {
	if weft.IsSaved(source) {
		return engine.Load(source)
	}
	return engine.Compile(source)
}
