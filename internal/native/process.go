package native

import (
	"sync"

	"weft/internal/store"
)

// Signal handlers belong to the process, and a handler has to tell machine code from
// all other code by its address alone. So there is one region for code in a process,
// and the variables here, which nothing but the first engine changes.

// The region, by size. Stubs, adapters and trampolines, which are not to be interrupted, come
// before compiled code.
const (
	regionSize     = 1 << 30
	stubsSize      = 64 << 10
	adapterSize    = 64<<20 - stubsSize
	trampolineSize = 16 << 20
	compiledOffset = stubsSize + adapterSize + trampolineSize
)

// process is what all engines share.
var process struct {
	once  sync.Once
	err   error
	stubs stubs
	// requests and calls are the frames that stubs leave to.
	requests, calls uintptr
	contexts        contextPool
	adapters        *adapterSet
	trampolines     trampolines
	compiled        *codeSpace

	signalsOnce sync.Once
	signalsErr  error
}

// Handlers read these.
var (
	compiledStart, compiledSize uintptr // where compiled code may be
	//lint:ignore U1000 assembly reads them
	faultStub, asyncStub uintptr // where the handlers send threads
	faultSegv, faultBus  uintptr // the handlers before ours
	previousUrg          uintptr
)

// The frames of direct.go read where the functions begin that they call.
var dispatchPC, callHostPC uintptr

// startProcess reserves the region and makes the stubs.
func startProcess() error {
	process.once.Do(func() { process.err = reserveCode() })
	return process.err
}

func reserveCode() error {
	memory, err := newCodeMemory(regionSize)
	if err != nil {
		return err
	}
	code, at := assembleStubs(processor, entrySynchronizes(), store.OthersFence)
	if err := memory.write(memory.start, code); err != nil {
		memory.release()
		return err
	}
	space := func(offset, size, grain uintptr) *codeSpace {
		return newCodeSpace(memory, span{memory.start + offset, size}, grain)
	}
	process.stubs = at.moved(memory.start)
	process.requests, process.calls = hostEntries()
	process.adapters = newAdapterSet(space(stubsSize, adapterSize, adapterGrain))
	process.trampolines.space = space(stubsSize+adapterSize, trampolineSize, codePage)
	process.trampolines.start = memory.start + stubsSize + adapterSize
	process.compiled = space(compiledOffset, regionSize-compiledOffset, codePage)
	faultStub, asyncStub = process.stubs.fault, process.stubs.async
	compiledStart, compiledSize = memory.start+compiledOffset, regionSize-compiledOffset
	return nil
}

// startSignals installs the handlers.
func startSignals() error {
	process.signalsOnce.Do(func() { process.signalsErr = installHandlers() })
	return process.signalsErr
}
