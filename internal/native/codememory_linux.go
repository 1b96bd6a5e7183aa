package native

import (
	"golang.org/x/sys/unix"

	"weft/internal/store"
)

const reserveFlags = unix.MAP_ANON | unix.MAP_PRIVATE | unix.MAP_NORESERVE

// mapTwice makes the region one that is mapped twice, unless the system refuses any of what that needs.
func (m *codeMemory) mapTwice() {
	file, err := unix.MemfdCreate("weft code", unix.MFD_CLOEXEC)
	if err != nil {
		return
	}
	if unix.Ftruncate(file, int64(m.size)) == nil {
		data, err := unix.MmapPtr(file, 0, nil, m.size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_NORESERVE)
		if err == nil {
			if mapExecutable(file, 0, span{m.start, m.size}) == nil {
				m.file, m.writable = file, uintptr(data)
				return
			}
			_ = unix.MunmapPtr(data, m.size) // nothing of it is in use
		}
	}
	_ = unix.Close(file)
}

// mapExecutable maps what the file has from an offset on where it is executed.
func mapExecutable(file int, offset uintptr, pages span) error {
	_, err := unix.MmapPtr(file, int64(offset), store.Pointer(pages.start), pages.size, unix.PROT_READ|unix.PROT_EXEC,
		unix.MAP_SHARED|unix.MAP_NORESERVE|unix.MAP_FIXED)
	return err
}

// releaseTwice gives back what mapTwice has made beside the region.
func (m *codeMemory) releaseTwice() {
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
	_ = mapExecutable(m.file, start-m.start, span{start, end - start})
}
