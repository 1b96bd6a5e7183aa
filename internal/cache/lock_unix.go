//go:build linux || darwin

package cache

import (
	"os"

	"golang.org/x/sys/unix"
)

// tryLock locks a file until it is closed.
func tryLock(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := conn.Control(func(fd uintptr) { failed = unix.Flock(int(fd), unix.LOCK_EX|unix.LOCK_NB) }); err != nil {
		return err
	}
	if failed == unix.EWOULDBLOCK || failed == unix.EINTR {
		return errLocked
	}
	return failed
}
