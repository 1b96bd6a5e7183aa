package merge_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"weft/internal/golden"
	"weft/merge"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

// TestGolden compares what becomes of the modules in the files of testdata with the files beside them. The name of a
// module is its identifier; comments at the beginning of a file are options: ";; export A", ";; rename".
func TestGolden(t *testing.T) {
	golden.Run(t, "testdata/*.wat", func(t *testing.T, _ string, source []byte) string {
		var options merge.Options
		for line := range strings.Lines(string(source)) {
			if name, ok := strings.CutPrefix(strings.TrimSpace(line), ";; export "); ok {
				options.Export = append(options.Export, name)
			}
			options.RenameExports = options.RenameExports || strings.TrimSpace(line) == ";; rename"
		}
		out, report, err := merge.Modules(modules(t, source), options)
		if err != nil {
			return "error: " + err.Error() + "\n"
		}
		m, err := binary.Decode(out, wasm.AllFeatures)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		fmt.Fprintf(&b, ";; resolved: %d\n;; missing: %q\n;; renamed: %q\n;; dropped: %q\n", report.Resolved, report.Missing,
			report.Renamed, report.Dropped)
		if err := text.Print(&b, m); err != nil {
			t.Fatal(err)
		}
		if _, err := text.Parse(b.Bytes(), wasm.AllFeatures); err != nil {
			t.Errorf("what was printed cannot be read: %v", err)
		}
		return b.String()
	})
}

// modules parses a source with several modules.
func modules(t *testing.T, source []byte) (inputs []merge.Input) {
	p := text.NewParser(source, wasm.AllFeatures)
	for {
		next, err := p.Peek()
		if err != nil {
			t.Fatal(err)
		}
		if next.Kind == text.EOF {
			return inputs
		}
		m, err := p.ParseModule()
		if err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, merge.Input{Name: m.Names.Module, Module: m})
	}
}
