package ssa

import "slices"

// What is at a place of a record, an object or memory is known when it has been read or written, until something may
// change it. simplify replaces reads of what is known. Blocks begin with what their predecessor knows, if there is only
// one; of memory with what a few predecessors know, each maybe something else (merge.go).
//
// A write to memory changes what it may overlap. It does not if both are at known distances from the same value:
// compilers that keep their locals in memory, as Go does, address them all from a stack pointer. Two memories may be
// the same one, if they are imported; records, objects and memories are apart. Of memory that threads share, what one
// has read may be used again like this, too: no other access says that it must see what others have written since.

// A content is what is known to be at a place.
type content struct {
	pointer *Value // of records and objects; of memory its base
	root    *Value // of memory: the address is that of root, plus more
	more    uint32
	offset  int64
	mem     Mem
	value   *Value // nil if it is what merge says
	merge   *merge
	low     bool // only the low bytes of the value are there, as many as mem moves
}

// maxContents bounds how many places of a kind are known; of more, the oldest are forgotten.
const maxContents = 16

// A known list has what is known, oldest first.
type known struct {
	records, parts, memory []content
}

// contents has what is known in the block at hand, and was at the ends of others.
type contents struct {
	known
	ends  []known   // by block ID
	store []content // where those lie
}

// forget forgets all blocks.
func (o *Optimizer) forget(f *Func) {
	o.contents.ends = resized(o.contents.ends, f.NumBlocks())
	o.contents.store = o.contents.store[:0]
}

// recall begins a block with what its only predecessor knows.
func (o *Optimizer) recall(b *Block) {
	c := &o.contents
	c.records, c.parts, c.memory = c.records[:0], c.parts[:0], c.memory[:0]
	if len(b.Preds) == 1 && b.Pad == NotPad {
		end := &c.ends[b.Preds[0].ID]
		c.records = append(c.records, end.records...)
		c.parts = append(c.parts, end.parts...)
		c.memory = append(c.memory, end.memory...)
		return
	}
	o.recallMerged(b)
}

// remember keeps what is known at the end of a block for its successors.
func (o *Optimizer) remember(b *Block) {
	c := &o.contents
	keep := func(list []content) []content {
		n := len(c.store)
		c.store = append(c.store, list...)
		return c.store[n:]
	}
	end := known{memory: keep(c.memory)}
	if slices.ContainsFunc(b.Succs, func(e Edge) bool { return len(e.To.Preds) == 1 }) {
		end.records, end.parts = keep(c.records), keep(c.parts)
	}
	c.ends[b.ID] = end
}

// known returns what is known to be where v reads; nil if nothing is. Then it is known now.
func (o *Optimizer) known(v *Value) *Value {
	list := o.contents.of(v.Op)
	here := placeOf(v)
	for i := range *list {
		if c := &(*list)[i]; c.samePlace(&here) && c.mem == here.mem && c.typ() == v.Type && !c.low {
			return o.valueOf(c)
		}
	}
	if v.Op == OpLoad {
		if r := o.knownBits(&here, v.Type); r != nil {
			return r
		}
	}
	here.value = v
	add(list, here)
	return nil
}

// typ returns the type of the value that is known.
func (c *content) typ() Type {
	if c.value == nil {
		return c.merge.values[0].Type
	}
	return c.value.Type
}

// knownBits returns what a load reads whose bits are the low ones of a known integer: as it widens them.
func (o *Optimizer) knownBits(here *content, t Type) *Value {
	if t != I32 && t != I64 {
		return nil
	}
	i := slices.IndexFunc(o.contents.memory, func(c content) bool {
		return c.samePlace(here) && c.mem.Size() >= here.mem.Size() && (c.typ() == I32 || c.typ() == I64)
	})
	if i < 0 {
		return nil
	}
	c := &o.contents.memory[i]
	if c.value == nil {
		if wide, ok := c.merge.widened(o, here.mem, t); ok {
			narrow := *here
			narrow.merge = wide
			x := o.valueOf(&narrow)
			add(&o.contents.memory, narrow)
			return x
		}
	}
	return o.widened(o.valueOf(c), here.mem, t)
}

