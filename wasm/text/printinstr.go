package text

import (
	"encoding/binary"
	"math"
	"strconv"

	"weft/wasm"
)

// A labelPrinter knows the labels of the blocks that are open.
type labelPrinter struct {
	open  []printedLabel
	count uint32 // of blocks begun in the function
	// innermost is the last open label of each identifier, as an index of open.
	innermost map[string]int
	names     wasm.NameMap
}

type printedLabel struct {
	op     wasm.Opcode // that opened the block
	id     string
	hidden int // the label that this one shadows, or -1
}

func (l *labelPrinter) reset(names wasm.NameMap) {
	clear(l.innermost)
	*l = labelPrinter{open: l.open[:0], innermost: l.innermost, names: names}
}

func (l *labelPrinter) push(op wasm.Opcode) (id, name string, ok bool) {
	name, ok = l.names[l.count]
	l.count++
	if ok {
		id = identifier(name)
	}
	label := printedLabel{op: op, id: id, hidden: -1}
	if id != "" {
		if outer, ok := l.innermost[id]; ok {
			label.hidden = outer
		}
		if l.innermost == nil {
			l.innermost = map[string]int{}
		}
		l.innermost[id] = len(l.open)
	}
	l.open = append(l.open, label)
	return id, name, ok
}

func (l *labelPrinter) pop() {
	last := l.open[len(l.open)-1]
	l.open = l.open[:len(l.open)-1]
	switch {
	case last.id == "":
	case last.hidden >= 0:
		l.innermost[last.id] = last.hidden
	default:
		delete(l.innermost, last.id)
	}
}

// label writes a label, as an identifier if that means the same.
func (p *printer) label(depth uint32) {
	if uint64(depth) < uint64(len(p.labels.open)) {
		at := len(p.labels.open) - 1 - int(depth)
		if id := p.labels.open[at].id; id != "" && p.labels.innermost[id] == at {
			p.put(id)
			return
		}
	}
	p.uint(uint64(depth))
}

// functionBody writes the instructions of a function.
func (p *printer) functionBody(index uint32, f *wasm.Func, locals *printNames) error {
	p.code.Reset(f.Body, f.BodyOffset, ^wasm.Features(0), p.m.Dialect)
	p.labels.reset(p.m.Names.Labels[index])
	hints := p.hints[index]
	var in wasm.Instr
	for {
		if err := p.code.Next(&in); err != nil {
			return inFunction(err, index)
		}
		if in.Op == wasm.OpEnd && len(p.labels.open) == 0 {
			break
		}
		level := 2 + len(p.labels.open)
		closes, err := p.closes(&in)
		if err != nil {
			return inFunction(err, index)
		}
		if closes {
			level--
		}
		p.line(level)
		if value, ok := hints[uint32(in.Offset)]; ok {
			p.put("(@" + noteHint + " ")
			p.bytes([]byte{value})
			p.put(") ")
		}
		p.instr(&in, locals)
	}
	if p.code.Len() > 0 {
		return inFunction(p.code.Malformed("unexpected instructions behind the end of the function"), index)
	}
	return nil
}

func inFunction(err error, index uint32) error {
	if e, ok := err.(*wasm.Error); ok {
		e.Func = int(index)
	}
	return err
}

// closes checks that an instruction that ends or divides a block stands in one, and
// reports whether it does.
func (p *printer) closes(in *wasm.Instr) (bool, error) {
	var in1, in2 wasm.Opcode
	switch in.Op {
	case wasm.OpEnd:
		if len(p.labels.open) == 0 {
			return false, p.code.Malformed("unexpected end: no block is open")
		}
		return true, nil
	case wasm.OpElse:
		in1, in2 = wasm.OpIf, wasm.OpIf
	case wasm.OpCatch, wasm.OpCatchAll:
		in1, in2 = wasm.OpTry, wasm.OpCatch
	case wasm.OpDelegate:
		in1, in2 = wasm.OpTry, wasm.OpTry
	default:
		return false, nil
	}
	n := len(p.labels.open)
	if n == 0 || p.labels.open[n-1].op != in1 && p.labels.open[n-1].op != in2 {
		return false, p.code.Malformed("unexpected %s: it does not stand in the block that it belongs to", in.Op)
	}
	// What may follow depends on the clause: nothing follows else and catch_all.
	p.labels.open[n-1].op = in.Op
	return true, nil
}

