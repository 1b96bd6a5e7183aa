package weft

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"weft/internal/store"
	"weft/wasm"
)

// An Extern is something that can be imported and exported: a [*Func], [*Table],
// [*Memory], [*Global] or [*Tag].
type Extern interface {
	owner() *Store
	inner() store.Extern
}

// extern wraps what is in the store.
func (s *Store) extern(e store.Extern) Extern {
	switch e := e.(type) {
	case *store.FuncRecord:
		return s.newFunc(e)
	case *store.Table:
		return &Table{s, e}
	case *store.Memory:
		return &Memory{s, e}
	case *store.Global:
		return &Global{s, e}
	case *store.Tag:
		return s.tagOf(e)
	}
	return nil
}

// A Func is a function, of Wasm or of the host.
type Func struct {
	store  *Store
	record *store.FuncRecord
	// What the record says is kept here, because Close releases the record.
	typ   wasm.FuncType
	slots int
	refs  bool // among parameters or results
}

func (s *Store) newFunc(r *store.FuncRecord) *Func {
	t := s.engine.types.Comp(r.Type).Func
	return &Func{store: s, record: r, typ: t, slots: int(max(r.Params, r.Results)), refs: hasRefs(t.Params) || hasRefs(t.Results)}
}

func (f *Func) owner() *Store {
	if f == nil {
		return nil
	}
	return f.store
}

func (f *Func) inner() store.Extern { return f.record }

// Type returns the type of the function.
func (f *Func) Type() wasm.FuncType {
	if f == nil {
		return wasm.FuncType{}
	}
	return f.typ
}

// Call calls the function with one value for each parameter, and returns one for
// each result. The end of the context interrupts the guest. The package comment
// lists the errors.
func (f *Func) Call(ctx context.Context, args ...Value) ([]Value, error) {
	if f == nil {
		return nil, errNoFunc
	}
	t := f.typ
	if len(args) != len(t.Params) {
		return nil, f.store.refuse(fmt.Errorf("weft: %d arguments given, the function has type %s", len(args), t))
	}
	slots := make([]uint64, f.slots)
	if f.refs {
		defer f.store.store.Pin(slots)()
	}
	if err := f.store.fill(slots, args, t.Params, "argument"); err != nil {
		return nil, err
	}
	if err := f.CallSlots(ctx, slots); err != nil {
		return nil, err
	}
	return f.store.received(slots, t.Results, f.refs)
}

// CallSlots calls the function with its arguments as slots (see [HostFunc]),
// which it replaces by the results. It does not allocate. References in slots are
// not kept from being collected: only the guest's own use of them does that.
func (f *Func) CallSlots(ctx context.Context, slots []uint64) error {
	if f == nil {
		return errNoFunc
	}
	if ctx == nil {
		return errNoContext
	}
	if len(slots) < f.slots {
		return f.store.refuse(fmt.Errorf("weft: %d slots given, %d needed", len(slots), f.slots))
	}
	s := f.store.store
	err := s.Engine.Call(ctx, s, f.record, slots)
	runtime.KeepAlive(f.store)
	if err != nil {
		return f.store.fromError(err)
	}
	return nil
}

// A Memory is a linear memory.
type Memory struct {
	store  *Store
	memory *store.Memory
}

func (m *Memory) owner() *Store {
	if m == nil {
		return nil
	}
	return m.store
}

func (m *Memory) inner() store.Extern { return m.memory }

// Type returns the type of the memory.
func (m *Memory) Type() wasm.MemoryType {
	if m == nil {
		return wasm.MemoryType{}
	}
	return m.memory.Type
}

// Size returns the size in bytes; 0 once the store is closed.
func (m *Memory) Size() uint64 {
	held, open := m.hold()
	if held {
		defer m.store.drop()
	}
	if !open {
		return 0
	}
	defer runtime.KeepAlive(m.store)
	return m.memory.Len()
}

