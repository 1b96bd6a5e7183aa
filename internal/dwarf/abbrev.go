package dwarf

// An abbrev is the shape of entries: section 7.5.3 of the DWARF standard, version 5.
type abbrev struct {
	tag      uint64
	children bool
	fields   []field
}

type field struct {
	attr, form uint64
	constant   uint64 // of formImplicitConst
}

// abbrevs reads the table at a place of .debug_abbrev. Units that follow each other
// often have the same one.
func (r *reader) abbrevs(offset uint64) map[uint64]*abbrev {
	if offset == r.tableAt && r.table != nil {
		return r.table
	}
	table := map[uint64]*abbrev{}
	c := at(r.sections.Abbrev, offset)
	for r.step(1) {
		code := c.uleb()
		if code == 0 {
			break
		}
		a := &abbrev{tag: c.uleb(), children: c.u8() != 0}
		for r.step(1) {
			f := field{attr: c.uleb(), form: c.uleb()}
			if f.form == formImplicitConst {
				f.constant = uint64(c.sleb())
			}
			if f.attr == 0 && f.form == 0 {
				break
			}
			a.fields = append(a.fields, f)
		}
		table[code] = a
	}
	r.table, r.tableAt = table, offset
	return table
}
