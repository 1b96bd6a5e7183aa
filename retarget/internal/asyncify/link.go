package asyncify

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"weft/wasm"
	"weft/wasm/text"
)

//go:embed runtime.wat
var runtimeSource string

// A linker makes the text of what is added part of the program. In the result the program's functions stand as before,
// without Asyncify's among the imports; then what is added. Asyncify's functions and the stubs are not added: their
// bodies stand where they were called.
type linker struct {
	*module
	added *wasm.Module
	of    wasm.Numbering // of what is added
	funcs []wasm.Func    // that are added, with the program's numbers
	names []string       // theirs in the text

	own []uint32 // the new number of each of the program's functions
	// moves says that functions which become longer stand behind all others, so that the others stay in their places.
	moves bool
	moved []wasm.Func

	inlines map[string]*wasm.Func // by name in the text
	state   uint32                // the number of this global
	slot    uint32                // and of this one
	waiting uint32                // of the table
	unwind  uint32                // of the tag
	index   map[string]uint32     // globals, by name in the text
}

// errNoRoom says that the number of a function that has moved does not fit in the bytes of the old one.
var errNoRoom = errors.New("no room for the number of a function")

// link adds what is added, and rewrites what changes.
func (m *module) link() error {
	added, err := text.Parse([]byte(m.runtime()), wasm.AllFeatures)
	if err != nil {
		return err
	}
	l := &linker{module: m, added: added, moves: m.hasPlaces()}
	l.number()
	if err := l.renumberAdded(); err != nil {
		return err
	}
	bodies, err := l.rewriteAll()
	if errors.Is(err, errNoRoom) && l.moves {
		l.moves = false
		l.number()
		if err = l.renumberAdded(); err == nil {
			bodies, err = l.rewriteAll()
		}
	}
	if err != nil {
		return err
	}
	l.m.Funcs = slices.Concat(bodies, l.funcs, l.moved)
	l.renumberSections()
	l.addSections()
	l.nameAll()
	return nil
}

// number gives numbers to functions, and to all that is added.
func (l *linker) number() {
	l.own, l.of, l.moved = make([]uint32, int(l.imported)+len(l.module.funcs)), wasm.Numbering{}, nil
	next := uint32(0)
	for i := range l.own {
		if i >= int(l.imported) || l.api[i] == noAPI {
			l.own[i] = next
			next++
		}
	}
	first := next
	for i := range l.added.Funcs {
		if !isInlined(l.addedName(i)) {
			next++
		}
	}
	for i := range l.module.funcs {
		if f := &l.module.funcs[i]; l.moves && f.role != noRole {
			l.own[f.index] = next
			next++
		}
	}
	l.numberTypes()
	for i := range l.added.Imports {
		l.numberImport(&l.added.Imports[i])
	}
	program, own := counts(l.m), counts(l.added)
	for kind := wasm.ExternTable; int(kind) < wasm.NumExternKinds; kind++ {
		for i := 0; len(l.of.Extern[kind]) < own[kind]; i++ {
			l.of.Extern[kind] = append(l.of.Extern[kind], uint32(program[kind]+i))
		}
	}
	for i := range l.added.Funcs {
		l.of.Extern[wasm.ExternFunc] = append(l.of.Extern[wasm.ExternFunc], first)
		if !isInlined(l.addedName(i)) {
			first++
		}
	}
}

// counts returns the sizes of index spaces, by kind.
func counts(m *wasm.Module) [wasm.NumExternKinds]int {
	s := m.AddressSpace()
	return [wasm.NumExternKinds]int{len(s.Funcs), len(s.Tables), len(s.Memories), len(s.Globals), len(s.Tags)}
}

// isInlined reports whether a function of the text stands where it is called.
func isInlined(name string) bool {
	return strings.HasPrefix(name, "stub") || slices.Contains(apiNames[noAPI+1:], name)
}

// addedName returns the name in the text of a function that is added.
func (l *linker) addedName(i int) string {
	return l.added.Names.Funcs[uint32(l.added.NumImports(wasm.ExternFunc)+i)]
}

// numberImport gives an import of what is added the number of what it stands for.
func (l *linker) numberImport(im *wasm.Import) {
	n, _ := strconv.Atoi(im.Name) // of a function or a table; the memory is the first one
	index := uint32(n)
	if im.Kind == wasm.ExternFunc {
		index = l.own[n]
	}
	l.of.Extern[im.Kind] = append(l.of.Extern[im.Kind], index)
}

