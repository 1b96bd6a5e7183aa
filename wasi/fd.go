package wasi

import (
	"encoding/binary"
	"io"
	"math"
	"os"
	"time"
)

// fileAt returns the file of a descriptor, and what is wrong if it has none.
func (t *thread) fileAt(fd uint64) (*descriptor, file, Errno) {
	d := t.system.lookup(fd)
	if d == nil {
		return nil, nil, eBadF
	}
	f, ok := d.object.(file)
	if !ok {
		if _, ok := d.object.(directory); ok {
			return nil, nil, eBadF
		}
		return nil, nil, eSPipe
	}
	return d, f, success
}

func (t *thread) fdRead(a []uint64) Errno {
	d := t.lookup(a[0])
	if d == nil || !d.may(rightRead) {
		return eBadF
	}
	buffers, errno := t.vectors(a[1], a[2])
	if errno != success {
		return errno
	}
	if errno := t.put32(a[3], 0); errno != success {
		return errno
	}
	var n int
	var err error
	switch o := d.object.(type) {
	case file:
		n, err = t.transfer(buffers, o.Read)
	case reader:
		n, err = o.read(t, firstOf(buffers), !d.has(flagNonblock))
	default:
		return eBadF
	}
	return t.finish(a[3], n, err)
}

// firstOf returns the first buffer that has room. A stream is read once, because
// it might have to wait the second time.
func firstOf(buffers [][]byte) []byte {
	for _, b := range buffers {
		if len(b) > 0 {
			return b
		}
	}
	return nil
}

// pieceSize bounds what is read or written before the context is looked at again:
// files of the host take about a millisecond for it.
const pieceSize = 4 << 20

// transfer does what do does for each buffer, in pieces, until one is not done with fully.
func (t *thread) transfer(buffers [][]byte, do func([]byte) (int, error)) (total int, err error) {
	for _, b := range buffers {
		for len(b) > 0 {
			size := min(len(b), pieceSize)
			n, err := do(b[:size])
			total, b = total+n, b[n:]
			if err != nil || n < size {
				return total, err
			}
			if len(b) > 0 && t.ended() {
				return total, eIntr
			}
		}
	}
	return total, nil
}

// finish reports how many bytes were transferred. An error counts only if
// none were; the end of a file is none.
func (t *thread) finish(addr uint64, n int, err error) Errno {
	if err == eParks {
		t.call.done = n
		return eParks
	}
	if n == 0 && err != nil && err != io.EOF {
		return errnoOf(err)
	}
	return t.put32(addr, uint32(n))
}

func (t *thread) fdWrite(a []uint64) Errno {
	d := t.lookup(a[0])
	if d == nil || !d.may(rightWrite) {
		return eBadF
	}
	buffers, errno := t.vectors(a[1], a[2])
	if errno != success {
		return errno
	}
	if errno := t.put32(a[3], 0); errno != success {
		return errno
	}
	n, err := t.write(d, buffers)
	return t.finish(a[3], n, err)
}

func (t *thread) write(d *descriptor, buffers [][]byte) (total int, err error) {
	switch o := d.object.(type) {
	case file:
		return t.writeFile(d, o, buffers)
	case writer:
		total = t.transferred()
		for _, b := range skip(buffers, total) {
			if len(b) == 0 {
				continue
			}
			n, err := o.write(t, b, !d.has(flagNonblock))
			total += n
			if err != nil || n < len(b) {
				return total, err
			}
		}
		return total, nil
	}
	return 0, eBadF
}

func (t *thread) writeFile(d *descriptor, f file, buffers [][]byte) (total int, err error) {
	if err := d.turn.pass(t.ctx); err != nil {
		return 0, err
	}
	defer d.turn.leave()
	switch {
	case !d.has(flagAppend):
		total, err = t.transfer(buffers, f.Write)
	case bytesOf(buffers) <= pieceSize:
		total, err = f.appendAll(buffers)
	default:
		total, err = t.transfer(buffers, func(b []byte) (int, error) { return f.appendAll([][]byte{b}) })
	}
	if err == nil && (d.has(flagSync) || d.has(flagDsync)) {
		err = f.Sync()
	}
	return total, err
}

