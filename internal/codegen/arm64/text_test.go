package arm64

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"
)

// disassemble gives code in the syntax of Go's disassembler, an instruction in a line. What that does not know is a
// word.
func disassemble(code []byte) string {
	var text strings.Builder
	for ; len(code) >= 4; code = code[4:] {
		inst, err := arm64asm.Decode(code)
		if err != nil {
			fmt.Fprintf(&text, "\t.word %08x\n", binary.LittleEndian.Uint32(code))
			continue
		}
		fmt.Fprintf(&text, "\t%s\n", strings.ToLower(inst.String()))
	}
	return text.String()
}

// assembled runs emit on an assembler of its own.
func assembled(emit func(a *Assembler)) []byte {
	var a Assembler
	emit(&a)
	return a.Finish()
}

// check compares what emit emits with text, instructions separated by "; ".
func check(t *testing.T, want string, emit func(a *Assembler)) {
	t.Helper()
	code := assembled(emit)
	got := strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(disassemble(code), "\t"), "\n"), "\n\t", "; ")
	if got != want {
		t.Errorf("% x is\n\t%s, want\n\t%s", code, got, want)
	}
}
