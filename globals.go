package weft

import (
	"fmt"
	"slices"

	"weft/internal/store"
	"weft/wasm"
)

// InstanceGlobals are the mutable globals that an instance defines: where toolchains keep what each thread has of its
// own, such as the pointer to its stack. With them several threads can share an instance: save them when one stops, and
// load them when it goes on.
type InstanceGlobals struct {
	store   *Store
	records []*store.GlobalRecord
	slots   []int // of each
	size    int
	initial []uint64
}

// MutableGlobals returns those of an instance. It fails if one of them is a reference, which could not be seen by the
// collector while it is saved.
func (in *Instance) MutableGlobals() (*InstanceGlobals, error) {
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
		g.records = append(g.records, in.instance.Record.Global(uint32(imported+i)))
		g.slots = append(g.slots, n)
		g.size += n
		value, err := in.instance.InitialGlobal(i)
		if err != nil {
			return nil, err
		}
		g.initial = append(g.initial, value[:n]...)
	}
	return g, nil
}

// Initial returns the values with which the globals began, as Load takes them.
func (g *InstanceGlobals) Initial() []uint64 { return slices.Clone(g.initial) }

// Slots returns how many slots Save needs.
func (g *InstanceGlobals) Slots() int { return g.size }

// Save copies the values to slots, and Load copies them back. They are for the goroutine that uses the store, and do
// nothing once that is closed.
func (g *InstanceGlobals) Save(to []uint64) {
	if !g.begin() {
		return
	}
	defer g.end()
	to = to[:g.size]
	for i, r := range g.records {
		to = to[copy(to, r.Value[:g.slots[i]]):]
	}
}

// Load sets the globals to values that Save has copied.
func (g *InstanceGlobals) Load(from []uint64) {
	if !g.begin() {
		return
	}
	defer g.end()
	from = from[:g.size]
	for i, r := range g.records {
		from = from[copy(r.Value[:g.slots[i]], from):]
	}
}

// begin keeps the records, unless the store is closed. A call that is under way keeps them anyway.
func (g *InstanceGlobals) begin() bool { return g.store.store.HostDepth > 0 || g.store.hold() }

func (g *InstanceGlobals) end() {
	if g.store.store.HostDepth == 0 {
		g.store.drop()
	}
}