// hold keeps the memory from being released by another goroutine that closes the store, if nobody else does that:
// the store must be dropped if held is true. A host function needs nothing, since the call that it is in ends later.
func (m *Memory) hold() (held, open bool) {
	switch {
	case m == nil:
		return false, false
	case m.store.store.InUse():
		return false, !m.store.store.Closed()
	}
	held = m.store.hold()
	return held, held
}

// Grow adds pages and returns the size in pages before; false if there is no room
// or the store cannot be used.
func (m *Memory) Grow(pages uint64) (uint64, bool) {
	if m == nil || m.store.enter() != nil {
		return 0, false
	}
	defer m.store.leave()
	return m.memory.Grow(pages)
}

// Read copies len(b) bytes at an address into b; false if they are out of bounds.
func (m *Memory) Read(addr uint64, b []byte) bool {
	held, open := m.hold()
	if held {
		defer m.store.drop()
	}
	if !open {
		return false
	}
	defer runtime.KeepAlive(m.store)
	src, ok := m.lend(addr, uint64(len(b)))
	copy(b, src)
	return ok
}

// Write copies b to an address; false if there is no room.
func (m *Memory) Write(addr uint64, b []byte) bool {
	held, open := m.hold()
	if held {
		defer m.store.drop()
	}
	if !open {
		return false
	}
	defer runtime.KeepAlive(m.store)
	dst, ok := m.lend(addr, uint64(len(b)))
	copy(dst, b)
	return ok
}

// View returns the n bytes at an address themselves, not a copy; false if they are
// out of bounds. They are valid until the memory grows or the store is closed: a
// host function must not keep them, nor use them after it has called a guest. A slice that is
// kept all the same does not show the memory of another store (on systems of 64 bits): once its own is gone
// it is zero, and what is written to it is lost. That ends when later memories have taken 8 TiB of
// addresses, or the process has no others left.
func (m *Memory) View(addr, n uint64) ([]byte, bool) { return m.lend(addr, n) }

// Bytes returns the content itself, not a copy; nil once the store is closed. It is valid as long as
// what [Memory.View] returns.
func (m *Memory) Bytes() []byte {
	b, _ := m.lend(0, m.Size())
	return b
}

func (m *Memory) lend(addr, n uint64) ([]byte, bool) {
	if m == nil || m.store.store.Closed() {
		return nil, false
	}
	return m.memory.Lend(addr, n)
}

// A Table is a table of references.
type Table struct {
	store *Store
	table *store.Table
}

func (t *Table) owner() *Store {
	if t == nil {
		return nil
	}
	return t.store
}

func (t *Table) inner() store.Extern { return t.table }

// Type returns the type of the table.
func (t *Table) Type() wasm.TableType {
	if t == nil {
		return wasm.TableType{}
	}
	return t.table.Type
}

// Size returns the number of elements; 0 once the store is closed.
func (t *Table) Size() uint64 {
	if t == nil || !t.store.hold() {
		return 0
	}
	defer t.store.drop()
	return t.table.Record.Len
}

// Get returns an element; false if the index is out of bounds.
func (t *Table) Get(i uint64) (Value, bool) {
	if t == nil || !t.store.hold() {
		return Value{}, false
	}
	defer t.store.drop()
	if i >= t.table.Record.Len {
		return Value{}, false
	}
	return t.store.fromSlots(t.table.Slots()[i:i+1], []wasm.ValType{t.table.Type.Elem})[0], true
}

// Set replaces an element.
func (t *Table) Set(i uint64, v Value) error {
	if t == nil {
		return errNoTable
	}
	if err := t.store.enter(); err != nil {
		return err
	}
	defer t.store.leave()
	slots, err := t.store.toSlots(nil, v, t.table.Type.Elem)
	if err != nil {
		return err
	}
	if i >= t.Size() {
		return fmt.Errorf("weft: table has %d elements, none at %d", t.Size(), i)
	}
	t.table.Slots()[i] = slots[0]
	return nil
}

