package exectest

import (
	"math"
	"runtime"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm"
)

// A machine runs compiled functions: memory for code, a stack, and stubs that do just enough.
type machine struct {
	t       testing.TB
	context *codegen.Context
	region  []byte
	used    int
	stack   []byte
	limit   uintptr // of the stack, where a continuation has it: the context says where
	enter   func(context *codegen.Context, code, stack uintptr) uint64
	isa     *InstructionSet
	backend codegen.Backend
	how     allocation
	places  map[*ssa.Type][]codegen.Place // of lists of types
}

// An allocation is how registers are allocated.
type allocation int

const (
	inFrame allocation = iota
	inFrameShared
	inRegisters
)

// testRecord stands for a function record.
type testRecord struct{ code, instance uintptr }

func newMachine(t testing.TB, isa *InstructionSet) *machine {
	m := &machine{t: t, context: new(codegen.Context), isa: isa, places: map[*ssa.Type][]codegen.Place{}}
	m.use(isa.Backends[0])
	m.region = m.mapping(1<<20, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC)
	m.stack = m.mapping(1<<16, unix.PROT_READ|unix.PROT_WRITE)
	c := m.context
	m.limit = uintptr(unsafe.Pointer(&m.stack[0])) + codegen.StackMargin
	c.Current = uintptr(unsafe.Pointer(&m.limit))
	c.TrapStub = m.place(isa.Trap())
	c.HostStub = m.place(isa.Host())
	c.GrowStub = m.place(isa.Grow())
	c.PollStub = m.place(isa.Poll())
	c.PollIntsStub, c.PollKeptStub = c.PollStub, c.PollStub
	closure := &struct{ code uintptr }{m.place(isa.Enter())}
	m.enter = *(*func(*codegen.Context, uintptr, uintptr) uint64)(unsafe.Pointer(&closure))
	return m
}

// use makes the machine compile with a backend.
func (m *machine) use(b codegen.Backend) {
	m.backend = b
	b.Configure(&codegen.Runtime{FuncInstance: 8})
}

func (m *machine) mapping(size, protection int) []byte {
	b, err := unix.Mmap(-1, 0, size, protection, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() {
		if err := unix.Munmap(b); err != nil {
			m.t.Error(err)
		}
	})
	return b
}

// place copies code to where it can run.
func (m *machine) place(code []byte) uintptr {
	at := m.used
	m.used += (len(code) + 63) &^ 63
	if m.used > len(m.region) {
		m.t.Fatal("no room for code is left")
	}
	copy(m.region[at:], code)
	return uintptr(unsafe.Pointer(&m.region[at]))
}

// compile makes code of functions; calls go to them by their places in the list.
func (m *machine) compile(funcs ...*ssa.Func) []uintptr {
	m.t.Helper()
	entries := make([]uintptr, len(funcs))
	codes := make([]*codegen.Code, len(funcs))
	for i, f := range funcs {
		codes[i] = m.code(f)
		entries[i] = m.place(codes[i].Bytes)
	}
	for i, c := range codes {
		for _, r := range c.Calls {
			code := m.region[entries[i]-uintptr(unsafe.Pointer(&m.region[0])):]
			if !m.isa.SetCall(code, &r, int64(entries[r.Func])-int64(entries[i])) {
				m.t.Fatal("a call does not reach its function")
			}
		}
	}
	return entries
}

func (m *machine) code(f *ssa.Func) *codegen.Code {
	m.t.Helper()
	cf, err := m.backend.Select(f)
	if err != nil {
		m.t.Fatal(err)
	}
	if m.how == inRegisters {
		if err := codegen.Allocate(cf, m.backend.Machine()); err != nil {
			m.t.Fatal(err)
		}
		if err := codegen.Check(cf, m.backend.Machine()); err != nil {
			m.t.Fatalf("%v\n%s", err, cf.Text(m.backend.InstName))
		}
	} else {
		allocateInFrame(cf, m.backend.Machine(), m.how == inFrameShared)
	}
	code, err := m.backend.Emit(cf)
	if err != nil {
		m.t.Fatal(err)
	}
	return code
}

