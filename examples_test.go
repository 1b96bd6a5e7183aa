package weft_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"weft"
	"weft/wasm"
)

// TestExamples runs the programs in examples and compares what they print with
// what their first lines say.
func TestExamples(t *testing.T) {
	for name, want := range map[string]string{
		"generator":   "0 1 2 3 4 5 6 7 8 9",
		"scheduler":   "10 20 30 11 21 31 12 22 32",
		"async-await": "1 2 3 30",
		"cancel":      "1 100 101 -1",
		"switch":      "0 1 2 3 4 5",
		"goroutines":  "1 2 3 4 5 6 7 8 9 10",
		"gostacks":    "1 2 3 1 2 3 1 2 3 18",
	} {
		source, err := os.ReadFile("examples/" + name + ".wat")
		if err != nil {
			t.Fatal(err)
		}
		var printed []string
		store, instance := open(string(source), func(linker *weft.Linker) error {
			return linker.DefineFunc("spectest", "print_i32", wasm.FuncType{Params: []wasm.ValType{wasm.I32}},
				func(_ context.Context, slots []uint64) error {
					printed = append(printed, fmt.Sprint(int32(slots[0])))
					return nil
				})
		})
		if _, err := instance.Func("main").Call(context.Background()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := strings.Join(printed, " "); got != want {
			t.Errorf("%s printed %s, want %s", name, got, want)
		}
		store.Close()
	}
}
