package asyncify

import (
	"slices"
	"strings"

	"weft/wasm"
	"weft/wasm/binary"
)

var opNop = byte(wasm.Instructions[wasm.OpNop].Code)

// keepTrue drops what is not true any more. Debug information names places in the code by their distance from its
// beginning; it stays if the functions that it speaks of are where they were.
func (m *module) keepTrue() {
	stays := m.hasPlaces() && m.inPlace()
	for _, c := range m.m.Customs {
		// Relocations are for the linker, and name functions by number.
		if strings.HasPrefix(c.Name, "reloc.") || c.Name == "linking" || namesPlaces(c) && !stays {
			m.report.Dropped = append(m.report.Dropped, c.Name)
		}
	}
	m.m.Customs = slices.DeleteFunc(slices.Clone(m.m.Customs), func(c wasm.Custom) bool {
		return slices.Contains(m.report.Dropped, c.Name)
	})
}

// hasPlaces reports whether there are sections that name places in the code.
func (m *module) hasPlaces() bool { return slices.ContainsFunc(m.m.Customs, namesPlaces) }

func namesPlaces(c wasm.Custom) bool {
	return strings.HasPrefix(c.Name, ".debug_") || c.Name == "sourceMappingURL"
}

// inPlace reports whether the program's functions are where they were.
func (m *module) inPlace() bool {
	again, err := binary.Decode(binary.Encode(m.m), wasm.DefaultFeatures)
	if err != nil {
		return false
	}
	for i := range m.funcs {
		if again.Funcs[i].BodyOffset-again.CodeOffset-localsSize(&again.Funcs[i]) != m.funcs[i].offset-localsSize(m.funcs[i].fn) {
			return false
		}
	}
	return true
}

// pad puts instructions that do nothing before the end of a function that is shorter than it was.
func pad(fn *wasm.Func, to int) {
	if n := to - size(fn); n > 0 {
		end := len(fn.Body) - 1
		fn.Body = append(append(slices.Clone(fn.Body[:end]), slices.Repeat([]byte{opNop}, n)...), fn.Body[end])
	}
}

// size returns how long the code of a function is in a module.
func size(fn *wasm.Func) int { return localsSize(fn) + len(fn.Body) }

func localsSize(fn *wasm.Func) int {
	b := wasm.AppendUnsigned(nil, uint64(len(fn.Locals)))
	for _, g := range fn.Locals {
		b = wasm.AppendValType(wasm.AppendUnsigned(b, uint64(g.Count)), g.Type)
	}
	return len(b)
}
