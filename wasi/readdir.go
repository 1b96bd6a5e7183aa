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
	cookie := a[3]
	d.mu.Lock()
	defer d.mu.Unlock()
	if cookie == 0 || d.entries == nil {
		if err := d.list(dir); err != nil {
			return errnoOf(err)
		}
	}
	used := 0
	for ; cookie < uint64(len(d.entries)) && used < len(b); cookie++ {
		e := &d.entries[cookie]
		var header [direntSize]byte
		binary.LittleEndian.PutUint64(header[:], cookie+1)
		binary.LittleEndian.PutUint64(header[8:], e.ino)
		binary.LittleEndian.PutUint32(header[16:], uint32(len(e.name)))
		header[20] = e.fileType
		used += copy(b[used:], header[:])
		used += copy(b[used:], e.name)
	}
	return t.put32(a[4], uint32(used))
}

// list reads the entries of a directory, "." and ".." before the others. The
// parent's number stays unknown: it may be a directory that the guest does not have.
func (d *descriptor) list(dir directory) error {
	st, err := dir.stat()
	if err != nil {
		return err
	}
	entries, err := dir.list()
	if err != nil {
		return err
	}
	d.entries = append([]dirEntry{{".", typeDirectory, st.ino}, {"..", typeDirectory, 0}}, entries...)
	return nil
}
