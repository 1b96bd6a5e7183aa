package native

import "weft/internal/codegen"

// A callPlace is what is known of a call, by the address behind it. What it is of something else than a call has no
// site.
type callPlace struct {
	pc    uintptr
	place place
	site  *codegen.Site
}

// callPlaces remembers the calls that were asked for last: searching the tables takes
// longer than all else that a suspension or an exception needs. Code stays where it is as long
// as the store is there.
type callPlaces [64][2]*callPlace

// set returns where the call that returns to pc may be. Functions begin at multiples of 64.
func (c *callPlaces) set(pc uintptr) *[2]*callPlace { return &c[(pc/4^pc/64)%uintptr(len(c))] }

// callAt returns the call that returns to pc; nil if no code does.
func (m *machine) callAt(pc uintptr) *callPlace {
	if m.state.calls == nil { // most stores never ask
		m.state.calls = &callPlaces{}
	}
	set := m.state.calls.set(pc)
	for _, c := range set {
		if c != nil && c.pc == pc {
			return c
		}
	}
	p, ok := m.engine.find(pc)
	if !ok {
		return nil
	}
	set[1] = set[0]
	set[0] = &callPlace{pc, p, p.callSite()}
	return set[0]
}
