package main

import (
	"unicode/utf8"

	"weft"
	"weft/jsstring"
	"weft/wasi"
	"weft/wasm"
)

// provideStrings defines the string builtins of JavaScript for a program, and the strings that it imports by their
// content, if it or one of the others imports the builtins. Threads have instances of their own, for which there are
// neither.
func provideStrings(l *weft.Linker, m *weft.Module, others preloads) error {
	if !imports(m, jsstring.ModuleName) && !others.imports(jsstring.ModuleName) {
		return nil
	}
	if imports(m, wasi.ThreadModuleName) {
		return usagef("the program has threads, whose instances would not find what it imports from %q", jsstring.ModuleName)
	}
	if err := jsstring.Define(l); err != nil {
		return err
	}
	modules := []*weft.Module{m}
	for _, p := range others {
		modules = append(modules, p.module)
	}
	for _, m := range modules {
		for from := range stringConstants(m.Wasm()) {
			if err := jsstring.DefineConstants(l, m, from); err != nil {
				return err
			}
		}
	}
	return nil
}

// stringConstants returns the module names whose imports are strings, as far as that can be seen. A compiler chooses
// one name, of one character to be short (Kotlin's is a quote), and imports nothing from it but globals
// that are strings and do not change.
func stringConstants(m *wasm.Module) map[string]bool {
	names := map[string]bool{}
	for _, im := range m.Imports {
		if utf8.RuneCountInString(im.Module) == 1 {
			names[im.Module] = true
		}
	}
	for _, im := range m.Imports {
		if im.Kind != wasm.ExternGlobal || im.Global.Mutable || im.Global.Type.AsNonNull() != wasm.Ref(wasm.HeapExtern) {
			delete(names, im.Module)
		}
	}
	return names
}
