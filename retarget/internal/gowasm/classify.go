package gowasm

// Two things are known of functions from which others they call.
//
// Switching: a function that calls runtime.gogo, or calls a function that does, and so on, can come back from there
// because another goroutine than its own goes on. Then it returns 1, and what called it does, up to runtime.mcall or
// runtime.morestack, which know what to do; so such functions keep Go's result. All others lose it. Calls of function
// values have the type of those others: if a switching function is called so by other than mcall, that traps.
//
// Ending: Go's compiler writes nothing behind a call that never comes back, such as one of runtime.panicIndex, so what
// follows in the code is another piece of the function. To follow it would join pieces that have nothing to do with
// each other. A function comes back only if it can reach a return without calling one that does not come back. That is
// found from the returns: at first none comes back. Two functions that end the program are known by name, as they have
// code behind that, in case the host goes on nevertheless.

// stopsSwitching reports whether functions that call the function do not switch because of that.
func (r role) stopsSwitching() bool { return r == mcall || r == moreStack || r == recovery }

// findSwitching marks the functions that switch.
func (m *module) findSwitching() error {
	callers := make([][]*function, len(m.funcs))
	for i := range m.funcs {
		for _, callee := range m.funcs[i].callees {
			if c := m.function(callee); c != nil {
				callers[c.index-m.imported] = append(callers[c.index-m.imported], &m.funcs[i])
			}
		}
	}
	work := []*function{m.byRole[gogo]}
	work[0].switches = true
	m.byRole[recovery].switches = true // it is called as gogo's callers are, but leaves by an exception
	for len(work) > 0 {
		f := work[len(work)-1]
		work = work[:len(work)-1]
		for _, caller := range callers[f.index-m.imported] {
			if caller.switches || caller.role.stopsSwitching() || caller.shape == ownShape {
				continue
			}
			if caller.shape != plainGo {
				return refuse(caller, -1, "expected that it does not call %s, from which another goroutine goes on", f.name)
			}
			caller.switches = true
			work = append(work, caller)
		}
	}
	return nil
}

// A place is where the search for returns goes on; with a block of -1 it is a return.
type place struct {
	f         *function
	block, op int
}

// A search finds the functions that come back.
type search struct {
	m       *module
	work    []place
	waiting map[uint32][]place // by callee: the places behind calls of it
	seen    [][]bool           // blocks, by function
}

// findEnding marks the functions that may come back.
func (m *module) findEnding() {
	s := &search{m: m, waiting: map[uint32][]place{}, seen: make([][]bool, len(m.funcs))}
	for i := range m.funcs {
		f := &m.funcs[i]
		if f.shape != plainGo {
			continue
		}
		s.seen[i] = make([]bool, len(f.blocks))
		if f.switches || f.role == mcall || f.role == moreStack {
			s.found(f)
		}
		if f.role == gogo {
			continue
		}
		s.enter(f, 0)
		for _, e := range f.entries {
			s.enter(f, e.block)
		}
	}
	for len(s.work) > 0 {
		at := s.work[len(s.work)-1]
		s.work = s.work[:len(s.work)-1]
		s.follow(at)
	}
}

// endsProgram reports whether a function ends the program.
func (f *function) endsProgram() bool {
	return f.name == "runtime.fatalthrow" || f.name == "runtime.fatalpanic"
}

// found marks a function, and goes on behind the calls of it.
func (s *search) found(f *function) {
	if !f.mayEnd && !f.endsProgram() {
		f.mayEnd = true
		s.work = append(s.work, s.waiting[f.index]...)
		delete(s.waiting, f.index)
	}
}

// enter follows a block, once.
func (s *search) enter(f *function, block int) {
	if seen := s.seen[f.index-s.m.imported]; !seen[block] {
		seen[block] = true
		s.work = append(s.work, place{f, block, 0})
	}
}

// follow follows the ops of a block from a place on. Behind what ends a nested block it goes on: that is more than can
// happen, and does no harm.
func (s *search) follow(at place) {
	f, depth := at.f, 0
	if at.block < 0 {
		s.found(f)
		return
	}
	for _, o := range f.blocks[at.block].ops[:at.op] {
		depth += o.kind.nesting()
	}
	for i, o := range f.blocks[at.block].ops[at.op:] {
		depth += o.kind.nesting()
		switch o.kind {
		case jump, jumpIf:
			s.enter(f, int(o.x))
		case ret, tailIndirect:
			s.found(f)
		case call:
			if c := s.m.function(uint32(o.x)); !c.mayEnd && depth == 0 {
				s.waiting[c.index] = append(s.waiting[c.index], place{f, at.block, at.op + i + 1})
				return
			}
		case tailCall:
			if c := s.m.function(uint32(o.x)); c.mayEnd {
				s.found(f)
			} else {
				s.waiting[c.index] = append(s.waiting[c.index], place{f, -1, 0})
			}
		}
		if depth == 0 && o.kind.ends() {
			return
		}
	}
	if at.block+1 < len(f.blocks) {
		s.enter(f, at.block+1)
	}
}

// nesting returns how an op changes the depth of blocks.
func (k opKind) nesting() int {
	switch k {
	case open:
		return 1
	case closes:
		return -1
	}
	return 0
}
