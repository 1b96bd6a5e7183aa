package wast

import (
	"fmt"
	"strings"

	"weft"
	"weft/wasm"
	"weft/wasm/text"
)

// A hostRef is the Go value behind (ref.extern n) and (ref.host n).
type hostRef uint32

func (h hostRef) String() string { return fmt.Sprint(uint32(h)) }

// A pattern says which values an assertion accepts.
type pattern interface {
	matches(v weft.Value) bool
	String() string
}

// scalars are the number types, as shapes of a single lane.
var scalars = [...]struct {
	word  string
	typ   wasm.ValType
	shape text.Shape
}{
	{"i32.const", wasm.I32, text.Shape{Name: "i32", Lanes: 1, Width: 32}},
	{"i64.const", wasm.I64, text.Shape{Name: "i64", Lanes: 1, Width: 64}},
	{"f32.const", wasm.F32, text.Shape{Name: "f32", Lanes: 1, Width: 32, Float: true}},
	{"f64.const", wasm.F64, text.Shape{Name: "f64", Lanes: 1, Width: 64, Float: true}},
}

// A numberPattern accepts the values of a type whose bits under a mask are the
// wanted ones: all bits for a constant, fewer for the classes of NaN.
type numberPattern struct {
	typ        wasm.ValType
	want, mask [2]uint64 // the low half first
	text       string
}

func (n *numberPattern) matches(v weft.Value) bool {
	lo, hi := v.Bits()
	return v.Type() == n.typ && (lo^n.want[0])&n.mask[0] == 0 && (hi^n.want[1])&n.mask[1] == 0
}

func (n *numberPattern) String() string { return n.text }

// setLane sets what lane i of a shape must be.
func (n *numberPattern) setLane(s text.Shape, i int, want, mask uint64) {
	half, shift := i*s.Width/64, i*s.Width%64
	n.want[half] |= want << shift
	n.mask[half] |= mask << shift
}

// number reads a constant behind its first word, up to the closing parenthesis;
// nil if the word begins no number.
func (p *parser) number(word text.Token) *numberPattern {
	if word.Text == "v128.const" {
		t := p.take()
		shape, ok := text.ShapeByName(t.Text)
		if !ok {
			p.unexpected(t, "shape of a vector")
		}
		return p.lanes(wasm.V128, shape, "v128.const "+shape.Name)
	}
	for _, s := range scalars {
		if s.word == word.Text {
			return p.lanes(s.typ, s.shape, s.word)
		}
	}
	return nil
}

func (p *parser) lanes(typ wasm.ValType, s text.Shape, name string) *numberPattern {
	n := &numberPattern{typ: typ, mask: [2]uint64{}}
	words := []string{name}
	for i := range s.Lanes {
		t := p.take()
		words = append(words, t.Text)
		switch {
		case s.Float && t.Text == "nan:canonical":
			n.setLane(s, i, quietNaN(s.Width), 1<<(s.Width-1)-1)
		case s.Float && t.Text == "nan:arithmetic":
			n.setLane(s, i, quietNaN(s.Width), quietNaN(s.Width))
		default:
			v, err := s.ParseLane(t.Text)
			if err != nil {
				_, text := classify(err)
				p.fail(t, "%s", text)
			}
			n.setLane(s, i, v, 1<<(s.Width-1)<<1-1)
		}
	}
	n.text = "(" + strings.Join(words, " ") + ")"
	return n
}

// quietNaN returns the bits that every arithmetic NaN has.
func quietNaN(width int) uint64 {
	if width == 32 {
		return 0x7FC0_0000
	}
	return 0x7FF8_0000_0000_0000
}

// argument reads a value that is given to a function.
func (p *parser) argument() weft.Value {
	p.expect(text.LParen)
	word := p.take()
	v := p.argumentBody(word)
	p.expect(text.RParen)
	return v
}