// constExpr writes a constant expression: in parentheses with the word, if one is
// given, or as a folded instruction if it is only one.
func (p *printer) constExpr(x wasm.ConstExpr, word string) error {
	p.code.Reset(x.Body, x.Offset, ^wasm.Features(0), p.m.Dialect)
	p.labels.reset(nil)
	start := len(p.buf)
	var in wasm.Instr
	count, folds := 0, true
	for {
		if err := p.code.Next(&in); err != nil {
			return err
		}
		if in.Op == wasm.OpEnd && len(p.labels.open) == 0 {
			break
		}
		if _, err := p.closes(&in); err != nil {
			return err
		}
		count++
		folds = folds && !opensBlock(in.Op)
		p.put(" ")
		p.instr(&in, nil)
	}
	if p.code.Len() > 0 {
		return p.code.Malformed("unexpected instructions behind the end of the expression")
	}
	open := ""
	switch {
	case count == 1 && folds:
		open = " ("
	case word != "":
		open = " (" + word
	}
	if open == "" {
		return nil
	}
	written := p.buf[start:]
	if open == " (" {
		written[0] = '('
		open = " "
	}
	text := string(written)
	p.buf = append(append(append(p.buf[:start], open...), text...), ')')
	return nil
}

// instr writes an instruction.
func (p *printer) instr(in *wasm.Instr, locals *printNames) {
	info := in.Op.Info()
	if in.Op == wasm.OpEnd || in.Op == wasm.OpDelegate {
		p.labels.pop() // the label of delegate is one outside of the block that it ends
	}
	p.put(info.Name)
	switch info.Imm {
	case wasm.ImmBlock, wasm.ImmTryTable:
		p.block(in)
	case wasm.ImmLabel:
		p.put(" ")
		p.label(in.Index)
	case wasm.ImmLabels:
		for _, l := range in.Labels {
			p.put(" ")
			p.label(l)
		}
	case wasm.ImmFunc:
		p.index(&p.funcs, in.Index)
	case wasm.ImmType:
		p.index(&p.types, in.Index)
	case wasm.ImmTypeTable:
		p.indexUnless0(&p.tables, in.Index2)
		p.typeUse(in.Index, nil)
	case wasm.ImmTypes:
		if len(in.Types) == 0 {
			p.put(" (result)")
		}
		p.results(in.Types)
	case wasm.ImmLocal:
		p.index(locals, in.Index)
	case wasm.ImmGlobal:
		p.index(&p.globals, in.Index)
	case wasm.ImmTable:
		p.index(&p.tables, in.Index)
	case wasm.ImmTableTable:
		p.index(&p.tables, in.Index)
		p.index(&p.tables, in.Index2)
	case wasm.ImmElem:
		p.index(&p.elems, in.Index)
	case wasm.ImmElemTable:
		p.index(&p.tables, in.Index2)
		p.index(&p.elems, in.Index)
	case wasm.ImmMemory:
		p.indexUnless0(&p.memories, in.Index)
	case wasm.ImmMemoryMemory:
		if in.Index|in.Index2 != 0 {
			p.index(&p.memories, in.Index)
			p.index(&p.memories, in.Index2)
		}
	case wasm.ImmData:
		p.index(&p.datas, in.Index)
	case wasm.ImmDataMemory:
		p.indexUnless0(&p.memories, in.Index2)
		p.index(&p.datas, in.Index)
	case wasm.ImmMemArg, wasm.ImmMemArgLane:
		p.memArg(in, info)
		if info.Imm == wasm.ImmMemArgLane {
			p.number(uint64(in.Lane))
		}
	case wasm.ImmAtomic, wasm.ImmAtomicRMW:
		p.memArg(in, info)
		p.memoryOrder(in.Order)
	case wasm.ImmFence:
		p.memoryOrder(in.Order)
	case wasm.ImmLane:
		p.number(uint64(in.Lane))
	case wasm.ImmShuffle:
		for _, lane := range in.Bytes {
			p.number(uint64(lane))
		}
	case wasm.ImmI32, wasm.ImmI64:
		p.put(" ")
		p.buf = strconv.AppendInt(p.buf, int64(in.Bits), 10)
	case wasm.ImmF32:
		p.put(" ")
		p.buf = appendFloat(p.buf, in.Bits, 32, 23)
	case wasm.ImmF64:
		p.put(" ")
		p.buf = appendFloat(p.buf, in.Bits, 64, 52)
	case wasm.ImmV128:
		p.put(" i32x4")
		for i := 0; i < len(in.Bytes); i += 4 {
			p.put(" 0x")
			lane := binary.LittleEndian.Uint32(in.Bytes[i:])
			for shift := 28; shift >= 0; shift -= 4 {
				p.buf = append(p.buf, hexDigits[lane>>shift&0xF])
			}
		}
	case wasm.ImmHeapType:
		p.put(" ")
		p.refTo(in.Ref)
	case wasm.ImmRefType, wasm.ImmRefTypeNull:
		p.put(" ")
		p.valType(in.Ref)
	case wasm.ImmCast:
		p.put(" ")
		p.label(in.Index)
		p.put(" ")
		p.valType(in.Ref)
		p.put(" ")
		p.valType(in.Ref2)
	case wasm.ImmTypeField:
		p.index(&p.types, in.Index)
		if names := p.fields[in.Index]; names != nil {
			p.index(names, in.Index2)
		} else {
			p.number(uint64(in.Index2))
		}
	case wasm.ImmTypeLen:
		p.index(&p.types, in.Index)
		p.number(uint64(in.Index2))
	case wasm.ImmTypeData:
		p.index(&p.types, in.Index)
		p.index(&p.datas, in.Index2)
	case wasm.ImmTypeElem:
		p.index(&p.types, in.Index)
		p.index(&p.elems, in.Index2)
	case wasm.ImmTypeType:
		p.index(&p.types, in.Index)
		p.index(&p.types, in.Index2)
	case wasm.ImmTag:
		p.index(&p.tags, in.Index)
	case wasm.ImmTypeTag:
		p.index(&p.types, in.Index)
		p.index(&p.tags, in.Index2)
	case wasm.ImmResume:
		p.index(&p.types, in.Index)
		p.handlers(in.Handlers, &p.tags)
	case wasm.ImmResumeTags:
		p.index(&p.types, in.Index)
		p.handlers(in.Handlers, &p.types)
	case wasm.ImmResumeThrow:
		p.index(&p.types, in.Index)
		p.index(&p.tags, in.Index2)
		p.handlers(in.Handlers, &p.tags)
	}
}

