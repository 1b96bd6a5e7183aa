package wasi

import "encoding/binary"

func (t *thread) argsGet(a []uint64) Errno      { return t.putStrings(t.system.config.args, a[0], a[1]) }
func (t *thread) argsSizesGet(a []uint64) Errno { return t.putSizes(t.system.config.args, a[0], a[1]) }
func (t *thread) environGet(a []uint64) Errno   { return t.putStrings(t.system.config.env, a[0], a[1]) }
func (t *thread) environSizesGet(a []uint64) Errno {
	return t.putSizes(t.system.config.env, a[0], a[1])
}

// sizeOf returns the bytes that strings take, each with a zero behind it.
func sizeOf(strings []string) (size uint64) {
	for _, s := range strings {
		size += uint64(len(s)) + 1
	}
	return size
}

func (t *thread) putSizes(strings []string, count, size uint64) Errno {
	if errno := t.put32(count, uint32(len(strings))); errno != success {
		return errno
	}
	return t.put32(size, uint32(sizeOf(strings)))
}

// putStrings writes the strings one behind the other, and where each begins.
func (t *thread) putStrings(strings []string, pointers, addr uint64) Errno {
	array, errno := t.elements(pointers, uint64(len(strings)), 4)
	if errno != success {
		return errno
	}
	text, errno := t.bytes(addr, sizeOf(strings))
	if errno != success {
		return errno
	}
	for i, s := range strings {
		binary.LittleEndian.PutUint32(array[4*i:], uint32(addr))
		n := copy(text, s)
		text[n] = 0
		text, addr = text[n+1:], addr+uint64(n)+1
	}
	return success
}