// Grow adds elements that are v and returns the number before. The error is that there is no room within the table's
// maximum and the store's limits, or that v has another type.
func (t *Table) Grow(n uint64, v Value) (uint64, error) {
	if t == nil {
		return 0, errNoTable
	}
	if err := t.store.enter(); err != nil {
		return 0, err
	}
	defer t.store.leave()
	slots, err := t.store.toSlots(nil, v, t.table.Type.Elem)
	if err != nil {
		return 0, err
	}
	old, ok := t.table.Grow(n, slots[0])
	if !ok {
		return 0, fmt.Errorf("weft: no room for %d elements more: the table has %d and type %s", n, t.table.Record.Len, t.table.Type)
	}
	return old, nil
}

// A Global is a global variable.
type Global struct {
	store  *Store
	global *store.Global
}

func (g *Global) owner() *Store {
	if g == nil {
		return nil
	}
	return g.store
}

func (g *Global) inner() store.Extern { return g.global }

// Type returns the type of the global.
func (g *Global) Type() wasm.GlobalType {
	if g == nil {
		return wasm.GlobalType{}
	}
	return g.global.Type
}

// Get returns the value; the zero Value once the store is closed.
func (g *Global) Get() Value {
	if g == nil || !g.store.hold() {
		return Value{}
	}
	defer g.store.drop()
	return g.store.fromSlots(g.global.Record.Value[:], []wasm.ValType{g.global.Type.Type})[0]
}

// Set assigns a value to a mutable global.
func (g *Global) Set(v Value) error {
	if g == nil {
		return errNoGlobal
	}
	if !g.global.Type.Mutable {
		return g.store.refuse(errors.New("weft: the global is immutable"))
	}
	if err := g.store.enter(); err != nil {
		return err
	}
	defer g.store.leave()
	slots, err := g.store.toSlots(nil, v, g.global.Type.Type)
	if err != nil {
		return err
	}
	copy(g.global.Record.Value[:], slots)
	return nil
}

// A Tag identifies a kind of exception or suspension.
type Tag struct {
	store *Store
	tag   *store.Tag
}

func (t *Tag) owner() *Store {
	if t == nil {
		return nil
	}
	return t.store
}

func (t *Tag) inner() store.Extern { return t.tag }

// Type returns the type of the tag.
func (t *Tag) Type() wasm.FuncType {
	if t == nil {
		return wasm.FuncType{}
	}
	return t.tag.Type
}

// String returns the name, if there is one, and the type.
func (t *Tag) String() string {
	if t == nil {
		return "no tag"
	}
	return t.tag.String()
}

// Throw returns an exception with the tag: the error with which a host
// function throws it.
func (t *Tag) Throw(args ...Value) error {
	if t == nil {
		return errNoTag
	}
	if len(args) != len(t.tag.Type.Params) {
		return t.store.refuse(fmt.Errorf("weft: %d values given, the tag has type %s", len(args), t.tag.Type))
	}
	payload, done, err := t.store.pend(args, t.tag.Type.Params, "value")
	if err != nil {
		return err
	}
	defer done()
	if hasRefs(t.tag.Type.Params) { // then the exception is an object of the store
		if err := t.store.enter(); err != nil {
			return err
		}
		defer t.store.leave()
	}
	if !t.store.hold() {
		return ErrClosed
	}
	defer t.store.drop()
	e := t.store.fromException(t.store.store.HoldException(t.tag.Record, payload, 0))
	e.Payload = slices.Clone(args)
	return e
}

// Match reports whether an error is an exception with the tag, and returns the
// values that it was thrown with. It is false for exceptions of other stores, and
// for one with references while another goroutine uses the store.
func (t *Tag) Match(err error) ([]Value, bool) {
	var e *Exception
	if t == nil || !errors.As(err, &e) || e == nil || e.inner == nil || e.inner.Tag != t.tag {
		return nil, false
	}
	defer runtime.KeepAlive(e)
	types := t.tag.Type.Params
	values, err := t.store.received(e.inner.Payload, types, hasRefs(types))
	return values, err == nil
}
