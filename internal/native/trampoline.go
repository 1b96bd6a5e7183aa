//go:build linux && amd64

package native

import (
	"encoding/binary"
	"sync"

	"weft/internal/codegen/amd64"
	"weft/wasm"
)

// A trampoline stands for a function that is not compiled yet: it tells the stub
// lazy the function's number among those that its module defines. The instance tells the
// module, so all modules share them.
type trampolines struct {
	start uintptr
	space *codeSpace
	mu    sync.Mutex
	count int // those that are there
}

// trampolineLen is the distance of two trampolines, and trampolineRun how many are made at a time: whole pages.
const (
	trampolineLen = 16
	trampolineRun = 4 * codePage / trampolineLen
)

var _ [trampolineSize/trampolineLen - wasm.MaxFuncs]struct{}

// need makes the trampolines for n functions.
func (t *trampolines) need(n int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.count < n {
		code := make([]byte, 0, trampolineRun*trampolineLen)
		for i := range trampolineRun {
			code = appendTrampoline(code, t.at(t.count+i), uint32(t.count+i))
		}
		// Nothing of this space is ever given back: so it comes in order.
		if _, err := t.space.place(code); err != nil {
			return err
		}
		t.count += trampolineRun
	}
	return nil
}

// at returns the address of the trampoline for a function.
func (t *trampolines) at(own int) uintptr { return t.start + uintptr(own)*trampolineLen }

// appendTrampoline appends the trampoline for a function, which will be at an address.
func appendTrampoline(code []byte, address uintptr, own uint32) []byte {
	end := len(code) + trampolineLen
	code = append(code, 0x40|0x01, 0xb8|byte(amd64.R13&7)) // mov r13d, own
	code = binary.LittleEndian.AppendUint32(code, own)
	const length = 11
	code = append(code, 0xe9) // jmp lazy
	code = binary.LittleEndian.AppendUint32(code, uint32(process.stubs.lazy-address-length))
	for len(code) < end {
		code = append(code, breakpoint)
	}
	return code
}
