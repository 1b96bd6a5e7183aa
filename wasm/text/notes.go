package text

import (
	"slices"
	"unicode/utf8"

	"weft/wasm"
)

// takeNote returns the first annotation that stands before the current token, if
// it has the id.
func (p *Parser) takeNote(id string) (note, bool) {
	notes := p.lex.notes
	if len(notes) == 0 || notes[0].id != id || notes[0].before != p.tok.Offset {
		return note{}, false
	}
	p.lex.notes = notes[1:]
	return notes[0], true
}

// leaveNotes deals with annotations before the current token that nobody asked for.
func (p *Parser) leaveNotes() {
	for len(p.lex.notes) > 0 && p.lex.notes[0].before <= p.tok.Offset {
		n := p.lex.notes[0]
		if p.keepNotes {
			p.content(n).misplaced()
		}
		p.lex.notes = p.lex.notes[1:]
	}
}

// noteContent reads the tokens of an annotation.
type noteContent struct {
	note note
	lex  Lexer
}

func (p *Parser) content(n note) *noteContent {
	return &noteContent{note: n, lex: Lexer{src: p.lex.src, at: n.content, bad: -1}}
}

func (c *noteContent) fail(format string, args ...any) {
	panic(c.lex.errorf(c.note.at, "@"+c.note.id+" annotation: "+format, args...))
}

func (c *noteContent) misplaced() {
	if c.note.id == noteHint {
		c.fail("not in a function")
	}
	panic(c.lex.errorf(c.note.at, "misplaced @%s annotation", c.note.id))
}

func (c *noteContent) next() Token {
	t, err := c.lex.Next()
	if err != nil {
		panic(err)
	}
	return t
}

func (c *noteContent) nextName(missing string) string {
	t := c.next()
	if t.Kind != String {
		c.fail("%s, found %s", missing, t.describe())
	}
	b := t.Unquoted()
	if !utf8.Valid(b) {
		c.fail("malformed UTF-8 encoding")
	}
	return string(b)
}

// strings reads the rest, which must be strings, and returns their bytes.
func (c *noteContent) strings() []byte {
	bytes := []byte{}
	for {
		t := c.next()
		switch t.Kind {
		case String:
			bytes = AppendUnquoted(bytes, t.Text)
		case RParen:
			return bytes
		default:
			c.fail("unexpected token %s: string expected", t.describe())
		}
	}
}

func (c *noteContent) end() {
	if t := c.next(); t.Kind != RParen {
		c.fail("unexpected token %s: ) expected", t.describe())
	}
}

// sectionWords are the names of sections in (@custom ...).
var sectionWords = [...]string{
	wasm.SectionType: "type", wasm.SectionImport: "import", wasm.SectionFunction: "func",
	wasm.SectionTable: "table", wasm.SectionMemory: "memory", wasm.SectionTag: "tag",
	wasm.SectionGlobal: "global", wasm.SectionExport: "export", wasm.SectionStart: "start",
	wasm.SectionElement: "elem", wasm.SectionCode: "code", wasm.SectionData: "data",
	wasm.SectionDataCount: "datacount",
}

// sectionBefore returns the section that stands before another in a binary, and
// SectionCustom for the beginning.
func sectionBefore(s wasm.SectionID) wasm.SectionID {
	i := slices.Index(wasm.SectionOrder[:], s)
	if i <= 0 {
		return wasm.SectionCustom
	}
	return wasm.SectionOrder[i-1]
}

// lastSection is the section at the end of a binary.
var lastSection = wasm.SectionOrder[len(wasm.SectionOrder)-1]

// placedCustom is a custom section with what orders it among those in one place:
// those that are said to come after a section precede those before the next.
type placedCustom struct {
	wasm.Custom
	before bool
}

// customNotes reads the annotations (@custom ...) before the current token.
func (p *Parser) customNotes() {
	if len(p.lex.notes) == 0 {
		return
	}
	for {
		n, ok := p.takeNote(noteCustom)
		if !ok {
			return
		}
		p.customs = append(p.customs, p.custom(n))
	}
}

func (p *Parser) custom(n note) placedCustom {
	c := p.content(n)
	s := placedCustom{Custom: wasm.Custom{Name: c.nextName("missing section name"), After: lastSection}}
	mark := c.lex.at
	if t := c.next(); t.Kind == LParen {
		how, section := c.next(), c.next()
		if how.Text != "before" && how.Text != "after" {
			c.fail("malformed placement: before or after expected, found %s", how.describe())
		}
		id := wasm.SectionID(max(0, slices.Index(sectionWords[:], section.Text)))
		switch {
		case how.Text == "before" && section.Text == "first":
			s.After = wasm.SectionCustom
		case how.Text == "after" && section.Text == "last":
		case id == wasm.SectionCustom:
			c.fail("malformed section kind %s", section.describe())
		case how.Text == "before":
			s.After, s.before = sectionBefore(id), true
		default:
			s.After = id
		}
		c.end()
	} else {
		c.lex.at = mark
	}
	s.Data = c.strings()
	return s
}

// sortedCustoms returns the custom sections in the order in which a binary has them.
func (p *Parser) sortedCustoms() []wasm.Custom {
	rank := func(c placedCustom) int {
		r := 2 * (slices.Index(wasm.SectionOrder[:], c.After) + 1)
		if c.before {
			r++
		}
		return r
	}
	slices.SortStableFunc(p.customs, func(a, b placedCustom) int { return rank(a) - rank(b) })
	var sorted []wasm.Custom
	for _, c := range p.customs {
		sorted = append(sorted, c.Custom)
	}
	return sorted
}

// A branchHint is an annotation before a branch.
type branchHint struct {
	fn     uint32
	offset uint32 // from the beginning of the declarations of locals
	value  byte
}

// noHint is the value where an instruction has no hint.
const noHint = 0xFF

// hintNote reads the branch hint before the current token.
func (p *Parser) hintNote() byte {
	value := byte(noHint)
	for len(p.lex.notes) > 0 {
		n, ok := p.takeNote(noteHint)
		if !ok {
			break
		}
		c := p.content(n)
		if !p.inFunc {
			c.misplaced()
		}
		if value != noHint {
			c.fail("duplicate annotation")
		}
		bytes := c.strings()
		if len(bytes) != 1 || bytes[0] > 1 {
			c.fail("malformed hint: a byte 0 or 1 expected")
		}
		value = bytes[0]
	}
	return value
}

// hintSection appends the custom section with the branch hints.
func (p *Parser) hintSection() {
	if len(p.hints) == 0 {
		return
	}
	var funcs []wasm.FuncHints
	for _, h := range p.hints {
		if n := len(funcs); n == 0 || funcs[n-1].Func != h.fn {
			funcs = append(funcs, wasm.FuncHints{Func: h.fn})
		}
		f := &funcs[len(funcs)-1]
		f.Hints = append(f.Hints, wasm.BranchHint{Offset: h.offset, Likely: h.value == 1})
	}
	data := wasm.AppendBranchHints(nil, funcs)
	p.customs = append(p.customs, placedCustom{before: true,
		Custom: wasm.Custom{Name: noteHint, Data: data, After: sectionBefore(wasm.SectionCode)}})
}
