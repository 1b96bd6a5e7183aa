package text

import (
	"bytes"
	"slices"

	"weft/wasm"
)

// readHints reads the custom section with branch hints, so that they can be written
// as annotations. It returns the index of the section among the custom ones, and -1
// if there is none that the annotations would give back as it is.
func (p *printer) readHints() int {
	index := slices.IndexFunc(p.m.Customs, func(c wasm.Custom) bool { return c.Name == noteHint })
	if index < 0 {
		return -1
	}
	section := &p.m.Customs[index]
	rank := func(id wasm.SectionID) int { return slices.Index(wasm.SectionOrder[:], id) }
	for _, id := range wasm.SectionOrder[rank(section.After)+1:] {
		if id == wasm.SectionCode {
			break
		}
		if !p.isEmpty(id) { // the parser puts the section right before the code
			return -1
		}
	}
	if rank(section.After) >= rank(wasm.SectionCode) {
		return -1
	}
	for i := index + 1; i < len(p.m.Customs); i++ { // the parser puts the section last
		if rank(p.m.Customs[i].After) < rank(wasm.SectionCode) || p.m.Customs[i].Name == noteHint {
			return -1
		}
	}
	hints, ok := p.decodeHints(section.Data)
	if !ok {
		return -1
	}
	p.hints = hints
	return index
}

// decodeHints decodes a section of branch hints. It reports false unless every hint
// is one that an annotation can express, and the bytes are those that the parser would make of them.
func (p *printer) decodeHints(data []byte) (map[uint32]map[uint32]byte, bool) {
	funcs, err := wasm.DecodeBranchHints(data)
	if err != nil || len(funcs) == 0 || !bytes.Equal(wasm.AppendBranchHints(nil, funcs), data) {
		return nil, false
	}
	imported := uint32(p.m.NumImports(wasm.ExternFunc))
	hints := map[uint32]map[uint32]byte{}
	for i := range funcs {
		own := funcs[i].Func - imported
		if funcs[i].Func < imported || own >= uint32(len(p.m.Funcs)) || len(funcs[i].Hints) == 0 {
			return nil, false
		}
		f := &p.m.Funcs[own]
		base := uint32(wasm.LocalsSize(f.Locals))
		of := make(map[uint32]byte, len(funcs[i].Hints))
		for _, h := range funcs[i].Hints {
			if h.Offset < base {
				return nil, false
			}
			of[h.Offset-base] = 0
			if h.Likely {
				of[h.Offset-base] = 1
			}
		}
		if !p.areBranches(f, of) {
			return nil, false
		}
		hints[funcs[i].Func] = of
	}
	return hints, true
}

// areBranches reports whether a conditional branch begins at each of the offsets.
func (p *printer) areBranches(f *wasm.Func, offsets map[uint32]byte) bool {
	p.code.Reset(f.Body, f.BodyOffset, ^wasm.Features(0), p.m.Dialect)
	found := 0
	var in wasm.Instr
	for p.code.Len() > 0 {
		if p.code.Next(&in) != nil {
			return false
		}
		if _, hinted := offsets[uint32(in.Offset)]; hinted && (in.Op == wasm.OpIf || in.Op == wasm.OpBrIf) {
			found++
		}
	}
	return found == len(offsets)
}

// isEmpty reports whether a section that stands before the code would be left out of
// a binary.
func (p *printer) isEmpty(id wasm.SectionID) bool {
	m := p.m
	switch id {
	case wasm.SectionType:
		return len(m.RecGroups) == 0
	case wasm.SectionImport:
		return len(m.Imports) == 0
	case wasm.SectionFunction:
		return len(m.Funcs) == 0
	case wasm.SectionTable:
		return len(m.Tables) == 0
	case wasm.SectionMemory:
		return len(m.Memories) == 0
	case wasm.SectionTag:
		return len(m.Tags) == 0
	case wasm.SectionGlobal:
		return len(m.Globals) == 0
	case wasm.SectionExport:
		return len(m.Exports) == 0
	case wasm.SectionStart:
		return m.Start == nil
	case wasm.SectionElement:
		return len(m.Elems) == 0
	case wasm.SectionDataCount:
		return m.DataCount < 0
	}
	return false
}
