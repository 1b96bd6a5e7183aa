package dwarf

import (
	"math"
	"sync"

	"weft/wasm"
)

// Sections are those that are read, each nil if the module has none.
type Sections struct {
	Line, LineStr, Info, Abbrev, Str, StrOffsets, Addr, Ranges, RangeLists []byte
}

// ModuleSections returns the sections of a module.
func ModuleSections(m *wasm.Module) *Sections {
	s := &Sections{}
	byName := map[string]*[]byte{".debug_line": &s.Line, ".debug_line_str": &s.LineStr, ".debug_info": &s.Info,
		".debug_abbrev": &s.Abbrev, ".debug_str": &s.Str, ".debug_str_offsets": &s.StrOffsets,
		".debug_addr": &s.Addr, ".debug_ranges": &s.Ranges, ".debug_rnglists": &s.RangeLists}
	for i := range m.Customs {
		if section := byName[m.Customs[i].Name]; section != nil {
			*section = m.Customs[i].Data
		}
	}
	return s
}

// A Place is one in the source.
type Place struct {
	// Func is the function there if it was inlined; "" if it was not, or has no name.
	Func string
	File string
	Line int // from 1
	// Column counts bytes from 1; 0 if it is not known.
	Column int
}

// Data answers questions about a module. It is read when the first is asked. It is safe
// for concurrent use.
type Data struct {
	sections *Sections
	read     sync.Once
	table    *table
	units    []unit
	inlined  []inlined
}

// New returns the data in sections, which must not change.
func New(s *Sections) *Data { return &Data{sections: s} }

// Places returns where the instruction at an offset of the code section is from:
// its own place, then those of the calls that were inlined around it, from the
// innermost out. There are none if nothing is known.
func (d *Data) Places(offset int) []Place {
	if len(d.sections.Line) == 0 || offset < 0 || uint64(offset) > math.MaxUint32 {
		return nil
	}
	d.read.Do(d.readAll)
	at, ok := d.table.find(uint32(offset))
	if !ok {
		return nil
	}
	places := []Place{{File: d.table.files[at.file], Line: int(at.line), Column: int(at.col)}}
	names := reader{sections: d.sections, steps: maxNameSteps}
	for _, in := range around(d.inlined, uint32(offset)) {
		places[len(places)-1].Func = names.function(d.units, in.origin)
		places = append(places, Place{File: d.table.files[in.file], Line: int(in.line), Column: int(in.col)})
	}
	return places
}

func (d *Data) readAll() {
	d.table = readLines(d.sections)
	r := reader{sections: d.sections, steps: d.sections.steps()}
	d.units = r.units()
	d.inlined = r.readInlined(d.units, d.table)
}
