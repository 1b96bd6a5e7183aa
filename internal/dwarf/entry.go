package dwarf

// A reader reads units, and their entries, forward.
type reader struct {
	sections *Sections
	steps    int // left

	table   map[uint64]*abbrev // the last one, and where it is
	tableAt uint64
}

// step spends some of the budget, and reports whether there was enough.
func (r *reader) step(n int) bool {
	r.steps -= n
	return r.steps > 0
}

// A unit is a piece of .debug_info: what one compilation has made.
type unit struct {
	formats
	begin, end uint64 // of its entries
	wide       bool
	abbrevs    uint64 // its table is there
	// What its first entry says.
	low     uint64
	program uint64 // its line program
}

// Tags and attributes that matter here.
const (
	tagInlined    = 0x1d
	tagSubprogram = 0x2e

	attrName           = 0x03
	attrStmtList       = 0x10
	attrLowPC          = 0x11
	attrHighPC         = 0x12
	attrAbstractOrigin = 0x31
	attrSpecification  = 0x47
	attrRanges         = 0x55
	attrCallColumn     = 0x57
	attrCallFile       = 0x58
	attrCallLine       = 0x59
	attrLinkageName    = 0x6e
	attrStrOffsetsBase = 0x72
	attrAddrBase       = 0x73
	attrRnglistsBase   = 0x74
)

// An entry is what is kept of one.
type entry struct {
	tag                            uint64
	children                       bool
	name, low, high, ranges        value
	origin                         value // abstract origin, or specification
	callFile, callLine, callColumn uint64
	stmtList                       uint64
	bases                          [3]uint64 // string offsets, addresses, range lists
}

// units reads the headers of all units: section 7.5.1 of the standard.
func (r *reader) units() []unit {
	var units []unit
	info := cursor{b: r.sections.Info}
	for len(info.b) > 0 && r.step(10) {
		start := uint64(len(r.sections.Info) - len(info.b))
		c := info.unit()
		u := unit{wide: c.wide, end: uint64(len(r.sections.Info) - len(info.b))}
		u.sections, u.start, u.version = r.sections, start, c.u16()
		kind := uint8(1)
		switch {
		case u.version >= 2 && u.version <= 4:
			u.abbrevs, u.addrSize = c.offset(), int(c.u8())
		case u.version == 5:
			kind, u.addrSize = c.u8(), int(c.u8())
			u.abbrevs = c.offset()
		}
		u.begin = u.end - uint64(len(c.b))
		if c.bad || u.addrSize != 4 && u.addrSize != 8 || kind != 1 && kind != 3 {
			continue // not a compilation, or a partial one
		}
		units = append(units, u)
	}
	return units
}

// entries returns a cursor for a unit's entries from a place on.
func (r *reader) entries(u *unit, from uint64) cursor {
	return cursor{b: r.sections.Info[from:u.end], wide: u.wide}
}

// entry reads an entry; false for one that ends a list of children, and at the
// end, where c is empty.
func (r *reader) entry(c *cursor, u *unit, shapes map[uint64]*abbrev) (e entry, ok bool) {
	code := c.uleb()
	if code == 0 || c.bad {
		return e, false
	}
	a := shapes[code]
	if a == nil || !r.step(1+len(a.fields)) {
		c.b = nil
		return e, false
	}
	e.tag, e.children = a.tag, a.children
	for _, f := range a.fields {
		var v value
		if f.form == formImplicitConst {
			v = value{form: f.form, number: f.constant, formats: &u.formats}
		} else if v, ok = c.value(f.form, &u.formats); !ok {
			c.b = nil
			return e, false
		}
		switch f.attr {
		case attrName:
			e.name = v
		case attrLinkageName:
			if e.name.form == 0 {
				e.name = v
			}
		case attrLowPC:
			e.low = v
		case attrHighPC:
			e.high = v
		case attrRanges:
			e.ranges = v
		case attrAbstractOrigin, attrSpecification:
			e.origin = v
		case attrCallFile:
			e.callFile = v.number
		case attrCallLine:
			e.callLine = v.number
		case attrCallColumn:
			e.callColumn = v.number
		case attrStmtList:
			e.stmtList = v.number
		case attrStrOffsetsBase:
			e.bases[0] = v.number
		case attrAddrBase:
			e.bases[1] = v.number
		case attrRnglistsBase:
			e.bases[2] = v.number
		}
	}
	return e, !c.bad
}
