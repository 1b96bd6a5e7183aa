package binary

import (
	"slices"

	"weft/wasm"
)

// preamble is the magic number and the version that a module begins with.
const (
	magic   = "\x00asm"
	version = "\x01\x00\x00\x00"
)

// Decode reads a module. What belongs to a proposal that is not among the
// features is refused. The errors are [*wasm.Error]s.
func Decode(b []byte, features wasm.Features) (*wasm.Module, error) {
	d := &decoder{features: features}
	d.m = &wasm.Module{DataCount: -1, Dialect: features & wasm.TypedContinuations2023}
	if err := d.module(b); err != nil {
		return nil, err
	}
	return d.m, nil
}

// A decoder reads one section after the other; the embedded reader is that of
// the current section.
type decoder struct {
	wasm.Reader
	m        *wasm.Module
	features wasm.Features
	code     wasm.CodeReader // for constant expressions
	bodies   int             // entries of the code section
	after    wasm.SectionID  // the last section that encoding will write, too
}

func (d *decoder) module(b []byte) error {
	all := wasm.Reader{Buf: b}
	if err := preamble(&all); err != nil {
		return err
	}
	order := -1 // position of the last section in wasm.SectionOrder
	for all.Len() > 0 {
		at := all.Offset()
		id, err := d.section(&all)
		if err != nil {
			return err
		}
		if id == wasm.SectionCustom {
			if err := d.customSection(); err != nil {
				return err
			}
			continue
		}
		position := slices.Index(wasm.SectionOrder[:], id)
		if position < 0 {
			return wasm.ErrorAt(wasm.Malformed, at, "malformed section id %d", id)
		}
		if position <= order {
			return wasm.ErrorAt(wasm.Malformed, at,
				"unexpected content after last section: section %d is repeated or out of order", id)
		}
		order = position
		if err := d.contents(id); err != nil {
			return err
		}
		if d.Len() > 0 {
			return d.Malformed("section size mismatch: %d bytes after the contents of section %d", d.Len(), id)
		}
		if present(d.m, id) {
			d.after = id
		}
	}
	if d.bodies != len(d.m.Funcs) {
		return all.Malformed("function and code section have inconsistent lengths: %d functions, %d bodies",
			len(d.m.Funcs), d.bodies)
	}
	if d.m.DataCount >= 0 && d.m.DataCount != len(d.m.Datas) {
		return all.Malformed("data count and data section have inconsistent lengths: %d announced, %d segments",
			d.m.DataCount, len(d.m.Datas))
	}
	d.takeNames()
	return nil
}

func preamble(r *wasm.Reader) error {
	for _, part := range []struct{ want, msg string }{
		{magic, "magic header not detected"}, {version, "unknown binary version"},
	} {
		at := r.Offset()
		got, err := r.Bytes(len(part.want))
		if err != nil {
			return err
		}
		if string(got) != part.want {
			return wasm.ErrorAt(wasm.Malformed, at, "%s: expected % x, found % x", part.msg, part.want, got)
		}
	}
	return nil
}

// section reads the header of the next section and makes its contents the
// current ones.
func (d *decoder) section(all *wasm.Reader) (wasm.SectionID, error) {
	id, err := all.Byte()
	if err != nil {
		return 0, err
	}
	if int(id) > len(wasm.SectionOrder) {
		return 0, wasm.ErrorAt(wasm.Malformed, all.Offset()-1, "malformed section id %d", id)
	}
	at := all.Offset()
	size, err := all.U32()
	if err != nil {
		return 0, err
	}
	if int64(size) > int64(all.Len()) {
		return 0, wasm.ErrorAt(wasm.Malformed, at,
			"length out of bounds: unexpected end of section %d, %d bytes claimed, %d left", id, size, all.Len())
	}
	base := all.Offset()
	contents, err := all.Bytes(int(size))
	d.Reader = wasm.Reader{Buf: contents, Base: base}
	return wasm.SectionID(id), err
}

// contents reads the current section.
func (d *decoder) contents(id wasm.SectionID) error {
	switch id {
	case wasm.SectionType:
		return d.typeSection()
	case wasm.SectionImport:
		return d.importSection()
	case wasm.SectionFunction:
		return d.functionSection()
	case wasm.SectionTable:
		return d.tableSection()
	case wasm.SectionMemory:
		return d.memorySection()
	case wasm.SectionTag:
		return d.tagSection()
	case wasm.SectionGlobal:
		return d.globalSection()
	case wasm.SectionExport:
		return d.exportSection()
	case wasm.SectionStart:
		return d.startSection()
	case wasm.SectionElement:
		return d.elementSection()
	case wasm.SectionDataCount:
		return d.dataCountSection()
	case wasm.SectionCode:
		d.m.CodeOffset = d.Offset()
		return d.codeSection()
	}
	return d.dataSection()
}

// customSection keeps the current section as it is; takeNames later looks for
// the name section among them.
func (d *decoder) customSection() error {
	name, err := d.Name()
	if err != nil {
		return err
	}
	d.m.Customs = append(d.m.Customs, wasm.Custom{Name: name, Data: d.Buf[d.Pos:], After: d.after})
	return nil
}

// vector reads the length of a vector and its elements one by one. An element
// takes at least minSize bytes, and there may be at most limit of them.
func (d *decoder) vector(minSize, limit int, what string, element func() error) error {
	n, err := d.count(minSize, limit, what)
	for ; n > 0 && err == nil; n-- {
		err = element()
	}
	return err
}

// count reads the length of a vector.
func (d *decoder) count(minSize, limit int, what string) (int, error) {
	at := d.Offset()
	n, err := d.Count(minSize, what)
	if err == nil && n > limit {
		err = wasm.ErrorAt(wasm.Limit, at, "too many %s: at most %d are supported, found %d", what, limit, n)
	}
	return n, err
}

// need refuses what belongs to a feature that is switched off. A set of
// several features means that any of them is enough.
func (d *decoder) need(feature wasm.Features, at int, what string) error {
	if feature == wasm.MVP || d.features&feature != 0 {
		return nil
	}
	return wasm.ErrorDisabled(feature, at, what)
}