// numberTypes numbers the types that are added. Those that the program has are not added again.
func (l *linker) numberTypes() {
	set := wasm.NewTypeSet()
	known := map[wasm.TypeID]uint32{}
	for i, id := range set.Add(l.m.Types, l.m.RecGroups) {
		if _, ok := known[id]; !ok {
			known[id] = uint32(i)
		}
	}
	for i, id := range set.Add(l.added.Types, l.added.RecGroups) {
		index, ok := known[id]
		if !ok {
			index = uint32(len(l.m.Types))
			known[id] = index
			l.m.RecGroups = append(l.m.RecGroups, wasm.RecGroup{Start: len(l.m.Types), End: len(l.m.Types) + 1})
			l.m.Types = append(l.m.Types, l.of.SubType(&l.added.Types[i]))
		}
		l.of.Types = append(l.of.Types, index)
	}
}

// renumberAdded gives the functions that are added the program's numbers.
func (l *linker) renumberAdded() error {
	l.funcs, l.names, l.inlines, l.index = nil, nil, map[string]*wasm.Func{}, map[string]uint32{}
	for i := range l.added.Funcs {
		from := &l.added.Funcs[i]
		fn := wasm.Func{Type: l.of.Types[from.Type]}
		for _, g := range from.Locals {
			fn.Locals = append(fn.Locals, wasm.LocalGroup{Count: g.Count, Type: l.of.ValType(g.Type)})
		}
		if err := each(from.Body, func(in *wasm.Instr) error {
			l.of.Instr(in)
			fn.Body = wasm.AppendInstr(fn.Body, in, 0)
			return nil
		}); err != nil {
			return err
		}
		if name := l.addedName(i); isInlined(name) {
			l.inlines[name] = &fn
		} else {
			l.funcs, l.names = append(l.funcs, fn), append(l.names, name)
		}
	}
	for i, name := range l.added.Names.Globals {
		l.index[name] = l.of.Extern[wasm.ExternGlobal][i]
	}
	l.state, l.slot = l.index["state"], l.index["slot"]
	l.waiting = l.of.Extern[wasm.ExternTable][len(l.of.Extern[wasm.ExternTable])-1]
	l.unwind = l.of.Extern[wasm.ExternTag][0]
	return nil
}

// addSections adds what is added but for functions.
func (l *linker) addSections() {
	for _, t := range l.added.Tables {
		t.Type.Elem = l.of.ValType(t.Type.Elem)
		l.m.Tables = append(l.m.Tables, t)
	}
	l.m.Memories = append(l.m.Memories, l.added.Memories...)
	for _, t := range l.added.Tags {
		l.m.Tags = append(l.m.Tags, l.of.Types[t])
	}
	l.m.Globals = append(l.m.Globals, l.added.Globals...)
	for _, e := range l.added.Elems {
		funcs := make([]uint32, len(e.Funcs))
		for i, f := range e.Funcs {
			funcs[i] = l.of.Extern[wasm.ExternFunc][f]
		}
		e.Funcs = funcs
		l.m.Elems = append(l.m.Elems, e)
	}
}

// nameAll gives names to what is added, if the program has names, and their new numbers to those of functions.
func (l *linker) nameAll() {
	names := &l.m.Names
	if names.IsEmpty() {
		return
	}
	old := names.Funcs
	names.Funcs = nil
	gone := l.imported - uint32(l.m.NumImports(wasm.ExternFunc))
	for index, name := range old {
		if int(index) >= len(l.own) || index < l.imported && l.api[index] != noAPI {
			continue
		}
		names.Funcs.Set(l.own[index], name)
		if f := l.function(index); f != nil && l.moves && f.role != noRole {
			names.Funcs.Set(index-gone, "weft.was."+name)
		}
	}
	first := len(l.m.Funcs) + l.m.NumImports(wasm.ExternFunc) - len(l.moved) - len(l.funcs)
	for i, name := range l.names {
		names.Funcs.Set(uint32(first+i), "weft."+l.readable(name))
	}
	for name, index := range l.index {
		names.Globals.Set(index, "weft."+name)
	}
	names.Locals, names.Labels = l.renumberParts(names.Locals), l.renumberParts(names.Labels)
}

// readable returns the name of the function that begins a continuation, with that of the callee in place of a number.
func (l *linker) readable(name string) string {
	n, ok := strings.CutPrefix(name, "begin")
	if !ok {
		return name
	}
	i, _ := strconv.Atoi(n)
	if s := l.stubs[i]; s.direct {
		return "begin." + l.name(s.index)
	}
	return fmt.Sprintf("begin.indirect.%d", i)
}

// renumberParts gives the names in functions the functions' new numbers. Those of functions that are rewritten go.
func (l *linker) renumberParts(parts map[uint32]wasm.NameMap) map[uint32]wasm.NameMap {
	out := map[uint32]wasm.NameMap{}
	for index, names := range parts {
		if int(index) < len(l.own) && index >= l.imported && l.function(index).role == noRole {
			out[l.own[index]] = names
		}
	}
	return out
}
