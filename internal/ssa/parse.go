package ssa

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"weft/wasm"
)

// Parse reads a function in its text form (text.go). An error names the line. What it reads
// need not satisfy [Verify].
func Parse(text string) (*Func, error) {
	p := parser{f: &Func{}, values: map[int32]*Value{}, blocks: map[int32]*Block{}}
	number := 0
	for line := range strings.Lines(text) {
		number++
		p.rest = strings.TrimSpace(line)
		if p.rest == "" {
			continue
		}
		p.line()
		if p.err == nil && p.rest != "" {
			p.failf("%q is too much", p.rest)
		}
		if p.err != nil {
			return nil, fmt.Errorf("ssa: line %d: %w", number, p.err)
		}
	}
	if len(p.f.Blocks) == 0 {
		return nil, fmt.Errorf("ssa: no blocks")
	}
	for _, v := range p.values {
		if v.Block == nil {
			return nil, fmt.Errorf("ssa: v%d is used, but not defined", v.ID)
		}
	}
	for i, v := range p.unnamed {
		v.ID = p.numValues + int32(i)
	}
	p.f.numValues, p.f.numBlocks = p.numValues+int32(len(p.unnamed)), p.numBlocks
	for _, b := range p.f.Blocks {
		for _, e := range b.Succs {
			e.To.Preds = append(e.To.Preds, b)
		}
	}
	for id, b := range p.blocks {
		if !slices.Contains(p.f.Blocks, b) {
			return nil, fmt.Errorf("ssa: b%d is gone to, but not there", id)
		}
	}
	return p.f, nil
}

type parser struct {
	f      *Func
	values map[int32]*Value
	blocks map[int32]*Block
	block  *Block
	rest   string // of the line

	numValues, numBlocks int32
	unnamed              []*Value // they get numbers behind all others
	err                  error
}

func (p *parser) failf(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
	p.rest = ""
}

// accept reads a token if it comes next.
func (p *parser) accept(token string) bool {
	rest, ok := strings.CutPrefix(p.rest, token)
	if ok {
		p.rest = strings.TrimLeft(rest, " ")
	}
	return ok
}

func (p *parser) expect(token string) {
	if !p.accept(token) {
		p.failf("%q expected before %q", token, p.rest)
	}
}

// word reads letters, digits, and what numbers and names have besides.
func (p *parser) word() string {
	n := 0
	for n < len(p.rest) && (p.rest[n] == '_' || p.rest[n] == '-' && n == 0 || p.rest[n] >= '0' && p.rest[n] <= '9' || p.rest[n] >= 'a' && p.rest[n] <= 'z') {
		n++
	}
	w := p.rest[:n]
	if n == 0 {
		p.failf("a word expected before %q", p.rest)
	}
	p.rest = strings.TrimLeft(p.rest[n:], " ")
	return w
}

func (p *parser) number() int64 {
	w := p.word()
	n, err := strconv.ParseInt(w, 10, 64)
	if err != nil {
		p.failf("%q is no number", w)
	}
	return n
}

// oneOf reads a word of a list and returns its index.
func (p *parser) oneOf(list []string) int {
	w := p.word()
	i := slices.Index(list, w)
	if i < 0 {
		p.failf("%q is not known here", w)
		return 0
	}
	return i
}

// id reads v3 or b3.
func (p *parser) id(letter string) int32 {
	p.expect(letter)
	n := p.number()
	if n < 0 || n > maxValues {
		p.failf("%s%d is out of range", letter, n)
		return 0
	}
	return int32(n)
}

func (p *parser) value() *Value {
	id := p.id("v")
	v := p.values[id]
	if v == nil {
		v = p.f.NewValue(OpInvalid, Void, 0)
		v.ID = id
		p.values[id] = v
		p.numValues = max(p.numValues, id+1)
	}
	return v
}

func (p *parser) typ() Type { return Type(p.oneOf(typeNames[:])) }

func (p *parser) types() (list []Type) {
	p.expect("(")
	for p.err == nil && !p.accept(")") {
		if len(list) > 0 {
			p.expect(",")
		}
		list = append(list, p.typ())
	}
	return list
}

func (p *parser) signature() *Signature {
	params := p.types()
	p.expect("->")
	return &Signature{Params: params, Results: p.types()}
}

func (p *parser) args() (list []*Value) {
	for p.err == nil {
		v := p.value()
		list = append(list, v)
		if !p.accept(",") {
			break
		}
	}
	return list
}

func (p *parser) getBlock() *Block {
	id := p.id("b")
	b := p.blocks[id]
	if b == nil {
		b = p.f.NewBlock()
		b.ID = id
		p.blocks[id] = b
		p.numBlocks = max(p.numBlocks, id+1)
	}
	return b
}

// line reads a line of the text.
func (p *parser) line() {
	switch {
	case p.accept("func "):
		quoted, err := strconv.QuotedPrefix(p.rest)
		if err != nil {
			p.failf("a quoted name expected")
			return
		}
		p.rest = p.rest[len(quoted):]
		p.f.Name, _ = strconv.Unquote(quoted)
		p.accept(" ")
		p.f.Sig = p.signature()
	case p.accept("catches "):
		p.catches()
	case p.accept("site "):
		p.site()
	case p.block == nil && p.accept("vector "):
		p.vector()
	case p.block == nil && p.accept("inlined "):
		p.inlined()
	case strings.HasPrefix(p.rest, "b") && strings.Contains(p.rest, ":") && len(p.rest) > 1 && p.rest[1] >= '0' && p.rest[1] <= '9':
		p.header()
	case p.block == nil:
		p.failf("a block expected")
	default:
		p.definition()
	}
}

