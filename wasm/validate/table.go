package validate

import "weft/wasm"

func (b *body) tableGet() error {
	elem, table, err := b.tableAt(b.in.Index)
	if err != nil {
		return err
	}
	if _, err := b.pop(table.Limits.AddrType()); err != nil {
		return err
	}
	return b.push(elem)
}

func (b *body) tableSet() error {
	elem, table, err := b.tableAt(b.in.Index)
	if err != nil {
		return err
	}
	return b.popAll([]wasm.ValType{table.Limits.AddrType(), elem})
}

func (b *body) tableSize() error {
	_, table, err := b.tableAt(b.in.Index)
	if err != nil {
		return err
	}
	return b.push(table.Limits.AddrType())
}

func (b *body) tableGrow() error {
	elem, table, err := b.tableAt(b.in.Index)
	if err != nil {
		return err
	}
	address := table.Limits.AddrType()
	if err := b.popAll([]wasm.ValType{elem, address}); err != nil {
		return err
	}
	return b.push(address)
}

func (b *body) tableFill() error {
	elem, table, err := b.tableAt(b.in.Index)
	if err != nil {
		return err
	}
	address := table.Limits.AddrType()
	return b.popAll([]wasm.ValType{address, elem, address})
}

func (b *body) tableInit() error {
	elem, table, err := b.tableAt(b.in.Index2)
	if err != nil {
		return err
	}
	segment, err := b.elemAt(b.in.Index)
	if err != nil {
		return err
	}
	if !b.set.IsValSubtype(segment, elem) {
		return invalid("type mismatch: element segment %d of type %s does not match table %d of type %s",
			b.in.Index, b.str(segment), b.in.Index2, b.str(elem))
	}
	return b.popAll([]wasm.ValType{table.Limits.AddrType(), wasm.I32, wasm.I32})
}

func (b *body) tableCopy() error {
	to, target, err := b.tableAt(b.in.Index)
	if err != nil {
		return err
	}
	from, source, err := b.tableAt(b.in.Index2)
	if err != nil {
		return err
	}
	if !b.set.IsValSubtype(from, to) {
		return invalid("type mismatch: table %d of type %s does not match table %d of type %s",
			b.in.Index2, b.str(from), b.in.Index, b.str(to))
	}
	return b.copyOperands(target.Limits, source.Limits)
}

func (b *body) memoryCopy() error {
	target, err := b.memoryAt(b.in.Index)
	if err != nil {
		return err
	}
	source, err := b.memoryAt(b.in.Index2)
	if err != nil {
		return err
	}
	return b.copyOperands(target.Limits, source.Limits)
}

// copyOperands takes target, source and length of a copy. The length is an
// address of the smaller kind.
func (b *body) copyOperands(target, source wasm.Limits) error {
	length := target.AddrType()
	if !source.Is64 {
		length = wasm.I32
	}
	return b.popAll([]wasm.ValType{target.AddrType(), source.AddrType(), length})
}
