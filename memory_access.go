package weft

import (
	"bytes"
	"encoding/binary"
	"math"
)

// What a host function reads and writes in a memory: numbers in little-endian order, at any address, and strings. Each
// reports false, and does nothing, if it would leave the bounds or the store is closed.

// access has a look at n bytes, up to 8, while nobody can release them.
func (m *Memory) access(addr, n uint64, do func(b []byte)) bool {
	held, open := m.hold()
	if held {
		defer m.store.drop()
	}
	if !open {
		return false
	}
	b, ok := m.lend(addr, n)
	if ok {
		do(b)
	}
	return ok
}

// ReadUint8 returns the byte at an address; false if that is out of bounds.
func (m *Memory) ReadUint8(addr uint64) (v uint8, ok bool) {
	ok = m.access(addr, 1, func(b []byte) { v = b[0] })
	return v, ok
}

// ReadUint16 returns the two bytes at an address, in little-endian order; false if they are out of bounds.
func (m *Memory) ReadUint16(addr uint64) (v uint16, ok bool) {
	ok = m.access(addr, 2, func(b []byte) { v = binary.LittleEndian.Uint16(b) })
	return v, ok
}

// ReadUint32 returns the four bytes at an address, in little-endian order; false if they are out of bounds.
func (m *Memory) ReadUint32(addr uint64) (v uint32, ok bool) {
	ok = m.access(addr, 4, func(b []byte) { v = binary.LittleEndian.Uint32(b) })
	return v, ok
}

// ReadUint64 returns the eight bytes at an address, in little-endian order; false if they are out of bounds.
func (m *Memory) ReadUint64(addr uint64) (v uint64, ok bool) {
	ok = m.access(addr, 8, func(b []byte) { v = binary.LittleEndian.Uint64(b) })
	return v, ok
}

// ReadFloat32 returns the f32 at an address; false if it is out of bounds.
func (m *Memory) ReadFloat32(addr uint64) (float32, bool) {
	bits, ok := m.ReadUint32(addr)
	return math.Float32frombits(bits), ok
}

// ReadFloat64 returns the f64 at an address; false if it is out of bounds.
func (m *Memory) ReadFloat64(addr uint64) (float64, bool) {
	bits, ok := m.ReadUint64(addr)
	return math.Float64frombits(bits), ok
}

// ReadString returns the n bytes at an address as a string, a copy; false if they are out of bounds. They are as the
// guest has them: whether they are UTF-8 is for who cares to look.
func (m *Memory) ReadString(addr, n uint64) (s string, ok bool) {
	ok = m.access(addr, n, func(b []byte) { s = string(b) })
	return s, ok
}

// ReadCString returns the bytes from an address to the first zero byte, which it leaves out; false if there is none
// among the first limit bytes that the memory has there.
func (m *Memory) ReadCString(addr, limit uint64) (s string, ok bool) {
	size := m.Size()
	if addr > size {
		return "", false
	}
	m.access(addr, min(limit, size-addr), func(b []byte) {
		var end int
		if end = bytes.IndexByte(b, 0); end >= 0 {
			s, ok = string(b[:end]), true
		}
	})
	return s, ok
}

// WriteUint8 sets the byte at an address; false if that is out of bounds.
func (m *Memory) WriteUint8(addr uint64, v uint8) bool {
	return m.access(addr, 1, func(b []byte) { b[0] = v })
}

// WriteUint16 sets two bytes in little-endian order; false if they are out of bounds.
func (m *Memory) WriteUint16(addr uint64, v uint16) bool {
	return m.access(addr, 2, func(b []byte) { binary.LittleEndian.PutUint16(b, v) })
}

// WriteUint32 sets four bytes in little-endian order; false if they are out of bounds.
func (m *Memory) WriteUint32(addr uint64, v uint32) bool {
	return m.access(addr, 4, func(b []byte) { binary.LittleEndian.PutUint32(b, v) })
}

// WriteUint64 sets eight bytes in little-endian order; false if they are out of bounds.
func (m *Memory) WriteUint64(addr uint64, v uint64) bool {
	return m.access(addr, 8, func(b []byte) { binary.LittleEndian.PutUint64(b, v) })
}

// WriteFloat32 sets an f32; false if it is out of bounds.
func (m *Memory) WriteFloat32(addr uint64, v float32) bool {
	return m.WriteUint32(addr, math.Float32bits(v))
}

// WriteFloat64 sets an f64; false if it is out of bounds.
func (m *Memory) WriteFloat64(addr uint64, v float64) bool {
	return m.WriteUint64(addr, math.Float64bits(v))
}

// WriteString copies the bytes of a string to an address; false if there is no room.
func (m *Memory) WriteString(addr uint64, s string) bool {
	return m.access(addr, uint64(len(s)), func(b []byte) { copy(b, s) })
}
