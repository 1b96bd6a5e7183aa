package asyncify

import (
	"fmt"
	"strings"

	"weft/wasm"
)

// A callee is what a top calls: a function, or one of a table, of a type.
type callee struct {
	direct bool
	index  uint32 // of the function; of the type
	table  uint32
}

// A stub is what stands in a top in place of a call that may unwind.
type stub struct {
	callee
	number    int
	signature wasm.FuncType
}

// text returns its name in the text.
func (s *stub) text() string { return fmt.Sprintf("stub%d", s.number) }

func (m *module) stubFor(to callee) *stub {
	for _, s := range m.stubs {
		if s.callee == to {
			return s
		}
	}
	return nil
}

// signature returns the type of a callee.
func (m *module) signature(to callee) wasm.FuncType {
	switch f := m.function(to.index); {
	case !to.direct:
		return m.m.FuncType(to.index)
	case f == nil:
		return wasm.FuncType{} // imports do not come to a bottom
	default:
		return m.m.FuncType(f.fn.Type)
	}
}

// runtime returns the text of the module with what is added to the program.
func (m *module) runtime() string {
	var imports, funcs strings.Builder
	results := map[string]bool{} // globals that are there
	for _, s := range m.stubs {
		s.write(&imports, &funcs)
		for i, t := range s.signature.Results {
			if name := result(i, t); !results[name] {
				results[name] = true
				fmt.Fprintf(&funcs, "  (global %s (mut %s) (%s))\n", name, t, zero(t))
			}
		}
	}
	head, tail, _ := strings.Cut(runtimeSource, memoryImport)
	return head + memoryImport + "\n" + imports.String() + strings.TrimSuffix(strings.TrimRight(tail, "\n"), ")") + "\n" +
		funcs.String() + ")\n"
}

// memoryImport is the last import of runtime.wat.
const memoryImport = `(import "program" "0" (memory $memory 1))`

// write writes a stub: what it begins is the function itself or one that puts the results into globals, because a
// continuation that has been suspended once has the same type whatever it runs.
func (s *stub) write(imports, funcs *strings.Builder) {
	params, results := typeList("param", s.signature.Params), typeList("result", s.signature.Results)
	var pass strings.Builder
	for i := range s.signature.Params {
		fmt.Fprintf(&pass, " (local.get %d)", i)
	}
	begin, called := fmt.Sprintf("$begin%d", s.number), ""
	if s.direct {
		fmt.Fprintf(imports, "  (import \"function\" \"%d\" (func $function%d%s%s))\n", s.index, s.index, params, results)
		called = fmt.Sprintf("(call $function%d%s)", s.index, pass.String())
	} else {
		fmt.Fprintf(imports, "  (import \"table\" \"%d\" (table $table%d_%d 0 funcref))\n", s.table, s.number, s.table)
		fmt.Fprintf(&pass, " (local.get %d)", len(s.signature.Params))
		called = fmt.Sprintf("(call_indirect $table%d_%d%s%s%s)", s.number, s.table, params, results, pass.String())
		params += " (param i32)"
	}
	if s.direct && results == "" {
		begin = fmt.Sprintf("$function%d", s.index)
	} else {
		fmt.Fprintf(funcs, "  (func %s%s\n    %s", begin, params, called)
		for i := len(s.signature.Results) - 1; i >= 0; i-- {
			fmt.Fprintf(funcs, "\n    (global.set %s)", result(i, s.signature.Results[i]))
		}
		fmt.Fprint(funcs, ")\n")
	}
	fmt.Fprintf(funcs, "  (type $begins%d (func%s))\n  (type $new%d (cont $begins%d))\n  (elem declare func %s)\n",
		s.number, params, s.number, s.number, begin)
	fmt.Fprintf(funcs, `  (func $stub%d%s%s (local $c (ref null $waiting))
    (block $suspended (result (ref $waiting))
      (if (i32.eq (global.get $state) (i32.const 2))
        (then
          (resume $waiting (on $unwind $suspended) (table.get $waiting (global.get $slot))))
        (else
          (resume $new%d (on $unwind $suspended)%s (cont.new $new%d (ref.func %s)))))
`, s.number, params, results, s.number, pass.String(), s.number, begin)
	for i, t := range s.signature.Results {
		fmt.Fprintf(funcs, "      (global.get %s)\n", result(i, t))
	}
	fmt.Fprint(funcs, "      (return))\n    (local.set $c)\n    (table.set $waiting (global.get $slot) (local.get $c))")
	for _, t := range s.signature.Results {
		fmt.Fprintf(funcs, "\n    (%s)", zero(t))
	}
	fmt.Fprint(funcs, ")\n")
}

func typeList(keyword string, types []wasm.ValType) string {
	if len(types) == 0 {
		return ""
	}
	return " (" + keyword + " " + strings.Trim(wasm.TypesString(types), "[]") + ")"
}

// result returns the name of the global for a result.
func result(i int, t wasm.ValType) string { return fmt.Sprintf("$result.%d.%s", i, t) }

// zero returns the instruction for the zero of a type.
func zero(t wasm.ValType) string {
	switch t.Kind {
	case wasm.KindRef:
		return "ref.null " + t.Heap.String()
	case wasm.KindV128:
		return "v128.const i64x2 0 0"
	}
	return t.String() + ".const 0"
}
