package main

import (
	"fmt"

	"weft"
)

// An executorFlag chooses how functions are executed.
type executorFlag weft.Executor

const executorUsage = "execute functions by `ENGINE`: auto (native where that works), native " +
	"(machine code, for amd64 and arm64), or interp. Also with native, functions are interpreted first, " +
	"until they have run so often that compiling them pays"

var executorNames = [...]string{weft.Interpreter: "interp", weft.Native: "native", weft.Automatic: "auto"}

// String implements pflag.Value.
func (e *executorFlag) String() string { return executorNames[*e] }

// Set implements pflag.Value.
func (e *executorFlag) Set(name string) error {
	for i, n := range executorNames {
		if n == name {
			*e = executorFlag(i)
			return nil
		}
	}
	return fmt.Errorf("want auto, interp or native, found %q", name)
}

// Type implements pflag.Value.
func (e *executorFlag) Type() string { return "engine" }
