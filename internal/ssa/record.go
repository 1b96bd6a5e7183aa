package ssa

// A RecordPlace says where an instance has the record of a memory, a global or a table: at an offset of its own block
// if it is inside, as those are that the module defines, else behind the pointer that is there.
type RecordPlace struct {
	Offset int64
	Inside bool
}

// Places says where the records of an index space are: those of what is imported behind pointers, the others inside.
func Places(imported int, pointer func(uint32) int64, own func(int) int64) func(uint32) RecordPlace {
	return func(index uint32) RecordPlace {
		if i := int(index) - imported; i >= 0 {
			return RecordPlace{Offset: own(i), Inside: true}
		}
		return RecordPlace{Offset: pointer(index)}
	}
}

// A record is one that code has found.
type record struct {
	pointer *Value
	offset  int64 // from what the pointer points to
}

// at finds the record at a place.
func (b *Builder) at(p RecordPlace) record {
	if p.Inside {
		return record{b.instance, p.Offset}
	}
	return record{b.pointer(p.Offset), 0}
}

// pointer returns the pointer at an offset of the instance's block.
func (b *Builder) pointer(offset int64) *Value {
	return b.shared(OpGetInvariant, I64, offset, b.instance)
}

// get reads a field of a record.
func (b *Builder) get(t Type, r record, field int64) *Value {
	return b.add(OpGet, t, r.offset+field, r.pointer)
}

// invariant reads a field of a record that never changes.
func (b *Builder) invariant(t Type, r record, field int64) *Value {
	return b.shared(OpGetInvariant, t, r.offset+field, r.pointer)
}
