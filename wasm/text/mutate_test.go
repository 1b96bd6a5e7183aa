package text_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weft/wasm"
	"weft/wasm/text"
)

// TestMutations takes the golden inputs apart into tokens, and drops, doubles or
// swaps each of them. Whatever that makes, it is an error with a position or a
// module that survives printing.
func TestMutations(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("testdata", "golden", "*.wat"))
	accepted, refused := 0, 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		features := wasm.AllFeatures
		if strings.Contains(file, "2023") {
			features |= wasm.TypedContinuations2023
		}
		words := tokens(t, src)
		for i := range words {
			after := words[i+1:]
			swapped := append([]string{words[i]}, after...)
			if len(after) > 0 {
				swapped = append([]string{after[0], words[i]}, after[1:]...)
			}
			for _, tail := range [][]string{after, append([]string{words[i], words[i]}, after...), swapped} {
				mutant := strings.Join(words[:i], " ") + " " + strings.Join(tail, " ")
				m, err := text.Parse([]byte(mutant), features)
				var e *wasm.Error
				switch {
				case err == nil:
					accepted++
					if d := roundTrip(m, features); d != "" {
						t.Fatalf("%s, token %d: %s", file, i, d)
					}
				case !errors.As(err, &e) || e.Line == 0 || e.Class == wasm.Disabled:
					t.Fatalf("%s, token %d: %v", file, i, err)
				default:
					refused++
				}
			}
		}
	}
	t.Logf("%d mutants accepted, %d refused", accepted, refused)
}

func tokens(t *testing.T, src []byte) []string {
	var words []string
	for l := text.NewLexer(src); ; {
		tok, err := l.Next()
		if err != nil {
			t.Fatal(err)
		}
		if tok.Kind == text.EOF {
			return words
		}
		words = append(words, tok.Text)
	}
}