func (p *parser) catches() {
	p.number()
	p.expect(":")
	var list []wasm.Catch
	kinds := []string{"catch", "catch_ref", "catch_all", "catch_all_ref"}
	for p.err == nil && p.accept("(") {
		c := wasm.Catch{Kind: wasm.CatchKind(p.oneOf(kinds))}
		if c.Kind.HasTag() {
			c.Tag = uint32(p.number())
		}
		c.Label = uint32(p.number())
		p.expect(")")
		list = append(list, c)
	}
	p.f.Catches = append(p.f.Catches, list)
}

func (p *parser) site() {
	p.number()
	p.expect(":")
	site := ResumeSite{Named: p.accept("named"), Tagged: p.accept("tagged")}
	for p.err == nil && p.accept("(") {
		p.expect("on ")
		h := wasm.Handler{Tag: uint32(p.number())}
		if p.accept("switch") {
			h.Kind = wasm.OnSwitch
		} else {
			h.Label = uint32(p.number())
		}
		p.expect(")")
		site.Clauses = append(site.Clauses, h)
	}
	p.f.Sites = append(p.f.Sites, site)
}

func (p *parser) inlined() {
	c := InlinedCall{First: int32(p.number())}
	p.expect(": function ")
	c.Own = int32(p.number())
	p.expect("called @")
	c.Call = int32(p.number())
	p.f.Inlined = append(p.f.Inlined, c)
}

// vector reads a constant.
func (p *parser) vector() {
	p.number()
	p.expect(":")
	var v Vector
	if n, err := hex.Decode(v[:], []byte(p.word())); err != nil || n != len(v) {
		p.failf("a vector has 32 hexadecimal digits")
	}
	p.f.Vectors = append(p.f.Vectors, v)
}

// vectorCode reads the instruction of an OpVector.
func (p *parser) vectorCode(v *Value) {
	name, rest, _ := strings.Cut(p.rest, " ")
	for i := range wasm.Instructions {
		if wasm.Instructions[i].Name == name {
			v.Aux, p.rest = int64(i), strings.TrimLeft(rest, " ")
			return
		}
	}
	p.failf("there is no instruction %q", name)
}

// header reads the beginning of a block.
func (p *parser) header() {
	b := p.getBlock()
	p.block = b
	p.f.Blocks = append(p.f.Blocks, b)
	if p.accept("(") {
		for p.err == nil && !p.accept(")") {
			if len(b.Params) > 0 {
				p.expect(",")
			}
			v := p.value()
			p.expect(":")
			v.Op, v.Type, v.Block = OpParam, p.typ(), b
			b.Params = append(b.Params, v)
		}
	}
	p.expect(":")
	if !p.accept(";") {
		return
	}
	for p.err == nil && p.rest != "" {
		switch w := p.word(); w {
		case "depth":
			b.LoopDepth = int32(p.number())
		case "loop":
			b.IsLoop = true
		case "cold":
			b.Cold = true
		default:
			kind := slices.Index(padNames[:], w)
			if kind < 0 {
				p.failf("%q is not known of blocks", w)
				return
			}
			b.Pad = PadKind(kind)
		}
	}
}

// definition reads a value.
func (p *parser) definition() {
	var v *Value
	if strings.HasPrefix(p.rest, "v") {
		v = p.value()
		if v.Block != nil {
			p.failf("v%d is defined twice", v.ID)
		}
		if p.accept(":") {
			v.Type = p.typ()
		}
		p.expect("=")
	} else {
		v = p.f.NewValue(OpInvalid, Void, 0)
		p.unnamed = append(p.unnamed, v)
	}
	if p.err != nil {
		return
	}
	w := p.word()
	for i := range Ops {
		if Ops[i].Name == w {
			v.Op = Op(i)
		}
	}
	if v.Op == OpInvalid {
		p.failf("no operation %q", w)
		return
	}
	form := v.Op.auxForm()
	switch {
	case v.Op.HasMem():
		p.expect(".")
		v.Mem = Mem(p.oneOf(memNames[:]))
	case form == auxSuffix:
		p.expect(".")
		v.Aux = int64(p.oneOf(condNames[:]))
	}
	if form == auxVector {
		p.expect(".")
		p.vectorCode(v)
	}
	more := strings.HasPrefix(p.rest, "v")
	if form == auxVector && v.hasLane() {
		v.setLane(p.number())
		more = p.accept(",")
	}
	if form == auxNumber {
		v.Aux = p.number()
		more = p.accept(",")
	}
	if more {
		v.Args = p.args()
	}
	if form == auxOffset {
		p.expect("+")
		v.Aux = p.number()
	}
	if p.accept(":") {
		v.Sig = p.signature()
	}
	if p.accept("->") {
		for p.err == nil {
			e := Edge{To: p.getBlock()}
			if p.accept("(") {
				e.Args = p.args()
				p.expect(")")
			}
			p.block.Succs = append(p.block.Succs, e)
			if !p.accept(",") {
				break
			}
		}
	}
	if p.accept("@") {
		v.Pos = int32(p.number())
	}
	p.block.Add(v)
}