func (p *parser) argumentBody(word text.Token) weft.Value {
	switch word.Text {
	case "ref.null":
		t := p.take()
		heap, ok := wasm.HeapTypeByName(t.Text)
		if !ok {
			p.unexpected(t, "abstract heap type")
		}
		return weft.Null(heap)
	case "ref.extern":
		return weft.ExternRef(p.hostRef())
	case "ref.host":
		return weft.AnyRef(p.hostRef())
	}
	n := p.number(word)
	if n == nil {
		p.unexpected(word, "constant")
	}
	switch n.typ.Kind {
	case wasm.KindI32:
		return weft.I32(int32(n.want[0]))
	case wasm.KindI64:
		return weft.I64(int64(n.want[0]))
	case wasm.KindF32:
		return weft.F32Bits(uint32(n.want[0]))
	case wasm.KindF64:
		return weft.F64Bits(n.want[0])
	}
	return weft.V128(n.want[0], n.want[1])
}

func (p *parser) hostRef() hostRef {
	t := p.expect(text.Nat)
	n, err := text.ParseUint(t.Text, 32)
	if err != nil {
		p.fail(t, "unexpected token %s: a number of 32 bits expected", t.Text)
	}
	return hostRef(n)
}

// patterns reads what the results of an action must be.
func (p *parser) patterns() []pattern {
	var list []pattern
	for p.peek().Kind == text.LParen {
		list = append(list, p.pattern())
	}
	return list
}

func (p *parser) pattern() pattern {
	p.expect(text.LParen)
	word := p.take()
	result := p.patternBody(word)
	p.expect(text.RParen)
	return result
}

func (p *parser) patternBody(word text.Token) pattern {
	if n := p.number(word); n != nil {
		return n
	}
	kind, isRef := strings.CutPrefix(word.Text, "ref.")
	switch {
	case word.Text == "either":
		var e eitherPattern
		p.nest(func() { e = p.patterns() })
		if len(e) == 0 {
			p.unexpected(p.peek(), "result pattern")
		}
		return e
	case kind == "null":
		if p.peek().Kind != text.RParen {
			p.take() // any null is the same value
		}
		return nullPattern{}
	case word.Text == "ref":
		return refPattern{heap: wasm.HeapAny}
	case kind == "extern" || kind == "host":
		r := refPattern{heap: wasm.HeapExtern, host: kind == "host"}
		if p.peek().Kind == text.Nat {
			h := p.hostRef()
			r.value = &h
		}
		return r
	case isRef:
		heap, ok := wasm.HeapTypeByName(strings.TrimSuffix(kind, "_shared"))
		if !ok {
			p.unexpected(word, "result pattern")
		}
		return refPattern{heap: heap}
	}
	p.unexpected(word, "result pattern")
	return nil
}

// An eitherPattern accepts what one of its patterns does.
type eitherPattern []pattern

func (e eitherPattern) matches(v weft.Value) bool {
	for _, p := range e {
		if p.matches(v) {
			return true
		}
	}
	return false
}

func (e eitherPattern) String() string {
	s := "(either"
	for _, p := range e {
		s += " " + p.String()
	}
	return s + ")"
}

// A nullPattern accepts every null reference.
type nullPattern struct{}

func (nullPattern) matches(v weft.Value) bool { return v.IsNull() }
func (nullPattern) String() string            { return "(ref.null)" }

// A refPattern accepts references of a kind that are not null.
type refPattern struct {
	heap  wasm.HeapType
	host  bool     // a value of the host in any hierarchy
	value *hostRef // the value of the host, if it matters
}

func (r refPattern) matches(v weft.Value) bool {
	if !v.Type().IsRef() || v.IsNull() {
		return false
	}
	if r.value != nil {
		return v.Ref() == *r.value
	}
	if r.host {
		_, ok := v.Ref().(hostRef)
		return ok
	}
	return wasm.NewTypeSet().IsHeapSubtype(v.Type().Heap, r.heap)
}

func (r refPattern) String() string {
	name := r.heap.String()
	if r.host {
		name = "host"
	}
	if r.value != nil {
		name += " " + r.value.String()
	}
	return "(ref." + name + ")"
}
