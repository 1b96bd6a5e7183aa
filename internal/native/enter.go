//go:build (linux || darwin || windows) && (amd64 || arm64)

package native

import "weft/internal/codegen"

// supported says that there is an engine for this system and processor.
const supported = true

// enter runs native code from NativePC on with the stack NativeSP, and returns when that
// is at its end or dispatch has said so.
//
//go:noescape
func enter(c *codegen.Context, m *machine)

// hostEntry is where stubs leave to. Nobody calls it: its declaration tells Go's collector
// what its arguments are.
//
//lint:ignore U1000 see above
func hostEntry(c *codegen.Context, m *machine)

// hostCallEntry is the same for calls of host functions.
//
//lint:ignore U1000 see above
func hostCallEntry(c *codegen.Context, m *machine)

func hostEntryPC() uintptr
func hostCallEntryPC() uintptr
