package native

import (
	"sync"

	"golang.org/x/sys/unix"
)

// cacheType returns what the processor tells of its caches.
func cacheType() uintptr

// cacheLines returns the sizes of the smallest lines of the caches for data and for instructions.
func cacheLines() (data, instructions uintptr) {
	const word = 4
	t := cacheType()
	return word << (t >> 16 & 15), word << (t & 15)
}

// Commands of membarrier. What the first one returns has the bits of those that there are.
const (
	query            = 0
	synchronizeCores = 1 << 5
	registerToDoSo   = 1 << 6
)

// kernelSynchronizes reports whether the kernel can make all threads of the process synchronize.
var kernelSynchronizes = sync.OnceValue(func() bool {
	have, _, err := unix.Syscall(unix.SYS_MEMBARRIER, query, 0, 0)
	if err != 0 || have&(synchronizeCores|registerToDoSo) != synchronizeCores|registerToDoSo {
		return false
	}
	_, _, err = unix.Syscall(unix.SYS_MEMBARRIER, registerToDoSo, 0, 0)
	return err == 0
})

// entrySynchronizes reports whether threads must synchronize where they enter native code.
func entrySynchronizes() bool { return !kernelSynchronizes() }

func synchronizeThreads() {
	if !kernelSynchronizes() {
		return
	}
	if _, _, err := unix.Syscall(unix.SYS_MEMBARRIER, synchronizeCores, 0, 0); err != 0 {
		panic("weft: the kernel refuses the membarrier that it has")
	}
}

// codeIsCopied says that what executes code may have a copy of it that only a change of mappings ends. An emulator
// does: it translates code, and one that lets programs invalidate caches without doing anything (QEMU before 8.1)
// would go on with the translation when other code lies at the address. So what is given back is mapped again.
// Processors do not need that, and it is seldom.
const codeIsCopied = true