// widened returns what a load makes of the low bits of an integer.
func (o *Optimizer) widened(x *Value, mem Mem, t Type) *Value {
	switch {
	case x.Type == I64 && t == I32:
		x = o.make(OpWrap, I32, 0, x)
	case x.Type == I32 && t == I64:
		x = o.make(OpExtendU, I64, 0, x)
	}
	switch mem {
	case Mem8U, Mem16U, Mem32U:
		return o.make(OpAnd, t, 0, x, o.constant(t, 1<<(8*mem.Size())-1))
	case Mem8S:
		return o.make(OpSExt8, t, 0, x)
	case Mem16S:
		return o.make(OpSExt16, t, 0, x)
	case Mem32S:
		if t == I64 {
			return o.make(OpSExt32, t, 0, x)
		}
	}
	return x
}

// of returns the list for a read or write.
func (c *contents) of(op Op) *[]content {
	switch op {
	case OpGet, OpSet:
		return &c.records
	case OpPart, OpSetPart:
		return &c.parts
	}
	return &c.memory
}

// placeOf returns the place that a value reads or writes.
func placeOf(v *Value) content {
	c := content{pointer: v.Args[0], offset: v.Aux, mem: v.Mem}
	if v.Op == OpLoad || v.Op == OpStore {
		c.root, c.more = v.Args[1], 0
		if c.root.Op == OpAdd && c.root.Type == I32 && c.root.Args[1].Op == OpConst {
			c.root, c.more = c.root.Args[0], uint32(c.root.Args[1].Aux)
		}
	}
	return c
}

func (c *content) samePlace(d *content) bool {
	return c.pointer == d.pointer && c.root == d.root && c.more == d.more && c.offset == d.offset
}

func add(list *[]content, c content) {
	if len(*list) == maxContents {
		*list = slices.Delete(*list, 0, 1)
	}
	*list = append(*list, c)
}

// changes notes what a value with an effect changes.
func (o *Optimizer) changes(v *Value) {
	c := &o.contents
	switch {
	case v.Op == OpSet:
		c.records = c.records[:0]
		o.overwrite(v)
	case v.Op == OpSetPart:
		if v.Args[0] != o.making { // of which nobody has read anything
			c.parts = c.parts[:0]
		}
	case v.Op == OpStore:
		here := placeOf(v)
		c.memory = slices.DeleteFunc(c.memory, func(d content) bool { return !d.apart(&here) })
	case v.Op.IsAtomic(), v.Op == OpFence:
		c.memory = c.memory[:0]
		return
	case v.Op.Info().Call, v.Op == OpPoll, v.Op == OpFuel: // where others may run
		c.records, c.parts, c.memory = c.records[:0], c.parts[:0], c.memory[:0]
		return
	default:
		return
	}
	here := placeOf(v)
	here.value = v.Args[len(v.Args)-1]
	switch size := here.value.Type.Size(); {
	case v.Op == OpSet:
		add(&c.records, here)
	case size == v.Mem.Size() && v.Op == OpSetPart:
		add(&c.parts, here)
	case v.Op == OpStore && (size == v.Mem.Size() || !here.value.Type.IsFloat()):
		here.low = size > v.Mem.Size()
		add(&c.memory, here)
	}
}

// overwrite removes an earlier write to a record of what v writes, if nobody can have seen it: not what follows a trap,
// either.
func (o *Optimizer) overwrite(v *Value) {
	for i := len(o.block.Values) - 1; i >= 0; i-- {
		earlier := o.block.Values[i]
		switch {
		case earlier.Op.Info().Pure:
		case earlier.Op != OpSet || earlier.Args[0] != v.Args[0]:
			return
		case earlier.Aux == v.Aux && earlier.Args[1].Type == v.Args[1].Type:
			o.block.Values = slices.Delete(o.block.Values, i, i+1)
			return
		}
	}
}

// apart reports whether two places of memory cannot overlap. Addresses wrap around at 4 GiB, and both accesses have
// been within memory: so their distance is what it seems, or 4 GiB off, where nothing overlaps.
func (c *content) apart(d *content) bool {
	if c.pointer != d.pointer || c.root != d.root {
		return false
	}
	distance := int64(int32(c.more-d.more)) + c.offset - d.offset
	const far = 1 << 32
	for _, x := range [...]int64{distance, distance - far, distance + far} {
		if x < int64(d.mem.Size()) && -x < int64(c.mem.Size()) {
			return false
		}
	}
	return true
}
