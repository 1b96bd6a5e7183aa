package codegen

import "weft/internal/ssa"

// A Convention lists the registers in which values are passed, each class by
// itself, parameters and results alike.
type Convention struct{ Int, Float []Reg }

// A Place is where a value is passed: in a register, or (NoReg) in slot Slot of the
// context's Args.
type Place struct {
	Reg  Reg
	Slot int
}

// Places returns where values of the types are passed. The slot of a value is
// the number of slots before it.
func (c *Convention) Places(types []ssa.Type) []Place {
	return c.AppendPlaces(make([]Place, 0, len(types)), types)
}

// AppendPlaces appends where values of the types are passed.
func (c *Convention) AppendPlaces(places []Place, types []ssa.Type) []Place {
	ints, floats := c.Int, c.Float
	slot := 0
	for _, t := range types {
		list := &ints
		if t.IsFloat() {
			list = &floats
		}
		p := Place{Reg: NoReg, Slot: slot}
		slot += t.Slots()
		if len(*list) > 0 {
			p.Reg = (*list)[0]
			*list = (*list)[1:]
		}
		places = append(places, p)
	}
	return places
}
