package generate

import (
	"fmt"

	"weft/wasm"
)

// A memory is one that a module has.
type memory struct {
	name, address string // the type of its addresses
	shared        bool
}

// memory64 is what a second memory, with addresses of 64 bits, needs.
const memory64 = wasm.MultiMemory | wasm.Memory64

// makeMemories makes the memories: beside the usual one, as features allow, one with addresses of
// 64 bits, a shared one, and one with pages of one byte, that ends where no usual page does.
func (g *generator) makeMemories() {
	add := func(m memory, limits string, features wasm.Features) {
		if g.has(features) {
			fmt.Fprintf(&g.out, "(memory %s (export \"%s\") %s)\n", m.name, m.name[1:], limits)
			g.memories = append(g.memories, m)
		}
	}
	add(memory{name: "$m0", address: "i32"}, "1 3", wasm.MVP)
	add(memory{name: "$m1", address: "i64"}, "i64 1 2", memory64)
	add(memory{name: "$shared", address: "i32", shared: true}, "1 2 shared", wasm.MultiMemory|wasm.Threads)
	add(memory{name: "$small", address: "i32"}, "8201 8300 (pagesize 1)", wasm.MultiMemory|wasm.CustomPageSizes)
}

// memory returns a memory, mostly the usual one.
func (g *generator) memory() memory {
	if g.next(3) < 2 {
		return g.memories[0]
	}
	return one(g, g.memories)
}

// masked returns an expression of a type whose value has no other bits than those of the mask.
func (g *generator) masked(typ, mask string, depth int) string {
	return fmt.Sprintf("(%s.and %s (%s.const %s))", typ, g.value(typ, depth), typ, mask)
}

// shorter returns the type of a length that is about memories or tables with two types of addresses.
func shorter(a, b string) string {
	if a == "i64" {
		return b
	}
	return a
}

// memoryStatement returns a statement about a memory as a whole, or many of its bytes.
func (g *generator) memoryStatement() string {
	m := g.memory()
	at := g.masked(m.address, "0xfff", 2)
	if g.seldom() {
		at = g.value(m.address, 1)
	}
	switch g.next(5) {
	case 1:
		from := g.memory()
		return fmt.Sprintf("(memory.copy %s %s %s %s %s)", m.name, from.name, at,
			g.masked(from.address, "0xfff", 2), g.length(shorter(m.address, from.address)))
	case 2:
		return fmt.Sprintf("(memory.init %s $bytesOfData %s %s %s)", m.name, at, g.masked("i32", "7", 1), g.masked("i32", "7", 1))
	case 3:
		if g.next(8) == 7 { // most of what follows traps
			return "(data.drop $bytesOfData)"
		}
	case 4:
		return fmt.Sprintf("(drop (memory.grow %s %s))", m.name, g.masked(m.address, "1", 1))
	}
	return fmt.Sprintf("(memory.fill %s %s %s %s)", m.name, at, g.value("i32", 1), g.length(m.address))
}

// length returns a number of bytes: of few, which code copies itself, one may be known.
func (g *generator) length(typ string) string {
	switch g.next(4) {
	case 1:
		return fmt.Sprintf("(%s.const %d)", typ, g.next(140))
	case 2:
		return g.masked(typ, "0x3f", 1)
	}
	return g.masked(typ, "0xff", 1)
}
