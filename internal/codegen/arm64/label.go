package arm64

import (
	"encoding/binary"
	"fmt"

	"weft/internal/codegen"
)

// A Label is a place in the code of one function. Labels are numbered from 0 as
// they are made.
type Label = codegen.Label

// Branches reach so far that nearly every function can be emitted as it is: conditional ones 1 MiB, those that test a
// bit 32 KiB, jumps 128 MiB. Only where the code is larger than that, Finish looks which do not reach, and puts in
// their place an inverted branch around a jump, or a longer way to make an address. Code only ever grows by that, so
// distances are lower bounds, and it is looked again until all reach.

// label is where a label is bound: the offset in the code before Finish, and the
// number of sites before it.
type label struct {
	offset, site int32
}

const unbound = -1

// siteKind says what a site is.
type siteKind uint8

const (
	siteJump        siteKind = iota // b
	siteConditional                 // b.cond, cbz, cbnz; a load of a constant
	siteBit                         // tbz, tbnz
	siteAddress                     // adr
	siteLoad                        // ldr of a constant
	siteTable                       // 4 bytes relative to another label
)

// A site is a place in the code that Finish must fill in, and may make longer.
type site struct {
	offset int32 // before Finish
	target Label
	base   Label // siteTable: the label that the distance is from
	kind   siteKind
	grown  bool
	added  int32 // bytes that were added by the sites before this one
}

// reach returns from what distance on a branch does not reach.
func (k siteKind) reach() int32 {
	switch k {
	case siteConditional, siteAddress, siteLoad:
		return 1 << 20
	case siteBit:
		return 1 << 15
	}
	return 1 << 27
}

// extra is by how many bytes a site grows.
func (k siteKind) extra() int32 {
	switch k {
	case siteAddress:
		return 12
	case siteLoad:
		return 16
	}
	return 4
}

// NewLabel makes a label that is not bound yet.
func (a *Assembler) NewLabel() Label {
	a.labels = append(a.labels, label{offset: unbound})
	return Label(len(a.labels) - 1)
}

// Bind places the label here. A label is bound once.
func (a *Assembler) Bind(l Label) {
	if a.labels[l].offset != unbound {
		panic(fmt.Sprintf("arm64: label %d is bound twice", l))
	}
	a.labels[l] = label{int32(len(a.buf)), int32(len(a.sites))}
}

func (a *Assembler) site(kind siteKind, target Label, w uint32) {
	a.sites = append(a.sites, site{offset: int32(len(a.buf)), target: target, kind: kind})
	a.word(w)
}

// B jumps to the label.
func (a *Assembler) B(l Label) { a.site(siteJump, l, 0x14000000) }

// BL calls the code at the label.
func (a *Assembler) BL(l Label) { a.site(siteJump, l, 0x94000000) }

// BCond jumps to the label if the condition holds.
func (a *Assembler) BCond(c Cond, l Label) { a.site(siteConditional, l, 0x54000000|uint32(c)) }

// Cbz jumps to the label if the register is 0; Cbnz if it is not.
func (a *Assembler) Cbz(size Size, r Reg, l Label) {
	a.site(siteConditional, l, uint32(Op(0x34000000).Of(size)|number(r)))
}

// Cbnz is described at Cbz.
func (a *Assembler) Cbnz(size Size, r Reg, l Label) {
	a.site(siteConditional, l, uint32(Op(0x35000000).Of(size)|number(r)))
}

// Tbz jumps to the label if the bit is 0; Tbnz if it is not.
func (a *Assembler) Tbz(r Reg, bit uint8, l Label) { a.testBit(0x36000000, r, bit, l) }

// Tbnz is described at Tbz.
func (a *Assembler) Tbnz(r Reg, bit uint8, l Label) { a.testBit(0x37000000, r, bit, l) }

func (a *Assembler) testBit(o Op, r Reg, bit uint8, l Label) {
	a.site(siteBit, l, uint32(o|Op(bit>>5)<<31|Op(bit&31)<<19|number(r)))
}

// Adr makes a register the address of the label. It may change X16.
func (a *Assembler) Adr(d Reg, l Label) { a.site(siteAddress, l, uint32(0x10000000|number(d))) }

// LoadConstant loads a V register, of S32, S64 or S128, from the label. It may change X16 and X30.
func (a *Assembler) LoadConstant(size Size, d Reg, l Label) {
	a.site(siteLoad, l, uint32(0x1c000000|Op(size-S32)<<30|number(d)))
}

// TableEntry emits the 32-bit distance from base to target: a row of a jump
// table.
func (a *Assembler) TableEntry(base, target Label) {
	a.site(siteTable, target, 0)
	a.sites[len(a.sites)-1].base = base
}

// Data emits four bytes that are no instruction.
func (a *Assembler) Data(w uint32) { a.word(w) }

// Finish fills in distances and returns the code, which is valid
// until Reset. Every label that is used must be bound. Nothing may be emitted
// afterwards.
func (a *Assembler) Finish() []byte {
	if len(a.buf) >= int(siteBit.reach()) {
		for a.grow() {
		}
		a.move()
	}
	for i := range a.sites {
		a.link(&a.sites[i])
	}
	return a.buf
}

