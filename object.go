package weft

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"weft/internal/store"
	"weft/wasm"
)

// An Object is a struct or an array of the guest. It is not collected as long
// as it can be reached from Go. Its fields and elements are those that the guest sees; Go reads and
// changes them while no other goroutine uses the store.
type Object struct {
	store *Store
	ref   uint64
}

var (
	errNoObject = errors.New("weft: there is no object")
	errNoArray  = errors.New("weft: this is a struct, not an array")
)

// newObject makes the Go value for a reference to a struct or an array, and keeps that.
func (s *Store) newObject(ref uint64, t wasm.ValType) *Object {
	o := &Object{s, ref}
	runtime.AddCleanup(o, func(release func()) { release() }, s.store.Keep(ref, t))
	return o
}

// NewStruct makes a struct. The type is the identity of one, such as [Module.Type] returns, and there is a value for
// each field; or for none, if all have default values. The error is a [*Trap] if there is no room in the heap. A type
// with a descriptor is refused: see [Store.NewDescribed].
func (s *Store) NewStruct(t wasm.HeapType, fields ...Value) (*Object, error) {
	comp, err := s.beginObject(t, wasm.CompStruct)
	if err != nil {
		return nil, err
	}
	defer s.leave()
	if comp.Descriptor.Given {
		return nil, errors.New("weft: objects of the type have descriptors: NewDescribed makes them")
	}
	return s.structOf(t, comp, fields, func() (uint64, wasm.TrapCode) { return s.store.NewStruct(wasm.TypeID(t)) })
}

// structOf gives the values of its fields to a new struct.
func (s *Store) structOf(t wasm.HeapType, comp *wasm.CompType, fields []Value,
	allocate func() (uint64, wasm.TrapCode)) (*Object, error) {
	types, err := fieldTypes(comp, fields)
	if err != nil {
		return nil, err
	}
	all := make([]uint64, wasm.SlotCount(types))
	defer s.store.Pin(all)()
	slots := all[:0]
	for i, v := range fields {
		if slots, err = s.toSlots(slots, v, types[i]); err != nil {
			return nil, fmt.Errorf("weft: field %d: %w", i, err)
		}
	}
	ref, trap := allocate()
	if trap != wasm.TrapNone {
		return nil, s.trap(trap)
	}
	for i, t := range types {
		var v [2]uint64
		copy(v[:], slots[:t.Slots()])
		s.store.StorePart(ref, uint32(i), v)
		slots = slots[t.Slots():]
	}
	return s.newObject(ref, wasm.Ref(t)), nil
}

// fieldTypes returns the types of the values that are given for the fields of a struct: all, or none, if they have
// default values.
func fieldTypes(comp *wasm.CompType, fields []Value) ([]wasm.ValType, error) {
	if len(fields) == 0 {
		for i, f := range comp.Fields {
			if !f.Type.HasDefault() {
				return nil, fmt.Errorf("weft: field %d of type %s has no default value", i, f.Type)
			}
		}
	} else if len(fields) != len(comp.Fields) {
		return nil, fmt.Errorf("weft: %d values given, the struct has %d fields", len(fields), len(comp.Fields))
	}
	types := make([]wasm.ValType, len(fields))
	for i := range fields {
		types[i] = comp.Fields[i].Type.Unpacked()
	}
	return types, nil
}

// NewArray makes an array of n elements that are all the same; the zero Value stands for the default of their type. For
// arrays of numbers [WriteArray] sets them. The type and the error are as for [Store.NewStruct].
func (s *Store) NewArray(t wasm.HeapType, n int, fill Value) (*Object, error) {
	if s != nil && (n < 0 || int64(n) > math.MaxUint32) {
		return nil, s.refuse(fmt.Errorf("weft: no array has %d elements", n))
	}
	comp, err := s.beginObject(t, wasm.CompArray)
	if err != nil {
		return nil, err
	}
	defer s.leave()
	elem := comp.Fields[0].Type
	if fill.typ == (wasm.ValType{}) {
		if !elem.HasDefault() {
			return nil, fmt.Errorf("weft: elements of type %s have no default value", elem)
		}
		fill = Zero(elem.Unpacked())
	}
	var v [2]uint64
	defer s.store.Pin(v[:])()
	if _, err := s.toSlots(v[:0], fill, elem.Unpacked()); err != nil {
		return nil, fmt.Errorf("weft: element: %w", err)
	}
	ref, trap := s.store.NewArray(wasm.TypeID(t), uint32(n))
	if trap == wasm.TrapNone && v != [2]uint64{} {
		trap = s.store.FillArray(ref, 0, v, uint32(n))
	}
	if trap != wasm.TrapNone {
		return nil, s.trap(trap)
	}
	return s.newObject(ref, wasm.Ref(t)), nil
}

// beginObject enters the store to make an object of a type, of which it returns the form.
func (s *Store) beginObject(t wasm.HeapType, kind wasm.CompKind) (*wasm.CompType, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	comp, err := s.objectType(t, kind)
	if err != nil {
		s.leave()
		return nil, err
	}
	return comp, nil
}

