package native

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"
	"golang.org/x/arch/x86/x86asm"

	"weft/internal/codegen"
	"weft/internal/codegen/amd64"
	"weft/internal/codegen/arm64"
	"weft/internal/golden"
	"weft/internal/ssa"
)

// TestStubs shows the stubs, and the adapters of a type, for each instruction set.
func TestStubs(t *testing.T) {
	for _, test := range []struct {
		name   string
		target codegen.Target
		decode func(code []byte) (text string, length int)
	}{
		{"amd64", amd64.Target{}, decodeAMD64},
		{"arm64", arm64.Target{}, decodeARM64},
	} {
		t.Run(test.name, func(t *testing.T) {
			var text strings.Builder
			show := func(name string, code []byte) {
				fmt.Fprintf(&text, "%s:\n", name)
				for len(code) > 0 {
					line, n := test.decode(code)
					fmt.Fprintf(&text, "\t%s\n", strings.ToLower(line))
					code = code[n:]
				}
			}
			code, at := assembleStubs(test.target, true, true)
			list := at.all()
			for i, s := range list {
				end := uintptr(len(code))
				if i+1 < len(list) {
					end = *list[i+1].address
				}
				show(s.name, code[*s.address:end])
			}
			sig := &ssa.Signature{
				Params:  []ssa.Type{ssa.I32, ssa.F32, ssa.I64, ssa.F64, ssa.V128},
				Results: []ssa.Type{ssa.F32},
			}
			entry, host := newBorder(test.target), newBorder(test.target)
			entry.entryAdapter(sig)
			show("entry adapter", entry.Finish())
			host.hostAdapter(sig)
			show("host adapter", host.Finish())
			golden.Check(t, "testdata/stubs-"+test.name+".golden", text.String())
		})
	}
}

func decodeAMD64(code []byte) (string, int) {
	in, err := x86asm.Decode(code, 64)
	if err != nil {
		return fmt.Sprintf("%x", code[0]), 1
	}
	return x86asm.IntelSyntax(in, 0, nil), in.Len
}

func decodeARM64(code []byte) (string, int) {
	in, err := arm64asm.Decode(code)
	if err != nil {
		return fmt.Sprintf(".word %08x", binary.LittleEndian.Uint32(code)), 4
	}
	return in.String(), 4
}

// TestPublished writes code to memory: each piece is published once, as far as it reaches, before its address is known.
func TestPublished(t *testing.T) {
	memory, err := newCodeMemory(4 * codePage)
	if err != nil {
		t.Fatal(err)
	}
	defer memory.release()
	var got []span
	memory.published = func(executed span) { got = append(got, executed) }
	space := newCodeSpace(memory, span{memory.start, memory.size}, adapterGrain)
	for _, bytes := range []int{4, 100, 64} {
		got = nil
		piece, err := space.place(make([]byte, bytes))
		if err != nil {
			t.Fatal(err)
		}
		if want := (span{piece.start, uintptr(bytes)}); len(got) != 1 || got[0] != want {
			t.Errorf("%d bytes at %#x: what was published is %#x", bytes, piece.start, got)
		}
	}
}
