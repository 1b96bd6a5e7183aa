package weft_test

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport gives, for each room of the house (docs/architecture.md), what it
// may import of Weft. A package that is not listed may not exist.
var mayImport = map[string][]string{
	"weft": {"weft/wasm", "weft/wasm/binary", "weft/wasm/text", "weft/wasm/validate",
		"weft/internal/cache", "weft/internal/store", "weft/internal/interp", "weft/internal/native"},
	"weft/wasm":                   {},
	"weft/wasm/genopcodes":        {"weft/wasm"},
	"weft/wasm/binary":            {"weft/wasm", "weft/internal/pages"},
	"weft/wasm/text":              {"weft/wasm", "weft/wasm/binary"},
	"weft/wasm/validate":          {"weft/wasm"},
	"weft/internal/cache":         {},
	"weft/internal/dwarf":         {"weft/wasm"},
	"weft/internal/generate":      {"weft/wasm"},
	"weft/internal/golden":        {},
	"weft/internal/pages":         {},
	"weft/internal/browser":       {},
	"weft/internal/wasithreads":   {},
	"weft/internal/store":         {"weft/wasm", "weft/internal/dwarf", "weft/internal/pages"},
	"weft/internal/interp":        {"weft/wasm", "weft/internal/store"},
	"weft/internal/ssa":           {"weft/wasm"},
	"weft/internal/codegen":       {"weft/wasm", "weft/internal/ssa"},
	"weft/internal/codegen/amd64": {"weft/wasm", "weft/internal/ssa", "weft/internal/codegen"},
	"weft/internal/codegen/arm64": {"weft/wasm", "weft/internal/ssa", "weft/internal/codegen"},
	"weft/internal/codegen/exectest": {"weft/wasm", "weft/internal/ssa", "weft/internal/codegen",
		"weft/wasm/binary/scripttest"},
	"weft/internal/native": {"weft/wasm", "weft/internal/ssa", "weft/internal/codegen", "weft/internal/codegen/amd64",
		"weft/internal/codegen/arm64", "weft/internal/store"},
	"weft/merge": {"weft/wasm", "weft/wasm/binary", "weft/wasm/validate"},
	"weft/retarget": {"weft/wasm", "weft/wasm/binary", "weft/wasm/validate", "weft/retarget/internal/gowasm",
		"weft/retarget/internal/asyncify", "weft/retarget/internal/refusal"},
	"weft/retarget/internal/gowasm": {"weft/wasm", "weft/wasm/text", "weft/retarget/internal/refusal",
		"weft/retarget/internal/structured"},
	"weft/retarget/internal/asyncify":   {"weft/wasm", "weft/wasm/binary", "weft/wasm/text", "weft/retarget/internal/refusal"},
	"weft/retarget/internal/refusal":    {},
	"weft/retarget/internal/structured": {},
	"weft/threads":                      {"weft", "weft/wasm"},
	"weft/explore":                      {"weft", "weft/threads", "weft/wasi", "weft/wasm", "weft/wasm/binary"},
	"weft/wasi":                         {"weft", "weft/threads", "weft/wasm"},
	"weft/task":                         {"weft", "weft/wasm"},
	"weft/timeline":                     {"weft"},
	"weft/typed":                        {"weft", "weft/wasm"},
	"weft/scripts":                      {},
	"weft/jsstring":                     {"weft", "weft/wasm"},
	"weft/typed/gentyped":               {},
	"weft/examples/hostfunction":        {"weft", "weft/typed"},
	"weft/examples/generator":           {"weft"},
	"weft/examples/suspend":             {"weft", "weft/typed", "weft/wasm"},
}

// anywhere lists the rooms that may import all of Weft, and well-kept
// libraries from outside: the tools around the library, and helpers of tests.
var anywhere = []string{"weft/internal/wast", "weft/cmd/weft", "weft/wasm/binary/scripttest", "weft/examples/httpserver"}

// TestImports holds the rules of the house: which room may use which, and that
// the library needs nothing but the standard library and golang.org/x/sys.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); packages++ {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(anywhere, p.ImportPath) {
			continue
		}
		allowed, known := mayImport[p.ImportPath]
		if !known {
			t.Errorf("%s has no place in the house: add it to the rules and to docs/architecture.md", p.ImportPath)
			continue
		}
		for _, path := range p.Imports {
			own := path == "weft" || strings.HasPrefix(path, "weft/")
			foreign := strings.Contains(strings.SplitN(path, "/", 2)[0], ".") && !strings.HasPrefix(path, "golang.org/x/sys")
			if foreign || path == "C" || own && !slices.Contains(allowed, path) {
				t.Errorf("%s imports %s", p.ImportPath, path)
			}
		}
	}
	if packages == 0 {
		t.Error("no packages were looked at")
	}
}
