package binary

import (
	"maps"
	"slices"

	"weft/wasm"
)

// nameSection is the name of the custom section that gives names.
const nameSection = "name"

// The subsections of the name section.
const (
	namesModule = iota
	namesFuncs
	namesLocals
	namesLabels
	namesTypes
	namesTables
	namesMemories
	namesGlobals
	namesElems
	namesDatas
	namesFields
	namesTags
	namesEnd
)

// nameMap returns the map that a subsection with one level of names fills.
func nameMap(n *wasm.Names, id byte) *wasm.NameMap {
	switch id {
	case namesFuncs:
		return &n.Funcs
	case namesTypes:
		return &n.Types
	case namesTables:
		return &n.Tables
	case namesMemories:
		return &n.Memories
	case namesGlobals:
		return &n.Globals
	case namesElems:
		return &n.Elems
	case namesDatas:
		return &n.Datas
	case namesTags:
		return &n.Tags
	}
	return nil
}

// indirectNameMap returns the map that a subsection with two levels fills.
func indirectNameMap(n *wasm.Names, id byte) *map[uint32]wasm.NameMap {
	switch id {
	case namesLocals:
		return &n.Locals
	case namesLabels:
		return &n.Labels
	case namesFields:
		return &n.Fields
	}
	return nil
}

// takeNames turns the last custom section that is a well-formed name section
// with a name in it into the names of the module. All others stay as they are:
// what is wrong with a name is no reason to refuse a module.
func (d *decoder) takeNames() {
	for i, c := range slices.Backward(d.m.Customs) {
		if c.Name != nameSection {
			continue
		}
		r := nameReader{Reader: wasm.Reader{Buf: c.Data}}
		if r.section() == nil && !r.names.IsEmpty() {
			d.m.Names = r.names
			d.m.Customs = slices.Delete(d.m.Customs, i, i+1)
			return
		}
	}
}

type nameReader struct {
	wasm.Reader
	names wasm.Names
}

func (r *nameReader) section() error {
	last := -1
	for r.Len() > 0 {
		id, err := r.Byte()
		if err != nil {
			return err
		}
		if int(id) <= last {
			return r.Malformed("name subsection %d is repeated or out of order", id)
		}
		last = int(id)
		n, err := r.Count(1, "bytes of names")
		if err != nil {
			return err
		}
		contents, err := r.Bytes(n)
		if err != nil {
			return err
		}
		sub := nameReader{Reader: wasm.Reader{Buf: contents}, names: r.names}
		if err := sub.subsection(id); err != nil {
			return err
		}
		r.names = sub.names
	}
	return nil
}

// subsection reads the names of one index space, or skips the subsection if it
// is not known.
func (r *nameReader) subsection(id byte) (err error) {
	if id == namesModule {
		r.names.Module, err = r.Name()
	} else if m := nameMap(&r.names, id); m != nil {
		*m, err = r.nameMap()
	} else if m := indirectNameMap(&r.names, id); m != nil {
		err = r.entries(func(index uint32) error {
			if *m == nil {
				*m = map[uint32]wasm.NameMap{}
			}
			names, err := r.nameMap()
			(*m)[index] = names
			return err
		})
	} else {
		return nil
	}
	if err == nil && r.Len() > 0 {
		err = r.Malformed("name subsection %d is longer than its contents", id)
	}
	return err
}

func (r *nameReader) nameMap() (m wasm.NameMap, err error) {
	err = r.entries(func(index uint32) error {
		name, err := r.Name()
		m.Set(index, name)
		return err
	})
	return m, err
}

// entries reads a vector whose entries begin with an index that increases.
func (r *nameReader) entries(entry func(index uint32) error) error {
	n, err := r.Count(2, "names")
	last := int64(-1)
	for ; n > 0 && err == nil; n-- {
		var index uint32
		if index, err = r.U32(); err != nil {
			return err
		}
		if int64(index) <= last {
			return r.Malformed("index %d is repeated or out of order", index)
		}
		last = int64(index)
		err = entry(index)
	}
	return err
}

// appendNames appends the contents of the name section.
func appendNames(b []byte, n *wasm.Names) []byte {
	for id := byte(namesModule); id < namesEnd; id++ {
		var contents []byte
		if id == namesModule && n.Module != "" {
			contents = wasm.AppendName(nil, n.Module)
		} else if m := nameMap(n, id); m != nil && len(*m) > 0 {
			contents = appendNameMap(nil, *m)
		} else if m := indirectNameMap(n, id); m != nil && len(*m) > 0 {
			contents = wasm.AppendUnsigned(nil, uint64(len(*m)))
			for _, index := range slices.Sorted(maps.Keys(*m)) {
				contents = wasm.AppendUnsigned(contents, uint64(index))
				contents = appendNameMap(contents, (*m)[index])
			}
		} else {
			continue
		}
		b = append(b, id)
		b = append(wasm.AppendUnsigned(b, uint64(len(contents))), contents...)
	}
	return b
}

func appendNameMap(b []byte, m wasm.NameMap) []byte {
	b = wasm.AppendUnsigned(b, uint64(len(m)))
	for _, index := range slices.Sorted(maps.Keys(m)) {
		b = wasm.AppendName(wasm.AppendUnsigned(b, uint64(index)), m[index])
	}
	return b
}
