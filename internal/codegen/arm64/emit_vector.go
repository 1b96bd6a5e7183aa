package arm64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

func (s *Selector) vector(v *ssa.Value)                      { s.Failf("vectors are not known here") }
func (s *Selector) storeLane(v, value *ssa.Value) bool       { return false }
func (s *Selector) compareLanes(v *ssa.Value) (c comparison) { s.Failf("vectors"); return c }
func (e *Emitter) anyLane(in *codegen.Inst, n Reg)           {}
func (e *Emitter) bitmask(in *codegen.Inst)                  {}
func (a *Assembler) tableLookup(d, x, y, indices Reg)        {}
func (e *Emitter) vectorConst(d Reg, index int64)            {}
func (e *Emitter) vectorPool()                               {}
