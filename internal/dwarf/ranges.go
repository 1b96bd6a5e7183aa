package dwarf

// Kinds of the entries of .debug_rnglists: section 7.25 of the standard.
const (
	rleEnd = iota
	rleBaseAddressx
	rleStartxEndx
	rleStartxLength
	rleOffsetPair
	rleBaseAddress
	rleStartEnd
	rleStartLength
)

// ranges calls add for the pieces of code of an entry.
func (r *reader) ranges(u *unit, e *entry, add func(low, high uint64)) {
	switch {
	case e.ranges.form == 0 && e.low.form != 0 && e.high.form != 0:
		low, high := e.low.addr(), e.high.addr()
		if e.high.form != formAddr && e.high.form != formAddrx {
			high += low
		}
		add(low, high)
	case e.ranges.form != 0 && u.version < 5:
		r.rangesV4(u, e.ranges.number, add)
	case e.ranges.form == formRnglistx:
		c := at(r.sections.RangeLists, u.rangeLists+4*min(e.ranges.number, 1<<32))
		r.rangesV5(u, u.rangeLists+c.fixed(4), add)
	case e.ranges.form != 0:
		r.rangesV5(u, e.ranges.number, add)
	}
}

func (r *reader) rangesV4(u *unit, offset uint64, add func(low, high uint64)) {
	c, base := at(r.sections.Ranges, offset), u.low
	selects := uint64(1)<<(8*u.addrSize) - 1
	for r.step(1) && !c.bad {
		low, high := c.fixed(u.addrSize), c.fixed(u.addrSize)
		switch {
		case low == 0 && high == 0:
			return
		case low == selects:
			base = high
		default:
			add(base+low, base+high)
		}
	}
}

func (r *reader) rangesV5(u *unit, offset uint64, add func(low, high uint64)) {
	c, base := at(r.sections.RangeLists, offset), u.low
	for r.step(1) && !c.bad {
		switch c.u8() {
		case rleBaseAddressx:
			base = u.indexed(c.uleb())
		case rleStartxEndx:
			add(u.indexed(c.uleb()), u.indexed(c.uleb()))
		case rleStartxLength:
			low := u.indexed(c.uleb())
			add(low, low+c.uleb())
		case rleOffsetPair:
			add(base+c.uleb(), base+c.uleb())
		case rleBaseAddress:
			base = c.fixed(u.addrSize)
		case rleStartEnd:
			add(c.fixed(u.addrSize), c.fixed(u.addrSize))
		case rleStartLength:
			low := c.fixed(u.addrSize)
			add(low, low+c.uleb())
		default: // the end
			return
		}
	}
}
