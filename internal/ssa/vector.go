package ssa

import (
	"strings"

	"weft/wasm"
)

// Vectors are values of type V128. What computes with them is one operation, OpVector: an
// instruction of WebAssembly, whose row in the table of instructions says what it takes and
// gives. So there are no operations for each shape of lanes, and an instruction set
// has a table by opcode.
//
// Instructions that do two things are two values: loads that extend, splat or replace a lane are
// a load of those bytes and the instruction without memory (lowering_vector.go). An instruction set
// takes the load into it, as others.

// A Vector is a constant, the first lane first.
type Vector [16]byte

// Vector returns the Aux of a constant.
func (f *Func) Vector(v Vector) int64 {
	if v == (Vector{}) {
		return 0
	}
	if aux := f.vectorIndex[v]; aux != 0 {
		return aux
	}
	if f.vectorIndex == nil {
		f.vectorIndex = map[Vector]int64{}
	}
	f.Vectors = append(f.Vectors, v)
	f.vectorIndex[v] = int64(len(f.Vectors))
	return int64(len(f.Vectors))
}

// VectorOf returns the constant with an Aux.
func (f *Func) VectorOf(aux int64) Vector {
	if aux == 0 {
		return Vector{}
	}
	return f.Vectors[aux-1]
}

const laneShift = 16

// Code returns the instruction of an OpVector.
func (v *Value) Code() wasm.Opcode { return wasm.Opcode(v.Aux & (1<<laneShift - 1)) }

// Lane returns the lane that an OpVector is about.
func (v *Value) Lane() int { return int(v.Aux >> laneShift) }

func (v *Value) setLane(lane int64) { v.Aux |= lane << laneShift }

func (v *Value) hasLane() bool { return v.Code().Info().Imm == wasm.ImmLane }

// IsBitTest reports whether v tells of a vector whether bits are set, as 0 or 1.
func (v *Value) IsBitTest() bool {
	if v.Op != OpVector {
		return false
	}
	switch v.Code() {
	case wasm.OpV128AnyTrue, wasm.OpI8x16AllTrue, wasm.OpI16x8AllTrue, wasm.OpI32x4AllTrue, wasm.OpI64x2AllTrue:
		return true
	}
	return false
}

// typeOfVectorLetter are the types that signatures of vector instructions have.
func typeOfVectorLetter(letter byte) Type {
	if letter == 'v' {
		return V128
	}
	return typeOfLetter[string(letter)]
}

// checkVector checks an OpVector against the table of instructions.
func checkVector(v *Value) bool {
	if v.Aux < 0 || int(v.Code()) >= len(wasm.Instructions) {
		return false
	}
	info := v.Code().Info()
	operands, result, ok := strings.Cut(info.Signature, ">")
	if !ok || info.Feature != wasm.SIMD && info.Feature != wasm.RelaxedSIMD || info.Traps != 0 || len(operands) != len(v.Args) ||
		len(result) != 1 || v.Type != typeOfVectorLetter(result[0]) || v.Lane() > 0 && v.Lane() >= int(info.Width) {
		return false
	}
	for i, a := range v.Args {
		if a.Type != typeOfVectorLetter(operands[i]) {
			return false
		}
	}
	return true
}
