package ssa

import "weft/wasm"

// Legacy exceptions: try ... catch ... catch_all ... end, try ... delegate.
//
// A call in the first part of a try has pads, as in a try_table: but for clauses that come
// later in the body. So the look ahead that finds assigned locals finds them, too. A pad goes to a
// handler as if that were the label of a block: the payload and the locals that the whole
// construct assigns are parameters there, and the exception, if a rethrow asks for it.

// A legacyTry is what is known of a try.
type legacyTry struct {
	clauses   []wasm.Catch // without labels
	delegates bool
	delegate  uint32 // the label, counted from outside of the try

	handlers  []label // of the clauses, while the function is built
	entered   int     // how many of them have begun
	exception *Value  // of the handler that is being built, if it is thrown again
	number    int32   // among those of the function
}

// legacyTries are those of a function, by the number of the construct.
type legacyTries map[int]*legacyTry

func (t *legacyTries) begin(construct int) {
	if *t == nil {
		*t = legacyTries{}
	}
	(*t)[construct] = &legacyTry{number: int32(len(*t))}
}

// note notes a catch, catch_all, delegate or rethrow.
func (t legacyTries) note(in *wasm.Instr, a *assignedSets) {
	outward := func(depth uint32) *legacyTry { return t[a.open[len(a.open)-1-int(depth)].construct] }
	switch in.Op {
	case wasm.OpCatch:
		try := outward(0)
		try.clauses = append(try.clauses, wasm.Catch{Kind: wasm.CatchTag, Tag: in.Index})
	case wasm.OpCatchAll:
		try := outward(0)
		try.clauses = append(try.clauses, wasm.Catch{Kind: wasm.CatchAll})
	case wasm.OpDelegate:
		try := outward(0)
		try.delegates, try.delegate = true, in.Index
	case wasm.OpRethrow: // of the clause that was noted last
		clauses := outward(in.Index).clauses
		c := &clauses[len(clauses)-1]
		if c.Kind.HasTag() {
			c.Kind = wasm.CatchTagRef
		} else {
			c.Kind = wasm.CatchAllRef
		}
	}
}

// beginTry begins the first part of a try.
func (b *Builder) beginTry(l *label) {
	l.isTry = true
	b.tries++
	l.catches = l.legacy.clauses
	l.legacy.handlers, l.legacy.entered, l.legacy.exception = l.legacy.handlers[:0], 0, nil // it may be built again
	for _, c := range l.catches {
		h := label{scope: l.scope, depth: l.depth, assigned: l.assigned}
		if c.Kind.HasTag() {
			h.results = append(h.results, b.tagSignature(c.Tag).Params...)
		}
		if c.Kind.HasRef() {
			h.results = append(h.results, I64)
		}
		l.legacy.handlers = append(l.legacy.handlers, h)
	}
}

// delegated returns how many labels around a try that delegates exceptions pass without a look at their clauses.
func (l *label) delegated() int {
	if !l.isTry || l.legacy == nil || !l.legacy.delegates {
		return 0
	}
	return int(l.legacy.delegate) // counted from outside of the try
}

// catch ends a part of a try and begins a handler.
func (b *Builder) catch() {
	l := b.label(0)
	if l.kind == labelDead {
		return
	}
	if b.block != nil {
		b.jump(l)
	}
	try := l.legacy
	if l.isTry {
		l.isTry, l.catches = false, nil
		b.tries--
	}
	h := &try.handlers[try.entered]
	c := try.clauses[try.entered]
	try.entered++
	if h.target == nil {
		return // nothing in the first part throws
	}
	b.enter(h)
	if c.Kind.HasRef() {
		b.keepException(try)
	}
}

// keepException keeps the exception that a handler begins with, which is topmost, for those who throw it again.
func (b *Builder) keepException(try *legacyTry) {
	exception := b.pop()
	if b.Plain {
		b.toHome(b.exceptionHome(try), exception)
		return
	}
	try.exception = exception
}

// rethrow throws the exception of a handler again.
func (b *Builder) rethrow(try *legacyTry) {
	if b.Plain {
		b.throwRef(b.fromHome(b.exceptionHome(try)))
		return
	}
	b.throwRef(try.exception)
}
