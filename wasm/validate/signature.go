package validate

import (
	"slices"
	"strings"

	"weft/wasm"
)

// A signature is the type of an instruction whose row in the table says it.
type signature struct {
	params, results []wasm.ValType
	references      bool // among the parameters; all others are told by their kind
}

// signatures are those of all instructions, for memories with 32-bit and with
// 64-bit addresses.
var signatures = func() (table [2][len(wasm.Instructions)]signature) {
	for i := range wasm.Instructions {
		params, results, fixed := strings.Cut(wasm.Instructions[i].Signature, ">")
		if !fixed {
			continue
		}
		for j, address := range [...]wasm.ValType{wasm.I32, wasm.I64} {
			s := signature{params: typeList(params, address), results: typeList(results, address)}
			s.references = slices.ContainsFunc(s.params, wasm.ValType.IsRef)
			table[j][i] = s
		}
	}
	return table
}()

// typeList returns the types that the letters of the table's column stand for.
func typeList(letters string, address wasm.ValType) []wasm.ValType {
	var types []wasm.ValType
	for _, letter := range letters {
		switch letter {
		case 'i':
			types = append(types, wasm.I32)
		case 'I':
			types = append(types, wasm.I64)
		case 'f':
			types = append(types, wasm.F32)
		case 'F':
			types = append(types, wasm.F64)
		case 'v':
			types = append(types, wasm.V128)
		case 'q':
			types = append(types, wasm.RefNull(wasm.HeapEq))
		case 'a':
			types = append(types, address)
		}
	}
	return types
}

// fixed checks an instruction with a fixed signature.
func (b *body) fixed(info *wasm.Instruction) error {
	address := 0
	if info.Imm != wasm.ImmNone {
		var err error
		if address, err = b.immediates(info); err != nil {
			return err
		}
	}
	s := &signatures[address][b.in.Op]
	if b.replace(s) {
		return nil
	}
	if err := b.popAll(s.params); err != nil {
		return err
	}
	return b.pushAll(s.results)
}

// replace does the whole work when the operands are there and have exactly the
// types of the signature, which is nearly always.
func (b *body) replace(s *signature) bool {
	n := len(b.values) - len(s.params)
	if s.references || n < b.top().height || n+len(s.results) > wasm.MaxOperands {
		return false
	}
	found := b.values[n:]
	for i := range s.params {
		if found[i].Kind != s.params[i].Kind {
			return false
		}
	}
	b.values = b.values[:n]
	if len(s.results) == 1 {
		b.values = append(b.values, s.results[0])
	} else {
		b.values = append(b.values, s.results...)
	}
	return true
}

// immediates checks the immediates of an instruction with a fixed signature.
// It returns 1 if the instruction works on a memory with 64-bit addresses,
// else 0.
func (b *body) immediates(info *wasm.Instruction) (address int, err error) {
	in := &b.in
	switch info.Imm {
	case wasm.ImmMemArg, wasm.ImmMemArgLane, wasm.ImmAtomic, wasm.ImmAtomicRMW:
		if address, err = b.memory(in.Index); err != nil {
			return 0, err
		}
		return address, b.memArg(info, address)
	case wasm.ImmMemory:
		return b.memory(in.Index)
	case wasm.ImmDataMemory:
		if address, err = b.memory(in.Index2); err != nil {
			return 0, err
		}
		return address, b.dataAt(in.Index)
	case wasm.ImmData:
		return 0, b.dataAt(in.Index)
	case wasm.ImmElem:
		_, err := b.elemAt(in.Index)
		return 0, err
	case wasm.ImmLane:
		return 0, lane(in.Lane, info.Width)
	case wasm.ImmShuffle:
		for _, l := range in.Bytes {
			if err := lane(l, 32); err != nil {
				return 0, err
			}
		}
	}
	return 0, nil
}

func (b *body) memory(index uint32) (address int, err error) {
	m, err := b.memoryAt(index)
	if err == nil && m.Limits.Is64 {
		address = 1
	}
	return address, err
}

// memArg checks alignment, offset and lane of a memory access.
func (b *body) memArg(info *wasm.Instruction, address int) error {
	in := &b.in
	width := uint64(info.Width)
	switch align := in.Align; {
	case align > 6 || uint64(1)<<align > width:
		return invalid("alignment must not be larger than natural: found 2^%d for an access of %d bytes", align, width)
	case info.Feature == wasm.Threads && uint64(1)<<align != width:
		return invalid("atomic alignment must be natural: found 2^%d for an access of %d bytes", align, width)
	case address == 0 && in.Offset64 >= 1<<32:
		return invalid("offset out of range: %d does not fit the memory's 32-bit addresses", in.Offset64)
	case info.Imm == wasm.ImmMemArgLane:
		return lane(in.Lane, 16/info.Width)
	}
	return nil
}

func lane(index, count uint8) error {
	if index >= count {
		return invalid("invalid lane index %d: there are %d lanes", index, count)
	}
	return nil
}
