package dwarf

import (
	"cmp"
	"math"
	"path"
	"slices"
)

// A row says that the instructions from an address on are from a line; line 0,
// that they are from none: the end of a sequence.
type row struct {
	addr uint32
	file uint32 // in table.files
	line uint32
	col  uint32
}

// A table has the rows of all line programs, by address.
type table struct {
	rows      []row
	sequences []sequence // of which the rows are
	files     []string
	// programs are the files of the programs, by their place in the section.
	programs map[uint64]fileList
}

// A fileList are the files that a program and its unit refer to by number.
type fileList struct {
	files []uint32 // in table.files
	first uint64   // the number of files[0]
}

// file returns the place of a file in table.files.
func (l fileList) file(number uint64) uint32 {
	if i := number - l.first; i < uint64(len(l.files)) {
		return l.files[i]
	}
	return 0
}

// find returns the row for an address.
func (t *table) find(addr uint32) (row, bool) {
	i, _ := slices.BinarySearchFunc(t.rows, uint64(addr)+1, func(r row, after uint64) int { return cmp.Compare(uint64(r.addr), after) })
	if i == 0 || t.rows[i-1].line == 0 {
		return row{}, false
	}
	return t.rows[i-1], true
}

// readLines runs all line programs.
func readLines(s *Sections) *table {
	t := &table{files: []string{""}, programs: map[uint64]fileList{}}
	for c := (cursor{b: s.Line}); len(c.b) > 0 && len(t.programs) < maxFiles; {
		start := uint64(len(s.Line) - len(c.b))
		p := program{table: t, sections: s, cursor: c.unit()}
		if p.header() {
			p.run()
			t.programs[start] = p.fileList
		}
	}
	t.part()
	slices.SortStableFunc(t.rows, func(a, b row) int {
		if order := cmp.Compare(a.addr, b.addr); order != 0 {
			return order
		}
		return cmp.Compare(min(a.line, 1), min(b.line, 1)) // the end of a sequence before the next
	})
	return t
}

// A program makes rows: section 6.2 of the DWARF standard, version 5.
type program struct {
	cursor
	table    *table
	sections *Sections
	version  uint16

	minLength  uint64
	lineBase   int64
	lineRange  uint64
	opcodeBase uint8
	lengths    [256]uint8 // how many operands opcodes have, up to opcodeBase
	dirs       []string
	fileList

	// The state machine's registers; there are no others that matter here.
	addr uint64
	file uint64
	line uint64
	col  uint64
	rows []row // of the sequence under way
}

// header reads what stands before the program, and reports whether it can be run.
func (p *program) header() bool {
	p.version = p.u16()
	if p.version < 2 || p.version > 5 {
		return false
	}
	if p.version >= 5 {
		p.take(2) // sizes of addresses and of segment selectors
	}
	size := p.offset()
	if size > uint64(len(p.b)) {
		return false
	}
	code := p.b[size:]
	p.b = p.b[:size]
	p.minLength = uint64(p.u8())
	if p.version >= 4 {
		p.take(1) // operations per instruction
	}
	p.take(1) // whether lines begin statements
	p.lineBase, p.lineRange = int64(int8(p.u8())), uint64(p.u8())
	p.opcodeBase = p.u8()
	if p.lineRange == 0 || p.opcodeBase == 0 {
		return false
	}
	for i := 1; i < int(p.opcodeBase); i++ {
		p.lengths[i] = p.u8()
	}
	if p.version >= 5 {
		p.namesV5()
	} else {
		p.names()
	}
	ok := !p.bad
	p.b = code
	return ok
}

// names reads the directories and files, which are numbered from 1.
func (p *program) names() {
	p.dirs, p.first = []string{""}, 1
	for {
		dir := p.text()
		if len(dir) == 0 {
			break
		}
		p.dirs = append(p.dirs, string(dir[:min(len(dir), maxName)]))
	}
	for {
		name := p.text()
		if len(name) == 0 {
			break
		}
		p.addFile(name)
	}
}

// addFile reads the rest of a file's entry.
func (p *program) addFile(name []byte) {
	dir := p.uleb()
	p.uleb() // time
	p.uleb() // size
	p.add(string(name[:min(len(name), maxName)]), dir)
}

func (p *program) add(name string, dir uint64) {
	if dir < uint64(len(p.dirs)) && !path.IsAbs(name) && len(name)+len(p.dirs[dir]) < maxName {
		name = path.Join(p.dirs[dir], name)
	}
	t := p.table
	if len(t.files) < maxFiles {
		p.files = append(p.files, uint32(len(t.files)))
		t.files = append(t.files, name)
	}
}

