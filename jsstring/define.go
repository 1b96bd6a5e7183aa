package jsstring

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"unicode/utf16"

	"weft"
	"weft/wasm"
)

// ModuleName is what guests import the functions from.
const ModuleName = "wasm:js-string"

// A builtin is a function of the proposal. Its parameters and result are given by a letter each: i for i32, s for
// externref, S for (ref extern), and a for (ref null (array (mut i16))).
type builtin struct {
	name, params string
	result       byte
	call         func(c *call) (weft.Value, error)
}

// builtins are those of the proposal's first version.
var builtins = [...]builtin{
	{"cast", "s", 'S', (*call).cast},
	{"test", "s", 'i', (*call).test},
	{"fromCharCodeArray", "aii", 'S', (*call).fromCharCodeArray},
	{"intoCharCodeArray", "sai", 'i', (*call).intoCharCodeArray},
	{"fromCharCode", "i", 'S', (*call).fromCharCode},
	{"fromCodePoint", "i", 'S', (*call).fromCodePoint},
	{"charCodeAt", "si", 'i', (*call).charCodeAt},
	{"codePointAt", "si", 'i', (*call).codePointAt},
	{"length", "s", 'i', (*call).length},
	{"concat", "ss", 'S', (*call).concat},
	{"substring", "sii", 'S', (*call).substring},
	{"equals", "ss", 'i', (*call).equals},
	{"compare", "ss", 'i', (*call).compare},
}

// Define gives a linker the builtins, as the module [ModuleName].
func Define(l *weft.Linker) error {
	if err := l.Err(); err != nil {
		return fmt.Errorf("jsstring: %w", err)
	}
	store := l.Store()
	units, err := store.DefineType(wasm.CompType{Kind: wasm.CompArray,
		Fields: []wasm.FieldType{{Type: wasm.ValType{Kind: wasm.KindI16}, Mutable: true}}})
	if err != nil {
		return fmt.Errorf("jsstring: %w", err)
	}
	types := map[byte]wasm.ValType{
		'i': wasm.I32, 's': wasm.ExternRef, 'S': wasm.Ref(wasm.HeapExtern), 'a': wasm.RefNull(units),
	}
	for _, b := range builtins {
		t := wasm.FuncType{Results: []wasm.ValType{types[b.result]}}
		for i := range len(b.params) {
			t.Params = append(t.Params, types[b.params[i]])
		}
		err := l.DefineValues(ModuleName, b.name, t, func(ctx context.Context, args []weft.Value) ([]weft.Value, error) {
			result, err := b.call(&call{ctx, store, args})
			return []weft.Value{result}, err
		})
		if err != nil {
			return fmt.Errorf("jsstring: %w", err)
		}
	}
	return nil
}

// DefineConstants gives a linker the strings that a module imports by their content: its imports from a module name
// that the compiler has chosen, often "'" or "#", which are globals whose names are the strings. Kotlin's output has
// "'".
func DefineConstants(l *weft.Linker, m *weft.Module, from string) error {
	for _, im := range m.Imports() {
		if im.Module != from || im.Type.Kind != wasm.ExternGlobal {
			continue
		}
		g, err := l.Store().NewGlobal(im.Type.Global, weft.ExternRef(New(im.Name)))
		if err != nil {
			return fmt.Errorf("jsstring: the constant %q: %w", im.Name, err)
		}
		l.Define(from, im.Name, g)
	}
	return nil
}

// A call has the arguments of a builtin.
type call struct {
	ctx   context.Context
	store *weft.Store
	args  []weft.Value
}

// str returns an argument as a string. Others are a trap, as the proposal wants it.
func (c *call) str(i int) (*String, error) {
	if err := c.isString(i); err != nil {
		return nil, err
	}
	switch s := c.args[i].Ref().(type) {
	case string:
		return decode(c.ctx, s)
	case *String:
		return s, nil
	}
	return nil, nil
}

// isString returns the trap for an argument that is no string.
func (c *call) isString(i int) error {
	switch s := c.args[i].Ref().(type) {
	case *String:
		if s != nil {
			return nil
		}
	case string:
		return nil
	case nil:
		return &weft.Trap{Code: wasm.TrapNullReference, Detail: "a string is expected"}
	}
	return &weft.Trap{Code: wasm.TrapCastFailure, Detail: fmt.Sprintf("a string is expected, not %T", c.args[i].Ref())}
}

// number returns an argument that has no sign.
func (c *call) number(i int) int { return int(uint32(c.args[i].I32())) }

func ref(s *String) weft.Value { return weft.ExternRef(s) }

func boolean(b bool) weft.Value {
	if b {
		return weft.I32(1)
	}
	return weft.I32(0)
}

func outOfBounds(format string, args ...any) error {
	return &weft.Trap{Code: wasm.TrapArrayOutOfBounds, Detail: fmt.Sprintf(format, args...)}
}

func (c *call) cast() (weft.Value, error) {
	return c.args[0], c.isString(0)
}

func (c *call) test() (weft.Value, error) {
	return boolean(c.isString(0) == nil), nil
}

