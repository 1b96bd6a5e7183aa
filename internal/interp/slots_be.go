//go:build armbe || arm64be || m68k || mips || mips64 || ppc || ppc64 || s390 || s390x || sparc || sparc64

package interp

import (
	"math/bits"
	"unsafe"
)

// low32 returns the address of the low half of a slot.
func low32(slot unsafe.Pointer) unsafe.Pointer { return unsafe.Add(slot, 4) }

// bigEndian says in which order the machine has the bytes of a word.
const bigEndian = true

// Linear memory is little-endian, unlike the machine.

func load8(p unsafe.Pointer) uint8   { return *(*uint8)(p) }
func load16(p unsafe.Pointer) uint16 { return bits.ReverseBytes16(*(*uint16)(p)) }
func load32(p unsafe.Pointer) uint32 { return bits.ReverseBytes32(*(*uint32)(p)) }
func load64(p unsafe.Pointer) uint64 { return bits.ReverseBytes64(*(*uint64)(p)) }

func store8(p unsafe.Pointer, v uint8)   { *(*uint8)(p) = v }
func store16(p unsafe.Pointer, v uint16) { *(*uint16)(p) = bits.ReverseBytes16(v) }
func store32(p unsafe.Pointer, v uint32) { *(*uint32)(p) = bits.ReverseBytes32(v) }
func store64(p unsafe.Pointer, v uint64) { *(*uint64)(p) = bits.ReverseBytes64(v) }
