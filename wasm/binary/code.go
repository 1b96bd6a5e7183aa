package binary

import (
	"math"

	"weft/wasm"
)

func (d *decoder) codeSection() error {
	at := d.Offset()
	n, err := d.Count(1, "function bodies")
	if err != nil {
		return err
	}
	if n != len(d.m.Funcs) {
		return wasm.ErrorAt(wasm.Malformed, at,
			"function and code section have inconsistent lengths: %d functions, %d bodies", len(d.m.Funcs), n)
	}
	d.bodies = n
	for i := range d.m.Funcs {
		if err := d.function(&d.m.Funcs[i]); err != nil {
			err := err.(*wasm.Error)
			err.Func = d.m.NumImports(wasm.ExternFunc) + i
			return err
		}
	}
	return nil
}

// opcodeEnd is the byte that every expression ends with.
var opcodeEnd = byte(wasm.OpEnd.Info().Code)

// function reads the locals of a function and takes its body.
func (d *decoder) function(f *wasm.Func) error {
	size, err := d.Count(1, "bytes of a function")
	if err != nil {
		return err
	}
	end := d.Pos + size
	section := d.Reader
	d.Buf = d.Buf[:end] // the locals must not go beyond the function
	if err := d.locals(f); err != nil {
		return err
	}
	f.BodyOffset = d.Offset()
	f.Body = d.Buf[d.Pos:end:end]
	if len(f.Body) == 0 || f.Body[len(f.Body)-1] != opcodeEnd {
		return wasm.ErrorAt(wasm.Malformed, d.Base+end,
			"unexpected end of section or function: END opcode expected")
	}
	section.Pos = end
	d.Reader = section
	return nil
}

func (d *decoder) locals(f *wasm.Func) error {
	at := d.Offset()
	n, err := d.Count(2, "groups of locals")
	if err != nil {
		return err
	}
	if n > 0 {
		f.Locals = make([]wasm.LocalGroup, n)
	}
	total := uint64(0)
	for i := range f.Locals {
		g := &f.Locals[i]
		if g.Count, err = d.U32(); err != nil {
			return err
		}
		if g.Type, err = d.valType(); err != nil {
			return err
		}
		total += uint64(g.Count)
	}
	switch {
	case total > math.MaxUint32:
		return wasm.ErrorAt(wasm.Malformed, at, "too many locals: %d, expected less than 2^32", total)
	case total > wasm.MaxLocals:
		return wasm.ErrorAt(wasm.Limit, at, "too many locals: at most %d are supported, found %d", wasm.MaxLocals, total)
	}
	return nil
}
