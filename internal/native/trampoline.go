package native

import (
	"sync"

	"weft/internal/codegen"
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

// trampolineRun is how many trampolines are made at a time: whole pages.
const trampolineRun = 4 * codePage / codegen.TrampolineLen

var _ [trampolineSize/codegen.TrampolineLen - wasm.MaxFuncs]struct{}

// need makes the trampolines for n functions.
func (t *trampolines) need(n int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.count < n {
		code := make([]byte, 0, trampolineRun*codegen.TrampolineLen)
		for i := range trampolineRun {
			code = processor.AppendTrampoline(code, t.at(t.count+i), process.stubs.lazy, uint32(t.count+i))
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
func (t *trampolines) at(own int) uintptr { return t.start + uintptr(own)*codegen.TrampolineLen }
