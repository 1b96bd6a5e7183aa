package wasi

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// bytesThere asks how many bytes can be read (FIONREAD).
const bytesThere = 0x4004667f

func accept(fd int) (int, error) {
	syscall.ForkLock.RLock() // no child shall inherit it
	defer syscall.ForkLock.RUnlock()
	conn, _, err := unix.Accept(fd)
	if err == nil {
		unix.CloseOnExec(conn)
	}
	return conn, err
}
