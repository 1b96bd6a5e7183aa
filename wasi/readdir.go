package wasi

import "encoding/binary"

// direntSize is the size of the header before each name.
const direntSize = 24

// fdReaddir writes entries, the last one cut off where the buffer ends. A cookie
// is the number of the entry to begin with; what was there when the guest asked
// for entry 0 is what it gets to see.
func (t *thread) fdReaddir(a []uint64) Errno {
	d := t.system.lookup(a[0])
	if d == nil {
		return eBadF
	}
	dir, ok := d.object.(directory)
	if !ok {
		return eNotDir
	}
	b, errno := t.bytes(a[1], a[2])
	if errno != success {
		return errno
	}
	if errno := t.put32(a[4], 0); errno != success {
		return errno
	}
	cookie, l := a[3], d.listing.Load()
	if cookie == 0 || l == nil {
		var err error
		if l, err = t.list(dir); err != nil {
			return errnoOf(err)
		}
		t.system.keep(d, l)
	}
	used := 0
	for ; cookie < uint64(len(l.entries)) && used < len(b); cookie++ {
		e := &l.entries[cookie]
		var header [direntSize]byte
		binary.LittleEndian.PutUint64(header[:], cookie+1)
		binary.LittleEndian.PutUint64(header[8:], e.ino)
		binary.LittleEndian.PutUint32(header[16:], uint32(len(e.name)))
		header[20] = e.fileType
		used += copy(b[used:], header[:])
		used += copy(b[used:], e.name)
		if cookie%listChunk == 0 && t.ended() {
			return eIntr
		}
	}
	return t.put32(a[4], uint32(used))
}