// skip leaves out the first n bytes of buffers.
func skip(buffers [][]byte, n int) [][]byte {
	for n > 0 && len(buffers) > 0 {
		first := min(n, len(buffers[0]))
		if n -= first; first < len(buffers[0]) {
			buffers[0] = buffers[0][first:]
			break
		}
		buffers = buffers[1:]
	}
	return buffers
}

func bytesOf(buffers [][]byte) (size uint64) {
	for _, b := range buffers {
		size += uint64(len(b))
	}
	return size
}

// seekAndWrite appends where the system cannot do that by itself: somebody else's
// write may come between.
func seekAndWrite(f *os.File, buffers [][]byte) (int, error) {
	if _, err := f.Seek(0, io.SeekEnd); err != nil {
		return 0, err
	}
	total := 0
	for _, b := range buffers {
		n, err := f.Write(b)
		if total += n; err != nil {
			return total, err
		}
	}
	return total, nil
}

func (t *thread) fdPread(a []uint64) Errno {
	d, f, errno := t.fileAt(a[0])
	if errno != success {
		return errno
	}
	if !d.may(rightRead) {
		return eBadF
	}
	return t.positioned(a, f.ReadAt)
}

func (t *thread) fdPwrite(a []uint64) Errno {
	d, f, errno := t.fileAt(a[0])
	if errno != success {
		return errno
	}
	if !d.may(rightWrite) {
		return eBadF
	}
	return t.positioned(a, f.WriteAt)
}

// positioned reads or writes at an offset.
func (t *thread) positioned(a []uint64, do func([]byte, int64) (int, error)) Errno {
	buffers, errno := t.vectors(a[1], a[2])
	if errno != success {
		return errno
	}
	if a[3] > math.MaxInt64 {
		return eInval
	}
	if errno := t.put32(a[4], 0); errno != success {
		return errno
	}
	off := int64(a[3])
	n, err := t.transfer(buffers, func(b []byte) (int, error) {
		n, err := do(b, off)
		off += int64(n)
		return n, err
	})
	return t.finish(a[4], n, err)
}

func (t *thread) fdSeek(a []uint64) Errno {
	d, f, errno := t.fileAt(a[0])
	if errno != success {
		return errno
	}
	if a[2] > 2 {
		return eInval
	}
	if errno := t.put64(a[3], 0); errno != success {
		return errno
	}
	if err := d.turn.pass(t.ctx); err != nil {
		return errnoOf(err)
	}
	defer d.turn.leave()
	// Set, current, end: the numbers are those of package io.
	offset, err := f.Seek(int64(a[1]), int(a[2]))
	if err != nil {
		return errnoOf(err)
	}
	return t.put64(a[3], uint64(offset))
}

func (t *thread) fdTell(a []uint64) Errno {
	_, f, errno := t.fileAt(a[0])
	if errno != success {
		return errno
	}
	offset, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return errnoOf(err)
	}
	return t.put64(a[1], uint64(offset))
}

func (t *thread) fdAdvise(a []uint64) Errno {
	_, _, errno := t.fileAt(a[0])
	if errno == success && (a[3] > 5 || a[1] > math.MaxInt64 || a[2] > math.MaxInt64) {
		return eInval
	}
	return errno
}

func (t *thread) fdAllocate(a []uint64) Errno {
	d, f, errno := t.fileAt(a[0])
	switch {
	case errno != success:
		return errno
	case !d.may(rightWrite):
		return eBadF
	case a[2] == 0 || a[1] > math.MaxInt64 || a[2] > math.MaxInt64:
		return eInval
	case a[1]+a[2] > math.MaxInt64:
		return eFBig
	}
	st, err := f.stat()
	if err == nil && st.size < a[1]+a[2] {
		err = f.Truncate(int64(a[1] + a[2]))
	}
	return errnoOf(err)
}

func (t *thread) fdSync(a []uint64) Errno {
	d := t.system.lookup(a[0])
	if d == nil {
		return eBadF
	}
	switch o := d.object.(type) {
	case file:
		return errnoOf(o.Sync())
	case directory:
		return success
	}
	return eInval
}

