package native

import (
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/store"
	"weft/wasm"
)

// A clauseTable is what instances have of the clauses of a resume, in their order, and at the end
// a 0.
type clauseTable struct {
	offset  int64 // in the instance
	named   bool
	clauses []clauseOf
}

// A clauseOf is a clause of a resume: the tag's index, and the landing pad, which is 0 if the clause is for
// switch.
type clauseOf struct {
	tag uint32
	pad uintptr
}

// A clause is what code compares the tag of a suspension with.
type clause struct{ tag, pad uintptr }

const clauseSize = int64(unsafe.Sizeof(clause{}))

// clauseBytes is the size of the table of a resume.
func clauseBytes(handlers []wasm.Handler) int64 {
	if len(handlers) == 0 {
		return 0
	}
	return int64(len(handlers)+1) * clauseSize
}

// clauseTables returns the tables of a function's resumes, which lie in instances from offset on,
// and marks the code at the resumes with their places.
func clauseTables(c *codegen.Code, code []byte, start uintptr, offset int64) []clauseTable {
	var tables []clauseTable
	for i := range c.Sites {
		s := &c.Sites[i]
		if s.Switch != codegen.Resume {
			continue
		}
		at := s.Detail(c.Details)
		resume := &c.Resumes[at.Number]
		handlers := resume.Clauses
		size := clauseBytes(handlers)
		if size == 0 || resume.Tagged {
			continue // Go looks for the others
		}
		t := clauseTable{offset: offset, named: resume.Named}
		labels := 0
		for _, h := range handlers {
			of := clauseOf{tag: h.Tag}
			if h.Kind == wasm.OnLabel {
				of.pad = start + uintptr(at.Pads[labels])
				labels++
			}
			t.clauses = append(t.clauses, of)
		}
		processor.SetMark(code, int(s.Offset), int32(offset))
		offset += size
		tables = append(tables, t)
	}
	return tables
}

// linkClauses fills the tables of a function in an instance, unless they are to be empty.
func (f *funcCode) linkClauses(state *storeState, r *store.InstanceRecord) {
	if state.barred {
		return
	}
	for _, t := range f.tables {
		list := unsafe.Slice((*clause)(unsafe.Add(unsafe.Pointer(r), t.offset)), len(t.clauses))
		for i, of := range t.clauses {
			list[i] = clause{uintptr(unsafe.Pointer(r.Tag(of.tag))), of.pad}
			switch {
			case of.pad == 0:
				list[i].tag += codegen.SwitchClause
			case t.named:
				list[i].tag += codegen.NamedClause
			}
		}
	}
}

// hideClauses makes the tables of a function in an instance empty.
func (f *funcCode) hideClauses(r *store.InstanceRecord) {
	for _, t := range f.tables {
		*(*clause)(unsafe.Add(unsafe.Pointer(r), t.offset)) = clause{}
	}
}