// grow finds the sites that do not reach their targets, and reports whether there were any.
func (a *Assembler) grow() bool {
	found := false
	for i := range a.sites {
		s := &a.sites[i]
		if s.grown || s.kind == siteTable {
			continue
		}
		distance, reach := a.target(s.target)-(s.offset+s.added), s.kind.reach()
		if distance < -reach || distance >= reach {
			s.grown, found = true, true
		}
	}
	added := int32(0)
	for i := range a.sites {
		s := &a.sites[i]
		s.added = added
		if s.grown {
			added += s.kind.extra()
		}
	}
	return found
}

// target returns where a label is, as far as sites have grown by now.
func (a *Assembler) target(l Label) int32 {
	b := a.labels[l]
	if b.offset == unbound {
		panic(fmt.Sprintf("arm64: label %d is used and not bound", l))
	}
	if b.site < int32(len(a.sites)) {
		return b.offset + a.sites[b.site].added
	}
	return b.offset + a.addedAfter(len(a.sites)-1)
}

// addedAfter is how many bytes were added up to the end of a site.
func (a *Assembler) addedAfter(i int) int32 {
	if i < 0 {
		return 0
	}
	s := &a.sites[i]
	if s.grown {
		return s.added + s.kind.extra()
	}
	return s.added
}

// move makes room behind the sites that have grown, from the end on.
func (a *Assembler) move() {
	total := a.addedAfter(len(a.sites) - 1)
	if total == 0 {
		return
	}
	end := int32(len(a.buf))
	a.buf = append(a.buf, make([]byte, total)...)
	for i := len(a.sites) - 1; i >= 0; i-- {
		s := &a.sites[i]
		after := s.offset + 4
		to := after + a.addedAfter(i)
		copy(a.buf[to:], a.buf[after:end])
		copy(a.buf[s.offset+s.added:], a.buf[s.offset:after])
		end = s.offset
	}
}

// link fills in the distance of a site.
func (a *Assembler) link(s *site) {
	at := s.offset + s.added
	w := binary.LittleEndian.Uint32(a.buf[at:])
	put := func(i int32, w uint32) { binary.LittleEndian.PutUint32(a.buf[at+4*i:], w) }
	distance := a.target(s.target) - at
	switch s.kind {
	case siteJump:
		put(0, w|uint32(distance>>2)&(1<<26-1))
	case siteConditional, siteBit:
		if s.grown {
			a.linkFar(s, w, distance, put)
			return
		}
		put(0, w|branchField(s.kind, distance))
	case siteAddress, siteLoad:
		if s.grown {
			a.linkFar(s, w, distance, put)
			return
		}
		if s.kind == siteLoad {
			put(0, w|branchField(siteConditional, distance))
			return
		}
		put(0, w|uint32(distance&3)<<29|uint32(distance>>2)&(1<<19-1)<<5)
	case siteTable:
		put(0, uint32(a.target(s.target)-a.target(s.base)))
	}
}

// branchField is the distance in a branch.
func branchField(kind siteKind, distance int32) uint32 {
	if kind == siteBit {
		return uint32(distance>>2) & (1<<14 - 1) << 5
	}
	return uint32(distance>>2) & (1<<19 - 1) << 5
}

// linkFar writes what stands in the place of an instruction that does not reach.
func (a *Assembler) linkFar(s *site, w uint32, distance int32, put func(int32, uint32)) {
	switch s.kind {
	case siteConditional, siteBit:
		invert := uint32(1 << 24) // cbz and tbz
		if w>>25 == 0x54000000>>25 {
			invert = 1
		}
		put(0, w^invert|branchField(s.kind, 8))
		put(1, 0x14000000|uint32((distance-4)>>2)&(1<<26-1))
	case siteAddress:
		// The distance is from the third instruction.
		d := w & 31
		farAddress(put, d, distance-8)
	case siteLoad:
		farAddress(put, uint32(LR), distance-8)
		load := [...]Op{0: LdrS, 1: LdrD, 2: LdrQ}[w>>30]
		put(4, uint32(load|number(LR)<<5)|w&31)
	}
}

// farAddress makes d, through X16, the address at a distance from the third of its four instructions.
func farAddress(put func(int32, uint32), d uint32, distance int32) {
	put(0, uint32(Movz)|uint32(distance)&0xffff<<5|d)
	put(1, uint32(Movk)|1<<21|uint32(distance)>>16<<5|d)
	put(2, 0x10000000|uint32(X16))
	put(3, uint32(AddExt.Of(S64)|extSXTW|Op(d)<<16|number(X16)<<5)|d)
}

// Final returns the offset in the finished code of what was at offset before
// Finish. Asking in ascending order is fastest.
func (a *Assembler) Final(offset int) int {
	at := int32(offset)
	if a.cursor > 0 && a.sites[a.cursor-1].offset >= at {
		a.cursor = 0
	}
	for a.cursor < len(a.sites) && a.sites[a.cursor].offset < at {
		a.cursor++
	}
	return offset + int(a.addedAfter(a.cursor-1))
}

// Offset returns the offset of a label in the finished code.
func (a *Assembler) Offset(l Label) int { return int(a.target(l)) }
