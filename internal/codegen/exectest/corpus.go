package exectest

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm"
)

// CorpusEnv has a layout of records that nobody uses.
func CorpusEnv(m *wasm.Module, guarded bool) *ssa.Env {
	array := func(start int64) func(uint32) int64 {
		return func(i uint32) int64 { return start + 8*int64(i) }
	}
	records := func(start int64, imported int) func(uint32) ssa.RecordPlace {
		own := func(i int) int64 { return start + 0x800 + 24*int64(i) }
		return ssa.Places(imported, array(start), own)
	}
	space := m.AddressSpace()
	return &ssa.Env{Module: m, Space: space, Features: wasm.AllFeatures,
		Memory:  records(0x1000, len(space.Memories)-len(m.Memories)),
		Global:  records(0x2000, len(space.Globals)-len(m.Globals)),
		Table:   records(0x10000, len(space.Tables)-len(m.Tables)),
		FuncPtr: array(0x20000),
		TagPtr:  array(0x40000), TypeID: array(0x50000), Objects: corpusObjects(m),
		MemoryLen: 8, TableLen: 8, FuncType: 20, Args: int64(codegen.OffArgs),
		Guarded: func(i uint32) bool {
			t := space.Memories[i]
			return guarded && !t.Limits.Is64 && t.PageLog2 == wasm.DefaultPageLog2
		}, Poll: !guarded, Hints: m.BranchHints()}
}

// CorpusRuntime is the run time that belongs to CorpusEnv.
func CorpusRuntime() *codegen.Runtime {
	return &codegen.Runtime{FuncInstance: 8, InstanceHome: true,
		CellSize: func(class int) uint32 { return 16 * uint32(class) },
		OwnFunc:  func(own uint32) int32 { return 0x20000 + 64*int32(own) },
		Switch: codegen.SwitchLayout{
			Ref: 0, Link: 8, Limit: 16, Frame: 24, PC: 32, Func: 40, Type: 48, Status: 52, Begun: 2, Chain: 1 << 20,
			Exception: codegen.ExceptionLayout{Tag: 8, Len: 16, Payload: 24},
			TagPtr:    func(index uint32) int64 { return 0x40000 + 8*int64(index) },
			TypeID:    func(index uint32) int64 { return 0x50000 + 8*int64(index) },
		}}
}

// corpusObjects lays objects out like the run time does.
func corpusObjects(m *wasm.Module) ssa.ObjectEnv {
	env := ssa.ObjectEnv{Layouts: make([]ssa.ObjectLayout, len(m.Types)), Types: 0x280, LogRecord: 6, Depths: 12,
		Kind: 56, StructKind: 2, ArrayKind: 3,
		Identities: wasm.NewTypeSet().Add(m.Types, m.RecGroups),
		Class:      func(size uint64) (int, bool) { return int(size+15) / 16 % 39, size <= 1024 }}
	for i, t := range m.Types {
		at := int64(8)
		if t.Comp.Descriptor.Given {
			env.Layouts[i].Descriptor = at
			at += 8
		}
		for range t.Comp.Fields {
			env.Layouts[i].Offsets = append(env.Layouts[i].Offsets, at)
			at += 8
		}
		env.Layouts[i].Size = uint64(at)
	}
	return env
}