// Kinds of what an entry of version 5 has.
const (
	lnctPath = 1
	lnctDir  = 2
)

// namesV5 reads directories and files, each entry of which has what a format
// before them says.
func (p *program) namesV5() {
	p.entries(func(name string, _ uint64) { p.dirs = append(p.dirs, name) })
	p.entries(p.add)
}

func (p *program) entries(add func(name string, dir uint64)) {
	type field struct{ kind, form uint64 }
	var format []field
	for range p.u8() {
		format = append(format, field{p.uleb(), p.uleb()})
	}
	n := p.uleb()
	if len(format) == 0 || n > uint64(len(p.b)) { // an entry takes a byte or more
		p.bad = p.bad || n > 0
		return
	}
	for range n {
		before, text, dir := len(p.b), "", uint64(0)
		for _, f := range format {
			v, ok := p.value(f.form, &formats{sections: p.sections, version: 5})
			if !ok {
				p.bad = true
			}
			switch f.kind {
			case lnctPath:
				text = v.text()
			case lnctDir:
				dir = v.number
			}
		}
		if p.bad || len(p.b) == before {
			p.bad = true
			return
		}
		add(text, dir)
	}
}

// Opcodes of line programs.
const (
	lnsExtended = iota
	lnsCopy
	lnsAdvancePC
	lnsAdvanceLine
	lnsSetFile
	lnsSetColumn
	lnsNegateStmt
	lnsBasicBlock
	lnsConstAddPC
	lnsFixedAdvancePC

	lneEndSequence = 1
	lneSetAddress  = 2
	lneDefineFile  = 3
)

func (p *program) reset() { p.addr, p.file, p.line, p.col, p.rows = 0, 1, 1, 0, p.rows[:0] }

func (p *program) run() {
	p.reset()
	for len(p.b) > 0 && !p.bad && len(p.table.rows)+len(p.rows) < maxRows {
		op := p.u8()
		if op >= p.opcodeBase {
			p.special(op)
			continue
		}
		switch op {
		case lnsExtended:
			p.extended()
		case lnsCopy:
			p.emit()
		case lnsAdvancePC:
			p.addr += p.uleb() * p.minLength
		case lnsAdvanceLine:
			p.line += uint64(p.sleb())
		case lnsSetFile:
			p.file = p.uleb()
		case lnsSetColumn:
			p.col = p.uleb()
		case lnsConstAddPC:
			p.addr += uint64(255-p.opcodeBase) / p.lineRange * p.minLength
		case lnsFixedAdvancePC:
			p.addr += uint64(p.u16())
		default: // they mean nothing here
			for range p.lengths[op] {
				p.uleb()
			}
		}
	}
}

// special executes an opcode that advances address and line and makes a row.
func (p *program) special(op uint8) {
	n := uint64(op - p.opcodeBase)
	p.addr += n / p.lineRange * p.minLength
	p.line += uint64(p.lineBase + int64(n%p.lineRange))
	p.emit()
}

func (p *program) extended() {
	args := cursor{b: p.take(p.uleb())}
	switch args.u8() {
	case lneEndSequence:
		p.end()
		p.reset()
	case lneSetAddress:
		p.addr = args.fixed(min(len(args.b), 8))
	case lneDefineFile:
		outer := p.cursor
		p.cursor = args
		p.addFile(p.text())
		p.cursor = outer
	}
}

// emit makes a row. Code that is from no line counts as from the line before.
func (p *program) emit() {
	if p.line == 0 || p.line > math.MaxInt32 || p.addr > math.MaxUint32 {
		return
	}
	r := row{addr: uint32(p.addr), line: uint32(p.line), col: uint32(min(p.col, math.MaxInt32))}
	r.file = p.fileList.file(p.file)
	p.rows = append(p.rows, r)
}

// end ends a sequence. Linkers place code that they have removed at 0, where the
// section has no code, or near the end of the address space.
func (p *program) end() {
	if len(p.rows) == 0 || p.rows[0].addr == 0 || p.addr > 1<<32-3 {
		return
	}
	s := sequence{span: span{p.rows[0].addr, uint32(p.addr)}, from: len(p.table.rows)}
	p.table.rows = append(p.table.rows, p.rows...)
	s.to = len(p.table.rows)
	p.table.sequences = append(p.table.sequences, s)
	p.table.rows = append(p.table.rows, row{addr: uint32(p.addr)})
}
