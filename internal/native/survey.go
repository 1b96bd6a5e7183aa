//go:build linux && amd64

package native

import (
	"runtime"
	"sync"
	"sync/atomic"

	"weft/internal/ssa"
	"weft/internal/store"
	"weft/wasm"
)

// A survey is what the engine must know of a module's bodies before it compiles any: one
// quick look at them.
type survey struct {
	// partial says that the module uses a feature of which the compiler may not know all. Whether
	// it does, only compiling all functions tells.
	partial bool
	// clauses are where the tables of a function's resumes begin in an instance, behind the
	// record; one more at the end. It is nil if there are none.
	clauses []int64
}

// surveyBatch is how many functions are looked at in a row.
const surveyBatch = 64

// surveyModule looks at a valid module.
func surveyModule(m *store.Module) survey {
	s := survey{}
	conts := false
	for i := range m.Wasm.Types {
		conts = conts || m.Wasm.Types[i].Comp.Kind == wasm.CompCont
	}
	if !conts && m.Features&ssa.Partial == 0 {
		return s
	}
	funcs := m.Wasm.Funcs
	sizes := make([]int64, len(funcs)+1)
	var next atomic.Int64
	var partial atomic.Bool
	work := func() {
		var reader wasm.CodeReader
		var in wasm.Instr
		for {
			from := int(next.Add(surveyBatch)) - surveyBatch
			if from >= len(funcs) {
				return
			}
			for i := from; i < min(from+surveyBatch, len(funcs)); i++ {
				f := &funcs[i]
				var used wasm.Features
				reader.Reset(f.Body, f.BodyOffset, m.Features, m.Wasm.Dialect)
				for reader.Len() > 0 && reader.Next(&in) == nil {
					used |= in.Op.Info().Feature
					if in.Op == wasm.OpResume || in.Op == wasm.OpResumeThrow || in.Op == wasm.OpResumeThrowRef {
						sizes[i+1] += clauseBytes(in.Handlers)
					}
				}
				if used&ssa.Partial != 0 {
					partial.Store(true)
				}
			}
		}
	}
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (len(funcs)+surveyBatch-1)/surveyBatch) {
		group.Go(work)
	}
	group.Wait()
	s.partial = partial.Load()
	for i := range funcs {
		sizes[i+1] += sizes[i]
	}
	if sizes[len(funcs)] > 0 {
		s.clauses = sizes
	}
	return s
}
