package codegen

import "weft/internal/ssa"

// A Binding is the shape of a cont.bind: the type of its result, the types of the values that it binds, and of those
// that are left.
type Binding struct {
	Type        uint32
	Bound, Left []ssa.Type
}

// BindValues is the slot of the first value that a cont.bind binds, behind the instance, the type and the continuation.
const BindValues = 3

// classes returns how many registers of each class values are passed in.
func classes(types []ssa.Type) (ints, floats int) {
	for _, t := range types {
		if t.IsFloat() {
			floats++
		} else {
			ints++
		}
	}
	return ints, floats
}

// Bytes is the size of what lies on the stack of a continuation with bound values: the number of their slots, and they.
func (b *Binding) Bytes() int32 {
	slots := 1
	for _, t := range b.Bound {
		slots += t.Slots()
	}
	return int32(8 * slots)
}

// A Shift is a move of a parameter that is left to the register behind those of the bound values.
type Shift struct{ From, To Reg }

// Shifts returns the moves, in an order in which none overwrites what another one needs.
func (b *Binding) Shifts(c *Convention) (ints, floats []Shift) {
	boundInts, boundFloats := classes(b.Bound)
	leftInts, leftFloats := classes(b.Left)
	return shifts(c.Int, boundInts, leftInts), shifts(c.Float, boundFloats, leftFloats)
}

func shifts(regs []Reg, bound, left int) (list []Shift) {
	for i := left - 1; i >= 0; i-- {
		list = append(list, Shift{regs[i], regs[i+bound]})
	}
	return list
}

// A BoundValue is where a bound value lies behind the number of slots, and the register that it is loaded to.
type BoundValue struct {
	Type ssa.Type
	At   int32
	Reg  Reg
}

// Loads returns the bound values, in order.
func (b *Binding) Loads(c *Convention) (list []BoundValue) {
	at := int32(8)
	for i, p := range c.Places(b.Bound) {
		list = append(list, BoundValue{b.Bound[i], at, p.Reg})
		at += int32(8 * b.Bound[i].Slots())
	}
	return list
}
