package native

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"weak"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/internal/store"
	"weft/wasm"
)

// moduleCode is the machine code of a module. It must not refer to the store.Module,
// with whose end it is given back.
type moduleCode struct {
	engine *Engine
	module weak.Pointer[store.Module]

	// entries are the addresses of the functions by their numbers; 0 for those that are not
	// compiled.
	entries []atomic.Uintptr
	// clauses are where the functions' clause tables are (see survey).
	clauses []int64
	// barriers are those of each function; it is nil if there are none.
	barriers [][]barrier

	mu     sync.Mutex
	use    store.CodeUse
	chunks []*chunk
	linked []*funcCode  // those with clause tables
	jobs   map[int]*job // by function: compilations under way, and those that have failed
	// callees are what functions call that were compiled and not called yet, and wanted the
	// functions that were asked for ahead.
	callees map[int][]int
	wanted  []bool
}

// A chunk is a piece of memory with functions of one module, in the order of their addresses.
type chunk struct {
	piece  span
	module *moduleCode
	used   uintptr // bytes
	funcs  atomic.Pointer[[]*funcCode]
}

// funcCode is what is known of a function's code beside its bytes.
type funcCode struct {
	start       uintptr
	own         int    // number among the module's own functions
	prologue    uint32 // bytes in which there is no frame yet
	frame       uint32 // bytes of the frame, without the return address
	indivisible bool   // see codegen.Code
	sites       []codegen.Site
	details     []codegen.Detail
	catches     [][]wasm.Catch // see codegen.Site
	resumes     []ssa.ResumeSite
	inlined     ssa.Inlined
	marks       []codegen.Mark // see codegen.Code
	tables      []clauseTable
}

func (e *Engine) newModuleCode(m *store.Module, barriers [][]barrier) *moduleCode {
	return &moduleCode{
		engine: e, module: weak.Make(m), use: store.CodeUse{Limit: e.codeLimit, Total: m.CodeBytes},
		entries: make([]atomic.Uintptr, len(m.Wasm.Funcs)), barriers: barriers,
		jobs: map[int]*job{}, callees: map[int][]int{}, wanted: make([]bool, len(m.Wasm.Funcs)),
	}
}

// linkInstance gives the functions of a new instance their code, or what will compile them.
func (code *moduleCode) linkInstance(state *storeState, r *store.InstanceRecord) {
	code.mu.Lock()
	defer code.mu.Unlock()
	for _, f := range code.linked {
		f.linkClauses(state, r)
	}
	for i := range code.entries {
		entry := code.entries[i].Load()
		if entry == 0 {
			entry = process.trampolines.at(i)
		}
		r.OwnFunc(uint32(i)).Native = entry
	}
}

// linkFunction gives a function of an instance its code, which is there.
func (code *moduleCode) linkFunction(state *storeState, r *store.InstanceRecord, own int) {
	if code.hasClauses(own) {
		code.mu.Lock()
		for _, f := range code.linked {
			if f.own == own {
				f.linkClauses(state, r)
			}
		}
		code.mu.Unlock()
	}
	r.OwnFunc(uint32(own)).Native = code.entries[own].Load()
}

// hasClauses reports whether a function has resumes with clauses. Instances must be linked
// with it before it runs.
func (code *moduleCode) hasClauses(own int) bool {
	return code.clauses != nil && code.clauses[own] != code.clauses[own+1]
}

func (e *Engine) add(c *chunk) {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := slices.Clone(*e.chunks.Load())
	i, _ := searchChunk(list, c.piece.start)
	list = slices.Insert(list, i, c)
	e.chunks.Store(&list)
}

// remove gives back the code of a module that no store has any more.
func (e *Engine) remove(code *moduleCode) {
	e.mu.Lock()
	list := slices.DeleteFunc(slices.Clone(*e.chunks.Load()), func(c *chunk) bool { return c.module == code })
	e.chunks.Store(&list)
	e.mu.Unlock()
	for _, c := range code.chunks {
		process.compiled.release(c.piece)
	}
}

func searchChunk(list []*chunk, start uintptr) (int, bool) {
	return slices.BinarySearchFunc(list, start, func(c *chunk, start uintptr) int {
		return cmp.Compare(c.piece.start, start)
	})
}

// A place is one in the code of a function.
type place struct {
	module *moduleCode
	fn     *funcCode
	offset uint32
	fault  bool // the instruction there has faulted; otherwise it is what a call returns to
}

// find returns the place of an address; false if it is in no function. The address may
// be that behind a call that ends a function: there is padding between functions.
func (e *Engine) find(pc uintptr) (place, bool) {
	list := *e.chunks.Load()
	i, exact := searchChunk(list, pc)
	if !exact {
		i--
	}
	if i < 0 || pc >= list[i].piece.start+list[i].piece.size {
		return place{}, false
	}
	funcs := *list[i].funcs.Load()
	own, exact := slices.BinarySearchFunc(funcs, pc, func(f *funcCode, pc uintptr) int { return cmp.Compare(f.start, pc) })
	if !exact {
		own--
	}
	if own < 0 {
		return place{}, false
	}
	return place{module: list[i].module, fn: funcs[own], offset: uint32(pc - funcs[own].start)}, true
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
	sites := p.fn.sites
	for i := p.firstSite(p.offset); i < len(sites) && sites[i].Offset == p.offset; i++ {
		if fits(&sites[i]) {
			return &sites[i]
		}
	}
	return nil
}

// firstSite returns the index of the first site at an offset or behind it.
func (p place) firstSite(offset uint32) int {
	i, _ := slices.BinarySearchFunc(p.fn.sites, offset, func(s codegen.Site, offset uint32) int {
		if s.Offset < offset {
			return -1
		}
		return 1
	})
	return i
}

// position returns that of what happens at a place (see ssa.Inlined): that of the site there, or else of the last site
// or mark before.
func (p place) position() int32 {
	sites := p.fn.sites
	i := p.firstSite(p.offset+1) - 1
	if i > 0 && sites[i].Offset == p.offset && sites[i].Fault && !p.fault {
		i-- // the site of what follows the call
	}
	mark := p.mark()
	switch {
	case i >= 0 && (mark == nil || sites[i].Offset == p.offset || sites[i].Offset >= mark.Offset):
		return sites[i].Pos
	case mark != nil:
		return mark.Pos
	}
	return 0
}

// mark returns the last mark up to a place; nil if there is none.
func (p place) mark() *codegen.Mark {
	i, _ := slices.BinarySearchFunc(p.fn.marks, p.offset+1, func(m codegen.Mark, offset uint32) int {
		return cmp.Compare(m.Offset, offset)
	})
	if i == 0 {
		return nil
	}
	return &p.fn.marks[i-1]
}

func (p place) String() string {
	if p.fn == nil {
		return "no function"
	}
	return fmt.Sprintf("function %d+%#x", p.fn.own, p.offset)
}
