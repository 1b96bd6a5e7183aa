package wasm

import "strings"

// OpcodeConstants returns the name of the Go constant of each row of
// [Instructions]: i32.add is OpI32Add. Where two rows share a mnemonic, the
// second is named for what it adds.
func OpcodeConstants() []string {
	names := make([]string, len(Instructions))
	seen := map[string]bool{}
	for i := range Instructions {
		row := &Instructions[i]
		name := "Op"
		for part := range strings.FieldsFuncSeq(row.Name, func(r rune) bool { return r == '.' || r == '_' }) {
			name += strings.ToUpper(part[:1]) + part[1:]
		}
		if seen[name] {
			switch row.Imm {
			case ImmTypes:
				name += "Typed"
			case ImmRefTypeNull:
				name += "Null"
			}
		}
		seen[name] = true
		names[i] = name
	}
	return names
}
