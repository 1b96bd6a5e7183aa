package native

import (
	"weft/internal/codegen"
	"weft/internal/codegen/amd64"
	"weft/internal/store"
	"weft/wasm"
)

// The functions of these tests are assembled by hand, so that the engine is tested
// alone. The text of a module gives their types.

// handmade is what the emitter of a function uses: an assembler, and the tables.
type handmade struct {
	*amd64.Assembler
	code  codegen.Code
	sites []codegen.Site
}

// site notes what happens here: behind a call, or at an instruction that may fault.
func (h *handmade) site(pos int32, trap wasm.TrapCode) {
	h.sites = append(h.sites, codegen.Site{Offset: uint32(h.Pos()), Pos: pos, Trap: trap,
		Fault: trap == wasm.TrapMemoryOutOfBounds})
}

// call calls a function of the module.
func (h *handmade) call(own uint32, pos int32) {
	h.CallFar()
	h.code.Calls = append(h.code.Calls, codegen.Relocation{Offset: uint32(h.Pos() - 4), Func: own})
	h.site(pos, wasm.TrapNone)
}

// callRecord calls the function whose record is in R13.
func (h *handmade) callRecord(pos int32) {
	h.Load(amd64.S64, amd64.R14, amd64.At(amd64.R13, funcInstance))
	h.CallMem(amd64.At(amd64.R13, funcNative))
	h.site(pos, wasm.TrapNone)
}

// frame is the prologue of a function with a frame, which begins with its instance.
func (h *handmade) frame(size int32) {
	grow, again, ready := h.NewLabel(), h.NewLabel(), h.NewLabel()
	h.code.FrameSize = int(size)
	h.Bind(again)
	h.Load(amd64.S64, amd64.RDX, ctxAt(codegen.OffCurrent))
	h.Load(amd64.S64, amd64.RDX, amd64.At(amd64.RDX, store.LayoutCont().Limit))
	h.ALUImm(amd64.ADD, amd64.S64, amd64.RDX, size)
	h.ALU(amd64.CMP, amd64.S64, amd64.RSP, amd64.RDX)
	h.Jcc(amd64.A, ready)
	h.Bind(grow)
	h.CallMem(ctxAt(codegen.OffGrowStub))
	h.Jmp(again)
	h.Bind(ready)
	h.ALUImm(amd64.SUB, amd64.S64, amd64.RSP, size)
	h.code.Prologue = h.Pos()
	h.Store(amd64.S64, amd64.At(amd64.RSP, 0), amd64.R14)
}

// ret is the epilogue.
func (h *handmade) ret() {
	if size := int32(h.code.FrameSize); size > 0 {
		h.ALUImm(amd64.ADD, amd64.S64, amd64.RSP, size)
	}
	h.Ret()
}

// trap calls the trap stub.
func (h *handmade) trap(code wasm.TrapCode, pos int32) {
	h.StoreImm(amd64.S32, ctxAt(codegen.OffRequest), int32(code))
	h.CallMem(ctxAt(codegen.OffTrapStub))
	h.site(pos, code)
}

// ctxAt is a field of the context.
func ctxAt(offset int32) amd64.Mem { return amd64.At(amd64.R15, offset) }

type emitter func(h *handmade)

func assemble(emit emitter) *codegen.Code {
	h := &handmade{Assembler: &amd64.Assembler{}}
	emit(h)
	h.code.Bytes = h.Finish()
	h.code.Prologue = h.Final(h.code.Prologue)
	for i := range h.sites {
		h.sites[i].Offset = uint32(h.Final(int(h.sites[i].Offset)))
	}
	h.code.Sites = h.sites
	for i := range h.code.Calls {
		h.code.Calls[i].Offset = uint32(h.Final(int(h.code.Calls[i].Offset)+4)) - 4
	}
	return &h.code
}

// instantiate makes an instance of which the module's own functions are what the emitters emit.
func (g *guest) instantiate(source string, imports []store.Extern, emitters ...emitter) *store.Instance {
	g.t.Helper()
	return g.instantiateBy(source, imports, func(*Engine, *store.Module, bool) ([]*codegen.Code, error) {
		codes := make([]*codegen.Code, len(emitters))
		for i, emit := range emitters {
			codes[i] = assemble(emit)
		}
		return codes, nil
	})
}