func (s *Store) objectType(t wasm.HeapType, kind wasm.CompKind) (*wasm.CompType, error) {
	if !t.IsIndex() || !s.store.HoldTypeID(wasm.TypeID(t)) {
		return nil, fmt.Errorf("weft: %s is no type that the engine has: Module.Type returns those of a module", t)
	}
	comp := s.engine.types.Comp(wasm.TypeID(t))
	if comp.Kind != kind {
		return nil, fmt.Errorf("weft: the type is a %s, not a %s", comp.Kind, kind)
	}
	return comp, s.store.UseObjects(wasm.TypeID(t))
}

// DefineType returns the identity of a struct or array type that stands alone and is final: the same as that of such a
// type in a module. Concrete types in it are identities. The store has the type until it is closed.
func (s *Store) DefineType(t wasm.CompType) (wasm.HeapType, error) {
	if err := s.enter(); err != nil {
		return wasm.HeapNone, err
	}
	defer s.leave()
	if t.Descriptor.Given || t.Describes.Given {
		return wasm.HeapNone,
			errors.New("weft: a type with a descriptor, or one that describes another, does not stand alone")
	}
	if t.Kind != wasm.CompStruct && (t.Kind != wasm.CompArray || len(t.Fields) != 1) {
		return wasm.HeapNone, errors.New("weft: a struct, or an array with one field for its elements, expected")
	}
	for i, f := range t.Fields {
		if err := s.holdTypes(f.Type.Unpacked()); err != nil {
			return wasm.HeapNone, fmt.Errorf("field %d: %w", i, err)
		}
	}
	t = wasm.CompType{Kind: t.Kind, Fields: slices.Clone(t.Fields)}
	id := s.store.HoldType(wasm.SubType{Final: true, Comp: t})
	return wasm.HeapType(id), s.store.UseObjects(id)
}

// Type returns the identity of a type that the module defines, by its index, or the type none if there is none. The
// engine has the type as long as the module, or an instance of it, exists.
func (m *Module) Type(index uint32) wasm.HeapType {
	if m == nil || uint64(index) >= uint64(len(m.module.Types)) {
		return wasm.HeapNone
	}
	return wasm.HeapType(m.module.Types[index])
}

// TypeNamed returns the identity of the type that the module's names call so; false if they call none so, as in modules
// that were compiled without names.
func (m *Module) TypeNamed(name string) (wasm.HeapType, bool) {
	if m != nil {
		for index, n := range m.module.Wasm.Names.Types {
			if n == name && int(index) < len(m.module.Types) {
				return m.Type(index), true
			}
		}
	}
	return wasm.HeapNone, false
}

// Value returns the reference to the object; null for nil.
func (o *Object) Value() Value {
	if o == nil {
		return Null(wasm.HeapAny)
	}
	return Value{typ: wasm.Ref(wasm.HeapAny), ref: o}
}

// HeapType returns the identity of the object's type, which makes another one like it; none once the store is closed.
func (o *Object) HeapType() wasm.HeapType {
	if o == nil || !o.store.hold() {
		return wasm.HeapNone
	}
	defer o.store.drop()
	return wasm.HeapType(store.ObjectType(o.ref))
}

// Type returns the form of the object's type: whether it is a struct or an array, and its fields, or one for all
// elements. It must not be changed. It is the zero CompType once the store is closed.
func (o *Object) Type() wasm.CompType {
	if o == nil || !o.store.hold() {
		return wasm.CompType{}
	}
	defer o.store.drop()
	return *o.store.engine.types.Comp(store.ObjectType(o.ref))
}

// Len returns the number of fields of a struct, or of elements of an array; 0 once the store is closed.
func (o *Object) Len() int {
	if o == nil || !o.store.hold() {
		return 0
	}
	defer o.store.drop()
	return int(o.store.store.ObjectLen(o.ref))
}

// enter begins a use of a part of the object, which leave of the store ends.
func (o *Object) enter(i int) error {
	if o == nil {
		return errNoObject
	}
	if err := o.store.enter(); err != nil {
		return err
	}
	if n := o.store.store.ObjectLen(o.ref); i < 0 || uint64(i) >= uint64(n) {
		o.store.leave()
		return fmt.Errorf("weft: the object has %d parts, none at %d", n, i)
	}
	return nil
}

// Get returns a field of a struct, or an element of an array. Those of 8 and 16 bits are zero-extended to an i32.
func (o *Object) Get(i int) (Value, error) {
	if err := o.enter(i); err != nil {
		return Value{}, err
	}
	defer o.store.leave()
	return o.part(i), nil
}

// part is Get in a store that is in use.
func (o *Object) part(i int) Value {
	f, _ := o.store.store.ObjectPart(o.ref, uint32(i))
	slots := o.store.store.LoadPart(o.ref, uint32(i))
	return o.store.fromSlots(slots[:], []wasm.ValType{f.Type.Unpacked()})[0]
}

