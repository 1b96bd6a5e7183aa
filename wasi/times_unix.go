//go:build linux || darwin

package wasi

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// setOpenTimes sets the times of an open file, to the microsecond.
func setOpenTimes(f *os.File, a, m time.Time) error {
	values := []unix.Timeval{unix.NsecToTimeval(a.UnixNano()), unix.NsecToTimeval(m.UnixNano())}
	return control(f, func(fd int) error { return unix.Futimes(fd, values) })
}

// setLinkTimes sets the times of an entry of a directory without following it, if
// it is a symbolic link. The name has one element.
func setLinkTimes(dir *os.File, name string, a, m time.Time) error {
	values := []unix.Timespec{unix.NsecToTimespec(a.UnixNano()), unix.NsecToTimespec(m.UnixNano())}
	return control(dir, func(fd int) error { return unix.UtimesNanoAt(fd, name, values, unix.AT_SYMLINK_NOFOLLOW) })
}

// control calls do with the descriptor that the host's system has for a file.
func control(f *os.File, do func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	if err := raw.Control(func(fd uintptr) { result = do(int(fd)) }); err != nil {
		return err
	}
	return result
}

// openNonblock lets an open of a named pipe return at once.
const openNonblock = unix.O_NONBLOCK
