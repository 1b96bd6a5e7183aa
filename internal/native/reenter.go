package native

import (
	"unsafe"

	"weft/internal/store"
)

// A function that can be entered anywhere has two forms (ssa/reenter.go). The usual one comes first. When it is
// entered where it has no entry, the other one is compiled, and takes its place: records lead there from then on, those
// of other instances when they come here.

// reenterFunction goes on at the beginning of the other form of a function.
func (m *machine) reenterFunction() bool {
	c := m.context
	r := (*store.InstanceRecord)(store.Pointer(c.Saved[instanceRegister]))
	own := int(c.Saved[recordRegister])
	code, _ := codeOf(m.store.Instance(r))
	if err := code.generalize(own); err != nil {
		return m.noCode(err)
	}
	code.linkFunction(m.engine.stateOf(m.store), r, own)
	f := r.OwnFunc(uint32(own))
	c.Saved[recordRegister] = uintptr(unsafe.Pointer(f))
	m.goOnIn(f.Native)
	return m.goesOn()
}

// generalize makes the entry of a function that of the form that can be entered anywhere.
func (code *lazyCode) generalize(own int) error {
	code.generalMu.Lock()
	defer code.generalMu.Unlock()
	if code.generalized[own] {
		return nil
	}
	e := code.engine
	c := e.compilers.Get().(*compiler)
	defer e.compilers.Put(c)
	c.begin(code.env, code.runtime, code.begins, e.config.Plain)
	compiled, err := c.general(own)
	if err != nil {
		return err
	}
	if _, err := code.place([]placedCode{{own: own, Code: compiled}}); err != nil {
		return err
	}
	if code.generalized == nil {
		code.generalized = map[int]bool{}
	}
	code.generalized[own] = true
	return nil
}