// Set changes a field of a struct, or an element of an array, that is mutable. One of 8 or 16 bits takes the low ones
// of an i32.
func (o *Object) Set(i int, v Value) error {
	if err := o.enter(i); err != nil {
		return err
	}
	defer o.store.leave()
	comp := o.store.engine.types.Comp(store.ObjectType(o.ref))
	field := comp.Fields[min(i, len(comp.Fields)-1)] // all elements have the first
	if !field.Mutable {
		return fmt.Errorf("weft: part %d of the object is immutable", i)
	}
	var slots [2]uint64
	defer o.store.store.Pin(slots[:])()
	if _, err := o.store.toSlots(slots[:0], v, field.Type.Unpacked()); err != nil {
		return fmt.Errorf("weft: part %d: %w", i, err)
	}
	o.store.store.StorePart(o.ref, uint32(i), slots)
	return nil
}

// Values returns all fields of a struct, or all elements of an array.
func (o *Object) Values() ([]Value, error) {
	if o == nil {
		return nil, errNoObject
	}
	if err := o.store.enter(); err != nil {
		return nil, err
	}
	defer o.store.leave()
	values := make([]Value, o.store.store.ObjectLen(o.ref))
	for i := range values {
		values[i] = o.part(i)
	}
	return values, nil
}

// An ArrayNumber is a Go type that stands for elements of an array of numbers: of the same size, and both integers or
// both floats.
type ArrayNumber interface {
	~int8 | ~uint8 | ~int16 | ~uint16 | ~int32 | ~uint32 | ~int64 | ~uint64 | ~float32 | ~float64
}

// ReadArray copies len(to) elements of an array of numbers, from one on. The error is that it has not so many, or
// others.
func ReadArray[T ArrayNumber](a *Object, from int, to []T) error {
	return withNumbers(a, from, len(to), func(elements []T) { copy(to, elements) })
}

// WriteArray copies numbers to elements of an array, from one on, which need not be mutable for the guest: so that Go
// can fill one that it has made. The error is that it has not so many, or others.
func WriteArray[T ArrayNumber](a *Object, at int, from []T) error {
	return withNumbers(a, at, len(from), func(elements []T) { copy(elements, from) })
}

// withNumbers does something with n elements of an array, from one on, while the store is in use.
func withNumbers[T ArrayNumber](a *Object, at, n int, do func(elements []T)) error {
	if a == nil {
		return errNoObject
	}
	if err := a.store.enter(); err != nil {
		return err
	}
	defer a.store.leave()
	comp := a.store.engine.types.Comp(store.ObjectType(a.ref))
	if comp.Kind != wasm.CompArray {
		return errNoArray
	}
	if t := reflect.TypeFor[T](); elementKind(t) != comp.Fields[0].Type.Kind {
		return fmt.Errorf("weft: elements of type %s are none of %s", comp.Fields[0].Type, t)
	}
	if length := int64(store.ArrayLen(a.ref)); at < 0 || int64(at) > length || int64(n) > length-int64(at) {
		return fmt.Errorf("weft: the array has %d elements, no %d from %d on", length, n, at)
	}
	do(store.ArrayNumbers[T](a.store.store, a.ref, uint32(at), uint32(n)))
	return nil
}

// elementKind returns the type of elements that a Go type stands for.
func elementKind(t reflect.Type) wasm.Kind {
	switch t.Kind() {
	case reflect.Int8, reflect.Uint8:
		return wasm.KindI8
	case reflect.Int16, reflect.Uint16:
		return wasm.KindI16
	case reflect.Int32, reflect.Uint32:
		return wasm.KindI32
	case reflect.Int64, reflect.Uint64:
		return wasm.KindI64
	case reflect.Float32:
		return wasm.KindF32
	}
	return wasm.KindF64
}

const (
	// mostParts is how many parts of an object are printed, and deepest how deeply objects in objects are.
	mostParts = 16
	deepest   = 3
)

// String shows the content: "struct{5 [1 2 3]}", of large objects the beginning.
func (o *Object) String() string {
	switch {
	case o == nil:
		return "null"
	case o.store.enter() != nil:
		return "object of a store that is closed or in use"
	}
	defer o.store.leave()
	var b strings.Builder
	o.print(&b, deepest)
	return b.String()
}

func (o *Object) print(b *strings.Builder, depth int) {
	open, end := "struct{", "}"
	if o.store.engine.types.Comp(store.ObjectType(o.ref)).Kind == wasm.CompArray {
		open, end = "[", "]"
	}
	b.WriteString(open)
	n := int(o.store.store.ObjectLen(o.ref))
	for i := range min(n, mostParts) {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch v := o.part(i); {
		case v.IsNull():
			b.WriteString("null")
		case v.typ.IsRef() && depth == 0:
			b.WriteString("…")
		default:
			v.print(b, depth-1)
		}
	}
	if n > mostParts {
		fmt.Fprintf(b, " and %d more", n-mostParts)
	}
	b.WriteString(end)
}

// print shows a value without its type.
func (v Value) print(b *strings.Builder, depth int) {
	switch r := v.ref.(type) {
	case *Object:
		r.print(b, depth)
	case *Func, *Exception, *Continuation:
		b.WriteString(v.typ.Heap.String())
	case nil:
		text, _, _ := strings.Cut(v.String(), " : ")
		b.WriteString(text)
	default:
		fmt.Fprint(b, r)
	}
}
