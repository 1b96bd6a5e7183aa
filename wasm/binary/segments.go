package binary

import (
	"slices"

	"weft/internal/pages"
	"weft/wasm"
)

// The flags that begin an element segment.
const (
	elemNotActive = 1 << iota // passive or declarative
	elemIndexed               // active: table and type are named; else: declarative
	elemExprs                 // elements are expressions, not function indices
)

// elemKindFunc is the byte that stands for the type of a segment of function
// indices.
const elemKindFunc = 0x00

// funcIndexType is the type of a segment of function indices.
var funcIndexType = wasm.Ref(wasm.HeapFunc)

func (d *decoder) elementSection() error {
	return d.vector(2, wasm.MaxElems, "element segments", d.elem)
}

func (d *decoder) elem() error {
	at := d.Offset()
	flags, err := d.U32()
	if err != nil {
		return err
	}
	if flags > elemNotActive|elemIndexed|elemExprs {
		return wasm.ErrorAt(wasm.Malformed, at, "malformed elements segment kind %d", flags)
	}
	needs := wasm.BulkMemory | wasm.ReferenceTypes
	switch flags &^ elemExprs {
	case elemNotActive:
		needs = wasm.BulkMemory
	case elemNotActive | elemIndexed:
		needs = wasm.ReferenceTypes
	}
	if flags != 0 {
		if err := d.need(needs, at, "this form of element segment"); err != nil {
			return err
		}
	}
	var e wasm.Elem
	switch indexed := flags&elemIndexed != 0; {
	case flags&elemNotActive == 0:
		if indexed {
			if e.Table, err = d.U32(); err != nil {
				return err
			}
		}
		if e.Mode, e.OffsetPos, err = d.activeAt(); err != nil {
			return err
		}
	case indexed:
		e.Mode = wasm.Declarative
	}
	typed := flags&(elemNotActive|elemIndexed) != 0
	if flags&elemExprs != 0 {
		e.Type = wasm.FuncRef
		if typed {
			if e.Type, err = d.refType(); err != nil {
				return err
			}
		}
		e.TableIndexed = e.Mode == wasm.Active && typed && e.Table == 0 && e.Type == wasm.FuncRef
		e.Exprs = []wasm.ConstExpr{}
		err = d.vector(1, wasm.MaxElemItems, "elements", func() error {
			x, err := d.constExpr()
			e.Exprs = append(e.Exprs, x)
			return err
		})
	} else {
		if typed {
			if err := d.elemKind(); err != nil {
				return err
			}
		}
		e.Type = funcIndexType
		e.TableIndexed = e.Mode == wasm.Active && typed && e.Table == 0
		e.Funcs = []uint32{}
		err = d.vector(1, wasm.MaxElemItems, "elements", func() error {
			f, err := d.U32()
			e.Funcs = append(e.Funcs, f)
			return err
		})
	}
	d.m.Elems = append(d.m.Elems, e)
	return err
}

func (d *decoder) elemKind() error {
	kind, err := d.Byte()
	if err == nil && kind != elemKindFunc {
		err = wasm.ErrorAt(wasm.Malformed, d.Offset()-1, "malformed element kind: expected 0, found 0x%02x", kind)
	}
	return err
}

func (d *decoder) activeAt() (wasm.SegmentMode, wasm.ConstExpr, error) {
	x, err := d.constExpr()
	return wasm.Active, x, err
}

func (d *decoder) dataCountSection() error {
	if err := d.need(wasm.BulkMemory, d.Offset(), "the data count section"); err != nil {
		return err
	}
	n, err := d.U32()
	d.m.DataCount = int(n)
	return err
}

// The flags that begin a data segment.
const (
	dataActive  = iota // memory 0
	dataPassive        //
	dataIndexed        // active, the memory is named
)

func (d *decoder) dataSection() error {
	n, err := d.count(2, wasm.MaxDatas, "data segments")
	if err != nil {
		return err
	}
	// Programs of Go have tens of thousands, whose growing took half of the time
	// of decoding.
	d.m.Datas = slices.Grow(d.m.Datas, n)
	for i := 0; i < n && err == nil; i++ {
		if i%populatedDatas == 0 && n-i >= populatedDatas {
			made := len(d.m.Datas)
			pages.PopulateValues(d.m.Datas[made : made+populatedDatas])
		}
		err = d.data()
	}
	return err
}

// populatedDatas is for how many segments pages are asked for at once: a megabyte.
const populatedDatas = 1 << 14

func (d *decoder) data() error {
	at := d.Offset()
	flags, err := d.U32()
	if err != nil {
		return err
	}
	if flags > dataIndexed {
		return wasm.ErrorAt(wasm.Malformed, at, "malformed data segment kind %d", flags)
	}
	needs := [...]wasm.Features{dataActive: wasm.MVP, dataPassive: wasm.BulkMemory, dataIndexed: wasm.BulkMemory | wasm.MultiMemory}
	if err := d.need(needs[flags], at, "this form of data segment"); err != nil {
		return err
	}
	var seg wasm.Data
	if flags == dataIndexed {
		if seg.Memory, err = d.U32(); err != nil {
			return err
		}
		seg.MemoryIndexed = seg.Memory == 0
	}
	if flags != dataPassive {
		if seg.Mode, seg.OffsetPos, err = d.activeAt(); err != nil {
			return err
		}
	}
	n, err := d.Count(1, "bytes of data")
	if err != nil {
		return err
	}
	seg.Bytes, err = d.Bytes(n)
	d.m.Datas = append(d.m.Datas, seg)
	return err
}