func (t *thread) fdFdstatGet(a []uint64) Errno {
	d := t.system.lookup(a[0])
	if d == nil {
		return eBadF
	}
	b, errno := t.bytes(a[1], 24)
	if errno != success {
		return errno
	}
	st, err := d.stat()
	if err != nil {
		return errnoOf(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(b)
	b[0] = st.fileType
	binary.LittleEndian.PutUint16(b[2:], uint16(d.flags))
	binary.LittleEndian.PutUint64(b[8:], uint64(d.base))
	binary.LittleEndian.PutUint64(b[16:], uint64(d.inheriting))
	return success
}

func (t *thread) fdFdstatSetFlags(a []uint64) Errno {
	d := t.system.lookup(a[0])
	if d == nil {
		return eBadF
	}
	if a[1] > allFdFlags {
		return eInval
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.flags = fdFlags(a[1])
	return success
}

func (t *thread) fdFdstatSetRights(a []uint64) Errno {
	d := t.system.lookup(a[0])
	if d == nil {
		return eBadF
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if rights(a[1])&^d.base != 0 || rights(a[2])&^d.inheriting != 0 {
		return eNotCapable
	}
	d.base, d.inheriting = rights(a[1]), rights(a[2])
	return success
}

func (t *thread) fdFilestatGet(a []uint64) Errno {
	st, errno := t.fdFilestat(a)
	if errno != success {
		return errno
	}
	return t.putFilestat(a[1], &st)
}

func (t *thread) fdFilestat(a []uint64) (filestat, Errno) {
	d := t.system.lookup(a[0])
	if d == nil {
		return filestat{}, eBadF
	}
	st, err := d.stat()
	return st, errnoOf(err)
}

func (t *thread) putFilestat(addr uint64, st *filestat) Errno {
	b, errno := t.bytes(addr, 64)
	if errno != success {
		return errno
	}
	clear(b[16:24])
	b[16] = st.fileType
	for i, v := range [...]uint64{0: st.dev, 1: st.ino, 3: st.links, 4: st.size, 5: st.atim, 6: st.mtim, 7: st.ctim} {
		if i != 2 {
			binary.LittleEndian.PutUint64(b[8*i:], v)
		}
	}
	return success
}

func (t *thread) fdFilestatSetSize(a []uint64) Errno {
	d, f, errno := t.fileAt(a[0])
	switch {
	case errno != success:
		return errno
	case !d.may(rightWrite):
		return eInval // as for ftruncate
	case a[1] > math.MaxInt64:
		return eInval
	}
	return errnoOf(f.Truncate(int64(a[1])))
}

// The flags that say which times are set, and to what.
const (
	setAtim = 1 << iota
	setAtimNow
	setMtim
	setMtimNow
	setAll = 1<<iota - 1
)

// times reads the arguments of a function that sets times. A time that is not to
// be changed is zero.
func (s *System) times(atim, mtim, flags uint64) (a, m time.Time, errno Errno) {
	if flags > setAll || flags&(setAtim|setAtimNow) == setAtim|setAtimNow || flags&(setMtim|setMtimNow) == setMtim|setMtimNow {
		return a, m, eInval
	}
	pick := func(v, set, now uint64) time.Time {
		switch {
		case flags&set != 0:
			return time.Unix(int64(v/1e9), int64(v%1e9))
		case flags&now != 0:
			return s.config.clock.Wall()
		}
		return time.Time{}
	}
	return pick(atim, setAtim, setAtimNow), pick(mtim, setMtim, setMtimNow), success
}

func (t *thread) fdFilestatSetTimes(a []uint64) Errno {
	d := t.system.lookup(a[0])
	if d == nil {
		return eBadF
	}
	atim, mtim, errno := t.system.times(a[1], a[2], a[3])
	if errno != success {
		return errno
	}
	switch o := d.object.(type) {
	case file:
		return errnoOf(o.setTimes(atim, mtim))
	case directory:
		return errnoOf(o.setTimes(".", true, atim, mtim))
	}
	return eInval
}

func (t *thread) fdPrestatGet(a []uint64) Errno {
	d := t.system.lookup(a[0])
	if d == nil || !d.preopen {
		return eBadF
	}
	if errno := t.put32(a[1], 0); errno != success { // the tag: a directory
		return errno
	}
	return t.put32(a[1]+4, uint32(len(d.name)))
}

func (t *thread) fdPrestatDirName(a []uint64) Errno {
	d := t.system.lookup(a[0])
	if d == nil || !d.preopen {
		return eBadF
	}
	if a[2] < uint64(len(d.name)) {
		return eNameLong
	}
	b, errno := t.bytes(a[1], uint64(len(d.name)))
	copy(b, d.name)
	return errno
}
