package wasi

import (
	"sync"
	"sync/atomic"
	"time"
)

// The types of files.
const (
	typeUnknown = iota
	typeBlockDevice
	typeCharacterDevice
	typeDirectory
	typeRegular
	typeDatagram
	typeStream
	typeSymbolicLink
)

// A filestat describes a file.
type filestat struct {
	dev, ino, links, size uint64
	fileType              uint8
	atim, mtim, ctim      uint64 // nanoseconds
}

// An object is what a descriptor refers to. Most can do more: they are a
// file, a directory, a reader, a writer, a listener.
type object interface {
	stat() (filestat, error)
	close() error
}

// A reader is an object from which data comes in order. A read that would wait
// fails with eAgain if block is false.
type reader interface {
	read(t *thread, b []byte, block bool) (int, error)
}

// A writer is an object to which data goes in order.
type writer interface {
	// write fails with eAgain if it would wait and block is false; but most writers wait anyway.
	write(t *thread, b []byte, block bool) (int, error)
}

// A waiter is an object for which a guest may have to wait.
type waiter interface {
	// ready reports whether a read would not wait, and how many bytes are there at
	// least. If it would, wake is woken when that changes.
	ready(wake waker) (n int, hangup, ok bool)
}

// A writeWaiter is an object that knows whether a write would wait.
type writeWaiter interface {
	// writable is [waiter.ready] for a write.
	writable(wake waker) (n int, hangup, ok bool)
}

// A file is an object with random access.
type file interface {
	object
	Read(b []byte) (int, error)
	Write(b []byte) (int, error)
	// appendAll writes to the end, in one piece where the host can do that.
	appendAll(buffers [][]byte) (int, error)
	ReadAt(b []byte, off int64) (int, error)
	WriteAt(b []byte, off int64) (int, error)
	Seek(off int64, whence int) (int64, error)
	Sync() error
	Truncate(size int64) error
	setTimes(a, m time.Time) error
}

// A descriptor is an open object with what the guest has set for it.
type descriptor struct {
	object
	preopen bool
	name    string // of a preopened directory

	turn    gate                    // at the position of a file; nil for a connection
	listing atomic.Pointer[listing] // of a directory that is being read

	mu               sync.Mutex // guards what follows
	flags            fdFlags
	base, inheriting rights
}

// newDescriptor makes a descriptor of an object.
func newDescriptor(o object, flags fdFlags, base, inheriting rights) *descriptor {
	d := &descriptor{object: o, flags: flags, base: base, inheriting: inheriting}
	if _, ok := o.(connectedSocket); !ok {
		d.turn = newGate()
	}
	return d
}

// rights returns what the descriptor may still be used for.
func (d *descriptor) may(r rights) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.base&r == r
}

func (d *descriptor) has(f fdFlags) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.flags&f != 0
}

// lookup returns an open descriptor, or nil.
func (s *System) lookup(fd uint64) *descriptor {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fd >= uint64(len(s.descriptors)) {
		return nil
	}
	return s.descriptors[fd]
}

// insert gives a descriptor the lowest free number.
func (s *System) insert(d *descriptor) (uint32, Errno) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.free < len(s.descriptors) && s.descriptors[s.free] != nil {
		s.free++
	}
	fd := s.free
	switch {
	case s.closed:
		return 0, eBadF
	case fd < len(s.descriptors):
		s.descriptors[fd] = d
	case fd < s.config.descriptors:
		s.descriptors = append(s.descriptors, d)
	default:
		return 0, eMFile
	}
	s.free++
	return uint32(fd), success
}

// open inserts a descriptor and reports its number to the guest. If that fails,
// the object is closed.
func (t *thread) open(d *descriptor, addr uint64) Errno {
	errno := t.put32(addr, 0)
	if errno == success {
		var fd uint32
		if fd, errno = t.system.insert(d); errno == success {
			return t.put32(addr, fd)
		}
	}
	_ = d.close() // nothing was done with it
	return errno
}

// remove takes a descriptor out of the table; nil if it is not open.
func (s *System) remove(fd uint64) *descriptor {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fd >= uint64(len(s.descriptors)) {
		return nil
	}
	d := s.descriptors[fd]
	if d != nil {
		s.forget(d)
	}
	s.descriptors[fd] = nil
	s.free = min(s.free, int(fd))
	return d
}

func (t *thread) fdClose(a []uint64) Errno {
	d := t.system.remove(a[0])
	if d == nil {
		return eBadF
	}
	return errnoOf(d.close())
}

func (t *thread) fdRenumber(a []uint64) Errno {
	s := t.system
	s.mu.Lock()
	from, to, n := a[0], a[1], uint64(len(s.descriptors))
	if from >= n || to >= n || s.descriptors[from] == nil || s.descriptors[to] == nil {
		s.mu.Unlock()
		return eBadF
	}
	if from == to {
		s.mu.Unlock()
		return success
	}
	replaced := s.descriptors[to]
	s.forget(replaced)
	s.descriptors[to], s.descriptors[from] = s.descriptors[from], nil
	s.free = min(s.free, int(from))
	s.mu.Unlock()
	return errnoOf(replaced.close())
}
