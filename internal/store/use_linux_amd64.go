//go:build !race

package store

import (
	"sync"

	"golang.org/x/sys/unix"
)

// The fences of the two sides of a store's lending (use.go). On this processor a write becomes
// visible after all that were made before, but maybe after later reads. The system call
// membarrier ends that for all threads of the process, at the cost of 300 ns for who
// calls it and none for the others.

// Commands of membarrier. What the first one returns has the bits of those that there are.
const (
	query                    = 0
	privateExpedited         = 1 << 3
	registerPrivateExpedited = 1 << 4
)

func membarrier(command uintptr) (uintptr, bool) {
	r, _, err := unix.Syscall(unix.SYS_MEMBARRIER, command, 0, 0)
	return r, err == 0
}

// OthersFence says that who must see what a thread has written before it reads on makes it so by a fence.
const OthersFence = true

// lendsByFlag reports whether a store may lend by its flag: whether there is membarrier.
var lendsByFlag = sync.OnceValue(func() bool {
	const commands = privateExpedited | registerPrivateExpedited
	have, ok := membarrier(query)
	return ok && have&commands == commands
})

// register says that the process will use membarrier. That takes 10 ms, so it is said when it
// does, which most processes never do.
var register = sync.OnceFunc(func() { mustBarrier(registerPrivateExpedited) })

func mustBarrier(command uintptr) {
	if _, ok := membarrier(command); !ok {
		panic("weft: the kernel refuses the membarrier that it has")
	}
}

// fence makes visible what all threads have written.
func fence() {
	if lendsByFlag() {
		register()
		mustBarrier(privateExpedited)
	}
}

// writeFlag writes a flag that is visible before what the caller reads next is read, if
// somebody calls fence.
func writeFlag(flag *uint32, v uint32) { *flag = v }

// WriteSoon writes what other goroutines read, maybe a moment later: without the locked instruction
// of package atomic.
func WriteSoon(flag *uint32, v uint32) { *flag = v }
