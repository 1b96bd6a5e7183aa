//go:build linux && amd64

package native

import (
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/codegen/amd64"
	"weft/internal/store"
	"weft/wasm"
)

// A clauseTable is what instances have of the clauses of a resume: for each that has a label,
// the record of its tag and its landing pad, and at the end a 0.
type clauseTable struct {
	offset int64 // in the instance
	tags   []uint32
	pads   []uintptr
}

// A clause is what code compares the tag of a suspension with.
type clause struct {
	tag *store.TagRecord
	pad uintptr
}

const clauseSize = int64(unsafe.Sizeof(clause{}))

// clauseBytes is the size of the table of a resume.
func clauseBytes(handlers []wasm.Handler) int64 {
	labels := int64(0)
	for _, h := range handlers {
		if h.Kind == wasm.OnLabel {
			labels++
		}
	}
	if labels == 0 {
		return 0
	}
	return (labels + 1) * clauseSize
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
		handlers := c.Resumes[s.Number].Clauses
		size := clauseBytes(handlers)
		if size == 0 {
			continue
		}
		t := clauseTable{offset: offset}
		for _, h := range handlers {
			if h.Kind == wasm.OnLabel {
				t.pads = append(t.pads, start+uintptr(s.Pads[len(t.tags)]))
				t.tags = append(t.tags, h.Tag)
			}
		}
		amd64.SetMark(code[s.Offset:], int32(offset))
		offset += size
		tables = append(tables, t)
	}
	return tables
}

// linkClauses fills the tables of a function in an instance.
func (f *funcCode) linkClauses(r *store.InstanceRecord) {
	for _, t := range f.tables {
		list := unsafe.Slice((*clause)(unsafe.Add(unsafe.Pointer(r), t.offset)), len(t.tags))
		for i, tag := range t.tags {
			list[i] = clause{r.Tag(tag), t.pads[i]}
		}
	}
}
