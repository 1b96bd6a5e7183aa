package gowasm

import (
	"bytes"
	"encoding/binary"

	"weft/wasm"
)

// A pcFunc is what Go's table of functions, pclntab, says of a function.
type pcFunc struct {
	name string
	// deferReturn is the PC_B at which the function goes on when a deferred call has recovered from a panic; 0 for
	// none.
	deferReturn uint32
}

// pclntab reads Go's table of functions, which stands in the data of every program, also in those without names and
// debug information. The result has an element for each of the module's own functions; one that the table does not
// have is without a name. The table begins so (runtime/symtab.go, internal/abi/symtab.go):
//
//	magic, 0, 0, quantum, size of a pointer    8 bytes
//	number of functions                        8
//	number of files                            8
//	text start                                 8, unused since go1.26
//	offsets of: function names, cutab, filetab, pctab, functab    8 each
//
// The functab has, for each function, its PC_F, and the offset of its record in the functab:
// entry, offset of the name, size of the arguments, deferReturn, 4 bytes each, and more.
func pclntab(m *wasm.Module) ([]pcFunc, error) {
	image := dataImage(m)
	magic := []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}
	for from := 0; ; {
		i := bytes.Index(image[from:], magic)
		if i < 0 {
			return nil, refuse(nil, -1, "no table of functions (pclntab) in the data")
		}
		from += i
		if funcs := readPclntab(image[from:], len(m.Funcs)); funcs != nil {
			return funcs, nil
		}
		from++
	}
}

// dataImage returns the beginning of the memory as the data segments make it.
func dataImage(m *wasm.Module) []byte {
	const largest = 1 << 30
	end := uint64(0)
	for i := range m.Datas {
		if at, ok := m.Datas[i].OffsetPos.I32(); ok && m.Datas[i].Mode == wasm.Active {
			if e := uint64(uint32(at)) + uint64(len(m.Datas[i].Bytes)); e <= largest {
				end = max(end, e)
			}
		}
	}
	image := make([]byte, end)
	for i := range m.Datas {
		at, ok := m.Datas[i].OffsetPos.I32()
		if ok && m.Datas[i].Mode == wasm.Active && uint64(uint32(at)) < end {
			copy(image[uint32(at):], m.Datas[i].Bytes)
		}
	}
	return image
}

// readPclntab reads a table that may be at the beginning of b; nil if it is not one of a module with so many functions.
func readPclntab(b []byte, funcs int) []pcFunc {
	word := func(i int) uint64 {
		if len(b) < 8*i+8 {
			return 1 << 62
		}
		return binary.LittleEndian.Uint64(b[8*i:])
	}
	count, names, functab := word(1), word(4), word(8)
	if count == 0 || count > uint64(funcs) || names >= uint64(len(b)) || functab+8*count >= uint64(len(b)) {
		return nil
	}
	nameTab, table := b[names:], b[functab:]
	u32 := func(at uint32, k int) uint32 {
		if uint64(at)+uint64(4*k)+4 > uint64(len(table)) {
			return 1<<32 - 1
		}
		return binary.LittleEndian.Uint32(table[int(at)+4*k:])
	}
	shift := 0
	if u32(0, 0) == firstPCF<<16 {
		shift = 16 // until go1.24 it has PCs
	}
	list := make([]pcFunc, funcs)
	for i := range uint32(count) {
		index, record := u32(8*i, 0), u32(8*i, 1)
		index = index>>shift - firstPCF
		at := u32(record, 1)
		if index >= uint32(funcs) || uint64(at) >= uint64(len(nameTab)) {
			return nil
		}
		end := bytes.IndexByte(nameTab[at:], 0)
		if end < 0 {
			return nil
		}
		list[index] = pcFunc{string(nameTab[at : int(at)+end]), u32(record, 3)}
	}
	return list
}

// firstPCF is the PC_F of the module's first own function; PC_F is an index in the table of functions.
const firstPCF = 0x1000
