package dwarf

import (
	"cmp"
	"slices"
)

// No instruction is of two functions. Where linkers say so, one of the functions is elsewhere, or nowhere: wasm-ld with
// --wrap=f places f's debug information at the wrapper, and it goes on over what comes behind that. Whatever has the
// code of others in it is not believed.

// A span is the code of a function, or of the rows of a sequence.
type span struct{ low, high uint32 }

// A sequence has the rows from one place in table.rows up to another, without that which ends it.
type sequence struct {
	span
	from, to int
}

// part cuts sequences where others begin.
func (t *table) part() {
	list := slices.DeleteFunc(t.sequences, func(s sequence) bool { return s.low >= s.high })
	slices.SortStableFunc(list, func(a, b sequence) int {
		return cmp.Or(cmp.Compare(a.low, b.low), cmp.Compare(a.high, b.high))
	})
	overlap := false
	for i := 1; i < len(list); i++ {
		overlap = overlap || list[i].low < list[i-1].high
	}
	if !overlap {
		return
	}
	var rows []row
	for i, s := range list {
		if i > 0 && list[i-1].low == s.low {
			continue // the shortest one was before
		}
		next := i + 1
		for next < len(list) && list[next].low == s.low {
			next++
		}
		if next < len(list) {
			s.high = min(s.high, list[next].low)
		}
		for _, r := range t.rows[s.from:s.to] {
			if r.addr < s.high {
				rows = append(rows, r)
			}
		}
		rows = append(rows, row{addr: s.high})
	}
	t.rows = rows
}

// displaced returns which functions have the beginning of another one in their code.
func displaced(functions []span) map[span]bool {
	list := slices.Clone(functions)
	slices.SortFunc(list, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.low, b.low), cmp.Compare(b.high, a.high))
	})
	list = slices.Compact(list)
	found := map[span]bool{}
	for i := 1; i < len(list); i++ {
		if list[i].low < list[i-1].high {
			found[list[i-1]] = true
		}
	}
	return found
}
