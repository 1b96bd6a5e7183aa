//go:build !race

package store

import (
	"golang.org/x/sys/unix"
	"sync"
)

// The fences of the two sides of a store's lending (use.go). On this processor a write becomes
// visible after all that were made before, but maybe after later reads. The system call
// membarrier ends that for all threads of the process, at the cost of 300 ns for who
// calls it and none for the others.

// Commands of membarrier.
const (
	privateExpedited         = 1 << 3
	registerPrivateExpedited = 1 << 4
)

func membarrier(command uintptr) bool {
	_, _, err := unix.Syscall(unix.SYS_MEMBARRIER, command, 0, 0)
	return err == 0
}

// lendsByFlag reports whether a store may lend by its flag: whether the process, which has
// asked for that, may use membarrier.
var lendsByFlag = sync.OnceValue(func() bool {
	return membarrier(registerPrivateExpedited) && membarrier(privateExpedited)
})

// fence makes visible what all threads have written.
func fence() {
	if lendsByFlag() && !membarrier(privateExpedited) {
		panic("weft: the kernel does not know membarrier any more")
	}
}

// writeFlag writes a flag that is visible before what the caller reads next is read, if
// somebody calls fence.
func writeFlag(flag *uint32, v uint32) { *flag = v }