// array returns an argument that is an array of code units, not null.
func (c *call) array(i int) (*weft.Object, error) {
	if a, ok := c.args[i].Ref().(*weft.Object); ok {
		return a, nil
	}
	return nil, &weft.Trap{Code: wasm.TrapNullArray}
}

func (c *call) fromCharCodeArray() (weft.Value, error) {
	a, err := c.array(0)
	if err != nil {
		return weft.Value{}, err
	}
	start, end := c.number(1), c.number(2)
	if start > end || end > a.Len() {
		return weft.Value{}, outOfBounds("code units %d to %d of %d", start, end, a.Len())
	}
	if err := c.makeRoom(end - start); err != nil {
		return weft.Value{}, err
	}
	units := room(end - start)
	err = c.inPieces(len(units), func(from, to int) error { return weft.ReadArray(a, start+from, units[from:to]) })
	return ref(FromUnits(units)), err
}

func (c *call) intoCharCodeArray() (weft.Value, error) {
	s, err := c.str(0)
	if err != nil {
		return weft.Value{}, err
	}
	a, err := c.array(1)
	if err != nil {
		return weft.Value{}, err
	}
	at := c.number(2)
	if at > a.Len() || s.Len() > a.Len()-at {
		return weft.Value{}, outOfBounds("%d code units at %d of %d", s.Len(), at, a.Len())
	}
	err = c.inPieces(s.Len(), func(from, to int) error { return weft.WriteArray(a, at+from, s.units[from:to]) })
	return weft.I32(int32(s.Len())), err
}

func (c *call) fromCharCode() (weft.Value, error) {
	return ref(FromUnits([]uint16{uint16(c.number(0))})), nil
}

func (c *call) fromCodePoint() (weft.Value, error) {
	point := c.number(0)
	switch {
	case point > 0x10FFFF:
		return weft.Value{}, outOfBounds("there is no code point %#x", point)
	case point < 0x10000:
		return ref(FromUnits([]uint16{uint16(point)})), nil // one half of a pair, too
	}
	return ref(FromUnits(utf16.AppendRune(nil, rune(point)))), nil
}

// unit returns the string and the index that are the first arguments.
func (c *call) unit() ([]uint16, int, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, 0, err
	}
	i := c.number(1)
	if i >= s.Len() {
		return nil, 0, outOfBounds("code unit %d of %d", i, s.Len())
	}
	return s.Units(), i, nil
}

func (c *call) charCodeAt() (weft.Value, error) {
	units, i, err := c.unit()
	if err != nil {
		return weft.Value{}, err
	}
	return weft.I32(int32(units[i])), nil
}

func (c *call) codePointAt() (weft.Value, error) {
	units, i, err := c.unit()
	if err != nil {
		return weft.Value{}, err
	}
	point := rune(units[i])
	if i+1 < len(units) {
		if pair := utf16.DecodeRune(point, rune(units[i+1])); pair != 0xFFFD {
			point = pair
		}
	}
	return weft.I32(point), nil
}

func (c *call) length() (weft.Value, error) {
	s, err := c.str(0)
	return weft.I32(int32(s.Len())), err
}

func (c *call) concat() (weft.Value, error) {
	a, err := c.str(0)
	if err != nil {
		return weft.Value{}, err
	}
	b, err := c.str(1)
	if err != nil {
		return weft.Value{}, err
	}
	s, err := c.join(a, b)
	return ref(s), err
}

func (c *call) substring() (weft.Value, error) {
	s, err := c.str(0)
	if err != nil {
		return weft.Value{}, err
	}
	start, end := c.number(1), min(c.number(2), s.Len())
	if start >= end {
		return ref(FromUnits(nil)), nil
	}
	if err := c.makeRoom(end - start); err != nil {
		return weft.Value{}, err
	}
	units := room(end - start) // of its own: a small part would keep all of a large string
	return ref(FromUnits(units)), c.copy(units, s.units[start:end])
}

func (c *call) equals() (weft.Value, error) {
	for i := range c.args {
		if err := c.isString(i); err != nil && !c.args[i].IsNull() {
			return weft.Value{}, err
		}
	}
	if c.args[0].IsNull() || c.args[1].IsNull() {
		return boolean(c.args[0].IsNull() && c.args[1].IsNull()), nil
	}
	order, err := c.compare()
	return boolean(order.I32() == 0), err
}

func (c *call) compare() (weft.Value, error) {
	a, err := c.str(0)
	if err != nil {
		return weft.Value{}, err
	}
	b, err := c.str(1)
	if err != nil {
		return weft.Value{}, err
	}
	if a == b {
		return weft.I32(0), nil
	}
	order, both := 0, min(a.Len(), b.Len())
	err = c.inPieces(both, func(from, to int) error {
		if order == 0 {
			order = slices.Compare(a.units[from:to], b.units[from:to])
		}
		return nil
	})
	if order == 0 {
		order = cmp.Compare(a.Len(), b.Len())
	}
	return weft.I32(int32(order)), err
}
