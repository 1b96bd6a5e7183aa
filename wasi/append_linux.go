package wasi

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// appendTo writes to the end of a file and leaves the position there. It is one
// write for the system, so that nobody else's comes between. File systems that
// cannot do that are written to as on other systems.
func appendTo(f *os.File, buffers [][]byte) (n int, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		for {
			n, failed = unix.Pwritev2(int(fd), buffers, -1, unix.RWF_APPEND)
			if failed != unix.EINTR {
				return
			}
		}
	})
	if err != nil {
		return 0, err
	}
	if errors.Is(failed, unix.ENOSYS) || errors.Is(failed, unix.EOPNOTSUPP) {
		return seekAndWrite(f, buffers)
	}
	return max(n, 0), failed
}
