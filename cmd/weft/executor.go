package main

import (
	"fmt"

	"weft"
)

// An executorFlag chooses how functions are executed.
type executorFlag weft.Executor

const executorUsage = "execute functions by `ENGINE`: interp, or native (machine code, on linux/amd64)"

var executorNames = [...]string{weft.Interpreter: "interp", weft.Native: "native"}

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
	return fmt.Errorf("want interp or native, found %q", name)
}

// Type implements pflag.Value.
func (e *executorFlag) Type() string { return "engine" }
