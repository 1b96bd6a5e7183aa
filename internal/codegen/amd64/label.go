package amd64

import (
	"encoding/binary"
	"fmt"

	"weft/internal/codegen"
)

// A Label is a place in the code of one function. Labels are numbered from 0 as
// they are made.
type Label = codegen.Label

// label is where a label is bound: the offset in the code before Finish, and the
// number of sites before it.
type label struct {
	offset, site int32
}

const unbound = -1

// siteKind says what a site is.
type siteKind uint8

const (
	siteJmp       siteKind = iota // a jump: 5 bytes, or 2
	siteJcc                       // a conditional jump: 6 bytes, or 2
	siteRelative                  // 4 bytes relative to the end of the instruction
	siteTable                     // 4 bytes relative to another label
	siteAlignment                 // padding
)

// A site is a place in the code that Finish must fill in or may shorten.
type site struct {
	offset int32 // before Finish
	target Label // alignment: the alignment
	base   Label // siteTable: the label that the entry is relative to
	kind   siteKind
	extra  uint8 // siteRelative: the bytes of the instruction that follow
	size   uint8 // bytes now
	long   uint8 // bytes before Finish
	saved  int32 // bytes that were saved by the sites before this one
}

// NewLabel makes a label that is not bound yet.
func (a *Assembler) NewLabel() Label {
	a.labels = append(a.labels, label{offset: unbound})
	return Label(len(a.labels) - 1)
}

// Bind places the label here. A label is bound once.
func (a *Assembler) Bind(l Label) {
	if a.labels[l].offset != unbound {
		panic(fmt.Sprintf("amd64: label %d is bound twice", l))
	}
	a.labels[l] = label{int32(len(a.buf)), int32(len(a.sites))}
	a.bound = len(a.buf)
}

// Jmp jumps to the label.
func (a *Assembler) Jmp(l Label) {
	a.site(site{kind: siteJmp, target: l, long: 5})
	a.buf = append(a.buf, 0xe9, 0, 0, 0, 0)
}

// Jcc jumps to the label if the condition holds.
func (a *Assembler) Jcc(c Cond, l Label) {
	a.site(site{kind: siteJcc, target: l, long: 6})
	a.buf = append(a.buf, 0x0f, 0x80|byte(c), 0, 0, 0, 0)
}

// Call calls the code at the label.
func (a *Assembler) Call(l Label) {
	a.buf = append(a.buf, 0xe8)
	a.relative(l, 0)
}

// relative emits the distance to a label from the end of the instruction, which
// comes after trailing more bytes.
func (a *Assembler) relative(l Label, trailing int) {
	a.site(site{kind: siteRelative, target: l, extra: uint8(trailing), long: 4})
	a.put32(0)
}

// TableEntry emits the 32-bit distance from base to target: a row of a jump
// table.
func (a *Assembler) TableEntry(base, target Label) {
	a.site(site{kind: siteTable, target: target, base: base, long: 4})
	a.put32(0)
}

// Align pads with instructions that do nothing until the offset is a multiple of
// n, a power of two up to 64. The function's first byte must be aligned likewise.
func (a *Assembler) Align(n int) {
	if n < 1 || n > 64 || n&(n-1) != 0 {
		panic(fmt.Sprintf("amd64: an alignment of %d", n))
	}
	a.site(site{kind: siteAlignment, target: Label(n), long: uint8(n - 1)})
	a.buf = append(a.buf, make([]byte, n-1)...) // move fills it in
}

func (a *Assembler) site(s site) {
	s.offset, s.size = int32(len(a.buf)), s.long
	a.sites = append(a.sites, s)
}

// Finish shortens jumps, fills in distances and returns the code, which is valid
// until Reset. Every label that is used must be bound. Nothing may be emitted
// afterwards.
func (a *Assembler) Finish() []byte {
	for range 2 {
		if !a.shorten() {
			break
		}
	}
	a.move()
	a.link()
	return a.buf
}

// shorten marks jumps as short whose distance allows it, and reports whether
// there were any. Distances are those of the previous pass: not less than what
// they are going to be.
func (a *Assembler) shorten() bool {
	found := false
	for i := range a.sites {
		s := &a.sites[i]
		if s.kind > siteJcc || s.size != s.long {
			continue
		}
		distance := a.target(s.target) - (s.offset - s.saved + int32(s.long))
		// The target of a forward jump moves along with the jump's end,
		// that of a backward one comes nearer.
		if distance < 0 {
			distance += int32(s.long) - 2
		}
		if fits8(distance) {
			s.size, found = 2, true
		}
	}
	saved := int32(0)
	for i := range a.sites {
		s := &a.sites[i]
		s.saved = saved
		saved += int32(s.long - s.size)
	}
	return found
}

// target returns where a label is, as far as sites are shortened by now.
func (a *Assembler) target(l Label) int32 {
	b := a.labels[l]
	if b.offset == unbound {
		panic(fmt.Sprintf("amd64: label %d is used and not bound", l))
	}
	switch n := int32(len(a.sites)); {
	case b.site < n:
		return b.offset - a.sites[b.site].saved
	case n > 0:
		last := a.sites[n-1]
		return b.offset - last.saved - int32(last.long-last.size)
	}
	return b.offset
}

// move closes the gaps that short jumps left, and gives padding its length.
func (a *Assembler) move() {
	to, from, saved := int32(0), int32(0), int32(0)
	for i := range a.sites {
		s := &a.sites[i]
		to += int32(copy(a.buf[to:], a.buf[from:s.offset]))
		s.saved = saved
		switch {
		case s.kind == siteAlignment:
			s.size = uint8(-to & (int32(s.target) - 1))
			nops(a.buf[to : to+int32(s.size)])
		case s.size == s.long:
			copy(a.buf[to:], a.buf[s.offset:s.offset+int32(s.long)])
		case s.kind == siteJmp:
			a.buf[to] = 0xeb
		default:
			a.buf[to] = 0x70 | a.buf[s.offset+1]&15
		}
		to += int32(s.size)
		from = s.offset + int32(s.long)
		saved += int32(s.long - s.size)
	}
	to += int32(copy(a.buf[to:], a.buf[from:]))
	a.buf = a.buf[:to]
}

// link fills in the distances.
func (a *Assembler) link() {
	for i := range a.sites {
		s := &a.sites[i]
		if s.kind == siteAlignment {
			continue
		}
		at := s.offset - s.saved
		end := at + int32(s.size)
		switch {
		case s.size == 2:
			a.buf[end-1] = byte(a.target(s.target) - end)
		case s.kind == siteTable:
			binary.LittleEndian.PutUint32(a.buf[at:], uint32(a.target(s.target)-a.target(s.base)))
		default:
			binary.LittleEndian.PutUint32(a.buf[end-4:], uint32(a.target(s.target)-end-int32(s.extra)))
		}
	}
}

// Final returns the offset in the finished code of what was at offset before
// Finish. Asking in ascending order is fastest.
func (a *Assembler) Final(offset int) int {
	at := int32(offset)
	if a.cursor > 0 && a.sites[a.cursor-1].after() > at {
		a.cursor = 0
	}
	for a.cursor < len(a.sites) && a.sites[a.cursor].after() <= at {
		a.cursor++
	}
	if a.cursor == 0 {
		return offset
	}
	s := a.sites[a.cursor-1]
	return offset - int(s.saved) - int(s.long-s.size)
}

// after is the offset, before Finish, of what follows the site.
func (s *site) after() int32 { return s.offset + int32(s.long) }

// Offset returns the offset of a label in the finished code.
func (a *Assembler) Offset(l Label) int { return int(a.target(l)) }
