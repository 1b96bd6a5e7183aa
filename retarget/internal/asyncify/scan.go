package asyncify

import (
	"slices"

	"weft/wasm"
)

// asyncifyModule is the module from which programs import Asyncify's functions.
const asyncifyModule = "asyncify"

// An api is one of Asyncify's functions.
type api int

const (
	noAPI api = iota
	startUnwind
	stopUnwind
	startRewind
	stopRewind
	apis
)

var apiNames = [apis]string{"", "start_unwind", "stop_unwind", "start_rewind", "stop_rewind"}

// signature is the type of Asyncify's functions.
func (a api) signature() wasm.FuncType {
	i32 := []wasm.ValType{{Kind: wasm.KindI32}}
	switch a {
	case startUnwind, startRewind:
		return wasm.FuncType{Params: i32}
	}
	return wasm.FuncType{}
}

// recognize finds Asyncify's functions among the imports.
func (m *module) recognize() error {
	for i := range m.m.Imports {
		im := &m.m.Imports[i]
		known := api(max(slices.Index(apiNames[:], im.Name), 0))
		if im.Module != asyncifyModule {
			known = noAPI
		} else if known == noAPI || im.Kind != wasm.ExternFunc {
			return refuseAll("the import %q of %q is none of Asyncify's functions", im.Name, im.Module)
		} else if have, want := m.m.FuncType(im.Type), known.signature(); have.String() != want.String() {
			return refuseAll("the import %q of %q has the type %s; expected %s", im.Name, im.Module, have, want)
		}
		if im.Kind == wasm.ExternFunc {
			m.api = append(m.api, known)
		}
	}
	if space := m.m.AddressSpace(); len(space.Memories) == 0 ||
		space.Memories[0].Limits.AddrType().Kind != wasm.KindI32 {
		return refuseAll("expected a memory with 32-bit addresses, where Asyncify's stacks are")
	}
	return nil
}

// scan reads all functions, and finds out what they call.
func (m *module) scan() error {
	m.funcs = make([]function, len(m.m.Funcs))
	for i := range m.funcs {
		f := &m.funcs[i]
		fn := &m.m.Funcs[i]
		*f = function{index: m.imported + uint32(i), fn: fn, tailCall: -1,
			offset: fn.BodyOffset - m.m.CodeOffset, size: size(fn)}
		if err := each(f.fn.Body, func(in *wasm.Instr) error { return m.scanInstr(f, in) }); err != nil {
			return err
		}
	}
	for _, e := range m.m.Exports {
		if e.Kind == wasm.ExternFunc {
			m.taken = append(m.taken, e.Index)
		}
	}
	m.constants(func(index uint32) uint32 {
		m.taken = append(m.taken, index)
		return index
	})
	for _, index := range m.taken {
		if index < m.imported && m.api[index] != noAPI {
			return refuseAll("%s of Asyncify is exported, in a table, or used by reference; expected calls only",
				apiNames[m.api[index]])
		}
	}
	return nil
}

// scanInstr notes what an instruction calls.
func (m *module) scanInstr(f *function, in *wasm.Instr) error {
	switch in.Op {
	case wasm.OpReturnCall, wasm.OpReturnCallIndirect, wasm.OpReturnCallRef:
		f.tailCall = in.Offset
	}
	switch in.Op {
	case wasm.OpCall, wasm.OpReturnCall:
		f.calls = append(f.calls, in.Index)
		if in.Index < m.imported && m.api[in.Index] != noAPI {
			f.apis[m.api[in.Index]] = true
		}
	case wasm.OpCallIndirect, wasm.OpReturnCallIndirect, wasm.OpCallRef, wasm.OpReturnCallRef:
		f.indirect = true
	case wasm.OpRefFunc:
		m.taken = append(m.taken, in.Index)
	case wasm.OpResume, wasm.OpResumeThrow, wasm.OpResumeThrowRef, wasm.OpSwitch:
		return m.refuse(f, in.Offset, "the module uses stack switching already")
	}
	return nil
}

// each calls a function for the instructions of an expression.
func each(body []byte, do func(in *wasm.Instr) error) error {
	r := wasm.NewCodeReader(body, 0, wasm.DefaultFeatures, 0)
	var in wasm.Instr
	for r.Len() > 0 {
		if err := r.Next(&in); err != nil {
			return err
		}
		if err := do(&in); err != nil {
			return err
		}
	}
	return nil
}
