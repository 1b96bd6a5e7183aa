package dwarf

// Formats say how the values of a unit are encoded.
type formats struct {
	sections *Sections
	version  uint16
	addrSize int
	start    uint64 // of the unit in .debug_info
	// Where the unit's parts of other sections begin, in version 5.
	strOffsets, addrs, rangeLists uint64
}

// A value is that of an attribute. What it means depends on its form.
type value struct {
	form    uint64
	number  uint64 // an index, an offset in a section, or the number itself
	literal []byte // formString
	formats *formats
}

const (
	formAddr          = 0x01
	formBlock2        = 0x03
	formBlock4        = 0x04
	formData2         = 0x05
	formData4         = 0x06
	formData8         = 0x07
	formString        = 0x08
	formBlock         = 0x09
	formBlock1        = 0x0a
	formData1         = 0x0b
	formFlag          = 0x0c
	formSdata         = 0x0d
	formStrp          = 0x0e
	formUdata         = 0x0f
	formRefAddr       = 0x10
	formRef1          = 0x11
	formRef2          = 0x12
	formRef4          = 0x13
	formRef8          = 0x14
	formRefUdata      = 0x15
	formSecOffset     = 0x17
	formExprloc       = 0x18
	formFlagPresent   = 0x19
	formStrx          = 0x1a
	formAddrx         = 0x1b
	formData16        = 0x1e
	formLineStrp      = 0x1f
	formRefSig8       = 0x20
	formImplicitConst = 0x21
	formLoclistx      = 0x22
	formRnglistx      = 0x23
	formStrx1         = 0x25
	formStrx2         = 0x26
	formStrx3         = 0x27
	formStrx4         = 0x28
	formAddrx1        = 0x29
	formAddrx2        = 0x2a
	formAddrx3        = 0x2b
	formAddrx4        = 0x2c
)

// value reads a value; false if the form is not known, so that what follows it
// cannot be found.
func (c *cursor) value(form uint64, f *formats) (value, bool) {
	v := value{form: form, formats: f}
	switch form {
	case formAddr:
		v.number = c.fixed(f.addrSize)
	case formData1, formFlag:
		v.number = c.fixed(1)
	case formData2:
		v.number = c.fixed(2)
	case formData4:
		v.number = c.fixed(4)
	case formData8:
		v.number = c.fixed(8)
	case formData16:
		c.take(16)
	case formSdata:
		v.number = uint64(c.sleb())
	case formUdata, formLoclistx:
		v.number = c.uleb()
	case formSecOffset:
		v.number = c.offset()
	case formString:
		v.literal = c.text()
	case formStrp, formLineStrp:
		v.number = c.offset()
	case formStrx, formAddrx, formRnglistx:
		v.number = c.uleb()
	case formStrx1, formStrx2, formStrx3, formStrx4:
		v.form, v.number = formStrx, c.fixed(int(form-formStrx1)+1)
	case formAddrx1, formAddrx2, formAddrx3, formAddrx4:
		v.form, v.number = formAddrx, c.fixed(int(form-formAddrx1)+1)
	case formRef1:
		v.number = f.start + c.fixed(1)
	case formRef2:
		v.number = f.start + c.fixed(2)
	case formRef4:
		v.number = f.start + c.fixed(4)
	case formRef8:
		v.number = f.start + c.fixed(8)
	case formRefUdata:
		v.number = f.start + c.uleb()
	case formRefAddr:
		if f.version < 3 {
			v.number = c.fixed(f.addrSize)
		} else {
			v.number = c.offset()
		}
	case formRefSig8:
		c.take(8)
	case formBlock1:
		c.take(c.fixed(1))
	case formBlock2:
		c.take(c.fixed(2))
	case formBlock4:
		c.take(c.fixed(4))
	case formBlock, formExprloc:
		c.take(c.uleb())
	case formFlagPresent:
		v.number = 1
	default:
		return value{}, false
	}
	return v, true
}

// text returns the name that a value is.
func (v value) text() string {
	switch v.form {
	case formString:
		return string(v.literal[:min(len(v.literal), maxName)])
	case formStrp:
		return name(v.formats.sections.Str, v.number)
	case formLineStrp:
		return name(v.formats.sections.LineStr, v.number)
	case formStrx:
		if v.number > 1<<32 {
			return ""
		}
		c := at(v.formats.sections.StrOffsets, v.formats.strOffsets+4*v.number)
		if offset := c.fixed(4); !c.bad {
			return name(v.formats.sections.Str, offset)
		}
	}
	return ""
}

// addr returns the address that a value is.
func (v value) addr() uint64 {
	if v.form != formAddrx {
		return v.number
	}
	return v.formats.indexed(v.number)
}

// indexed returns an address of .debug_addr.
func (f *formats) indexed(i uint64) uint64 {
	if i > 1<<32 {
		return 0
	}
	c := at(f.sections.Addr, f.addrs+uint64(f.addrSize)*i)
	return c.fixed(f.addrSize)
}
