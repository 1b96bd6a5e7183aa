package weft

import (
	"fmt"
	"runtime"

	"weft/internal/interp"
	"weft/internal/native"
	"weft/internal/store"
)

// An Executor says how an engine executes functions.
type Executor uint8

const (
	// Interpreter executes functions on every platform that Go has.
	Interpreter Executor = iota
	// Native compiles functions to machine code. It exists for amd64 and arm64 on Linux, macOS and Windows;
	// [NativeMode] tells what it is like there.
	//
	// On Linux the first engine that executes natively installs handlers for SIGSEGV, SIGBUS and
	// SIGURG, which hand what is not theirs to Go's, unless NativeOptions say otherwise.
	Native
	// Automatic is Native where that works and has been tried, which is on Linux, and Interpreter elsewhere.
	Automatic
)

// NativeOptions say how machine code is made. The zero value is the fastest.
type NativeOptions struct {
	// BoundsChecks compares every address with the length of the memory. Otherwise accesses
	// out of bounds fault, where 8 GiB of address space are reserved for a memory.
	BoundsChecks bool
	// Polls lets loops look whether the call is to end or the goroutine to yield. Otherwise
	// they are interrupted by SIGURG.
	Polls bool
	// NoSignals leaves the signal handlers of the process alone. It implies the others.
	NoSignals bool
	// Baseline makes code for every processor that the compiler supports, even if this one has more: for tests.
	Baseline bool
	// Eager compiles all functions of a module when Compile does, on all processors. Otherwise each
	// function is compiled when it is first called.
	Eager bool
	// Fuel makes code that counts, for stores whose fuel is bounded: a unit for each call and each
	// turn of a loop. Otherwise the interpreter executes what they call.
	Fuel bool
	// Steps is set by [Config.WithSteps].
	Steps bool
	// InterpretFirst lets functions be interpreted until they have been called, or their loops have turned, so often
	// that compiling them pays: programs that run shortly end sooner, others are fast a little later. It has no effect
	// with Eager or Fuel, in stores with fuel or a scheduler, and with a profiler.
	InterpretFirst bool
	// HotAfter is after how many calls and turns of loops it pays: for tests. If it is 0, that depends on the
	// function's size.
	HotAfter int
	// Plain chooses functions that are compiled in the form for those that are too large for the other one: slower
	// code, made in time that is linear in their size. They are those whose number, modulo 32, is a bit that is set.
	// For tests.
	Plain uint32
	// SmallStacks lets all stacks begin with 512 bytes, so that they grow often: for tests.
	SmallStacks bool
}

// NativeMode describes in a few words how machine code runs on this system and processor if no options say otherwise:
// for which processor it is, and whether it relies on signals. The error says why there is none.
func NativeMode() (string, error) {
	m, err := native.ModeHere()
	if err != nil {
		return "", err
	}
	if m.Signals {
		return m.Target + ", with signals", nil
	}
	return fmt.Sprintf("%s, with compared addresses and polls (%s)", m.Target, m.Why), nil
}

// WithExecutor chooses how functions are executed; by default it is [Automatic].
func (c Config) WithExecutor(e Executor) Config {
	c.executor = e
	return c
}

// WithNativeOptions sets the options for [Native].
func (c Config) WithNativeOptions(o NativeOptions) Config {
	c.native = o
	return c
}

// WithSteps lets the code of both executors count steps, in the same way, as the fuel of a store ([Store.SetFuel]): one
// at the beginning of each function, at each arrival at a loop, and before each atomic access to memory. So a schedule
// that is told by steps is the same on both, and on every machine. Code is slower by some percent. With [Automatic],
// machine code is made on amd64 alone: that of arm64 makes NaNs of other bits, which a program may look at.
func (c Config) WithSteps() Config {
	c.native.Steps, c.native.Fuel = true, true
	return c
}

// newExecutor makes what executes functions. If that is the interpreter because nothing else works here, why says so.
func (c Config) newExecutor() (executor store.Engine, why, err error) {
	i, err := interp.New()
	if err == nil && c.native.Steps {
		i.CountSteps()
	}
	if err == nil && c.listener != nil {
		i.Listen()
	}
	if err == nil && (c.listener != nil || c.continuations != nil) {
		return i, nil, nil
	}
	if err != nil || c.executor == Interpreter {
		return i, nil, err
	}
	if c.executor == Automatic {
		switch mode, err := native.ModeHere(); {
		case err != nil:
			// New says why there is no machine code.
		case mode.Untried:
			return i, errUntried, nil
		case c.native.Steps && runtime.GOARCH != "amd64":
			return i, errOtherNaNs, nil
		}
	}
	options := native.Config(c.native)
	options.InterpretFirst = options.InterpretFirst && c.profiler == nil // its samples are of one engine's calls
	n, err := native.New(i, options)
	if err != nil && c.executor == Automatic {
		return i, err, nil
	}
	return n, nil, err
}

var (
	errUntried   = fmt.Errorf("weft: machine code for %s has not been tried yet; WithExecutor(Native) does", runtime.GOOS)
	errOtherNaNs = fmt.Errorf(
		"weft: what counts steps is interpreted on %s, whose machine code makes NaNs of other bits", runtime.GOARCH)
)

// Interpreted returns why the module is interpreted, though its engine was not asked for that: because nothing else
// works here, or because of a fault of the compiler. It is nil if machine code is made of the module, or if the
// interpreter was asked for.
func (m *Module) Interpreted() error {
	if m == nil {
		return errNoModule
	}
	if why := m.module.Interpreted; why != nil {
		return why
	}
	return m.engine.interprets
}

// Unguarded reports whether there was no address space for guards behind the instance's memories, so that its machine
// code compares addresses with their lengths, which takes a little longer.
func (in *Instance) Unguarded() bool { return in != nil && in.instance.Unguarded }
