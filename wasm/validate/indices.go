package validate

import "weft/wasm"

// lookUp returns an element of an index space.
func lookUp[T any](list []T, index uint32, what string) (*T, error) {
	if int64(index) >= int64(len(list)) {
		return nil, invalid("unknown %s %d: there are %d", what, index, len(list))
	}
	return &list[index], nil
}

func (c *context) funcAt(index uint32) (*wasm.FuncType, error) {
	t, err := lookUp(c.funcTypes, index, "function")
	if err != nil {
		return nil, err
	}
	return *t, nil
}

// tableAt returns the type of the elements of a table, and its limits.
func (c *context) tableAt(index uint32) (wasm.ValType, *wasm.TableType, error) {
	elem, err := lookUp(c.tableElems, index, "table")
	if err != nil {
		return wasm.ValType{}, nil, err
	}
	return *elem, &c.space.Tables[index], nil
}

func (c *context) memoryAt(index uint32) (*wasm.MemoryType, error) {
	return lookUp(c.space.Memories, index, "memory")
}

// globalAt returns the type of a global and whether it is mutable.
func (c *context) globalAt(index uint32) (wasm.ValType, bool, error) {
	t, err := lookUp(c.globalTypes, index, "global")
	if err != nil {
		return wasm.ValType{}, false, err
	}
	return *t, c.space.Globals[index].Mutable, nil
}

func (c *context) tagAt(index uint32) (*wasm.FuncType, error) {
	t, err := lookUp(c.tagTypes, index, "tag")
	if err != nil {
		return nil, err
	}
	return *t, nil
}

func (c *context) elemAt(index uint32) (wasm.ValType, error) {
	t, err := lookUp(c.elemTypes, index, "elem segment")
	if err != nil {
		return wasm.ValType{}, err
	}
	return *t, nil
}

// dataAt checks the index of a data segment in an instruction. For that to be
// possible in one pass, the number of segments must stand before the code.
func (c *context) dataAt(index uint32) error {
	if c.m.DataCount < 0 {
		return wasm.Errorf(wasm.Malformed, "data count section required to name data segment %d", index)
	}
	_, err := lookUp(c.m.Datas, index, "data segment")
	return err
}

// compAt returns a composite type of a certain kind.
func (c *context) compAt(index uint32, kind wasm.CompKind, what string) (*wasm.CompType, error) {
	t, err := lookUp(c.comps, index, "type")
	if err != nil {
		return nil, err
	}
	if (*t).Kind != kind {
		return nil, invalid("non-%s type %d: found a %s type", what, index, (*t).Kind)
	}
	return *t, nil
}

func (c *context) funcType(index uint32) (*wasm.FuncType, error) {
	t, err := c.compAt(index, wasm.CompFunc, "function")
	if err != nil {
		return nil, err
	}
	return &t.Func, nil
}

// contType returns the function type beneath a continuation type.
func (c *context) contType(index uint32) (*wasm.FuncType, error) {
	t, err := c.compAt(index, wasm.CompCont, "continuation")
	if err != nil {
		return nil, err
	}
	return c.contFunc(t), nil
}

// contFunc returns the function type beneath a canonical continuation type.
func (c *context) contFunc(t *wasm.CompType) *wasm.FuncType {
	return &c.set.Comp(wasm.TypeID(t.Cont)).Func
}

// typeRef returns the heap type of a type index that is known to exist.
func (c *context) typeRef(index uint32) wasm.HeapType { return wasm.HeapType(c.ids[index]) }
