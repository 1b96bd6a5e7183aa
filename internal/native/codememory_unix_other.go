//go:build unix && !linux

package native

import "golang.org/x/sys/unix"

const reserveFlags = unix.MAP_ANON | unix.MAP_PRIVATE
