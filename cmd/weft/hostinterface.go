package main

import (
	"slices"
	"strings"

	"weft/jsstring"
	"weft/wasi"
	"weft/wasm"
)

// A hostInterface is what modules of a kind expect of the host. A module is of the kind if it imports a MODULE.NAME,
// exports a name, or has a custom section, that matches one of these. A star stands for any text.
type hostInterface struct {
	name     string
	imports  []string
	exports  []string
	sections []string
}

var knownHosts = []hostInterface{
	{name: "WASI preview 1", imports: []string{wasi.ModuleName + ".*"}},
	{name: "WASI of 2019 (wasi_unstable)", imports: []string{wasi.UnstableModuleName + ".*"}},
	{name: "wasi-threads", imports: []string{wasi.ThreadModuleName + ".thread-spawn"}},
	{name: "Go's js", imports: []string{"gojs.*", "go.runtime.*", "go.syscall/js.*"}},
	{name: "wasm-bindgen", imports: []string{"*.__wbg_*", "*.__wbindgen_*", "wbg.*"}, exports: []string{"__wbindgen_*"}},
	{name: "Emscripten", imports: []string{"env.emscripten_*", "env._emscripten_*", "env.invoke_*", "env.__syscall_*",
		"env.__cxa_throw", "a.a"}, exports: []string{"emscripten_*", "_emscripten_*"}},
	{name: "emnapi (Node-API)", imports: []string{"napi.*", "emnapi.*", "env.napi_*"},
		exports: []string{"napi_register_*"}},
	{name: "string builtins of JavaScript", imports: []string{jsstring.ModuleName + ".*"}},
	{name: "AssemblyScript", exports: []string{"__new", "__pin"}},
	{name: "a component, of which this is the core", imports: []string{"cm32p2|*"},
		sections: []string{"component-type*"}},
	{name: "a dynamic linker", sections: []string{"dylink*"}},
	{name: "a linker (this is an object file)", sections: []string{"linking"}},
}

// hostInterfaces returns the names of those that a module wants, and those of other modules that it imports from.
func hostInterfaces(m *wasm.Module, sections []section) []string {
	var imports, exports, customs []string
	for i := range m.Imports {
		imports = append(imports, m.Imports[i].Module+"."+m.Imports[i].Name)
	}
	for i := range m.Exports {
		exports = append(exports, m.Exports[i].Name)
	}
	for i := range sections {
		if sections[i].id == byte(wasm.SectionCustom) {
			customs = append(customs, sections[i].name)
		}
	}
	names := []string{}
	for i := range knownHosts {
		h := &knownHosts[i]
		if anyMatches(h.imports, imports) || anyMatches(h.exports, exports) || anyMatches(h.sections, customs) {
			names = append(names, h.name)
		}
	}
	if len(names) == 0 && len(imports) > 0 {
		names = []string{"one of its own"}
	}
	return names
}

func anyMatches(patterns, names []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return matches(pattern, name) })
	})
}

// matches reports whether a pattern, with stars for any text, matches a name.
func matches(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(name, parts[0])
	for i, part := range parts[1:] {
		if i == len(parts)-2 {
			return ok && strings.HasSuffix(rest, part)
		}
		at := strings.Index(rest, part)
		if !ok || at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return ok && rest == ""
}

// A producer is an entry of the section "producers" (WebAssembly tool conventions, ProducersSection).
type producer struct {
	Field   string `json:"field"` // language, processed-by or sdk
	Name    string `json:"name"`
	Version string `json:"version"`
}

// readProducers reads the section: of one that is damaged what stands before that.
func readProducers(data []byte) []producer {
	var list []producer
	r := wasm.Reader{Buf: data}
	fields, err := r.Count(2, "fields")
	for ; fields > 0 && err == nil; fields-- {
		var field string
		if field, err = r.Name(); err != nil {
			break
		}
		var n int
		n, err = r.Count(2, "producers")
		for ; n > 0 && err == nil; n-- {
			p := producer{Field: field}
			if p.Name, err = r.Name(); err == nil {
				p.Version, err = r.Name()
			}
			if err == nil {
				list = append(list, p)
			}
		}
	}
	return list
}
