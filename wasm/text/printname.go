package text

import (
	"maps"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf8"

	"weft/wasm"
)

// printNames is an index space with what each index is called in the text.
type printNames struct {
	names wasm.NameMap
	// ids are the identifiers that stand for an index. A name that another index
	// has taken already has none, and is written as an annotation.
	ids map[uint32]string
}

// newPrintNames finds the identifiers for the first count indices of a space.
func newPrintNames(names wasm.NameMap, count int) printNames {
	s := printNames{names: names}
	if len(names) == 0 {
		return s
	}
	s.ids = make(map[uint32]string, len(names))
	taken := make(map[string]bool, len(names))
	for _, index := range slices.Sorted(maps.Keys(names)) {
		if uint64(index) >= uint64(count) {
			break
		}
		if id := identifier(names[index]); id != "" && !taken[id] {
			taken[id] = true
			s.ids[index] = id
		}
	}
	return s
}

// has reports whether an index has a name.
func (s *printNames) has(index uint32) bool {
	name, ok := s.names[index]
	return ok && utf8.ValidString(name)
}

// define writes the name of an index where it is defined.
func (s *printNames) define(p *printer, index uint32) {
	name, ok := s.names[index]
	p.printedName(s.ids[index], name, ok)
}

// printedName writes an identifier, or the annotation of a name without one.
func (p *printer) printedName(id, name string, ok bool) {
	switch {
	case id != "":
		p.put(" ")
		p.put(id)
	case ok && utf8.ValidString(name):
		p.put(" (@name ")
		p.name(name)
		p.put(")")
	}
}

// use writes an index, as an identifier if it has one.
func (s *printNames) use(p *printer, index uint32) {
	if id := s.ids[index]; id != "" {
		p.put(id)
		return
	}
	p.uint(uint64(index))
}

// identifier returns the identifier of a name, or nothing if there can be none.
func identifier(name string) string {
	if name == "" || !utf8.ValidString(name) {
		return ""
	}
	for i := range len(name) {
		if charClass[name[i]]&classID == 0 {
			return string(appendName([]byte{'$'}, name))
		}
	}
	return "$" + name
}

func (p *printer) collectNames() {
	m, n := p.m, &p.m.Names
	count := func(kind wasm.ExternKind, defined int) int { return m.NumImports(kind) + defined }
	p.types = newPrintNames(n.Types, len(m.Types))
	p.funcs = newPrintNames(n.Funcs, count(wasm.ExternFunc, len(m.Funcs)))
	p.tables = newPrintNames(n.Tables, count(wasm.ExternTable, len(m.Tables)))
	p.memories = newPrintNames(n.Memories, count(wasm.ExternMemory, len(m.Memories)))
	p.globals = newPrintNames(n.Globals, count(wasm.ExternGlobal, len(m.Globals)))
	p.tags = newPrintNames(n.Tags, count(wasm.ExternTag, len(m.Tags)))
	p.elems = newPrintNames(n.Elems, len(m.Elems))
	p.datas = newPrintNames(n.Datas, len(m.Datas))
	p.fields = map[uint32]*printNames{}
	for index, fields := range n.Fields {
		if index < uint32(len(m.Types)) {
			names := newPrintNames(fields, len(m.Types[index].Comp.Fields))
			p.fields[index] = &names
		}
	}
}

// localNames returns the names of the parameters and locals of a function.
func (p *printer) localNames(fn, typeIndex uint32, locals int) *printNames {
	names := newPrintNames(p.m.Names.Locals[fn], len(p.paramsOf(typeIndex))+locals)
	return &names
}

func appendUint(b []byte, v uint64) []byte { return strconv.AppendUint(b, v, 10) }

const hexDigits = "0123456789abcdef"

func appendByte(b []byte, c byte) []byte {
	switch {
	case c == '"' || c == '\\':
		return append(b, '\\', c)
	case c >= 0x20 && c < 0x7F:
		return append(b, c)
	}
	return append(b, '\\', hexDigits[c>>4], hexDigits[c&0xF])
}

// appendBytes appends a string literal of arbitrary bytes.
func appendBytes(b, data []byte) []byte {
	b = append(b, '"')
	for _, c := range data {
		b = appendByte(b, c)
	}
	return append(b, '"')
}

// appendName appends a string literal of UTF-8, in which letters stay as they are.
func appendName(b []byte, s string) []byte {
	b = append(b, '"')
	for i, r := range s {
		size := utf8.RuneLen(r)
		if r >= utf8.RuneSelf && unicode.IsPrint(r) && size > 0 {
			b = utf8.AppendRune(b, r)
			continue
		}
		if r == utf8.RuneError {
			_, size = utf8.DecodeRuneInString(s[i:])
		}
		for j := range size {
			b = appendByte(b, s[i+j])
		}
	}
	return append(b, '"')
}
