package native

import (
	"runtime"
	"slices"
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

// surveyModule looks at a valid module.
func surveyModule(m *store.Module) survey {
	s := survey{}
	candidates := newCandidates(m)
	dialect := m.Features.Has(wasm.TypedContinuations2023)
	if candidates == nil && !dialect {
		return s
	}
	funcs := m.Wasm.Funcs
	sizes := make([]int64, len(funcs)+1)
	barriers := make([][]barrier, len(funcs))
	var barred atomic.Bool
	begin := newBeginnings(m)
	eachBody(m, func(i int, reader *wasm.CodeReader) {
		if !dialect && !candidates.in(funcs[i].Body) {
			return
		}
		var in wasm.Instr
		var found barriersOf
		starts := begin.body()
		for reader.Len() > 0 && reader.Next(&in) == nil {
			if dialect {
				found.note(&in)
			}
			starts.note(&in)
			if hasClauses(in.Op.Info().Imm) {
				sizes[i+1] += clauseBytes(in.Handlers)
			}
		}
		if barriers[i] = found.list; found.list != nil {
			barred.Store(true)
		}
	})
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

func hasClauses(imm wasm.Immediates) bool {
	return imm == wasm.ImmResume || imm == wasm.ImmResumeTags || imm == wasm.ImmResumeThrow
}

// surveyBatch is how many functions are looked at in a row.
const surveyBatch = 64

// eachBody looks at each body of a module, on all processors, with a reader at its beginning.
func eachBody(m *store.Module, look func(own int, reader *wasm.CodeReader)) {
	funcs := m.Wasm.Funcs
	var next atomic.Int64
	work := func() {
		var reader wasm.CodeReader
		for {
			from := int(next.Add(surveyBatch)) - surveyBatch
			if from >= len(funcs) {
				return
			}
			for i := from; i < min(from+surveyBatch, len(funcs)); i++ {
				reader.Reset(funcs[i].Body, funcs[i].BodyOffset, m.Features, m.Wasm.Dialect)
				look(i, &reader)
			}
		}
	}
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (len(funcs)+surveyBatch-1)/surveyBatch) {
		group.Go(work)
	}
	group.Wait()
}

// candidates tell which bodies may have an instruction that the survey is for. To read all of them was a fifth of a
// start from the cache. Each such instruction has an opcode of one byte, and behind it the number of a type of
// continuations; few bodies have such bytes as something else.
type candidates struct {
	opcode [256]bool
	types  []wasm.SubType
}

// newCandidates returns nil for a module without types of continuations. They are not for the 2023 dialect.
func newCandidates(m *store.Module) *candidates {
	isCont := func(t wasm.SubType) bool { return t.Comp.Kind == wasm.CompCont }
	if !slices.ContainsFunc(m.Wasm.Types, isCont) {
		return nil
	}
	c := &candidates{types: m.Wasm.Types}
	for op := range wasm.Instructions {
		info := &wasm.Instructions[op]
		if info.Prefix == 0 && (wasm.Opcode(op) == wasm.OpContNew || hasClauses(info.Imm)) {
			c.opcode[info.Code] = true
		}
	}
	return c
}

func (c *candidates) in(body []byte) bool {
	for i, b := range body {
		if !c.opcode[b] {
			continue
		}
		r := wasm.Reader{Buf: body, Pos: i + 1}
		if t, err := r.U32(); err == nil && int(t) < len(c.types) && c.types[t].Comp.Kind == wasm.CompCont {
			return true
		}
	}
	return false
}
