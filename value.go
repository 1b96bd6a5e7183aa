package weft

import (
	"fmt"
	"math"
	"slices"

	"weft/internal/store"
	"weft/wasm"
)

// A Value is a WebAssembly value.
type Value struct {
	typ    wasm.ValType
	lo, hi uint64
	ref    any // the Go value of a reference; nil for null
}

// I32 returns an i32.
func I32(v int32) Value { return Value{typ: wasm.I32, lo: uint64(uint32(v))} }

// I64 returns an i64.
func I64(v int64) Value { return Value{typ: wasm.I64, lo: uint64(v)} }

// F32 returns an f32. The bits of a NaN are kept.
func F32(v float32) Value { return F32Bits(math.Float32bits(v)) }

// F64 returns an f64. The bits of a NaN are kept.
func F64(v float64) Value { return F64Bits(math.Float64bits(v)) }

// F32Bits returns the f32 with the given bits.
func F32Bits(bits uint32) Value { return Value{typ: wasm.F32, lo: uint64(bits)} }

// F64Bits returns the f64 with the given bits.
func F64Bits(bits uint64) Value { return Value{typ: wasm.F64, lo: bits} }

// V128 returns the v128 with the given halves, bytes 0 to 7 in lo.
func V128(lo, hi uint64) Value { return Value{typ: wasm.V128, lo: lo, hi: hi} }

// Null returns the null reference of a heap type.
func Null(h wasm.HeapType) Value { return Value{typ: wasm.RefNull(h)} }

// FuncRef returns a reference to a function; nil is null.
func FuncRef(f *Func) Value {
	if f == nil {
		return Null(wasm.HeapFunc)
	}
	return Value{typ: wasm.Ref(wasm.HeapFunc), ref: f}
}

// ExternRef returns a reference to a Go value; nil is null. A store to which it is passed keeps the value until a
// collection finds that the guest cannot reach it any more. A value that is [Sized] counts towards [Limits].HeapBytes
// with what it keeps. Another one counts about 100 bytes, whatever it keeps, and 16 KiB for when the next collection
// comes: after 2,048 of them, or more in a large heap.
func ExternRef(v any) Value {
	if v == nil {
		return Null(wasm.HeapExtern)
	}
	return Value{typ: wasm.Ref(wasm.HeapExtern), ref: v}
}

// I31Ref returns a reference to an integer of 31 bits: the low ones of v.
func I31Ref(v int32) Value { return Value{typ: wasm.Ref(wasm.HeapI31), ref: I31(v << 1 >> 1)} }

// Zero returns the default value of a type: zero, or null. The type must have one.
func Zero(t wasm.ValType) Value { return Value{typ: t} }

// AnyRef returns a reference to a Go value as the guest sees it after
// any.convert_extern; nil is null.
func AnyRef(v any) Value {
	if v == nil {
		return Null(wasm.HeapAny)
	}
	return Value{typ: wasm.Ref(wasm.HeapAny), ref: v}
}

// An I31 is what a reference of type i31 refers to: an integer of 31 bits.
type I31 int32

// Type returns the type. A null reference has the nullable bottom type of its
// hierarchy or the type it was made with; other references are not nullable.
func (v Value) Type() wasm.ValType { return v.typ }

// I32 returns an i32.
func (v Value) I32() int32 { return int32(v.lo) }

// I64 returns an i64.
func (v Value) I64() int64 { return int64(v.lo) }

// F32 returns an f32.
func (v Value) F32() float32 { return math.Float32frombits(uint32(v.lo)) }

// F64 returns an f64.
func (v Value) F64() float64 { return math.Float64frombits(v.lo) }

// Bits returns the bits of a number; hi is 0 but for a v128.
func (v Value) Bits() (lo, hi uint64) { return v.lo, v.hi }

// IsNull reports whether v is a null reference.
func (v Value) IsNull() bool { return v.typ.IsRef() && v.ref == nil }

// Ref returns what a reference refers to: a [*Func], [*Exception],
// [*Continuation], [*Object] or [I31], or the Go value of an externref; nil for
// null.
func (v Value) Ref() any { return v.ref }

// Func returns the function that a reference is to; nil for null and for what is none.
func (v Value) Func() *Func { f, _ := v.ref.(*Func); return f }

// String formats the value as the reference interpreter does: "5 : i32".
func (v Value) String() string {
	switch v.typ.Kind {
	case wasm.KindI32:
		return fmt.Sprintf("%d : i32", v.I32())
	case wasm.KindI64:
		return fmt.Sprintf("%d : i64", v.I64())
	case wasm.KindF32:
		return fmt.Sprintf("%v : f32", v.F32())
	case wasm.KindF64:
		return fmt.Sprintf("%v : f64", v.F64())
	case wasm.KindV128:
		return fmt.Sprintf("0x%016x%016x : v128", v.hi, v.lo)
	}
	switch r := v.ref.(type) {
	case nil:
		return "null : " + v.typ.String()
	case *Func, *Exception, *Continuation, *Object, HandlerName, TagValue:
		return v.typ.Heap.String() + " : " + v.typ.String()
	default:
		return fmt.Sprintf("%v : %s", r, v.typ)
	}
}

