package main

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/arch/arm64/arm64asm"
	"golang.org/x/arch/x86/x86asm"

	"weft/internal/codegen"
	"weft/internal/codegen/amd64"
	"weft/internal/codegen/arm64"
)

// A decoder returns the text of the first instruction of code, which lies at pc, and its length. What is no instruction
// is shown as a byte or a word.
type decoder func(code []byte, pc uint64) (text string, length int)

// instructionSets are those for which code can be shown, by Go's names: with all extensions that code can make use of.
var instructionSets = map[string]struct {
	target codegen.Target
	decode decoder
}{
	"amd64": {amd64.Target{Features: amd64.Features{SSE41: true, POPCNT: true, BMI1: true, LZCNT: true,
		BMI2: true, AVX: true, AVX2: true}}, decodeAMD64},
	"arm64": {arm64.Target{Features: arm64.Features{LSE: true}}, decodeARM64},
}

// defaultArch is the instruction set of the processor that executes the command, if it is one of them.
func defaultArch() string {
	if _, ok := instructionSets[runtime.GOARCH]; ok {
		return runtime.GOARCH
	}
	return "amd64"
}

func decodeAMD64(code []byte, pc uint64) (string, int) {
	inst, err := x86asm.Decode(code, 64)
	if err != nil {
		return fmt.Sprintf(".byte 0x%02x", code[0]), 1
	}
	return x86asm.IntelSyntax(inst, pc, nil), inst.Len
}

func decodeARM64(code []byte, pc uint64) (string, int) {
	inst, err := arm64asm.Decode(code)
	if err != nil {
		return fmt.Sprintf(".word 0x%08x", binary.LittleEndian.Uint32(code)), 4
	}
	for i, arg := range inst.Args {
		if to, ok := arg.(arm64asm.PCRel); ok {
			inst.Args[i] = arm64asm.Imm64{Imm: pc + uint64(to)}
		}
	}
	return strings.ToLower(inst.String()), 4
}
