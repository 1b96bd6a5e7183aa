package validate

import (
	"testing"

	"weft/wasm"
)

// TestRulesMatchTable checks that exactly the instructions without a fixed
// signature have a rule of their own.
func TestRulesMatchTable(t *testing.T) {
	for i := range wasm.Instructions {
		row := &wasm.Instructions[i]
		if special := row.Signature == "*"; special != (rules[i] != nil) {
			t.Errorf("%s: signature %q, but rule: %v", row.Name, row.Signature, rules[i] != nil)
		}
	}
}