// toSlots appends a value as slots, if it has type t. For a reference the store
// must be entered, and the slots be where the collector sees them when another one
// is made: see pend.
func (s *Store) toSlots(slots []uint64, v Value, t wasm.ValType) ([]uint64, error) {
	mismatch := func() error { return fmt.Errorf("type mismatch: %s wanted, %s given", t, v.typ) }
	if !v.typ.IsRef() {
		if v.typ != t {
			return slots, mismatch()
		}
		if slots = append(slots, v.lo); t.Kind == wasm.KindV128 {
			slots = append(slots, v.hi)
		}
		return slots, nil
	}
	if !t.IsRef() {
		return slots, mismatch()
	}
	types := s.engine.types
	if v.typ.Heap.IsIndex() && !types.Has(wasm.TypeID(v.typ.Heap)) {
		return slots, mismatch()
	}
	if v.ref == nil {
		if !t.Nullable || types.Top(v.typ.Heap) != types.Top(t.Heap) {
			return slots, mismatch()
		}
		return append(slots, 0), nil
	}
	slot, have, err := s.refSlot(v)
	if err != nil {
		return slots, err
	}
	if exact := t.Exact && have != t.Heap; exact || !types.IsHeapSubtype(have, t.Heap) {
		var fits bool
		if slot, fits, err = s.as(slot, have, t); err != nil {
			return slots, err
		}
		if !fits {
			return slots, mismatch()
		}
	}
	return append(slots, slot), nil
}

// as returns the reference as one of another type, if it can be: functions of the host can by their signature,
// and continuations, as with cont.bind.
func (s *Store) as(slot uint64, have wasm.HeapType, t wasm.ValType) (uint64, bool, error) {
	if !have.IsIndex() || !t.Heap.IsIndex() {
		return 0, false, nil
	}
	types, want := s.engine.types, wasm.TypeID(t.Heap)
	from, to := types.Comp(wasm.TypeID(have)), types.Comp(want)
	if from.Kind != to.Kind {
		return 0, false, nil
	}
	switch from.Kind {
	case wasm.CompFunc:
		f := store.FuncFromRef(slot)
		if !s.store.Fits(f, want) || t.Exact && !s.store.FitsExactly(f, want) {
			return 0, false, nil
		}
		f, err := s.store.FuncAs(f, want, t.Exact)
		if err != nil {
			return 0, false, err
		}
		return f.Ref(), true, nil
	case wasm.CompCont:
		function := func(c *wasm.CompType) wasm.FuncType { return types.Comp(wasm.TypeID(c.Cont)).Func }
		return slot, types.IsFuncSubtype(function(from), function(to)), nil
	}
	return 0, false, nil
}

// hasRefs reports whether there are types of references.
func hasRefs(types []wasm.ValType) bool { return slices.ContainsFunc(types, wasm.ValType.IsRef) }

// pend converts values to slots that a collection sees until the caller has put
// them in their place and calls done.
func (s *Store) pend(values []Value, types []wasm.ValType, what string) (slots []uint64, done func(), err error) {
	slots, done = make([]uint64, wasm.SlotCount(types)), func() {}
	if hasRefs(types) {
		done = s.store.Pin(slots)
	}
	if err := s.fill(slots, values, types, what); err != nil {
		done()
		return nil, nil, err
	}
	return slots, done, nil
}

// fill converts values to slots. If there are types of references, the slots
// must be pinned.
func (s *Store) fill(slots []uint64, values []Value, types []wasm.ValType, what string) (err error) {
	if s.store.Closed() {
		return ErrClosed
	}
	if hasRefs(types) {
		if err := s.enter(); err != nil {
			return err
		}
		defer s.leave()
	}
	slots = slots[:0]
	for i, v := range values {
		if slots, err = s.toSlots(slots, v, types[i]); err != nil {
			return whichFailed(err, what, i)
		}
	}
	return nil
}

// whichFailed says which value an error is about. What an allocation of the guest's would have ended with stays what it
// is, for a host function to return.
func whichFailed(err error, what string, i int) error {
	switch err.(type) {
	case *Trap, *Interrupt:
		return err
	}
	return fmt.Errorf("weft: %s %d: %w", what, i, err)
}

