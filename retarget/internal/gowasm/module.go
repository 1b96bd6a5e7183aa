package gowasm

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"weft/wasm"
)

// A module is a program of official Go that is being retargeted.
type module struct {
	m        *wasm.Module
	release  int // 26 for go1.26
	imported uint32
	funcs    []function
	byRole   [roles]*function
	byName   map[string]*function // of a few, see facts.go
	facts    facts
	added    added             // what comes from runtime.wat
	rare     map[uint32]uint32 // by callee: the function that makes a rare call of it
	grow     map[uint32]uint32 // by morestack: the function that makes the stack grow
}

// function returns one of the module's own functions by its index; nil for an import, or if there is none.
func (m *module) function(index uint32) *function {
	if i := index - m.imported; index >= m.imported && i < uint32(len(m.funcs)) {
		return &m.funcs[i]
	}
	return nil
}

// isGo reports whether a function has the shape of Go's.
func (m *module) isGo(index uint32) bool {
	f := m.function(index)
	return f != nil && f.shape == plainGo
}

// name returns the name of a function.
func (m *module) name(index uint32) string {
	if f := m.function(index); f != nil {
		return f.name
	}
	return fmt.Sprintf("import %d", index)
}

// ownShapes are the functions that do not have the shape of Go's (wasmFuncTypes in cmd/link/internal/wasm).
var ownShapes = []string{"_rt0_wasm_wasip1", "_rt0_wasm_wasip1_lib", "wasm_pc_f_loop", "wasm_pc_f_loop_export",
	"runtime.wasmDiv", "runtime.wasmTruncS", "runtime.wasmTruncU", "gcWriteBarrier", "runtime.gcWriteBarrier1",
	"runtime.gcWriteBarrier2", "runtime.gcWriteBarrier3", "runtime.gcWriteBarrier4", "runtime.gcWriteBarrier5",
	"runtime.gcWriteBarrier6", "runtime.gcWriteBarrier7", "runtime.gcWriteBarrier8", "runtime.notInitialized", "cmpbody",
	"memeqbody", "memcmp", "memchr"}

// nameFuncs gives functions their names, shapes and roles.
func (m *module) nameFuncs() error {
	table, err := pclntab(m.m)
	if err != nil {
		return err
	}
	m.imported = uint32(m.m.NumImports(wasm.ExternFunc))
	m.funcs = make([]function, len(m.m.Funcs))
	m.byName = map[string]*function{}
	for i := range m.funcs {
		f := &m.funcs[i]
		*f = function{index: m.imported + uint32(i), fn: &m.m.Funcs[i], body: m.m.Funcs[i].Body,
			name: table[i].name, pcFunc: table[i]}
		for r := noRole + 1; r < roles; r++ {
			if f.name == roleNames[r] {
				f.role = r
				m.byRole[r] = f
			}
		}
		if strings.HasPrefix(f.name, "runtime.") || f.name == "gcWriteBarrier" {
			m.byName[f.name] = f
		}
	}
	exported := map[uint32]bool{}
	for _, x := range m.m.Exports {
		if x.Kind == wasm.ExternFunc {
			exported[x.Index] = true
		}
	}
	for i := range m.funcs {
		f := &m.funcs[i]
		goType := f.fn.Type == 0
		switch {
		case slices.Contains(ownShapes, f.name):
			f.shape = ownShape
		case exported[f.index]:
			f.shape = export
		case i == 0 && (f.name == "" || f.name == "go:buildid"):
			f.shape = noCode
		case f.name == "":
			return refuse(f, -1, "expected a name in the table of functions")
		case !goType:
			return refuse(f, -1, "expected the type of a Go function, found type %d", f.fn.Type)
		}
	}
	return nil
}

// inParallel calls do for each function; each worker has a state of its own. It returns the error of the first
// function that has one.
func inParallel[S any](m *module, do func(state *S, f *function) error) error {
	workers := min(runtime.GOMAXPROCS(0), 1+len(m.funcs)/100)
	errs := make([]error, len(m.funcs))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			state := new(S)
			const batch = 16
			for {
				from := int(next.Add(batch)) - batch
				if from >= len(m.funcs) {
					return
				}
				for i := from; i < min(from+batch, len(m.funcs)); i++ {
					errs[i] = do(state, &m.funcs[i])
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// parse recognises the functions that have Go's shape.
func (m *module) parse() error {
	return inParallel(m, func(p *parser, f *function) error {
		if f.shape != plainGo || f.role == gogo {
			return nil // gogo is compared as a whole
		}
		p.m = m
		return p.parse(f)
	})
}