func (p *printer) number(v uint64) {
	p.put(" ")
	p.uint(v)
}

// index writes an index of a space. Constant expressions have no locals.
func (p *printer) index(s *printNames, index uint32) {
	if s == nil {
		p.number(uint64(index))
		return
	}
	p.put(" ")
	s.use(p, index)
}

func (p *printer) indexUnless0(s *printNames, index uint32) {
	if index != 0 {
		p.index(s, index)
	}
}

// block writes the label, type and clauses of a block, and opens it.
func (p *printer) block(in *wasm.Instr) {
	// The labels of the clauses are those outside of the block, but its own name
	// comes first in the text.
	id, name, ok := p.labels.push(in.Op)
	p.printedName(id, name, ok)
	switch in.Block.Kind {
	case wasm.BlockValue:
		p.put(" (result ")
		p.valType(in.Block.Value)
		p.put(")")
	case wasm.BlockIndex:
		p.typeUse(in.Block.Index, nil)
	}
	if len(in.Catches) == 0 || in.Op.Info().Imm != wasm.ImmTryTable {
		return
	}
	p.labels.pop()
	for _, c := range in.Catches {
		p.put(" (")
		p.put(c.Kind.String())
		if c.Kind.HasTag() {
			p.index(&p.tags, c.Tag)
		}
		p.put(" ")
		p.label(c.Label)
		p.put(")")
	}
	p.labels.count--
	p.labels.push(in.Op)
}

func (p *printer) memArg(in *wasm.Instr, info *wasm.Instruction) {
	p.indexUnless0(&p.memories, in.Index)
	if in.Offset64 != 0 {
		p.put(" offset=")
		p.uint(in.Offset64)
	}
	if align := uint64(1) << in.Align; align != uint64(info.Width) {
		p.put(" align=")
		p.uint(align)
	}
}

func (p *printer) memoryOrder(o wasm.MemoryOrder) {
	if o != wasm.SeqCst {
		p.put(" ")
		p.put(o.String())
	}
}

func (p *printer) handlers(handlers []wasm.Handler, tags *printNames) {
	clause := " (on "
	if p.m.Dialect != 0 {
		clause = " (tag "
	}
	for _, h := range handlers {
		p.put(clause)
		tags.use(p, h.Tag)
		p.put(" ")
		if h.Kind == wasm.OnSwitch {
			p.put("switch")
		} else {
			p.label(h.Label)
		}
		p.put(")")
	}
}

// appendFloat appends the shortest literal that stands for the bits of a number.
func appendFloat(b []byte, bits uint64, width, mantissa int) []byte {
	if bits>>(width-1) != 0 {
		b = append(b, '-')
	}
	bits &= 1<<(width-1) - 1
	infinity := uint64(1)<<(width-1) - 1<<mantissa
	quiet := infinity | 1<<(mantissa-1)
	switch {
	case bits == infinity:
		return append(b, "inf"...)
	case bits == quiet:
		return append(b, "nan"...)
	case bits > infinity:
		return strconv.AppendUint(append(b, "nan:0x"...), bits-infinity, 16)
	case width == 32:
		return strconv.AppendFloat(b, float64(math.Float32frombits(uint32(bits))), 'g', -1, width)
	}
	return strconv.AppendFloat(b, math.Float64frombits(bits), 'g', -1, width)
}