// run calls code, and returns the results and the trap.
func (m *machine) run(code uintptr, sig *ssa.Signature, args ...uint64) ([]uint64, wasm.TrapCode) {
	m.t.Helper()
	c := m.context
	ints, floats := 0, 0
	set := func(t ssa.Type) *uint64 {
		if t.IsFloat() {
			floats++
			return &c.SavedX[floats-1][0]
		}
		ints++
		return (*uint64)(unsafe.Pointer(&c.Saved[ints-1]))
	}
	for i, p := range m.placesOf(sig.Params) {
		if p.Reg == codegen.NoReg {
			c.Args[p.Slot] = args[i]
		} else {
			*set(sig.Params[i]) = args[i]
		}
	}
	top := uintptr(unsafe.Pointer(&m.stack[0])) + uintptr(len(m.stack))
	trapped := m.enter(c, code, top)
	runtime.KeepAlive(m)
	if trapped != 0 {
		return nil, wasm.TrapCode(c.Request)
	}
	ints, floats = 0, 0
	results := make([]uint64, 0, 4)
	for i, p := range m.placesOf(sig.Results) {
		t := sig.Results[i]
		r := c.Args[p.Slot]
		if p.Reg != codegen.NoReg {
			r = *set(t)
		}
		if t == ssa.F32 {
			r = uint64(uint32(r))
		}
		results = append(results, r)
	}
	return results, wasm.TrapNone
}

func (m *machine) placesOf(list []ssa.Type) []codegen.Place {
	if len(list) == 0 {
		return nil
	}
	places, ok := m.places[&list[0]]
	if !ok {
		places = m.isa.Convention.Places(list)
		m.places[&list[0]] = places
	}
	return places
}

// A maker makes functions by hand.
type maker struct {
	f *ssa.Func
	b *ssa.Block
}

func newFunc(params, results []ssa.Type) *maker {
	k := &maker{f: &ssa.Func{Name: "f", Sig: &ssa.Signature{Params: params, Results: results}}}
	k.block()
	k.f.NewParam(k.b, ssa.I64)
	for _, t := range params {
		k.f.NewParam(k.b, t)
	}
	return k
}

// block begins a block.
func (k *maker) block(params ...ssa.Type) *ssa.Block {
	k.b = k.f.NewBlock()
	for _, t := range params {
		k.f.NewParam(k.b, t)
	}
	k.f.Blocks = append(k.f.Blocks, k.b)
	return k.b
}

func (k *maker) param(i int) *ssa.Value { return k.f.Blocks[0].Params[i+1] }
func (k *maker) instance() *ssa.Value   { return k.f.Blocks[0].Params[0] }

func (k *maker) op(op ssa.Op, t ssa.Type, aux int64, args ...*ssa.Value) *ssa.Value {
	v := k.b.Add(k.f.NewValue(op, t, aux, args...))
	v.Pos = v.ID
	return v
}

func (k *maker) constant(t ssa.Type, c uint64) *ssa.Value { return k.op(ssa.OpConst, t, int64(c)) }

func (k *maker) mem(op ssa.Op, t ssa.Type, mem ssa.Mem, aux int64, args ...*ssa.Value) *ssa.Value {
	v := k.op(op, t, aux, args...)
	v.Mem = mem
	return v
}

func (k *maker) call(op ssa.Op, sig *ssa.Signature, aux int64, args ...*ssa.Value) (*ssa.Value, []*ssa.Value) {
	v := k.op(op, ssa.Void, aux, args...)
	v.Sig = sig
	results := make([]*ssa.Value, len(sig.Results))
	for i, t := range sig.Results {
		results[i] = k.op(ssa.OpResult, t, int64(i), v)
	}
	return v, results
}

func (k *maker) ret(values ...*ssa.Value) *ssa.Func {
	k.op(ssa.OpReturn, ssa.Void, 0, values...)
	return k.f
}

func types(t ...ssa.Type) []ssa.Type { return t }

func sameBits(t ssa.Type, x, y uint64) bool {
	switch t {
	case ssa.F32:
		if a, b := math.Float32frombits(uint32(x)), math.Float32frombits(uint32(y)); a != a && b != b {
			return true
		}
		return uint32(x) == uint32(y)
	case ssa.F64:
		if a, b := math.Float64frombits(x), math.Float64frombits(y); a != a && b != b {
			return true
		}
	}
	return x == y
}
