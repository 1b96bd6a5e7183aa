//go:build linux && amd64

package native

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"slices"
	"unsafe"
	"weak"

	"weft/internal/codegen"
	"weft/internal/codegen/amd64"
	"weft/internal/ssa"
	"weft/internal/store"
	"weft/wasm"
)

// moduleCode is the machine code of a module.
type moduleCode struct {
	piece  span
	funcs  []funcCode // of the module's own functions, in the order of their addresses
	module weak.Pointer[store.Module]
	tables []clauseTable
}

// funcCode is what is known of a function's code beside its bytes.
type funcCode struct {
	start    uintptr
	prologue uint32 // bytes in which there is no frame yet
	frame    uint32 // bytes of the frame, without the return address
	sites    []codegen.Site
	catches  [][]wasm.Catch // see codegen.Site
	resumes  []ssa.ResumeSite
}

// A clauseTable is what instances have of the clauses of a resume: for each that has a label,
// the record of its tag and its landing pad, and at the end a 0.
type clauseTable struct {
	offset int64 // in the instance
	tags   []uint32
	pads   []uintptr
}

// funcAlign is the alignment of functions.
const funcAlign = 16

// place puts the code of a module's own functions into executable memory.
func (e *Engine) place(m *store.Module, codes []*codegen.Code) error {
	size := 0
	starts := make([]int, len(codes))
	for i, c := range codes {
		starts[i] = size
		size += (len(c.Bytes) + funcAlign - 1) &^ (funcAlign - 1)
	}
	blob := make([]byte, max(size, 1))
	m.Extra = 0
	var tables []clauseTable
	for i := range blob {
		blob[i] = 0xcc // a breakpoint, between functions
	}
	for i, c := range codes {
		copy(blob[starts[i]:], c.Bytes)
		tables = clauseTables(tables, m, c, blob[starts[i]:], starts[i])
		for _, r := range c.Calls {
			at := starts[i] + int(r.Offset)
			binary.LittleEndian.PutUint32(blob[at:], uint32(starts[r.Func]-at-4))
		}
	}
	piece, err := process.compiled.place(blob)
	if err != nil {
		return err
	}
	for _, t := range tables {
		for i := range t.pads {
			t.pads[i] += piece.start
		}
	}
	code := &moduleCode{piece: piece, funcs: make([]funcCode, len(codes)), module: weak.Make(m), tables: tables}
	for i, c := range codes {
		code.funcs[i] = funcCode{start: piece.start + uintptr(starts[i]), prologue: uint32(c.Prologue), frame: uint32(c.FrameSize), sites: c.Sites, catches: c.Catches, resumes: c.Resumes}
	}
	m.Code = code
	e.add(code)
	runtime.AddCleanup(m, e.remove, code)
	return nil
}

// clauseTables appends the tables of a function's resumes to those of its module, and
// marks the code at the resumes with their places. The pads are as yet relative.
func clauseTables(tables []clauseTable, m *store.Module, c *codegen.Code, code []byte, start int) []clauseTable {
	layout := store.LayoutInstance(m)
	for i := range c.Sites {
		s := &c.Sites[i]
		if !s.Marked {
			continue
		}
		t := clauseTable{offset: layout.Extra() + m.Extra}
		for _, h := range c.Resumes[s.Number].Clauses {
			if h.Kind == wasm.OnLabel {
				t.pads = append(t.pads, uintptr(start)+uintptr(s.Pads[len(t.tags)]))
				t.tags = append(t.tags, h.Tag)
			}
		}
		if len(t.tags) == 0 || t.offset > math.MaxInt32 {
			continue // Go looks for it
		}
		m.Extra += int64(len(t.tags)+1) * int64(unsafe.Sizeof(clause{}))
		amd64.SetMark(code[s.Offset:], int32(t.offset))
		tables = append(tables, t)
	}
	return tables
}

// A clause is what code compares the tag of a suspension with.
type clause struct {
	tag *store.TagRecord
	pad uintptr
}

