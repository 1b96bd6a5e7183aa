package codegen

import "slices"

// spareSlot stands for the offset of the slot that moves on edges use for themselves.
const spareSlot = -1

// slotSize is the size of a slot in the frame.
const slotSize = 8

// maxSlots is how many slots the largest value takes.
const maxSlots = 2

// slots returns how many slots a value takes.
func (a *Allocator) slots(v VReg) int32 { return (int32(a.f.VRegs[v].Size) + slotSize - 1) / slotSize }

// needSpare makes the spare place large enough for a value.
func (a *Allocator) needSpare(v VReg) { a.spares = max(a.spares, a.slots(v)) }

// extend makes the range in which the slot of a value is in use contain a position.
func (a *Allocator) extend(v VReg, pos int32) {
	val := &a.vals[v]
	val.slotFrom, val.slotTo = min(val.slotFrom, pos), max(val.slotTo, pos)
}

// frame gives slots to the values that were loaded from the frame. Values whose ranges,
// from the first to the last position in the order of the blocks in memory, do not overlap share one
// if they have one size.
func (a *Allocator) frame() {
	f := a.f
	for _, b := range a.order {
		blk, st := &f.Blocks[b], &a.blocks[b]
		end := st.pos + 1 + int32(blk.End-blk.First)
		for _, l := range st.live {
			a.extend(l.v, st.pos)
		}
		for i := range blk.Succs {
			e := &blk.Succs[i]
			if e.To <= int(b) {
				// On ways forward, the beginning of the next block is behind.
				for _, l := range a.blocks[e.To].live {
					a.extend(l.v, end)
				}
			}
			for k, arg := range e.Args {
				// The slot of a parameter is written while the arguments are read.
				a.extend(arg, end)
				a.extend(f.Blocks[e.To].Params[k], end)
			}
		}
	}

	slots := int32(0)
	if home := a.home(); home != 0 {
		slots = 1
		val := &a.vals[home]
		val.slot = 0
		if !val.spilled {
			val.spilled = true
			a.spilled = append(a.spilled, home)
		}
		val.loads = 0
	}
	f.HomesAt = slots * slotSize
	slots += f.Homes
	slices.SortFunc(a.spilled, func(x, y VReg) int { return int(a.vals[x].slotFrom - a.vals[y].slotFrom) })
	for i := range a.heaps {
		a.heaps[i] = a.heaps[i][:0]
	}
	for _, v := range a.spilled {
		val, n := &a.vals[v], a.slots(v)
		heap := &a.heaps[n-1]
		switch {
		case val.slot >= 0:
			continue
		case len(*heap) > 0 && (*heap)[0].end < val.slotFrom:
			val.slot = (*heap)[0].slot
			(*heap)[0].end = val.slotTo
			heap.down()
		default:
			val.slot = slots
			slots += n
			*heap = append(*heap, busySlot{val.slotTo, val.slot})
			heap.up()
		}
	}
	spare := slots
	slots += a.spares
	f.FrameSize = int(slots) * slotSize

	for i := range a.out {
		in := &a.out[i]
		if in.Flags&(Spill|Reload) == 0 {
			continue
		}
		slot := spare
		if in.Imm != spareSlot {
			slot = a.vals[a.operands[int(in.First)-len(f.Operands)].V].slot
		}
		in.Imm = int64(slot) * slotSize
	}
}

// home returns the value that is to be in the frame at offset 0, 0 if there is none.
func (a *Allocator) home() VReg {
	b := &a.f.Blocks[0]
	if !a.f.InstanceHome || b.First == b.End {
		return 0
	}
	for _, op := range a.f.InstOperands(&a.f.Insts[b.First]) {
		if op.Kind == Def && op.V != 0 {
			return op.V
		}
	}
	return 0
}

// A busySlot is in use up to a position.
type busySlot struct{ end, slot int32 }

// A slotHeap has the slot that is free first at index 0.
type slotHeap []busySlot

// up moves the last element to its place.
func (h slotHeap) up() {
	for i := len(h) - 1; i > 0; {
		parent := (i - 1) / 2
		if h[parent].end <= h[i].end {
			return
		}
		h[parent], h[i] = h[i], h[parent]
		i = parent
	}
}

// down moves the first element to its place.
func (h slotHeap) down() {
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(h); c++ {
			if h[c].end < h[least].end {
				least = c
			}
		}
		if least == i {
			return
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}
