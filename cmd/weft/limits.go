package main

import (
	"math"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"weft"
	"weft/wasi"
)

// limitFlags are the flags of run that bound what a program uses.
type limitFlags struct {
	units                      quantity // of fuel
	memory, heap, stack, table quantity
}

func (flags *limitFlags) define(f *pflag.FlagSet) {
	limits := weft.DefaultLimits()
	flags.units = newCount(0)
	flags.memory = newSize(limits.MemoryBytes, math.MaxInt64)
	flags.heap = newSize(limits.HeapBytes, math.MaxInt64)
	flags.stack = newSize(uint64(limits.StackBytes), math.MaxUint32)
	flags.table = newCount(limits.TableElements)
	f.Var(&flags.units, "fuel", "end the program after `N` calls and branches backwards (default none)")
	f.Var(&flags.memory, "max-memory", "limit linear memories to `SIZE` together; beyond it they do not grow")
	f.Var(&flags.heap, "max-heap", "limit the heap of objects, and of strings of wasm:js-string, to `SIZE`")
	f.Var(&flags.stack, "max-stack", "limit the stacks of a call to `SIZE` together")
	f.Var(&flags.table, "max-table", "limit tables to `N` elements together")
}

// limits returns the limits of the program's store.
func (flags *limitFlags) limits() weft.Limits {
	limits := weft.DefaultLimits()
	limits.MemoryBytes, limits.HeapBytes = flags.memory.n, flags.heap.n
	limits.StackBytes, limits.TableElements = uint32(flags.stack.n), flags.table.n
	return limits
}

// bounded reports whether there is an end of fuel.
func (flags *limitFlags) bounded(cmd *cobra.Command) bool { return cmd.Flags().Changed("fuel") }

// fuel gives the program its fuel.
func (flags *limitFlags) fuel(cmd *cobra.Command, store *weft.Store, m *weft.Module, scheduler string) error {
	switch {
	case !flags.bounded(cmd):
		return nil
	case scheduler == "green":
		return usagef("--fuel: green threads measure their turns in fuel; use --timeout")
	case imports(m, wasi.ThreadModuleName):
		return usagef("--fuel: the program has threads, which it does not bound; use --timeout")
	}
	store.SetFuel(flags.units.n)
	return nil
}
