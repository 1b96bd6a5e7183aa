//go:build armbe || arm64be || m68k || mips || mips64 || ppc || ppc64 || s390 || s390x || sparc || sparc64

package interp

import "unsafe"

// low32 returns the address of the low half of a slot.
func low32(slot unsafe.Pointer) unsafe.Pointer { return unsafe.Add(slot, 4) }
