package weft

import (
	"fmt"
	"slices"

	"weft/wasm"
)

// InstanceGlobals are the mutable globals that an instance defines: where toolchains keep what each thread has of its
// own, such as the pointer to its stack. With them several threads can share an instance: save them when one stops, and
// load them when it goes on.
type InstanceGlobals struct {
	store   *Store
	values  []*uint64 // each slot
	initial []uint64
}

// MutableGlobals returns those of an instance. It fails if one of them is a reference, which could not be seen by the
// collector while it is saved.
func (in *Instance) MutableGlobals() (*InstanceGlobals, error) {
	if in == nil {
		return nil, errNoInstance
	}
	if err := in.store.enter(); err != nil {
		return nil, err
	}
	defer in.store.leave()
	g := &InstanceGlobals{store: in.store}
	space := in.instance.Module.Space
	imported := space.ImportedGlobals
	for i, t := range space.Globals[imported:] {
		if !t.Mutable {
			continue
		}
		if t.Type.IsRef() {
			return nil, fmt.Errorf("weft: global %d is mutable and a reference: it cannot be saved", imported+i)
		}
		n := wasm.SlotCount([]wasm.ValType{t.Type})
		record := in.instance.Record.Global(uint32(imported + i))
		for slot := range n {
			g.values = append(g.values, &record.Value[slot])
		}
		value, err := in.instance.InitialGlobal(i)
		if err != nil {
			return nil, err
		}
		g.initial = append(g.initial, value[:n]...)
	}
	return g, nil
}

// Initial returns the values with which the globals began, as Load takes them.
func (g *InstanceGlobals) Initial() []uint64 {
	if g == nil {
		return nil
	}
	return slices.Clone(g.initial)
}

// Slots returns how many slots Save needs.
func (g *InstanceGlobals) Slots() int {
	if g == nil {
		return 0
	}
	return len(g.values)
}

// Save copies the values to slots. It is for the goroutine that uses the store, as Load and Swap are, and like them
// does nothing once the store is closed.
func (g *InstanceGlobals) Save(to []uint64) { g.Swap(to, nil) }

// Load sets the globals to values that Save has copied.
func (g *InstanceGlobals) Load(from []uint64) { g.Swap(nil, from) }

// Swap is Save and then Load, of which one may be left out: its slots are nil then.
func (g *InstanceGlobals) Swap(to, from []uint64) {
	if g == nil {
		return
	}
	if n := len(g.values); n <= len(to) && n <= len(from) && g.store.store.HostDepth > 0 {
		for i, v := range g.values { // the call that is under way keeps the store
			to[i], *v = *v, from[i]
		}
		return
	}
	g.swapHeld(to, from)
}

// swapHeld is Swap outside of calls, or where slots are left out.
func (g *InstanceGlobals) swapHeld(to, from []uint64) {
	if !g.store.hold() {
		return
	}
	defer g.store.drop()
	for i, v := range g.values {
		old := *v
		if from != nil {
			*v = from[i]
		}
		if to != nil {
			to[i] = old
		}
	}
}
