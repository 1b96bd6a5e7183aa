package gowasm

import (
	_ "embed"
	"strconv"
	"strings"

	"weft/wasm"
	"weft/wasm/text"
)

//go:embed runtime.wat
var runtimeSource string

// added are the indices in the program of what comes from runtime.wat.
type added struct {
	plainType, switchingType uint32
	pushType, growType       uint32
	recoverTag               uint32
	push, ended, die, quit   uint32
	goOnAt                   uint32
}

// A linker adds the module of runtime.wat to the program. Globals, the memory, the table keep their numbers, because
// the program's stand in both modules first; types and functions get others.
type linker struct {
	m     *module
	rt    *wasm.Module
	types uint32   // the first type
	funcs []uint32 // by index in rt
}

// addRuntime adds what is in runtime.wat. Its functions gogo, loop and export take the place of the program's.
func (m *module) addRuntime() error {
	source := strings.NewReplacer("$SCHED+40", strconv.FormatUint(m.facts.sched+40, 10),
		"$GOEXIT", strconv.FormatUint(m.facts.goexitPC, 10)).Replace(runtimeSource)
	rt, err := text.Parse([]byte(source), wasm.AllFeatures)
	if err != nil {
		return err
	}
	l := &linker{m: m, rt: rt, types: uint32(len(m.m.Types))}
	l.addTypes()
	if err := l.addFuncs(); err != nil {
		return err
	}
	m.m.Globals = append(m.m.Globals, rt.Globals...)
	for _, t := range rt.Tables {
		t.Type.Elem = l.valType(t.Type.Elem)
		m.m.Tables = append(m.m.Tables, t)
	}
	m.m.Memories = append(m.m.Memories, rt.Memories...)
	for _, t := range rt.Tags {
		m.m.Tags = append(m.m.Tags, t+l.types)
	}
	for _, e := range rt.Elems {
		for i := range e.Funcs {
			e.Funcs[i] = l.funcs[e.Funcs[i]]
		}
		m.m.Elems = append(m.m.Elems, e)
	}
	l.name()
	return nil
}

func (l *linker) heapType(h wasm.HeapType) wasm.HeapType {
	if h.IsIndex() {
		return h + wasm.HeapType(l.types)
	}
	return h
}

func (l *linker) valType(t wasm.ValType) wasm.ValType {
	if t.IsRef() {
		t.Heap = l.heapType(t.Heap)
	}
	return t
}

func (l *linker) valTypes(list []wasm.ValType) []wasm.ValType {
	for i := range list {
		list[i] = l.valType(list[i])
	}
	return list
}

func (l *linker) addTypes() {
	for _, t := range l.rt.Types {
		t.Comp.Func.Params, t.Comp.Func.Results = l.valTypes(t.Comp.Func.Params), l.valTypes(t.Comp.Func.Results)
		if t.Comp.Kind == wasm.CompCont || t.Comp.Kind == wasm.CompTag {
			t.Comp.Cont = l.heapType(t.Comp.Cont)
		}
		l.m.m.Types = append(l.m.m.Types, t)
	}
	for _, g := range l.rt.RecGroups {
		l.m.m.RecGroups = append(l.m.m.RecGroups, wasm.RecGroup{Start: g.Start + int(l.types), End: g.End + int(l.types)})
	}
}

// addFuncs adds the functions, or puts them in the place of others.
func (l *linker) addFuncs() error {
	m, a := l.m, &l.m.added
	at := map[string]*uint32{"push": &a.push, "ended": &a.ended, "die": &a.die, "quit": &a.quit, "goOnAt": &a.goOnAt}
	places := map[string]role{"gogo": gogo, "loop": pcLoop, "export": exportLoop}
	next := m.imported + uint32(len(m.funcs))
	for i := range l.rt.NumImports(wasm.ExternFunc) + len(l.rt.Funcs) {
		name := l.rt.Names.Funcs[uint32(i)]
		switch f := m.byRole[places[name]]; {
		case name == "goexit1":
			l.funcs = append(l.funcs, m.byRole[goexit1].index)
		case f != nil:
			l.funcs = append(l.funcs, f.index)
		default:
			if index := at[name]; index != nil {
				*index = next
			}
			l.funcs = append(l.funcs, next)
			next++
		}
	}
	var more []wasm.Func
	for i := range l.rt.Funcs {
		f := l.rt.Funcs[i]
		f.Type += l.types
		for k := range f.Locals {
			f.Locals[k].Type = l.valType(f.Locals[k].Type)
		}
		var err error
		if f.Body, err = l.body(f.Body); err != nil {
			return err
		}
		f.Positions = nil
		if own := m.function(l.funcs[i+l.rt.NumImports(wasm.ExternFunc)]); own != nil {
			*own.fn = f
			continue
		}
		more = append(more, f)
	}
	m.m.Funcs = append(m.m.Funcs, more...)
	for i := range m.funcs { // they may have moved
		m.funcs[i].fn = &m.m.Funcs[i]
	}
	a.plainType, a.switchingType, a.recoverTag = l.typeOf("goOnAt"), l.typeOf("gogo"), 2
	a.pushType = l.typeOf("push")
	a.growType = a.switchingType + 1
	return nil
}

// typeOf returns the type of a function that was added.
func (l *linker) typeOf(name string) uint32 {
	for i, n := range l.rt.Names.Funcs {
		if n == name {
			return l.rt.Funcs[int(i)-l.rt.NumImports(wasm.ExternFunc)].Type + l.types
		}
	}
	return 0
}

// body gives the instructions of a body the program's numbers.
func (l *linker) body(body []byte) ([]byte, error) {
	var out []byte
	r := wasm.NewCodeReader(body, 0, wasm.AllFeatures, 0)
	for r.Len() > 0 {
		var in wasm.Instr
		if err := r.Next(&in); err != nil {
			return nil, err
		}
		switch in.Op.Info().Imm {
		case wasm.ImmFunc:
			in.Index = l.funcs[in.Index]
		case wasm.ImmType, wasm.ImmTypeTable, wasm.ImmTypeTag, wasm.ImmResume:
			in.Index += l.types
		case wasm.ImmHeapType, wasm.ImmRefType, wasm.ImmRefTypeNull:
			in.Ref = l.valType(in.Ref)
		case wasm.ImmBlock, wasm.ImmTryTable:
			in.Block.Value = l.valType(in.Block.Value)
			if in.Block.Kind == wasm.BlockIndex {
				in.Block.Index += l.types
			}
		}
		out = wasm.AppendInstr(out, &in, 0)
	}
	return out, nil
}

// name gives names to what was added, if the program has names.
func (l *linker) name() {
	names := &l.m.m.Names
	if len(names.Funcs) == 0 {
		return
	}
	for i, index := range l.funcs {
		if l.m.function(index) == nil {
			names.Funcs.Set(index, "weft."+l.rt.Names.Funcs[uint32(i)])
		}
	}
	for i, name := range l.rt.Names.Globals {
		if i >= goGlobals {
			names.Globals.Set(i, "weft."+name)
		}
	}
}
