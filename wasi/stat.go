package wasi

import (
	"io/fs"
	"time"
)

// typeOf returns the type of a file with the given mode.
func typeOf(mode fs.FileMode) uint8 {
	switch {
	case mode.IsRegular():
		return typeRegular
	case mode.IsDir():
		return typeDirectory
	case mode&fs.ModeSymlink != 0:
		return typeSymbolicLink
	case mode&fs.ModeCharDevice != 0:
		return typeCharacterDevice
	case mode&fs.ModeDevice != 0:
		return typeBlockDevice
	case mode&fs.ModeSocket != 0:
		return typeStream
	}
	return typeUnknown
}

// statOf returns what is known of a file on every system, and what this one adds.
func statOf(info fs.FileInfo) filestat {
	mtim := nanoseconds(info.ModTime())
	st := filestat{links: 1, size: uint64(max(info.Size(), 0)), fileType: typeOf(info.Mode()), atim: mtim, mtim: mtim, ctim: mtim}
	if s, ok := info.Sys().(*FileStat); ok && s != nil {
		st.ino, st.links, st.atim, st.ctim = s.Inode, s.Links, nanoseconds(s.Accessed), nanoseconds(s.Change)
	}
	addSystemStat(&st, info)
	return st
}

// nanoseconds returns a time as guests see it: not before 1970, and without one as 0.
func nanoseconds(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(max(t.UnixNano(), 0))
}
