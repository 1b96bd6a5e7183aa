package native

import (
	"golang.org/x/sys/unix"

	"weft/internal/store"
)

const reserveFlags = unix.MAP_ANON | unix.MAP_PRIVATE | unix.MAP_NORESERVE

// mapTwice returns nil if the system refuses any of what it needs.
func mapTwice(size uintptr) *codeMemory {
	file, err := unix.MemfdCreate("weft code", unix.MFD_CLOEXEC)
	if err != nil {
		return nil
	}
	if unix.Ftruncate(file, int64(size)) == nil {
		code, err := unix.MmapPtr(file, 0, nil, size, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_SHARED|unix.MAP_NORESERVE)
		if err == nil {
			data, err := unix.MmapPtr(file, 0, nil, size, unix.PROT_READ|unix.PROT_WRITE,
				unix.MAP_SHARED|unix.MAP_NORESERVE)
			if err == nil {
				return &codeMemory{start: uintptr(code), size: size, file: file, writable: uintptr(data)}
			}
			_ = unix.MunmapPtr(code, size) // nothing of it is in use
		}
	}
	_ = unix.Close(file)
	return nil
}

func (m *codeMemory) releaseTwice() {
	_ = unix.MunmapPtr(store.Pointer(m.start), m.size)
	_ = unix.MunmapPtr(store.Pointer(m.writable), m.size)
	_ = unix.Close(m.file)
}

func (m *codeMemory) discardTwice(pages span) error {
	return unix.Fallocate(m.file, unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, int64(pages.start-m.start),
		int64(pages.size))
}

// mapAgain maps the pages of a piece of code again where it was executed, as they are.
func (m *codeMemory) mapAgain(piece span) {
	if !m.appends() {
		return
	}
	start, end := piece.start&^(codePage-1), (piece.end()+codePage-1)&^(codePage-1)
	// If it fails, there is no memory for the system's tables, and the mapping is as it was.
	_, _ = unix.MmapPtr(m.file, int64(start-m.start), store.Pointer(start), end-start, unix.PROT_READ|unix.PROT_EXEC,
		unix.MAP_SHARED|unix.MAP_NORESERVE|unix.MAP_FIXED)
}
