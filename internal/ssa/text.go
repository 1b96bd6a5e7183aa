package ssa

import (
	"fmt"
	"strings"

	"weft/wasm"
)

// The text form of a function:
//
//	func "name" (i64, i32) -> (i32)
//	catches 1: (catch 0 2) (catch_all 1)
//	site 0: (on 3 1) (on 4 switch)
//	vector 1: 000102030405060708090a0b0c0d0e0f
//	inlined 30: function 7 called @12
//	b0(v0:i64, v1:i32):
//	  v2:i32 = add v1, v1 @5
//	  store.8u v3, v1, v2 + 16 @9
//	  v5 = call 7, v0, v2 : (i32) -> (i32)
//	  if v2 -> b1, b2(v2)
//	b1: ; depth 1 loop
//
// A line is a value: its name and type unless it has no result, the operation (with
// what Aux and Mem say), the arguments, and behind @ the position, if it is not 0. A call is
// named although it has no type: its results refer to it.

// String returns the text form of the function.
func (f *Func) String() string {
	var w strings.Builder
	fmt.Fprintf(&w, "func %q %v\n", f.Name, f.Sig)
	for i, list := range f.Catches {
		fmt.Fprintf(&w, "catches %d:", i)
		for _, c := range list {
			if c.Kind.HasTag() {
				fmt.Fprintf(&w, " (%v %d %d)", c.Kind, c.Tag, c.Label)
			} else {
				fmt.Fprintf(&w, " (%v %d)", c.Kind, c.Label)
			}
		}
		w.WriteByte('\n')
	}
	for i, site := range f.Sites {
		fmt.Fprintf(&w, "site %d:", i)
		switch {
		case site.Named:
			w.WriteString(" named")
		case site.Tagged:
			w.WriteString(" tagged")
		}
		for _, h := range site.Clauses {
			if h.Kind == wasm.OnSwitch {
				fmt.Fprintf(&w, " (on %d switch)", h.Tag)
			} else {
				fmt.Fprintf(&w, " (on %d %d)", h.Tag, h.Label)
			}
		}
		w.WriteByte('\n')
	}
	for i, v := range f.Vectors {
		fmt.Fprintf(&w, "vector %d: %x\n", i+1, v[:])
	}
	for _, c := range f.Inlined {
		fmt.Fprintf(&w, "inlined %d: function %d called @%d\n", c.First, c.Own, c.Call)
	}
	for _, b := range f.Blocks {
		b.write(&w)
	}
	return w.String()
}

func (s *Signature) String() string {
	return typeList(s.Params) + " -> " + typeList(s.Results)
}

func typeList(types []Type) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.String()
	}
	return "(" + strings.Join(names, ", ") + ")"
}

var padNames = [...]string{NotPad: "", PadValues: "pad", PadException: "exception"}

func (b *Block) write(w *strings.Builder) {
	fmt.Fprintf(w, "b%d", b.ID)
	if len(b.Params) > 0 {
		w.WriteByte('(')
		for i, p := range b.Params {
			if i > 0 {
				w.WriteString(", ")
			}
			fmt.Fprintf(w, "v%d:%v", p.ID, p.Type)
		}
		w.WriteByte(')')
	}
	w.WriteByte(':')
	var notes []string
	if b.LoopDepth > 0 {
		notes = append(notes, fmt.Sprintf("depth %d", b.LoopDepth))
	}
	if b.IsLoop {
		notes = append(notes, "loop")
	}
	if b.Cold {
		notes = append(notes, "cold")
	}
	if b.Pad != NotPad {
		notes = append(notes, padNames[b.Pad])
	}
	if len(notes) > 0 {
		w.WriteString(" ; " + strings.Join(notes, " "))
	}
	w.WriteByte('\n')
	for _, v := range b.Values {
		w.WriteString("  ")
		v.write(w)
		if v.Op.Info().Terminator {
			for i, e := range b.Succs {
				w.WriteString([]string{" -> ", ", "}[min(i, 1)])
				fmt.Fprintf(w, "b%d", e.To.ID)
				if len(e.Args) > 0 {
					w.WriteByte('(')
					writeArgs(w, e.Args)
					w.WriteByte(')')
				}
			}
		}
		if v.Pos != 0 {
			fmt.Fprintf(w, " @%d", v.Pos)
		}
		w.WriteByte('\n')
	}
}

func writeArgs(w *strings.Builder, args []*Value) {
	for i, a := range args {
		if i > 0 {
			w.WriteString(", ")
		}
		fmt.Fprintf(w, "v%d", a.ID)
	}
}

// An auxForm says how the text form shows a value's Aux.
type auxForm uint8

const (
	auxNone   auxForm = iota
	auxNumber         // const 5
	auxSuffix         // icmp.lt_s
	auxOffset         // get v1 + 8
	auxVector         // vector.i32x4.add v1, v2; vector.i32x4.extract_lane 3, v1
)

func (o Op) auxForm() auxForm {
	switch o {
	case OpConst, OpCall, OpTailCall, OpReenter, OpBuiltin, OpResult, OpTrap, OpTrapIf, OpTrapUnless, OpInvoke,
		OpResume, OpSuspendTo, OpSuspendTag, OpSuspend, OpSwitch, OpResumeThrow, OpContNew, OpShuffle, OpAlloc, OpCommit, OpNewArray, OpFence:
		return auxNumber
	case OpIcmp, OpFcmp:
		return auxSuffix
	case OpVector:
		return auxVector
	case OpLoad, OpStore, OpBoundsCheck, OpGet, OpGetInvariant, OpSet, OpPart, OpPartFixed, OpSetPart:
		return auxOffset
	}
	return auxNone
}

// String returns the line of the value, without its position and successors.
func (v *Value) String() string {
	var w strings.Builder
	v.write(&w)
	return w.String()
}

func (v *Value) write(w *strings.Builder) {
	switch {
	case v.Type != Void:
		fmt.Fprintf(w, "v%d:%v = ", v.ID, v.Type)
	case v.Op.Info().Call:
		fmt.Fprintf(w, "v%d = ", v.ID)
	}
	w.WriteString(v.Op.String())
	switch {
	case v.Op.HasMem():
		fmt.Fprintf(w, ".%v", v.Mem)
	case v.Op.auxForm() == auxSuffix:
		fmt.Fprintf(w, ".%v", v.Cond())
	case v.Op.auxForm() == auxNumber:
		fmt.Fprintf(w, " %d", v.Aux)
	case v.Op.auxForm() == auxVector:
		fmt.Fprintf(w, ".%v", v.Code())
		if v.hasLane() {
			fmt.Fprintf(w, " %d", v.Lane())
		}
	}
	if len(v.Args) > 0 {
		if v.Op.auxForm() == auxNumber || v.Op == OpVector && v.hasLane() {
			w.WriteByte(',')
		}
		w.WriteByte(' ')
		writeArgs(w, v.Args)
	}
	if v.Op.auxForm() == auxOffset {
		fmt.Fprintf(w, " + %d", v.Aux)
	}
	if v.Sig != nil {
		fmt.Fprintf(w, " : %v", v.Sig)
	}
}
