package native

import (
	"bytes"
	"slices"
	"sync/atomic"

	"weft/internal/store"
	"weft/wasm"
)

// beginnings are the functions of a module with which continuations may begin, as far as the module
// tells: those that a cont.new names, and if there are others, those of their types to which there are
// references. Only how quickly they return depends on that (see codegen.Func.Begins).
type beginnings struct {
	module *store.Module
	// By number among the module's own functions: the operand of a cont.new; of a ref.func.
	begun, named []atomic.Bool
	types        []atomic.Bool // function types of continuations that are made of other operands
}

func newBeginnings(m *store.Module) *beginnings {
	n := len(m.Wasm.Funcs)
	return &beginnings{m, make([]atomic.Bool, n), make([]atomic.Bool, n), make([]atomic.Bool, len(m.Types))}
}

// A beginningsOf finds what a body adds; it is told the instructions one after the other.
type beginningsOf struct {
	*beginnings
	before int // the function, if the instruction before was a ref.func; else -1
}

func (b *beginnings) body() beginningsOf { return beginningsOf{b, -1} }

func (b *beginningsOf) note(in *wasm.Instr) {
	before := b.before
	b.before = -1
	switch in.Op {
	case wasm.OpRefFunc:
		b.before = b.own(in.Index)
	case wasm.OpContNew:
		if before >= 0 {
			b.begun[before].Store(true)
		} else {
			b.types[b.module.Wasm.Types[in.Index].Comp.Cont].Store(true)
		}
	}
}

// own returns the number of a function among the module's own, or -1.
func (b *beginnings) own(f uint32) int { return max(int(f)-b.module.Space.ImportedFuncs, -1) }

// name notes that there is a reference to a function.
func (b *beginnings) name(f uint32) {
	if own := b.own(f); own >= 0 {
		b.named[own].Store(true)
	}
}

// nameAll notes all references to functions.
func (b *beginnings) nameAll() {
	for _, e := range b.module.Wasm.Elems {
		if e.Mode == wasm.Declarative {
			continue
		}
		for _, f := range e.Funcs {
			b.name(f)
		}
	}
	code := byte(wasm.OpRefFunc.Info().Code)
	eachBody(b.module, func(own int, reader *wasm.CodeReader) {
		if bytes.IndexByte(b.module.Wasm.Funcs[own].Body, code) < 0 {
			return
		}
		var in wasm.Instr
		for reader.Len() > 0 && reader.Next(&in) == nil {
			if in.Op == wasm.OpRefFunc {
				b.name(in.Index)
			}
		}
	})
}

// funcs tells for each of the module's own functions whether it is one of them.
func (b *beginnings) funcs() []bool {
	var types []wasm.TypeID
	for i := range b.types {
		if b.types[i].Load() {
			types = append(types, b.module.Types[i])
		}
	}
	if types != nil {
		b.nameAll()
	}
	list := make([]bool, len(b.begun))
	for i := range list {
		list[i] = b.begun[i].Load() || b.named[i].Load() && slices.Contains(types, b.module.Types[b.module.Wasm.Funcs[i].Type])
	}
	return list
}
