package merge_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weft/merge"
	"weft/wasm"
	"weft/wasm/text"
)

// FuzzModules merges all the modules of a text: what is made of valid modules is valid, unless it is beyond a limit.
//
//	go test -run '^$' -fuzz FuzzModules -fuzztime 30m ./merge
func FuzzModules(f *testing.F) {
	files, err := filepath.Glob("testdata/*.wat")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(source, false)
		f.Add(source, true)
	}
	f.Fuzz(func(t *testing.T, source []byte, rename bool) {
		p := text.NewParser(source, wasm.AllFeatures)
		var inputs []merge.Input
		for {
			m, err := p.ParseModule()
			if err != nil {
				break
			}
			inputs = append(inputs, merge.Input{Name: m.Names.Module, Module: m})
		}
		_, _, err := merge.Modules(inputs, merge.Options{RenameExports: rename})
		var e *wasm.Error
		if errors.As(err, &e) && e.Class != wasm.Limit && strings.HasPrefix(err.Error(), "the merged module: ") {
			t.Error(err)
		}
	})
}
