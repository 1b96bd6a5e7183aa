package native

import (
	"runtime"
	"sync"
	"sync/atomic"

	"weft/internal/store"
	"weft/wasm"
)

// A survey is what the engine must know of a module's bodies before it compiles any: one
// quick look at them.
type survey struct {
	// clauses are where the tables of a function's resumes begin in an instance, behind the
	// record; one more at the end. It is nil if there are none.
	clauses []int64
	// barriers are those of each function; it is nil if there are none.
	barriers [][]barrier
	// begins tells for each function whether a continuation may begin with it; it is nil if none does.
	begins []bool
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
	dialect := m.Features.Has(wasm.TypedContinuations2023)
	if !conts && !dialect {
		return s
	}
	funcs := m.Wasm.Funcs
	sizes := make([]int64, len(funcs)+1)
	var next atomic.Int64
	var barred atomic.Bool
	barriers := make([][]barrier, len(funcs))
	begin := newBeginnings(m)
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
				var found barriersOf
				starts := begin.body()
				reader.Reset(f.Body, f.BodyOffset, m.Features, m.Wasm.Dialect)
				for reader.Len() > 0 && reader.Next(&in) == nil {
					if dialect {
						found.note(&in)
					}
					starts.note(&in)
					if info := in.Op.Info(); info.Imm == wasm.ImmResume || info.Imm == wasm.ImmResumeTags || info.Imm == wasm.ImmResumeThrow {
						sizes[i+1] += clauseBytes(in.Handlers)
					}
				}
				if barriers[i] = found.list; found.list != nil {
					barred.Store(true)
				}
			}
		}
	}
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (len(funcs)+surveyBatch-1)/surveyBatch) {
		group.Go(work)
	}
	group.Wait()
	if barred.Load() {
		s.barriers = barriers
	}
	s.begins = begin.funcs()
	for i := range funcs {
		sizes[i+1] += sizes[i]
	}
	if sizes[len(funcs)] > 0 {
		s.clauses = sizes
	}
	return s
}
