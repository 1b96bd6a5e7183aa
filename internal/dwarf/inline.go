package dwarf

import (
	"cmp"
	"math"
	"slices"
)

// An inlined is a piece of code that a call was replaced by.
type inlined struct {
	low, high uint32
	function  span   // into which it was inlined; empty if that is not known
	depth     uint32 // in the tree of entries
	unit      uint32
	origin    uint64 // the entry of the function that was called
	file      uint32 // of the call, in table.files
	line, col uint32
}

// readInlined walks over the entries of all units and returns the inlined calls.
func (r *reader) readInlined(units []unit, t *table) []inlined {
	var list []inlined
	var functions []span
	for i := range units {
		u := &units[i]
		shapes := r.abbrevs(u.abbrevs)
		c := r.entries(u, u.begin)
		first, ok := r.entry(&c, u, shapes)
		if !ok {
			continue
		}
		u.strOffsets, u.addrs, u.rangeLists = first.bases[0], first.bases[1], first.bases[2]
		u.low, u.program = first.low.addr(), first.stmtList
		var function span
		for depth := uint32(1); depth > 0 && len(c.b) > 0; {
			e, ok := r.entry(&c, u, shapes)
			if !ok {
				depth--
				continue
			}
			if e.tag == tagSubprogram {
				if function = r.span(u, &e); function.low < function.high && len(functions) < maxInlined {
					functions = append(functions, function)
				}
			}
			if e.tag == tagInlined {
				r.ranges(u, &e, func(low, high uint64) {
					if low < high && high < 1<<32 && len(list) < maxInlined {
						list = append(list, inlined{low: uint32(low), high: uint32(high), function: function, depth: depth,
							unit: uint32(i), origin: e.origin.number, file: t.programs[u.program].file(e.callFile),
							line: uint32(min(e.callLine, math.MaxInt32)), col: uint32(min(e.callColumn, math.MaxInt32))})
					}
				})
			}
			if e.children {
				depth++
			}
		}
	}
	elsewhere := displaced(functions)
	return slices.DeleteFunc(list, func(in inlined) bool { return elsewhere[in.function] })
}

// span returns the code of an entry that is in one piece.
func (r *reader) span(u *unit, e *entry) (s span) {
	if e.ranges.form == 0 {
		r.ranges(u, e, func(low, high uint64) {
			if low < high && high < 1<<32 {
				s = span{uint32(low), uint32(high)}
			}
		})
	}
	return s
}

// around returns the inlined calls to which an address belongs, innermost first.
func around(list []inlined, addr uint32) []inlined {
	var found []inlined
	for _, in := range list {
		if in.low <= addr && addr < in.high {
			found = append(found, in)
		}
	}
	slices.SortFunc(found, func(a, b inlined) int { return cmp.Compare(b.depth, a.depth) })
	return found[:min(len(found), maxDepth)]
}

// function returns the name of a function by the place of its entry. An entry may
// refer to another one that has the name.
func (r *reader) function(units []unit, offset uint64) string {
	for range maxReferences {
		i, _ := slices.BinarySearchFunc(units, offset+1, func(u unit, after uint64) int { return cmp.Compare(u.begin, after) })
		if i == 0 || offset >= units[i-1].end {
			return ""
		}
		u := &units[i-1]
		c := r.entries(u, offset)
		e, ok := r.entry(&c, u, r.abbrevs(u.abbrevs))
		switch {
		case !ok:
			return ""
		case e.name.form != 0:
			return e.name.text()
		}
		offset = e.origin.number
	}
	return ""
}
