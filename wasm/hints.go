package wasm

import "fmt"

// BranchHintSection is the name of the custom section with branch hints, which stands before the code (proposal
// "Branch Hinting").
const BranchHintSection = "metadata.code.branch_hint"

// A BranchHint says of a conditional branch, br_if or if, whether its condition is likely to hold.
type BranchHint struct {
	// Offset is that of the branch, in bytes from the beginning of the declarations of locals.
	Offset uint32
	Likely bool
}

// FuncHints has the hints of a function.
type FuncHints struct {
	Func  uint32 // its index
	Hints []BranchHint
}

// AppendBranchHints appends the contents of a section with hints.
func AppendBranchHints(b []byte, funcs []FuncHints) []byte {
	b = AppendUnsigned(b, uint64(len(funcs)))
	for i := range funcs {
		b = AppendUnsigned(AppendUnsigned(b, uint64(funcs[i].Func)), uint64(len(funcs[i].Hints)))
		for _, h := range funcs[i].Hints {
			value := byte(0)
			if h.Likely {
				value = 1
			}
			b = append(AppendUnsigned(b, uint64(h.Offset)), 1, value)
		}
	}
	return b
}

// DecodeBranchHints decodes the contents of a section with hints. The functions, and the hints of each, must be in
// order, as the proposal demands; whether there are such functions and branches is not checked.
func DecodeBranchHints(data []byte) ([]FuncHints, error) {
	r := Reader{Buf: data}
	n, err := r.Count(2, "functions")
	if err != nil {
		return nil, err
	}
	funcs := make([]FuncHints, n)
	for i := range funcs {
		f := &funcs[i]
		if f.Func, err = r.U32(); err != nil {
			return nil, err
		}
		if i > 0 && f.Func <= funcs[i-1].Func {
			return nil, fmt.Errorf("hints for function %d stand behind those for function %d", f.Func, funcs[i-1].Func)
		}
		if f.Hints, err = decodeHints(&r); err != nil {
			return nil, fmt.Errorf("hints for function %d: %w", f.Func, err)
		}
	}
	if r.Pos < len(data) {
		return nil, fmt.Errorf("%d bytes behind the hints", len(data)-r.Pos)
	}
	return funcs, nil
}

func decodeHints(r *Reader) ([]BranchHint, error) {
	n, err := r.Count(3, "hints")
	if err != nil {
		return nil, err
	}
	hints := make([]BranchHint, n)
	for i := range hints {
		h := &hints[i]
		if h.Offset, err = r.U32(); err != nil {
			return nil, err
		}
		if i > 0 && h.Offset <= hints[i-1].Offset {
			return nil, fmt.Errorf("offset %d stands behind offset %d", h.Offset, hints[i-1].Offset)
		}
		value, err := r.Bytes(2)
		if err != nil {
			return nil, err
		}
		if value[0] != 1 || value[1] > 1 {
			return nil, fmt.Errorf("the hint at offset %d is not the byte 0 or 1", h.Offset)
		}
		h.Likely = value[1] == 1
	}
	return hints, nil
}

// BranchHints returns the hints of the functions that the module defines, by their index among those. It is nil if the
// module has none, or a section that is malformed: like those of all custom sections, its contents cannot be an error.
func (m *Module) BranchHints() [][]BranchHint {
	for i := range m.Customs {
		if m.Customs[i].Name != BranchHintSection {
			continue
		}
		funcs, err := DecodeBranchHints(m.Customs[i].Data)
		if err != nil {
			return nil
		}
		imported := uint32(m.NumImports(ExternFunc))
		hints := make([][]BranchHint, len(m.Funcs))
		for j := range funcs {
			if own := funcs[j].Func - imported; funcs[j].Func >= imported && own < uint32(len(hints)) {
				hints[own] = funcs[j].Hints
			}
		}
		return hints
	}
	return nil
}

// LocalsSize returns how many bytes the declarations of a function's locals take in a binary.
func LocalsSize(groups []LocalGroup) int {
	b := AppendUnsigned(nil, uint64(len(groups)))
	for _, g := range groups {
		b = AppendValType(AppendUnsigned(b, uint64(g.Count)), g.Type)
	}
	return len(b)
}
