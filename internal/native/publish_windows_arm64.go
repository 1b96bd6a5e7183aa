package native

import "golang.org/x/sys/windows"

// The system has a call for what publish_arm64.go describes.

// codePage is the granularity of the memory for code: a page, or a few.
const codePage = 4096

// publish makes code known that was written at an address, to be executed at others.
func publish(_ uintptr, executed span) {
	const thisProcess = ^uintptr(0)
	flush := windows.NewLazySystemDLL("kernel32.dll").NewProc("FlushInstructionCache")
	_, _, _ = flush.Call(thisProcess, executed.start, executed.size) // it fails for wrong arguments only
}

// entrySynchronizes reports whether threads must synchronize where they enter native code.
func entrySynchronizes() bool { return true }

// codeIsCopied: see publish_linux_arm64.go.
const codeIsCopied = false
