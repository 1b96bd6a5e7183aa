package codegen

import (
	"encoding/binary"
	"errors"
	"math"

	"weft/internal/ssa"
	"weft/wasm"
)

// AppendCode appends the form in which code is kept for later runs: numbers of variable
// length, positions as distances from the ones before. It says nothing of the
// processor or the compiler; who keeps it must know whether it still fits.
func AppendCode(b []byte, c *Code) []byte {
	w := encoder{b}
	w.number(len(c.Bytes))
	w.b = append(w.b, c.Bytes...)
	w.number(c.FrameSize<<1 | oneIf(c.Indivisible))
	w.number(c.Prologue)
	w.number(c.Grow)
	w.number(len(c.Sites))
	var last Site
	for i := range c.Sites {
		s := &c.Sites[i]
		w.number(int(s.Offset - last.Offset))
		w.signed(int64(s.Pos) - int64(last.Pos))
		d := s.Detail(c.Details)
		form := siteForm(s, d)
		w.b = append(w.b, byte(s.Trap), form)
		if form&siteFull != 0 {
			w.signed(d.Number)
			w.number(int(d.Catches))
			w.number(len(d.Pads))
			for _, p := range d.Pads {
				w.number(int(p))
			}
		}
		last = *s
	}
	w.number(len(c.Calls))
	at := uint32(0)
	for _, r := range c.Calls {
		w.number(int(r.Offset-at)<<1 | oneIf(r.Indirect))
		w.number(int(r.Func))
		at = r.Offset
	}
	w.number(len(c.Catches))
	for _, list := range c.Catches {
		w.number(len(list))
		for _, clause := range list {
			w.b = append(w.b, byte(clause.Kind))
			w.number(int(clause.Tag))
			w.number(int(clause.Label))
		}
	}
	w.number(len(c.Resumes))
	for _, r := range c.Resumes {
		w.number(len(r.Clauses))
		w.b = append(w.b, boolByte(r.Named), boolByte(r.Tagged))
		for _, h := range r.Clauses {
			w.b = append(w.b, byte(h.Kind))
			w.number(int(h.Tag))
			w.number(int(h.Label))
		}
	}
	w.number(len(c.Inlined))
	for _, call := range c.Inlined {
		w.number(int(call.First))
		w.number(int(call.Own))
		w.number(int(call.Call))
	}
	w.number(len(c.Marks))
	for _, m := range c.Marks {
		w.number(int(m.Offset))
		w.number(int(m.Pos))
	}
	return w.b
}

// boolByte returns 1 for true.
func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// The forms of sites, to be added.
const (
	siteFull   = 1 << iota // there is more than offset, position and trap
	siteFault              // Fault
	siteSwitch             // times Switch
)

func siteForm(s *Site, d *Detail) (form byte) {
	if len(d.Pads) > 0 || d.Catches != 0 || d.Number != 0 {
		form |= siteFull
	}
	if s.Fault {
		form |= siteFault
	}
	return form + siteSwitch*byte(s.Switch)
}

// errCode is returned for what AppendCode has not made.
var errCode = errors.New("codegen: not the code of a function")

// DecodeCode reads what AppendCode has made. The code's Bytes are part of b.
func DecodeCode(b []byte) (*Code, error) {
	r := decoder{b: b}
	c := &Code{Bytes: r.take(r.count(1))}
	c.FrameSize, c.Prologue, c.Grow = r.number(), r.number(), r.number()
	c.FrameSize, c.Indivisible = c.FrameSize>>1, c.FrameSize&1 != 0
	c.Sites = list[Site](r.count(4))
	var last Site
	for i := range c.Sites {
		s := &c.Sites[i]
		s.Offset = last.Offset + uint32(r.number())
		s.Pos = last.Pos + int32(r.signed())
		s.Trap = wasm.TrapCode(r.byte())
		form := r.byte()
		s.Switch, s.Fault = SwitchKind(form/siteSwitch), form&siteFault != 0
		if form&siteFull != 0 {
			d := s.AddDetail(&c.Details)
			d.Number = r.signed()
			d.Catches = int32(r.number())
			d.Pads = list[uint32](r.count(1))
			for k := range d.Pads {
				d.Pads[k] = uint32(r.number())
			}
		}
		last = *s
	}
	c.Calls = list[Relocation](r.count(2))
	at := uint32(0)
	for i := range c.Calls {
		n := uint32(r.number())
		at += n >> 1
		c.Calls[i] = Relocation{Offset: at, Func: uint32(r.number()), Indirect: n&1 != 0}
	}
	c.Catches = list[[]wasm.Catch](r.count(1))
	for i := range c.Catches {
		c.Catches[i] = list[wasm.Catch](r.count(3))
		for k := range c.Catches[i] {
			c.Catches[i][k] = wasm.Catch{Kind: wasm.CatchKind(r.byte()), Tag: uint32(r.number()), Label: uint32(r.number())}
		}
	}
	c.Resumes = list[ssa.ResumeSite](r.count(1))
	for i := range c.Resumes {
		n := r.count(3)
		c.Resumes[i].Named, c.Resumes[i].Tagged = r.byte() != 0, r.byte() != 0
		c.Resumes[i].Clauses = list[wasm.Handler](n)
		for k := range c.Resumes[i].Clauses {
			c.Resumes[i].Clauses[k] = wasm.Handler{Kind: wasm.HandlerKind(r.byte()), Tag: uint32(r.number()), Label: uint32(r.number())}
		}
	}
	c.Inlined = list[ssa.InlinedCall](r.count(3))
	for i := range c.Inlined {
		c.Inlined[i] = ssa.InlinedCall{First: int32(r.number()), Own: int32(r.number()), Call: int32(r.number())}
	}
	c.Marks = list[Mark](r.count(2))
	for i := range c.Marks {
		c.Marks[i] = Mark{Offset: uint32(r.number()), Pos: int32(r.number())}
	}
	if r.failed || len(r.b) > 0 {
		return nil, errCode
	}
	return c, nil
}

// list returns a list of n elements, nil if there are none.
func list[T any](n int) []T {
	if n == 0 {
		return nil
	}
	return make([]T, n)
}

func oneIf(is bool) int {
	if is {
		return 1
	}
	return 0
}

type encoder struct{ b []byte }

func (w *encoder) number(n int)   { w.b = binary.AppendUvarint(w.b, uint64(n)) }
func (w *encoder) signed(n int64) { w.b = binary.AppendVarint(w.b, n) }

// A decoder reads what is left; once it has failed, only zeros.
type decoder struct {
	b      []byte
	failed bool
}

func (r *decoder) fail() {
	r.b, r.failed = nil, true
}

func (r *decoder) number() int {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > math.MaxUint32 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return int(uint32(n))
}

func (r *decoder) signed() int64 {
	n, size := binary.Varint(r.b)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *decoder) byte() byte {
	if len(r.b) == 0 {
		r.fail()
		return 0
	}
	b := r.b[0]
	r.b = r.b[1:]
	return b
}

// count returns the number of elements that follow, of at least size bytes each.
func (r *decoder) count(size int) int {
	n := r.number()
	if n < 0 || n > len(r.b)/size {
		r.fail()
		return 0
	}
	return n
}

func (r *decoder) take(n int) []byte {
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}
