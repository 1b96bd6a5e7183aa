//go:build linux && amd64

package native

import (
	"fmt"
	"sync"

	"golang.org/x/sys/unix"

	"weft/internal/store"
)

// Signal handlers belong to the process, and a handler has to tell machine code from
// all other code by its address alone. So there is one region for code in a process,
// and the variables here, which nothing but the first engine changes.

// The region, by size. Stubs and adapters, which are not to be interrupted, come
// before compiled code.
const (
	regionSize  = 1 << 30
	stubsSize   = 64 << 10
	adapterSize = 64 << 20
)

// process is what all engines share.
var process struct {
	once     sync.Once
	err      error
	stubs    stubs
	adapters codeSpace
	compiled codeSpace

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

// startProcess reserves the region and makes the stubs.
func startProcess() error {
	process.once.Do(func() { process.err = reserveCode() })
	return process.err
}

func reserveCode() error {
	p, err := unix.MmapPtr(-1, 0, nil, regionSize, unix.PROT_NONE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
	if err != nil {
		return fmt.Errorf("weft: reserve %d bytes of address space for machine code: %w", regionSize, err)
	}
	start := uintptr(p)
	first := codeSpace{free: []span{{start, stubsSize}}}
	code, at := assembleStubs()
	piece, err := first.place(code)
	if err != nil {
		// Nothing of the region is in use.
		_ = unix.MunmapPtr(store.Pointer(start), regionSize)
		return err
	}
	process.stubs = at.moved(piece.start)
	process.adapters.free = []span{{start + stubsSize, adapterSize - stubsSize}}
	process.compiled.free = []span{{start + adapterSize, regionSize - adapterSize}}
	faultStub, asyncStub = process.stubs.fault, process.stubs.async
	compiledStart, compiledSize = start+adapterSize, regionSize-adapterSize
	return nil
}

// startSignals installs the handlers.
func startSignals() error {
	process.signalsOnce.Do(func() { process.signalsErr = installHandlers() })
	return process.signalsErr
}
