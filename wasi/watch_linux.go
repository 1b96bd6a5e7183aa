package wasi

import "golang.org/x/sys/unix"

// bytesThere asks how many bytes can be read.
const bytesThere = unix.TIOCINQ

func accept(fd int) (int, error) {
	conn, _, err := unix.Accept4(fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	return conn, err
}
