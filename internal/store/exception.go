package store

import (
	"runtime"
	"unsafe"

	"weft/wasm"
)

// An exception object in the heap: behind the header its tag, then the slots of
// its payload. It comes into being when a reference to it is needed.

const (
	exceptionTag     = HeaderSize
	exceptionPayload = HeaderSize + 8
)

// An ExceptionLayout tells machine code about exceptions' objects: offsets of the address of the tag's
// record, of the number of slots of the payload (32 bits), and of the payload.
type ExceptionLayout struct{ Tag, Len, Payload int32 }

// LayoutException returns the layout of exceptions' objects.
func LayoutException() ExceptionLayout {
	return ExceptionLayout{exceptionTag, int32(unsafe.Offsetof(header{}.len)), exceptionPayload}
}

// NewException makes an exception object; see NewStruct. The payload must be
// where the collector sees it.
func (s *Store) NewException(tag *TagRecord, payload []uint64) (uint64, wasm.TrapCode) {
	ref, trap := s.allocate(exceptionPayload+8*uint64(len(payload)), typeException, uint32(len(payload)))
	if trap != 0 {
		return 0, trap
	}
	*(*uint64)(Part(ref, exceptionTag)) = uint64(uintptr(unsafe.Pointer(tag)))
	copy(exceptionSlots(ref), payload)
	return ref, trap
}

func exceptionSlots(ref uint64) []uint64 {
	return unsafe.Slice((*uint64)(Part(ref, exceptionPayload)), headerOf(ref).len)
}

// ExceptionParts returns the tag and the payload of an exception object.
func ExceptionParts(ref uint64) (*TagRecord, []uint64) {
	return (*TagRecord)(Pointer(uintptr(*(*uint64)(Part(ref, exceptionTag))))), exceptionSlots(ref)
}

// exception follows the references in an exception's payload.
func (c *collector) exception(ref uint64) {
	tag, payload := ExceptionParts(ref)
	c.steps -= len(payload)
	for _, t := range c.s.Tag(tag).Type.Params {
		c.slot(payload[0], c.s.trace(t))
		payload = payload[t.Slots():]
	}
}

// HoldException makes the Go object for an exception. If it has an object in
// the heap (ref), or references in its payload, those stay alive as long as the
// Go object. That takes no room in the heap, which may be full.
func (s *Store) HoldException(tag *TagRecord, payload []uint64, ref uint64) *Exception {
	e := &Exception{Tag: s.Tag(tag), Payload: append([]uint64(nil), payload...), ref: ref}
	if ref != 0 {
		runtime.AddCleanup(e, func(release func()) { release() }, s.Keep(ref, wasm.ExnRef))
	} else if release := s.keepSlots(e.Payload, e.Tag.Type.Params); release != nil {
		runtime.AddCleanup(e, func(release func()) { release() }, release)
	}
	return e
}

// Ref returns the reference to the exception's object in the heap, 0 if it has
// none yet.
func (e *Exception) Ref() uint64 { return e.ref }

// ExceptionRef returns the reference to an exception, the same at each call.
func (s *Store) ExceptionRef(e *Exception) (uint64, wasm.TrapCode) {
	if e.ref != 0 {
		return e.ref, wasm.TrapNone
	}
	ref, trap := s.NewException(e.Tag.Record, e.Payload)
	if trap == 0 {
		e.ref = ref
		runtime.AddCleanup(e, func(release func()) { release() }, s.Keep(ref, wasm.ExnRef))
	}
	return ref, trap
}
