package asyncify

import (
	_ "embed"
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
// without Asyncify's among the imports; then what is added, then the bodies of functions that have a wrapper.
type linker struct {
	*module
	added *wasm.Module
	first uint32         // function that is added
	of    wasm.Numbering // of what is added
	own   []uint32       // the new number of each of the program's functions
	body  map[uint32]uint32
}

func (m *module) link() error {
	added, err := text.Parse([]byte(m.runtime()), wasm.AllFeatures)
	if err != nil {
		return err
	}
	l := &linker{module: m, added: added, body: map[uint32]uint32{}}
	l.number()
	if err := l.rewriteAll(); err != nil {
		return err
	}
	l.dropImports()
	if err := l.add(); err != nil {
		return err
	}
	l.nameAll()
	return nil
}

// number gives numbers to functions, and to all that is added.
func (l *linker) number() {
	l.own = make([]uint32, int(l.imported)+len(l.funcs))
	next := uint32(0)
	for i := range l.own {
		if i < int(l.imported) && l.api[i] != noAPI {
			continue
		}
		l.own[i] = next
		next++
	}
	l.first = next
	for i := range l.added.Funcs {
		if l.wrapped(i) == nil {
			next++
		}
	}
	for i := range l.funcs {
		if f := &l.funcs[i]; f.isWrapped() {
			l.body[f.index] = next
			next++
		}
	}
	l.numberTypes()
	space := l.m.AddressSpace()
	counts := [wasm.NumExternKinds]int{0, len(space.Tables), len(space.Memories), len(space.Globals), len(space.Tags)}
	for i := range l.added.Imports {
		l.numberImport(&l.added.Imports[i])
	}
	own := l.added.AddressSpace()
	for kind, total := range [wasm.NumExternKinds]int{0, len(own.Tables), len(own.Memories), len(own.Globals), len(own.Tags)} {
		for i := 0; len(l.of.Extern[kind]) < total; i++ {
			l.of.Extern[kind] = append(l.of.Extern[kind], uint32(counts[kind]+i))
		}
	}
	at := l.first
	for i := range l.added.Funcs {
		index := at
		if f := l.wrapped(i); f != nil {
			index = l.own[f.index]
		} else {
			at++
		}
		l.of.Extern[wasm.ExternFunc] = append(l.of.Extern[wasm.ExternFunc], index)
		l.noteAdded(l.addedName(i), index)
	}
}

// noteAdded keeps the number of a function that is added, if the program is going to call it.
func (l *linker) noteAdded(name string, index uint32) {
	if a := slices.Index(apiNames[:], name); a > int(noAPI) {
		for i, known := range l.api {
			if known == api(a) {
				l.own[i] = index
			}
		}
	}
	if n, ok := strings.CutPrefix(name, "stub"); ok {
		if i, err := strconv.Atoi(n); err == nil {
			l.stubs[i].at = index
		}
	}
}

// addedName returns the name in the text of a function that is added.
func (l *linker) addedName(i int) string {
	return l.added.Names.Funcs[uint32(l.added.NumImports(wasm.ExternFunc)+i)]
}

// wrapped returns the function whose place an added one takes; nil if it takes none.
func (l *linker) wrapped(i int) *function {
	n, ok := strings.CutPrefix(l.addedName(i), "wrapper")
	if !ok {
		return nil
	}
	index, _ := strconv.Atoi(n)
	return l.function(uint32(index))
}

// numberImport gives an import of what is added the number of what it stands for.
func (l *linker) numberImport(im *wasm.Import) {
	n, _ := strconv.Atoi(im.Name)
	index := uint32(n)
	switch im.Module {
	case "program":
		index = 0
	case "function":
		index = l.own[n]
	case "body":
		index = l.body[index]
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
			l.of.Types = append(l.of.Types, index)
			l.m.Types = append(l.m.Types, l.of.SubType(&l.added.Types[i]))
			continue
		}
		l.of.Types = append(l.of.Types, index)
	}
}

// dropImports takes Asyncify's functions out of the imports.
func (l *linker) dropImports() {
	l.m.Imports = slices.DeleteFunc(slices.Clone(l.m.Imports), func(im wasm.Import) bool {
		return im.Module == asyncifyModule
	})
}

// add adds the sections of what is added.
func (l *linker) add() error {
	var bodies []wasm.Func
	for i := range l.funcs {
		if f := &l.funcs[i]; f.isWrapped() {
			bodies = append(bodies, l.m.Funcs[i])
		}
	}
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
		if f := l.wrapped(i); f != nil {
			fn.Type = f.fn.Type
			l.m.Funcs[f.index-l.imported] = fn
			continue
		}
		l.m.Funcs = append(l.m.Funcs, fn)
	}
	l.m.Funcs = append(l.m.Funcs, bodies...)
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
		for i := range e.Funcs {
			e.Funcs[i] = l.of.Extern[wasm.ExternFunc][e.Funcs[i]]
		}
		l.m.Elems = append(l.m.Elems, e)
	}
	return nil
}

// nameAll gives names to what is added, if the program has names, and their new numbers to those of functions.
func (l *linker) nameAll() {
	names := &l.m.Names
	if names.IsEmpty() {
		return
	}
	old := names.Funcs
	names.Funcs = nil
	for index, name := range old {
		if int(index) >= len(l.own) {
			continue
		}
		if index >= l.imported || l.api[index] == noAPI {
			names.Funcs.Set(l.own[index], name)
		}
		if body, ok := l.body[index]; ok {
			names.Funcs.Set(body, "weft.body."+name)
		}
	}
	for i := range l.added.Funcs {
		if l.wrapped(i) == nil {
			names.Funcs.Set(l.of.Extern[wasm.ExternFunc][l.added.NumImports(wasm.ExternFunc)+i], "weft."+l.readable(l.addedName(i)))
		}
	}
	for i, name := range l.added.Names.Globals {
		names.Globals.Set(l.of.Extern[wasm.ExternGlobal][i], "weft."+name)
	}
	names.Locals, names.Labels = l.renumberParts(names.Locals), l.renumberParts(names.Labels)
}

// readable returns a name with that of the callee in place of a stub's number.
func (l *linker) readable(name string) string {
	for _, kind := range []string{"stub", "begin"} {
		n, ok := strings.CutPrefix(name, kind)
		if !ok {
			continue
		}
		i, _ := strconv.Atoi(n)
		if s := l.stubs[i]; s.direct {
			return fmt.Sprintf("%s.%s", kind, l.name(s.index))
		}
		return fmt.Sprintf("%s.indirect.%d", kind, i)
	}
	return name
}

// renumberParts gives the names in functions the functions' new numbers. Those of functions that are rewritten go.
func (l *linker) renumberParts(parts map[uint32]wasm.NameMap) map[uint32]wasm.NameMap {
	out := map[uint32]wasm.NameMap{}
	for index, names := range parts {
		if f := l.functionIn(index); f != nil && f.role == noRole {
			out[l.own[index]] = names
		}
	}
	return out
}

// functionIn is function for a number that may be too large.
func (l *linker) functionIn(index uint32) *function {
	if int(index) >= len(l.own) {
		return nil
	}
	return l.function(index)
}
