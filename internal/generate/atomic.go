package generate

import (
	"fmt"
	"strings"

	"weft/wasm"
)

// Atomic accesses. There is one thread: so nothing is woken up, and what waits for a change ends at once,
// because it finds another value or has no time.

// atomics returns the atomic accesses that give the result, "" for stores. Waiting is not among them.
func atomics(result string) []*wasm.Instruction {
	return instructions(func(in *wasm.Instruction) bool {
		_, results, _ := strings.Cut(in.Signature, ">")
		return (in.Imm == wasm.ImmAtomic || in.Imm == wasm.ImmAtomicRMW || in.Name == "memory.atomic.notify") && results == result
	})
}

// atomic returns an atomic access of a memory, shared or not, that makes a value of a type; none for "".
func (g *generator) atomic(typ string, depth int) string {
	result := ""
	if typ != "" {
		result = string(letters[typ])
	}
	if typ == "i32" && g.next(16) == 15 {
		return g.wait(depth)
	}
	in := one(g, atomics(result))
	params, _, _ := strings.Cut(in.Signature, ">")
	s := g.atomicAddress(in, one(g, g.memories), depth)
	for _, p := range params[1:] {
		s += " " + g.value(typeOf(byte(p)), depth)
	}
	return s + ")"
}

// atomicAddress returns an atomic access up to its address, mostly an aligned one within bounds.
func (g *generator) atomicAddress(in *wasm.Instruction, m memory, depth int) string {
	offset := one(g, []string{"", " offset=8", " offset=4096"})
	at := g.masked(m.address, one(g, []string{"0x18", "0x18", "0xff8"}), depth)
	if g.seldom() {
		at = g.value(m.address, depth)
	}
	if g.seldom() {
		offset = one(g, []string{" offset=1", " offset=8197", " offset=65532", " offset=0xffffffff"})
	}
	order := ""
	if in.Imm != wasm.ImmMemArg {
		order = g.order()
	}
	return fmt.Sprintf("(%s %s%s%s %s", in.Name, m.name, offset, order, at)
}

// fence returns an instruction that only threads would notice.
func (g *generator) fence() string {
	if g.has(wasm.AcquireRelease) && g.next(2) == 1 {
		return "(pause)"
	}
	return "(atomic.fence" + g.order() + ")"
}

// order returns the order of an atomic access or a fence.
func (g *generator) order() string {
	if !g.has(wasm.AcquireRelease) {
		return ""
	}
	return one(g, []string{"", " acqrel", " seqcst"})
}

// wait returns a wait without time. On a memory that is not shared it would trap.
func (g *generator) wait(depth int) string {
	m := g.memories[0]
	for _, other := range g.memories {
		if other.shared && !g.seldom() {
			m = other
		}
	}
	in, typ := &wasm.Instructions[wasm.OpMemoryAtomicWait32], "i32"
	if g.next(2) == 1 {
		in, typ = &wasm.Instructions[wasm.OpMemoryAtomicWait64], "i64"
	}
	if !m.shared {
		return "(i32.const 3)"
	}
	return g.atomicAddress(in, m, depth) + " " + g.value(typ, depth) + " (i64.const 0))"
}