// refSlot returns the slot of a reference that is not null, and its heap type.
func (s *Store) refSlot(v Value) (uint64, wasm.HeapType, error) {
	if isHostValue(v) {
		slot, trap := s.store.ExternRef(v.ref)
		if trap != 0 {
			return 0, 0, s.trap(trap)
		}
		return slot, v.typ.Heap, nil
	}
	switch r := v.ref.(type) {
	case I31:
		return store.RefI31(uint32(r)), v.typ.Heap, nil
	case *Func:
		if r != nil && r.store == s {
			return r.record.Ref(), wasm.HeapType(r.record.Type), nil
		}
	case *Object:
		if r != nil && r.store == s && v.typ.Heap == wasm.HeapExtern {
			return r.ref, wasm.HeapExtern, nil
		}
		if r != nil && r.store == s {
			return r.ref, wasm.HeapType(store.ObjectType(r.ref)), nil
		}
	case *Continuation:
		if r.store != s {
			break
		}
		return r.inner.Ref, wasm.HeapType(r.typ.id), nil
	case HandlerName:
		if r.store != s {
			break
		}
		return r.name, wasm.HeapHandler, nil
	case TagValue:
		if r.store != s {
			break
		}
		return r.tag, wasm.HeapTag, nil
	case *Exception:
		if r == nil || !s.store.Throws(r.inner) {
			break
		}
		slot, trap := s.store.ExceptionRef(r.inner)
		if trap != 0 {
			return 0, 0, s.trap(trap)
		}
		return slot, wasm.HeapExn, nil
	}
	return 0, 0, fmt.Errorf("the %s reference belongs to another store", v.typ.Heap)
}

// isHostValue reports whether v refers to a value of the host, and not to
// something of the guest as seen through extern.convert_any.
func isHostValue(v Value) bool {
	switch v.ref.(type) {
	case *Object, I31:
		return false
	}
	return v.typ.Heap == wasm.HeapExtern || v.typ.Heap == wasm.HeapAny
}

// fromSlots returns slots as values of the given types.
func (s *Store) fromSlots(slots []uint64, types []wasm.ValType) []Value {
	values := make([]Value, len(types))
	for i, t := range types {
		v := Value{typ: t, lo: slots[0]}
		if t.Kind == wasm.KindV128 {
			v.hi = slots[1]
		}
		if t.IsRef() {
			v = s.fromRef(slots[0], t)
		}
		values[i] = v
		slots = slots[t.Slots():]
	}
	return values
}

// Numbers returns the values in slots (see [HostFunc]) that have the types. It fails if one of them is a reference, or
// there are too few slots. For references there is [Store.FromSlots].
func Numbers(slots []uint64, types []wasm.ValType) ([]Value, error) {
	if hasRefs(types) {
		return nil, fmt.Errorf("weft: slots of type %s have references", wasm.FuncType{Results: types})
	}
	if n := wasm.SlotCount(types); len(slots) < n {
		return nil, fmt.Errorf("weft: %d slots given, %d needed", len(slots), n)
	}
	return (*Store)(nil).fromSlots(slots, types), nil
}

func (s *Store) fromRef(slot uint64, t wasm.ValType) Value {
	if slot == 0 {
		t.Nullable = true
		return Value{typ: t}
	}
	v := Value{typ: wasm.Ref(s.engine.types.Top(t.Heap))}
	switch v.typ.Heap {
	case wasm.HeapFunc:
		v.ref = s.newFunc(store.FuncFromRef(slot))
	case wasm.HeapCont:
		v.ref = s.fromCont(slot)
	case wasm.HeapHandler:
		v.ref = HandlerName{s, slot}
	case wasm.HeapTag:
		v.ref = TagValue{s, slot}
	case wasm.HeapExn:
		tag, payload := store.ExceptionParts(slot)
		v.ref = s.fromException(s.store.HoldException(tag, payload, slot))
	default:
		v.ref, v.typ.Heap = s.fromObject(slot, v.typ)
	}
	return v
}

// fromCont returns the continuation that a reference is to. A stale reference
// has no type of its own any more.
func (s *Store) fromCont(slot uint64) *Continuation {
	t := wasm.FuncType{}
	if c := s.store.Conts.Lookup(slot); c != nil {
		if id, ok := c.ExactType(); ok {
			return s.newContinuation(slot, s.contType(id))
		}
		t = s.store.ContFuncType(c)
	}
	return s.newContinuation(slot, s.contTypeOf(t))
}

// fromObject returns what a reference of the hierarchies any and extern is to.
func (s *Store) fromObject(slot uint64, t wasm.ValType) (any, wasm.HeapType) {
	kind, _ := s.store.Object(slot)
	heap := t.Heap
	switch kind {
	case store.ObjectI31:
		if heap == wasm.HeapAny {
			heap = wasm.HeapI31
		}
		return I31(store.I31(slot)), heap
	case store.ObjectExtern:
		return s.store.ExternValue(slot), heap
	case store.ObjectStruct:
		heap = wasm.HeapStruct
	case store.ObjectArray:
		heap = wasm.HeapArray
	}
	if t.Heap == wasm.HeapExtern {
		heap = wasm.HeapExtern
	}
	return s.newObject(slot, t), heap
}
