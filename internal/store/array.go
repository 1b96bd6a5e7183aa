package store

import (
	"unsafe"

	"weft/wasm"
)

// What instructions do with whole arrays. References to arrays are not null here; segments
// are those of the instance.

// NewArrayData makes an array out of n numbers that a data segment has from a byte on
// (array.new_data).
func (in *Instance) NewArrayData(id wasm.TypeID, segment, from, n uint32) (uint64, wasm.TrapCode) {
	data := in.Data(segment)
	f := &in.Store.Layout(id).Fields[0]
	bytes := uint64(n) * uint64(f.Width)
	if !inRange(uint64(from), bytes, uint64(len(data))) {
		return 0, wasm.TrapMemoryOutOfBounds
	}
	ref, trap := in.Store.NewArray(id, n)
	if trap == 0 {
		trap = in.Store.setBytes(ref, f, 0, data[from:][:bytes])
	}
	return ref, trap
}

// NewArrayElem makes an array out of n elements of a segment (array.new_elem).
func (in *Instance) NewArrayElem(id wasm.TypeID, segment, from, n uint32) (uint64, wasm.TrapCode) {
	elems := in.Elems[segment]
	if !inRange(uint64(from), uint64(n), uint64(len(elems))) {
		return 0, wasm.TrapTableOutOfBounds
	}
	ref, trap := in.Store.NewArray(id, n)
	if trap == 0 {
		trap = move(in.Store, in.Store.elements(ref), elems[from:][:n])
	}
	return ref, trap
}

// InitArrayData copies n numbers of a data segment (array.init_data).
func (in *Instance) InitArrayData(segment uint32, ref uint64, at, from, n uint32) wasm.TrapCode {
	if !inRange(uint64(at), uint64(n), uint64(ArrayLen(ref))) {
		return wasm.TrapArrayOutOfBounds
	}
	data := in.Data(segment)
	f := &in.Store.Layout(ObjectType(ref)).Fields[0]
	bytes := uint64(n) * uint64(f.Width)
	if !inRange(uint64(from), bytes, uint64(len(data))) {
		return wasm.TrapMemoryOutOfBounds
	}
	return in.Store.setBytes(ref, f, at, data[from:][:bytes])
}

// InitArrayElem copies n elements of a segment (array.init_elem).
func (in *Instance) InitArrayElem(segment uint32, ref uint64, at, from, n uint32) wasm.TrapCode {
	if !inRange(uint64(at), uint64(n), uint64(ArrayLen(ref))) {
		return wasm.TrapArrayOutOfBounds
	}
	elems := in.Elems[segment]
	if !inRange(uint64(from), uint64(n), uint64(len(elems))) {
		return wasm.TrapTableOutOfBounds
	}
	return move(in.Store, in.Store.elements(ref)[at:][:n], elems[from:][:n])
}

// NewFilledArray allocates an array of n elements whose memory repeats a word.
func (s *Store) NewFilledArray(id wasm.TypeID, n uint32, word uint64) (uint64, wasm.TrapCode) {
	ref, trap := s.NewArray(id, n)
	if trap == wasm.TrapNone && word != 0 && n != 0 {
		f := &s.Layout(id).Fields[0]
		words := unsafe.Slice((*uint64)(Element(ref, f, 0)), (uint64(n)*uint64(f.Width)+7)/8)
		trap = fillSlots(s, words, word)
	}
	return ref, trap
}

// elements returns the elements of an array of references.
func (s *Store) elements(ref uint64) []uint64 {
	f := &s.Layout(ObjectType(ref)).Fields[0]
	return unsafe.Slice((*uint64)(Element(ref, f, 0)), ArrayLen(ref))
}

// FillArray sets n elements (array.fill).
func (s *Store) FillArray(ref uint64, at uint32, v [2]uint64, n uint32) wasm.TrapCode {
	if !inRange(uint64(at), uint64(n), uint64(ArrayLen(ref))) {
		return wasm.TrapArrayOutOfBounds
	}
	if n == 0 {
		return wasm.TrapNone
	}
	f := &s.Layout(ObjectType(ref)).Fields[0]
	f.Store(Element(ref, f, at), v)
	return repeat(s, unsafe.Slice((*byte)(Element(ref, f, at)), uint64(n)*uint64(f.Width)), int(f.Width))
}

// CopyArray copies n elements between arrays of which both have elements of the same
// width, or within one (array.copy).
func (s *Store) CopyArray(dst uint64, at uint32, src uint64, from, n uint32) wasm.TrapCode {
	if !inRange(uint64(at), uint64(n), uint64(ArrayLen(dst))) || !inRange(uint64(from), uint64(n), uint64(ArrayLen(src))) {
		return wasm.TrapArrayOutOfBounds
	}
	f := &s.Layout(ObjectType(dst)).Fields[0]
	bytes := uint64(n) * uint64(f.Width)
	return move(s, unsafe.Slice((*byte)(Element(dst, f, at)), bytes), unsafe.Slice((*byte)(Element(src, f, from)), bytes))
}

// setBytes sets elements of an array, from i on, to numbers that lie in bytes in
// little-endian order, as in a data segment.
func (s *Store) setBytes(ref uint64, f *Field, i uint32, data []byte) wasm.TrapCode {
	for ; len(data) > 0; i++ {
		if i%lookInterval == lookInterval-1 && s.Ended() {
			return Interrupted
		}
		var v [2]uint64
		for j := range f.Width {
			v[j/8] |= uint64(data[j]) << (j % 8 * 8)
		}
		f.Store(Element(ref, f, i), v)
		data = data[f.Width:]
	}
	return wasm.TrapNone
}
