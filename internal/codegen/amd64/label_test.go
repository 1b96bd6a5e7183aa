package amd64

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestJumpSizes holds that jumps are short exactly as far as a byte reaches,
// forward and backward.
func TestJumpSizes(t *testing.T) {
	for _, c := range []struct {
		between int // bytes between a jump and its target
		short   bool
	}{{0, true}, {127, true}, {128, false}} {
		code := assembled(func(a *Assembler) {
			l := a.NewLabel()
			a.Jmp(l)
			a.Nop(c.between)
			a.Bind(l)
			a.Ret()
		})
		if jump := len(code) - c.between - 1; jump == 2 != c.short {
			t.Errorf("forward over %d bytes: the jump has %d", c.between, jump)
		}
	}
	for _, c := range []struct {
		between int // bytes from the target to a jump
		short   bool
	}{{0, true}, {126, true}, {127, false}} {
		code := assembled(func(a *Assembler) {
			l := a.NewLabel()
			a.Bind(l)
			a.Nop(c.between)
			a.Jcc(NE, l)
		})
		if jump := len(code) - c.between; jump == 2 != c.short {
			t.Errorf("backward over %d bytes: the jump has %d", c.between, jump)
		}
	}
}

// TestLabels holds where each kind of reference to a label goes.
func TestLabels(t *testing.T) {
	check(t, "jmp .+0x0", func(a *Assembler) { l := a.NewLabel(); a.Jmp(l); a.Bind(l) })
	check(t, "jmp .-0x2", func(a *Assembler) { l := a.NewLabel(); a.Bind(l); a.Jmp(l) })
	check(t, "jbe .+0x1; ret", func(a *Assembler) { l := a.NewLabel(); a.Jcc(BE, l); a.Ret(); a.Bind(l) })
	check(t, "call .+0x1; ret", func(a *Assembler) { l := a.NewLabel(); a.Call(l); a.Ret(); a.Bind(l) })
	// The distance counts from the instruction's end, behind the immediate.
	for _, emit := range []func(a *Assembler, m Mem){
		func(a *Assembler, m Mem) { a.Lea(S64, R9, m) },
		func(a *Assembler, m Mem) { a.ALUStoreImm(CMP, S32, m, 1) },
		func(a *Assembler, m Mem) { a.ALUStoreImm(CMP, S16, m, 1000) },
		func(a *Assembler, m Mem) { a.StoreImm(S64, m, 1000) },
		func(a *Assembler, m Mem) { a.SSELoadImm(Roundsd, X9, m, RoundTrunc) },
		func(a *Assembler, m Mem) { a.ImulLoadImm(S64, R9, m, 5) },
		func(a *Assembler, m Mem) { a.ShiftMemImm(SHL, S64, m, 5) },
	} {
		code := assembled(func(a *Assembler) {
			l := a.NewLabel()
			emit(a, AtLabel(l))
			a.Ud2()
			a.Bind(l)
		})
		if !bytes.Contains(code, []byte{2, 0, 0, 0}) {
			t.Errorf("% x: the distance is not 2", code)
		}
	}
}

// TestJumpTable holds that entries are distances from the table's label.
func TestJumpTable(t *testing.T) {
	code := assembled(func(a *Assembler) {
		table, x, y := a.NewLabel(), a.NewLabel(), a.NewLabel()
		a.Bind(x)
		a.Jmp(y)
		a.Bind(table)
		a.TableEntry(table, x)
		a.TableEntry(table, y)
		a.Bind(y)
	})
	want := []byte{0xeb, 8, 0xfe, 0xff, 0xff, 0xff, 8, 0, 0, 0}
	if !bytes.Equal(code, want) {
		t.Errorf("% x, want % x", code, want)
	}
}

// TestAlign holds that what follows padding is aligned, however the jumps before
// it have shrunk.
func TestAlign(t *testing.T) {
	for _, n := range []int{1, 2, 16, 32, 64} {
		for before := range n {
			var a Assembler
			l, loop := a.NewLabel(), a.NewLabel()
			a.Jmp(l)
			a.Nop(before)
			a.Align(n)
			a.Bind(loop)
			a.Ret()
			a.Jcc(NE, loop)
			a.Bind(l)
			code := a.Finish()
			if at := a.Offset(loop); at%n != 0 || code[at] != 0xc3 || at >= 5+before+n {
				t.Errorf("alignment %d after %d bytes: %d", n, before, at)
			}
			disassemble(t, code)
		}
	}
}

// TestRandomJumps builds functions of many jumps, tables and alignments, and
// follows each reference in the finished code to the mark at its label.
func TestRandomJumps(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		var a Assembler
		for range 2 { // the second time with a used assembler
			a.Reset()
			follow(t, random, &a)
		}
	}
}

// follow emits one function. At each label stands a `mov eax, number`.
func follow(t *testing.T, random *rand.Rand, a *Assembler) {
	type reference struct {
		pos  int // before the jump
		jump string
		to   Label
	}
	labels := make([]Label, 1+random.IntN(40))
	for i := range labels {
		labels[i] = a.NewLabel()
	}
	var references []reference
	marks := make([]int, len(labels))
	for i, l := range labels {
		if random.IntN(4) == 0 {
			a.Align(16)
		}
		a.Bind(l)
		marks[i] = a.Pos()
		a.MovImm(RAX, int64(i))
		for range random.IntN(3) {
			to := labels[random.IntN(len(labels))]
			r := reference{a.Pos(), "jmp", to}
			switch random.IntN(3) {
			case 0:
				a.Jmp(to)
			case 1:
				r.jump = "jz"
				a.Jcc(E, to)
			default:
				r.jump = "call"
				a.Call(to)
			}
			references = append(references, r)
			a.Nop(random.IntN(70))
		}
	}
	code := a.Finish()
	for _, i := range random.Perm(len(labels)) {
		if got := a.Final(marks[i]); got != a.Offset(labels[i]) {
			t.Fatalf("label %d is at %d, and its mark at %d", i, a.Offset(labels[i]), got)
		}
		if at := a.Offset(labels[i]); !bytes.Equal(code[at:at+5], []byte{0xb8, byte(i), 0, 0, 0}) {
			t.Fatalf("label %d: % x", i, code[at:at+5])
		}
	}
	for _, r := range references {
		at := a.Final(r.pos)
		var distance int
		var end int
		switch code[at] {
		case 0xeb, 0x74:
			end = at + 2
			distance = int(int8(code[at+1]))
		default:
			end = at + 5
			if code[at] == 0x0f {
				end++
			}
			distance = int(int32(uint32(code[end-4]) | uint32(code[end-3])<<8 | uint32(code[end-2])<<16 | uint32(code[end-1])<<24))
		}
		if want := a.Offset(r.to); end+distance != want {
			t.Fatalf("%s at %d goes to %d, want %d", r.jump, at, end+distance, want)
		}
		want := fmt.Sprintf("%s .%+#x", r.jump, distance)
		if got := disassemble(t, code[at:end]); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
	disassemble(t, code)
}
