package text_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"weft/wasm"
	"weft/wasm/text"
)

// withoutPositions returns a module without the positions in its source.
func withoutPositions(m *wasm.Module) *wasm.Module {
	c := *m
	c.Funcs = slices.Clone(m.Funcs)
	for i := range c.Funcs {
		c.Funcs[i].Positions = nil
	}
	return &c
}

// diffModules returns which parts of a module differ from the one that a text parses
// to, or why that does not parse.
func diffModules(m *wasm.Module, src string, features wasm.Features) string {
	other, err := text.Parse([]byte(src), features)
	if err != nil {
		return err.Error()
	}
	a, b := reflect.ValueOf(*withoutPositions(m)), reflect.ValueOf(*withoutPositions(other))
	var diff strings.Builder
	for i := range a.NumField() {
		if x, y := a.Field(i).Interface(), b.Field(i).Interface(); !reflect.DeepEqual(x, y) {
			fmt.Fprintf(&diff, "%s: %+v\nand then %+v\n", a.Type().Field(i).Name, x, y)
		}
	}
	return diff.String()
}

// diffLines returns the first line in which two texts differ.
func diffLines(want, got string) string {
	if want == got {
		return ""
	}
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		switch {
		case i >= len(w):
			return fmt.Sprintf("line %d: %q where the text should end", i+1, g[i])
		case i >= len(g):
			return fmt.Sprintf("line %d: the text ends, want %q", i+1, w[i])
		case w[i] != g[i]:
			return fmt.Sprintf("line %d: %q, want %q", i+1, g[i], w[i])
		}
	}
	return ""
}
