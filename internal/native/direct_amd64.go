//go:build linux || darwin || windows

package native

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/store"
)

// Assembly calls a Go function through a wrapper that the compiler makes: it takes the argument from the stack to a
// register, gets what Go keeps in registers (0 in X15, the goroutine in R14), calls, and puts the result onto the
// stack. That is a fifth of a call of a host function. So there are frames to which stubs leave that call the
// functions as the wrappers do. How Go passes arguments is not promised: they are used if the wrapper shows that it is
// still so, and otherwise those that call it.

// directHostEntry is hostEntry without the wrapper.
//
//lint:ignore U1000 see hostEntry
func directHostEntry(c *codegen.Context, m *machine)

// directHostCallEntry is hostCallEntry without the wrapper.
//
//lint:ignore U1000 see hostEntry
func directHostCallEntry(c *codegen.Context, m *machine)

func directHostEntryPC() uintptr
func directHostCallEntryPC() uintptr
func dispatchWrapperPC() uintptr
func callHostWrapperPC() uintptr

// hostEntries returns the frames that stubs leave to: for requests, and for calls of host functions.
func hostEntries() (requests, calls uintptr) {
	dispatchPC, callHostPC = reflect.ValueOf(dispatch).Pointer(), reflect.ValueOf(callHost).Pointer()
	if wraps(dispatchWrapperPC(), dispatchPC) && wraps(callHostWrapperPC(), callHostPC) {
		return directHostEntryPC(), directHostCallEntryPC()
	}
	return hostEntryPC(), hostCallEntryPC()
}

// What a wrapper is made of, around the load of the goroutine, which has more than one form, and the call.
const (
	wrapperBegin = "\x55\x48\x89\xe5\x48\x83\xec\x08" + // PUSHQ BP; MOVQ SP, BP; SUBQ $8, SP
		"\x48\x8b\x44\x24\x18" + // MOVQ 24(SP), AX
		"\x45\x0f\x57\xff" // XORPS X15, X15
	wrapperCall   = 0xe8
	wrapperResult = "\x88\x44\x24\x20" // MOVB AL, 32(SP)
	wrapperLen    = 64                 // at most
)

// wraps reports whether the code at an address is a wrapper of the function, and does what the frames here do.
func wraps(wrapper, function uintptr) bool {
	code := unsafe.Slice((*byte)(store.Pointer(wrapper)), wrapperLen)
	rest, ok := bytes.CutPrefix(code, []byte(wrapperBegin))
	for ok {
		i := bytes.IndexByte(rest, wrapperCall)
		if i < 0 || len(rest) < i+5+len(wrapperResult) {
			return false
		}
		distance := int32(binary.LittleEndian.Uint32(rest[i+1:]))
		rest = rest[i+5:]
		if behind := wrapper + uintptr(len(code)-len(rest)); behind+uintptr(distance) == function {
			return bytes.HasPrefix(rest, []byte(wrapperResult))
		}
	}
	return false
}