// linkClauses fills the tables of an instance.
func (code *moduleCode) linkClauses(r *store.InstanceRecord) {
	for _, t := range code.tables {
		list := unsafe.Slice((*clause)(unsafe.Add(unsafe.Pointer(r), t.offset)), len(t.tags))
		for i, tag := range t.tags {
			list[i] = clause{r.Tag(tag), t.pads[i]}
		}
	}
}

func (e *Engine) add(code *moduleCode) {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := slices.Clone(*e.modules.Load())
	i, _ := searchModule(list, code.piece.start)
	list = slices.Insert(list, i, code)
	e.modules.Store(&list)
}

// remove gives back the code of a module that no store has any more.
func (e *Engine) remove(code *moduleCode) {
	e.mu.Lock()
	list := slices.Clone(*e.modules.Load())
	i, _ := searchModule(list, code.piece.start)
	list = slices.Delete(list, i, i+1)
	e.modules.Store(&list)
	e.mu.Unlock()
	process.compiled.release(code.piece)
}

func searchModule(list []*moduleCode, start uintptr) (int, bool) {
	return slices.BinarySearchFunc(list, start, func(c *moduleCode, start uintptr) int {
		return cmp.Compare(c.piece.start, start)
	})
}

// A place is one in the code of a function.
type place struct {
	module *moduleCode
	own    int // index among the module's own functions
	offset uint32
	fault  bool // the instruction there has faulted; otherwise it is what a call returns to
}

func (p place) fn() *funcCode { return &p.module.funcs[p.own] }

// find returns the place of an address; false if it is in no function. The address may
// be that behind a call that ends a function.
func (e *Engine) find(pc uintptr) (place, bool) {
	list := *e.modules.Load()
	i, exact := searchModule(list, pc)
	if !exact {
		i--
	}
	if i < 0 || pc >= list[i].piece.start+list[i].piece.size || len(list[i].funcs) == 0 {
		return place{}, false
	}
	code := list[i]
	own, _ := slices.BinarySearchFunc(code.funcs, pc, func(f funcCode, pc uintptr) int {
		if f.start < pc {
			return -1
		}
		return 1
	})
	// The first function that begins at pc or behind it was found: an address at the
	// beginning of one is a return address of the one before, or of an interruption.
	if own == len(code.funcs) || code.funcs[own].start > pc || own > 0 && endsWithCall(&code.funcs[own-1], pc) {
		own--
	}
	return place{module: code, own: own, offset: uint32(pc - code.funcs[own].start)}, true
}

func endsWithCall(f *funcCode, pc uintptr) bool {
	n := len(f.sites)
	return n > 0 && f.start+uintptr(f.sites[n-1].Offset) == pc
}

// callSite returns the site of the call that returns to a place.
func (p place) callSite() *codegen.Site {
	return p.site(func(s *codegen.Site) bool { return !s.Fault })
}

// faultSite returns the site of the instruction at a place that has faulted.
func (p place) faultSite() *codegen.Site {
	return p.site(func(s *codegen.Site) bool { return s.Fault })
}

// site returns the site at a place that fits; nil if there is none.
func (p place) site(fits func(*codegen.Site) bool) *codegen.Site {
	sites := p.fn().sites
	for i := p.firstSite(p.offset); i < len(sites) && sites[i].Offset == p.offset; i++ {
		if fits(&sites[i]) {
			return &sites[i]
		}
	}
	return nil
}

// firstSite returns the index of the first site at an offset or behind it.
func (p place) firstSite(offset uint32) int {
	i, _ := slices.BinarySearchFunc(p.fn().sites, offset, func(s codegen.Site, offset uint32) int {
		if s.Offset < offset {
			return -1
		}
		return 1
	})
	return i
}

// pos returns the offset in the function's body of what happens at a place: that of the
// site there, or of the next one before.
func (p place) pos() int {
	sites := p.fn().sites
	i := p.firstSite(p.offset+1) - 1
	if i > 0 && sites[i].Offset == p.offset && sites[i].Fault && !p.fault {
		i-- // the site of what follows the call
	}
	if i < 0 {
		return 0
	}
	return int(sites[i].Pos)
}

func (p place) String() string { return fmt.Sprintf("function %d+%#x", p.own, p.offset) }
