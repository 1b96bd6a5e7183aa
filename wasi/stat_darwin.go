package wasi

import (
	"io/fs"
	"syscall"
)

func addSystemStat(st *filestat, info fs.FileInfo) {
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		st.dev, st.ino, st.links = uint64(sys.Dev), sys.Ino, uint64(sys.Nlink)
		st.atim, st.ctim = uint64(max(sys.Atimespec.Nano(), 0)), uint64(max(sys.Ctimespec.Nano(), 0))
	}
}
