package wasm

// A Numbering gives new numbers to the index spaces of a module that becomes part of another one. The lists have the
// new number of each old one; segments only move by a number.
type Numbering struct {
	Types  []uint32
	Extern [NumExternKinds][]uint32 // by kind: functions, tables, memories, globals, tags
	Elems  uint32
	Datas  uint32
}

// NumExternKinds is the number of kinds of things that are imported and exported.
const NumExternKinds = int(ExternTag) + 1

// Instr replaces the indices in the immediates of an instruction. What they are indices of, the form says.
func (n *Numbering) Instr(in *Instr) {
	in.Index = n.first(in.Op.Info().Imm, in.Index)
	in.Index2 = n.second(in.Op.Info().Imm, in.Index2)
	switch in.Op.Info().Imm {
	case ImmBlock:
		n.block(&in.Block)
	case ImmTryTable:
		n.block(&in.Block)
		for i := range in.Catches {
			if c := &in.Catches[i]; c.Kind.HasTag() {
				c.Tag = n.Extern[ExternTag][c.Tag]
			}
		}
	case ImmTypes:
		for i, t := range in.Types {
			in.Types[i] = n.ValType(t)
		}
	case ImmHeapType, ImmRefType, ImmRefTypeNull:
		in.Ref = n.ValType(in.Ref)
	case ImmCast:
		in.Ref, in.Ref2 = n.ValType(in.Ref), n.ValType(in.Ref2)
	case ImmResumeTags:
		for i := range in.Handlers {
			in.Handlers[i].Tag = n.Types[in.Handlers[i].Tag]
		}
	case ImmResume, ImmResumeThrow:
		for i := range in.Handlers {
			in.Handlers[i].Tag = n.Extern[ExternTag][in.Handlers[i].Tag]
		}
	}
}

func (n *Numbering) block(b *BlockType) {
	switch b.Kind {
	case BlockIndex:
		b.Index = n.Types[b.Index]
	case BlockValue:
		b.Value = n.ValType(b.Value)
	}
}

// first returns the new value of the first index of a form.
func (n *Numbering) first(form Immediates, index uint32) uint32 {
	switch form {
	case ImmFunc:
		return n.Extern[ExternFunc][index]
	case ImmType, ImmTypeTable, ImmTypeField, ImmTypeLen, ImmTypeData, ImmTypeElem, ImmTypeType, ImmTypeTag, ImmResume, ImmResumeTags,
		ImmResumeThrow:
		return n.Types[index]
	case ImmGlobal:
		return n.Extern[ExternGlobal][index]
	case ImmTable, ImmTableTable:
		return n.Extern[ExternTable][index]
	case ImmElem, ImmElemTable:
		return n.Elems + index
	case ImmMemory, ImmMemoryMemory, ImmMemArg, ImmMemArgLane, ImmAtomic, ImmAtomicRMW:
		return n.Extern[ExternMemory][index]
	case ImmData, ImmDataMemory:
		return n.Datas + index
	case ImmTag:
		return n.Extern[ExternTag][index]
	}
	return index // a label or a local, or none
}

// second returns the new value of the second index of a form.
func (n *Numbering) second(form Immediates, index uint32) uint32 {
	switch form {
	case ImmTypeTable, ImmTableTable, ImmElemTable:
		return n.Extern[ExternTable][index]
	case ImmMemoryMemory, ImmDataMemory:
		return n.Extern[ExternMemory][index]
	case ImmTypeData:
		return n.Datas + index
	case ImmTypeElem:
		return n.Elems + index
	case ImmTypeType:
		return n.Types[index]
	case ImmTypeTag, ImmResumeThrow:
		return n.Extern[ExternTag][index]
	}
	return index // a field or a number, or none
}

// SubType returns a type with the new numbers of those that it names.
func (n *Numbering) SubType(t *SubType) SubType {
	out := SubType{Final: t.Final, Comp: CompType{Kind: t.Comp.Kind, Cont: t.Comp.Cont,
		Describes: n.clause(t.Comp.Describes), Descriptor: n.clause(t.Comp.Descriptor)}}
	for _, super := range t.Supers {
		out.Supers = append(out.Supers, n.Types[super])
	}
	switch t.Comp.Kind {
	case CompFunc, CompHandler:
		out.Comp.Func = FuncType{Params: n.ValTypes(t.Comp.Func.Params), Results: n.ValTypes(t.Comp.Func.Results)}
	case CompCont, CompTag:
		out.Comp.Cont = n.heapType(t.Comp.Cont)
	}
	for _, f := range t.Comp.Fields {
		out.Comp.Fields = append(out.Comp.Fields, FieldType{Type: n.ValType(f.Type), Mutable: f.Mutable})
	}
	return out
}

func (n *Numbering) clause(c TypeClause) TypeClause {
	if c.Given {
		c.Type = n.heapType(c.Type)
	}
	return c
}

func (n *Numbering) heapType(h HeapType) HeapType {
	if h.IsIndex() {
		return HeapType(n.Types[h])
	}
	return h
}

// ValType returns a type with the new number of the type that it refers to.
func (n *Numbering) ValType(t ValType) ValType {
	if t.IsRef() {
		t.Heap = n.heapType(t.Heap)
	}
	return t
}

// ValTypes returns a list of types with the new numbers.
func (n *Numbering) ValTypes(types []ValType) []ValType {
	out := make([]ValType, len(types))
	for i, t := range types {
		out[i] = n.ValType(t)
	}
	return out
}
