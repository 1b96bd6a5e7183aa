package native

import (
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm"
)

// funcAlign is the alignment of functions, that of cache lines.
const funcAlign = 64

// Chunks begin small, since most modules are, and become larger.
const (
	firstChunk = 16 << 10
	lastChunk  = 1 << 20
)

// placedCode is the code of a function that is to be placed.
type placedCode struct {
	own  int
	loop bool // it is not the function, but the rest of it from a loop on
	*codegen.Code
}

// place puts code into executable memory and publishes it. If it is that of all functions, before there is any
// instance, all calls between them become direct.
func (code *moduleCode) place(list []placedCode) ([]*funcCode, error) {
	code.mu.Lock()
	defer code.mu.Unlock()
	size, bytes := uintptr(0), uint64(0)
	for _, c := range list {
		size += placedSize(c.Code)
		bytes += codeBytes(c.Code)
	}
	if err := code.use.Take(bytes); err != nil {
		return nil, err
	}
	room, err := code.room(size)
	if err != nil {
		return nil, err
	}
	blob := make([]byte, size)
	processor.Pad(blob)
	base := room.piece.start + room.used
	funcs := make([]*funcCode, len(list))
	starts := make(map[int]uintptr, len(list))
	at := uintptr(0)
	for i, c := range list {
		if !c.loop {
			starts[c.own] = base + at
		}
		funcs[i] = &funcCode{start: base + at, own: c.own, prologue: uint32(c.Prologue), frame: uint32(c.FrameSize),
			indivisible: c.Indivisible,
			sites:       c.Sites, details: c.Details, catches: c.Catches, resumes: c.Resumes, inlined: c.Inlined,
			marks: c.Marks}
		at += placedSize(c.Code)
	}
	ahead := len(list) == len(code.entries)
	for i, c := range list {
		bytes := blob[funcs[i].start-base:]
		copy(bytes, c.Bytes)
		if code.hasClauses(c.own) {
			funcs[i].tables = clauseTables(c.Code, bytes, funcs[i].start, code.clauses[c.own])
		}
		for j := range c.Calls {
			call := &c.Calls[j]
			callee := int(call.Func)
			target := starts[callee]
			if target == 0 {
				target = code.entries[callee].Load()
			}
			if target == 0 || !ahead && callee != c.own && code.hasClauses(callee) {
				continue // through the record
			}
			processor.SetCall(bytes, call, int64(target)-int64(funcs[i].start)) // or it goes through the record
		}
	}
	if err := process.compiled.memory.write(base, blob); err != nil {
		return nil, err
	}
	room.used += size
	all := append(*room.funcs.Load(), funcs...) // readers see what was there when they loaded it
	room.funcs.Store(&all)
	for i, f := range funcs {
		if len(f.tables) > 0 {
			code.linked = append(code.linked, f)
		}
		if !list[i].loop {
			code.entries[f.own].Store(f.start)
		}
	}
	return funcs, nil
}

// codeBytes is what a function takes, with the tables beside its code.
func codeBytes(c *codegen.Code) uint64 {
	bytes := uint64(placedSize(c)) + uint64(unsafe.Sizeof(funcCode{})) +
		uint64(len(c.Sites))*uint64(unsafe.Sizeof(codegen.Site{})) +
		uint64(len(c.Details))*uint64(unsafe.Sizeof(codegen.Detail{})) +
		uint64(len(c.Resumes))*uint64(unsafe.Sizeof(ssa.ResumeSite{})) +
		uint64(len(c.Inlined))*uint64(unsafe.Sizeof(ssa.InlinedCall{})) +
		uint64(len(c.Marks))*uint64(unsafe.Sizeof(codegen.Mark{}))
	for i := range c.Details {
		bytes += uint64(len(c.Details[i].Pads)) * 4
	}
	for _, clauses := range c.Catches {
		bytes += uint64(len(clauses)) * uint64(unsafe.Sizeof(wasm.Catch{}))
	}
	return bytes
}

// placedSize is the size of a function with at least a byte of padding.
func placedSize(c *codegen.Code) uintptr {
	return (uintptr(len(c.Bytes)) + funcAlign) &^ (funcAlign - 1)
}

// room returns a chunk with room for size bytes.
func (code *moduleCode) room(size uintptr) (*chunk, error) {
	next := uintptr(firstChunk)
	if n := len(code.chunks); n > 0 {
		last := code.chunks[n-1]
		if last.piece.size-last.used >= size && process.compiled.memory.appends() {
			return last, nil
		}
		next = min(2*last.piece.size, lastChunk)
	}
	if !process.compiled.memory.appends() || size == 0 {
		next = 0
	}
	piece, err := process.compiled.reserve(max(next, size, 1))
	if err != nil {
		return nil, err
	}
	c := &chunk{piece: piece, module: code}
	c.funcs.Store(&[]*funcCode{})
	code.chunks = append(code.chunks, c)
	code.engine.add(c)
	return c, nil
}
