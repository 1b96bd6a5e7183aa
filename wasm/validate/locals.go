package validate

import (
	"sort"

	"weft/wasm"
)

// locals are the parameters and locals of a function. Groups of locals stay
// groups, so that a function with many costs no more than its declaration.
type locals struct {
	params []wasm.ValType
	groups []localGroup
	count  uint64
	// set are the locals without default value that have been set, in order; a
	// block forgets those that were set in it.
	set   []uint32
	isSet map[uint32]struct{}
}

// A localGroup is a run of locals of one type: those with smaller indices than
// end that are not in the groups before.
type localGroup struct {
	end uint64
	t   wasm.ValType
}

// fewGroups is how many groups are looked at one by one.
const fewGroups = 8

func (b *body) setLocals(params []wasm.ValType, groups []wasm.LocalGroup) error {
	l := &b.locals
	l.params, l.groups, l.count = params, l.groups[:0], uint64(len(params))
	l.forget(0)
	for _, g := range groups {
		t, err := b.valType(g.Type)
		if err != nil {
			return err
		}
		if l.count += uint64(g.Count); l.count > wasm.MaxLocals+uint64(len(params)) {
			return wasm.Errorf(wasm.Limit, "too many locals: at most %d are supported", wasm.MaxLocals)
		}
		l.groups = append(l.groups, localGroup{l.count, t})
	}
	return nil
}

// local returns the type of the current instruction's local.
func (b *body) local() (wasm.ValType, error) {
	l, index := &b.locals, uint64(b.in.Index)
	if index < uint64(len(l.params)) {
		return l.params[index], nil
	}
	if index >= l.count {
		return wasm.ValType{}, invalid("unknown local %d: there are %d", index, l.count)
	}
	for _, g := range l.groups[:min(len(l.groups), fewGroups)] {
		if index < g.end {
			return g.t, nil
		}
	}
	i := sort.Search(len(l.groups), func(i int) bool { return index < l.groups[i].end })
	return l.groups[i].t, nil
}

// needsInit reports whether a local of type t must be set before it is used.
func (l *locals) needsInit(index uint32, t wasm.ValType) bool {
	return !t.HasDefault() && int(index) >= len(l.params)
}

func (l *locals) initialize(index uint32, t wasm.ValType) {
	if !l.needsInit(index, t) {
		return
	}
	if _, ok := l.isSet[index]; ok {
		return
	}
	if l.isSet == nil {
		l.isSet = map[uint32]struct{}{}
	}
	l.isSet[index] = struct{}{}
	l.set = append(l.set, index)
}

// forget takes back all but the first n initialisations.
func (l *locals) forget(n int) {
	for _, index := range l.set[n:] {
		delete(l.isSet, index)
	}
	l.set = l.set[:n]
}

func (b *body) localGet() error {
	t, err := b.local()
	if err != nil {
		return err
	}
	if b.locals.needsInit(b.in.Index, t) {
		if _, ok := b.locals.isSet[b.in.Index]; !ok {
			return invalid("uninitialized local %d: its type %s has no default value", b.in.Index, b.str(t))
		}
	}
	return b.push(t)
}

func (b *body) localSet() error {
	t, err := b.local()
	if err != nil {
		return err
	}
	b.locals.initialize(b.in.Index, t)
	_, err = b.pop(t)
	return err
}

func (b *body) localTee() error {
	if err := b.localSet(); err != nil {
		return err
	}
	t, err := b.local()
	if err != nil {
		return err
	}
	return b.push(t)
}
