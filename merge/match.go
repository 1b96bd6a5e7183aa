package merge

import (
	"fmt"
	"strings"

	"weft/wasm"
)

// matches reports whether what one part exports is what another one's import asks for (core specification, section
// "Import Matching").
func (g *merger) matches(importer, exporter *part, kind wasm.ExternKind, want, have uint32) bool {
	switch kind {
	case wasm.ExternFunc:
		wantID, haveID := importer.ids[importer.space.Funcs[want]], exporter.ids[exporter.space.Funcs[have]]
		if importer.space.ExactFunc(want) {
			return haveID == wantID && exporter.space.ExactFunc(have)
		}
		return g.set.IsSubtype(haveID, wantID)
	case wasm.ExternTag:
		return exporter.ids[exporter.space.Tags[have]] == importer.ids[importer.space.Tags[want]]
	case wasm.ExternTable:
		w, h := importer.space.Tables[want], exporter.space.Tables[have]
		return importer.canonical(w.Elem) == exporter.canonical(h.Elem) && limitsMatch(h.Limits, w.Limits)
	case wasm.ExternMemory:
		w, h := importer.space.Memories[want], exporter.space.Memories[have]
		return w.PageLog2 == h.PageLog2 && limitsMatch(h.Limits, w.Limits)
	}
	w, h := importer.space.Globals[want], exporter.space.Globals[have]
	wantType, haveType := importer.canonical(w.Type), exporter.canonical(h.Type)
	return w.Mutable == h.Mutable && (wantType == haveType || !w.Mutable && g.set.IsValSubtype(haveType, wantType))
}

func (p *part) canonical(t wasm.ValType) wasm.ValType { return wasm.CanonicalValType(t, p.ids) }

func limitsMatch(have, want wasm.Limits) bool {
	return have.Is64 == want.Is64 && have.Shared == want.Shared && have.Min >= want.Min &&
		(!want.HasMax || have.HasMax && have.Max <= want.Max)
}

// typeString formats the type of something in a part, as the text format does; type indices are those of the part.
func (p *part) typeString(kind wasm.ExternKind, index uint32) string {
	switch kind {
	case wasm.ExternFunc:
		text := signature(p.m.FuncType(p.space.Funcs[index]))
		if int(index) < p.space.ImportedFuncs && p.space.ExactFunc(index) {
			text = " (exact" + text + ")"
		}
		return "(func" + text + ")"
	case wasm.ExternTag:
		return "(tag" + signature(p.m.FuncType(p.space.Tags[index])) + ")"
	case wasm.ExternTable:
		return fmt.Sprintf("(table %s)", p.space.Tables[index])
	case wasm.ExternMemory:
		return fmt.Sprintf("(memory %s)", p.space.Memories[index])
	}
	return fmt.Sprintf("(global %s)", p.space.Globals[index])
}

func signature(t wasm.FuncType) string {
	var b strings.Builder
	list := func(keyword string, types []wasm.ValType) {
		if len(types) == 0 {
			return
		}
		fmt.Fprintf(&b, " (%s", keyword)
		for _, v := range types {
			fmt.Fprintf(&b, " %s", v)
		}
		b.WriteString(")")
	}
	list("param", t.Params)
	list("result", t.Results)
	return b.String()
}
