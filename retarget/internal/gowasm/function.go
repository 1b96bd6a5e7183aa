package gowasm

import "weft/wasm"

// A function is one of the module's own functions.
type function struct {
	index  uint32 // in the index space of functions
	fn     *wasm.Func
	body   []byte // before
	name   string
	shape  shape
	role   role
	pcFunc pcFunc

	// Of a function with the shape of Go's:
	blocks      []block
	table       []uint32          // from PC_B to the block that it stands for; the last is for all that are greater
	callees     []uint32          // which functions it calls directly, each at least once
	entries     []entry           // where it can be entered by recovery
	frame       uint64            // the size of its frame
	locals      []wasm.LocalGroup // before
	hints       []wasm.BranchHint // after
	inlined     inlineKind        // calls of it are written as what it does: see inline.go
	scheduler   bool              // it runs when goroutines switch
	irreducible bool              // a loop of it has several entries
	mayEnd      bool              // it may return, or be gone on with, behind a call of it
	isLeaf      bool              // of its own shape: it calls nothing and does not use SP
	switches    bool              // a goroutine may go on in it, and so it returns whether: see classify.go
}

// A shape is the convention that a function follows.
type shape uint8

const (
	plainGo  shape = iota // that of Go: PC_B goes in, and whether to unwind comes out
	ownShape              // one of its own, as helpers in assembly have and the entries from the host
	export                // a wrapper around a function that go:wasmexport exports
	noCode                // not code at all: it carries the build's identity
)

// A role is what a function of Go's runtime is for, if it has to be written anew or in another way.
type role uint8

const (
	noRole     role = iota
	gogo            // runtime.gogo: goes on with a goroutine
	mcall           // runtime.mcall: calls a function on the scheduler's stack, and comes back when the goroutine goes on
	moreStack       // runtime.morestack: makes the stack grow, or lets another goroutine run
	newStack        // runtime.newstack: what morestack calls
	recovery        // runtime.recovery: goes on where a deferred call has recovered
	goexit          // runtime.Goexit: ends a goroutine, after its deferred calls
	goexit1         // runtime.goexit1: ends a goroutine
	destroy         // runtime.gdestroy: marks a goroutine dead
	pause           // runtime.pause: returns to the host
	pcLoop          // wasm_pc_f_loop: goes on with goroutines until pause
	exportLoop      // wasm_pc_f_loop_export: does, until an exported function has returned
	roles
)

var roleNames = [roles]string{gogo: "runtime.gogo", mcall: "runtime.mcall", moreStack: "runtime.morestack",
	newStack: "runtime.newstack", recovery: "runtime.recovery", goexit: "runtime.Goexit", goexit1: "runtime.goexit1",
	destroy: "runtime.gdestroy", pause: "runtime.pause", pcLoop: "wasm_pc_f_loop", exportLoop: "wasm_pc_f_loop_export"}

// A block is what stands between two points at which Go's code can be entered. Jumps go to the beginning of blocks, and
// control goes on from a block to the next.
type block struct {
	ops []op
}

// An op is a group of instructions that belong together.
type op struct {
	kind    opKind
	resumes bool   // call: Go's code can go on behind it
	inlined bool   // call: it is written as what a callee of medium size does
	at, end uint32 // its bytes in the body
	x       uint64 // plain, open, close: nothing; else see the kind
	pc      uint64 // call, callIndirect, stackCheck: the return address; stackLoad, stackStore: where it is
}

// An opKind is a kind of op.
type opKind uint8

const (
	plain        opKind = iota // instructions that stay as they are
	open                       // the beginning of a block, loop or if, which ends in the same block of Go's code
	closes                     // its end
	stackAddress               // SP + x
	stackLoad                  // a load from SP + x
	stackBase                  // SP, for the stackStore to SP + x
	stackStore                 // a store to SP + x
	enter                      // SP -= x, for the frame
	setSP                      // SP becomes the operand
	stackCheck                 // if SP is below the stack's guard plus pops, call x, which is morestack, and begin anew
	call                       // push pc, call function x, SP anew
	callIndirect               // push pc, call the function whose PC is on the operand stack, SP anew
	tailCall                   // call function x and return what it returns
	tailIndirect               // the same for the function whose PC is on the operand stack
	callOwn                    // call function x, which has a shape of its own or is imported, SP anew
	jump                       // go to block x
	jumpIf                     // go to block x if the operand is not zero
	ret                        // SP += x, and return
	retUnwind                  // SP += x, and unwind
	unreachable
)

// ends reports whether control does not go on behind an op of the kind.
func (k opKind) ends() bool {
	switch k {
	case tailCall, tailIndirect, jump, ret, retUnwind, unreachable:
		return true
	}
	return false
}

// deepest is how deep a function may nest blocks of its own in a block of Go's code. Go's have few.
const deepest = 10_000

// Locals and globals that Go's code has.
const (
	localPCB = 0 // PC_B: the parameter; afterwards that is SP
	localSP  = 1 // a copy of the global

	guardOffset = 16 // of stackguard0 in g

	globalSP    = 0
	globalCTXT  = 1
	globalG     = 2
	globalRET0  = 3
	globalPause = 7
	goGlobals   = 8

	globalCurrent = goGlobals // of runtime.wat
)
