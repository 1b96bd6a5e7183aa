package wasm

// An Opcode identifies an instruction: it is the index of its row in
// [Instructions]. The numbers are dense and mean nothing outside of Weft.
type Opcode uint16

// Info returns the row of the table.
func (op Opcode) Info() *Instruction { return &Instructions[op] }

func (op Opcode) String() string { return Instructions[op].Name }

// Nesting returns 1 for an instruction that opens a block, -1 for one that
// closes it, and 0 for all others.
func (info *Instruction) Nesting() int {
	switch {
	case info.Imm == ImmBlock || info.Imm == ImmTryTable:
		return 1
	case info == OpEnd.Info() || info == OpDelegate.Info():
		return -1
	}
	return 0
}

// codeKey joins a prefix and a code.
func codeKey(prefix uint8, code uint32) uint32 { return uint32(prefix)<<16 | code }

// A shortRow has, of the row of an instruction that a single byte encodes, what reading it takes. All of them
// together stay in the processor's nearest cache.
type shortRow struct {
	op      Opcode
	imm     Immediates
	known   bool
	feature Features
}

// opcodeByCode finds an opcode by the key of its encoding, and rowByByte the instructions that a single byte
// encodes.
var opcodeByCode, rowByByte = func() (map[uint32]Opcode, [256]shortRow) {
	byCode := make(map[uint32]Opcode, len(Instructions))
	var byByte [256]shortRow
	for i := range Instructions {
		row := &Instructions[i]
		byCode[codeKey(row.Prefix, uint32(row.Code))] = Opcode(i)
		if row.Prefix == 0 {
			byByte[row.Code] = shortRow{Opcode(i), row.Imm, true, row.Feature}
		}
	}
	return byCode, byByte
}()

var opcodeByName = func() map[string]Opcode {
	byName := make(map[string]Opcode, len(Instructions))
	for i := range Instructions {
		if _, ok := byName[Instructions[i].Name]; !ok {
			byName[Instructions[i].Name] = Opcode(i)
		}
	}
	return byName
}()

// OpcodeByName returns the first opcode with the given mnemonic. For select,
// ref.test and ref.cast that is [OpSelect], [OpRefTest] and [OpRefCast]; their
// other forms are the next opcode.
func OpcodeByName(name string) (Opcode, bool) {
	op, ok := opcodeByName[name]
	return op, ok
}

// OpcodeByCode returns the opcode with the given encoding (see [Instruction]).
func OpcodeByCode(prefix uint8, code uint32) (Opcode, bool) {
	op, ok := opcodeByCode[codeKey(prefix, code)]
	return op, ok
}

// IsPrefix reports whether a byte begins a two-part opcode.
func IsPrefix(b byte) bool { return b >= 0xFB && b <= 0xFE }
