package validate

import (
	"runtime"
	"sync"
	"sync/atomic"

	"weft/wasm"
)

// A body is the state of validating an expression: a function body or a
// constant expression.
type body struct {
	*context
	code   wasm.CodeReader
	in     wasm.Instr // the current instruction
	values []wasm.ValType
	frames []frame
	locals locals

	// constant says that this is a constant expression, in which the first
	// visibleGlobals globals may be used.
	constant       bool
	visibleGlobals int

	checked map[*wasm.ValType]struct{} // label types that the current br_table has been checked against
}

// batch is how many functions are validated in a row.
const batch = 32

// bodies checks all functions, on all processors. The error is that of the first function which
// has one: batches are taken in order, and those that have begun are ended.
func (c *context) bodies() error {
	batches := (len(c.m.Funcs) + batch - 1) / batch
	errs := make([]error, batches)
	var next atomic.Int64
	var failed atomic.Bool
	work := func() {
		own := *c // what bodies change of the context is its cache of lists
		own.single = map[wasm.ValType][]wasm.ValType{}
		b := &body{context: &own}
		for !failed.Load() {
			i := int(next.Add(1)) - 1
			if i >= batches {
				return
			}
			if errs[i] = b.functions(i*batch, min((i+1)*batch, len(c.m.Funcs))); errs[i] != nil {
				failed.Store(true)
			}
		}
	}
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), batches) - 1 {
		group.Go(work)
	}
	work()
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// functions checks the module's own functions from one to another.
func (b *body) functions(from, to int) error {
	imported := b.space.ImportedFuncs
	for i := from; i < to; i++ {
		f := &b.m.Funcs[i]
		if err := b.function(f, b.funcTypes[imported+i]); err != nil {
			return b.inFunc(err, imported+i, f, b.in.Offset)
		}
	}
	return nil
}

func (b *body) function(f *wasm.Func, t *wasm.FuncType) error {
	b.in.Offset = 0
	if err := b.setLocals(t.Params, f.Locals); err != nil {
		return err
	}
	return b.expression(f.Body, f.BodyOffset, t.Results)
}

// constExpr checks a constant expression of a type. Functions that it refers
// to are declared thereby.
func (c *context) constExpr(x wasm.ConstExpr, t wasm.ValType, visibleGlobals int) error {
	if _, ok := x.I32(); ok && t == wasm.I32 {
		return nil
	}
	b := &c.expr
	b.context, b.constant, b.visibleGlobals = c, true, visibleGlobals
	err := b.expression(x.Body, x.Offset, c.list(t))
	if e, ok := err.(*wasm.Error); ok {
		switch {
		case x.Offset == 0: // from text: no binary to point into
			e.Offset = -1
		case e.Offset < 0:
			e.Offset = x.Offset + b.in.Offset
		}
	}
	return err
}

// expression reads all instructions up to the end that closes the outermost
// frame.
func (b *body) expression(code []byte, offset int, results []wasm.ValType) error {
	b.code.Reset(code, offset, b.features, b.m.Dialect)
	b.values, b.frames = b.values[:0], b.frames[:0]
	b.frames = append(b.frames, frame{op: wasm.OpBlock, results: results})
	for len(b.frames) > 0 {
		if err := b.code.Next(&b.in); err != nil {
			return err
		}
		if b.constant {
			if err := b.constantInstruction(); err != nil {
				return err
			}
		}
		info := b.in.Op.Info()
		rule := rules[b.in.Op]
		var err error
		if rule != nil {
			err = rule(b)
		} else {
			err = b.fixed(info)
		}
		if err != nil {
			return err
		}
	}
	if n := b.code.Len(); n > 0 {
		return b.code.Malformed("END opcode expected: %d bytes after the end of the expression", n)
	}
	return nil
}
