package native

import "weft/internal/codegen"

// A callPlace is what is known of a call, by the address behind it. What it is of something else than a call has no
// site.
type callPlace struct {
	pc    uintptr
	place place
	site  *codegen.Site
}

// callPlaces remembers the calls that were asked for last: searching the tables takes longer than all else that a
// suspension or an exception needs. Code stays where it is as long as the store is there. Of the few calls that a loop
// asks for again and again sometimes three fall into one set, but hardly five.
type callPlaces [32][4]*callPlace

// callAt returns the call that returns to pc; nil if no code does.
func (m *machine) callAt(pc uintptr) *callPlace {
	if m.state.calls == nil { // most stores never ask
		m.state.calls = &callPlaces{}
	}
	set := &m.state.calls[pc/4%uintptr(len(m.state.calls))]
	for _, c := range set {
		if c != nil && c.pc == pc {
			return c
		}
	}
	p, ok := m.engine.find(pc)
	if !ok {
		return nil
	}
	copy(set[1:], set[:])
	set[0] = &callPlace{pc, p, p.callSite()}
	return set[0]
}
