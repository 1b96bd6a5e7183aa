package wasi

import "encoding/binary"

// maxVectors bounds the buffers of a read or write, as systems do (IOV_MAX).
const maxVectors = 1024

// bytes returns n bytes of the caller's memory.
func (t *thread) bytes(addr, n uint64) ([]byte, Errno) {
	if size := uint64(len(t.memory)); n > size || addr > size-n {
		return nil, eFault
	}
	return t.memory[addr : addr+n : addr+n], success
}

// elements returns n elements of the given size.
func (t *thread) elements(addr, n, size uint64) ([]byte, Errno) {
	return t.bytes(addr, n*size) // both were 32 bits wide
}

func (t *thread) put32(addr uint64, v uint32) Errno {
	b, errno := t.bytes(addr, 4)
	if errno == success {
		binary.LittleEndian.PutUint32(b, v)
	}
	return errno
}

func (t *thread) put64(addr, v uint64) Errno {
	b, errno := t.bytes(addr, 8)
	if errno == success {
		binary.LittleEndian.PutUint64(b, v)
	}
	return errno
}

// vectors returns the buffers of an array of iovec or ciovec. They are valid until
// the next call.
func (t *thread) vectors(addr, n uint64) ([][]byte, Errno) {
	if n > maxVectors {
		return nil, eInval
	}
	array, errno := t.elements(addr, n, 8)
	if errno != success {
		return nil, errno
	}
	t.buffers = t.buffers[:0]
	total := uint64(0)
	for ; len(array) > 0; array = array[8:] {
		size := uint64(binary.LittleEndian.Uint32(array[4:]))
		b, errno := t.bytes(uint64(binary.LittleEndian.Uint32(array)), size)
		if errno != success {
			return nil, errno
		}
		if total += size; total > 1<<31-1 {
			return nil, eInval
		}
		t.buffers = append(t.buffers, b)
	}
	return t.buffers, success
}
