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
type callPlaces [32]*callPlace

// callAt returns the call that returns to pc; nil if no code does.
func (m *machine) callAt(pc uintptr) *callPlace {
	c := &m.state.calls[pc/4%uintptr(len(m.state.calls))]
	if *c == nil || (*c).pc != pc {
		p, ok := m.engine.find(pc)
		if !ok {
			return nil
		}
		*c = &callPlace{pc, p, p.callSite()}
	}
	return *c
}
