package dwarf

import (
	"bytes"
	"encoding/binary"
)

// A cursor reads a section forward. Reading behind the end gives zeros, and sets
// bad.
type cursor struct {
	b   []byte
	bad bool
	// wide says that the unit is in the 64-bit format, in which offsets have 8 bytes.
	wide bool
}

func at(section []byte, offset uint64) cursor {
	if offset > uint64(len(section)) {
		return cursor{bad: true}
	}
	return cursor{b: section[offset:]}
}

func (c *cursor) take(n uint64) []byte {
	if n > uint64(len(c.b)) {
		c.b, c.bad = nil, true
		return nil
	}
	taken := c.b[:n]
	c.b = c.b[n:]
	return taken
}

// fixed reads a number of n bytes, up to 8.
func (c *cursor) fixed(n int) uint64 {
	var b [8]byte
	copy(b[:], c.take(uint64(n)))
	return binary.LittleEndian.Uint64(b[:])
}

func (c *cursor) u8() uint8   { return uint8(c.fixed(1)) }
func (c *cursor) u16() uint16 { return uint16(c.fixed(2)) }

// offset reads a place in a section.
func (c *cursor) offset() uint64 {
	if c.wide {
		return c.fixed(8)
	}
	return c.fixed(4)
}

func (c *cursor) uleb() uint64 {
	v := uint64(0)
	for shift := 0; ; shift += 7 {
		b := c.u8()
		if shift < 64 {
			v |= uint64(b&0x7f) << shift
		}
		if b < 0x80 {
			return v
		}
	}
}

func (c *cursor) sleb() int64 {
	v := int64(0)
	for shift := 0; ; {
		b := c.u8()
		if shift < 64 {
			v |= int64(b&0x7f) << shift
			shift += 7
		}
		if b < 0x80 {
			if b >= 0x40 && shift < 64 {
				v |= -1 << shift
			}
			return v
		}
	}
}

// text reads bytes up to a zero.
func (c *cursor) text() []byte {
	n := bytes.IndexByte(c.b, 0)
	if n < 0 {
		c.b, c.bad = nil, true
		return nil
	}
	text := c.b[:n]
	c.b = c.b[n+1:]
	return text
}

// unit reads the length of a unit and returns a cursor for what it has.
func (c *cursor) unit() cursor {
	n, wide := c.fixed(4), false
	if n == 0xffffffff {
		n, wide = c.fixed(8), true
	}
	return cursor{b: c.take(n), bad: c.bad, wide: wide}
}

// name returns the name at a place of a section of names.
func name(section []byte, offset uint64) string {
	if offset > uint64(len(section)) {
		return ""
	}
	b := section[offset:]
	b = b[:min(len(b), maxName)]
	if n := bytes.IndexByte(b, 0); n >= 0 {
		b = b[:n]
	}
	return string(b)
}
